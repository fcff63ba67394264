/* SPDX-License-Identifier: GPL-2.0-only */
/* ptrace: the request decides what the other arguments are. */
#include "ptrace.h"

#include <linux/audit.h>
#include <linux/ptrace.h>

#include "errno.h"
#include "member.h"
#include "siginfo.h"
#include "../xlat/process.h"
#include "../xlat/signal.h"

enum { REQUEST, PID, ADDR_, DATA };

enum kind {
	NOTHING,
	ADDRESS,
	USER_OFFSET,
	SIZE,
	NOTE_TYPE,
	WORD,		/* [0x1234], filled in */
	NUMBER,		/* [1234], filled in */
	SIGNAL_NR,
	OPTIONS,
	SIGINFO_OUT,
	SIGINFO_IN,
	REGISTERS_OUT,
	REGISTERS_IN,
	VECTOR,
	SIGSET_OUT,
	SIGSET_IN,
	SYSCALL_INFO,
};

static const struct form {
	uint32_t request;
	uint8_t addr;
	uint8_t data;
} forms[] = {
	{ PTRACE_TRACEME, NOTHING, NOTHING },
	{ PTRACE_PEEKTEXT, ADDRESS, WORD },
	{ PTRACE_PEEKDATA, ADDRESS, WORD },
	{ PTRACE_PEEKUSR, USER_OFFSET, WORD },
	{ PTRACE_POKEUSR, USER_OFFSET, ADDRESS },
	{ PTRACE_CONT, ADDRESS, SIGNAL_NR },
	{ PTRACE_SYSCALL, ADDRESS, SIGNAL_NR },
	{ PTRACE_SINGLESTEP, ADDRESS, SIGNAL_NR },
	{ PTRACE_DETACH, ADDRESS, SIGNAL_NR },
	{ PTRACE_KILL, NOTHING, NOTHING },
	{ PTRACE_ATTACH, NOTHING, NOTHING },
	{ PTRACE_INTERRUPT, NOTHING, NOTHING },
	{ PTRACE_LISTEN, NOTHING, NOTHING },
	{ PTRACE_SEIZE, ADDRESS, OPTIONS },
	{ PTRACE_SETOPTIONS, ADDRESS, OPTIONS },
	{ PTRACE_GETEVENTMSG, ADDRESS, NUMBER },
	{ PTRACE_GETSIGINFO, ADDRESS, SIGINFO_OUT },
	{ PTRACE_SETSIGINFO, ADDRESS, SIGINFO_IN },
	{ PTRACE_GETREGSET, NOTE_TYPE, VECTOR },
	{ PTRACE_SETREGSET, NOTE_TYPE, VECTOR },
	{ PTRACE_GETSIGMASK, SIZE, SIGSET_OUT },
	{ PTRACE_SETSIGMASK, SIZE, SIGSET_IN },
	{ PTRACE_SECCOMP_GET_FILTER, SIZE, ADDRESS },
	{ PTRACE_SECCOMP_GET_METADATA, SIZE, ADDRESS },
	{ PTRACE_GET_SYSCALL_INFO, SIZE, SYSCALL_INFO },
#ifdef __x86_64__
	{ PTRACE_GETREGS, NOTHING, REGISTERS_OUT },
	{ PTRACE_SETREGS, NOTHING, REGISTERS_IN },
	{ PTRACE_GETFPREGS, NOTHING, ADDRESS },
	{ PTRACE_SETFPREGS, NOTHING, ADDRESS },
	{ PTRACE_OLDSETOPTIONS, ADDRESS, OPTIONS },
	{ PTRACE_SYSEMU, ADDRESS, SIGNAL_NR },
	{ PTRACE_SYSEMU_SINGLESTEP, ADDRESS, SIGNAL_NR },
	{ PTRACE_SINGLEBLOCK, ADDRESS, SIGNAL_NR },
#endif
};

static const struct form *form_of(uint32_t request)
{
	static const struct form plain = { 0, ADDRESS, ADDRESS };
	size_t i;

	for (i = 0; i < sizeof(forms) / sizeof(forms[0]); i++) {
		if (forms[i].request == request)
			return &forms[i];
	}
	return &plain;
}

/* struct user_regs_struct, in its order. */
static const struct {
	const char *name;	/* as a member */
	const char *slot;	/* as an offset in struct user */
} registers[] = {
	{ "r15", "8*R15" }, { "r14", "8*R14" }, { "r13", "8*R13" },
	{ "r12", "8*R12" }, { "rbp", "8*RBP" }, { "rbx", "8*RBX" },
	{ "r11", "8*R11" }, { "r10", "8*R10" }, { "r9", "8*R9" },
	{ "r8", "8*R8" }, { "rax", "8*RAX" }, { "rcx", "8*RCX" },
	{ "rdx", "8*RDX" }, { "rsi", "8*RSI" }, { "rdi", "8*RDI" },
	{ "orig_rax", "8*ORIG_RAX" }, { "rip", "8*RIP" }, { "cs", "8*CS" },
	{ "eflags", "8*EFL" }, { "rsp", "8*RSP" }, { "ss", "8*SS" },
	{ "fs_base", NULL }, { "gs_base", NULL }, { "ds", NULL },
	{ "es", NULL }, { "fs", NULL }, { "gs", NULL },
};

#define NR_REGISTERS	(sizeof(registers) / sizeof(registers[0]))

static void out_registers(struct out *o, const uint64_t *regs)
{
	size_t i;

	out_char(o, '{');
	for (i = 0; i < NR_REGISTERS; i++)
		member_hex(o, registers[i].name, regs[i]);
	out_char(o, '}');
}

/* The register, or what is behind the last one that has a name. */
static void out_user_offset(struct out *o, uint64_t offset)
{
	size_t i = offset / 8;

	if (i >= NR_REGISTERS) {
		out_hex(o, offset);
		return;
	}
	if (o->constants)
		out_addr(o, offset);
	if (!names_begin(o))
		return;
	while (!registers[i].slot)
		i--;
	out_str(o, registers[i].slot);
	if (offset > i * 8) {
		out_char(o, '+');
		out_udec(o, offset - i * 8);
	}
	names_end(o);
}

static void out_options(struct out *o, uint64_t options)
{
	xlat_flags(o, &ptrace_options, options);
}

static void out_nr(struct out *o, uint32_t arch, uint64_t nr)
{
	const struct call_info *info = NULL;

	if (arch == AUDIT_ARCH_X86_64 && nr <= UINT32_MAX)
		info = call_info_by_nr(nr);
	if (info) {
		out_str(o, "__NR_");
		out_str(o, info->name);
	} else {
		out_udec(o, nr);
	}
}

static void out_entry(struct out *o, const struct ptrace_syscall_info *info,
		      const char *name)
{
	size_t i;

	member(o, name);
	out_str(o, "{nr=");
	out_nr(o, info->arch, info->entry.nr);
	out_str(o, ", args=[");
	for (i = 0; i < 6; i++) {
		list_comma(o, i);
		out_hex(o, info->entry.args[i]);
	}
	out_char(o, ']');
	if (info->op == PTRACE_SYSCALL_INFO_SECCOMP)
		member_udec(o, "ret_data", info->seccomp.ret_data);
	out_char(o, '}');
}

static void out_exit(struct out *o, const struct ptrace_syscall_info *info)
{
	int64_t rval = info->exit.rval;
	const char *error = NULL;

	if (info->exit.is_error == 1 && rval < 0 && rval > -4096)
		error = errno_name(-rval);
	out_str(o, ", exit={rval=");
	if (error) {
		out_char(o, '-');
		out_str(o, error);
	} else {
		out_dec(o, rval);
	}
	member_udec(o, "is_error", info->exit.is_error);
	out_char(o, '}');
}

/* The result says how much of it the kernel had to tell. */
static void out_syscall_info(struct out *o, const struct call *c,
			     unsigned int i)
{
	const struct ptrace_syscall_info *info;
	uint64_t len = c->rec->ret;

	if (c->rec->args[ADDR_] < len)
		len = c->rec->args[ADDR_];
	info = arg_data_out(o, c, i, sizeof(*info));
	if (!info)
		return;
	out_char(o, '{');
	member_value(o, "op", &ptrace_info_ops, info->op);
	member_value(o, "arch", &audit_archs, info->arch);
	member_addr(o, "instruction_pointer", info->instruction_pointer);
	member_addr(o, "stack_pointer", info->stack_pointer);
	if (info->op == PTRACE_SYSCALL_INFO_ENTRY && len >= 80)
		out_entry(o, info, "entry");
	if (info->op == PTRACE_SYSCALL_INFO_SECCOMP && len >= 84)
		out_entry(o, info, "seccomp");
	if (info->op == PTRACE_SYSCALL_INFO_EXIT && len >= 33)
		out_exit(o, info);
	out_char(o, '}');
}

static void out_word(struct out *o, const struct call *c, unsigned int i,
		     bool hex)
{
	const uint64_t *word = arg_data_out(o, c, i, sizeof(*word));

	if (!word)
		return;
	out_char(o, '[');
	if (hex)
		out_hex(o, *word);
	else
		out_udec(o, *word);
	out_char(o, ']');
}

static void out_vector(struct out *o, const struct call *c, unsigned int i)
{
	const uint64_t *iov = arg_data(o, c, i, 16);

	if (!iov)
		return;
	out_str(o, "{iov_base=");
	out_addr(o, iov[0]);
	member_udec(o, "iov_len", iov[1]);
	out_char(o, '}');
}

static void out_mask(struct out *o, const struct call *c, unsigned int i)
{
	const void *mask = c->rec->args[ADDR_] == 8 ? call_in(c, i, 8) : NULL;

	if (mask)
		out_sigset(o, mask, 8);
	else
		out_addr(o, c->rec->args[i]);
}

static bool is_filled(enum kind kind)
{
	return kind == SIGINFO_OUT || kind == REGISTERS_OUT ||
	       kind == SIGSET_OUT;
}

void print_ptrace_pid(struct out *o, const struct call *c, unsigned int i,
		      const struct arg *arg)
{
	if (c->rec->args[REQUEST] != PTRACE_TRACEME)
		print_pid(o, c, i, arg);
}

void print_ptrace_addr(struct out *o, const struct call *c, unsigned int i,
		       const struct arg *arg)
{
	(void)arg;
	switch ((enum kind)form_of(c->rec->args[REQUEST])->addr) {
	case NOTHING:
		break;
	case USER_OFFSET:
		out_user_offset(o, c->rec->args[i]);
		break;
	case SIZE:
		out_udec(o, c->rec->args[i]);
		break;
	case NOTE_TYPE:
		xlat_value(o, &elf_note_types, (uint32_t)c->rec->args[i]);
		break;
	default:
		out_addr(o, c->rec->args[i]);
	}
}

void print_ptrace_data(struct out *o, const struct call *c, unsigned int i,
		       const struct arg *arg)
{
	enum kind kind = form_of(c->rec->args[REQUEST])->data;
	const void *regs;

	if (c->failed && is_filled(kind)) {
		out_addr(o, c->rec->args[i]);
		return;
	}
	switch (kind) {
	case NOTHING:
		break;
	case WORD:
	case NUMBER:
		out_word(o, c, i, kind == WORD);
		break;
	case SIGNAL_NR:
		out_signal(o, c->rec->args[i]);
		break;
	case OPTIONS:
		out_options(o, c->rec->args[i]);
		break;
	case SIGINFO_OUT:
	case SIGINFO_IN:
		print_siginfo(o, c, i, arg);
		break;
	case REGISTERS_OUT:
	case REGISTERS_IN:
		regs = arg_data(o, c, i, NR_REGISTERS * 8);
		if (regs)
			out_registers(o, regs);
		break;
	case VECTOR:
		out_vector(o, c, i);
		break;
	case SIGSET_OUT:
	case SIGSET_IN:
		out_mask(o, c, i);
		break;
	case SYSCALL_INFO:
		out_syscall_info(o, c, i);
		break;
	default:
		out_addr(o, c->rec->args[i]);
	}
}
