/* SPDX-License-Identifier: GPL-2.0-only */
/* What the tests of kxfilter's language share: results in TAP, complaints as lines. */
#ifndef TESTS_UNIT_KXFILTER_H
#define TESTS_UNIT_KXFILTER_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "rules.h"

static int nr_tests, nr_failed;

static inline void ok(bool good, const char *what)
{
	nr_tests++;
	nr_failed += !good;
	printf("%sok %d - %s\n", good ? "" : "not ", nr_tests, what);
}

/* Of a text of several lines only the first is the name of a test. */
static inline void is(const char *got, const char *expected, const char *what)
{
	bool good = got && !strcmp(got, expected);

	nr_tests++;
	nr_failed += !good;
	printf("%sok %d - %.*s\n", good ? "" : "not ", nr_tests, (int)strcspn(what, "\n#"), what);
	if (!good)
		fprintf(stderr, "# got:      %s\n# expected: %s\n", got ? got : "nothing", expected);
}

/* What was complained of: LINE:COLUMN+WIDTH: SENTENCE, one a line. */
struct heard {
	char *text;
	size_t len;
	FILE *out;
	bool with_file;
};

static inline void heard_begin(struct heard *heard)
{
	*heard = (struct heard){ .with_file = heard->with_file };
	heard->out = open_memstream(&heard->text, &heard->len);
	if (!heard->out)
		exit(1);
}

static inline void hear(void *ctx, const struct complaint *complaint)
{
	struct heard *heard = ctx;

	fflush(heard->out);
	if (heard->with_file)
		fprintf(heard->out, "%s:", complaint->file);
	fprintf(heard->out, "%u:%u+%u: %s%s\n", complaint->line, complaint->column, complaint->width,
		complaint->is_warning ? "warning: " : "", complaint->text);
}

/* For free(). */
static inline char *heard_end(struct heard *heard)
{
	fclose(heard->out);
	if (heard->len && heard->text[heard->len - 1] == '\n')
		heard->text[heard->len - 1] = 0;
	return heard->text;
}

/* A text that must be good; what is complained of is shown. */
static inline struct rules *read_good(const char *text)
{
	struct heard heard = {};
	struct rules *rules = NULL;
	char *said;
	int err;

	heard_begin(&heard);
	err = rules_read("test", text, hear, &heard, &rules);
	said = heard_end(&heard);
	if (err || *said)
		fprintf(stderr, "# %d: %s\n# %s\n", err, said, text);
	free(said);
	return err ? NULL : rules;
}

static inline int done(void)
{
	printf("1..%d\n", nr_tests);
	return nr_failed != 0;
}

#endif
