// SPDX-License-Identifier: GPL-2.0-only
/* Options: how arguments and lines look. */
#include "family.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "../out.h"
#include "words.h"

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

static int take_numbers(struct options *opt, const char *argument)
{
	(void)argument;
	opt->show.numbers = true;
	return 0;
}

static int take_names(struct options *opt, const char *argument)
{
	(void)argument;
	opt->show.names = true;
	return 0;
}

static const struct word details[] = {
	{ "comm", 1 }, { "pidns", 2 },
};

static int take_details(struct options *opt, const char *set)
{
	uint64_t chosen;
	int err;

	err = take_words(&chosen, "-e decode-pids", set, details, NR(details));
	if (err)
		return err;
	if (chosen & 2 && strcmp(set, "all")) {
		complain("--decode-pids=%s: pidns is not there: a call's numbers are those of its task's namespace; comm is",
			 set);
		return -EINVAL;
	}
	opt->show.task_names = chosen & 1;
	return 0;
}

static int take_task_names(struct options *opt, const char *set)
{
	return take_details(opt, set ? set : "comm");
}

/* -x, then -xx */
static int take_x(struct options *opt, const char *argument)
{
	(void)argument;
	opt->show.hex_strings = opt->show.hex_strings < HEX_NON_ASCII ?
				HEX_NON_ASCII : HEX_ALL;
	return 0;
}

static int take_hex(struct options *opt, const char *word)
{
	static const struct word words[] = {
		{ "none", HEX_NEVER }, { "non-ascii-chars", HEX_CHARS },
		{ "non-ascii", HEX_NON_ASCII }, { "all", HEX_ALL },
	};
	uint64_t style;
	int err;

	err = take_word(&style, "--strings-in-hex", word ? word : "all", words, NR(words));
	if (!err)
		opt->show.hex_strings = style;
	return err;
}

static int take_constants(struct options *opt, const char *word)
{
	static const struct word words[] = {
		{ "raw", CONSTANTS_RAW }, { "abbrev", CONSTANTS_ABBREV },
		{ "verbose", CONSTANTS_VERBOSE },
	};
	uint64_t style;
	int err;

	err = take_word(&style, "--const-print-style", word, words, NR(words));
	if (!err)
		opt->show.constants = style;
	return err;
}

/* `bit` is set for the calls in the set, or with `others` for all others. */
static int take_style(struct options *opt, const char *name, const char *set,
		      uint8_t bit, bool others)
{
	bool chosen[KXT_NR_ROWS];
	int err, nr;

	err = select_calls(chosen, name, set);
	for (nr = 0; nr < KXT_NR_ROWS && !err; nr++) {
		opt->show.styles[nr] &= ~bit;
		if (chosen[nr] != others)
			opt->show.styles[nr] |= bit;
	}
	opt->show.any_style = true;
	return err;
}

static int take_abbrev(struct options *opt, const char *set)
{
	return take_style(opt, "abbrev", set, STYLE_WHOLE, true);
}

static int take_structures(struct options *opt, const char *set)
{
	return take_style(opt, "verbose", set, STYLE_OPAQUE, true);
}

static int take_raw(struct options *opt, const char *set)
{
	return take_style(opt, "raw", set, STYLE_RAW, false);
}

static int take_verbose(struct options *opt, const char *argument)
{
	(void)argument;
	opt->verbose = true;
	return take_abbrev(opt, "none");
}

static int take_dump_read(struct options *opt, const char *set)
{
	return take_fds(&opt->show.read, "read", set);
}

static int take_dump_written(struct options *opt, const char *set)
{
	return take_fds(&opt->show.written, "write", set);
}

static int take_successful(struct options *opt, const char *argument)
{
	(void)argument;
	opt->show.hidden = STATUS_ALL & ~STATUS_SUCCESSFUL;
	opt->only_successful = true;
	return 0;
}

static int take_failed(struct options *opt, const char *argument)
{
	(void)argument;
	opt->show.hidden = STATUS_ALL & ~STATUS_FAILED;
	opt->only_failed = true;
	return 0;
}

static int take_status(struct options *opt, const char *set)
{
	static const struct word words[] = {
		{ "successful", STATUS_SUCCESSFUL }, { "failed", STATUS_FAILED },
		{ "unfinished", STATUS_UNFINISHED }, { "unavailable", STATUS_UNAVAILABLE },
		{ "detached", STATUS_DETACHED },
	};
	uint64_t shown;
	int err;

	err = take_words(&shown, "-e status", set, words, NR(words));
	if (!err)
		opt->show.hidden = STATUS_ALL & ~shown;
	return err;
}

static int take_q(struct options *opt, const char *argument)
{
	(void)argument;
	if (!(opt->quiet & QUIET_ATTACH))
		opt->quiet |= QUIET_ATTACH | QUIET_PERSONALITY;
	else if (!(opt->quiet & QUIET_EXIT))
		opt->quiet |= QUIET_EXIT;
	else
		opt->quiet = QUIET_ALL;
	return 0;
}

static int take_quiet(struct options *opt, const char *set)
{
	static const struct word words[] = {
		{ "attach", QUIET_ATTACH }, { "attach-detach", QUIET_ATTACH },
		{ "exit", QUIET_EXIT }, { "path-resolution", QUIET_PATHS },
		{ "personality", QUIET_PERSONALITY },
		{ "thread-execve", QUIET_SUPERSEDED }, { "superseded", QUIET_SUPERSEDED },
	};
	uint64_t quiet;
	int err;

	err = take_words(&quiet, "-e quiet", set ? set : "attach,personality", words,
			 NR(words));
	if (!err)
		opt->quiet = quiet;
	return err;
}

static const struct option_row rows[] = {
	{ 'z', "successful-only", NULL, "show only calls that succeeded", take_successful,
	  .rare = true },
	{ 'Z', "failed-only", NULL, "show only calls that failed", take_failed },
	{ 0, "status", "SET", "successful, failed, unfinished, unavailable, detached",
	  take_status, .rare = true },
	{ 'a', "columns", "COLUMN", "align results at COLUMN (default 40)", take_columns,
	  .rare = true },
	{ 's', "string-limit", "SIZE", "show at most SIZE bytes of a string (default 32)",
	  take_strsize },
	{ 'v', "no-abbrev", NULL,
	  "all of environments and structures; at the end: seen, shown, dropped",
	  take_verbose },
	{ 0, "abbrev", "SET", "abbreviate these calls only; -v is abbrev=none",
	  take_abbrev, .rare = true },
	{ 0, "verbose", "SET", "show structures of these calls only, else addresses",
	  take_structures, .rare = true },
	{ 0, "raw", "SET", "show the arguments of these calls in hexadecimal", take_raw,
	  .rare = true },
	{ 0, "read", "FDS", "dump all that is read from these descriptors", take_dump_read,
	  .rare = true },
	{ 0, "write", "FDS", "dump all that is written to these descriptors",
	  take_dump_written, .rare = true },
	{ 'n', "syscall-number", NULL, "show the numbers of calls", take_numbers,
	  .rare = true },
	{ 'N', "arg-names", NULL, "show the names of arguments", take_names, .rare = true },
	{ 'x', NULL, NULL, "strings that are not ASCII in hexadecimal; -xx: all strings",
	  take_x, .rare = true },
	{ 0, "strings-in-hex", "[HOW]", "none, non-ascii-chars, non-ascii, all", take_hex,
	  .rare = true },
	{ 'X', "const-print-style", "STYLE", "constants: raw, abbrev (names), verbose (both)",
	  take_constants, .rare = true },
	{ 'Y', NULL, NULL, "show the names of tasks with their numbers", take_task_names, .rare = true },
	{ 0, "decode-pids", "SET", "the same by its name: comm", take_details, .rare = true },
	{ 'q', NULL, NULL, "no attach messages; -qq: no exit status; -qqq: none", take_q,
	  .rare = true },
	{ 0, "quiet", "[SET]", "attach, exit, path-resolution, personality, thread-execve, all",
	  take_quiet, .rare = true },
	{ 0, "silent", "[SET]", NULL, take_quiet, .rare = true },
	{ 0, "silence", "[SET]", NULL, take_quiet, .rare = true },
	{ 0, "secontext", "[WHAT]", NULL, NULL,
	  "records carry no security contexts; ls -Z and ps -Z show them", .rare = true },
	{ 0, "kvm", "WHAT", NULL, NULL,
	  "why a virtual processor left its guest is not traced; perf-kvm(1) shows it",
	  .rare = true },
};

static const struct qualifier qualifiers[] = {
	{ "quiet\0silent\0silence\0q\0", take_quiet },
	{ "abbrev\0a\0", take_abbrev },
	{ "verbose\0v\0", take_structures },
	{ "raw\0x\0", take_raw },
	{ "read\0reads\0r\0", take_dump_read },
	{ "write\0writes\0w\0", take_dump_written },
	{ "status\0", take_status },
	{ "decode-pids\0decode-pid\0", take_details },
	{ "kvm\0", NULL,
	  "why a virtual processor left its guest is not traced; perf-kvm(1) shows it" },
	{ "namespace\0", NULL, "namespaces that calls make are not shown; lsns(8) lists them" },
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
	opt->only_successful = opt->show.hidden == (STATUS_ALL & ~STATUS_SUCCESSFUL);
	opt->only_failed = opt->show.hidden == (STATUS_ALL & ~STATUS_FAILED);
	return 0;
}

const struct option_family showing_options = {
	"How to show it", rows, NR(rows), qualifiers, NR(qualifiers), judge,
};
