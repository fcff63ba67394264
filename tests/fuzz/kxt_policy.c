// SPDX-License-Identifier: GPL-2.0-only
/* Fuzzing of policy files: read, and made into tables as far as they can be. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../../tools/kxtrace/policy/tables.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Each file that is named is there, and another. */
static int identify(void *ctx, const char *path, struct kxp_file *out)
{
	uint64_t *nr = ctx;

	(void)path;
	*out = (struct kxp_file){ .ino = ++*nr, .dev = 1 };
	return 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	FILE *file = size ? fmemopen((void *)data, size, "r") : NULL;
	struct tables tables = {};
	struct rules rules = {};
	uint64_t nr = 0;

	if (!file)
		return 0;
	if (!rules_parse(&rules, file, "fuzz"))
		(void)tables_make(&tables, &rules, identify, &nr);
	tables_free(&tables);
	rules_free(&rules);
	fclose(file);
	return 0;
}
