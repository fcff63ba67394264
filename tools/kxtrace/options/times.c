// SPDX-License-Identifier: GPL-2.0-only
/* Options: the times that lines show. */
#include "family.h"

#include <errno.h>
#include <string.h>

#include "words.h"

static const struct word precisions[] = {
	{ "s", PRECISION_S }, { "ms", PRECISION_MS }, { "us", PRECISION_US },
	{ "ns", PRECISION_NS },
};

static const struct word formats[] = {
	{ "none", STAMP_NONE }, { "time", STAMP_TIME }, { "unix", STAMP_EPOCH },
};

/* -t, -tt, -ttt */
static int take_t(struct options *opt, const char *argument)
{
	(void)argument;
	if (opt->stamp == STAMP_NONE) {
		opt->stamp = STAMP_TIME;
	} else if (opt->show.stamp == PRECISION_S) {
		opt->show.stamp = PRECISION_US;
	} else {
		opt->stamp = STAMP_EPOCH;
	}
	return 0;
}

static const char *behind(const char *text, const char *prefix)
{
	size_t len = strlen(prefix);

	return strncmp(text, prefix, len) ? NULL : text + len;
}

static bool is_word(const char *text, const struct word *words, size_t nr, uint64_t *value)
{
	size_t i;

	for (i = 0; i < nr; i++) {
		if (strcmp(text, words[i].name))
			continue;
		*value = words[i].value;
		return true;
	}
	return false;
}

/* One of [format:]FORMAT and [precision:]PRECISION. */
static bool take_part(const char *part, uint64_t *format, uint64_t *precision)
{
	const char *named = behind(part, "format:");

	if (named)
		return is_word(named, formats, NR(formats), format);
	named = behind(part, "precision:");
	if (named)
		return is_word(named, precisions, NR(precisions), precision);
	return is_word(part, formats, NR(formats), format) ||
	       is_word(part, precisions, NR(precisions), precision);
}

struct stamps {
	uint64_t format;
	uint64_t precision;
};

static int take_stamp(void *ctx, char *part)
{
	struct stamps *stamps = ctx;

	if (take_part(part, &stamps->format, &stamps->precision))
		return 0;
	complain("--absolute-timestamps=%s: a format (none, time, unix), a precision (s, ms, us, ns) or both",
		 part);
	return -EINVAL;
}

static int take_stamps(struct options *opt, const char *argument)
{
	struct stamps stamps = { STAMP_TIME, PRECISION_S };
	int err = each_word(argument ? argument : "time", take_stamp, &stamps);

	if (err)
		return err;
	opt->stamp = stamps.format;
	opt->show.stamp = stamps.precision;
	return 0;
}

static int take_precision(enum precision *precision, const char *what, const char *word)
{
	uint64_t value;
	int err;

	err = take_word(&value, what, word ? word : "us", precisions, NR(precisions));
	if (!err)
		*precision = value;
	return err;
}

static int take_relative(struct options *opt, const char *word)
{
	opt->relative = true;
	return take_precision(&opt->show.relative, "--relative-timestamps", word);
}

static int take_spent(struct options *opt, const char *word)
{
	opt->spent = true;
	return take_precision(&opt->show.spent, "--syscall-times", word);
}

static const struct option_row rows[] = {
	{ 't', NULL, NULL, "time of day; -tt: with microseconds; -ttt: since the epoch", take_t },
	{ 0, "absolute-timestamps", "[HOW]", "none, time or unix, and s, ms, us or ns: unix,ns",
	  take_stamps, .rare = true },
	{ 0, "timestamps", "[HOW]", NULL, take_stamps, .rare = true },
	{ 'r', "relative-timestamps", "[PRECISION]", "time since the last call began: s, ms, us, ns",
	  take_relative, .rare = true },
	{ 'T', "syscall-times", "[PRECISION]", "time spent in the call: s, ms, us, ns", take_spent },
};

const struct option_family time_options = {
	"Times", rows, NR(rows), NULL, 0, NULL,
};
