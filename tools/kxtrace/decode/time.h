/* SPDX-License-Identifier: GPL-2.0-only */
/* Times, timers and clocks. */
#ifndef KXTRACE_TIME_H
#define KXTRACE_TIME_H

#include "args.h"
#include "../xlat/time.h"

/* The kernel's layouts on 64 bits, whatever this program's C library uses. */
struct ktimespec {
	int64_t sec;
	uint64_t nsec;	/* or microseconds: struct timeval looks the same */
};

struct kitimerspec {
	struct ktimespec interval;
	struct ktimespec value;
};

struct ktimex {
	uint32_t modes, pad;
	int64_t offset, freq, maxerror, esterror;
	int32_t status, pad2;
	int64_t constant, precision, tolerance;
	struct ktimespec time;
	int64_t tick, ppsfreq, jitter;
	int32_t shift, pad3;
	int64_t stabil, jitcnt, calcnt, errcnt, stbcnt;
	int32_t tai;
	int32_t reserved[11];
};

void out_timespec(struct out *o, const struct ktimespec *ts);
void out_timeval(struct out *o, const struct ktimespec *tv);
void out_itimerspec(struct out *o, const struct kitimerspec *it);

arg_printer print_timespec, print_timeval, print_itimerspec, print_itimerval;
/* What remains of a sleep: shown only if a signal broke it off. */
arg_printer print_remaining;
arg_printer print_timezone, print_time, print_tms, print_timex;
arg_printer print_sigevent;

void note_time(struct out *o, struct call *c);
void note_clock_state(struct out *o, struct call *c);

#define TIMESPEC(n, when)	STRUCT(n, print_timespec, when, struct ktimespec)
#define TIMEVAL(n, when)	STRUCT(n, print_timeval, when, struct ktimespec)
#define ITIMERSPEC(n, when)	STRUCT(n, print_itimerspec, when, struct kitimerspec)
#define ITIMERVAL(n, when)	STRUCT(n, print_itimerval, when, struct kitimerspec)

#endif
