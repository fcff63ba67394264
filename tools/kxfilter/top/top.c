// SPDX-License-Identifier: GPL-2.0-only
/* kxfilter top: a live view of rules, sources and ports. */
#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "../until.h"
#include "../verb.h"
#include "top.h"

#define TURN_MS	200

static struct {
	const char *view;
	const char *delay;
	const char *iterations;
	const char *lines;
	bool batch;
	bool json;
} config;

static const struct flag flags[] = {
	{ "batch", 'b', "print blocks of lines, as without a terminal", &config.batch },
	{ "delay", 'd', "seconds between two samples, from 0.1 on; else 1", NULL, &config.delay,
	  "SECONDS" },
	{ "iterations", 'n', "end after so many samples", NULL, &config.iterations, "N" },
	{ "view", 'o', "begin with rules, sources or ports", NULL, &config.view, "VIEW" },
	{ "lines", 'l', "so many lines of each sample; not on a screen", NULL, &config.lines, "N" },
	{ "json", 'j', "one JSON object per line", &config.json },
	{ NULL },
};

struct top {
	struct top_sample sample;
	struct top_choice choice;
	struct screen *screen;	/* NULL: blocks of lines */
	int signals;
	uint64_t delay_ns;
	uint64_t iterations;		/* 0: no end */
	uint64_t lines;
};

static int view_parse(const char *word, enum top_view *out)
{
	for (int i = 0; i < NR_TOP_VIEWS; i++)
		if (!strcmp(word, top_views[i]))
			return *out = i, DONE;
	return tell_wrong("top: --view: %s: there are rules, sources, ports", word);
}

static int delay_parse(const char *word, uint64_t *out)
{
	char *end;
	double seconds = strtod(word, &end);

	if (*end || end == word || !(seconds >= 0.1) || seconds > 86400)
		return tell_wrong("top: --delay: %s: it takes 0.1 to 86400 seconds", word);
	*out = seconds * 1e9;
	return DONE;
}

static int options_take(struct top *top)
{
	top->delay_ns = 1000000000;
	top->lines = UINT64_MAX;
	if ((config.view && view_parse(config.view, &top->choice.view)) ||
	    (config.delay && delay_parse(config.delay, &top->delay_ns)))
		return WRONG;
	if (config.iterations && until_number(config.iterations, UINT64_MAX, &top->iterations))
		return tell_wrong("top: --iterations: %s: not a number of samples",
				  config.iterations);
	if (config.lines && until_number(config.lines, UINT64_MAX, &top->lines))
		return tell_wrong("top: --lines: %s: not a number of lines", config.lines);
	return DONE;
}

/* Sources and ports are counted from the first time that somebody wants to see them. */
static int view_set(struct top *top, enum top_view view)
{
	if (view != TOP_RULES && top_sample_look(&top->sample, top->screen != NULL))
		return FAILED;
	top->choice.view = view;
	top->choice.busy = false;
	return DONE;
}

static void print(struct top *top)
{
	struct top_list *list = top_list(&top->sample, top->choice.view);
	char text[TOP_LINE];
	size_t shown;

	if (config.json) {
		top_json(&top->sample, &top->choice, top->lines);
		return;
	}
	shown = top_sort(list, &top->choice);
	top_title(text, &top->sample, &top->choice);
	puts(text);
	top_heads(text, &top->choice);
	puts(text);
	for (size_t i = 0; i < shown && i < top->lines; i++) {
		top_line(text, &top->sample, &list->rows[i], top->choice.view);
		puts(text);
	}
	putchar('\n');
}

static void draw(struct top *top)
{
	if (top->screen)
		top_screen_draw(top->screen, &top->sample, &top->choice);
	else
		print(top);
}

static void view_key(struct top *top, enum top_view view)
{
	top->choice.busy = view_set(top, view) != DONE;
}

/* True: it ends. */
static bool take_key(struct top *top, int key)
{
	struct top_choice *choice = &top->choice;

	switch (key) {
	case 'q':
		return true;
	case 'r':
		view_key(top, TOP_RULES);
		break;
	case 'f':
		view_key(top, TOP_SOURCES);
		break;
	case 'p':
		view_key(top, TOP_PORTS);
		break;
	case 's':
		choice->sort = (choice->sort + 1) % NR_TOP_COLUMNS;
		break;
	case 'a':
		choice->active_only = !choice->active_only;
		break;
	case ' ':
		choice->paused = !choice->paused;
		break;
	case 'h':
	case '?':
		choice->help = !choice->help;
		break;
	default:
		break;
	}
	return false;
}

/* Until the next sample is due; true: it ends. */
static bool wait_due(struct top *top, uint64_t due_ns)
{
	struct pollfd fds[] = {
		{ .fd = top->signals, .events = POLLIN },
		{ .fd = top->screen ? STDIN_FILENO : -1, .events = POLLIN },
		{ .fd = top->screen ? -1 : STDOUT_FILENO },
	};
	uint64_t now;
	int key;

	while ((now = monotonic_ns()) < due_ns) {
		uint64_t ms = (due_ns - now) / 1000000 + 1;

		/* A screen that changes its size says so by a key, without input; looks end. */
		if (poll(fds, 3, ms < TURN_MS ? ms : TURN_MS) < 0 && errno != EINTR)
			return true;
		if (fds[0].revents || fds[2].revents & (POLLERR | POLLHUP) ||
		    fds[1].revents & (POLLERR | POLLHUP))
			return true;
		while (top->screen && (key = screen_key(top->screen)) >= 0) {
			if (take_key(top, key))
				return true;
			draw(top);
		}
		if (top->sample.is_looking)
			top->sample.gap_ns += look_renew(&top->sample.look);
	}
	return false;
}

/* What ended it, if it was not the user. */
static int result(struct top *top, int err)
{
	screen_close(top->screen);
	top->screen = NULL;
	if (err == -ENODEV)
		tell_note("%s: the filter was removed", top->sample.device);
	else if (err == -ENXIO)
		tell_note("%s: the device is gone", top->sample.device);
	else if (err)
		return FAILED;
	return DONE;
}

static int show(struct top *top)
{
	uint64_t due_ns = monotonic_ns(), nr = 0;
	int err = 0;

	while (!err && (!top->iterations || nr < top->iterations)) {
		due_ns += top->delay_ns;
		/* After a stop it does not hurry. */
		if (due_ns < monotonic_ns())
			due_ns = monotonic_ns() + top->delay_ns;
		if (wait_due(top, due_ns))
			break;
		if (top->choice.paused)
			continue;
		err = top_sample_take(&top->sample);
		if (!err)
			draw(top);
		top->sample.gap_ns = 0;
		nr++;
		if (!top->screen && fflush(stdout))
			break;
	}
	return result(top, err);
}

static int begin(struct top *top, struct kx *kx, const char *device)
{
	int err = top_sample_open(&top->sample, kx, device);

	if (err == -ENOENT)
		return tell_unfiltered(device);
	if (err || view_set(top, top->choice.view))
		return FAILED;
	top->signals = until_open();
	if (top->signals < 0)
		return tell("%s: signals cannot be waited for: %s", device, strerror(-top->signals));
	if (!config.batch && !config.json)
		top->screen = screen_open(STDOUT_FILENO);
	if (top->screen)
		draw(top);
	return DONE;
}

static int run(struct kx *kx, int argc, char **argv)
{
	struct top top = { .signals = -1, .sample.watched = -1 };
	int status = options_take(&top);

	(void)argc;
	if (status)
		return status;
	status = begin(&top, kx, argv[0]) ?: show(&top);
	top_sample_done(&top.sample);
	if (top.signals >= 0)
		close(top.signals);
	return status;
}

const struct verb verb_top = {
	.name = "top",
	.arguments = "DEV [--view VIEW] [--delay SECONDS] [--iterations N] [--batch] [--json]",
	.summary = "packets per second of rules, sources and ports, live",
	.examples = "  kxfilter top eth0\n"
		    "  kxfilter top eth0 --view sources\n"
		    "  kxfilter top eth0 -b -n 1 -d 10 --json\n",
	.flags = flags,
	.min_args = 1,
	.max_args = 1,
	.run = run,
};
