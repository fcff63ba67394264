// SPDX-License-Identifier: GPL-2.0-only
/* Fuzzing of kxfilter's rules: read, examined, printed; what is printed is read as the same. */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../../tools/kxfilter/rules.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* A complaint points into the line that it shows. */
static void judge(void *ctx, const struct complaint *complaint)
{
	size_t *nr = ctx;

	(*nr)++;
	if (!complaint->text || !*complaint->text)
		abort();
	if (complaint->line && (!complaint->column || !complaint->width || !complaint->source ||
				complaint->column - 1 > strlen(complaint->source)))
		abort();
}

static void compare(const char *text, size_t *nr)
{
	size_t nr_before = *nr;
	struct rules *rules;
	char *again;

	if (rules_read("printed", text, judge, nr, &rules)) {
		fprintf(stderr, "not read:\n%s\n", text);
		abort();
	}
	again = rules_print(rules);
	if (!again || strcmp(text, again)) {
		fprintf(stderr, "not the same (%zu complaints):\n%s\n%s\n", *nr - nr_before, text,
			again ? again : "?");
		abort();
	}
	free(again);
	rules_free(rules);
}

static int json(const struct rules *rules, const struct rule *rule)
{
	char *text = NULL;
	size_t len;
	FILE *out = open_memstream(&text, &len);
	int err = out ? rule_json(rules, rule, out) : -1;

	if (out)
		fclose(out);
	free(text);
	return err;
}

/* What is refused has a complaint. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *input = strndup((const char *)data, size), *text = NULL;
	struct rules *rules;
	size_t nr = 0;

	if (input && !rules_read("fuzz", input, judge, &nr, &rules)) {
		rules_examine(rules, judge, &nr);
		text = rules_print(rules);
		for (size_t i = 0; i < rules->nr; i++)
			if (json(rules, &rules->rows[i]) < 0)
				abort();
		if (!text)
			abort();
		compare(text, &nr);
		rules_free(rules);
	} else if (input && !nr) {
		abort();
	}
	free(text);
	free(input);
	return 0;
}
