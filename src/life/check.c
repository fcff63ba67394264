// SPDX-License-Identifier: GPL-2.0-only
/* kx_check(): what killed commands have left, undone or brought to its end. */
#include <errno.h>
#include <stdarg.h>
#include <string.h>

#include "life/check.h"
#include "life/confirm.h"
#include "life/load.h"
#include "life/tc.h"
#include "life/upgrade.h"

struct check {
	struct kx *kx;
	bool repair;
	bool asked;	/* by a user: else it is on the way to a change */
	kx_check_fn fn;
	void *ctx;
	int found;
};

/* @result: of the repair; ignored when none was asked for. */
static void found(struct check *check, int result, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));

static void found(struct check *check, int result, const char *fmt, ...)
{
	char what[256];
	va_list args;

	va_start(args, fmt);
	(void)vsnprintf(what, sizeof(what), fmt, args);
	va_end(args);
	check->found++;
	if (check->fn)
		check->fn(check->ctx, what, !check->repair ? 0 : result ?: 1);
}

static void check_staging(struct check *check)
{
	_cleanup_names_ struct names list = {};

	if (names_read(STAGING, &list.names, &list.nr))
		return;
	for (size_t i = 0; i < list.nr; i++) {
		char path[REGISTRY_PATH];

		registry_path(path, STAGING "/%.128s", list.names[i]);
		found(check, check->repair ? hooks_remove(path) : 0,
		      "%s: a killed command left it half made or half removed", list.names[i]);
	}
}

static bool is_used(struct kx *kx, const struct kx_instance *inst)
{
	struct kx_instance **list;
	bool used = false;
	size_t nr;

	if (kx_instances_list(kx, &list, &nr))
		return true;
	for (size_t i = 0; i < nr; i++) {
		const struct meta_line *line = NULL;

		while (list[i]->meta && entry_state(&list[i]->entry) == KX_STATE_LIVE &&
		       (line = meta_next(list[i]->meta, "uses", line)))
			if (strtoul(line->fields[0], NULL, 10) == inst->entry.kmid)
				used = true;
	}
	kx_instances_free(list, nr);
	return used;
}

static void check_needed(struct check *check, struct kx_instance *inst)
{
	if (check->repair)
		instance_go_live(inst);
	found(check, 0, "%s: the load that needed it was killed at its end", inst->name);
}

static void check_unfinished(struct check *check, struct kx_instance *inst)
{
	if (inst->entry.page->not_confirmed)
		found(check, check->repair ? unload_locked(check->kx, inst, KX_REASON_UNLOAD) : 0,
		      "%s: its load was not confirmed in time: no hook of it acts", inst->name);
	else if (entry_state(&inst->entry) == KX_STATE_UNLOADING)
		found(check, check->repair ? unload_locked(check->kx, inst, KX_REASON_UNLOAD) : 0,
		      "%s: its unload was killed", inst->name);
	else if (is_used(check->kx, inst))
		check_needed(check, inst);
	else
		found(check, check->repair ? unload_locked(check->kx, inst, KX_REASON_FAILED) : 0,
		      "%s: its load was killed", inst->name);
}

/* Only an upgrade, killed or not, makes a second generation. */
static void check_generations(struct check *check, struct kx_instance *inst)
{
	uint32_t active = entry_active(&inst->entry), previous, number;

	if (!inst->entry.page->seen[active]) {
		if (check->repair)
			generation_mark(inst, active);
		found(check, 0, "%s: its upgrade was killed after the switch", inst->name);
	}
	previous = instance_previous(inst);
	for (uint32_t slot = 1; slot < KX_NR_SLOTS; slot++) {
		if (slot == active || slot == previous || instance_generation(inst, slot, &number))
			continue;
		found(check, check->repair ? generation_drop(check->kx, inst, number, slot) : 0,
		      "%s: a killed upgrade left its generation %u", inst->name, number);
	}
}

static void check_current(struct check *check, struct kx_instance *inst)
{
	char path[REGISTRY_PATH], target[32] = "", want[32];
	uint32_t number;

	if (instance_generation(inst, entry_active(&inst->entry), &number))
		return;
	registry_path(path, REGISTRY "/%s/current", inst->name);
	if (readlink(path, target, sizeof(target) - 1) < 0)
		target[0] = '\0';
	snprintf(want, sizeof(want), "%u", number);
	if (strcmp(target, want))
		found(check, check->repair ? current_point(check->kx, inst, number) : 0,
		      "%s: `current` leads to generation %s, %s is running", inst->name,
		      target[0] ? target : "none", want);
}

static void check_confirm(struct check *check, struct kx_instance *inst)
{
	if (!confirm_is_left(inst))
		return;
	found(check, check->repair ? confirm_disarm(inst) : 0, inst->entry.page->not_confirmed ?
	      "%s: its upgrade was not confirmed in time: what was before acts again" :
	      "%s: a killed command left a timer that has nothing to do", inst->name);
}

static void check_live(struct check *check, struct kx_instance *inst)
{
	_cleanup_names_ struct names list = {};
	char path[REGISTRY_PATH];
	size_t generations = 0;

	registry_path(path, REGISTRY "/%s", inst->name);
	if (names_read(path, &list.names, &list.nr))
		return;
	for (size_t i = 0; i < list.nr; i++)
		generations += generation_of(list.names[i]) > 0;
	if (generations > 1)
		check_generations(check, inst);
	if (generations > 1)
		check_current(check, inst);
	check_confirm(check, inst);
}

static int check_instance(struct check *check, const char *name)
{
	struct kx_instance *inst;
	char path[REGISTRY_PATH];
	int err = instance_open_dir(check->kx, name, &inst);

	if (err == -EACCES)
		return err;
	/* No command leaves such a thing: what is not ours goes only on demand. */
	if (err == -EPROTONOSUPPORT || (err && !check->asked))
		return 0;
	if (err) {
		registry_path(path, REGISTRY "/%.64s", name);
		found(check, check->repair ? hooks_remove(path) : 0,
		      "%s: has no entry, or a damaged one", name);
		return 0;
	}
	if (entry_state(&inst->entry) == KX_STATE_LIVE && entry_active(&inst->entry))
		check_live(check, inst);
	else
		check_unfinished(check, inst);
	kx_instance_close(inst);
	return 0;
}

static int check_all(struct kx *kx, bool repair, bool asked, kx_check_fn fn, void *ctx)
{
	struct check check = {
		.kx = kx, .repair = repair, .asked = asked, .fn = fn, .ctx = ctx,
	};
	_cleanup_names_ struct names list = {};
	int err = names_read(REGISTRY, &list.names, &list.nr);

	check_staging(&check);
	for (size_t i = 0; !err && i < list.nr; i++)
		if (name_is_valid(list.names[i]))
			err = check_instance(&check, list.names[i]);
	return err ?: check.found;
}

int check_locked(struct kx *kx)
{
	return check_all(kx, true, false, NULL, NULL);
}

int change_begin(struct kx *kx, uint32_t wait_ms, int *lock)
{
	_cleanup_close_ int fd = -1;
	int err = registry_lock(kx, wait_ms, &fd);

	if (err)
		return err;
	err = check_locked(kx);
	if (err < 0)
		return err;
	*lock = take_fd(fd);
	return 0;
}

int kx_check(struct kx *kx, int repair, kx_check_fn fn, void *ctx)
{
	_cleanup_close_ int lock = -1;
	int err;

	if (access(REGISTRY, F_OK) && errno == ENOENT)
		return 0;
	err = registry_lock(kx, 0, &lock);
	return err ?: check_all(kx, repair, true, fn, ctx);
}
