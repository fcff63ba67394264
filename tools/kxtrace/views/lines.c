// SPDX-License-Identifier: GPL-2.0-only
/* A call as the text view shows it, for views that quote it. */
#include "lines.h"

#define LINE_SIZE	(1 << 20)

int line_text_init(struct line_text *text, const struct trace *trace)
{
	int err;

	text->opt = *trace->opt;
	text->names = (struct task_names){ trace->tasks, trace->live };
	text->opt.stamp = STAMP_NONE;
	text->opt.relative = text->opt.spent = false;
	text->opt.column = 1;
	/* Dumps are lines of their own. */
	text->opt.show.read = text->opt.show.written = (struct fd_bits){};
	err = out_init(&text->out, -1, LINE_SIZE);
	if (!err)
		err = line_init(&text->line, &text->opt, &text->out);
	line_style(&text->opt, &text->out, &text->names);
	line_style(&text->opt, &text->line.note, &text->names);
	return err;
}

void line_text_done(struct line_text *text)
{
	if (text->line.out)
		line_done(&text->line);
	out_done(&text->out);
}

static void begin_line(struct line_text *text, uint32_t tid)
{
	text->out.len = text->out.line = 0;
	if (text->opt.show.task_names)
		task_names_of(&text->names, tid);
}

/* Without its end; what the buffer does not hold is lost, the rest is shown. */
static const char *taken(struct line_text *text, size_t *len)
{
	text->out.error = 0;
	*len = text->out.len;
	if (*len && text->out.buf[*len - 1] == '\n')
		(*len)--;
	return text->out.buf;
}

const char *line_text_call(struct line_text *text, struct call *call, size_t *len)
{
	begin_line(text, call->rec->head.tid);
	line_call(&text->line, call);
	return taken(text, len);
}

const char *line_text_signal(struct line_text *text, const struct kxt_signal *signal,
			     size_t *len)
{
	begin_line(text, signal->head.tid);
	line_signal(&text->line, signal);
	return taken(text, len);
}
