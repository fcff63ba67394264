// SPDX-License-Identifier: GPL-2.0-only
/* file: lines for people, in a file that is rotated. */
#include "outlet.h"

extern const struct sink_kind sink_file;

static int open_file(struct sink *sink, const char *where)
{
	return outlet_open_where(sink, where, lines_plain);
}

const struct sink_kind sink_file = {
	.scheme = "file",
	.where = "PATH[,size=10M,time=1d,keep=7,compress]",
	.help = "lines in a file",
	.open = open_file,
	.put = outlet_put,
	.work = outlet_work,
	.reopen = outlet_reopen,
	.flush = outlet_flush,
	.close = outlet_close,
};
