// SPDX-License-Identifier: GPL-2.0-only
/* A copy of a stack becomes return addresses, by libdwfl. */
#ifdef HAVE_LIBDW
#include "unwind.h"

#include <elfutils/libdwfl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "symbols.h"

/* What the code that begins a program may have put on its stack, and the slack. */
#define FIRST_FRAME	(48 + KXT_STACK_SLACK)

struct unwinder {
	Dwfl *dwfl;
	uint32_t tgid;
	bool attached;
	/* Of the stack that is being unwound. */
	const struct kxt_stack *stack;
	const char *memory;
	struct unwound *unwound;
	bool beyond;		/* something beyond the copy was asked for */
	char ending[160];
};

/* Unwinding needs no more than the file itself has. */
static int find_no_debuginfo(Dwfl_Module *module, void **data, const char *name, Dwarf_Addr base,
			     const char *file, const char *link, GElf_Word crc, char **found)
{
	(void)module, (void)data, (void)name, (void)base;
	(void)file, (void)link, (void)crc, (void)found;
	return -1;
}

static const Dwfl_Callbacks callbacks = {
	.find_elf = dwfl_build_id_find_elf,
	.find_debuginfo = find_no_debuginfo,
};

struct unwinder *unwinder_new(uint32_t tgid)
{
	struct unwinder *unwinder = calloc(1, sizeof(*unwinder));

	if (!unwinder)
		return NULL;
	unwinder->tgid = tgid;
	unwinder->dwfl = dwfl_begin(&callbacks);
	if (unwinder->dwfl)
		return unwinder;
	free(unwinder);
	return NULL;
}

void unwinder_free(struct unwinder *unwinder)
{
	if (!unwinder)
		return;
	dwfl_end(unwinder->dwfl);
	free(unwinder);
}

/* The descriptor becomes libdwfl's; a module that it has already closes it. */
void unwinder_add(struct unwinder *unwinder, const struct code *code)
{
	int64_t bias;
	int fd;

	if (!code->binary || !binary_bias(code, &bias))
		return;
	fd = binary_open(code->binary);
	if (fd < 0)
		return;
	dwfl_report_begin_add(unwinder->dwfl);
	if (!dwfl_report_elf(unwinder->dwfl, binary_path(code->binary),
			     binary_path(code->binary), fd, bias, true))
		close(fd);
	dwfl_report_end(unwinder->dwfl, NULL, NULL);
}

static pid_t next_thread(Dwfl *dwfl, void *ctx, void **arg)
{
	(void)dwfl;
	if (*arg)
		return 0;
	*arg = ctx;
	return ((struct unwinder *)ctx)->tgid;
}

static bool get_thread(Dwfl *dwfl, pid_t tid, void *ctx, void **arg)
{
	(void)dwfl, (void)tid;
	*arg = ctx;
	return true;
}

static bool read_memory(Dwfl *dwfl, Dwarf_Addr address, Dwarf_Word *result, void *ctx)
{
	struct unwinder *unwinder = ctx;
	const struct kxt_stack *stack = unwinder->stack;
	uint64_t sp = stack->regs[KXT_REG_SP], at = address - sp;

	(void)dwfl;
	if (address >= sp && at + sizeof(*result) <= stack->head.len) {
		memcpy(result, unwinder->memory + at, sizeof(*result));
		return true;
	}
	if (address >= sp && at < stack->room)
		unwinder->beyond = true;
	return false;
}

static bool set_registers(Dwfl_Thread *thread, void *ctx)
{
	struct unwinder *unwinder = ctx;

	Dwarf_Word regs[KXT_NR_REGS];
	unsigned int i;

	for (i = 0; i < KXT_NR_REGS; i++)
		regs[i] = unwinder->stack->regs[i];
	return dwfl_thread_state_registers(thread, 0, KXT_NR_REGS, regs);
}

static const Dwfl_Thread_Callbacks thread_callbacks = {
	.next_thread = next_thread,
	.get_thread = get_thread,
	.memory_read = read_memory,
	.set_initial_registers = set_registers,
};

static int take_frame(Dwfl_Frame *frame, void *ctx)
{
	struct unwinder *unwinder = ctx;
	struct unwound *unwound = unwinder->unwound;
	unsigned int i = unwound->nr;
	Dwarf_Addr pc;
	Dwarf_Word sp;
	bool exact;

	if (i == MAX_FRAMES) {
		unwound->ending = "there are more, these are enough";
		return DWARF_CB_ABORT;
	}
	if (!dwfl_frame_pc(frame, &pc, &exact))
		return DWARF_CB_ABORT;
	/* The outermost function has been called by nobody. */
	if (!pc)
		return DWARF_CB_ABORT;
	unwound->pc[i] = pc;
	unwound->exact[i] = exact;
	unwound->sp[i] = dwfl_frame_reg(frame, KXT_REG_SP, &sp) ? 0 : sp;
	unwound->nr++;
	return DWARF_CB_OK;
}

/* With the first code that is known: the architecture comes from it. */
static bool attach(struct unwinder *unwinder)
{
	if (!unwinder->attached)
		unwinder->attached = dwfl_attach_state(unwinder->dwfl, NULL, unwinder->tgid,
						       &thread_callbacks, unwinder);
	return unwinder->attached;
}

static const char *why(struct unwinder *unwinder)
{
	const struct unwound *unwound = unwinder->unwound;

	if (unwinder->beyond)
		snprintf(unwinder->ending, sizeof(unwinder->ending),
			 "%u of the stack's %u bytes were copied: --stack-size= takes more",
			 unwinder->stack->head.len, unwinder->stack->room);
	else if (!dwfl_addrmodule(unwinder->dwfl, unwound->pc[unwound->nr - 1]))
		return "this code is in no file";
	else
		return "its file does not tell how to unwind this code";
	return unwinder->ending;
}

/* Where a program begins there is no word on who called it, and nobody did. */
static bool is_at_end(const struct kxt_stack *stack, const struct unwound *unwound)
{
	uint64_t end = stack->regs[KXT_REG_SP] + stack->room;

	return unwound->sp[unwound->nr - 1] + FIRST_FRAME >= end;
}

void unwinder_run(struct unwinder *unwinder, const struct kxt_stack *stack, const void *memory,
		  struct unwound *unwound)
{
	int err = -1;

	unwound->nr = 0;
	unwound->ending = NULL;
	unwinder->stack = stack;
	unwinder->memory = memory;
	unwinder->unwound = unwound;
	unwinder->beyond = false;
	if (attach(unwinder))
		err = dwfl_getthread_frames(unwinder->dwfl, unwinder->tgid, take_frame, unwinder);
	if (!unwound->nr) {
		unwound->pc[0] = stack->ip;
		unwound->sp[0] = stack->regs[KXT_REG_SP];
		unwound->exact[0] = true;
		unwound->nr = 1;
	}
	/* To libdwfl a return address that cannot be read is the end. */
	if ((err < 0 || unwinder->beyond) && !unwound->ending && !is_at_end(stack, unwound))
		unwound->ending = why(unwinder);
}
#endif
