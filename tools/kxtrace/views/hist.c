// SPDX-License-Identifier: GPL-2.0-only
/* --hist: latencies of each call; counted by the kernel, or here from a file's records. */
#include <errno.h>
#include <stdlib.h>

#include "../counters.h"
#include "../hist.h"
#include "../summary.h"
#include "../view.h"

struct hist_view {
	struct view view;
	struct kxt_hist *hists[KXT_NR_ROWS];	/* NULL: never called */
	uint64_t untimed;	/* calls whose record has no beginning */
	bool starved;
};

static bool is_wanted(const struct view *view, unsigned int nr)
{
	const bool *calls = view->trace->opt->counting.hist_calls;

	return calls ? calls[nr] : view->trace->opt->selected[nr];
}

static struct kxt_hist *hist_of(struct hist_view *hist, unsigned int nr)
{
	if (!hist->hists[nr])
		hist->hists[nr] = calloc(1, sizeof(struct kxt_hist));
	if (!hist->hists[nr])
		hist->starved = true;
	return hist->hists[nr];
}

static void add_call(struct view *view, struct call *call)
{
	struct hist_view *hist = (struct hist_view *)view;
	const struct kxt_call *rec = call->rec;
	struct kxt_hist *to;
	unsigned int nr;

	if (view->trace->live || rec->head.flags & KXT_F_NO_RETURN)
		return;
	nr = call->info && rec->nr < KXT_NR_ROWS ? rec->nr : KXT_NR_ROWS - 1;
	if (!is_wanted(view, nr))
		return;
	if (!rec->enter_ns || rec->exit_ns < rec->enter_ns) {
		hist->untimed++;
		return;
	}
	to = hist_of(hist, nr);
	if (to)
		hist_add(to, sum_spent(view->trace->opt, rec), sum_failed(call));
}

static int read_kernel(struct hist_view *hist)
{
	struct session *session = hist->view.trace->session;
	struct kxt_hist *to;
	unsigned int nr;
	int err;

	for (nr = 0; nr < KXT_NR_ROWS; nr++) {
		/* Those without a name share the last row. */
		if (!call_info_by_nr(nr) && nr != KXT_NR_ROWS - 1)
			continue;
		to = hist_of(hist, nr);
		if (!to)
			return -ENOMEM;
		err = session_hist(session, nr, to);
		if (err && err != -ENOENT)
			return err;
	}
	return 0;
}

struct order {
	unsigned int nr;
	uint64_t time_ns;
};

static int by_time(const void *a, const void *b)
{
	const struct order *x = a, *y = b;

	if (x->time_ns != y->time_ns)
		return x->time_ns < y->time_ns ? 1 : -1;
	return x->nr < y->nr ? -1 : 1;
}

static void print_all(struct hist_view *hist)
{
	struct out *o = &hist->view.trace->out;
	struct order order[KXT_NR_ROWS];
	unsigned int nr, n = 0, i;

	for (nr = 0; nr < KXT_NR_ROWS; nr++)
		if (hist->hists[nr] && hist->hists[nr]->sum.calls)
			order[n++] = (struct order){ nr, hist->hists[nr]->sum.time_ns };
	qsort(order, n, sizeof(order[0]), by_time);
	for (i = 0; i < n; i++) {
		if (i)
			out_newline(o);
		hist_print(o, sum_name(order[i].nr), hist->hists[order[i].nr]);
	}
	if (!n) {
		out_str(o, "no call was timed");
		out_newline(o);
	}
}

static int print_hists(struct view *view, const struct totals *totals)
{
	struct hist_view *hist = (struct hist_view *)view;
	int err = 0;

	(void)totals;
	if (view->trace->session)
		err = read_kernel(hist);
	if (hist->starved)
		err = -ENOMEM;
	if (err) {
		complain("--hist: the counters cannot be read: %s", strerror(-err));
		return err;
	}
	print_all(hist);
	if (hist->untimed)
		complain("--hist: %llu calls in the file have no times; record with -T",
			 (unsigned long long)hist->untimed);
	return 0;
}

static void close_hist(struct view *view)
{
	struct hist_view *hist = (struct hist_view *)view;
	unsigned int nr;

	for (nr = 0; nr < KXT_NR_ROWS; nr++)
		free(hist->hists[nr]);
	free(hist);
}

static const struct view_ops hist_ops = {
	.call = add_call,
	.finish = print_hists,
	.close = close_hist,
};

int hist_view_open(struct view **view, struct trace *trace)
{
	struct hist_view *hist = calloc(1, sizeof(*hist));

	if (!hist)
		return -ENOMEM;
	hist->view = (struct view){ &hist_ops, trace };
	*view = &hist->view;
	return 0;
}
