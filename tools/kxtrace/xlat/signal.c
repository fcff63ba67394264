/* SPDX-License-Identifier: GPL-2.0-only */
/* Names of what comes with signals: codes, flags of actions and stacks. */
#include "signal.h"

#include <asm/siginfo.h>
#include <linux/audit.h>
#include <linux/signal.h>

#ifndef SEGV_MTEAERR
#define SEGV_MTEAERR	8
#define SEGV_MTESERR	9
#endif
#ifndef SEGV_CPERR
#define SEGV_CPERR	10
#endif
/* <linux/signalfd.h> would bring in the C library's headers. */
#define SFD_CLOEXEC	02000000
#define SFD_NONBLOCK	04000
#ifndef SA_INTERRUPT
#define SA_INTERRUPT	0x20000000	/* ignored since Linux 1.3 */
#endif

XLAT(sigprocmask_how, "SIG_???", X(SIG_BLOCK), X(SIG_UNBLOCK), X(SIG_SETMASK));

XLAT(sigaction_flags, "SA_???",
     X(SA_RESTORER), X(SA_ONSTACK), X(SA_RESTART), X(SA_INTERRUPT),
     X(SA_NODEFER), X(SA_RESETHAND), X(SA_SIGINFO), X(SA_NOCLDSTOP),
     X(SA_NOCLDWAIT));

XLAT(sigaltstack_flags, "SS_???",
     X(SS_ONSTACK), X(SS_DISABLE), X(SS_AUTODISARM));

XLAT(signalfd_flags, "SFD_???", X(SFD_CLOEXEC), X(SFD_NONBLOCK));

XLAT(siginfo_codes, "SI_???",
     X(SI_USER), X(SI_KERNEL), X(SI_QUEUE), X(SI_TIMER), X(SI_MESGQ),
     X(SI_ASYNCIO), X(SI_SIGIO), X(SI_TKILL), X(SI_DETHREAD), X(SI_ASYNCNL));

XLAT(sigill_codes, "ILL_???",
     X(ILL_ILLOPC), X(ILL_ILLOPN), X(ILL_ILLADR), X(ILL_ILLTRP),
     X(ILL_PRVOPC), X(ILL_PRVREG), X(ILL_COPROC), X(ILL_BADSTK),
     X(ILL_BADIADDR));

XLAT(sigfpe_codes, "FPE_???",
     X(FPE_INTDIV), X(FPE_INTOVF), X(FPE_FLTDIV), X(FPE_FLTOVF),
     X(FPE_FLTUND), X(FPE_FLTRES), X(FPE_FLTINV), X(FPE_FLTSUB));

XLAT(sigtrap_codes, "TRAP_???",
     X(TRAP_BRKPT), X(TRAP_TRACE), X(TRAP_BRANCH), X(TRAP_HWBKPT),
     X(TRAP_UNK), X(TRAP_PERF));

XLAT(sigchld_codes, "CLD_???",
     X(CLD_EXITED), X(CLD_KILLED), X(CLD_DUMPED), X(CLD_TRAPPED),
     X(CLD_STOPPED), X(CLD_CONTINUED));

XLAT(sigpoll_codes, "POLL_???",
     X(POLL_IN), X(POLL_OUT), X(POLL_MSG), X(POLL_ERR), X(POLL_PRI),
     X(POLL_HUP));

XLAT(sigsys_codes, "SYS_???", X(SYS_SECCOMP), X(SYS_USER_DISPATCH));

XLAT(sigsegv_codes, "SEGV_???",
     X(SEGV_MAPERR), X(SEGV_ACCERR), X(SEGV_BNDERR), X(SEGV_PKUERR),
     X(SEGV_ACCADI), X(SEGV_ADIDERR), X(SEGV_ADIPERR), X(SEGV_MTEAERR),
     X(SEGV_MTESERR), X(SEGV_CPERR));

XLAT(sigbus_codes, "BUS_???",
     X(BUS_ADRALN), X(BUS_ADRERR), X(BUS_OBJERR), X(BUS_MCEERR_AR),
     X(BUS_MCEERR_AO));

XLAT(audit_archs, "AUDIT_ARCH_???",
     X(AUDIT_ARCH_X86_64), X(AUDIT_ARCH_I386), X(AUDIT_ARCH_AARCH64),
     X(AUDIT_ARCH_ARM), X(AUDIT_ARCH_ARMEB), X(AUDIT_ARCH_MIPS),
     X(AUDIT_ARCH_MIPS64), X(AUDIT_ARCH_MIPSEL), X(AUDIT_ARCH_MIPSEL64),
     X(AUDIT_ARCH_PPC), X(AUDIT_ARCH_PPC64), X(AUDIT_ARCH_PPC64LE),
     X(AUDIT_ARCH_RISCV32), X(AUDIT_ARCH_RISCV64), X(AUDIT_ARCH_S390),
     X(AUDIT_ARCH_S390X), X(AUDIT_ARCH_LOONGARCH64));
