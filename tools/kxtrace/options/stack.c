// SPDX-License-Identifier: GPL-2.0-only
/* Options: where in the program a call was made; io_uring. */
#include "family.h"

#include <errno.h>
#include <string.h>
#include <sys/syscall.h>

#define DEFAULT_SIZE	16384
#define LEAST_SIZE	512

static int take_ip(struct options *opt, const char *argument)
{
	(void)argument;
	opt->stack.instruction_pointer = true;
	return 0;
}

#ifdef HAVE_LIBDW
/* -k, -kk, --stack-traces, --stack-traces=source */
static int take_traces(struct options *opt, const char *what)
{
	if (!what || !strcmp(what, "symbol")) {
		if (opt->stack.traces < TRACES_SOURCE)
			opt->stack.traces++;
		return 0;
	}
	if (!strcmp(what, "source")) {
		opt->stack.traces = TRACES_SOURCE;
		return 0;
	}
	complain("--stack-traces=%s: symbol or source", what);
	return -EINVAL;
}
#else
static int take_traces(struct options *opt, const char *what)
{
	(void)opt;
	(void)what;
	complain("-k: this kxtrace was built without libdw, which unwinds stacks: install libdw-dev and build it again");
	return -EINVAL;
}
#endif

static int take_size(struct options *opt, const char *text)
{
	uint64_t size;

	if (!parse_size(text, &size) || size < LEAST_SIZE || size > KXT_STACK_MAX) {
		complain("--stack-size=%s: not a size of stacks; %d to %d bytes", text,
			 LEAST_SIZE, KXT_STACK_MAX);
		return -EINVAL;
	}
	opt->stack.size = size;
	return 0;
}

static int take_uring(struct options *opt, const char *when)
{
	bool on = !when || !strcmp(when, "on");

	if (!on && strcmp(when, "off")) {
		complain("--io-uring=%s: on or off", when);
		return -EINVAL;
	}
	opt->stack.uring = on;
	opt->stack.uring_said = true;
	return 0;
}

static const struct option_row rows[] = {
	{ 'i', "instruction-pointer", NULL, "where in the program each call was made", take_ip,
	  .rare = true },
	{ 'k', "stack-traces", "[WHAT]",
	  "the functions that led to it; -kk, =source: with file and line", take_traces },
	{ 0, "stack-trace", "[WHAT]", NULL, take_traces, .rare = true },
	{ 0, "stack-size", "SIZE", "copy so much of each stack, 16k unless told", take_size,
	  .rare = true },
	{ 0, "io-uring", "[WHEN]", "show what is done by io_uring, as calls: on or off", take_uring,
	  .rare = true },
};

/*
 * Who chose io_uring_enter wants to know what was entered. Who chose nothing
 * has to ask: it takes time at the start, and few programs use it.
 */
static int judge(struct options *opt)
{
	unsigned int nr;
	bool all = true;

	for (nr = 0; nr < KXT_NR_ROWS; nr++)
		all = all && opt->selected[nr];
	if (!opt->stack.size)
		opt->stack.size = DEFAULT_SIZE;
	if (!opt->stack.uring_said)
		opt->stack.uring = !all && opt->selected[__NR_io_uring_enter];
	return 0;
}

const struct option_family stack_options = {
	"Where it comes from", rows, NR(rows), NULL, 0, judge,
};
