/* SPDX-License-Identifier: GPL-2.0-only */
/* How a call becomes text: one row per call, one spec per argument. */
#ifndef KXTRACE_DECODE_H
#define KXTRACE_DECODE_H

#include <stdbool.h>
#include <stdint.h>

#include "../../bpf/kxtrace.h"
#include "out.h"
#include "xlat.h"

/* One call as the printers see it: its record, taken apart and checked. */
struct call {
	const struct kxt_call *rec;
	const struct call_info *info;
	uint32_t row;		/* in call_table, also if that is a hole */
	const struct kxt_chunk *in[KXT_NR_ARGS];	/* read at entry */
	const struct kxt_chunk *out[KXT_NR_ARGS];	/* read at exit */
	const struct kxt_chunk *fds[KXT_NR_ARGS + 1];	/* by KXT_ARG_FD */
	const struct kxt_chunk *fds_within;	/* the first KXT_ARG_FD_WITHIN */
	size_t fds_within_len;	/* from there to the record's end */
	uint8_t decode_fds;	/* -y: a set of FD_SHOW_* */
	const struct task_info *task;	/* who made it; never NULL in a view */
	const struct kxt_stack *stack;	/* where; NULL: not known; see stacks.h */
	const struct kxt_uring *uring;	/* not a call, but done by io_uring; else NULL */
	bool failed;		/* the result is an errno */
	bool abbrev;		/* as strace without -v */
	bool raw;		/* -e raw= */
	bool names;		/* -N */
	unsigned int strsize;	/* -s */
	bool hex_result;	/* set by the row's annotate, for flags */
};

struct arg;
struct task_info;
struct kxt_stack;
struct kxt_uring;

typedef void arg_printer(struct out *o, const struct call *c, unsigned int i,
			 const struct arg *arg);

/* One argument: its name, how it is shown, what memory is wanted for that. */
struct arg {
	const char *name;
	arg_printer *print;
	const struct xlat *xlat;	/* for the printers of symbols */
	struct kxt_op op;
	uint8_t aux;			/* another argument that the printer needs */
	bool named;			/* the printer prints the name, too */
};

enum result_kind {
	RESULT_DEC,		/* 3, or -1 ENOENT (No such file or directory) */
	RESULT_HEX,		/* addresses: mmap, brk */
	RESULT_FD,
	RESULT_PID,
	RESULT_OCT,		/* umask */
	RESULT_UDEC,
	RESULT_NONE,		/* never returns */
};

/* Classes for -e trace=%class, a bit each; the names are strace's. */
#define CLASS_FILE	(1u << 0)	/* takes a file name */
#define CLASS_DESC	(1u << 1)	/* takes or makes a file descriptor */
#define CLASS_PROCESS	(1u << 2)
#define CLASS_NET	(1u << 3)
#define CLASS_SIGNAL	(1u << 4)
#define CLASS_IPC	(1u << 5)
#define CLASS_MEMORY	(1u << 6)
#define CLASS_CREDS	(1u << 7)
#define CLASS_STAT	(1u << 8)
#define CLASS_LSTAT	(1u << 9)
#define CLASS_FSTAT	(1u << 10)
#define CLASS_STATFS	(1u << 11)
#define CLASS_FSTATFS	(1u << 12)
#define CLASS_STATFS_LIKE (1u << 13)	/* %%statfs */
#define CLASS_STAT_LIKE	(1u << 14)	/* %%stat */
#define CLASS_CLOCK	(1u << 15)
#define CLASS_PURE	(1u << 16)	/* never fails, no arguments */
/* No class for users: the registers are others after the call. */
#define CLASS_NEW_REGS	(1u << 17)

struct call_info {
	const char *name;
	uint32_t classes;
	uint8_t nr_args;
	uint8_t result;		/* enum result_kind */
	struct arg args[KXT_NR_ARGS];
	/*
	 * Writes what stands in brackets after the result, if anything, as in
	 * `= 1 ([{fd=3, revents=POLLIN}])`; not called for calls that do not
	 * return.
	 */
	void (*annotate)(struct out *o, struct call *c);
};

/*
 * By row: the calls of x86-64 by number, then those of i386, which are made when
 * the program begins. Rows without a name are holes.
 */
extern struct call_info call_table[KXT_NR_ROWS];

/* NULL when there is no such call; a number is one of x86-64. */
const struct call_info *call_info_by_nr(uint32_t nr);
const struct call_info *call_info_by_row(uint32_t row);
int call_nr_by_name(const char *name);	/* -ENOENT */

/*
 * The data of a chunk when at least `len` bytes of it were read, else NULL:
 * the printer then shows the address. `call_in` looks at what was read at
 * entry, or if nothing was, at exit; `call_out` only at exit.
 */
const void *call_in(const struct call *c, unsigned int i, size_t len);
const void *call_out(const struct call *c, unsigned int i, size_t len);

/* The next item of a chunk of items, NULL at its end; *pos starts at 0. */
const struct kxt_item *chunk_next_item(const struct kxt_chunk *chunk,
				       size_t *pos);

#endif
