/* SPDX-License-Identifier: GPL-2.0-only */
/* --trigger: what makes the flight recorder show what it holds. */
#ifndef KXTRACE_TRIGGER_H
#define KXTRACE_TRIGGER_H

#include <stdbool.h>
#include <stdint.h>

#include "../../../bpf/kxtrace.h"

#define MAX_TRIGGERS	16

enum trigger_kind {
	TRIGGER_CALL,		/* one of `calls`, and what follows */
	TRIGGER_SIGNAL,
	TRIGGER_EXIT,
};

struct trigger {
	const char *text;		/* as it was given, for titles */
	unsigned int len;
	enum trigger_kind kind;
	bool calls[KXT_NR_ROWS];
	bool any_error;			/* CALL: it failed */
	int error;			/* CALL: with this one; 0: whatever the result */
	uint64_t above_ns;		/* CALL: it took longer */
	int number;			/* SIGNAL: which; EXIT: the status */
	bool invert;			/* EXIT: any but `number` */
};

struct options;

/* Adds those of a list; 0, or -EINVAL after one sentence on stderr. */
int trigger_parse(struct options *opt, const char *list);

#endif
