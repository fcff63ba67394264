/* SPDX-License-Identifier: GPL-2.0-only */
/* Names of what comes with signals: codes, flags of actions and stacks. */
#ifndef KXTRACE_XLAT_SIGNAL_H
#define KXTRACE_XLAT_SIGNAL_H

#include "../xlat.h"

extern const struct xlat sigprocmask_how, sigaction_flags, sigaltstack_flags;
extern const struct xlat signalfd_flags, audit_archs;
extern const struct xlat siginfo_codes;	/* of any signal */
extern const struct xlat sigill_codes, sigfpe_codes, sigtrap_codes;
extern const struct xlat sigchld_codes, sigpoll_codes, sigsys_codes;
extern const struct xlat sigsegv_codes, sigbus_codes;

#endif
