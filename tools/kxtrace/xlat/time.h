/* SPDX-License-Identifier: GPL-2.0-only */
/* Names of clocks, timers and of the states of the clock's discipline. */
#ifndef KXTRACE_XLAT_TIME_H
#define KXTRACE_XLAT_TIME_H

#include "../xlat.h"

extern const struct xlat clock_ids, timer_flags, itimer_ids, sigev_notify;
extern const struct xlat adjtimex_modes, adjtimex_status, clock_states;

#endif
