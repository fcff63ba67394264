// SPDX-License-Identifier: GPL-2.0-only
/* kx_upgrade(), kx_rollback(): one store moves every hook to another generation. */
#include <bpf/bpf.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <time.h>

#include "life/carry.h"
#include "life/check.h"
#include "life/confirm.h"
#include "life/dispatch.h"
#include "life/load.h"
#include "life/tc.h"
#include "life/upgrade.h"

void generation_mark(struct kx_instance *inst, uint32_t slot)
{
	uint32_t *seen = inst->entry.page->seen, newest = 0;

	for (uint32_t other = 1; other < KX_NR_SLOTS; other++)
		newest = seen[other] > newest ? seen[other] : newest;
	seen[slot] = newest + 1;
}

/* From here on that slot's programs run. */
static void switch_to(struct kx_instance *inst, uint32_t slot)
{
	entry_activate(&inst->entry, slot);
	generation_mark(inst, slot);
}

int current_point(struct kx *kx, const struct kx_instance *inst, uint32_t number)
{
	char staged[REGISTRY_PATH], path[REGISTRY_PATH], target[16];

	snprintf(target, sizeof(target), "%u", number);
	registry_path(staged, STAGING "/%s-current", inst->name);
	registry_path(path, REGISTRY "/%s/current", inst->name);
	(void)registry_remove(staged);
	if (symlink(target, staged) || rename(staged, path))
		return kx_fail(kx, -errno, "%s: cannot change %s: %s", inst->name, path,
			       kx_why(-errno));
	return 0;
}

/* Does a generation other than @number have that dispatcher? */
static int is_mentioned(struct kx *kx, const struct kx_instance *inst, uint32_t number,
			const char *pin)
{
	_cleanup_names_ struct names list = {};
	char path[REGISTRY_PATH];
	int err, mentioned = 0;

	registry_path(path, REGISTRY "/%s", inst->name);
	err = names_read(path, &list.names, &list.nr);
	for (size_t i = 0; !err && !mentioned && i < list.nr; i++) {
		const struct meta_line *line = NULL;
		_cleanup_close_ int fd = -1;
		struct meta *meta;

		if (!generation_of(list.names[i]) || generation_of(list.names[i]) == number)
			continue;
		registry_path(path, REGISTRY "/%s/%.16s/meta", inst->name, list.names[i]);
		fd = bpf_obj_get(path);
		err = fd < 0 ? -errno : meta_read(kx, inst->name, fd, &meta);
		if (err)
			break;
		while ((line = meta_next(meta, "hook", line)))
			mentioned |= !strcmp(line->fields[1], pin);
		meta_free(meta);
	}
	return err ?: mentioned;
}

static int leave_slots(struct kx *kx, struct kx_instance *inst, uint32_t number, uint32_t slot)
{
	_cleanup_names_ struct names list = {};
	char path[REGISTRY_PATH];
	int err;

	registry_path(path, REGISTRY "/%s/slots", inst->name);
	err = names_read(path, &list.names, &list.nr);
	for (size_t i = 0; !err && i < list.nr; i++) {
		_cleanup_close_ int fd = -1;
		int mentioned;

		registry_path(path, REGISTRY "/%s/slots/%.64s", inst->name, list.names[i]);
		fd = bpf_obj_get(path);
		err = fd < 0 ? -errno : dispatch_leave(fd, slot);
		mentioned = err ?: is_mentioned(kx, inst, number, list.names[i]);
		if (mentioned < 0)
			return mentioned;
		if (mentioned)
			continue;
		registry_path(path, REGISTRY "/%s/hooks/%.64s", inst->name, list.names[i]);
		err = hooks_remove(path);
		registry_path(path, REGISTRY "/%s/slots/%.64s", inst->name, list.names[i]);
		err = err ?: registry_remove(path);
	}
	return err;
}

int generation_drop(struct kx *kx, struct kx_instance *inst, uint32_t number, uint32_t slot)
{
	char path[REGISTRY_PATH], away[REGISTRY_PATH];
	int err = leave_slots(kx, inst, number, slot);

	if (err)
		return kx_fail(kx, err, "%s: the dispatchers of generation %u cannot be removed: %s",
			       inst->name, number, kx_why(err));
	inst->entry.page->seen[slot] = 0;
	registry_path(path, REGISTRY "/%s/%u", inst->name, number);
	registry_path(away, STAGING "/%s-%u", inst->name, number);
	if (rename(path, away))
		return errno == ENOENT ? 0 : kx_fail(kx, -errno, "%s: generation %u cannot be "
						     "removed: %s", inst->name, number,
						     kx_why(-errno));
	err = registry_remove(away);
	return err ? kx_fail(kx, err, "%s: generation %u cannot be removed: %s", inst->name, number,
			     kx_why(err)) : 0;
}

/* A number never used by this instance, and a slot that is free. */
static int place_find(struct kx_instance *inst, struct generation *gen)
{
	uint32_t number, slot;

	gen->slot = 0;
	for (slot = 1; slot < KX_NR_SLOTS; slot++) {
		if (instance_generation(inst, slot, &number)) {
			gen->slot = gen->slot ?: slot;
			continue;
		}
		if (number >= gen->number)
			gen->number = number + 1;
	}
	return gen->slot ? 0 : -ENOSPC;
}

/* @made: the loader makes of the same content something else each time. */
static int refuse_unfit(struct kx *kx, struct kx_instance *inst, struct kx_extension *ext,
			bool made)
{
	const struct meta_line *line = NULL;

	if (inst->held)
		return kx_fail(kx, -EOPNOTSUPP, "%s: is held by process %u (%s); only a resident "
			       "instance can be upgraded", inst->name, inst->entry.page->pid,
			       inst->entry.page->command);
	if (!inst->entry.writable)
		return kx_fail(kx, -EACCES, "%s: cannot be changed by this user: its entry is not "
			       "writable", inst->name);
	if (ext && confirm_waits(inst))
		return kx_fail(kx, -EBUSY, "%s: its last change waits to be confirmed: kx confirm %s "
			       "keeps it, kx rollback %s undoes it", inst->name, inst->name,
			       inst->name);
	if (ext && strcmp(meta_get(inst->meta, "name"), ext->pub.name))
		return kx_fail(kx, -EINVAL, "%s: is an instance of %s, the file is %s", inst->name,
			       meta_get(inst->meta, "name"), ext->pub.name);
	if (ext && !made && !memcmp(inst->meta->head.hash, ext->hash, 32))
		return kx_fail(kx, -EEXIST, "%s: runs this very content already, generation %u",
			       inst->name, inst->meta->head.generation);
	while ((line = meta_next(inst->meta, "hook", line)))
		if (!strcmp(line->fields[2], "direct"))
			return kx_fail(kx, -EOPNOTSUPP, "%s: its program at %s may sleep and does not "
				       "ask for its turn, so it cannot be replaced without a gap: "
				       "unload and load instead; KX_TURN() is what it takes",
				       inst->name, line->fields[0]);
	return 0;
}

static int refuse_direct(struct generation *gen)
{
	for (size_t i = 0; i < gen->hooks.nr; i++)
		if (gen->hooks.rows[i].way == HOOK_DIRECT)
			return kx_fail(gen->kx, -EOPNOTSUPP, "%s: program %s may sleep and does not "
				       "ask for its turn, so it cannot take over without a gap: unload "
				       "and load instead; KX_TURN() is what it takes", gen->who,
				       bpf_program__name(gen->hooks.rows[i].prog));
	return 0;
}

/* The directory first: it mentions the dispatchers, so a repair knows whose they are. */
static int pin_generation(struct generation *gen)
{
	char staged[REGISTRY_PATH], path[REGISTRY_PATH];
	int err;

	registry_path(staged, STAGING "/%s-new", gen->who);
	err = generation_pin(gen, staged);
	if (err)
		return err;
	/* Who was let in stays so. */
	registry_path(path, REGISTRY "/%s/%u", gen->who, gen->before->head.generation);
	registry_copy_modes(path, staged);
	registry_path(path, REGISTRY "/%s/%u", gen->who, gen->number);
	if (renameat2(AT_FDCWD, staged, AT_FDCWD, path, RENAME_NOREPLACE))
		return kx_fail(gen->kx, -errno, "%s: cannot make %s: %s", gen->who, path,
			       kx_why(-errno));
	registry_path(path, REGISTRY "/%s", gen->who);
	return generation_pin_hooks(gen, path);
}

static int bring(struct generation *gen, struct kx_instance *inst)
{
	struct kx_extension *chain[] = { gen->ext };
	int err = place_find(inst, gen);

	if (!err)
		err = carry_maps(gen, inst);
	if (!err)
		err = generation_link(gen, chain, 1);
	if (!err)
		err = generation_load(gen, &inst->entry);
	if (!err)
		err = refuse_direct(gen);
	if (!err)
		err = carry_params(gen, inst);
	if (!err)
		err = generation_fill(gen);
	if (err)
		return err;
	err = generation_init(gen, inst->entry.kmid, KX_REASON_UPGRADE);
	if (!err)
		err = generation_attach(gen);
	if (!err)
		err = generation_describe(gen);
	if (!err)
		err = pin_generation(gen);
	if (err) {
		char why[900];

		snprintf(why, sizeof(why), "%s", kx_error(gen->kx));
		(void)generation_fini(gen, inst->entry.kmid, KX_REASON_FAILED);
		(void)kx_fail(gen->kx, err, "%s", why);
	}
	return err;
}

/* Live settings given with the upgrade: their memory may be the one that went on. */
static int set_live(struct generation *gen, struct kx_instance *inst)
{
	int err = 0;

	for (size_t i = 0; !err && gen->opts && i < gen->opts->nr_params; i++) {
		const char *setting = gen->opts->params[i], *value = strchr(setting, '=');
		_cleanup_free_ char *name = strndup(setting, value - setting);
		const struct param *param = about_param(&gen->ext->about, setting,
							strcspn(setting, ".[="));

		if (param && param->kind == KX_PARAM_LIVE)
			err = name ? kx_param_set(gen->kx, inst, name, value + 1) : -ENOMEM;
	}
	return err;
}

static int drop_oldest(struct kx *kx, struct kx_instance *inst)
{
	uint32_t active = entry_active(&inst->entry), previous = instance_previous(inst), number;
	int err = 0;

	/* The one that may have to act again. */
	if (confirm_waits(inst))
		previous = inst->entry.page->back_slot;
	for (uint32_t slot = 1; !err && slot < KX_NR_SLOTS; slot++)
		if (slot != active && slot != previous && !instance_generation(inst, slot, &number))
			err = generation_drop(kx, inst, number, slot);
	return err;
}

/*
 * An event that was under way when a program that asks was attached knows only the
 * older one, which must not find the gate switched. The kernel tells nobody when the
 * last of them is over; they take microseconds, or as long as a page fault.
 */
#define GRACE_NS	100000000

static void wait_for_events(const struct generation *gen)
{
	const struct timespec grace = { .tv_nsec = GRACE_NS };

	for (size_t i = 0; i < gen->hooks.nr; i++) {
		if (gen->hooks.rows[i].way == HOOK_ASKING) {
			nanosleep(&grace, NULL);
			return;
		}
	}
}

int kx_upgrade(struct kx *kx, struct kx_instance *inst, struct kx_extension *ext,
	       const struct kx_load_opts *opts)
{
	struct kx_load_opts usual = { .size = sizeof(usual) };
	_cleanup_close_ int lock = -1;
	struct generation *gen = NULL;
	char why[sizeof(kx->error)];
	int err = 0;

	if (opts)
		memcpy(&usual, opts, opts->size < sizeof(usual) ? opts->size : sizeof(usual));
	if (!inst->held)
		err = change_begin(kx, usual.wait_ms, &lock) ?: instance_is_there(kx, inst);
	if (!err)
		err = instance_refresh(kx, inst);
	if (!err)
		err = refuse_unfit(kx, inst, ext, usual.prepare || usual.fill);
	if (!err)
		err = generation_new(kx, inst->name, ext, &usual, inst->meta, &gen);
	if (!err)
		err = bring(gen, inst);
	if (!err) {
		wait_for_events(gen);
		/* Once more: what was set since the new code was brought. */
		err = carry_params(gen, inst);
	}
	if (!err && usual.confirm_s)
		err = confirm_arm(kx, inst, gen->slot, entry_active(&inst->entry), usual.confirm_s);
	if (err) {
		memcpy(why, kx->error, sizeof(why));
		generation_free(gen);
		if (lock >= 0)
			(void)check_locked(kx);
		memcpy(kx->error, why, sizeof(why));
		return err;
	}
	if (!usual.confirm_s)
		inst->entry.page->not_confirmed = 0;
	switch_to(inst, gen->slot);
	if (usual.confirm_s)
		err = confirm_refuse_late(kx, inst);
	if (!err) {
		needed_go_live(kx, inst);
		err = set_live(gen, inst);
	}
	if (!err)
		err = current_point(kx, inst, gen->number);
	generation_free(gen);
	return err ?: drop_oldest(kx, inst);
}

int kx_rollback(struct kx *kx, struct kx_instance *inst)
{
	_cleanup_close_ int lock = -1;
	uint32_t slot, number;
	int err = 0;

	if (!inst->held)
		err = change_begin(kx, 0, &lock) ?: instance_is_there(kx, inst);
	if (!err)
		err = instance_refresh(kx, inst);
	if (!err)
		err = refuse_unfit(kx, inst, NULL, false);
	if (err)
		return err;
	slot = instance_previous(inst);
	if (!slot || instance_generation(inst, slot, &number))
		return kx_fail(kx, -ENOENT, "%s: there is no generation before this one to return to",
			       inst->name);
	/* It need not be confirmed any more; the timer may have been faster. */
	if (confirm_waits(inst) && !confirm_decide(inst))
		return kx_fail(kx, -ETIMEDOUT, "%s: it was not confirmed in time, and what was before "
			       "acts again", inst->name);
	err = confirm_disarm(inst);
	if (err)
		return kx_fail(kx, err, "%s: its timer cannot be removed: %s", inst->name, kx_why(err));
	inst->entry.page->not_confirmed = 0;
	switch_to(inst, slot);
	return current_point(kx, inst, number);
}
