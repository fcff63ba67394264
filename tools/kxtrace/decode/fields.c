/* SPDX-License-Identifier: GPL-2.0-only */
/* What members of structures have in common: devices, modes, dates. */
#include "fields.h"

#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <time.h>

#include "../xlat/file.h"
#include "member.h"

#define SET_IDS	(S_ISUID | S_ISGID | S_ISVTX)

void out_dev(struct out *o, uint64_t dev)
{
	if (o->constants)
		out_hex(o, dev);
	if (!names_begin(o))
		return;
	out_mem(o, "makedev(", 8);
	out_hex(o, major(dev));
	out_mem(o, ", ", 2);
	out_hex(o, minor(dev));
	out_char(o, ')');
	names_end(o);
}

void out_st_mode(struct out *o, unsigned int mode)
{
	const char *type = xlat_name(&file_types, mode & S_IFMT);

	if (!type || o->constants)
		out_oct(o, mode);
	if (!type || !names_begin(o))
		return;
	out_str(o, type);
	if (mode & S_ISUID)
		out_mem(o, "|S_ISUID", 8);
	if (mode & S_ISGID)
		out_mem(o, "|S_ISGID", 8);
	if (mode & S_ISVTX)
		out_mem(o, "|S_ISVTX", 8);
	out_char(o, '|');
	out_oct(o, mode & ~(S_IFMT | SET_IDS));
	names_end(o);
}

void out_more_flags(struct out *o, const struct xlat *x, uint64_t value)
{
	if (!value)
		return;
	out_char(o, '|');
	if (xlat_knows_any(x, value))
		xlat_flags(o, x, value);
	else
		out_hex(o, value);
}

void out_date_comment(struct out *o, int64_t seconds, uint64_t fraction,
		      unsigned int digits)
{
	time_t t = seconds;
	char text[64];
	struct tm tm;

	if ((!seconds && !fraction) || !localtime_r(&t, &tm) ||
	    !strftime(text, sizeof(text), "%FT%T", &tm))
		return;
	out_mem(o, " /* ", 4);
	out_str(o, text);
	if (fraction) {
		out_char(o, '.');
		out_udec_pad(o, fraction, digits, '0');
	}
	if (strftime(text, sizeof(text), "%z", &tm))
		out_str(o, text);
	out_mem(o, " */", 3);
}

uint64_t arg_count(const struct call *c, const struct arg *arg)
{
	if (arg->op.size_from == KXT_FROM_RET)
		return c->failed || c->rec->ret < 0 ? 0 : c->rec->ret;
	if (arg->op.size_from < KXT_NR_ARGS)
		return c->rec->args[arg->op.size_from];
	return 0;
}

const void *arg_elements(const struct call *c, unsigned int i,
			 const struct arg *arg, size_t *nr)
{
	const void *elements = call_in(c, i, 0);
	uint64_t bytes;

	/* More than there can be: an error of the caller, shown as its address. */
	if (__builtin_mul_overflow(arg_count(c, arg), arg->op.size, &bytes) ||
	    __builtin_add_overflow(c->rec->args[i], bytes, &bytes))
		return NULL;
	if (elements && arg_len(c, i) < arg->op.size && arg_count(c, arg))
		return NULL;
	if (elements)
		*nr = arg_len(c, i) / arg->op.size;
	return elements;
}

void print_flags64(struct out *o, const struct call *c, unsigned int i,
		   const struct arg *arg)
{
	xlat_flags(o, arg->xlat, c->rec->args[i]);
}
