/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Calls of 32-bit programs. Their table is that of x86-64 with what differs: a
 * call is brought into the form that it has in a 64-bit program, and is then
 * printed by the same printers.
 */
#ifndef KXTRACE_COMPAT_H
#define KXTRACE_COMPAT_H

#include "../decode.h"

/*
 * How a structure of a 32-bit program becomes that of a 64-bit one: a letter for
 * each member, before it how often.
 *   l  long		u  unsigned long, or pointer
 *   r  limit: all ones is infinity
 *   s w q  2, 4, 8 bytes as they are
 *   h  an id of 16 bits	p  4 bytes that only the 64-bit one has
 */
struct shape {
	arg_printer *print;		/* whose argument */
	const char *layout;
	/* Or where a command in another argument decides. */
	const char *(*pick)(const struct kxt_call *rec);
	/* Or a function, and how large the structures are. */
	void (*widen)(void *to, const void *from);
	uint16_t size;
	uint16_t wide;
	bool is_time;			/* wide in calls whose names end in 64 */
};

/* What differs from the call of 64-bit programs that it is like. */
struct compat_row {
	const char *name;
	uint16_t like;			/* an i386 number */
	uint8_t flags;
	/*
	 * Where the arguments are, a character each: a digit is a register, A to F
	 * are two of them, that one with the low half, N to S two with the high
	 * half first, a to f a register that counts pages.
	 */
	const char *order;
	const struct shape *shape;	/* instead of what fits the printer */
};

#define COMPAT_TIME64	1	/* times are as in 64-bit programs */
#define COMPAT_ID16	2	/* ids have 16 bits */
#define COMPAT_OWN	4	/* `like` is a row of i386.tbl */

/* By i386 numbers; those without a name are the same as on x86-64. */
extern const struct compat_row compat_rows[KXT_I386_ROWS];
/* The row with the printers, before it is adapted; its name may be NULL. */
const struct call_info *compat_base(uint32_t nr);

extern const struct shape old_stat_shape, stat64_shape, statfs64_shape, dirent_shape,
	wide_offset_shape, wide_limit_shape, size_shape;

/* NULL: as in 64-bit programs. */
const struct shape *shape_find(const struct compat_row *row, const struct arg *arg);
/* How large it is in the memory of a 32-bit program, an element if it is an array. */
size_t shape_size(const struct shape *shape);
/* Converts `len` bytes, as far as they go; returns how many it made, at most `room`. */
size_t shape_widen(const struct shape *shape, const struct arg *arg,
		   const struct kxt_call *rec, void *to, size_t room,
		   const void *from, size_t len);

/* In which register argument `i` of a row begins, and how many registers it has. */
unsigned int compat_register(uint32_t row, unsigned int i);
unsigned int compat_nr_registers(uint32_t row);

/*
 * Gives `call` the arguments and the memory that it has in a 64-bit program: what
 * it makes is valid until the next one.
 */
void compat_widen(struct call *call);

#endif
