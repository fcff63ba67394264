// SPDX-License-Identifier: GPL-2.0-only
/* Options: how arguments and lines look. */
#include "family.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

static int take_columns(struct options *opt, const char *argument)
{
	uint64_t column;

	if (!parse_number(argument, 1000, &column)) {
		complain("-a %s: not a column; 0 to 1000", argument);
		return -EINVAL;
	}
	opt->column = column;
	return 0;
}

static int take_strsize(struct options *opt, const char *argument)
{
	uint64_t size;

	if (!parse_number(argument, 1u << 30, &size)) {
		complain("-s %s: not a size; a number of bytes", argument);
		return -EINVAL;
	}
	opt->strsize = size;
	opt->recording.strsize_given = true;
	return 0;
}

static int take_stamp(struct options *opt, const char *argument)
{
	(void)argument;
	if (opt->stamp < STAMP_EPOCH)
		opt->stamp++;
	return 0;
}

static int take_relative(struct options *opt, const char *argument)
{
	(void)argument;
	opt->relative = true;
	return 0;
}

static int take_spent(struct options *opt, const char *argument)
{
	(void)argument;
	opt->spent = true;
	return 0;
}

static int take_verbose(struct options *opt, const char *argument)
{
	(void)argument;
	opt->verbose = true;
	return 0;
}

static int take_successful(struct options *opt, const char *argument)
{
	(void)argument;
	opt->only_successful = true;
	return 0;
}

static int take_failed(struct options *opt, const char *argument)
{
	(void)argument;
	opt->only_failed = true;
	return 0;
}

static int take_q(struct options *opt, const char *argument)
{
	(void)argument;
	opt->quiet++;
	return 0;
}

static int take_quiet(struct options *opt, const char *set)
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

static const struct option_row rows[] = {
	{ 'z', "successful-only", NULL, "show only calls that succeeded", take_successful },
	{ 'Z', "failed-only", NULL, "show only calls that failed", take_failed },
	{ 'a', "columns", "COLUMN", "align results at COLUMN (default 40)", take_columns },
	{ 's', "string-limit", "SIZE", "show at most SIZE bytes of a string (default 32)",
	  take_strsize },
	{ 't', "absolute-timestamps", NULL,
	  "time of day; -tt: with microseconds; -ttt: since the epoch", take_stamp },
	{ 'r', "relative-timestamps", NULL, "time since the last call began", take_relative },
	{ 'T', "syscall-times", NULL, "time spent in the call", take_spent },
	{ 'v', "no-abbrev", NULL,
	  "all of environments and structures; at the end: seen, shown, dropped",
	  take_verbose },
	{ 'q', NULL, NULL, "no attach messages; -qq: no exit status either", take_q },
	{ 0, "quiet", "SET", NULL, take_quiet },
	{ 'n', "syscall-number", NULL, NULL, NULL, "call numbers are not shown yet" },
	{ 'x', NULL, NULL, NULL, NULL, "strings in hexadecimal are not there yet" },
	{ 'X', "const-print-style", "STYLE", NULL, NULL, "constants are shown by name only" },
	{ 'Y', "decode-pids", NULL, NULL, NULL, "names of tasks are not shown yet" },
};

static const struct qualifier qualifiers[] = {
	{ "quiet\0q\0", take_quiet },
	{ "abbrev\0a\0verbose\0v\0raw\0x\0", NULL, "is not there yet" },
	{ "read\0r\0write\0w\0", NULL, "is not there yet" },
	{ "status\0", NULL, "is not there yet; -z and -Z are" },
	{ "decode-pids\0kvm\0namespace\0", NULL, "is not there yet" },
};

static int judge(struct options *opt)
{
	if (opt->strsize > KXT_STRING_MAX) {
		complain("-s %u: strings are shown up to %d bytes",
			 opt->strsize, KXT_STRING_MAX);
		opt->strsize = KXT_STRING_MAX;
	}
	if (opt->only_successful && opt->only_failed) {
		complain("-z and -Z: nothing would be shown, take one of them");
		return -EINVAL;
	}
	return 0;
}

const struct option_family showing_options = {
	"How to show it", rows, NR(rows), qualifiers, NR(qualifiers), judge,
};
