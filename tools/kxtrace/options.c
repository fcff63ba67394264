// SPDX-License-Identifier: GPL-2.0-only
/* The command line: one table for parsing, help and refusals. */
#include "options.h"

#include <errno.h>
#include <getopt.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <kx/kx.h>

/* In one piece: others write to the same terminal. */
void complain(const char *format, ...)
{
	char text[1024];
	ssize_t written;
	va_list ap;
	int len;

	va_start(ap, format);
	len = vsnprintf(text, sizeof(text) - 1, format, ap);
	va_end(ap);
	if (len < 0)
		return;
	if (len > (int)sizeof(text) - 2)
		len = sizeof(text) - 2;
	text[len++] = '\n';
	text[len] = '\0';
	written = dprintf(STDERR_FILENO, "kxtrace: %s", text);
	(void)written;	/* there is nobody left to tell */
}

enum {
	OPT_FAIL_ON_LOSS = 256,
	OPT_SECCOMP_BPF,
	OPT_TRACE,
	OPT_SIGNAL,
	OPT_QUIET,
};

struct option_row {
	int id;			/* the letter, or one of the above */
	const char *name;	/* the long name */
	const char *argument;	/* NULL: takes none */
	const char *group;	/* starts a group in the help */
	const char *help;	/* NULL: an alias, not shown */
};

static const struct option_row table[] = {
	{ 'f', "follow-forks", NULL, "What to trace",
	  "follow new processes and threads; with -p: all threads" },
	{ 'p', "attach", "PID", NULL, "trace a running process (repeat, or PID,PID)" },
	{ 'e', NULL, "EXPR", NULL,
	  "trace=SET, signal=SET, quiet=SET; SET: names, %class, /regex, !SET" },
	{ 'z', "successful-only", NULL, NULL, "show only calls that succeeded" },
	{ 'Z', "failed-only", NULL, NULL, "show only calls that failed" },
	{ 'o', "output", "FILE", "Where and how to show it",
	  "write to FILE instead of stderr" },
	{ 'A', "output-append-mode", NULL, NULL, "append to the file of -o" },
	{ 'a', "columns", "COLUMN", NULL, "align results at COLUMN (default 40)" },
	{ 's', "string-limit", "SIZE", NULL,
	  "show at most SIZE bytes of a string (default 32)" },
	{ 't', "absolute-timestamps", NULL, NULL,
	  "time of day; -tt: with microseconds; -ttt: since the epoch" },
	{ 'r', "relative-timestamps", NULL, NULL, "time since the last call began" },
	{ 'T', "syscall-times", NULL, NULL, "time spent in the call" },
	{ 'v', "no-abbrev", NULL, NULL,
	  "all of environments and structures; at the end: seen, shown, dropped" },
	{ 'q', NULL, NULL, NULL, "no attach messages; -qq: no exit status either" },
	{ 'c', "summary-only", NULL, "Count instead",
	  "a table of calls, errors and time on the CPU" },
	{ 'w', "summary-wall-clock", NULL, NULL,
	  "-c: time from beginning to end instead" },
	{ OPT_FAIL_ON_LOSS, "fail-on-loss", NULL, "Other",
	  "exit with status 1 when anything was lost" },
	{ OPT_SECCOMP_BPF, "seccomp-bpf", NULL, NULL,
	  "accepted, does nothing: the selection is in the kernel anyway" },
	{ 'h', "help", NULL, NULL, "show this" },
	{ 'V', "version", NULL, NULL, "show the version" },
	{ OPT_TRACE, "trace", "SET", NULL, NULL },
	{ OPT_SIGNAL, "signal", "SET", NULL, NULL },
	{ OPT_QUIET, "quiet", "SET", NULL, NULL },
};

/* Options of strace that are refused, each with its reason. */
static const struct {
	int id;
	const char *reason;
} refused[] = {
	{ 'b', "nothing is attached that a detach would make faster" },
	{ 'C', "use -c alone, or count the output" },
	{ 'd', "use -v" },
	{ 'D', "a tracer by eBPF is never the parent of what it traces" },
	{ 'E', "use env(1): kxtrace env NAME=VALUE COMMAND" },
	{ 'i', "instruction pointers are not recorded yet" },
	{ 'I', "signals are never blocked" },
	{ 'k', "stack traces are not recorded yet" },
	{ 'n', "call numbers are not shown yet" },
	{ 'O', "there is no overhead to subtract" },
	{ 'P', "selection by path is not there yet" },
	{ 'S', "the summary is sorted by time" },
	{ 'u', "use setpriv(1) or runuser(1) within the command" },
	{ 'U', "the summary's columns are fixed" },
	{ 'x', "strings in hexadecimal are not there yet" },
	{ 'X', "constants are shown by name only" },
	{ 'y', "paths behind descriptors are not shown yet" },
};

#define NR(array) (sizeof(array) / sizeof((array)[0]))

static void print_help(void)
{
	const struct option_row *row;
	char names[64];

	puts("usage: kxtrace [OPTION...] COMMAND [ARGUMENT...]\n"
	     "       kxtrace [OPTION...] -p PID\n"
	     "Shows the system calls of a command or of running processes, by eBPF.");
	for (row = table; row < table + NR(table); row++) {
		if (!row->help)
			continue;
		if (row->group)
			printf("\n%s:\n", row->group);
		if (row->id >= 256)
			snprintf(names, sizeof(names), "    --%s%s%s", row->name,
				 row->argument ? "=" : "",
				 row->argument ? row->argument : "");
		else
			snprintf(names, sizeof(names), "-%c%s%s%s%s%s", row->id,
				 row->name ? ", --" : "",
				 row->name ? row->name : "",
				 row->argument ? (row->name ? "=" : " ") : "",
				 row->argument ? row->argument : "", "");
		printf("  %-28s %s\n", names, row->help);
	}
	puts("\nExamples:\n"
	     "  kxtrace -f -o build.log make        every call of a build\n"
	     "  kxtrace -e trace=%file,connect ls   only calls on files, and connect\n"
	     "  kxtrace -f -p 1234 -tt -T           a running server, with times\n"
	     "  kxtrace -c -f git status            which calls cost how much");
}

static bool parse_number(const char *text, unsigned long max,
			 unsigned int *value)
{
	unsigned long n;
	char *end;

	errno = 0;
	n = strtoul(text, &end, 10);
	if (errno || end == text || *end || *text == '-' || n > max)
		return false;
	*value = n;
	return true;
}

static int add_pids(struct options *opt, const char *list)
{
	const char *next = list;
	char text[16];
	unsigned int pid;
	size_t len;

	do {
		len = strcspn(next, ", \t\n");
		if (!len || len >= sizeof(text)) {
			complain("-p %s: not a list of process numbers", list);
			return -EINVAL;
		}
		memcpy(text, next, len);
		text[len] = '\0';
		if (!parse_number(text, 1u << 30, &pid) || !pid) {
			complain("-p %s: not a process number", text);
			return -EINVAL;
		}
		if (opt->nr_pids == MAX_PIDS) {
			complain("-p %s: at most %d processes at once", text, MAX_PIDS);
			return -EINVAL;
		}
		opt->pids[opt->nr_pids++] = pid;
		next += len;
		next += strspn(next, ", \t\n");
	} while (*next);
	return 0;
}

static int select_quiet(struct options *opt, const char *set)
{
	char *words = strdup(set), *rest = words, *word;
	int err = 0;

	while (words && (word = strsep(&rest, ","))) {
		if (!strcmp(word, "all"))
			opt->quiet = 3;
		else if (!strcmp(word, "attach") || !strcmp(word, "personality"))
			opt->quiet = opt->quiet > 1 ? opt->quiet : 1;
		else if (!strcmp(word, "exit"))
			opt->quiet = opt->quiet > 2 ? opt->quiet : 2;
		else if (strcmp(word, "none") && strcmp(word, "path-resolution") &&
			 strcmp(word, "thread-execve")) {
			complain("-e quiet=%s: the messages are attach, exit, all, none", word);
			err = -EINVAL;
		}
	}
	free(words);
	return err;
}

static int parse_expression(struct options *opt, const char *text)
{
	static const char *const not_yet[] = {
		"inject", "fault", "read", "write", "abbrev", "verbose", "raw",
		"status", "decode-fds", "decode-pids", "kvm", "namespace",
	};
	const char *set = strchr(text, '=');
	size_t len, i;

	if (!set)
		return select_calls(opt->selected, text);
	len = set++ - text;
	if ((len == 5 && !memcmp(text, "trace", 5)) || (len == 1 && *text == 't'))
		return select_calls(opt->selected, set);
	if ((len == 6 && (!memcmp(text, "signal", 6))) ||
	    (len == 7 && !memcmp(text, "signals", 7)) || (len == 1 && *text == 's'))
		return select_signals(&opt->signals, set);
	if ((len == 5 && !memcmp(text, "quiet", 5)) || (len == 1 && *text == 'q'))
		return select_quiet(opt, set);
	for (i = 0; i < NR(not_yet); i++) {
		if (strlen(not_yet[i]) == len && !memcmp(text, not_yet[i], len)) {
			complain("-e %s=: this qualifier of strace is not there yet", not_yet[i]);
			return -EINVAL;
		}
	}
	complain("-e %s: the qualifiers are trace=, signal=, quiet=", text);
	return -EINVAL;
}

static int refuse(int id)
{
	size_t i;

	for (i = 0; i < NR(refused); i++) {
		if (refused[i].id == id) {
			complain("-%c: %s", id, refused[i].reason);
			return -EINVAL;
		}
	}
	if (id)
		complain("-%c: no such option; kxtrace --help lists them", id);
	return -EINVAL;
}

/* Returns 1 when done, as for --help. */
static int apply(struct options *opt, int id, const char *argument)
{
	switch (id) {
	case 'f':
		opt->follow = true;
		return 0;
	case 'p':
		return add_pids(opt, argument);
	case 'e':
		return parse_expression(opt, argument);
	case OPT_TRACE:
		return select_calls(opt->selected, argument);
	case OPT_SIGNAL:
		return select_signals(&opt->signals, argument);
	case OPT_QUIET:
		return select_quiet(opt, argument);
	case 'z':
		opt->only_successful = true;
		return 0;
	case 'Z':
		opt->only_failed = true;
		return 0;
	case 'o':
		opt->output = argument;
		return 0;
	case 'A':
		opt->append = true;
		return 0;
	case 'a':
		if (parse_number(argument, 1000, &opt->column))
			return 0;
		complain("-a %s: not a column; 0 to 1000", argument);
		return -EINVAL;
	case 's':
		if (parse_number(argument, 1u << 30, &opt->strsize))
			return 0;
		complain("-s %s: not a size; a number of bytes", argument);
		return -EINVAL;
	case 't':
		if (opt->stamp < STAMP_EPOCH)
			opt->stamp++;
		return 0;
	case 'r':
		opt->relative = true;
		return 0;
	case 'T':
		opt->spent = true;
		return 0;
	case 'v':
		opt->verbose = true;
		return 0;
	case 'q':
		opt->quiet++;
		return 0;
	case 'c':
		opt->summary = true;
		return 0;
	case 'w':
		opt->wall_clock = true;
		return 0;
	case OPT_FAIL_ON_LOSS:
		opt->fail_on_loss = true;
		return 0;
	case OPT_SECCOMP_BPF:
		return 0;
	case 'h':
		print_help();
		return 1;
	case 'V':
		printf("kxtrace %s\n", kx_version());
		return 1;
	}
	return -EINVAL;
}

static int judge(struct options *opt)
{
	if (opt->strsize > KXT_STRING_MAX) {
		complain("-s %u: strings are shown up to %d bytes",
			 opt->strsize, KXT_STRING_MAX);
		opt->strsize = KXT_STRING_MAX;
	}
	if (!opt->command && !opt->nr_pids) {
		complain("a COMMAND or -p PID is needed; kxtrace --help shows how");
		return -EINVAL;
	}
	if (opt->wall_clock && !opt->summary) {
		complain("-w: needs -c, whose times it changes");
		return -EINVAL;
	}
	if (opt->append && !opt->output) {
		complain("-A: needs -o FILE, to which it appends");
		return -EINVAL;
	}
	if (opt->only_successful && opt->only_failed) {
		complain("-z and -Z: nothing would be shown, take one of them");
		return -EINVAL;
	}
	if (opt->output && (*opt->output == '|' || *opt->output == '!')) {
		complain("-o %s: use the shell: kxtrace -o /dev/stdout ... | command",
			 opt->output);
		return -EINVAL;
	}
	return 0;
}

int options_parse(struct options *opt, int argc, char **argv)
{
	struct option longs[NR(table) + 1] = {};
	char shorts[NR(table) * 2 + 3] = "+:";
	size_t i, n = 0, len = 2;
	int id, err;

	*opt = (struct options){ .strsize = 32, .column = 40, .signals = ~0ull };
	for (i = 0; i < KXT_NR_ROWS; i++)
		opt->selected[i] = true;
	for (i = 0; i < NR(table); i++) {
		if (table[i].name)
			longs[n++] = (struct option){ table[i].name,
				table[i].argument ? required_argument : no_argument,
				NULL, table[i].id };
		if (table[i].id < 256) {
			shorts[len++] = table[i].id;
			if (table[i].argument)
				shorts[len++] = ':';
		}
	}
	opterr = 0;
	while ((id = getopt_long(argc, argv, shorts, longs, NULL)) != -1) {
		if (id == '?' && optopt)
			return refuse(optopt);
		if (id == '?') {
			complain("%s: no such option; kxtrace --help lists them",
				 argv[optind - 1]);
			return -EINVAL;
		}
		if (id == ':') {
			complain("%s: an argument is missing", argv[optind - 1]);
			return -EINVAL;
		}
		err = apply(opt, id, optarg);
		if (err)
			return err;
	}
	if (optind < argc)
		opt->command = argv + optind;
	return judge(opt);
}
