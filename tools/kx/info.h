/* SPDX-License-Identifier: GPL-2.0-only */
/* All that is known of an extension or an instance, and its three forms. */
#ifndef KX_TOOL_INFO_H
#define KX_TOOL_INFO_H

#include <stdbool.h>
#include <stdlib.h>

#include <kx/kx.h>

#include "values.h"

struct info {
	const struct kx_about *about;

	bool loaded;		/* an instance: the rest is there, too */
	struct kx_status status;
	struct values values;
	struct kx_reachable *things;
	size_t nr_things;
};

static inline void info_done(struct info *info)
{
	values_done(&info->values);
	free(info->things);
}

#define _cleanup_info_	__attribute__((cleanup(info_done)))

/* Is there such a field? Return: DONE; WRONG, told. */
int info_field_check(const char *field);

/* Each prints on stdout; info_text() returns DONE or FAILED, told. */
void info_field(const struct info *info, const char *field);
void info_json(const struct info *info);
int info_text(const struct info *info);

/* "load", "live", "value". */
const char *info_kind(enum kx_param_kind kind);

/* "log", "stream", "command", ... */
const char *channel_kind_text(enum kx_channel_kind kind);

#endif
