// SPDX-License-Identifier: GPL-2.0-only
/* Fuzzing of what reads the verifier's log, and explains its last words. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "../../src/verdict/rules.h"
#include "../../src/verdict/verdict.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *log = malloc(size + 1);
	struct verdict said = { 0 };
	const char *rule;

	if (!log)
		return 0;
	memcpy(log, data, size);
	log[size] = '\0';
	verdict_read(log, &said);
	rule = rule_explain(said.reason);
	if (rule && !strlen(rule))
		abort();
	(void)rule_explain(log);
	free(log);
	return 0;
}
