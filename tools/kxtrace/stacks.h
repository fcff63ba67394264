/* SPDX-License-Identifier: GPL-2.0-only */
/* Where calls were made: raw stacks become frames, with names of functions. */
#ifndef KXTRACE_STACKS_H
#define KXTRACE_STACKS_H

#include "decode.h"
#include "options.h"
#include "tasks.h"

struct stack_frame {
	uint64_t pc;
	const char *path;		/* NULL: in no file that is known */
	uint64_t offset;		/* of pc in that file */
	const char *symbol;		/* NULL: not known */
	uint64_t symbol_offset;		/* from its beginning to pc */
	const char *source;		/* -kk; NULL: not known */
	unsigned int line;
};

/* The innermost first. */
struct stack_frames {
	unsigned int nr;
	const char *ending;		/* why there are no more; NULL: it is whole */
	struct stack_frame list[];
};

/*
 * The stack of a call, from any view; NULL when there is none. It is valid
 * while the view is told of the call; the names in it, until the trace is over.
 */
const struct stack_frames *stack_of(const struct call *call);

/* The lines below a call: " > FILE(FUNCTION+0x1) [0x2]". */
void print_stack(struct out *o, const struct stack_frames *frames);

struct stacks;

/* NULL without memory. */
struct stacks *stacks_new(const struct options *opt);
void stacks_free(struct stacks *stacks);

/* KXT_STACK, for the task's next call; KXT_MAP. False: malformed. */
bool stacks_take(struct stacks *stacks, struct task_info *task, const void *record, size_t len);
bool stacks_map(struct stacks *stacks, const void *record, size_t len);
/* KXT_FORK, KXT_EXIT. */
void stacks_forked(struct stacks *stacks, const struct kxt_task_event *event);
void stacks_exited(struct stacks *stacks, const struct kxt_task_event *event);

/*
 * A process that was there before the trace: its mappings are asked from the
 * system and given to `fn` as records of kind KXT_MAP.
 */
bool stacks_knows(struct stacks *stacks, uint32_t tgid);
void stacks_ask(uint32_t tgid, int (*fn)(void *ctx, const void *record, size_t len), void *ctx);

#endif
