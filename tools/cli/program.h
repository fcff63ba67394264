/* SPDX-License-Identifier: GPL-2.0-only */
/* A program of verbs, as kx and kxfilter are: one table, which is its help as well. */
#ifndef CLI_PROGRAM_H
#define CLI_PROGRAM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <kx/kx.h>

#include "tell.h"

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
	const struct flag *flags;	/* at most 14 */
	bool at_front;		/* options come before the first argument only */
	int min_args;
	int max_args;		/* MANY: any number */

	/* The status to exit with; errors have been told by tell(). */
	int (*run)(struct kx *kx, int argc, char **argv);
};

#define MANY	1000000

/* An option with an argument that stands before the command; a table ends with a NULL name. */
struct front {
	const char *name;	/* after -- */
	char letter;		/* after - */
	const char *what;	/* the argument in the help: "NAME" */
	const char *help;
	int (*take)(const char *word);	/* DONE; else the status to exit with, and it was told */
};

struct program {
	const char *name;
	const char *summary;	/* what it is for, one line */
	const char *examples;	/* lines for --help */
	const struct program_verb {
		const char *purpose;	/* heading in the help */
		const struct verb *verb;
	} *verbs;
	size_t nr_verbs;
	const struct front *fronts;	/* or NULL */
};

/* Finds the verb, reads its options, runs it. Return: the status to exit with. */
int program_main(const struct program *program, int argc, char **argv);

/*
 * Read the options of @verb; optind is then its first argument. @verbose becomes
 * true with -v.
 *
 * Return: -1: go on and run the verb; else the status to exit with.
 */
int options_read(const struct program *program, const struct verb *verb, int argc, char **argv,
		 bool *verbose);

/* The verb's --help. */
void options_help(const struct program *program, const struct verb *verb);

/*
 * Read the SECONDS of --confirm, 1 to 86400; NULL is 0. @verb: for the sentence.
 *
 * Return: DONE, or WRONG after a sentence.
 */
int confirm_parse(const char *verb, const char *word, uint32_t *out);

/* Of @nr names, the one that @word was probably meant to be, or NULL. */
const char *guess(const char *word, const char *const *names, size_t nr);

#endif
