/* SPDX-License-Identifier: GPL-2.0-only */
/* The vocabulary of the call tables: kinds of arguments that all calls share. */
#ifndef KXTRACE_ARGS_H
#define KXTRACE_ARGS_H

#include "../decode.h"

arg_printer print_pid, print_int, print_uint, print_long, print_ulong, print_hex;
arg_printer print_int, print_uint, print_long, print_ulong, print_hex, print_hex32;
arg_printer print_addr, print_fd, print_fd_at, print_mode, print_dev;
arg_printer print_string, print_buffer, print_flags, print_value;
arg_printer print_strvec, print_envp, print_iovec;
/* After n of count elements: that there are more, and where they could not be read. */
void out_list_rest(struct out *o, const struct call *c, unsigned int i, uint64_t n,
		   uint64_t count, size_t size);

arg_printer print_int_pointer, print_long_pointer, print_int_pair;

/* What is read behind the argument; see enum kxt_capture. */
#define CAPTURE(kind_, when_, from_, size_)				\
	.op = { .kind = KXT_CAP_##kind_, .when = (when_),		\
		.size_from = (from_), .limit_from = KXT_FROM_NONE,	\
		.size = (size_) }

/*
 * Memory that the caller filled is read when the call is over: its page is
 * resident then, and entry needs no program. IN_EARLY is for memory that the
 * call itself destroys. Memory that the kernel fills is read on success;
 * OUT_ALWAYS is for what it fills when the call fails, too.
 */
#define IN		KXT_AT_EXIT
#define IN_EARLY	KXT_AT_ENTER
/* The same, where only a second argument that is the same would destroy it. */
#define IN_APART	(KXT_AT_ENTER | KXT_APART)
#define OUT		(KXT_AT_EXIT | KXT_ON_SUCCESS)
#define OUT_ALWAYS	(KXT_AT_EXIT | KXT_FILLED)
#define IN_OUT		(KXT_AT_ENTER | KXT_AT_EXIT | KXT_ON_SUCCESS)
#define FROM_RET	KXT_FROM_RET

#define INT(n)		{ n, print_int }
#define UINT(n)		{ n, print_uint }
#define PID(n)		{ n, print_pid }
#define LONG(n)		{ n, print_long }
#define ULONG(n)	{ n, print_ulong }	/* sizes, offsets, counts */
#define HEX(n)		{ n, print_hex }
#define HEX32(n)	{ n, print_hex32 }	/* of 32 bits in a register of 64 */
#define ADDR(n)		{ n, print_addr }
#define FD(n)		{ n, print_fd }
#define FD_AT(n)	{ n, print_fd_at }	/* AT_FDCWD by name */
#define MODE(n)		{ n, print_mode }	/* octal */
#define DEV(n)		{ n, print_dev }
#define FLAGS(n, x)	{ n, print_flags, .xlat = &(x) }
#define VALUE(n, x)	{ n, print_value, .xlat = &(x) }
#define PATH(n)		{ n, print_string, CAPTURE(PATH, IN, KXT_FROM_NONE, 0) }
#define STR(n)		{ n, print_string, CAPTURE(STR, IN, KXT_FROM_NONE, 0) }
/* Bytes, quoted as a string; their number is in argument `from`, or FROM_RET. */
#define BUF_IN(n, from)	{ n, print_buffer, CAPTURE(BUF, IN, from, 1) }
#define BUF_OUT(n, from) { n, print_buffer, CAPTURE(BUF, OUT, from, 1) }
#define STRVEC(n)	{ n, print_strvec, CAPTURE(STRVEC, IN_EARLY, KXT_FROM_NONE, 0) }
#define ENVP(n)		{ n, print_envp, CAPTURE(COUNTVEC, IN_EARLY, KXT_FROM_NONE, 0) }
#define IOVEC_IN(n, from) { n, print_iovec, CAPTURE(IOVEC, IN, from, 0) }
/* The kernel fills these: no more than the result's number of bytes is shown. */
#define IOVEC_OUT(n, from)						\
	{ n, print_iovec, .op = { .kind = KXT_CAP_IOVEC, .when = OUT,	\
	  .size_from = (from), .limit_from = KXT_FROM_RET } }
/* [5]; read back after the call: [5] too; IN_OUT: [5 => 3] when it changed. */
#define INT_PTR(n, when) { n, print_int_pointer, CAPTURE(FIXED, when, KXT_FROM_NONE, 4) }
#define LONG_PTR(n, when) { n, print_long_pointer, CAPTURE(FIXED, when, KXT_FROM_NONE, 8) }
#define INT_PAIR(n)	{ n, print_int_pair, CAPTURE(FIXED, OUT, KXT_FROM_NONE, 8) }
/* A structure, with its own printer. */
#define STRUCT(n, printer, when, type)					\
	{ n, printer, CAPTURE(FIXED, when, KXT_FROM_NONE, sizeof(type)) }
#define ARRAY(n, printer, when, from, type)				\
	{ n, printer, CAPTURE(ARRAY, when, from, sizeof(type)) }

/* A row of the table: [nr] = ..., so that a call is written down once. */
#define ROW(call, classes_, result_, ...)				\
	[__NR_##call] = { .name = #call, .classes = (classes_),		\
		.result = (result_),					\
		.nr_args = sizeof((struct arg[]){ __VA_ARGS__ }) /	\
			   sizeof(struct arg),				\
		.args = { __VA_ARGS__ } }
/* The same with something in brackets after the result. */
#define ROW_NOTE(call, classes_, result_, note, ...)			\
	[__NR_##call] = { .name = #call, .classes = (classes_),		\
		.result = (result_), .annotate = (note),		\
		.nr_args = sizeof((struct arg[]){ __VA_ARGS__ }) /	\
			   sizeof(struct arg),				\
		.args = { __VA_ARGS__ } }

#endif
