/* SPDX-License-Identifier: GPL-2.0-only */
/* --json: what its parts share. */
#ifndef KXTRACE_VIEWS_JSON_VIEW_H
#define KXTRACE_VIEWS_JSON_VIEW_H

#include "../view.h"
#include "json.h"

struct json_view {
	struct view view;
	struct out text;	/* scratch: what a printer printed */
	struct tree tree;
	bool dumped;		/* by the flight recorder */
};

static inline struct out *out_of(struct json_view *json)
{
	return &json->view.trace->out;
}

/* What the printers leave in the scratch text, as one value; false: it did not fit. */
bool json_parse(struct json_view *json);

/* The arguments, objects between commas. */
void json_arguments(struct json_view *json, const struct call *call);

#endif
