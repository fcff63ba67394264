/* SPDX-License-Identifier: GPL-2.0-only */
/* What the user asked for: the command line, read and judged. */
#ifndef KXTRACE_OPTIONS_H
#define KXTRACE_OPTIONS_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "../../bpf/kxtrace.h"

#define MAX_PIDS	256

enum stamp { STAMP_NONE, STAMP_TIME, STAMP_TIME_US, STAMP_EPOCH };

struct options {
	bool follow;			/* -f */
	const char *output;		/* -o, NULL: stderr */
	bool append;			/* -A */
	pid_t pids[MAX_PIDS];		/* -p */
	unsigned int nr_pids;
	unsigned int strsize;		/* -s */
	unsigned int column;		/* -a */
	bool summary;			/* -c */
	bool wall_clock;		/* -w */
	enum stamp stamp;		/* -t -tt -ttt */
	bool relative;			/* -r */
	bool spent;			/* -T */
	unsigned int quiet;		/* -q -qq -qqq */
	bool verbose;			/* -v */
	bool only_successful;		/* -z */
	bool only_failed;		/* -Z */
	bool fail_on_loss;
	bool selected[KXT_NR_ROWS];	/* -e trace= */
	uint64_t signals;		/* -e signal=, bit sig - 1 */
	char **command;			/* NULL: none */
};

/*
 * Reads the command line. Returns 0, or 1 when the answer has been printed
 * (--help, --version), or -EINVAL after one sentence on stderr.
 */
int options_parse(struct options *opt, int argc, char **argv);

/* -e trace=SET, -e signal=SET; 0, or -EINVAL after one sentence on stderr. */
int select_calls(bool *selected, const char *set);
int select_signals(uint64_t *signals, const char *set);

/* One sentence on stderr, with the program's name before it. */
void complain(const char *format, ...) __attribute__((format(printf, 1, 2)));

#endif
