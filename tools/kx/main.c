// SPDX-License-Identifier: GPL-2.0-only
/* The kx command: finds the verb, reads its options, runs it. */
#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <string.h>

#include "verb.h"

static const struct {
	const char *purpose;	/* heading in the help */
	const struct verb *verb;
} verbs[] = {
	{ "Write", &verb_new },
	{ "Write", &verb_build },
	{ "Life", &verb_load },
	{ "Life", &verb_unload },
	{ "Life", &verb_upgrade },
	{ "Life", &verb_rollback },
	{ "Life", &verb_check },
	{ "Look", &verb_list },
	{ "Look", &verb_info },
	{ "Look", &verb_query },
	{ "Look", &verb_features },
	{ "Listen", &verb_log },
	{ "Listen", &verb_events },
	{ "Change", &verb_get },
	{ "Change", &verb_set },
	{ "Talk", &verb_call },
	{ "Talk", &verb_cat },
	{ "Talk", &verb_write },
	{ "Talk", &verb_share },
	{ "Talk", &verb_feed },
	{ "Talk", &verb_serve },
	{ "Calls of the kernel", &verb_syscalls },
	{ "Calls of the kernel", &verb_syscall },
};

#define NR_VERBS	(sizeof(verbs) / sizeof(verbs[0]))

static const struct verb *verb_find(const char *name)
{
	for (size_t i = 0; i < NR_VERBS; i++)
		if (!strcmp(verbs[i].verb->name, name))
			return verbs[i].verb;
	return NULL;
}

static int verb_unknown(const char *name)
{
	const char *names[NR_VERBS + 1], *meant;

	for (size_t i = 0; i < NR_VERBS; i++)
		names[i] = verbs[i].verb->name;
	names[NR_VERBS] = "help";

	meant = guess(name, names, NR_VERBS + 1);
	if (meant)
		return tell_wrong("%s: no such command; did you mean %s?", name,
				  meant);
	return tell_wrong("%s: no such command; kx help lists them", name);
}

static void help_all(FILE *to)
{
	const char *purpose = "";

	fputs("usage: kx [-v] COMMAND [OPTION ...] [ARGUMENT ...]\n"
	      "Kernel extensions: load, look at, change and unload them.\n\n",
	      to);
	for (size_t i = 0; i < NR_VERBS; i++) {
		if (strcmp(purpose, verbs[i].purpose))
			fprintf(to, "%s\n", verbs[i].purpose);
		purpose = verbs[i].purpose;
		fprintf(to, "  %-10s %s\n", verbs[i].verb->name,
			verbs[i].verb->summary);
	}
	fputs("Help\n"
	      "  help       what a command does and its options\n\n"
	      "-v, --verbose: on failure, all that the kernel said; --version; --help\n\n"
	      "examples:\n"
	      "  kx load ./execs.bpf.o step=2\n"
	      "  kx list\n"
	      "  kx set execs.step=3\n"
	      "  kx unload execs\n",
	      to);
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
	options_help(verb);
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

static int verb_run(const struct verb *verb, int argc, char **argv, bool verbose)
{
	int status = options_read(verb, argc, argv, &verbose);
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

static int run(int argc, char **argv)
{
	const struct verb *verb;
	bool verbose = false;
	const char *word;

	for (argc--, argv++; argc && is_one_of(*argv, "-v", "--verbose");
	     argc--, argv++)
		verbose = true;
	if (!argc) {
		help_all(stderr);
		return WRONG;
	}
	word = *argv;
	if (!strcmp(word, "--version")) {
		printf("kx %s\n", kx_version());
		return DONE;
	}
	if (!strcmp(word, "help") || is_one_of(word, "--help", "-h"))
		return help(argc, argv);
	if (word[0] == '-')
		return tell_wrong("%s: no such option; see kx --help", word);

	verb = verb_find(word);
	return verb ? verb_run(verb, argc, argv, verbose) : verb_unknown(word);
}

int main(int argc, char **argv)
{
	int status = run(argc, argv);

	if (fflush(stdout) || ferror(stdout))
		return tell("standard output: %s", strerror(errno));
	return status;
}
