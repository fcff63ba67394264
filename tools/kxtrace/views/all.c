// SPDX-License-Identifier: GPL-2.0-only
/* Which views there are, and which of them the options ask for. */
#include <errno.h>
#include <string.h>

#include "../view.h"

static bool wants_text(const struct options *opt)
{
	return !opt->summary;
}

static bool wants_counts(const struct options *opt)
{
	return opt->summary;
}

static const struct {
	bool (*wanted)(const struct options *opt);
	view_opener *open;
} all[] = {
	{ wants_text, text_view_open },
	{ wants_counts, counts_view_open },
};

int views_open(struct views *views, struct trace *trace)
{
	size_t i;
	int err;

	for (i = 0; i < sizeof(all) / sizeof(all[0]); i++) {
		if (!all[i].wanted(trace->opt))
			continue;
		err = all[i].open(&views->list[views->nr], trace);
		if (err == -ENOMEM)
			complain("out of memory");
		if (err)
			return err;
		views->nr++;
	}
	return 0;
}

void views_close(struct views *views)
{
	while (views->nr) {
		struct view *view = views->list[--views->nr];

		view->ops->close(view);
	}
}
