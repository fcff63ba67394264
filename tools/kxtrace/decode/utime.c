/* SPDX-License-Identifier: GPL-2.0-only */
/* Times that files get: each with its date in a comment. */
#include "file.h"

#include <fcntl.h>

#include "member.h"

#define NS_PER_S	1000000000u
#define US_PER_S	1000000u

void print_utimbuf(struct out *o, const struct call *c, unsigned int i,
		   const struct arg *arg)
{
	const int64_t *times = arg_data(o, c, i, 16);

	(void)arg;
	if (!times)
		return;
	out_str(o, "{actime=");
	out_dec(o, times[0]);
	out_date_comment(o, times[0], 0, 0);
	member_dec(o, "modtime", times[1]);
	out_date_comment(o, times[1], 0, 0);
	out_char(o, '}');
}

void print_utimes(struct out *o, const struct call *c, unsigned int i,
		  const struct arg *arg)
{
	const struct ktimespec *times = arg_data(o, c, i, 2 * sizeof(*times));
	int n;

	(void)arg;
	if (!times)
		return;
	for (n = 0; n < 2; n++) {
		out_str(o, n ? ", " : "[");
		out_timeval(o, &times[n]);
		if (times[n].nsec < US_PER_S)
			out_date_comment(o, times[n].sec, times[n].nsec, 6);
	}
	out_char(o, ']');
}

/* The seconds count for nothing then. */
static void out_special(struct out *o, const struct ktimespec *time)
{
	if (o->constants)
		out_timespec(o, time);
	if (!names_begin(o))
		return;
	out_str(o, time->nsec == UTIME_NOW ? "UTIME_NOW" : "UTIME_OMIT");
	names_end(o);
}

void print_utimensat(struct out *o, const struct call *c, unsigned int i,
		     const struct arg *arg)
{
	const struct ktimespec *times = arg_data(o, c, i, 2 * sizeof(*times));
	int n;

	(void)arg;
	if (!times)
		return;
	for (n = 0; n < 2; n++) {
		out_str(o, n ? ", " : "[");
		if (times[n].nsec == UTIME_NOW || times[n].nsec == UTIME_OMIT) {
			out_special(o, &times[n]);
		} else {
			out_timespec(o, &times[n]);
			if (times[n].nsec < NS_PER_S)
				out_date_comment(o, times[n].sec,
						 times[n].nsec, 9);
		}
	}
	out_char(o, ']');
}
