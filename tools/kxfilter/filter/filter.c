// SPDX-License-Identifier: GPL-2.0-only
/* What the kernel has of a device's filter: its maps, found through the registry. */
#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

#include "../compile/counters.h"
#include "../verb.h"
#include "cli/own.h"
#include "filter.h"

/* Of the generation that acts: each has some maps of its own. */
static bool is_of(const struct kx_reachable *thing, uint32_t generation)
{
	char part[32];

	snprintf(part, sizeof(part), "/%u/", generation);
	return !strcmp(thing->kind, "map") && strstr(thing->path, part);
}

static int open_maps(struct filter *filter)
{
	const struct { const char *name; int *fd; } wanted[] = {
		{ "ids", &filter->ids }, { "counters", &filter->counters },
		{ "states", &filter->states }, { "totals", &filter->totals },
		{ "about", &filter->about }, { "kept", &filter->kept },
		{ "live_sets", &filter->live_sets },
		{ "live_elements", &filter->live_elements }, { "saved", &filter->saved },
	};
	struct kx_reachable *things = NULL;
	struct kx_status status;
	size_t nr = 0;
	int err = kx_instance_reachable(filter->kx, filter->inst, &things, &nr);

	if (err) {
		tell("%s", kx_error(filter->kx));
		return err;
	}
	kx_instance_status(filter->inst, &status);
	for (size_t i = 0; i < nr; i++)
		for (size_t j = 0; j < sizeof(wanted) / sizeof(wanted[0]); j++)
			if (is_of(&things[i], status.generation) && *wanted[j].fd < 0 &&
			    !strcmp(things[i].name, wanted[j].name))
				*wanted[j].fd = bpf_obj_get(things[i].path);
	free(things);
	for (size_t j = 0; j < sizeof(wanted) / sizeof(wanted[0]); j++)
		if (*wanted[j].fd < 0) {
			tell("%s: its map %s cannot be opened: %s", filter->device,
			     wanted[j].name, strerror(errno));
			return -errno ?: -EPROTO;
		}
	return 0;
}

int filter_map(struct filter *filter, const char *name)
{
	struct kx_reachable *things = NULL;
	struct kx_status status;
	int fd = -1, err;
	size_t nr = 0;

	kx_instance_status(filter->inst, &status);
	if (kx_instance_reachable(filter->kx, filter->inst, &things, &nr)) {
		tell("%s", kx_error(filter->kx));
		return -EACCES;
	}
	errno = ENOENT;
	for (size_t i = 0; i < nr && fd < 0; i++)
		if (is_of(&things[i], status.generation) && !strcmp(things[i].name, name))
			fd = bpf_obj_get(things[i].path);
	err = fd < 0 ? -errno : fd;
	free(things);
	if (err < 0)
		tell("%s: its map %s cannot be opened: %s", filter->device, name, strerror(-err));
	return err;
}

bool filter_at_xdp(struct filter *filter)
{
	struct kx_reachable *things = NULL;
	bool found = false;
	size_t nr = 0;

	if (kx_instance_reachable(filter->kx, filter->inst, &things, &nr))
		return false;
	for (size_t i = 0; i < nr; i++)
		found |= !strcmp(things[i].kind, "hook") && strstr(things[i].name, "xdp");
	free(things);
	return found;
}

int filter_open(struct kx *kx, const char *device, struct filter *out)
{
	struct filter filter = {
		.kx = kx, .lock = -1, .ids = -1, .counters = -1, .states = -1, .totals = -1,
		.about = -1, .kept = -1, .live_sets = -1, .live_elements = -1, .saved = -1,
	};
	char name[INSTANCE_NAME];
	int err;

	*out = filter;
	if (device_instance(device, name)) {
		tell("%s: not the name of a device", device);
		return -EINVAL;
	}
	snprintf(filter.device, sizeof(filter.device), "%s", device);
	err = kx_instance_open(kx, name, &filter.inst);
	if (err == -ENOENT)
		return err;
	if (err)
		tell("%s", kx_error(kx));
	else
		err = open_maps(&filter);
	if (err) {
		filter_close(&filter);
		return err;
	}
	*out = filter;
	return 0;
}

int tell_unfiltered(const char *device)
{
	return tell("%s: kxfilter does not filter it; kxfilter apply does", device);
}

static void close_one(int fd)
{
	if (fd >= 0)
		close(fd);
}

void filter_close(struct filter *filter)
{
	kx_instance_close(filter->inst);
	close_one(filter->lock);
	close_one(filter->ids);
	close_one(filter->counters);
	close_one(filter->states);
	close_one(filter->totals);
	close_one(filter->about);
	close_one(filter->kept);
	close_one(filter->live_sets);
	close_one(filter->live_elements);
	close_one(filter->saved);
}

/* By the directory of the instance, which all who change it have in common. */
int filter_lock(struct filter *filter)
{
	char path[128], name[INSTANCE_NAME];

	if (device_instance(filter->device, name))
		return -EINVAL;
	snprintf(path, sizeof(path), "/sys/fs/bpf/kx/%s", name);
	filter->lock = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (filter->lock >= 0 && !flock(filter->lock, LOCK_EX | LOCK_NB))
		return 0;
	tell("%s: another kxfilter changes its rules: try again when it has ended",
	     filter->device);
	return -EBUSY;
}

static int counts_read(struct filter *filter, const struct counters *counters,
		       struct filter_rule *out)
{
	struct kxf_rule_state state;
	uint32_t slot = out->about.slot;

	if (slot >= KXF_SLOTS)
		return -EPROTO;
	if (bpf_map_lookup_elem(filter->states, &slot, &state))
		return -errno;
	counters_sum(counters, slot, &out->packets, &out->bytes);
	out->unlogged = state.unlogged;
	out->unanswered = state.unanswered;
	return 0;
}

int filter_rules(struct filter *filter, struct filter_rule **out, size_t *nr)
{
	struct bpf_map_info info = {};
	__u32 len = sizeof(info);
	struct filter_rule *list;
	struct counters counters = {};
	int err;

	if (bpf_obj_get_info_by_fd(filter->about, &info, &len) ||
	    info.value_size != sizeof(list->about)) {
		tell("%s: another version of kxfilter filters it", filter->device);
		return -EPROTO;
	}
	list = calloc(info.max_entries, sizeof(*list));
	if (!list)
		return -ENOMEM;
	*nr = 0;
	err = counters_open(filter->counters, &counters);
	for (uint32_t i = 0; !err && i < info.max_entries; i++) {
		struct filter_rule *rule = &list[*nr];

		if (bpf_map_lookup_elem(filter->about, &i, &rule->about))
			err = -errno;
		else if (rule->about.id[0])
			err = counts_read(filter, &counters, &list[(*nr)++]);
	}
	counters_close(&counters);
	if (err) {
		free(list);
		tell("%s: its counters cannot be read: %s", filter->device, strerror(-err));
		return err;
	}
	*out = list;
	return 0;
}

/* Numbers that each CPU has of its own. */
static int numbers_sum(int map, uint32_t key, uint64_t *out, size_t nr)
{
	int cpus = libbpf_num_possible_cpus();
	_cleanup_free_ uint64_t *each = calloc(cpus > 0 ? cpus : 1, nr * sizeof(*each));

	if (!each || cpus < 1)
		return -ENOMEM;
	memset(out, 0, nr * sizeof(*out));
	if (bpf_map_lookup_elem(map, &key, each))
		return -errno;
	for (size_t i = 0; i < cpus * nr; i++)
		out[i % nr] += each[i];
	return 0;
}

int filter_totals(struct filter *filter, struct kxf_totals out[KXF_WAYS])
{
	int err = 0;

	for (uint32_t way = 0; way < KXF_WAYS && !err; way++)
		err = numbers_sum(filter->totals, way, (uint64_t *)&out[way],
				  sizeof(*out) / sizeof(uint64_t));
	return err;
}

int filter_tracked(struct filter *filter, struct kxf_tracked *out)
{
	int counted = filter_map(filter, "tracked");
	int err = counted < 0 ? counted : numbers_sum(counted, 0, (uint64_t *)out,
						      sizeof(*out) / sizeof(uint64_t));

	close_one(counted);
	return err;
}
