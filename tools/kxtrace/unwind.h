/* SPDX-License-Identifier: GPL-2.0-only */
/* What libdw does for us: stacks unwound, addresses named. */
#ifndef KXTRACE_UNWIND_H
#define KXTRACE_UNWIND_H

#include "stacks.h"

/* A file with code; one for all processes that have it. */
struct binary;

/*
 * The file of a mapping, opened; `tid` names a task for whom the path is right.
 * NULL when it is gone or another by now. The caller owns nothing.
 */
struct binaries;
struct binaries *binaries_new(bool sources);
void binaries_free(struct binaries *binaries);
struct binary *binary_get(struct binaries *binaries, const char *path, uint64_t size,
			  uint32_t tid);
struct binary *binary_vdso(struct binaries *binaries);

/* Code of a process: where a piece of a file is mapped. */
struct code {
	uint64_t start;
	uint64_t end;
	uint64_t offset;
	struct binary *binary;
};

/* All code of the file, when a piece of it is at `one`. Returns how many pieces. */
#define MAX_PIECES	32
unsigned int binary_pieces(const struct code *one, struct code *pieces);

/* Fills in all but pc. `address` is within the instruction that is meant. */
void binary_name(struct binary *binary, const struct code *code, uint64_t address,
		 struct stack_frame *frame);

/* Unwinds in one process; NULL without memory. Code is added, never taken away. */
struct unwinder;
struct unwinder *unwinder_new(uint32_t tgid);
void unwinder_free(struct unwinder *unwinder);
void unwinder_add(struct unwinder *unwinder, const struct code *code);

/* What unwinding found: by frame, where it is, and where its frame begins. */
#define MAX_FRAMES	256

struct unwound {
	unsigned int nr;
	const char *ending;
	uint64_t pc[MAX_FRAMES];
	uint64_t sp[MAX_FRAMES];	/* 0: not known */
	bool exact[MAX_FRAMES];		/* pc is where it is, not where it returns to */
};

void unwinder_run(struct unwinder *unwinder, const struct kxt_stack *stack, const void *memory,
		  struct unwound *unwound);

#endif
