// SPDX-License-Identifier: GPL-2.0-only
/* The kx command: finds the verb, reads its options, runs it. */
#include <errno.h>
#include <getopt.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "verb.h"

#define MAX_FLAGS	16

static const struct verb *const verbs[] = {
	&verb_features,
	&verb_new,
	&verb_build,
};

#define NR_VERBS	(sizeof(verbs) / sizeof(verbs[0]))

static void say(const char *fmt, va_list args)
{
	fputs("kx: ", stderr);
	vfprintf(stderr, fmt, args);
	fputc('\n', stderr);
}

int tell(const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	say(fmt, args);
	va_end(args);
	return FAILED;
}

int tell_wrong(const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	say(fmt, args);
	va_end(args);
	return WRONG;
}

static const struct verb *verb_find(const char *name)
{
	for (size_t i = 0; i < NR_VERBS; i++)
		if (!strcmp(verbs[i]->name, name))
			return verbs[i];
	return NULL;
}

static int verb_unknown(const char *name)
{
	const char *names[NR_VERBS + 1], *meant;

	for (size_t i = 0; i < NR_VERBS; i++)
		names[i] = verbs[i]->name;
	names[NR_VERBS] = "help";

	meant = guess(name, names, NR_VERBS + 1);
	if (meant)
		return tell_wrong("%s: no such command; did you mean %s?", name,
				  meant);
	return tell_wrong("%s: no such command; kx help lists them", name);
}

static void help_all(FILE *to)
{
	fputs("usage: kx COMMAND [OPTION ...] [ARGUMENT ...]\n"
	      "Kernel extensions: load, look at, use and unload them.\n\n",
	      to);
	for (size_t i = 0; i < NR_VERBS; i++)
		fprintf(to, "  %-10s %s\n", verbs[i]->name, verbs[i]->summary);
	fputs("  help       what a command does and its options\n\n"
	      "  --version  which kx this is\n"
	      "  --help     this text\n\n"
	      "examples:\n"
	      "  kx features\n"
	      "  kx help features\n",
	      to);
}

static void help_verb(const struct verb *verb)
{
	printf("usage: kx %s %s\n%s\n\n", verb->name, verb->arguments,
	       verb->summary);
	for (const struct flag *flag = verb->flags; flag->name; flag++) {
		char left[48];

		snprintf(left, sizeof(left), "%s%s%s", flag->name,
			 flag->word ? " " : "", flag->word ? flag->what : "");
		if (flag->letter)
			printf("  -%c, --%-16s %s\n", flag->letter, left,
			       flag->help);
		else
			printf("      --%-16s %s\n", left, flag->help);
	}
	printf("  -h, --help             this text\n\nexamples:\n%s", verb->examples);
}

static int help(int argc, char **argv)
{
	const struct verb *verb;

	if (argc > 2)
		return tell_wrong("help: takes one command at most");
	if (argc < 2) {
		help_all(stdout);
		return DONE;
	}
	verb = verb_find(argv[1]);
	if (!verb)
		return verb_unknown(argv[1]);
	help_verb(verb);
	return DONE;
}

/* The option getopt_long() has just refused. */
static int option_unknown(const struct verb *verb, char *const *argv)
{
	const char *names[MAX_FLAGS + 1], *meant, *word = argv[optind - 1];
	size_t nr = 0;

	for (const struct flag *flag = verb->flags; flag->name; flag++)
		names[nr++] = flag->name;
	names[nr++] = "help";

	if (optopt && strncmp(word, "--", 2))
		return tell_wrong("%s: -%c: no such option; see kx %s --help",
				  verb->name, optopt, verb->name);
	if (optopt || strchr(word, '='))
		return tell_wrong("%s: %s: takes no value", verb->name, word);
	meant = guess(word + 2, names, nr);
	if (meant)
		return tell_wrong("%s: %s: no such option; did you mean --%s?",
				  verb->name, word, meant);
	return tell_wrong("%s: %s: no such option; see kx %s --help",
			  verb->name, word, verb->name);
}

static void flag_set(const struct flag *flag, const char *word)
{
	if (flag->word)
		*flag->word = word;
	else
		*flag->value = true;
}

/* -1: go on and run the verb; else the status to exit with. */
static int options_read(const struct verb *verb, int argc, char **argv)
{
	struct option longs[MAX_FLAGS + 2] = { 0 };
	char letters[2 * MAX_FLAGS + 2] = "h";
	size_t nr = 0, nr_letters = 1;
	int found, index = 0;

	for (const struct flag *flag = verb->flags; flag->name; flag++) {
		longs[nr++] = (struct option){
			flag->name, flag->word ? required_argument : no_argument,
			NULL, flag->letter,
		};
		if (!flag->letter)
			continue;
		letters[nr_letters++] = flag->letter;
		if (flag->word)
			letters[nr_letters++] = ':';
	}
	longs[nr] = (struct option){ "help", no_argument, NULL, 'h' };

	opterr = 0;
	while ((found = getopt_long(argc, argv, letters, longs, &index)) >= 0) {
		if (found == '?')
			return option_unknown(verb, argv);
		if (found == 'h') {
			help_verb(verb);
			return DONE;
		}
		for (size_t i = 0; i < nr; i++)
			if (found ? verb->flags[i].letter == found :
				    (size_t)index == i)
				flag_set(&verb->flags[i], optarg);
	}
	if (argc - optind < verb->min_args)
		return tell_wrong("%s: an argument is missing: kx %s %s",
				  verb->name, verb->name, verb->arguments);
	if (argc - optind > verb->max_args)
		return tell_wrong("%s: %s: one argument too many: kx %s %s",
				  verb->name, argv[optind + verb->max_args],
				  verb->name, verb->arguments);
	return -1;
}

static int verb_run(const struct verb *verb, int argc, char **argv)
{
	int status = options_read(verb, argc, argv);
	struct kx *kx;

	if (status >= 0)
		return status;
	if (kx_new(&kx))
		return tell("out of memory");
	status = verb->run(kx, argc - optind, argv + optind);
	kx_free(kx);
	return status;
}

static int run(int argc, char **argv)
{
	const char *word = argc > 1 ? argv[1] : NULL;
	const struct verb *verb;

	if (!word) {
		help_all(stderr);
		return WRONG;
	}
	if (!strcmp(word, "--version")) {
		printf("kx %s\n", kx_version());
		return DONE;
	}
	if (!strcmp(word, "help") || !strcmp(word, "--help") ||
	    !strcmp(word, "-h"))
		return help(argc - 1, argv + 1);
	if (word[0] == '-')
		return tell_wrong("%s: no such option; see kx --help", word);

	verb = verb_find(word);
	return verb ? verb_run(verb, argc - 1, argv + 1) : verb_unknown(word);
}

int main(int argc, char **argv)
{
	int status = run(argc, argv);

	if (fflush(stdout) || ferror(stdout))
		return tell("standard output: %s", strerror(errno));
	return status;
}
