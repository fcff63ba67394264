// SPDX-License-Identifier: GPL-2.0-only
/* Finds the verb that the user names, reads its options, runs it. */
#include "program.h"

#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <string.h>

static const struct verb *verb_find(const struct program *program, const char *name)
{
	for (size_t i = 0; i < program->nr_verbs; i++)
		if (!strcmp(program->verbs[i].verb->name, name))
			return program->verbs[i].verb;
	return NULL;
}

static int verb_unknown(const struct program *program, const char *name)
{
	const char *names[program->nr_verbs + 1], *meant;

	for (size_t i = 0; i < program->nr_verbs; i++)
		names[i] = program->verbs[i].verb->name;
	names[program->nr_verbs] = "help";

	meant = guess(name, names, program->nr_verbs + 1);
	if (meant)
		return tell_wrong("%s: no such command; did you mean %s?", name, meant);
	return tell_wrong("%s: no such command; %s help lists them", name, program->name);
}

static void help_all(const struct program *program, FILE *to)
{
	const char *purpose = "";
	int width = 10, len;

	for (size_t i = 0; i < program->nr_verbs; i++) {
		len = strlen(program->verbs[i].verb->name);
		if (width < len)
			width = len;
	}
	fprintf(to, "usage: %s [-v]", program->name);
	for (const struct front *front = program->fronts; front && front->name; front++)
		fprintf(to, " [-%c %s]", front->letter, front->what);
	fprintf(to, " COMMAND [OPTION ...] [ARGUMENT ...]\n%s\n\n", program->summary);
	for (size_t i = 0; i < program->nr_verbs; i++) {
		const struct program_verb *row = &program->verbs[i];

		if (strcmp(purpose, row->purpose))
			fprintf(to, "%s\n", row->purpose);
		purpose = row->purpose;
		fprintf(to, "  %-*s %s\n", width, row->verb->name, row->verb->summary);
	}
	fprintf(to, "Help\n  %-*s what a command does and its options\n\n", width, "help");
	for (const struct front *front = program->fronts; front && front->name; front++)
		fprintf(to, "-%c, --%s %s: %s\n", front->letter, front->name, front->what,
			front->help);
	fprintf(to, "-v, --verbose: on failure, all that the kernel said; --version; --help\n\n"
		"examples:\n%s", program->examples);
}

static int help(const struct program *program, int argc, char **argv)
{
	const struct verb *verb;

	if (argc > 2)
		return tell_wrong("help: takes one command at most");
	if (argc < 2) {
		help_all(program, stdout);
		return DONE;
	}
	verb = verb_find(program, argv[1]);
	if (!verb)
		return verb_unknown(program, argv[1]);
	options_help(program, verb);
	return DONE;
}

/* The kernel's own words, after the sentence of the failure. */
static void log_show(struct kx *kx)
{
	const char *log = kx_log(kx);
	size_t len = strlen(log);

	fputs(log, stderr);
	if (len && log[len - 1] != '\n')
		fputc('\n', stderr);
}

static int verb_run(const struct program *program, const struct verb *verb, int argc, char **argv,
		    bool verbose)
{
	int status = options_read(program, verb, argc, argv, &verbose);
	struct kx *kx;

	if (status >= 0)
		return status;
	if (kx_new(&kx))
		return tell("out of memory");
	kx_log_debug(kx, verbose);
	status = verb->run(kx, argc - optind, argv + optind);
	if (status == FAILED && verbose)
		log_show(kx);
	kx_free(kx);
	return status;
}

static bool is_one_of(const char *word, const char *a, const char *b)
{
	return !strcmp(word, a) || !strcmp(word, b);
}

static const struct front *front_find(const struct program *program, const char *word)
{
	for (const struct front *front = program->fronts; front && front->name; front++) {
		const char letter[] = { '-', front->letter, '\0' };

		if (!strcmp(word, letter) ||
		    (!strncmp(word, "--", 2) && !strcmp(word + 2, front->name)))
			return front;
	}
	return NULL;
}

/* What stands before the command. Return: how many words; -1: @status is to exit with. */
static int read_front(const struct program *program, int argc, char **argv, bool *verbose,
		      int *status)
{
	int at = 0;

	for (; at < argc; at++) {
		const struct front *front = front_find(program, argv[at]);

		if (is_one_of(argv[at], "-v", "--verbose")) {
			*verbose = true;
			continue;
		}
		if (!front)
			break;
		*status = ++at < argc ? front->take(argv[at]) :
			  tell_wrong("--%s: %s is missing after it", front->name, front->what);
		if (*status)
			return -1;
	}
	return at;
}

static int run(const struct program *program, int argc, char **argv)
{
	const struct verb *verb;
	bool verbose = false;
	int status = DONE, front = read_front(program, argc - 1, argv + 1, &verbose, &status);
	const char *word;

	if (front < 0)
		return status;
	argc -= 1 + front;
	argv += 1 + front;
	if (!argc) {
		help_all(program, stderr);
		return WRONG;
	}
	word = *argv;
	if (!strcmp(word, "--version")) {
		printf("%s %s\n", program->name, kx_version());
		return DONE;
	}
	if (!strcmp(word, "help") || is_one_of(word, "--help", "-h"))
		return help(program, argc, argv);
	if (word[0] == '-')
		return tell_wrong("%s: no such option; see %s --help", word, program->name);

	verb = verb_find(program, word);
	return verb ? verb_run(program, verb, argc, argv, verbose) : verb_unknown(program, word);
}

int program_main(const struct program *program, int argc, char **argv)
{
	int status;

	tell_as(program->name);
	status = run(program, argc, argv);
	if (fflush(stdout) || ferror(stdout))
		return tell("standard output: %s", strerror(errno));
	return status;
}
