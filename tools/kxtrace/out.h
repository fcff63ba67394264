/* SPDX-License-Identifier: GPL-2.0-only */
/* Text under construction: appended without printf, written in large pieces. */
#ifndef KXTRACE_OUT_H
#define KXTRACE_OUT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

/*
 * Lines are built in `buf` and leave with out_flush(). An append never fails:
 * what does not fit is written first, and a write that fails is remembered in
 * `error` (a negative errno) for the owner to see; the text is then discarded.
 */
/* Out of the way of what every line does. */
#define RARE	__attribute__((noinline, cold))

/* -x, -xx: how strings are quoted. */
enum hex_strings {
	HEX_NEVER,		/* octal escapes */
	HEX_CHARS,		/* hexadecimal escapes instead of octal ones */
	HEX_NON_ASCII,		/* all of a string in hexadecimal, if any of it needs an escape */
	HEX_ALL,
};

/* -X: how named constants are shown. */
enum constants { CONSTANTS_ABBREV, CONSTANTS_RAW, CONSTANTS_VERBOSE };

struct task_names;

struct out {
	char *buf;
	size_t len;
	size_t cap;
	size_t line;	/* where the current line starts in buf */
	int fd;
	int error;
	uint64_t lines;
	uint64_t written;	/* bytes that left */
	uint8_t hex_strings;		/* enum hex_strings */
	uint8_t constants;		/* enum constants */
	bool naming;			/* between names_begin() and names_end() */
	const struct task_names *names;	/* -Y: pids are followed by names; else NULL */
};

int out_init(struct out *o, int fd, size_t cap);
void out_done(struct out *o);
void out_flush(struct out *o);
void out_make_room(struct out *o, size_t len);

static inline void out_mem(struct out *o, const void *text, size_t len)
{
	if (o->cap - o->len < len)
		out_make_room(o, len);
	if (o->cap - o->len < len)
		return;
	memcpy(o->buf + o->len, text, len);
	o->len += len;
}

static inline void out_char(struct out *o, char c)
{
	if (o->len == o->cap)
		out_make_room(o, 1);
	o->buf[o->len++] = c;
}

static inline void out_str(struct out *o, const char *text)
{
	out_mem(o, text, strlen(text));
}

/* Characters of the current line so far. */
static inline size_t out_column(const struct out *o)
{
	return o->len - o->line;
}

void out_dec(struct out *o, int64_t value);
void out_udec(struct out *o, uint64_t value);
void out_udec_pad(struct out *o, uint64_t value, int width, char pad);
void out_hex(struct out *o, uint64_t value);	/* 0x1f; zero is 0 */
void out_hex_pad(struct out *o, uint64_t value, int digits);	/* 0x001f */
void out_oct(struct out *o, uint64_t value);	/* 0644; zero is 000, as in strace */
void out_addr(struct out *o, uint64_t value);	/* 0x7f...; zero is NULL */
void out_spaces_to(struct out *o, size_t column);
void out_newline(struct out *o);
int out_printf(struct out *o, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

/*
 * Names for a number, which was printed before unless constants are shown by
 * name only. False: the number says it all. True: the names may be printed,
 * names_end() follows.
 */
bool names_begin_styled(struct out *o);
static inline bool names_begin(struct out *o)
{
	return !o->constants || names_begin_styled(o);
}
void names_end_styled(struct out *o);
static inline void names_end(struct out *o)
{
	if (o->naming)
		names_end_styled(o);
}

/* NAME, or 0x40, or 0x40 with NAME in a comment. A NULL name: the number. */
void out_name_hex_styled(struct out *o, uint64_t value, const char *name);
static inline void out_name_hex(struct out *o, uint64_t value, const char *name)
{
	if (name && !o->constants)
		out_str(o, name);
	else
		out_name_hex_styled(o, value, name);
}
void out_name_dec_styled(struct out *o, int64_t value, const char *name);
static inline void out_name_dec(struct out *o, int64_t value, const char *name)
{
	if (name && !o->constants)
		out_str(o, name);
	else
		out_name_dec_styled(o, value, name);
}

/* The text, with C escapes. */
void out_escaped(struct out *o, const char *text, size_t len);
/* "text", with C escapes; at most `len` bytes, then ... when `more`. */
void out_quoted(struct out *o, const char *text, size_t len, bool more);

#endif
