/* SPDX-License-Identifier: GPL-2.0-only */
/* Options come in families: a file for each, with its rows and what they do. */
#ifndef KXTRACE_FAMILY_H
#define KXTRACE_FAMILY_H

#include <stddef.h>

#include "../options.h"

struct option_row {
	char letter;		/* 0: a long name only */
	const char *name;	/* the long name, or NULL */
	const char *argument;	/* NULL: takes none; "[WHEN]": may be left out */
	const char *help;	/* NULL: an alias, not shown */
	/*
	 * 0, or a negative errno after one sentence on stderr, or 1 when the
	 * answer has been printed. `argument` is NULL when it was left out.
	 */
	int (*take)(struct options *opt, const char *argument);
	/* Instead of `take`: why this option of strace is refused. */
	const char *refusal;
	bool rare;		/* only --help=all shows it */
};

/* -e NAME=SET; `name` may be followed by others: "trace\0t\0". */
struct qualifier {
	const char *names;
	int (*take)(struct options *opt, const char *set);
	const char *refusal;
};

struct option_family {
	const char *title;	/* in the help */
	const struct option_row *rows;
	unsigned int nr_rows;
	const struct qualifier *qualifiers;
	unsigned int nr_qualifiers;
	/* After all options: what does not go together; may be NULL. */
	int (*judge)(struct options *opt);
};

extern const struct option_family selecting_options, filtering_options,
	showing_options, time_options, descriptor_options, stack_options, counting_options,
	output_options, format_options, recording_options, command_options,
	inject_options, other_options;

#define NR(array) (sizeof(array) / sizeof((array)[0]))

/* A whole number up to `max`, nothing behind it. */
bool parse_number(const char *text, uint64_t max, uint64_t *value);
/* 1.5s, 20ms, 3us, 100ns, 2m, 1h; without a unit: seconds. */
bool parse_duration(const char *text, uint64_t *ns);
/* 4096, 64k, 16M, 1G: bytes. */
bool parse_size(const char *text, uint64_t *bytes);

#endif
