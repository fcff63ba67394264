/* SPDX-License-Identifier: GPL-2.0-only */
/* Names of clocks, timers and of the states of the clock's discipline. */
#include "time.h"

#include <linux/time.h>
#include <linux/timex.h>

XLAT(clock_ids, "CLOCK_???",
     X(CLOCK_REALTIME), X(CLOCK_MONOTONIC), X(CLOCK_PROCESS_CPUTIME_ID),
     X(CLOCK_THREAD_CPUTIME_ID), X(CLOCK_MONOTONIC_RAW),
     X(CLOCK_REALTIME_COARSE), X(CLOCK_MONOTONIC_COARSE), X(CLOCK_BOOTTIME),
     X(CLOCK_REALTIME_ALARM), X(CLOCK_BOOTTIME_ALARM), X(CLOCK_SGI_CYCLE),
     X(CLOCK_TAI));

XLAT(timer_flags, "TIMER_???", X(TIMER_ABSTIME));

XLAT(itimer_ids, "ITIMER_???",
     X(ITIMER_REAL), X(ITIMER_VIRTUAL), X(ITIMER_PROF));

/* <asm-generic/siginfo.h>, which does not get along with <signal.h>. */
XLAT(sigev_notify, "SIGEV_???",
     { 0, "SIGEV_SIGNAL" }, { 1, "SIGEV_NONE" }, { 2, "SIGEV_THREAD" },
     { 4, "SIGEV_THREAD_ID" });

/* The combined ones first: they are told apart by all of their bits. */
XLAT(adjtimex_modes, "ADJ_???",
     { 0xa001, "ADJ_OFFSET_SS_READ" }, { 0x8001, "ADJ_OFFSET_SINGLESHOT" },
     X(ADJ_OFFSET), X(ADJ_FREQUENCY), X(ADJ_MAXERROR), X(ADJ_ESTERROR),
     X(ADJ_STATUS), X(ADJ_TIMECONST), X(ADJ_TAI), X(ADJ_SETOFFSET),
     X(ADJ_MICRO), X(ADJ_NANO), X(ADJ_TICK));

XLAT(adjtimex_status, "STA_???",
     X(STA_PLL), X(STA_PPSFREQ), X(STA_PPSTIME), X(STA_FLL), X(STA_INS),
     X(STA_DEL), X(STA_UNSYNC), X(STA_FREQHOLD), X(STA_PPSSIGNAL),
     X(STA_PPSJITTER), X(STA_PPSWANDER), X(STA_PPSERROR), X(STA_CLOCKERR),
     X(STA_NANO), X(STA_MODE), X(STA_CLK));

XLAT(clock_states, "TIME_???",
     X(TIME_OK), X(TIME_INS), X(TIME_DEL), X(TIME_OOP), X(TIME_WAIT),
     X(TIME_ERROR));
