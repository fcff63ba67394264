// SPDX-License-Identifier: GPL-2.0-only
/* Reads a verb's options by its table, and makes its --help from the same. */
#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "program.h"

#define MAX_FLAGS	16
#define SECONDS_MAX	86400

/* A verb's flags and those that all verbs have. */
static void flags_collect(const struct verb *verb, bool *verbose, bool *help,
			  struct flag out[MAX_FLAGS + 1])
{
	size_t nr = 0;

	for (const struct flag *flag = verb->flags; flag->name && nr < MAX_FLAGS - 2; flag++)
		out[nr++] = *flag;
	out[nr++] = (struct flag){
		"verbose", 'v', "on failure, all that the kernel said", verbose,
	};
	out[nr++] = (struct flag){ "help", 'h', "this text", help };
	out[nr] = (struct flag){ NULL };
}

void options_help(const struct program *program, const struct verb *verb)
{
	struct flag flags[MAX_FLAGS + 1];
	bool unused;

	printf("usage: %s %s %s\n%s\n\n", program->name, verb->name, verb->arguments,
	       verb->summary);
	flags_collect(verb, &unused, &unused, flags);
	for (const struct flag *flag = flags; flag->name; flag++) {
		char left[48];

		snprintf(left, sizeof(left), "%s%s%s", flag->name, flag->word ? " " : "",
			 flag->word ? flag->what : "");
		if (flag->letter)
			printf("  -%c, --%-16s %s\n", flag->letter, left, flag->help);
		else
			printf("      --%-16s %s\n", left, flag->help);
	}
	printf("\nexamples:\n%s", verb->examples);
}

/* An option that getopt_long() has just refused: it is not in the table. */
static int option_unknown(const struct program *program, const struct verb *verb,
			  const struct flag *flags, const char *word)
{
	const char *names[MAX_FLAGS], *meant;
	size_t nr = 0;

	for (const struct flag *flag = flags; flag->name; flag++)
		names[nr++] = flag->name;

	if (optopt && strncmp(word, "--", 2))
		return tell_wrong("%s: -%c: no such option; see %s %s --help", verb->name, optopt,
				  program->name, verb->name);
	if (optopt || strchr(word, '='))
		return tell_wrong("%s: %s: takes no value", verb->name, word);
	meant = guess(word + 2, names, nr);
	if (meant)
		return tell_wrong("%s: %s: no such option; did you mean --%s?", verb->name, word,
				  meant);
	return tell_wrong("%s: %s: no such option; see %s %s --help", verb->name, word,
			  program->name, verb->name);
}

/* An option at the end of the line that wants an argument. */
static int option_bare(const struct verb *verb, const struct flag *flags,
		       const char *word)
{
	bool named = !strncmp(word, "--", 2);

	for (const struct flag *flag = flags; flag->name; flag++)
		if (flag->word && (named ? !strncmp(flag->name, word + 2,
						    strlen(word + 2)) :
					   flag->letter == optopt))
			return tell_wrong("%s: --%s: %s is missing after it",
					  verb->name, flag->name, flag->what);
	return tell_wrong("%s: %s: an argument is missing after it", verb->name,
			  word);
}

static void flag_set(const struct flag *flag, const char *word)
{
	if (flag->word)
		*flag->word = word;
	else
		*flag->value = true;
}

/* What getopt_long() wants to know of the flags. */
static void flags_spell(const struct flag *flags, bool at_front, struct option *longs,
			char *letters)
{
	if (at_front)
		*letters++ = '+';
	*letters++ = ':';	/* a missing argument is told from a wrong option */
	for (; flags->name; flags++, longs++) {
		*longs = (struct option){
			flags->name,
			flags->word ? required_argument : no_argument,
			NULL, flags->letter,
		};
		if (!flags->letter)
			continue;
		*letters++ = flags->letter;
		if (flags->word)
			*letters++ = ':';
	}
	*letters = '\0';
	*longs = (struct option){ 0 };
}

static int arguments_count(const struct program *program, const struct verb *verb, int argc,
			   char **argv)
{
	if (argc - optind < verb->min_args)
		return tell_wrong("%s: an argument is missing: %s %s %s", verb->name,
				  program->name, verb->name, verb->arguments);
	if (argc - optind > verb->max_args)
		return tell_wrong("%s: %s: one argument too many: %s %s %s", verb->name,
				  argv[optind + verb->max_args], program->name, verb->name,
				  verb->arguments);
	return -1;
}

int options_read(const struct program *program, const struct verb *verb, int argc, char **argv,
		 bool *verbose)
{
	struct flag flags[MAX_FLAGS + 1];
	struct option longs[MAX_FLAGS + 1];
	char letters[2 * MAX_FLAGS + 3];
	int found, index = 0;
	bool help = false;

	flags_collect(verb, verbose, &help, flags);
	flags_spell(flags, verb->at_front, longs, letters);
	opterr = 0;
	while ((found = getopt_long(argc, argv, letters, longs, &index)) >= 0) {
		if (found == '?')
			return option_unknown(program, verb, flags, argv[optind - 1]);
		if (found == ':')
			return option_bare(verb, flags, argv[optind - 1]);
		for (size_t i = 0; flags[i].name; i++)
			if (found ? flags[i].letter == found : (size_t)index == i)
				flag_set(&flags[i], optarg);
		if (help) {
			options_help(program, verb);
			return DONE;
		}
	}
	return arguments_count(program, verb, argc, argv);
}

int confirm_parse(const char *verb, const char *word, uint32_t *out)
{
	unsigned long seconds;
	char *end;

	*out = 0;
	if (!word)
		return DONE;
	errno = 0;
	seconds = strtoul(word, &end, 10);
	if (errno || *end || *word < '0' || *word > '9' || !seconds || seconds > SECONDS_MAX)
		return tell_wrong("%s: --confirm: %s: not a number of seconds from 1 to %d", verb,
				  word, SECONDS_MAX);
	*out = seconds;
	return DONE;
}
