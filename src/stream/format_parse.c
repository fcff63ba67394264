// SPDX-License-Identifier: GPL-2.0-only
/* Texts of messages are taken apart: which conversions there are, and what they take. */
#include <ctype.h>

#include "stream/format_internal.h"

#define NUMBER_MAX	255	/* widths and precisions */

#define ARG(name)	(1u << KX_ARG_##name)
#define INTEGERS	(ARG(S32) | ARG(U32) | ARG(S64) | ARG(U64))

/* Longer names before those that they begin with. */
static const struct conversion {
	const char *name;
	uint8_t kind;
	uint8_t style;
	uint8_t flags;
	uint16_t takes;
} conversions[] = {
	{ "d", OP_INTEGER, 10, OP_SIGNED, INTEGERS },
	{ "i", OP_INTEGER, 10, OP_SIGNED, INTEGERS },
	{ "u", OP_INTEGER, 10, 0, INTEGERS },
	{ "x", OP_INTEGER, 16, 0, INTEGERS },
	{ "X", OP_INTEGER, 16, OP_UPPER, INTEGERS },
	{ "o", OP_INTEGER, 8, 0, INTEGERS },
	{ "c", OP_CHAR, 0, 0, INTEGERS },
	{ "s", OP_STRING, 0, 0, ARG(TEXT) },
	{ "pI4", OP_IP4, STYLE_PLAIN, 0, ARG(4) },
	{ "pi4", OP_IP4, STYLE_BARE, 0, ARG(4) },
	{ "pI6c", OP_IP6, STYLE_SHORT, 0, ARG(16) },
	{ "pI6", OP_IP6, STYLE_PLAIN, 0, ARG(16) },
	{ "pi6", OP_IP6, STYLE_BARE, 0, ARG(16) },
	{ "pMF", OP_MAC, STYLE_DASHES, 0, ARG(16) },
	{ "pM", OP_MAC, STYLE_PLAIN, 0, ARG(16) },
	{ "pm", OP_MAC, STYLE_BARE, 0, ARG(16) },
	{ "pS", OP_SYMBOL, STYLE_OFFSET, 0, ARG(POINTER) },
	{ "ps", OP_SYMBOL, STYLE_PLAIN, 0, ARG(POINTER) },
	{ "px", OP_ADDRESS, 0, 0, ARG(POINTER) },
	{ "pK", OP_ADDRESS, 0, 0, ARG(POINTER) },
	{ "p", OP_ADDRESS, 0, 0, ARG(POINTER) },
};

/* What a conversion may ask for, and how an argument of another kind becomes that. */
static const struct taken {
	uint16_t takes;
	const char *what;
	const char *cast;
} taken[] = {
	{ INTEGERS, "an integer", NULL },
	{ ARG(TEXT), "a string", "char *" },
	{ ARG(POINTER), "an address", "void *" },
	{ ARG(4), "a pointer to 4 bytes", "__u32 *" },
	{ ARG(16), "a pointer to bytes", "__u8 *" },
};

static const struct {
	const char *name;
	uint8_t bits;	/* that count; 0: as many as the argument has */
} lengths[] = {
	{ "hh", 8 }, { "h", 16 }, { "ll", 64 }, { "l", 64 }, { "z", 64 }, { "j", 64 }, { "t", 64 },
	{ "", 0 },
};

static const struct taken *taken_of(uint16_t takes)
{
	for (size_t i = 0; i < sizeof(taken) / sizeof(taken[0]); i++)
		if (taken[i].takes & takes)
			return &taken[i];
	return &taken[0];
}

int format_nr_args(const uint8_t args[KX_LOG_ARGS])
{
	int nr = 0;

	while (nr < KX_LOG_ARGS && args[nr])
		nr++;
	for (int i = 0; i < KX_LOG_ARGS; i++)
		if (args[i] > KX_ARG_16 || (i >= nr && args[i]))
			return -1;
	return nr;
}

static const struct conversion *conversion_find(const char *at)
{
	for (size_t i = 0; i < sizeof(conversions) / sizeof(conversions[0]); i++) {
		const struct conversion *c = &conversions[i];
		size_t len = strlen(c->name);

		/* The kernel takes all letters and digits after %p for a part of it. */
		if (!strncmp(at, c->name, len) &&
		    (*at != 'p' || !isalnum((unsigned char)at[len])))
			return c;
	}
	return NULL;
}

/* From the percent sign: as much of a conversion that is wrong as is worth quoting. */
static int unknown(const char *from, const char *at, const struct why *why)
{
	int len = 1;

	while (*at == 'p' && len < 8 && isalnum((unsigned char)at[len]))
		len++;
	len += at - from;
	if (*at == '*')
		return bad(why, "%.*s: a width or precision is a number", len, from);
	if (*at && strchr("aAeEfFgG", *at))
		return bad(why, "%.*s: kernel code has no floating point", len, from);
	if (!*at)
		return bad(why, "it ends within a conversion, %.32s; a percent sign is %%%%", from);
	if (*at < ' ' || *at > '~')
		return bad(why, "%.*s is followed by no conversion; a percent sign is %%%%", len - 1,
			   from);
	return bad(why, "%.*s is not known; there are %%d %%i %%u %%x %%X %%o %%c %%s %%p %%ps %%pS "
		   "%%pI4 %%pI6 %%pI6c %%pM and %%%%", len, from);
}

static const char *parse_flags(const char *at, struct format_op *op)
{
	static const char letters[] = "-+ #0";
	const char *letter;

	for (; *at && (letter = strchr(letters, *at)); at++)
		op->flags |= 1 << (letter - letters);
	return at;
}

/* Return: the number, NUMBER_MAX + 1 if it is larger. */
static int parse_number(const char **at)
{
	int number = 0;

	for (; isdigit((unsigned char)**at); ++*at)
		if (number <= NUMBER_MAX)
			number = 10 * number + **at - '0';
	return number <= NUMBER_MAX ? number : NUMBER_MAX + 1;
}

static const char *parse_length(const char *at, uint8_t *bits)
{
	size_t i = 0;

	while (strncmp(at, lengths[i].name, strlen(lengths[i].name)))
		i++;
	*bits = lengths[i].bits;
	return at + strlen(lengths[i].name);
}

static int mismatch(const char *from, int len, const struct conversion *c, int arg, uint8_t type,
		    const struct why *why)
{
	const struct taken *want = taken_of(c->takes), *have = taken_of(1u << type);
	bool castable = want->cast && have->cast;

	return bad(why, "%.*s takes %s, argument %d is %s%s%s%s", len, from, want->what, arg + 1,
		   have->what, castable ? "; cast it to (" : "", castable ? want->cast : "",
		   castable ? ")" : "");
}

/* @from is at the percent sign. Return: behind the conversion; NULL: @why says. */
static const char *parse_conversion(const char *from, const uint8_t args[KX_LOG_ARGS],
				    struct format_op *op, const struct why *why)
{
	const char *at = parse_flags(from + 1, op), *before_length;
	const struct conversion *c;
	int width, precision = -1;
	uint8_t bits, type;

	width = parse_number(&at);
	if (*at == '.') {
		at++;
		precision = parse_number(&at);
	}
	before_length = at;
	at = parse_length(at, &bits);
	c = conversion_find(at);
	if (!c || (at != before_length && c->kind != OP_INTEGER)) {
		unknown(from, at, why);
		return NULL;
	}
	at += strlen(c->name);
	if (width > NUMBER_MAX || precision > NUMBER_MAX) {
		bad(why, "%.*s: a width or precision is at most %d", (int)(at - from), from,
		    NUMBER_MAX);
		return NULL;
	}
	type = op->arg < KX_LOG_ARGS ? args[op->arg] : KX_ARG_END;
	if (!type) {
		bad(why, "%.*s has no argument: the text takes more than %d", (int)(at - from),
		    from, op->arg);
		return NULL;
	}
	if (!(c->takes & 1u << type)) {
		mismatch(from, at - from, c, op->arg, type, why);
		return NULL;
	}
	op->kind = c->kind;
	op->style = c->style;
	op->flags |= c->flags;
	op->bits = bits ?: type == KX_ARG_S32 || type == KX_ARG_U32 ? 32 : 64;
	op->width = width;
	op->precision = precision;
	return at;
}

/* @at and @to: what is read, and where it is written; behind a literal. */
static void parse_literal(const char **at, char **to)
{
	for (; **at; ++*at) {
		if (**at == '%' && (*at)[1] != '%')
			return;
		if (**at == '%')
			++*at;
		/* As printk() has them: a line has its end, whether it was written or not. */
		if (**at == '\n' && !(*at)[1])
			continue;
		*(*to)++ = **at;
	}
}

int format_parse(char *text, const uint8_t args[KX_LOG_ARGS], struct format_op ops[FORMAT_OPS],
		 size_t *nr, const struct why *why)
{
	int nr_args = format_nr_args(args), arg = 0;
	const char *at = text;
	char *to = text;

	*nr = 0;
	if (nr_args < 0)
		return bad(why, "damaged: its arguments are of no kind that is known");
	while (*at) {
		struct format_op *op = &ops[*nr];
		char *from = to;

		if (*at == '%' && at[1] != '%') {
			struct format_op found = { .arg = arg++ };

			at = parse_conversion(at, args, &found, why);
			if (!at)
				return -EINVAL;
			*op = found;
			++*nr;
			continue;
		}
		parse_literal(&at, &to);
		if (to == from)
			continue;
		*op = (struct format_op){ .kind = OP_LITERAL,
					  .literal = { from - text, to - from } };
		++*nr;
	}
	if (arg < nr_args)
		return bad(why, "it has %d argument%s, the text takes %d", nr_args,
			   nr_args == 1 ? "" : "s", arg);
	return 0;
}
