// SPDX-License-Identifier: GPL-2.0-only
/* kx_confirm(), and the timer in the kernel that undoes what nobody confirms. */
#include <bpf/bpf.h>
#include <errno.h>
#include <string.h>

#include "kxconfirm.skel.h"
#include "life/check.h"
#include "life/confirm.h"

static void alarm_path(const struct kx_instance *inst, char out[REGISTRY_PATH])
{
	registry_path(out, REGISTRY "/%s/confirm", inst->name);
}

static int run(struct kxconfirm_bpf *skel, uint32_t seconds)
{
	struct {
		uint64_t delay_ns;
	} wish = { seconds * 1000000000ULL };
	LIBBPF_OPTS(bpf_test_run_opts, opts, .ctx_in = &wish, .ctx_size_in = sizeof(wish));

	if (bpf_prog_test_run_opts(bpf_program__fd(skel->progs.kx_arm), &opts))
		return -errno;
	return (int)opts.retval > 0 ? -EIO : (int)opts.retval;
}

static int arm(struct kx *kx, const struct kx_instance *inst, struct kxconfirm_bpf *skel,
	       uint32_t seconds)
{
	char path[REGISTRY_PATH];
	int err = bpf_map__reuse_fd(skel->maps.kx_gate, inst->entry.fd);

	err = err ?: kx_skeleton_load(kx, skel->skeleton, "the timer for --confirm");
	if (err)
		return err;
	alarm_path(inst, path);
	(void)registry_remove(path);
	/* A timer ends with the last pin and descriptor of its map: so it is pinned first. */
	if (bpf_obj_pin(bpf_map__fd(skel->maps.kx_alarm), path))
		return -errno;
	err = run(skel, seconds);
	if (err)
		(void)registry_remove(path);
	return err;
}

int confirm_arm(struct kx *kx, const struct kx_instance *inst, uint32_t slot, uint32_t back,
		uint32_t seconds)
{
	_scope_ struct kx *outer = scope_enter(kx);
	struct kxconfirm_bpf *skel = kxconfirm_bpf__open();
	struct kx_entry *page = inst->entry.page;
	int err = skel ? 0 : -errno;

	page->new_slot = slot;
	page->back_slot = back;
	page->not_confirmed = 0;
	err = err ?: arm(kx, inst, skel, seconds);
	kxconfirm_bpf__destroy(skel);
	if (err)
		page->until_ns = 0;
	if (err && err != -ENOMEM)
		return kx_fail(kx, -EOPNOTSUPP, "%s: nothing would undo it if it is not confirmed: this "
			       "kernel does not start a timer for it: %s", inst->name, kx_why(err));
	return err ? kx_fail(kx, err, "out of memory") : 0;
}

int confirm_refuse_late(struct kx *kx, const struct kx_instance *inst)
{
	struct kx_entry *page = inst->entry.page;
	uint32_t slot = page->new_slot;

	if (__atomic_load_n(&page->not_confirmed, __ATOMIC_SEQ_CST) != slot)
		return 0;
	(void)__atomic_compare_exchange_n(&page->active, &slot, page->back_slot, false,
					  __ATOMIC_SEQ_CST, __ATOMIC_SEQ_CST);
	return kx_fail(kx, -ETIMEDOUT, "%s: the time to confirm it was over before it acted: what was "
		       "before acts on; give it more seconds", inst->name);
}

bool confirm_waits(const struct kx_instance *inst)
{
	return __atomic_load_n(&inst->entry.page->until_ns, __ATOMIC_SEQ_CST);
}

bool confirm_decide(const struct kx_instance *inst)
{
	__u64 until = __atomic_load_n(&inst->entry.page->until_ns, __ATOMIC_SEQ_CST);

	return until && __atomic_compare_exchange_n(&inst->entry.page->until_ns, &until, 0, false,
						    __ATOMIC_SEQ_CST, __ATOMIC_SEQ_CST);
}

int confirm_disarm(const struct kx_instance *inst)
{
	char path[REGISTRY_PATH];

	alarm_path(inst, path);
	return registry_remove(path);
}

bool confirm_is_left(const struct kx_instance *inst)
{
	char path[REGISTRY_PATH];

	alarm_path(inst, path);
	return !confirm_waits(inst) && !access(path, F_OK);
}

int kx_confirm(struct kx *kx, struct kx_instance *inst)
{
	_cleanup_close_ int lock = -1;
	int err;

	if (inst->held || !inst->entry.writable)
		return kx_fail(kx, inst->held ? -EOPNOTSUPP : -EACCES, "%s: %s", inst->name,
			       inst->held ? "is held: there is nothing to confirm" :
			       "cannot be changed by this user: its entry is not writable");
	/* First of all: the lock may take longer than there is time. */
	if (!confirm_decide(inst))
		return inst->entry.page->not_confirmed ?
		       kx_fail(kx, -ETIMEDOUT, "%s: too late: it was not confirmed in time, and what "
			       "was before acts again", inst->name) :
		       kx_fail(kx, -ENOENT, "%s: there is nothing to confirm", inst->name);
	err = registry_lock(kx, 0, &lock) ?: confirm_disarm(inst);
	/* What is left then is harmless, and removed by the next change. */
	return err == -EBUSY ? 0 : err;
}
