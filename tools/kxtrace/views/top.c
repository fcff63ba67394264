// SPDX-License-Identifier: GPL-2.0-only
/* --top: a screen that is renewed each second; without a terminal, a block of lines. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/timerfd.h>
#include <unistd.h>

#include "../top.h"
#include "../view.h"

struct top_view {
	struct view view;
	struct top_sample sample;
	struct top_choice choice;
	struct screen *screen;
	int timer;
	bool begun;		/* the screen was opened, or found impossible */
	bool failed;
};

static void print_block(struct top_view *top)
{
	struct out *o = &top->view.trace->out;
	unsigned int i, shown = top_sort(&top->sample.calls, &top->choice);
	char text[TOP_LINE_MAX];

	if (o->lines)
		out_newline(o);
	top_title(text, &top->sample, &top->choice);
	out_str(o, text);
	out_newline(o);
	top_heads(text, &top->choice);
	out_str(o, text);
	out_newline(o);
	for (i = 0; i < shown; i++) {
		top_line(text, &top->sample, &top->sample.calls.rows[i]);
		out_str(o, text);
		out_newline(o);
	}
}

static void draw(struct top_view *top)
{
	if (top->screen)
		top_screen_draw(top->screen, &top->sample, &top->choice);
}

static void take_sample(struct top_view *top)
{
	int err = top_sample_take(&top->sample, top->view.trace->session);

	if (!err)
		return;
	/* After the screen is gone, or nobody would see it. */
	screen_close(top->screen);
	top->screen = NULL;
	complain("--top: the counters cannot be read: %s", strerror(-err));
	top->failed = true;
	top->view.trace->over = true;
}

static void take_key(struct top_view *top, int key)
{
	struct top_choice *choice = &top->choice;

	switch (key) {
	case 'q':
		top->view.trace->over = true;
		break;
	case 's':
		choice->sort = (choice->sort + 1) % NR_TOP_COLUMNS;
		break;
	case 'p':
		choice->by_process = !choice->by_process;
		break;
	case 'e':
		choice->errors_only = !choice->errors_only;
		break;
	case ' ':
		choice->paused = !choice->paused;
		break;
	case 'h':
	case '?':
		choice->help = !choice->help;
		break;
	}
}

/* The screen only when all has begun: what failed before has been said. */
static void begin(struct top_view *top)
{
	struct trace *trace = top->view.trace;
	struct itimerspec each = {};
	uint64_t ns = trace->opt->counting.top_ns;

	top->begun = true;
	top->screen = trace->opt->output ? NULL : screen_open(trace->out.fd);
#ifndef HAVE_NCURSES
	if (!trace->opt->output && isatty(trace->out.fd))
		complain("--top: built without ncurses, so there is no screen: install libncurses-dev and build again");
#endif
	each.it_value.tv_sec = each.it_interval.tv_sec = ns / 1000000000;
	each.it_value.tv_nsec = each.it_interval.tv_nsec = ns % 1000000000;
	timerfd_settime(top->timer, 0, &each, NULL);
	/* The counters were zero when the trace began. */
	top->sample.end_ns = trace->begun_ns;
	draw(top);
}

static void pass(struct view *view)
{
	struct top_view *top = (struct top_view *)view;
	bool changed = false;
	uint64_t ticks;
	int key;

	if (!view->trace->session)
		return;
	if (!top->begun)
		begin(top);
	if (read(top->timer, &ticks, sizeof(ticks)) == sizeof(ticks) && !top->choice.paused) {
		take_sample(top);
		changed = true;
		if (!top->screen && !top->failed)
			print_block(top);
	}
	while (top->screen && (key = screen_key(top->screen)) >= 0) {
		take_key(top, key);
		changed = true;
	}
	if (changed)
		draw(top);
}

/* "Process 12 attached" would be in the way of the table. */
static void leave_out(struct view *view, const char *text)
{
	(void)view;
	(void)text;
}

/* What happened since the last block; after a screen, what it would have shown. */
static int finish(struct view *view, const struct totals *totals)
{
	struct top_view *top = (struct top_view *)view;

	(void)totals;
	screen_close(top->screen);
	top->screen = NULL;
	if (top->failed)
		return -EIO;
	if (!top->begun)
		return 0;
	take_sample(top);
	print_block(top);
	if (top->sample.starved)
		complain("--top: some processes are not shown: out of memory");
	return 0;
}

static void close_top(struct view *view)
{
	struct top_view *top = (struct top_view *)view;

	screen_close(top->screen);
	top_sample_done(&top->sample);
	if (top->timer >= 0)
		close(top->timer);
	free(top);
}

static const struct view_ops top_ops = {
	.message = leave_out,
	.pass = pass,
	.finish = finish,
	.close = close_top,
};

int top_view_open(struct view **view, struct trace *trace)
{
	struct top_view *top = calloc(1, sizeof(*top));
	int err;

	if (!top)
		return -ENOMEM;
	top->view = (struct view){ &top_ops, trace };
	top->timer = timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC | TFD_NONBLOCK);
	if (top->timer < 0) {
		err = -errno;
		complain("--top: no timer: %s", strerror(-err));
		free(top);
		return err;
	}
	trace->wake_fds[trace->nr_wake_fds++] = top->timer;
	if (!trace->opt->output && isatty(STDIN_FILENO) && isatty(trace->out.fd))
		trace->wake_fds[trace->nr_wake_fds++] = STDIN_FILENO;
	*view = &top->view;
	return 0;
}
