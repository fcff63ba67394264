/* SPDX-License-Identifier: GPL-2.0-only */
/* What the tests of texts share: a result in TAP for what is in an `out`. */
#ifndef TESTS_UNIT_TEXT_H
#define TESTS_UNIT_TEXT_H

#include <stdio.h>
#include <string.h>

#include "out.h"

static int nr_tests, nr_failed;

static void is(const struct out *o, const char *expected, const char *what)
{
	bool good = o->len == strlen(expected) && !memcmp(o->buf, expected, o->len);

	nr_tests++;
	nr_failed += !good;
	printf("%sok %d - %s\n", good ? "" : "not ", nr_tests, what);
	if (!good)
		printf("# got:      %.*s\n# expected: %s\n", (int)o->len, o->buf, expected);
}

#endif
