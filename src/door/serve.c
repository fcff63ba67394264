// SPDX-License-Identifier: GPL-2.0-only
/* Serving: questions out of the ring to the handler, answers to the door's program. */
#include <bpf/bpf.h>
#include <errno.h>
#include <linux/bpf.h>
#include <string.h>
#include <sys/epoll.h>
#include <time.h>
#include <unistd.h>

#include "door/door.h"
#include "kernel/caps.h"

static int refused(struct kx_door *door, int err, const char *why)
{
	int result;

	pthread_mutex_lock(&door->lock);
	result = kx_fail(door->kx, err, "%s: %s", door->shown, why);
	pthread_mutex_unlock(&door->lock);
	return result;
}

/* Can those who ask be made to wait at all? */
static int way_check(struct kx_door *door, const struct kx_door_out *out)
{
	door->blocks = out->blocks && door->side.fuse_fd >= 0;
	if (door->blocks)
		return 0;
	if (out->tgid != (uint32_t)getpid())
		return kx_fail(door->kx, -EPERM, "%s: cannot be served from within a pid namespace "
			       "on this kernel: who asks is stopped, and could not be continued",
			       door->shown);
	if (caps_missing(KX_NEED_KILL))
		return kx_fail(door->kx, -EPERM, "%s: cannot be served without CAP_KILL here: who "
			       "asks is stopped, and could not be continued%s", door->shown,
			       out->blocks ? "; with CAP_SYS_ADMIN it would be blocked instead" :
					     "");
	return 0;
}

static int attach(struct kx_door *door)
{
	const struct kx_door_op detach = { .kind = KX_DOOR_OP_DETACH };
	const struct kx_door_op op = { .kind = KX_DOOR_OP_ATTACH };
	struct epoll_event event = { .events = EPOLLIN };
	struct kx_door_out out;
	int err;

	door_wait_make(&door->side);
	err = door_call(&door->side, &op, NULL, 0, &out);
	if (err == -EBUSY)
		return kx_fail(door->kx, err, "%s: process %u is serving it; try again when that "
			       "has ended", door->shown, door->side.server->tgid);
	if (err)
		return kx_fail(door->kx, err, "%s: cannot be served: %s", door->shown, kx_why(err));
	door->side.tgid = out.tgid;
	err = way_check(door, &out);
	if (!err) {
		err = door_keeper_start(door);
		if (err)
			kx_fail(door->kx, err, "%s: its keeper cannot be started: %s", door->shown,
				kx_why(err));
	}
	if (err) {
		(void)door_call(&door->side, &detach, NULL, 0, NULL);
		return err;
	}
	if (door->side.fuse_fd >= 0)
		(void)epoll_ctl(door->epoll_fd, EPOLL_CTL_ADD, door->side.fuse_fd, &event);
	door->attached = true;
	return 0;
}

int kx_door_attach(struct kx_door *door)
{
	int err;

	if (door->attached)
		return kx_fail(door->kx, -EALREADY, "%s: it is served already", door->shown);
	if (door->is_seccomp)
		return kx_fail(door->kx, -ENODEV, "%s: a listener is served once", door->shown);
	err = attach(door);
	if (err)
		door_wait_done(&door->side);
	return err;
}

void kx_door_revoke(struct kx_door *door)
{
	const struct kx_door_op detach = { .kind = KX_DOOR_OP_DETACH };
	uint32_t left = 1;

	if (!door->attached)
		return;
	if (door->is_seccomp) {
		door_notice_done(door);
		return;
	}
	(void)door_call(&door->side, &detach, NULL, 0, NULL);
	/* Nobody waits at our memory, or is stopped, when the keeper ends. */
	for (int tries = 0; left && tries < 1000; tries++) {
		left = 0;
		for (uint32_t i = 0; i < KX_DOOR_SLOTS; i++) {
			uint32_t state = __atomic_load_n(&door_slot(&door->side, i)->state,
							 __ATOMIC_ACQUIRE);

			left += state != KX_DOOR_FREE;
			door_release(&door->side, i);
		}
		while (door_wait_serve(&door->side))
			;
		if (left)
			usleep(1000);
	}
	/* The keeper has it too, so that closing it would not do. */
	if (door->side.fuse_fd >= 0)
		(void)epoll_ctl(door->epoll_fd, EPOLL_CTL_DEL, door->side.fuse_fd, NULL);
	door_keeper_stop(door);
	door_wait_done(&door->side);
	door->attached = false;
}

/* The keeper has ended, which it does not by itself: another one. */
static int keeper_check(struct kx_door *door)
{
	int err;

	if (!door->attached || !door_keeper_ended(door))
		return 0;
	err = door_keeper_start(door);
	if (err)
		return kx_fail(door->kx, err, "%s: its keeper was killed, and another cannot be "
			       "started: %s", door->shown, kx_why(err));
	return 0;
}

/* Are these still the maps by which it is asked? */
static int maps_check(struct kx_door *door, const struct kx_instance *inst)
{
	const struct {
		const char *end;
		uint32_t id;
	} parts[] = { { "ring", door->ring_id }, { "slots", door->slots_id } };

	for (size_t i = 0; i < 2; i++) {
		struct bpf_map_info info = {};
		__u32 len = sizeof(info);
		_cleanup_close_ int fd = -1;
		char map[KX_NAME_MAX + 96];

		snprintf(map, sizeof(map), "%s_%s", strchr(door->shown, '.') + 1, parts[i].end);
		fd = instance_map(inst, map, true);
		if (fd == -ENOENT)
			return kx_fail(door->kx, -ESTALE, "%s: an upgrade has taken it away",
				       door->shown);
		if (fd >= 0 && !bpf_obj_get_info_by_fd(fd, &info, &len) && info.id != parts[i].id)
			return kx_fail(door->kx, -ESTALE, "%s: an upgrade has begun it anew, with "
				       "other types; serve it again", door->shown);
	}
	return 0;
}

/* Is the instance still there, and the door the same one? */
static int instance_check(struct kx_door *door)
{
	struct kx_instance *inst;
	int err = kx_instance_open(door->kx, door->instance, &inst);
	if (err == -ENOENT)
		return kx_fail(door->kx, -ENODEV, "%s: %s is not loaded any more", door->shown,
			       door->instance);
	if (err)
		return 0;
	if (inst->entry.kmid != door->kmid || entry_state(&inst->entry) == KX_STATE_UNLOADING)
		err = kx_fail(door->kx, -ENODEV, "%s: %s is not loaded any more", door->shown,
			      door->instance);
	else if (entry_active(&inst->entry) && entry_active(&inst->entry) != door->active)
		err = maps_check(door, inst);
	if (!err && entry_active(&inst->entry))
		door->active = entry_active(&inst->entry);
	kx_instance_close(inst);
	return err;
}

/* Once a second, when there is nothing else to do. */
static int look_around(struct kx_door *door)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC_COARSE, &now);
	if (door->looked_s == now.tv_sec)
		return 0;
	door->looked_s = now.tv_sec;
	return keeper_check(door) ?: instance_check(door);
}

/* The next record, copied to @record. Under the lock. 1, 0, or an errno. */
static int take(struct kx_door *door, char *record)
{
	int nr;

	door->has_record = false;
	nr = kx_ring_dispatch(door->ring);
	if (nr < 0 && nr != -ECANCELED)
		return kx_fail(door->kx, nr, "%s: its ring is damaged: somebody else has written "
			       "to it", door->shown);
	if (!door->has_record)
		return look_around(door);
	memcpy(record, door->record, door->record_len);
	return 1;
}

/* Does it still wait? Also of questions to a service that came before. */
static bool waits(const struct kx_door *door, const struct kx_door_record *head)
{
	const struct kx_door_slot *slot = door_slot(&door->side, head->slot);

	return slot->key == head->key &&
	       __atomic_load_n(&slot->state, __ATOMIC_ACQUIRE) == KX_DOOR_ASKED;
}

static int handle(struct kx_door *door, const struct kx_door_record *head, const void *request)
{
	char comm[sizeof(head->comm) + 1] = "";
	struct kx_question question = {
		.id = head->key, .time_ns = head->time_ns, .opcode = head->opcode,
		.pid = head->tgid, .tid = head->tid, .uid = head->uid, .gid = head->gid,
		.comm = comm, .request = request, .len = door->block.in_len,
	};
	struct kx_answer answer = {};
	int result;

	memcpy(comm, head->comm, sizeof(head->comm));
	result = door->fn(door->ctx, &question, &answer);
	if (!result && head->key) {
		result = kx_door_answer(door, question.id, &answer);
		/* Too late, or no verdict: counted, and no reason to end. */
		if (result == -ESTALE || result == -EALREADY || result == -EINVAL)
			result = 0;
	}
	return result < 0 ? result : 1;
}

int kx_door_dispatch(struct kx_door *door)
{
	_cleanup_free_ char *record = NULL;
	const struct kx_door_record *head;
	int nr;

	if (door->is_seccomp)
		return door_notice(door);
	record = malloc(door->record_len + 8);
	if (!record)
		return -ENOMEM;
	pthread_mutex_lock(&door->lock);
	nr = take(door, record);
	pthread_mutex_unlock(&door->lock);
	/* Who went to sleep, mostly when its question was answered already. */
	while (!nr && door_wait_serve(&door->side))
		;
	if (nr <= 0)
		return nr;
	head = (const struct kx_door_record *)record;
	if (!head->key)
		return handle(door, head, head + 1);
	if (head->slot >= KX_DOOR_SLOTS)
		return 1;
	return waits(door, head) ? handle(door, head, head + 1) : 1;
}

/* Which slot has this question? -1: none. */
static int slot_of(const struct kx_door *door, uint64_t id)
{
	for (uint32_t i = 0; id && i < KX_DOOR_SLOTS; i++)
		if (door_slot(&door->side, i)->key == id)
			return i;
	return -1;
}

static const char *why_refused(int err)
{
	switch (err) {
	case -ESTALE:
		return "the answer is too late, or there is no such question";
	case -EALREADY:
		return "the question has been answered";
	case -EPERM:
		return "this process does not serve it";
	case -EINVAL:
		return "the verdict is not 0 or a negative errno; the default was given";
	default:
		return "cannot be answered";
	}
}

int kx_door_answer(struct kx_door *door, uint64_t id, const struct kx_answer *answer)
{
	struct kx_door_op op = {
		.kind = KX_DOOR_OP_ANSWER, .key = id, .verdict = answer->verdict,
		.keep_ms = answer->keep_ms,
	};
	int slot, err;

	if (answer->len != (answer->reply ? door->block.out_len : 0))
		return refused(door, -EINVAL, "the reply is not of its type");
	if (door->is_seccomp)
		return door_notice_answer(door, id, answer);
	slot = slot_of(door, id);
	op.slot = slot < 0 ? 0 : slot;
	err = door_call(&door->side, &op, answer->reply, answer->len, NULL);
	/* Also what got the default instead; and what was answered but not woken. */
	if (slot >= 0 && err != -EPERM)
		door_release(&door->side, slot);
	return err ? refused(door, err, why_refused(err)) : 0;
}
