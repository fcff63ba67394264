/* SPDX-License-Identifier: GPL-2.0-only */
/* Where memory should be: masks of nodes, policies, moves of pages. */
#include "memory.h"

#include <linux/mempolicy.h>

#include "errno.h"
#include "member.h"

#define LONG_DIGITS	14	/* 16 characters with 0x; zero has no 0x */

static void out_mask_word(struct out *o, uint64_t word)
{
	if (word)
		out_hex_pad(o, word, LONG_DIGITS);
	else
		out_str(o, "0000000000000000");
}

void print_node_mask(struct out *o, const struct call *c, unsigned int i,
		     const struct arg *arg)
{
	const uint64_t *words = call_in(c, i, sizeof(*words));
	size_t n, nr = arg_len(c, i) / sizeof(*words);

	if (c->rec->args[i] && !(uint32_t)arg_count(c, arg)) {
		out_str(o, "[]");
		return;
	}
	if (!words || (arg->op.when & KXT_ON_SUCCESS && c->failed)) {
		out_addr(o, c->rec->args[i]);
		return;
	}
	out_char(o, '[');
	for (n = 0; n < nr; n++) {
		list_comma(o, n);
		out_mask_word(o, words[n]);
	}
	out_char(o, ']');
}

/* A mode and, in its highest bits, how it is meant. */
static void policy(struct out *o, uint64_t value)
{
	uint64_t flags = value & MPOL_MODE_FLAGS, mode = value & ~flags;

	if (flags && !xlat_name(&mempolicy_modes, mode)) {
		xlat_flags(o, &mempolicy_mode_flags, value);
		return;
	}
	xlat_value(o, &mempolicy_modes, mode);
	out_more_flags(o, &mempolicy_mode_flags, flags);
}

void print_mempolicy(struct out *o, const struct call *c, unsigned int i,
		     const struct arg *arg)
{
	(void)arg;
	policy(o, c->rec->args[i]);
}

void print_mempolicy_out(struct out *o, const struct call *c, unsigned int i,
			 const struct arg *arg)
{
	const uint32_t *value = arg_data_out(o, c, i, sizeof(*value));

	(void)arg;
	if (!value)
		return;
	out_char(o, '[');
	policy(o, *value);
	out_char(o, ']');
}

enum page_kind {
	PAGE_ADDRESS,
	PAGE_NODE,
	PAGE_STATE,
};

static void page(struct out *o, enum page_kind kind, const void *elements,
		 size_t n)
{
	const int32_t *numbers = elements;
	const char *name;

	if (kind == PAGE_ADDRESS) {
		out_addr(o, ((const uint64_t *)elements)[n]);
		return;
	}
	name = kind == PAGE_STATE && numbers[n] < 0 && numbers[n] > -4096 ?
	       errno_name(-numbers[n]) : NULL;
	if (name) {
		out_char(o, '-');
		out_str(o, name);
	} else {
		out_dec(o, numbers[n]);
	}
}

static void print_list(struct out *o, const struct call *c, unsigned int i,
		       const struct arg *arg, enum page_kind kind)
{
	uint64_t count = arg_count(c, arg);
	const void *elements;
	size_t n, nr = 0;

	elements = arg_elements(c, i, arg, &nr);
	if (!c->rec->args[i] || (!elements && count)) {
		out_addr(o, c->rec->args[i]);
		return;
	}
	out_char(o, '[');
	for (n = 0; n < nr && n < count && n < c->strsize; n++) {
		list_comma(o, n);
		page(o, kind, elements, n);
	}
	out_list_rest(o, c, i, n, count, kind == PAGE_ADDRESS ? 8 : 4);
	out_char(o, ']');
}

void print_pages(struct out *o, const struct call *c, unsigned int i,
		 const struct arg *arg)
{
	print_list(o, c, i, arg, PAGE_ADDRESS);
}

void print_nodes(struct out *o, const struct call *c, unsigned int i,
		 const struct arg *arg)
{
	print_list(o, c, i, arg, PAGE_NODE);
}

void print_page_status(struct out *o, const struct call *c, unsigned int i,
		       const struct arg *arg)
{
	print_list(o, c, i, arg, PAGE_STATE);
}
