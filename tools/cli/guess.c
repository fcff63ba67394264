// SPDX-License-Identifier: GPL-2.0-only
/* "Did you mean": the name that is the fewest typing mistakes away. */
#include <string.h>

#include "program.h"

#define LONGEST	32

/* Letters to insert, delete or change to get from @a to @b. */
static size_t distance(const char *a, const char *b)
{
	size_t row[LONGEST + 1], len = strlen(b);

	if (strlen(a) > LONGEST || len > LONGEST)
		return LONGEST;
	for (size_t j = 0; j <= len; j++)
		row[j] = j;
	for (size_t i = 0; a[i]; i++) {
		size_t before = row[0];

		row[0] = i + 1;
		for (size_t j = 0; j < len; j++) {
			size_t best = before + (a[i] != b[j]);

			before = row[j + 1];
			if (best > before + 1)
				best = before + 1;
			if (best > row[j] + 1)
				best = row[j] + 1;
			row[j + 1] = best;
		}
	}
	return row[len];
}

const char *guess(const char *word, const char *const *names, size_t nr)
{
	/* More than a third wrong is another word. */
	size_t least = strlen(word) / 3 + 2;
	const char *best = NULL;

	for (size_t i = 0; i < nr; i++) {
		size_t mistakes = distance(word, names[i]);

		if (mistakes < least) {
			least = mistakes;
			best = names[i];
		}
	}
	return best;
}
