/* SPDX-License-Identifier: GPL-2.0-only */
/* Operations of io_uring: which call each is like, and where its arguments stand. */
#ifndef KXTRACE_URING_OP_H
#define KXTRACE_URING_OP_H

#include "../decode.h"

struct uring_op {
	const char *name;		/* IORING_OP_NOP */
	const struct call_info *info;	/* how it is shown; never NULL */
	const char *like;		/* the call that does the same; NULL: none */
	uint8_t from[8];		/* enum kxt_sqe_field, by argument */
};

/* Any number will do: an operation that is not known is shown by its number. */
const struct uring_op *uring_op(unsigned int opcode);
/* The number of the call that does the same, or -ENOENT. */
int uring_op_nr(const struct uring_op *op);
int uring_enter_nr(void);

/* `io_uring: ` before, and what is special behind the result. */
void print_uring_prefix(struct out *o, const struct call *c);
void print_uring_suffix(struct out *o, const struct call *c);

#endif
