/* SPDX-License-Identifier: GPL-2.0-only */
/* Members of a structure in braces: {name=value, name=value}. */
#ifndef KXTRACE_MEMBER_H
#define KXTRACE_MEMBER_H

#include "../decode.h"

/* "name=", after a comma unless the brace has just been opened. */
void member(struct out *o, const char *name);

void member_dec(struct out *o, const char *name, int64_t value);
/* With -Y, and the task's name. */
void member_pid(struct out *o, const char *name, int32_t pid);
void member_udec(struct out *o, const char *name, uint64_t value);
void member_hex(struct out *o, const char *name, uint64_t value);
void member_addr(struct out *o, const char *name, uint64_t value);
void member_flags(struct out *o, const char *name, const struct xlat *x,
		  uint64_t value);
void member_value(struct out *o, const char *name, const struct xlat *x,
		  uint64_t value);

/* Reserved words, shown only if one is not zero: resv=[0x1, 0, 0]. */
void member_reserved(struct out *o, const char *name, const uint32_t *words, size_t nr);
void member_reserved64(struct out *o, const char *name, const void *words, size_t nr);

/* Separates the elements of a list in brackets: all but the first. */
static inline void list_comma(struct out *o, size_t i)
{
	if (i)
		out_mem(o, ", ", 2);
}

/* -1 stands for "leave it as it is". */
void out_id(struct out *o, uint32_t id);

/* 0x40 and a comment: a value that no table has. */
void out_unknown(struct out *o, uint64_t value, const char *unknown);

/* The bytes as hexadecimal escapes: "\x01\x02". */
void out_bytes(struct out *o, const void *bytes, size_t len);

/*
 * The memory behind an argument, NULL when less than `len` bytes of it were
 * read; the address is then printed instead.
 */
const void *arg_data(struct out *o, const struct call *c, unsigned int i,
		     size_t len);

/* The same for what the kernel filled in, which is there only on success. */
const void *arg_data_out(struct out *o, const struct call *c, unsigned int i,
			 size_t len);

/* How many bytes there are behind what call_in() gives, or call_out(). */
size_t arg_len(const struct call *c, unsigned int i);
size_t arg_len_out(const struct call *c, unsigned int i);

#endif
