/* SPDX-License-Identifier: GPL-2.0-only */
/* One line of the text format of Prometheus. */
#ifndef KXLOG_EXPOSITION_LINE_H
#define KXLOG_EXPOSITION_LINE_H

#include <stddef.h>

enum line_kind { LINE_WRONG, LINE_EMPTY, LINE_HELP, LINE_TYPE, LINE_SAMPLE };

/* Parts of the text. */
struct line {
	const char *name;
	size_t name_len;
	const char *labels;	/* LINE_SAMPLE: between the braces, without the last comma */
	size_t labels_len;
	const char *rest;	/* the help, the type, the value */
	size_t rest_len;
};

/* Without its end. Times behind a value, and the label "kx", are not taken. */
enum line_kind line_read(const char *text, size_t len, struct line *out);

#endif
