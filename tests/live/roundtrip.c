// SPDX-License-Identifier: GPL-2.0-only
/*
 * Reads lists of arguments, one per line: says how many there are, how many were
 * not understood, and how many do not come back as they were. With a number: takes
 * them that often, and says how many a second became JSON.
 */
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "tree.h"

static double seconds(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec + now.tv_nsec / 1e9;
}

int main(int argc, char **argv)
{
	unsigned long lines = 0, changed = 0, rounds = argc > 1 ? atol(argv[1]) : 1, i;
	double begin = seconds();
	struct tree tree;
	struct out out;
	char *line = NULL;
	size_t cap = 0;
	ssize_t len;

	if (out_init(&out, -1, 4 << 20) || tree_init(&tree))
		return 1;
	while ((len = getline(&line, &cap, stdin)) > 0) {
		uint64_t raw = tree.raw;

		if (line[len - 1] == '\n')
			len--;
		for (i = 0; i < rounds; i++) {
			tree_parse(&tree, line, len);
			out.len = 0;
			tree_write_json(&out, &tree, 0);
		}
		out.len = 0;
		tree_write_text(&out, &tree, 0);
		changed += out.len != (size_t)len || memcmp(out.buf, line, len);
		if (tree.raw != raw)
			printf("raw: %.*s\n", (int)len, line);
		lines++;
	}
	printf("lines %lu, raw %lu, changed %lu\n", lines, (unsigned long)tree.raw / rounds, changed);
	if (rounds > 1)
		printf("%.0f lists a second\n", lines * rounds / (seconds() - begin));
	tree_done(&tree);
	out_done(&out);
	free(line);
	return 0;
}
