/* SPDX-License-Identifier: GPL-2.0-only */
/* prctl and arch_prctl: what a process may do and how it is treated. */
#include "prctl.h"

#include <asm/prctl.h>
#include <linux/prctl.h>
#include <linux/seccomp.h>

#include "../names.h"
#include "member.h"
#include "sigset.h"
#include "../xlat/process.h"

enum kind {
	NOTHING,	/* the option has no such argument */
	HEX_,		/* also what must be zero */
	UNSIGNED,
	SIGNED_32,
	SIGNED,
	ADDRESS,
	NAME_IN,
	NAME_OUT,
	SIG,
	SYMBOL,		/* of the form's table */
	BITS,
	SIG_AT,		/* the rest: in brackets, the kernel fills it in */
	SYMBOL_AT,
	UNSIGNED_AT,
	ADDRESS_AT,
	PID_TYPE,
	POLICY,		/* the rest depend on the argument before */
	CAP_OR_ZERO,
	PROGRAM,
	PROGRAM_REST,
	SPEC_STATE,
	PTRACER,
	VECTOR_LEN,	/* of SVE, with flags above it */
	VMA_ADDRESS,
	VMA_SIZE,
	VMA_NAME,
};

/* What an option makes of the four other arguments. */
struct form {
	uint32_t option;
	uint8_t kinds[4];
	const struct xlat *xlat;
};

#define REST3	HEX_, HEX_, HEX_
#define REST4	HEX_, REST3

static const struct form forms[] = {
	{ PR_SET_PDEATHSIG, { SIG } },
	{ PR_GET_PDEATHSIG, { SIG_AT } },
	{ PR_GET_DUMPABLE, {} },
	{ PR_SET_DUMPABLE, { SYMBOL }, &pr_dumpable },
	{ PR_GET_UNALIGN, { SYMBOL_AT }, &pr_unalign },
	{ PR_SET_UNALIGN, { BITS }, &pr_unalign },
	{ PR_GET_KEEPCAPS, {} },
	{ PR_SET_KEEPCAPS, { UNSIGNED } },
	{ PR_GET_FPEMU, { UNSIGNED_AT } },
	{ PR_SET_FPEMU, { UNSIGNED } },
	{ PR_GET_FPEXC, { UNSIGNED_AT } },
	{ PR_SET_FPEXC, { UNSIGNED } },
	{ PR_GET_TIMING, {} },
	{ PR_SET_TIMING, { UNSIGNED } },
	{ PR_SET_NAME, { NAME_IN } },
	{ PR_GET_NAME, { NAME_OUT } },
	{ PR_GET_ENDIAN, { UNSIGNED_AT } },
	{ PR_SET_ENDIAN, { UNSIGNED } },
	{ PR_GET_SECCOMP, {} },
	{ PR_SET_SECCOMP, { SYMBOL, PROGRAM, PROGRAM_REST, PROGRAM_REST },
	  &pr_seccomp_mode },
	{ PR_CAPBSET_READ, { SYMBOL }, &caps },
	{ PR_CAPBSET_DROP, { SYMBOL }, &caps },
	{ PR_GET_TSC, { SYMBOL_AT }, &pr_tsc },
	{ PR_SET_TSC, { SYMBOL }, &pr_tsc },
	{ PR_GET_SECUREBITS, {} },
	{ PR_SET_SECUREBITS, { BITS }, &pr_securebits },
	{ PR_SET_TIMERSLACK, { SIGNED } },
	{ PR_GET_TIMERSLACK, {} },
	{ PR_TASK_PERF_EVENTS_DISABLE, {} },
	{ PR_TASK_PERF_EVENTS_ENABLE, {} },
	{ PR_MCE_KILL, { SYMBOL, POLICY, HEX_, HEX_ }, &pr_mce_kill },
	{ PR_MCE_KILL_GET, { REST4 } },
	{ PR_SET_MM, { SYMBOL, REST3 }, &pr_set_mm },
	{ PR_SET_CHILD_SUBREAPER, { UNSIGNED } },
	{ PR_GET_CHILD_SUBREAPER, { UNSIGNED_AT } },
	{ PR_SET_NO_NEW_PRIVS, { UNSIGNED, REST3 } },
	{ PR_GET_TID_ADDRESS, { ADDRESS_AT } },
	{ PR_SET_THP_DISABLE, { UNSIGNED, REST3 } },
	{ PR_SET_FP_MODE, { BITS }, &pr_fp_mode },
	{ PR_GET_FP_MODE, {} },
	{ PR_CAP_AMBIENT, { SYMBOL, CAP_OR_ZERO, HEX_, HEX_ },
	  &pr_cap_ambient },
	{ PR_SVE_SET_VL, { VECTOR_LEN } },
	{ PR_SVE_GET_VL, {} },
	{ PR_GET_SPECULATION_CTRL, { SYMBOL }, &pr_spec },
	{ PR_SET_SPECULATION_CTRL, { SYMBOL, SPEC_STATE }, &pr_spec },
	{ PR_SET_IO_FLUSHER, { UNSIGNED, REST3 } },
	{ PR_SET_SYSCALL_USER_DISPATCH, { SYMBOL, HEX_, HEX_, ADDRESS },
	  &pr_dispatch },
	{ PR_SCHED_CORE, { SYMBOL, SIGNED_32, PID_TYPE, ADDRESS },
	  &pr_sched_core },
	{ 63 /* PR_SME_SET_VL */, { HEX_ } },
	{ 64 /* PR_SME_GET_VL */, {} },
	{ PR_SET_PTRACER, { PTRACER } },
	{ PR_SET_VMA, { SYMBOL, VMA_ADDRESS, VMA_SIZE, VMA_NAME }, &pr_set_vma },
};

static const struct form *form_of(uint32_t option)
{
	static const struct form plain = { 0, { REST4 } };
	size_t i;

	for (i = 0; i < sizeof(forms) / sizeof(forms[0]); i++) {
		if (forms[i].option == option)
			return &forms[i];
	}
	return &plain;
}

/* A task's name has 15 bytes; more are given, but not taken. */
static void out_name(struct out *o, const struct call *c, unsigned int i)
{
	const char *name = arg_data(o, c, i, 16);
	size_t len;

	if (!name)
		return;
	len = strnlen(name, 16);
	out_quoted(o, name, len > 15 ? 15 : len, len > 15);
}

static void out_string(struct out *o, const struct call *c, unsigned int i)
{
	size_t len = arg_len(c, i), n;
	const char *text = call_in(c, i, 0);

	if (!text) {
		out_addr(o, c->rec->args[i]);
		return;
	}
	n = strnlen(text, len);
	out_quoted(o, text, n < c->strsize ? n : c->strsize,
		   n == len || n > c->strsize);
}

/* What the kernel filled in, in brackets. */
static void out_pointee(struct out *o, const struct call *c, unsigned int i,
			enum kind kind, const struct xlat *xlat)
{
	const void *data = c->failed ? NULL : call_in(c, i, 8);
	uint32_t value;

	if (!data) {
		out_addr(o, c->rec->args[i]);
		return;
	}
	memcpy(&value, data, sizeof(value));
	out_char(o, '[');
	if (kind == ADDRESS_AT)
		out_addr(o, *(const uint64_t *)data);
	else if (kind == SIG_AT)
		out_signal(o, value);
	else if (kind == SYMBOL_AT)
		xlat_value(o, xlat, value);
	else
		out_udec(o, value);
	out_char(o, ']');
}

static void out_pid_type(struct out *o, uint32_t type)
{
	const char *name = xlat_name(&pr_pid_types, type);

	out_unknown(o, type, name ? name : "PIDTYPE_???");
}

static void out_vector_len(struct out *o, uint64_t value)
{
	uint64_t flags = value & ~0xffffull;
	uint64_t known = flags & (PR_SVE_SET_VL_ONEXEC | PR_SVE_VL_INHERIT);

	if (known & PR_SVE_SET_VL_ONEXEC)
		out_str(o, "PR_SVE_SET_VL_ONEXEC|");
	if (known & PR_SVE_VL_INHERIT)
		out_str(o, "PR_SVE_VL_INHERIT|");
	if (flags & ~known) {
		out_hex(o, flags & ~known);
		out_char(o, '|');
	}
	out_hex(o, value & 0xffff);
}

static void out_number(struct out *o, uint64_t value, enum kind kind)
{
	switch (kind) {
	case UNSIGNED:
		out_udec(o, value);
		break;
	case SIGNED_32:
		out_dec(o, (int32_t)value);
		break;
	case SIGNED:
		out_dec(o, (int64_t)value);
		break;
	case ADDRESS:
		out_addr(o, value);
		break;
	case SIG:
		if (value <= 64)
			out_signal(o, value);
		else
			out_udec(o, value);
		break;
	case VECTOR_LEN:
		out_vector_len(o, value);
		break;
	case PTRACER:
		if ((int32_t)value == -1)
			out_name_dec(o, -1, "PR_SET_PTRACER_ANY");
		else
			out_pid(o, (int32_t)value);
		break;
	default:
		out_hex(o, value);
	}
}

/* Arguments that what stands before them decides about. */
static void out_dependent(struct out *o, const struct call *c, unsigned int i,
			  enum kind kind)
{
	uint64_t value = c->rec->args[i], before = c->rec->args[1];

	switch (kind) {
	case POLICY:
		if (before == PR_MCE_KILL_SET)
			xlat_value(o, &pr_mce_kill_policy, value);
		else
			out_hex(o, value);
		break;
	case CAP_OR_ZERO:
		if (before >= PR_CAP_AMBIENT_IS_SET && before <= PR_CAP_AMBIENT_LOWER)
			xlat_value(o, &caps, value);
		else
			out_hex(o, value);
		break;
	case PROGRAM:
		if (before == SECCOMP_MODE_FILTER)
			out_program(o, c, i);
		else if (before != SECCOMP_MODE_STRICT)
			out_hex(o, value);
		break;
	case PROGRAM_REST:
		if (before != SECCOMP_MODE_FILTER &&
		    before != SECCOMP_MODE_STRICT)
			out_hex(o, value);
		break;
	case VMA_ADDRESS:
	case VMA_SIZE:
	case VMA_NAME:
		if (before)
			out_hex(o, value);
		else if (kind == VMA_ADDRESS)
			out_addr(o, value);
		else if (kind == VMA_SIZE)
			out_udec(o, value);
		else
			out_string(o, c, i);
		break;
	default:	/* SPEC_STATE */
		if (!xlat_name(&pr_spec, before))
			out_hex(o, value);
		else if (value)
			xlat_value(o, &pr_spec_state, value);
		else
			out_unknown(o, 0, "PR_SPEC_???");
	}
}

void print_prctl_arg(struct out *o, const struct call *c, unsigned int i,
		     const struct arg *arg)
{
	const struct form *form = form_of(c->rec->args[0]);
	enum kind kind = form->kinds[i - 1];
	uint64_t value = c->rec->args[i];

	(void)arg;
	switch (kind) {
	case NOTHING:
		break;
	case NAME_IN:
		out_name(o, c, i);
		break;
	case NAME_OUT:
		if (c->failed)
			out_addr(o, value);
		else
			out_name(o, c, i);
		break;
	case SYMBOL:
		xlat_value(o, form->xlat, value);
		break;
	case BITS:
		xlat_flags(o, form->xlat, value);
		break;
	case PID_TYPE:
		out_pid_type(o, value);
		break;
	case SIG_AT:
	case SYMBOL_AT:
	case UNSIGNED_AT:
	case ADDRESS_AT:
		out_pointee(o, c, i, kind, form->xlat);
		break;
	case POLICY:
	case CAP_OR_ZERO:
	case PROGRAM:
	case PROGRAM_REST:
	case SPEC_STATE:
	case VMA_ADDRESS:
	case VMA_SIZE:
	case VMA_NAME:
		out_dependent(o, c, i, kind);
		break;
	default:
		out_number(o, value, kind);
	}
}

static void note_name(struct out *o, const struct xlat *xlat, uint64_t value)
{
	const char *name = xlat_name(xlat, value);

	if (name)
		out_str(o, name);
}

void note_prctl(struct out *o, struct call *c)
{
	uint8_t constants = o->constants;

	if (c->failed)
		return;
	o->constants = CONSTANTS_ABBREV;
	switch ((uint32_t)c->rec->args[0]) {
	case PR_GET_DUMPABLE:
		note_name(o, &pr_dumpable, c->rec->ret);
		break;
	case PR_MCE_KILL_GET:
		note_name(o, &pr_mce_kill_policy, c->rec->ret);
		break;
	case PR_GET_SECUREBITS:
		c->hex_result = true;
		if (c->rec->ret)
			xlat_flags(o, &pr_securebits, c->rec->ret);
		break;
	case PR_GET_SPECULATION_CTRL:
		c->hex_result = true;
		if (c->rec->ret)
			xlat_flags(o, &pr_spec_state, c->rec->ret);
		else
			out_str(o, "PR_SPEC_NOT_AFFECTED");
		break;
	}
	o->constants = constants;
	if (constants == CONSTANTS_RAW && c->hex_result)
		o->len = 0;
}

/* State components of the processor: an array's bits, or one by its number. */
static void out_xfeatures(struct out *o, const struct call *c, unsigned int i)
{
	const uint64_t *mask = arg_data_out(o, c, i, sizeof(*mask));

	if (!mask)
		return;
	out_char(o, '[');
	out_hex(o, *mask);
	if (*mask) {
		out_mem(o, " /* ", 4);
		xlat_flags(o, &xfeatures, *mask);
		out_mem(o, " */", 3);
	}
	out_char(o, ']');
}

void print_arch_prctl_arg(struct out *o, const struct call *c, unsigned int i,
			  const struct arg *arg)
{
	const uint64_t *filled;

	(void)arg;
	switch (c->rec->args[0]) {
	case ARCH_GET_FS:
	case ARCH_GET_GS:
		filled = arg_data_out(o, c, i, sizeof(*filled));
		if (filled) {
			out_char(o, '[');
			out_addr(o, *filled);
			out_char(o, ']');
		}
		break;
	case ARCH_GET_CPUID:
		break;
	case ARCH_GET_XCOMP_SUPP:
	case ARCH_GET_XCOMP_PERM:
	case ARCH_GET_XCOMP_GUEST_PERM:
		out_xfeatures(o, c, i);
		break;
	case ARCH_SET_FS:
	case ARCH_SET_GS:
		out_addr(o, c->rec->args[i]);
		break;
	default:
		out_hex(o, c->rec->args[i]);
	}
}
