/* SPDX-License-Identifier: GPL-2.0-only */
/* A call as the text view shows it, for views that quote it. */
#ifndef KXTRACE_VIEWS_LINES_H
#define KXTRACE_VIEWS_LINES_H

#include "../line.h"
#include "../view.h"

struct line_text {
	struct options opt;	/* as given, without times, columns and dumps */
	struct line_context line;
	struct out out;
	struct task_names names;
};

int line_text_init(struct line_text *text, const struct trace *trace);
void line_text_done(struct line_text *text);

/* Valid until the next; its length is 0 when the call is not to be shown. */
const char *line_text_call(struct line_text *text, struct call *call, size_t *len);
const char *line_text_signal(struct line_text *text, const struct kxt_signal *signal,
			     size_t *len);

#endif
