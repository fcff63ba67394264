/* SPDX-License-Identifier: GPL-2.0-only */
/* What a verb of the kx command is: one row of the table in main.c. */
#ifndef KX_TOOL_VERB_H
#define KX_TOOL_VERB_H

#include <stdbool.h>
#include <stddef.h>

#include <kx/kx.h>

/* An option: a table of them ends with a NULL name. */
struct flag {
	const char *name;	/* after -- */
	char letter;		/* after -, or 0 */
	const char *help;
	bool *value;		/* without an argument: set to true; or NULL */
	const char **word;	/* with one: set to it; or NULL */
	const char *what;	/* the argument in --help: "FILE" */
};

struct verb {
	const char *name;
	const char *arguments;	/* as in the usage line */
	const char *summary;	/* what it does, one line */
	const char *examples;	/* lines for --help */
	const struct flag *flags;
	bool at_front;		/* options come before the first argument only */
	int min_args;
	int max_args;		/* MANY: any number */

	/* The status to exit with; errors have been told by tell(). */
	int (*run)(struct kx *kx, int argc, char **argv);
};

#define MANY	1000000

#define DONE	0
#define FAILED	1
#define WRONG	2	/* usage */

extern const struct verb verb_build;
extern const struct verb verb_call;
extern const struct verb verb_cat;
extern const struct verb verb_check;
extern const struct verb verb_events;
extern const struct verb verb_features;
extern const struct verb verb_feed;
extern const struct verb verb_get;
extern const struct verb verb_info;
extern const struct verb verb_list;
extern const struct verb verb_load;
extern const struct verb verb_log;
extern const struct verb verb_new;
extern const struct verb verb_query;
extern const struct verb verb_rollback;
extern const struct verb verb_serve;
extern const struct verb verb_set;
extern const struct verb verb_share;
extern const struct verb verb_syscall;
extern const struct verb verb_syscalls;
extern const struct verb verb_unload;
extern const struct verb verb_upgrade;
extern const struct verb verb_write;

/*
 * Read the options of @verb; optind is then its first argument. @verbose becomes
 * true with -v.
 *
 * Return: -1: go on and run the verb; else the status to exit with.
 */
int options_read(const struct verb *verb, int argc, char **argv, bool *verbose);

/* The verb's --help. */
void options_help(const struct verb *verb);

/* "kx: ..." on stderr; returns FAILED. */
int tell(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

/* The same for wrong usage; returns WRONG. */
int tell_wrong(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

/* Of @nr names, the one that @word was probably meant to be, or NULL. */
const char *guess(const char *word, const char *const *names, size_t nr);

/* Text as a JSON string, quotes included, on stdout. */
void json_string(const char *text);

#endif
