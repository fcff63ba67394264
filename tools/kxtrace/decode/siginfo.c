/* SPDX-License-Identifier: GPL-2.0-only */
/* What a signal brought with it. */
#include "siginfo.h"

#include <linux/audit.h>
#include <signal.h>

#include "errno.h"
#include "member.h"
#include "../xlat/signal.h"

#ifdef __x86_64__
#define NATIVE_ARCH	AUDIT_ARCH_X86_64
#else
#define NATIVE_ARCH	AUDIT_ARCH_AARCH64
#endif

/* Codes mean something else for each of these signals. */
static const struct {
	int signo;
	const struct xlat *codes;
} codes_by_signal[] = {
	{ SIGILL, &sigill_codes }, { SIGFPE, &sigfpe_codes },
	{ SIGTRAP, &sigtrap_codes }, { SIGCHLD, &sigchld_codes },
	{ SIGPOLL, &sigpoll_codes }, { SIGSYS, &sigsys_codes },
	{ SIGSEGV, &sigsegv_codes }, { SIGBUS, &sigbus_codes },
};

static const char *code_name(int32_t signo, int32_t code)
{
	const char *name = xlat_name(&siginfo_codes, (int64_t)code);
	size_t i;

	if (name)
		return name;
	for (i = 0; i < sizeof(codes_by_signal) / sizeof(codes_by_signal[0]);
	     i++) {
		if (codes_by_signal[i].signo == signo)
			return xlat_name(codes_by_signal[i].codes,
					 (int64_t)code);
	}
	return NULL;
}

static int32_t low(uint64_t field)
{
	return field;
}

static int32_t high(uint64_t field)
{
	return field >> 32;
}

static void out_sender(struct out *o, const struct ksiginfo *s)
{
	member_pid(o, "si_pid", low(s->fields[0]));
	member(o, "si_uid");
	out_id(o, high(s->fields[0]));
}

static void out_sigval(struct out *o, uint64_t value)
{
	member_dec(o, "si_int", low(value));
	member_addr(o, "si_ptr", value);
}

/* A signal of the kernel's own has no sender, and zeros there. */
static void out_queued(struct out *o, const struct ksiginfo *s)
{
	if (s->code < 0 || s->fields[0])
		out_sender(o, s);
	if (s->fields[1])
		out_sigval(o, s->fields[1]);
}

static void out_ticks(struct out *o, const char *name, int64_t ticks)
{
	const double hz = 100;	/* USER_HZ */

	member_dec(o, name, ticks);
	if (ticks > 0 && o->constants != CONSTANTS_RAW)
		out_printf(o, " /* %.2f s */", ticks / hz);
}

static void out_child(struct out *o, const struct ksiginfo *s)
{
	int32_t status = low(s->fields[1]);

	out_sender(o, s);
	member(o, "si_status");
	if (s->code == CLD_EXITED)
		out_dec(o, status);
	else
		out_signal(o, status);
	out_ticks(o, "si_utime", s->fields[2]);
	out_ticks(o, "si_stime", s->fields[3]);
}

static void out_band(struct out *o, const struct ksiginfo *s)
{
	member_dec(o, "si_band", s->fields[0]);
	member_dec(o, "si_fd", low(s->fields[1]));
}

static void out_fault(struct out *o, const struct ksiginfo *s)
{
	member_addr(o, "si_addr", s->fields[0]);
	/* Behind the address: which bytes of it are bad, or which limits. */
	if (s->signo == SIGBUS &&
	    (s->code == BUS_MCEERR_AR || s->code == BUS_MCEERR_AO))
		member_hex(o, "si_addr_lsb", (uint16_t)s->fields[1]);
	if (s->signo == SIGSEGV && s->code == SEGV_BNDERR) {
		member_addr(o, "si_lower", s->fields[2]);
		member_addr(o, "si_upper", s->fields[3]);
	}
	if (s->signo == SIGSEGV && s->code == SEGV_PKUERR)
		member_udec(o, "si_pkey", (uint32_t)s->fields[2]);
}

static void out_sigsys(struct out *o, const struct ksiginfo *s)
{
	uint32_t nr = s->fields[1], arch = s->fields[1] >> 32;
	const struct call_info *info = NULL;

	if (arch == NATIVE_ARCH)
		info = call_info_by_nr(nr);
	member_addr(o, "si_call_addr", s->fields[0]);
	member(o, "si_syscall");
	if (o->constants || !info)
		out_dec(o, (int32_t)nr);
	if (info && names_begin(o)) {
		out_str(o, "__NR_");
		out_str(o, info->name);
		names_end(o);
	}
	member_value(o, "si_arch", &audit_archs, arch);
}

static void out_by_signal(struct out *o, const struct ksiginfo *s)
{
	switch (s->signo) {
	case SIGILL:
	case SIGFPE:
	case SIGSEGV:
	case SIGBUS:
	case SIGTRAP:
		out_fault(o, s);
		break;
	case SIGCHLD:
		out_child(o, s);
		break;
	case SIGPOLL:
		if (xlat_name(&sigpoll_codes, s->code))
			out_band(o, s);
		break;
	case SIGSYS:
		out_sigsys(o, s);
		break;
	default:
		out_queued(o, s);
	}
}

static void out_by_code(struct out *o, const struct ksiginfo *s)
{
	switch (s->code) {
	case SI_USER:
	case SI_TKILL:
		out_sender(o, s);
		break;
	case SI_TIMER:
		member_hex(o, "si_timerid", (uint32_t)s->fields[0]);
		member_dec(o, "si_overrun", high(s->fields[0]));
		out_sigval(o, s->fields[1]);
		break;
	case SI_SIGIO:
		out_band(o, s);
		break;
	default:
		if (s->code > 0)
			out_by_signal(o, s);
		else
			out_queued(o, s);
	}
}

void out_siginfo(struct out *o, const struct ksiginfo *s)
{
	const char *code = code_name(s->signo, s->code);

	if (!s->signo) {
		out_str(o, "{}");
		return;
	}
	out_str(o, "{si_signo=");
	out_signal(o, s->signo);
	member(o, "si_code");
	out_name_hex(o, (uint32_t)s->code, code);
	if (s->err) {
		member(o, "si_errno");
		out_name_dec(o, s->err, errno_name(s->err));
	}
	out_by_code(o, s);
	out_char(o, '}');
}

void print_siginfo(struct out *o, const struct call *c, unsigned int i,
		   const struct arg *arg)
{
	const struct ksiginfo *info = arg_data(o, c, i, sizeof(*info));

	(void)arg;
	if (info)
		out_siginfo(o, info);
}

void print_signal_line(struct out *o, const struct kxt_signal *sig)
{
	struct ksiginfo info = {
		.signo = sig->sig, .err = sig->si_errno, .code = sig->si_code,
	};

	memcpy(info.fields, sig->fields, sizeof(info.fields));
	out_str(o, "--- ");
	out_signal_name(o, sig->sig);
	out_char(o, ' ');
	out_siginfo(o, &info);
	out_str(o, " ---");
}
