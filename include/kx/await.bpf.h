/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * What all doors have in common, whatever they ask: slots, the two ways to make a task wait,
 * who is exempt, which answers are refused. kx/door.bpf.h includes it; nobody else has to.
 */
#ifndef KX_AWAIT_BPF_H
#define KX_AWAIT_BPF_H

#include <kx/command.bpf.h>

#define KX_DOOR_FAMILY	16		/* parents that are looked at */
#define KX_DOOR_REPEATS	64		/* times that a task is stopped again for one question */
#define KX_DOOR_PAGE	4096
#define KX_RESTART	(-513)		/* ERESTARTNOINTR */

#define KX_SIGSTOP	19
#define KX_PF_IO_WORKER	0x10
#define KX_PF_KTHREAD	0x200000
#define KX_IO_URING_ENTER 426

/* The memory of a keeper is read where the kernel finds a task by its number: 6.2. */
extern struct task_struct *bpf_task_from_pid(__s32 pid) __weak __ksym;
extern void bpf_task_release(struct task_struct *task) __weak __ksym;

/* A helper that came with it. */
enum bpf_func_id___kx {
	BPF_FUNC_cgrp_storage_get___kx = 210,
};

#define kx_door_blocks()						\
	bpf_core_enum_value_exists(enum bpf_func_id___kx, BPF_FUNC_cgrp_storage_get___kx)

/*
 * The call that went on with an answer, for what it asks again within; the kernel frees it
 * with the task.
 */
struct kx_door_asked {
	__u64 call;		/* 0: none */
	__u64 cache[2];
};

/* Where a question is while it is asked. */
struct kx_door_place {
	__u64 cache[2];
	__u64 key;
	__u32 slot;
	__u32 unused;
};

static __always_inline void kx_door_count(struct kx_door_server *server, __u32 what)
{
	__sync_fetch_and_add(&server->counts[what & 15], 1);
}

/* Is the task that asks the service, its keeper, or has one of them started it? */
static __noinline __attribute__((unused)) int kx_door_is_own(struct kx_door_server *server)
{
	struct task_struct *task = bpf_get_current_task_btf();

	for (int i = 0; i < KX_DOOR_FAMILY; i++) {
		__u32 tgid = task->tgid;

		if (tgid <= 1)
			return 0;
		if (tgid == server->tgid || tgid == server->keeper)
			return 1;
		task = task->real_parent;
	}
	return 0;
}

/* 128 bits of a request, which nobody can aim at who does not know the secret. */
#define KX_DOOR_MIX_(type, at, len, a, b)				\
	for (__u32 kx_i_ = 0; kx_i_ < (len) / sizeof(type); kx_i_++) {	\
		__u64 kx_word_ = ((const type *)(at))[kx_i_];		\
									\
		a = (a ^ kx_word_) * 0x9fb21c651e98df25ULL;		\
		a ^= a >> 32;						\
		b = (b + kx_word_) * 0xd6e8feb86659fd93ULL;		\
		b ^= b >> 29;						\
	}

#define KX_DOOR_NAME_(place, server, opcode, chosen, request)		\
	do {								\
		__u64 kx_a_ = (server)->secret ^ (opcode), kx_b_ = ~(server)->secret; \
									\
		if (chosen) {						\
			(place)->cache[0] = (chosen);			\
			(place)->cache[1] = ((__u64)(opcode) << 1) | 1;	\
			break;						\
		}							\
		if (__alignof__(*(request)) >= 8)			\
			KX_DOOR_MIX_(__u64, request, sizeof(*(request)), kx_a_, kx_b_) \
		else if (__alignof__(*(request)) >= 4)			\
			KX_DOOR_MIX_(__u32, request, sizeof(*(request)), kx_a_, kx_b_) \
		else							\
			KX_DOOR_MIX_(__u8, request, sizeof(*(request)), kx_a_, kx_b_) \
		(place)->cache[0] = kx_a_;				\
		(place)->cache[1] = kx_b_ & ~1ULL;			\
	} while (0)

static __always_inline __u64 kx_door_key(void)
{
	__u64 key = (__u64)bpf_get_prandom_u32() << 32 | bpf_get_prandom_u32();

	key ^= bpf_ktime_get_ns() * 0x9e3779b97f4a7c15ULL;
	return key ?: 1;
}

/*
 * A file system that stands on another opens the file below within the call, by credentials
 * of its own: the hook is called again. Who stops for that as well begins again above,
 * without an end.
 */
static __always_inline int kx_door_is_within(void)
{
	struct task_struct *task = bpf_get_current_task_btf();

	return (__u64)task->cred != (__u64)task->real_cred;
}

static __always_inline __u64 kx_door_mix(__u64 all, __u64 word)
{
	all = (all ^ word) * 0x9fb21c651e98df25ULL;
	return all ^ all >> 32;
}

/* Of all registers that user mode has entered by: the same one throughout a call. */
static __noinline __attribute__((unused)) __u64 kx_door_this_call(void)
{
	__u64 all = 0;
#if defined(__TARGET_ARCH_x86)
	struct pt_regs *regs = (struct pt_regs *)bpf_task_pt_regs(bpf_get_current_task_btf());

	all = kx_door_mix(kx_door_mix(kx_door_mix(all, regs->ip), regs->sp), regs->orig_ax);
	all = kx_door_mix(kx_door_mix(kx_door_mix(all, regs->di), regs->si), regs->dx);
	all = kx_door_mix(kx_door_mix(kx_door_mix(all, regs->r10), regs->r8), regs->r9);
	all = kx_door_mix(kx_door_mix(kx_door_mix(all, regs->bx), regs->bp), regs->r12);
	all = kx_door_mix(kx_door_mix(kx_door_mix(all, regs->r13), regs->r14), regs->r15);
#endif
	return all ?: 1;
}

/* A task that has no user mode to return to cannot be stopped there. */
static __noinline __attribute__((unused)) int kx_door_can_stop(void)
{
	struct task_struct *task = bpf_get_current_task_btf();

	if (task->flags & (KX_PF_KTHREAD | KX_PF_IO_WORKER))
		return 0;
#if defined(__TARGET_ARCH_x86)
	/* io_uring makes calls of its own, which do not begin again. */
	if (((struct pt_regs *)bpf_task_pt_regs(task))->orig_ax == KX_IO_URING_ENTER)
		return 0;
#endif
	return 1;
}

/* Until the question is decided, or both the service and its keeper have ended. */
static __always_inline void kx_door_sleep(struct kx_door_server *server,
					  const struct kx_door_place *place)
{
	__u64 at = server->wait + (__u64)place->slot * KX_DOOR_PAGE;
	struct task_struct *task;
	__u8 byte;

	task = bpf_task_from_pid(server->keeper);
	if (!task)
		return;
	(void)bpf_copy_from_user_task(&byte, sizeof(byte), (void *)at, task, 0);
	bpf_task_release(task);
}

/* No answer comes any more; not if somebody is just giving one. */
static __always_inline int kx_door_give_up(struct kx_door_slot *slot, __u32 outcome)
{
	if (__sync_val_compare_and_swap(&slot->state, KX_DOOR_ASKED, KX_DOOR_CLAIMED) !=
	    KX_DOOR_ASKED)
		return 0;
	slot->outcome = outcome;
	__sync_lock_test_and_set(&slot->state, KX_DOOR_DEFAULTED);
	return 1;
}

static __always_inline void kx_door_leave(struct kx_door_server *server, struct kx_door_slot *slot)
{
	slot->key = 0;
	slot->tid = 0;
	__sync_lock_test_and_set(&slot->state, KX_DOOR_FREE);
	__sync_fetch_and_add(&server->waiting, -1);
}

/* A slot that is claimed, or NULL. */
static __noinline __attribute__((unused)) struct kx_door_slot *
kx_door_claim(void *slots, struct kx_door_server *server, __u32 quota, struct kx_door_place *place)
{
	__u32 from;

	if (__sync_fetch_and_add(&server->waiting, 1) >= quota)
		goto full;
	from = __sync_fetch_and_add(&server->hint, 1);
	for (__u32 i = 0; i < KX_DOOR_SLOTS; i++) {
		__u32 index = (from + i) & (KX_DOOR_SLOTS - 1);
		struct kx_door_slot *slot = bpf_map_lookup_elem(slots, &index);

		if (!slot)
			break;
		if (slot->state != KX_DOOR_FREE ||
		    __sync_val_compare_and_swap(&slot->state, KX_DOOR_FREE, KX_DOOR_CLAIMED) !=
		    KX_DOOR_FREE)
			continue;
		place->slot = index;
		return slot;
	}
full:
	__sync_fetch_and_add(&server->waiting, -1);
	return NULL;
}

/*
 * What a task was stopped for, or NULL. Not kept with the task: memory of tasks cannot be had
 * at any time before 6.2, and who finds none would ask anew.
 */
static __noinline __attribute__((unused)) struct kx_door_slot *
kx_door_mine(void *slots, struct kx_door_server *server, struct task_struct *task)
{
	if (!server->waiting)
		return NULL;
	for (__u32 i = 0; i < KX_DOOR_SLOTS; i++) {
		__u32 index = i;
		struct kx_door_slot *slot = bpf_map_lookup_elem(slots, &index);

		if (!slot)
			break;
		if (slot->tid == (__u32)task->pid && slot->way == KX_DOOR_STOP && slot->key &&
		    slot->begun_ns == task->start_boottime)
			return slot;
	}
	return NULL;
}

/* Whose a slot is. */
static __always_inline void kx_door_sign(struct kx_door_slot *slot,
					 const struct kx_door_place *place, __u32 way)
{
	__u64 ids = bpf_get_current_pid_tgid();

	slot->begun_ns = bpf_get_current_task_btf()->start_boottime;
	slot->cache[0] = place->cache[0];
	slot->cache[1] = place->cache[1];
	slot->way = way;
	slot->repeats = 0;
	slot->tgid = ids >> 32;
	slot->tid = (__u32)ids;
	slot->key = place->key;
}

static __noinline __attribute__((unused)) int
kx_door_fill(struct kx_door_slot *slot, struct kx_door_record *record,
	     struct kx_door_place *place, __u32 deadline_ms, __u32 way)
{
	__u64 ids = bpf_get_current_pid_tgid(), user = bpf_get_current_uid_gid();

	place->key = kx_door_key();
	record->time_ns = bpf_ktime_get_ns();
	slot->deadline_ns = record->time_ns + deadline_ms * 1000000ULL;
	kx_door_sign(slot, place, way);
	record->key = place->key;
	record->tgid = ids >> 32;
	record->tid = (__u32)ids;
	record->way = way;
	record->slot = place->slot;
	record->uid = (__u32)user;
	record->gid = user >> 32;
	record->unused = 0;
	bpf_get_current_comm(record->comm, sizeof(record->comm));
	return 0;
}

/* What a security hook may return, and the verifier believes. */
static __always_inline int kx_door_verdict(int verdict)
{
	if (verdict > 0 || verdict < -4095)
		verdict = -1;
	return verdict;
}

/* To all who wait, or to those who waited too long. */
static __always_inline void kx_door_expire(void *slots, __u64 now, __u32 outcome)
{
	for (__u32 i = 0; i < KX_DOOR_SLOTS; i++) {
		__u32 index = i;
		struct kx_door_slot *slot = bpf_map_lookup_elem(slots, &index);

		if (!slot)
			return;
		if (slot->state == KX_DOOR_ASKED && slot->deadline_ns <= now)
			kx_door_give_up(slot, outcome);
	}
}

/* Nobody is asked before the keeper is there too. */
static __noinline __attribute__((unused)) int
kx_door_attach(struct kx_door_server *server, __u32 tgid)
{
	if (server->session || __sync_val_compare_and_swap(&server->tgid, 0, tgid) != 0)
		return -16; /* EBUSY */
	if (!server->secret)
		server->secret = kx_door_key();
	return 0;
}

static __noinline __attribute__((unused)) int
kx_door_keep(struct kx_door_server *server, __u64 wait, __u32 tgid)
{
	struct task_struct *task = bpf_get_current_task_btf();
	__u64 none = 0;

	if (!server->tgid || (__u32)task->real_parent->tgid != server->tgid)
		return -1; /* EPERM */
	server->wait = kx_door_blocks() ? wait : none;
	server->keeper = tgid;
	if (!server->session)
		__sync_lock_test_and_set(&server->session, kx_door_key());
	return 0;
}

static __noinline __attribute__((unused)) int
kx_door_end(void *slots, struct kx_door_server *server)
{
	__sync_lock_test_and_set(&server->session, 0);
	kx_door_expire(slots, ~0ULL, KX_DOOR_DIED);
	__sync_lock_test_and_set(&server->tgid, 0);
	return 0;
}

/* May this be answered? 0: it is being answered now. Else refused, and counted. */
static __noinline __attribute__((unused)) int
kx_door_answer(struct kx_door_server *server, struct kx_door_slot *slot,
	       const struct kx_door_op *op, __u32 tgid)
{
	__u32 state;

	if (!server->session || tgid != server->tgid) {
		kx_door_count(server, KX_DOOR_FOREIGN);
		return -1; /* EPERM */
	}
	if (!op->key || slot->key != op->key) {
		kx_door_count(server, KX_DOOR_LATE);
		return -116; /* ESTALE */
	}
	state = __sync_val_compare_and_swap(&slot->state, KX_DOOR_ASKED, KX_DOOR_ANSWERING);
	if (state == KX_DOOR_ANSWERING || state == KX_DOOR_ANSWERED) {
		kx_door_count(server, KX_DOOR_TWICE);
		return -114; /* EALREADY */
	}
	if (state != KX_DOOR_ASKED) {
		kx_door_count(server, KX_DOOR_LATE);
		return -116;
	}
	/* Given back, and taken by another question, between the two looks. */
	if (slot->key != op->key) {
		__sync_lock_test_and_set(&slot->state, KX_DOOR_ASKED);
		kx_door_count(server, KX_DOOR_LATE);
		return -116;
	}
	if (op->verdict <= 0 && op->verdict >= -4095 && op->verdict != KX_RESTART)
		return 0;
	slot->outcome = KX_DOOR_GARBAGE;
	__sync_lock_test_and_set(&slot->state, KX_DOOR_DEFAULTED);
	return -22; /* EINVAL */
}

#endif
