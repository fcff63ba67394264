/* SPDX-License-Identifier: GPL-2.0-only */
/* Times, timers and clocks. */
#include "time.h"

#include <time.h>

#include "member.h"
#include "sigset.h"

static void out_pair(struct out *o, const char *sub, const struct ktimespec *ts)
{
	out_str(o, "{tv_sec=");
	out_dec(o, ts->sec);
	member_udec(o, sub, ts->nsec);
	out_char(o, '}');
}

void out_timespec(struct out *o, const struct ktimespec *ts)
{
	out_pair(o, "tv_nsec", ts);
}

void out_timeval(struct out *o, const struct ktimespec *tv)
{
	out_pair(o, "tv_usec", tv);
}

static void out_interval(struct out *o, const char *sub,
			 const struct kitimerspec *it)
{
	out_str(o, "{it_interval=");
	out_pair(o, sub, &it->interval);
	member(o, "it_value");
	out_pair(o, sub, &it->value);
	out_char(o, '}');
}

void out_itimerspec(struct out *o, const struct kitimerspec *it)
{
	out_interval(o, "tv_nsec", it);
}

void print_timespec(struct out *o, const struct call *c, unsigned int i,
		    const struct arg *arg)
{
	const struct ktimespec *ts = arg_data(o, c, i, sizeof(*ts));

	(void)arg;
	if (ts)
		out_timespec(o, ts);
}

void print_timeval(struct out *o, const struct call *c, unsigned int i,
		   const struct arg *arg)
{
	const struct ktimespec *tv = arg_data(o, c, i, sizeof(*tv));

	(void)arg;
	if (tv)
		out_timeval(o, tv);
}

void print_itimerspec(struct out *o, const struct call *c, unsigned int i,
		      const struct arg *arg)
{
	const struct kitimerspec *it = arg_data(o, c, i, sizeof(*it));

	(void)arg;
	if (it)
		out_itimerspec(o, it);
}

void print_itimerval(struct out *o, const struct call *c, unsigned int i,
		     const struct arg *arg)
{
	const struct kitimerspec *it = arg_data(o, c, i, sizeof(*it));

	(void)arg;
	if (it)
		out_interval(o, "tv_usec", it);
}

void print_remaining(struct out *o, const struct call *c, unsigned int i,
		     const struct arg *arg)
{
	const struct ktimespec *ts = call_in(c, i, sizeof(*ts));

	(void)arg;
	/* -512 and the following: the kernel's own, a signal is on its way. */
	if (ts && c->rec->ret <= -512 && c->rec->ret >= -516)
		out_timespec(o, ts);
	else
		out_addr(o, c->rec->args[i]);
}

void print_timezone(struct out *o, const struct call *c, unsigned int i,
		    const struct arg *arg)
{
	const int32_t *tz = arg_data(o, c, i, 2 * sizeof(*tz));

	(void)arg;
	if (!tz)
		return;
	out_str(o, "{tz_minuteswest=");
	out_dec(o, tz[0]);
	member_dec(o, "tz_dsttime", tz[1]);
	out_char(o, '}');
}

static void out_date(struct out *o, int64_t seconds)
{
	time_t t = seconds;
	char text[64];
	struct tm tm;

	if (localtime_r(&t, &tm) &&
	    strftime(text, sizeof(text), "%FT%T%z", &tm))
		out_str(o, text);
}

void print_time(struct out *o, const struct call *c, unsigned int i,
		const struct arg *arg)
{
	const int64_t *seconds = arg_data(o, c, i, sizeof(*seconds));

	(void)arg;
	if (!seconds)
		return;
	out_char(o, '[');
	out_dec(o, *seconds);
	if (*seconds) {
		out_mem(o, " /* ", 4);
		out_date(o, *seconds);
		out_mem(o, " */", 3);
	}
	out_char(o, ']');
}

void note_time(struct out *o, struct call *c)
{
	if (!c->failed && c->rec->ret)
		out_date(o, c->rec->ret);
}

void print_tms(struct out *o, const struct call *c, unsigned int i,
	       const struct arg *arg)
{
	const int64_t *t = arg_data_out(o, c, i, 4 * sizeof(*t));

	(void)arg;
	if (!t)
		return;
	out_char(o, '{');
	member_dec(o, "tms_utime", t[0]);
	member_dec(o, "tms_stime", t[1]);
	member_dec(o, "tms_cutime", t[2]);
	member_dec(o, "tms_cstime", t[3]);
	out_char(o, '}');
}

void print_timex(struct out *o, const struct call *c, unsigned int i,
		 const struct arg *arg)
{
	const struct ktimex *t = arg_data_out(o, c, i, sizeof(*t));

	(void)arg;
	if (!t)
		return;
	out_char(o, '{');
	member_flags(o, "modes", &adjtimex_modes, t->modes);
	member_dec(o, "offset", t->offset);
	member_dec(o, "freq", t->freq);
	member_dec(o, "maxerror", t->maxerror);
	member_dec(o, "esterror", t->esterror);
	member_flags(o, "status", &adjtimex_status, (uint32_t)t->status);
	member_dec(o, "constant", t->constant);
	member_dec(o, "precision", t->precision);
	member_dec(o, "tolerance", t->tolerance);
	member(o, "time");
	out_timeval(o, &t->time);
	member_dec(o, "tick", t->tick);
	member_dec(o, "ppsfreq", t->ppsfreq);
	member_dec(o, "jitter", t->jitter);
	member_dec(o, "shift", t->shift);
	member_dec(o, "stabil", t->stabil);
	member_dec(o, "jitcnt", t->jitcnt);
	member_dec(o, "calcnt", t->calcnt);
	member_dec(o, "errcnt", t->errcnt);
	member_dec(o, "stbcnt", t->stbcnt);
	member_dec(o, "tai", t->tai);
	out_char(o, '}');
}

void note_clock_state(struct out *o, struct call *c)
{
	const char *name = xlat_name(&clock_states, c->rec->ret);

	if (!c->failed && name)
		out_str(o, name);
}

/* The kernel's struct sigevent: glibc hides the members of its union. */
struct ksigevent {
	uint64_t value;
	int32_t signo;
	int32_t notify;
	union {
		int32_t tid;
		uint64_t thread[2];	/* the function and its attributes */
	};
};

void print_sigevent(struct out *o, const struct call *c, unsigned int i,
		    const struct arg *arg)
{
	const struct ksigevent *e = arg_data(o, c, i, sizeof(*e));

	(void)arg;
	if (!e)
		return;
	out_char(o, '{');
	if (e->value) {
		out_str(o, "sigev_value={sival_int=");
		out_dec(o, (int32_t)e->value);
		member_addr(o, "sival_ptr", e->value);
		out_char(o, '}');
	}
	member(o, "sigev_signo");
	if (e->notify == 0 || e->notify == 2 || e->notify == 4)
		out_signal(o, e->signo);
	else
		out_udec(o, (uint32_t)e->signo);
	member_value(o, "sigev_notify", &sigev_notify, (uint32_t)e->notify);
	if (e->notify == 4)
		member_dec(o, "sigev_notify_thread_id", e->tid);
	if (e->notify == 2) {
		member_addr(o, "sigev_notify_function", e->thread[0]);
		member_addr(o, "sigev_notify_attributes", e->thread[1]);
	}
	out_char(o, '}');
}
