/* SPDX-License-Identifier: GPL-2.0-only */
/* The settings of a terminal, in each of the three layouts there are. */
#include <asm/ioctls.h>
#include <asm/termbits.h>
#include <asm/termios.h>

#include "../xlat/termios.h"
#include "ioctl.h"
#include "member.h"

#ifndef IBSHIFT
#define IBSHIFT	16
#endif

static void flags(struct out *o, const struct xlat *x, uint32_t value)
{
	if (value)
		xlat_flags(o, x, value);
}

static void iflag(struct out *o, uint32_t value)
{
	member(o, "c_iflag");
	flags(o, &term_iflags, value);
}

/* Delays are values, each in a field of its own. */
static void oflag(struct out *o, uint32_t value)
{
	static const struct {
		const struct xlat *names;
		uint32_t mask;
	} delays[] = {
		{ &term_newlines, NLDLY }, { &term_returns, CRDLY },
		{ &term_tabs, TABDLY }, { &term_backspaces, BSDLY },
		{ &term_vtabs, VTDLY }, { &term_formfeeds, FFDLY },
	};
	size_t i;

	member(o, "c_oflag");
	for (i = 0; i < sizeof(delays) / sizeof(delays[0]); i++) {
		xlat_value(o, delays[i].names, value & delays[i].mask);
		out_char(o, '|');
		value &= ~delays[i].mask;
	}
	flags(o, &term_oflags, value);
}

static void cflag(struct out *o, uint32_t value)
{
	uint32_t input = value >> IBSHIFT & CBAUD;

	member(o, "c_cflag");
	xlat_value(o, &term_speeds, value & CBAUD);
	if (input) {
		out_char(o, '|');
		xlat_value(o, &term_speeds, input);
		out_str(o, "<<IBSHIFT");
	}
	out_char(o, '|');
	xlat_value(o, &term_sizes, value & CSIZE);
	out_char(o, '|');
	flags(o, &term_cflags,
	      value & ~(CBAUD | (uint32_t)CBAUD << IBSHIFT | CSIZE));
}

static void lflag(struct out *o, uint32_t value)
{
	member(o, "c_lflag");
	flags(o, &term_lflags, value);
}

static void characters(struct out *o, uint8_t line, const uint8_t *cc,
		       unsigned int nr)
{
	const char *name;
	unsigned int i;

	member_value(o, "c_line", &term_lines, line);
	member(o, "c_cc");
	out_char(o, '[');
	for (i = 0; i < nr; i++) {
		name = xlat_name(&term_chars, i);
		list_comma(o, i);
		out_char(o, '[');
		if (name)
			out_str(o, name);
		else
			out_udec(o, i);
		out_mem(o, "]=", 2);
		out_hex(o, cc[i]);
	}
	out_char(o, ']');
}

static void termio(struct out *o, const struct termio *t, bool abbrev)
{
	iflag(o, t->c_iflag);
	oflag(o, t->c_oflag);
	cflag(o, t->c_cflag);
	lflag(o, t->c_lflag);
	if (!abbrev)
		characters(o, t->c_line, t->c_cc, NCC);
}

static void termios(struct out *o, const struct termios2 *t, bool abbrev)
{
	iflag(o, t->c_iflag);
	oflag(o, t->c_oflag);
	cflag(o, t->c_cflag);
	lflag(o, t->c_lflag);
	if (!abbrev)
		characters(o, t->c_line, t->c_cc, NCCS);
}

void out_termios(struct out *o, const void *data, enum ioctl_kind kind,
		 bool abbrev)
{
	const struct termios2 *t2 = data;

	out_char(o, '{');
	if (kind == IOCTL_TERMIO || kind == IOCTL_TERMIO_OUT)
		termio(o, data, abbrev);
	else
		termios(o, data, abbrev);
	if (abbrev) {
		out_str(o, ", ...");
	} else if (kind == IOCTL_TERMIOS2 || kind == IOCTL_TERMIOS2_OUT) {
		member_udec(o, "c_ispeed", t2->c_ispeed);
		member_udec(o, "c_ospeed", t2->c_ospeed);
	}
	out_char(o, '}');
}
