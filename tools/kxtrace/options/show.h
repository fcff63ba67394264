/* SPDX-License-Identifier: GPL-2.0-only */
/* Options: how arguments and lines look. */
#ifndef KXTRACE_SHOW_H
#define KXTRACE_SHOW_H

#include <stdbool.h>
#include <stdint.h>

#include "../../../bpf/kxtrace.h"

/* How exact a time is. */
enum precision { PRECISION_S, PRECISION_MS, PRECISION_US, PRECISION_NS };

/* -e quiet=, a set: what is not said. */
#define QUIET_ATTACH		1u
#define QUIET_EXIT		2u
#define QUIET_PATHS		4u	/* kxtrace has no such messages, */
#define QUIET_PERSONALITY	8u	/* nor these */
#define QUIET_SUPERSEDED	16u
#define QUIET_ALL		31u

/* -e status=, a set. */
#define STATUS_SUCCESSFUL	1u
#define STATUS_FAILED		2u
#define STATUS_UNFINISHED	4u	/* the task ended inside the call */
#define STATUS_UNAVAILABLE	8u	/* with eBPF, there are none */
#define STATUS_DETACHED		16u	/* the tracing saw no end of it */
#define STATUS_ALL		31u

/* How the lines of a call look; by its row. */
#define STYLE_WHOLE	1u	/* not in -e abbrev= */
#define STYLE_OPAQUE	2u	/* not in -e verbose=: structures by their address */
#define STYLE_RAW	4u	/* -e raw= */

#define MAX_DUMP_FD	1024

/* -e read=, -e write=: descriptors; those beyond the bits all have `others`. */
struct fd_bits {
	uint64_t bits[MAX_DUMP_FD / 64];
	bool others;
	bool any;
};

struct show_options {
	bool numbers;			/* -n */
	bool names;			/* -N */
	bool task_names;		/* -Y */
	uint8_t hex_strings;		/* -x -xx: enum hex_strings */
	uint8_t constants;		/* -X: enum constants */
	enum precision stamp;		/* -t -tt -ttt */
	enum precision relative;	/* -r */
	enum precision spent;		/* -T */
	unsigned int hidden;		/* of STATUS_: not to be shown */
	uint8_t styles[KXT_NR_ROWS];
	bool any_style;			/* one of them is not 0 */
	struct fd_bits read;
	struct fd_bits written;
};

#endif
