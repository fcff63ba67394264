// SPDX-License-Identifier: GPL-2.0-only
/* Fuzzing of what kxfilter restores: a saved file, its rules, the elements of its live sets. */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../../tools/kxfilter/saved/file.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Lines are those of the file. */
static void judge(void *ctx, const struct complaint *complaint)
{
	if (!complaint->text || !*complaint->text || complaint->line > *(size_t *)ctx)
		abort();
}

static void read_sets(const struct saved_device *device, size_t *lines)
{
	for (size_t i = 0; i < device->nr_sets; i++) {
		struct element *list = NULL;
		size_t nr = 0;

		if (!*device->sets[i].name || !device->sets[i].text)
			abort();
		if (!elements_parse("fuzz", device->sets[i].text, judge, lines, &list, &nr))
			for (size_t n = 0; n < nr; n++)
				if (number_compare(list[n].range.first, list[n].range.last) > 0)
					abort();
		free(list);
	}
}

/* What is refused has a sentence; what is not can be read on. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *content = malloc(size + 1), why[256] = "";
	struct saved_file file = {};
	struct rules *rules;
	size_t lines = 1;

	memcpy(content, data, size);
	content[size] = '\0';
	for (size_t i = 0; i < size; i++)
		lines += content[i] == '\n';
	if (saved_file_parse(content, size, &file, why, sizeof(why))) {
		if (!*why)
			abort();
		return 0;
	}
	for (size_t i = 0; i < file.nr; i++) {
		if (!file.devices[i].text || file.devices[i].raw_len > size)
			abort();
		if (!rules_read("fuzz", file.devices[i].text, judge, &lines, &rules))
			rules_free(rules);
		read_sets(&file.devices[i], &lines);
	}
	saved_file_free(&file);
	return 0;
}
