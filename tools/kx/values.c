// SPDX-License-Identifier: GPL-2.0-only
/* The values that an instance's parameters have now. */
#include "values.h"

#include <stdlib.h>
#include <string.h>

#include "verb.h"

/* Names first: another call with the instance may end its description. */
static int names_read(struct kx *kx, struct kx_instance *inst,
		      struct values *values)
{
	const struct kx_about *about;

	if (kx_instance_about(kx, inst, &about))
		return tell("%s", kx_error(kx));
	values->rows = calloc(about->nr_params + 1, sizeof(*values->rows));
	if (!values->rows)
		return tell("out of memory");
	for (; values->nr < about->nr_params; values->nr++) {
		struct value *row = &values->rows[values->nr];

		row->name = strdup(about->params[values->nr].name);
		if (!row->name)
			return tell("out of memory");
	}
	return DONE;
}

int values_read(struct kx *kx, struct kx_instance *inst, struct values *out)
{
	_cleanup_values_ struct values values = { 0 };

	if (names_read(kx, inst, &values))
		return FAILED;
	for (size_t i = 0; i < values.nr; i++)
		if (kx_param_get(kx, inst, values.rows[i].name,
				 &values.rows[i].value))
			return tell("%s", kx_error(kx));
	*out = values;
	values = (struct values){ 0 };
	return DONE;
}

void values_done(struct values *values)
{
	for (size_t i = 0; i < values->nr; i++) {
		free(values->rows[i].name);
		free(values->rows[i].value);
	}
	free(values->rows);
}

const char *values_find(const struct values *values, const char *name)
{
	for (size_t i = 0; i < values->nr; i++)
		if (!strcmp(values->rows[i].name, name))
			return values->rows[i].value;
	return NULL;
}
