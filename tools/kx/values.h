/* SPDX-License-Identifier: GPL-2.0-only */
/* The values that an instance's parameters have now. */
#ifndef KX_TOOL_VALUES_H
#define KX_TOOL_VALUES_H

#include <stddef.h>

#include <kx/kx.h>

struct values {
	struct value {
		char *name;
		char *value;
	} *rows;
	size_t nr;
};

/*
 * Read all of them. Ends what kx_instance_about() has given out before.
 *
 * Return: DONE or FAILED, which has been told.
 */
int values_read(struct kx *kx, struct kx_instance *inst, struct values *out);
void values_done(struct values *values);

/* The value of a parameter; NULL: it has none. */
const char *values_find(const struct values *values, const char *name);

#define _cleanup_values_	__attribute__((cleanup(values_done)))

#endif
