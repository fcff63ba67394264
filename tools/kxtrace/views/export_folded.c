// SPDX-License-Identifier: GPL-2.0-only
/* --export=folded: a line per process, thread and call, for flame graphs. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "../line.h"
#include "file.h"
#include "names.h"
#include "shown.h"
#include "tally.h"

#define MAX_STACKS	1000000

struct folded_view {
	struct view view;
	struct view_file file;
	struct tally stacks;
	bool count;		/* calls, not nanoseconds */
};

/* What separates frames, or the weight, is in no frame. */
static size_t add_frame(char *key, size_t len, size_t size, const char *frame)
{
	if (len && len < size - 1)
		key[len++] = ';';
	for (; *frame && len < size - 1; frame++)
		key[len++] = *frame == ';' ? ':' : (unsigned char)*frame < ' ' ? '?' : *frame;
	return len;
}

static void fold_call(struct view *view, struct call *call)
{
	struct folded_view *folded = (struct folded_view *)view;
	const struct kxt_head *head = &call->rec->head;
	char key[1024], frame[64], space[32];
	size_t len;

	(void)learn_name(view->trace, call);
	if (!line_is_wanted(view->trace->opt, call) || head->flags & KXT_F_GOING_ON)
		return;
	snprintf(frame, sizeof(frame), "%s-%u",
		 process_name(view->trace, head->tid, head->tgid, space), head->tgid);
	len = add_frame(key, 0, sizeof(key), frame);
	snprintf(frame, sizeof(frame), "%u", head->tid);
	len = add_frame(key, len, sizeof(key), frame);
	len = add_frame(key, len, sizeof(key), call_name(call, space, sizeof(space)));
	(void)tally_add(&folded->stacks, key, len, call->failed, call_spent(call));
}

static int finish(struct view *view, const struct totals *totals)
{
	struct folded_view *folded = (struct folded_view *)view;
	struct out *o = &folded->file.out;
	const struct tally_row *row;
	uint64_t weight;
	uint32_t i;
	int err;

	(void)totals;
	view_file_begin(&folded->file);
	tally_sort(&folded->stacks, folded->count);
	for (i = 0; i < folded->stacks.nr; i++) {
		row = &folded->stacks.rows[i];
		weight = folded->count ? row->calls : row->ns;
		if (!weight)
			continue;
		out_mem(o, row->key, row->len);
		out_char(o, ' ');
		out_udec(o, weight);
		out_newline(o);
	}
	err = view_file_finish(&folded->file);
	if (!err && folded->stacks.left_out) {
		complain("%s: %llu calls are missing: there was no memory for their names",
			 folded->file.path, (unsigned long long)folded->stacks.left_out);
		err = -ENOMEM;
	}
	return err;
}

static void close_folded(struct view *view)
{
	struct folded_view *folded = (struct folded_view *)view;

	tally_done(&folded->stacks);
	view_file_close(&folded->file);
	free(folded);
}

static const struct view_ops folded_ops = {
	.call = fold_call,
	.finish = finish,
	.close = close_folded,
};

static int open_folded(struct view **view, struct trace *trace, enum export_format format)
{
	struct folded_view *folded = calloc(1, sizeof(*folded));
	int err;

	if (!folded)
		return -ENOMEM;
	folded->view = (struct view){ &folded_ops, trace };
	folded->count = format == EXPORT_FOLDED_COUNT;
	tally_init(&folded->stacks, MAX_STACKS, false);
	err = view_file_open(&folded->file, trace->opt->format.export[format]);
	if (err) {
		close_folded(&folded->view);
		return err;
	}
	*view = &folded->view;
	return 0;
}

int folded_view_open(struct view **view, struct trace *trace)
{
	return open_folded(view, trace, EXPORT_FOLDED);
}

int folded_count_view_open(struct view **view, struct trace *trace)
{
	return open_folded(view, trace, EXPORT_FOLDED_COUNT);
}
