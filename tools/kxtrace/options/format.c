// SPDX-License-Identifier: GPL-2.0-only
/* Options: formats other than text. */
#include "family.h"

#include <errno.h>
#include <string.h>

static const char *const formats[NR_EXPORTS] = {
	[EXPORT_CHROME] = "chrome",
	[EXPORT_PERFETTO] = "perfetto",
	[EXPORT_FOLDED] = "folded",
	[EXPORT_FOLDED_COUNT] = "folded-count",
};

static int take_json(struct options *opt, const char *argument)
{
	(void)argument;
	opt->format.json = true;
	opt->format.timed = true;
	return 0;
}

static int take_export(struct options *opt, const char *argument)
{
	const char *file = strchr(argument, ':');
	size_t len = file ? (size_t)(file - argument) : strlen(argument);
	unsigned int i;

	for (i = 0; i < NR_EXPORTS; i++)
		if (strlen(formats[i]) == len && !memcmp(formats[i], argument, len))
			break;
	if (i == NR_EXPORTS) {
		complain("--export=%s: no such format; there are chrome:FILE, perfetto:FILE, folded:FILE, folded-count:FILE",
			 argument);
		return -EINVAL;
	}
	if (!file || !file[1]) {
		complain("--export=%s: the file is missing: --export=%s:FILE", argument, formats[i]);
		return -EINVAL;
	}
	if (opt->format.export[i]) {
		complain("--export=%s: one file of this format is written already: %s", argument,
			 opt->format.export[i]);
		return -EINVAL;
	}
	opt->format.export[i] = file + 1;
	opt->format.any_file = opt->format.timed = true;
	return 0;
}

static int take_report(struct options *opt, const char *argument)
{
	if (!*argument) {
		complain("--report=: the file is missing: --report=FILE.html");
		return -EINVAL;
	}
	opt->format.report = argument;
	opt->format.any_file = opt->format.timed = true;
	return 0;
}

static const struct option_row rows[] = {
	{ 0, "json", NULL, "one JSON object per line, on stdout or -o", take_json },
	{ 0, "export", "FORMAT:FILE", "chrome, perfetto, folded or folded-count", take_export,
	  .rare = true },
	{ 0, "report", "FILE", "a report in HTML, in one file, for any browser", take_report },
};

/* Two writers would destroy each other's file. */
static int judge_files(const struct options *opt)
{
	const char *files[NR_EXPORTS + 2] = { opt->output, opt->format.report };
	unsigned int i, j;

	memcpy(files + 2, opt->format.export, sizeof(opt->format.export));
	for (i = 0; i < NR(files); i++) {
		for (j = i + 1; files[i] && j < NR(files); j++) {
			if (!files[j] || strcmp(files[i], files[j]))
				continue;
			complain("%s: is to be written twice; each needs a file of its own", files[i]);
			return -EINVAL;
		}
	}
	return 0;
}

static int judge(struct options *opt)
{
	/* As with -o: what a program reads needs no messages about processes. */
	if (opt->format.timed && opt->command && !opt->quiet)
		opt->quiet = QUIET_ATTACH;
	if (opt->follow > 1 && opt->format.json) {
		complain("-ff: is a file for each process, and --json is one stream of all; take -f, each line has its \"tid\"");
		return -EINVAL;
	}
	if (opt->format.any_file && recording_in_flight(&opt->recording)) {
		complain("--last: may show calls many times, and %s is one file; take --record=FILE, then `replay` with %s",
			 opt->format.report ? "--report" : "--export",
			 opt->format.report ? "--report" : "--export");
		return -EINVAL;
	}
	if (opt->summary && opt->format.any_file) {
		complain("-c: counts in the kernel, %s needs the calls; take one of them",
			 opt->format.report ? "--report" : "--export");
		return -EINVAL;
	}
	return judge_files(opt);
}

const struct option_family format_options = {
	"Other forms", rows, NR(rows), NULL, 0, judge,
};
