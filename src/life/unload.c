// SPDX-License-Identifier: GPL-2.0-only
/* kx_unload(): an instance stops, says goodbye, and goes, all of it. */
#include <errno.h>
#include <string.h>
#include <time.h>

#include "life/check.h"
#include "life/confirm.h"
#include "life/load.h"
#include "life/tc.h"

/* The slot that was active last: a repair finds the gate closed. */
static uint32_t last_active(const struct kx_instance *inst)
{
	const uint32_t *seen = inst->entry.page->seen;
	uint32_t active = entry_active(&inst->entry), best = 1;

	for (uint32_t slot = 1; slot < KX_NR_SLOTS; slot++)
		if (seen[slot] > seen[best])
			best = slot;
	return active ?: best;
}

/* After this no program of it runs any more. */
static int detach(const struct kx_instance *inst)
{
	_cleanup_names_ struct names list = {};
	char path[REGISTRY_PATH];
	int err;

	registry_path(path, REGISTRY "/%s/hooks", inst->name);
	err = hooks_remove(path);
	registry_path(path, REGISTRY "/%s", inst->name);
	if (!err)
		err = names_read(path, &list.names, &list.nr);
	for (size_t i = 0; !err && i < list.nr; i++) {
		if (!generation_of(list.names[i]))
			continue;
		registry_path(path, REGISTRY "/%s/%.16s/links", inst->name, list.names[i]);
		err = hooks_remove(path);
	}
	return err;
}

static int say_goodbye(struct kx *kx, const struct kx_instance *inst, uint32_t slot,
		       enum kx_reason reason)
{
	struct kx_life life = { .kmid = inst->entry.kmid, .reason = reason };
	char path[REGISTRY_PATH];

	if (instance_generation(inst, slot, &life.generation))
		return 0;
	registry_path(path, REGISTRY "/%s/%u", inst->name, life.generation);
	return generation_run_pinned(kx, inst->name, path, "kx_fini", &life);
}

int unload_locked(struct kx *kx, struct kx_instance *inst, enum kx_reason reason)
{
	char path[REGISTRY_PATH], away[REGISTRY_PATH];
	uint32_t slot = last_active(inst);
	int err, goodbye;

	if (!inst->entry.writable)
		return kx_fail(kx, -EACCES, "%s: cannot be unloaded by this user: its entry is not "
			       "writable", inst->name);
	registry_path(path, REGISTRY "/%s/hooks", inst->name);
	if (tc_is_elsewhere(path))
		return kx_fail(kx, -EXDEV, "%s: filters packets of another network namespace, on a "
			       "kernel without links to tc: unload it from there, as by nsenter --net",
			       inst->name);
	(void)confirm_decide(inst);
	entry_set_state(&inst->entry, KX_STATE_UNLOADING);
	entry_activate(&inst->entry, 0);
	err = detach(inst);
	if (err)
		return kx_fail(kx, err, "%s: cannot be detached: %s", inst->name, kx_why(err));
	goodbye = say_goodbye(kx, inst, slot, reason);
	registry_path(path, REGISTRY "/%s", inst->name);
	registry_path(away, STAGING "/%s-%u", inst->name, inst->entry.kmid);
	if (rename(path, away))
		return kx_fail(kx, -errno, "%s: cannot be taken out of the registry: %s",
			       inst->name, kx_why(-errno));
	err = registry_remove(away);
	return err ? kx_fail(kx, err, "%s: cannot be removed: %s", inst->name, kx_why(err)) :
		     goodbye;
}

/* "used by a, b (pid 12)" */
static int refuse_used(struct kx *kx, const struct kx_instance *inst, const struct kx_user *users,
		       size_t nr)
{
	char text[512] = "";
	size_t at = 0;

	for (size_t i = 0; i < nr && at < sizeof(text); i++) {
		const struct kx_user *user = &users[i];

		at += user->instance[0] ?
		      snprintf(text + at, sizeof(text) - at, "%s%s", i ? ", " : "",
			       user->instance) :
		      snprintf(text + at, sizeof(text) - at, "%s%s (pid %u)", i ? ", " : "",
			       user->command, user->pid);
	}
	return kx_fail(kx, -EBUSY, "%s: cannot be unloaded: it is used by %s; --with-users unloads "
		       "those first", inst->name, text);
}

static int unload_users(struct kx *kx, const struct kx_user *users, size_t nr, int depth);

static int unload_with_users(struct kx *kx, struct kx_instance *inst, int depth)
{
	_cleanup_free_ struct kx_user *users = NULL;
	size_t nr = 0;
	int err = kx_instance_users(kx, inst, &users, &nr);

	if (!err)
		err = unload_users(kx, users, nr, depth);
	return err ?: unload_locked(kx, inst, KX_REASON_UNLOAD);
}

static int unload_users(struct kx *kx, const struct kx_user *users, size_t nr, int depth)
{
	int err = 0;

	if (depth > LOAD_CHAIN_MAX)
		return kx_fail(kx, -ELOOP, "%s: too many use each other", users[0].instance);
	for (size_t i = 0; !err && i < nr; i++) {
		struct kx_instance *inst;

		if (!users[i].instance[0])
			continue;
		err = instance_open_dir(kx, users[i].instance, &inst);
		if (err == -ENOENT) {	/* went with another one */
			err = 0;
			continue;
		}
		if (!err) {
			err = unload_with_users(kx, inst, depth + 1);
			kx_instance_close(inst);
		}
	}
	return err;
}

/*
 * Who only looks, as `kx list` does, has something open for a moment: that is no
 * reason to refuse.
 */
static int refuse_lasting(struct kx *kx, struct kx_instance *inst)
{
	const struct timespec pause = { .tv_nsec = 10000000 };

	for (int tries = 10; ; tries--) {
		_cleanup_free_ struct kx_user *users = NULL;
		bool passing = true;
		size_t nr = 0;
		int err = kx_instance_users(kx, inst, &users, &nr);

		if (err || !nr)
			return err;
		for (size_t i = 0; i < nr; i++)
			passing &= !users[i].instance[0];
		if (!passing || !tries)
			return refuse_used(kx, inst, users, nr);
		nanosleep(&pause, NULL);
	}
}

int kx_unload(struct kx *kx, struct kx_instance *inst, unsigned int flags)
{
	_cleanup_close_ int lock = -1;
	int err;

	if (flags & ~KX_UNLOAD_WITH_USERS)
		return kx_fail(kx, -EINVAL, "unload: unknown flag");
	if (inst->held)
		return kx_fail(kx, -EOPNOTSUPP, "%s: is held by process %u (%s), and ends with it",
			       inst->name, inst->entry.page->pid, inst->entry.page->command);
	err = change_begin(kx, 0, &lock) ?: instance_is_there(kx, inst);
	if (err)
		return err;
	if (flags & KX_UNLOAD_WITH_USERS)
		return unload_with_users(kx, inst, 0);
	return refuse_lasting(kx, inst) ?: unload_locked(kx, inst, KX_REASON_UNLOAD);
}

/* One pass; what one stood on may have become unused by it. */
static int unload_pass(struct kx *kx, size_t *nr)
{
	struct kx_instance **list;
	size_t found;
	int err = instances_resident(kx, &list, &found);

	if (err)
		return err;
	for (size_t i = 0; !err && i < found; i++) {
		_cleanup_free_ struct kx_user *users = NULL;
		size_t nr_users = 0;

		if (!(list[i]->entry.page->flags & KX_ENTRY_ON_DEMAND))
			continue;
		err = kx_instance_users(kx, list[i], &users, &nr_users);
		if (err || nr_users)
			continue;
		err = unload_locked(kx, list[i], KX_REASON_UNLOAD);
		*nr += !err;
	}
	kx_instances_free(list, found);
	return err;
}

int kx_unload_unused(struct kx *kx, size_t *nr)
{
	_cleanup_close_ int lock = -1;
	size_t done = 0, before;
	int err = change_begin(kx, 0, &lock);

	do {
		before = done;
		err = err ?: unload_pass(kx, &done);
	} while (!err && done > before);
	*nr = done;
	return err;
}
