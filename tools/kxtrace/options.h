/* SPDX-License-Identifier: GPL-2.0-only */
/* What the user asked for: the command line, read and judged. */
#ifndef KXTRACE_OPTIONS_H
#define KXTRACE_OPTIONS_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "../../bpf/kxtrace.h"
#include "options/command.h"
#include "options/counting.h"
#include "options/descriptor.h"
#include "options/format.h"
#include "options/inject.h"
#include "options/output.h"
#include "options/recording.h"
#include "options/show.h"
#include "options/stack.h"

#define MAX_PIDS	256

enum stamp { STAMP_NONE, STAMP_TIME, STAMP_EPOCH };

/* HOOKS_PERF_PAIR: chosen for a pair where the kernel may preempt programs of the other kind. */
enum hooks { HOOKS_AUTO, HOOKS_CALLS, HOOKS_PAIR, HOOKS_PERF_PAIR };

/* Options of a family are in its own structure, in options/. */
struct options {
	unsigned int follow;		/* -f: 1, -ff: 2 */
	bool all;			/* --all */
	bool replay;			/* `kxtrace replay`: command[0] is the file */
	enum hooks hooks;		/* --hooks */
	struct kxt_filter filter;	/* --comm, --uid, --fd ... */
	const char *output;		/* -o, NULL: stderr */
	bool append;			/* -A */
	pid_t pids[MAX_PIDS];		/* -p */
	unsigned int nr_pids;
	unsigned int strsize;		/* -s */
	unsigned int column;		/* -a */
	bool summary;			/* -c */
	bool wall_clock;		/* -w */
	enum stamp stamp;		/* -t -tt -ttt; how exact: show.stamp */
	bool relative;			/* -r */
	bool spent;			/* -T */
	unsigned int quiet;		/* -q -qq -qqq: a set of QUIET_ */
	bool verbose;			/* -v */
	bool only_successful;		/* -z: show.hidden is all but that */
	bool only_failed;		/* -Z: likewise */
	bool fail_on_loss;
	bool selected[KXT_NR_ROWS];	/* -e trace= */
	uint64_t signals;		/* -e signal=, bit sig - 1 */
	struct show_options show;
	struct descriptor_options descriptor;
	struct stack_options stack;
	struct output_options out;
	struct format_options format;
	struct counting_options counting;
	struct recording_options recording;
	struct command_options start;
	struct inject_options inject;
	char **command;			/* NULL: none */
	const char *program;		/* where the command was found */
};

/*
 * Reads the command line. Returns 0, or 1 when the answer has been printed
 * (--help, --version), or -EINVAL after one sentence on stderr.
 */
int options_parse(struct options *opt, int argc, char **argv);

/* The help, on stdout; with `all`: also of options that few need. */
void options_help(bool all);

/*
 * A set of calls, as behind -e trace=, abbrev=, raw= ...: `what` is the name for
 * messages. 0, or -EINVAL after one sentence on stderr.
 */
int select_calls(bool *selected, const char *what, const char *set);
/* -e signal=SET */
int select_signals(uint64_t *signals, const char *set);

/* One sentence on stderr, with the program's name before it. */
void complain(const char *format, ...) __attribute__((format(printf, 1, 2)));

#endif
