// SPDX-License-Identifier: GPL-2.0-only
/* A rule set becomes what acts on a device: read, compiled, loaded, switched to. */
#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/random.h>
#include <unistd.h>

#include "../compile/compile.h"
#include "../names.h"
#include "../saved/saved.h"
#include "../sets/sets.h"
#include "../verb.h"
#include "cli/own.h"
#include "filter.h"
#include "kxfilter.skel.h"
#include "session.h"

/* What goes to prepare() and fill() below. */
struct job {
	struct filter filter;
	const struct rules *rules;
	struct compiled *compiled;
	const struct filter_opts *how;
	struct kxf_id *ids;
	struct kxf_live live[KXF_LIVE_SLOTS];
	struct kxf_kept kept;
};

struct rules *filter_read(const char *path, const char *given, struct complaints *complaints,
			  char **text)
{
	struct protected_session session;
	struct rules *rules = NULL;
	char *printed = NULL;
	int err = rules_read(path, given, complaints_tell, complaints, &rules);

	if (err == -ENOMEM)
		tell("%s: out of memory", path);
	if (err)
		return NULL;
	rules_examine(rules, complaints_tell, complaints);
	if (text)
		printed = rules_print(rules);
	if ((text && !printed) || rules_protect(rules, &session, session_find(&session))) {
		tell("%s: out of memory", path);
		free(printed);
		rules_free(rules);
		return NULL;
	}
	if (text)
		*text = printed;
	return rules;
}

/* The ids of the rules that act, so that their counters go on. */
static int ids_read(struct job *job, uint64_t *serial)
{
	struct names names;
	int err = names_open(&job->filter, &names);

	if (err)
		return err;
	job->ids = malloc(KXF_SLOTS * sizeof(*job->ids));
	if (job->ids)
		memcpy(job->ids, names.ids, KXF_SLOTS * sizeof(*job->ids));
	names_close(&names);
	if (!job->ids)
		return -ENOMEM;
	for (uint32_t i = 0; i < KXF_SLOTS; i++)
		if (job->ids[i].used > *serial)
			*serial = job->ids[i].used;
	for (uint32_t i = 0; i < KXF_LIVE_SLOTS; i++) {
		if (bpf_map_lookup_elem(job->filter.live_sets, &i, &job->live[i]))
			return -errno;
		if (job->live[i].used > *serial)
			*serial = job->live[i].used;
	}
	return 0;
}

/* Connections of the rule set before are found by the same seed only. */
static int kept_read(struct job *job)
{
	if (job->filter.inst)
		return bpf_map_lookup_elem(job->filter.kept, &(uint32_t){ 0 }, &job->kept) ?
		       -errno : 0;
	return getrandom(&job->kept, sizeof(job->kept), 0) == sizeof(job->kept) ? 0 : -EIO;
}

static void about_fill(const struct job *job, size_t i, struct kxf_about *out)
{
	const struct rule *rule = &job->rules->rows[i];

	*out = (struct kxf_about){
		.slot = compiled_slot(job->compiled, i), .line = rule->line,
		.directions = rule->directions, .verdict = rule->verdict,
	};
	memcpy(out->id, rule->id, sizeof(out->id));
	snprintf(out->text, sizeof(out->text), "%s", rule->text ?: "");
}

static int prepare(void *ctx, struct bpf_object *obj)
{
	struct job *job = ctx;
	struct bpf_map *about = bpf_object__find_map_by_name(obj, "about");
	int err = compiled_prepare(job->compiled, obj);

	if (!err && about)
		err = bpf_map__set_max_entries(about, job->rules->nr ?: 1);
	if (!err)
		err = saved_prepare(obj, job->how->text);
	return err ?: about ? 0 : -ENOENT;
}

/* What is in live sets from the start, before a packet is looked at. */
static int sets_fill(const struct job *job, struct bpf_object *obj)
{
	struct sets sets = {};
	int err = 0;

	if (!job->how->nr_sets)
		return 0;
	err = sets_open(bpf_object__find_map_fd_by_name(obj, "live_sets"),
			bpf_object__find_map_fd_by_name(obj, "live_elements"),
			compiled_live_slots(job->compiled), &sets);
	for (size_t i = 0; i < job->how->nr_sets && !err; i++)
		err = sets_fill_one(&sets, &job->how->sets[i]);
	sets_close(&sets);
	return err;
}

/* All at once: a call for each rule would take longer than to compile them. */
static int abouts_fill(const struct job *job, int map)
{
	__u32 nr = job->rules->nr;
	_cleanup_free_ struct kxf_about *abouts = calloc(nr + 1, sizeof(*abouts));
	_cleanup_free_ uint32_t *keys = calloc(nr + 1, sizeof(*keys));

	if (!abouts || !keys)
		return -ENOMEM;
	for (uint32_t i = 0; i < nr; i++) {
		keys[i] = i;
		about_fill(job, i, &abouts[i]);
	}
	return nr && bpf_map_update_batch(map, keys, abouts, &nr, NULL) ? -errno : 0;
}

static int fill(void *ctx, struct bpf_object *obj)
{
	struct job *job = ctx;
	int kept = bpf_object__find_map_fd_by_name(obj, "kept");
	int err = compiled_fill(job->compiled, obj);

	if (!err)
		err = saved_fill(obj, job->how, compiled_live_slots(job->compiled));
	if (!err)
		err = sets_fill(job, obj);
	if (!err && bpf_map_update_elem(kept, &(uint32_t){ 0 }, &job->kept, BPF_ANY))
		err = -errno;
	return err ?: abouts_fill(job, bpf_object__find_map_fd_by_name(obj, "about"));
}

static int make(struct job *job, const struct filter_opts *how, struct complaints *complaints)
{
	struct compile_opts opts = {
		.at_xdp = how->hook != HOOK_TC, .monitor = how->monitor,
	};
	struct device device;
	int err = device_look(job->filter.device, &device) ?: kept_read(job);

	opts.bounces = !err && !strcmp(device.driver, "veth");
	if (!err && job->filter.inst)
		err = ids_read(job, &opts.serial);
	opts.serial++;
	opts.seed = job->kept.seed;
	opts.ids = job->ids;
	opts.live = job->live;
	if (!err)
		err = compile(job->rules, &opts, complaints_tell, complaints, &job->compiled);
	if (err && !complaints->errors)
		tell("%s: no rule set can be made: %s", job->filter.device, strerror(-err));
	return err;
}

static int load(struct job *job, const struct filter_opts *how)
{
	_cleanup_extension_ struct kx_extension *ext = NULL;
	char device[DEVICE_PARAM], name[INSTANCE_NAME];
	const char *const params[] = { device };
	struct kx_load_opts opts = {
		.size = sizeof(opts), .instance = name, .params = params, .nr_params = 1,
		.prepare = prepare, .fill = fill, .ctx = job, .confirm_s = how->confirm_s,
		/* The table of connections has another size where there were none. */
		.fresh = 1,
	};
	size_t len;
	const void *elf = kxfilter_bpf__elf_bytes(&len);
	int err;

	if (device_instance(job->filter.device, name))
		return -EINVAL;
	device_param(job->filter.device, how->hook, device);
	err = kx_extension_open_mem(job->filter.kx, elf, len, "kxfilter", &ext);
	if (!err)
		err = job->filter.inst ?
		      kx_upgrade(job->filter.kx, job->filter.inst, ext, &opts) :
		      kx_load(job->filter.kx, ext, &opts, NULL);
	if (err)
		tell("%s", kx_error(job->filter.kx));
	return err;
}

/* Rules of a device that has gone would be exchanged, and none would act on the new one. */
static int forget_gone(struct job *job)
{
	int err;

	if (filter_acts(&job->filter, if_nametoindex(job->filter.device)))
		return 0;
	err = kx_unload(job->filter.kx, job->filter.inst, KX_UNLOAD_WITH_USERS);
	if (err && err != -ENOENT) {
		tell("%s", kx_error(job->filter.kx));
		return err;
	}
	tell_note("%s: what filtered it before was not attached any more: it begins anew, and its "
		  "counters with it", job->filter.device);
	kx_instance_close(job->filter.inst);
	job->filter.inst = NULL;
	return 0;
}

int filter_apply(struct kx *kx, const char *device, const struct rules *rules,
		 const struct filter_opts *opts, struct complaints *complaints)
{
	struct job job = { .rules = rules, .how = opts };
	int err = filter_open(kx, device, &job.filter);

	if (err == -ENOENT) {
		err = 0;
		job.filter.kx = kx;
		snprintf(job.filter.device, sizeof(job.filter.device), "%s", device);
	} else if (!err) {
		err = filter_lock(&job.filter) ?: forget_gone(&job);
	}
	if (!err)
		err = make(&job, opts, complaints);
	if (!err)
		err = load(&job, opts);
	compiled_free(job.compiled);
	free(job.ids);
	filter_close(&job.filter);
	return err;
}
