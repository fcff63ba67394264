// SPDX-License-Identifier: GPL-2.0-only
/* The command line: the families of options together, for parsing and help. */
#include "family.h"

#include <errno.h>
#include <getopt.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

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

static const struct option_family *const families[] = {
	&selecting_options, &filtering_options, &showing_options, &time_options,
	&descriptor_options, &stack_options, &output_options, &format_options,
	&counting_options, &recording_options, &command_options,
	&inject_options, &other_options,
};

/* What getopt returns for a row: its letter, or this and its place among all. */
#define LONG_ONLY	256
#define MAX_ROWS	160

bool parse_number(const char *text, uint64_t max, uint64_t *value)
{
	unsigned long long n;
	char *end;

	errno = 0;
	n = strtoull(text, &end, 10);
	if (errno || end == text || *end || *text < '0' || *text > '9' || n > max)
		return false;
	*value = n;
	return true;
}

struct unit {
	const char *name;
	uint64_t factor;
};

static bool parse_with_unit(const char *text, const struct unit *units, size_t nr,
			    uint64_t *value)
{
	double n;
	char *end;
	size_t i;

	if ((*text < '0' || *text > '9') && *text != '.')
		return false;
	n = strtod(text, &end);
	for (i = 0; i < nr; i++) {
		if (strcmp(end, units[i].name))
			continue;
		n *= units[i].factor;
		if (n >= 1e18)
			return false;
		*value = n;
		return true;
	}
	return false;
}

bool parse_duration(const char *text, uint64_t *ns)
{
	static const struct unit units[] = {
		{ "", 1000000000 }, { "s", 1000000000 }, { "ms", 1000000 },
		{ "us", 1000 }, { "ns", 1 }, { "m", 60000000000 },
		{ "h", 3600000000000 },
	};

	return parse_with_unit(text, units, NR(units), ns);
}

bool parse_size(const char *text, uint64_t *bytes)
{
	static const struct unit units[] = {
		{ "", 1 }, { "k", 1 << 10 }, { "K", 1 << 10 }, { "M", 1 << 20 },
		{ "G", 1 << 30 },
	};

	return parse_with_unit(text, units, NR(units), bytes);
}

static void print_row(const struct option_row *row)
{
	bool optional = row->argument && *row->argument == '[';
	char names[64];
	int len;

	len = snprintf(names, sizeof(names), row->letter ? "-%c" : "    ", row->letter);
	if (row->name)
		snprintf(names + len, sizeof(names) - len, "%s--%s%s%s",
			 row->letter ? ", " : "", row->name,
			 optional ? "[=" : row->argument ? "=" : "",
			 row->argument ? row->argument + optional : "");
	else if (row->argument)
		snprintf(names + len, sizeof(names) - len, " %s", row->argument);
	printf("  %-28s %s\n", names, row->help);
}

static bool is_shown(const struct option_row *row, bool all)
{
	return row->help && (all || !row->rare);
}

void options_help(bool all)
{
	const struct option_family *family;
	unsigned int i, j;

	puts("usage: kxtrace [OPTION...] COMMAND [ARGUMENT...]\n"
	     "       kxtrace [OPTION...] -p PID | --all\n"
	     "       kxtrace replay FILE [OPTION...]\n"
	     "Shows the system calls of a command, of running processes or of all, by eBPF.");
	for (i = 0; i < NR(families); i++) {
		family = families[i];
		for (j = 0; j < family->nr_rows && !is_shown(&family->rows[j], all); j++)
			;
		if (j == family->nr_rows)
			continue;
		printf("%s%s:\n", all ? "\n" : "", family->title);
		for (j = 0; j < family->nr_rows; j++)
			if (is_shown(&family->rows[j], all))
				print_row(&family->rows[j]);
		if (family == &selecting_options)
			puts("  -e EXPR                      trace=SET, signal=SET, inject=SET:error=E; SET: names, %class, !SET");
	}
	puts("Examples:\n"
	     "  kxtrace -f -o build.log make        every call of a build\n"
	     "  kxtrace -e trace=%file,connect ls   only calls on files, and connect\n"
	     "  kxtrace -f -p 1234 -tt -T           a running server, with times\n"
	     "  kxtrace -c -f git status            which calls cost how much\n"
	     "kxtrace --help=all shows every option; the manual is kxtrace(1).");
}

/* `names` has each name ended by a NUL, and an empty one at its end. */
static bool is_named(const char *names, const char *word, size_t len)
{
	for (; *names; names += strlen(names) + 1)
		if (strlen(names) == len && !memcmp(names, word, len))
			return true;
	return false;
}

static int take_expression(struct options *opt, const char *text)
{
	const char *set = strchr(text, '=');
	const struct qualifier *qualifier;
	unsigned int i, j;
	size_t len;

	if (!set)
		return select_calls(opt->selected, "trace", text);
	len = set++ - text;
	for (i = 0; i < NR(families); i++) {
		for (j = 0; j < families[i]->nr_qualifiers; j++) {
			qualifier = &families[i]->qualifiers[j];
			if (!is_named(qualifier->names, text, len))
				continue;
			if (qualifier->take)
				return qualifier->take(opt, set);
			complain("-e %.*s=: %s", (int)len, text, qualifier->refusal);
			return -EINVAL;
		}
	}
	complain("-e %s: no such qualifier; trace=, signal=, quiet= and others are in kxtrace(1)",
		 text);
	return -EINVAL;
}

static int take_row(struct options *opt, const struct option_row *row,
		    const char *argument)
{
	if (row->take)
		return row->take(opt, argument);
	if (row->letter)
		complain("-%c: %s", row->letter, row->refusal);
	else
		complain("--%s: %s", row->name, row->refusal);
	return -EINVAL;
}

struct getopt_tables {
	const struct option_row *rows[MAX_ROWS];
	unsigned int nr_rows;
	struct option longs[MAX_ROWS + 1];
	char shorts[3 * MAX_ROWS];
};

static int argument_of(const struct option_row *row)
{
	if (!row->argument)
		return no_argument;
	return *row->argument == '[' ? optional_argument : required_argument;
}

/* A letter takes no optional argument: -y and -yy would be unclear. */
static void fill_tables(struct getopt_tables *tables)
{
	unsigned int i, j, nr_longs = 0;
	const struct option_row *row;
	size_t len;

	len = stpcpy(tables->shorts, "+:e:") - tables->shorts;
	for (i = 0; i < NR(families); i++) {
		for (j = 0; j < families[i]->nr_rows && tables->nr_rows < MAX_ROWS; j++) {
			row = &families[i]->rows[j];
			tables->rows[tables->nr_rows] = row;
			if (row->name)
				tables->longs[nr_longs++] = (struct option){
					row->name, argument_of(row), NULL,
					LONG_ONLY + tables->nr_rows };
			tables->nr_rows++;
			if (!row->letter)
				continue;
			tables->shorts[len++] = row->letter;
			if (argument_of(row) == required_argument)
				tables->shorts[len++] = ':';
		}
	}
}

static const struct option_row *row_of(const struct getopt_tables *tables, int id)
{
	unsigned int i;

	if (id >= LONG_ONLY)
		return tables->rows[id - LONG_ONLY];
	for (i = 0; i < tables->nr_rows; i++)
		if (tables->rows[i]->letter == id)
			return tables->rows[i];
	return NULL;
}

static int complain_option(int id, const char *word)
{
	if (id == ':')
		complain("%s: an argument is missing", word);
	else if (optopt && optopt < LONG_ONLY)
		complain("-%c: no such option; kxtrace --help lists them", optopt);
	else if (optopt)
		complain("%s: takes no argument", word);
	else
		complain("%s: no such option; kxtrace --help lists them", word);
	return -EINVAL;
}

static int judge(struct options *opt)
{
	unsigned int i;
	int err = 0;

	for (i = 0; i < NR(families) && !err; i++)
		if (families[i]->judge)
			err = families[i]->judge(opt);
	return err;
}

/* `kxtrace replay FILE`: a command of that name is traced by its path. */
static int take_replay(struct options *opt, int *argc, char ***argv)
{
	if (*argc < 2 || strcmp((*argv)[1], "replay"))
		return 0;
	opt->replay = true;
	(*argc)--;
	(*argv)++;
	return 0;
}

int options_parse(struct options *opt, int argc, char **argv)
{
	struct getopt_tables tables = {};
	const char *shorts;
	int id, err, i;

	*opt = (struct options){ .strsize = 32, .column = 40, .signals = ~0ull };
	for (i = 0; i < KXT_NR_ROWS; i++)
		opt->selected[i] = true;
	fill_tables(&tables);
	take_replay(opt, &argc, &argv);
	opterr = 0;
	optind = 0;
	/* Options behind a command are the command's; a file has none. */
	shorts = tables.shorts + opt->replay;
	while ((id = getopt_long(argc, argv, shorts, tables.longs, NULL)) != -1) {
		if (id == '?' || id == ':')
			return complain_option(id, argv[optind - 1]);
		if (id == 'e')
			err = take_expression(opt, optarg);
		else
			err = take_row(opt, row_of(&tables, id), optarg);
		if (err)
			return err;
	}
	if (optind < argc)
		opt->command = argv + optind;
	return judge(opt);
}
