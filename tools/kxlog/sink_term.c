// SPDX-License-Identifier: GPL-2.0-only
/* term: lines for people, on standard output. */
#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <unistd.h>

#include "outlet.h"

extern const struct sink_kind sink_term;

static int term_open(struct sink *sink, const char *where)
{
	if (where[0])
		return sink_fail(sink, -EINVAL, "--to %s: term: takes nothing but level=", sink->name);
	return outlet_open(sink, NULL, isatty(STDOUT_FILENO) && !getenv("NO_COLOR") ? lines_colour :
								     lines_screen, NULL);
}

/* Who reads has gone, as head(1) does: that is the end. */
static void end_with_reader(long result)
{
	if (result == -EPIPE)
		kill(getpid(), SIGTERM);
}

static long term_put(struct sink *sink, const struct entry *entries, size_t nr)
{
	long taken = outlet_put(sink, entries, nr);

	end_with_reader(taken);
	return taken;
}

static int term_work(struct sink *sink)
{
	int err = outlet_work(sink);

	end_with_reader(err);
	return err;
}

const struct sink_kind sink_term = {
	.scheme = "term",
	.where = "",
	.help = "lines on standard output",
	.open = term_open,
	.put = term_put,
	.work = term_work,
	.flush = outlet_flush,
	.close = outlet_close,
};
