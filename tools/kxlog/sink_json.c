// SPDX-License-Identifier: GPL-2.0-only
/* json: an object per record, in a file that is rotated, or on standard output. */
#include <string.h>

#include "outlet.h"

extern const struct sink_kind sink_json;

static int open_json(struct sink *sink, const char *where)
{
	if (!strcmp(where, "-"))
		return outlet_open(sink, NULL, lines_json, NULL);
	return outlet_open_where(sink, where, lines_json);
}

const struct sink_kind sink_json = {
	.scheme = "json",
	.where = "PATH[,...]|-",
	.help = "JSON, an object on each line",
	.open = open_json,
	.put = outlet_put,
	.work = outlet_work,
	.reopen = outlet_reopen,
	.flush = outlet_flush,
	.close = outlet_close,
};
