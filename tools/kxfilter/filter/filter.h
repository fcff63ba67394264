/* SPDX-License-Identifier: GPL-2.0-only */
/* The filter of a device: a rule set that acts, or is to act. */
#ifndef KXFILTER_FILTER_H
#define KXFILTER_FILTER_H

#include <kx/kx.h>
#include <kxfilter.h>

#include "../compile/elements.h"
#include "../complaints.h"
#include "../device/device.h"
#include "../rules.h"

/* A device's filter as the kernel has it. */
struct filter {
	struct kx *kx;
	struct kx_instance *inst;
	char device[IFNAMSIZ];
	int lock;		/* of its directory; -1 */
	int ids;		/* maps; -1 */
	int counters;
	int states;
	int totals;
	int about;
	int kept;
	int live_sets;
	int live_elements;
	int saved;
};

/* -ENOENT: the device has none, nothing is said. Else told, or 0. */
int filter_open(struct kx *kx, const char *device, struct filter *out);

/* Says so, with the remedy. Return: FAILED. */
int tell_unfiltered(const char *device);
void filter_close(struct filter *filter);

/* Another map of the rule set that acts: a descriptor; -errno, told. */
int filter_map(struct filter *filter, const char *name);

/* Packets that come in are seen at XDP, not at tc. */
bool filter_at_xdp(struct filter *filter);

/* One who changes it at a time. -EBUSY is told. */
int filter_lock(struct filter *filter);

#define _cleanup_filter_	_cleanup_(filter_close)

/*
 * False: nothing filters the device @ifindex any more, for it has gone and another one has come,
 * or somebody has taken a hook away.
 */
bool filter_acts(struct filter *filter, int ifindex);

/* A rule of a filter that acts, with what it has counted. */
struct filter_rule {
	struct kxf_about about;
	uint64_t packets;
	uint64_t bytes;
	uint64_t unlogged;
	uint64_t unanswered;	/* rejected without an answer */
};

/* 0, and how many; -errno is told. @out is for free(). */
int filter_rules(struct filter *filter, struct filter_rule **out, size_t *nr);
int filter_totals(struct filter *filter, struct kxf_totals out[KXF_WAYS]);

/* Of connections. */
int filter_tracked(struct filter *filter, struct kxf_tracked *out);

/* How a rule set is to act. */
struct filter_opts {
	enum hook hook;
	bool monitor;
	uint32_t confirm_s;	/* undone after that, if not confirmed; 0: it stays */
	bool hook_is_asked;	/* for, by the user */
	const char *text;	/* of the rules, to be saved */
	const struct filter_set *sets;	/* what is in live sets from the start */
	size_t nr_sets;
};

/* Elements for a live set. */
struct filter_set {
	char name[KXF_ID];
	struct elements elements;
};

/*
 * Let @rules act on a device instead of what acts there, all at once. What is
 * wrong is told. 0, or a negative errno.
 */
int filter_apply(struct kx *kx, const char *device, const struct rules *rules,
		 const struct filter_opts *opts, struct complaints *complaints);

/*
 * Read a rule set, with all that is in it; complaints are told. NULL: it has errors. @given: its
 * content, or NULL. @text receives, if it is not NULL, what the rule set can be read from again
 * without other files, for free().
 */
struct rules *filter_read(const char *path, const char *given, struct complaints *complaints,
			  char **text);

#endif
