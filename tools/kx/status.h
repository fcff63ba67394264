/* SPDX-License-Identifier: GPL-2.0-only */
/* Where an instance stands, in the words and members that all verbs use. */
#ifndef KX_TOOL_STATUS_H
#define KX_TOOL_STATUS_H

#include <kx/kx.h>

#include "cli/json.h"

/* "live", "held", "loading", "unloading". */
const char *status_word(const struct kx_status *status);

/* Its members, within an object. */
void status_json(struct json *json, const struct kx_status *status);

/*
 * What has become of an instance, as a line of JSON: name, kmid, generation,
 * result. @status: NULL: it is not loaded.
 */
void result_json(const char *name, const struct kx_status *status,
		 const char *result);

#endif
