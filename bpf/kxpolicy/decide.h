/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* What an entry does: counts, tells, refuses; and who is beyond all rules. */
#ifndef KXPOLICY_DECIDE_H
#define KXPOLICY_DECIDE_H

#include "match.h"

#define EPERM		1
#define EAGAIN		11
#define EACCES		13
#define SIGKILL		9
#define LIMIT_TRIES	8
#define MAX_ERROR	511	/* what user space is told is below: restarts are not */
#define MAX_CODE	4095	/* a hook may say nothing beyond */

/* What the hook itself has to ask, by the key of the entry: there is room on its stack. */
#define ASKS		(1 << 20)

/* What a record tells of, beside who asks. */
struct object {
	u64 dentry;
	u64 mnt;
	u8 address[16];
};

/*
 * The bank that acts. A policy that was not confirmed in time stops to act here, at the first
 * call that comes afterwards; the store is for those behind.
 */
static __always_inline u32 bank_now(void)
{
	u32 active = *(volatile u32 *)&control.active & 3, before;
	u64 deadline = *(volatile u64 *)&control.banks[active].deadline_ns;

	if (!deadline || bpf_ktime_get_boot_ns() < deadline)
		return active;
	before = control.banks[active].before & 3;
	if (__sync_val_compare_and_swap(&control.active, active, before) == active)
		__sync_fetch_and_add(&control.rolled_back, 1);
	return before;
}

/* Text of a path in a record: from the root down, as far as there is room. */
struct path_text {
	struct walk walk;
	char *path;
	u32 at;
};

static long write_step(u32 i, struct path_text *writer)
{
	struct walk *walk = &writer->walk;
	u32 len, at = writer->at;
	struct qstr name;

	if (walk->up) {
		if (!kxp_walk_up(walk))
			return 1;
		if (!walk->up && !walk->bound)
			writer->at = UNKNOWN_ZERO;
		return 0;
	}
	if (at >= KXP_PATH - 2)
		return 1;
	if (!walk->left)
		return !walk_on(walk);
	if (!next_name(walk, &name))
		return 1;
	writer->path[at] = '/';
	at++;
	len = name.len;
	if (len > KXP_PATH - 1 - at)
		len = KXP_PATH - 1 - at;
	/* Room for the longest piece, from wherever it begins: the record is longer than that. */
	asm volatile("" : "+r"(len));
	len &= KXP_PATH - 1;
	asm volatile("" : "+r"(len));
	bpf_probe_read_kernel(writer->path + at, len, name.name);
	writer->at = at + len;
	return 0;
}

/* What was written before the file moved may be longer: it ends where it ends. */
static __always_inline void write_path(char *path, u64 dentry, u64 mnt)
{
	struct path_text writer = { .path = path, .at = UNKNOWN_ZERO };
	u32 end;

	if (!walk_begin(&writer.walk, dentry, mnt))
		return;
	bpf_loop(STEPS_MAX, write_step, &writer, 0);
	end = writer.at;
	if (!end) {
		path[0] = '/';
		end = 1;
	}
	asm volatile("" : "+r"(end));
	path[end & (KXP_PATH - 1)] = 0;
}

static __noinline void tell(const struct question *asked, const struct object *object,
			    const struct kxp_entry *entry, u32 error, u32 monitor)
{
	u64 id = bpf_get_current_pid_tgid();
	struct kxp_decision *out;
	struct kx_record *record;
	struct kx_place place;

	record = kx_stream_begin(&decisions, KX_ROOM_OF(decisions),
				 KX_RECORD_LEN(sizeof(*out)), &place);
	if (!record)
		return;
	out = (struct kxp_decision *)(record + 1);
	__builtin_memset(out, 0, sizeof(*out));
	out->rule = entry->rule;
	out->op = asked->op;
	out->action = entry->action;
	out->error = error;
	out->line = entry->line;
	out->pid = id >> 32;
	out->tid = id;
	out->uid = asked->uid;
	out->port = asked->port;
	out->about = asked->about;
	out->monitor = monitor;
	__builtin_memcpy(out->comm, asked->comm, sizeof(out->comm));
	if (asked->about == KXP_ABOUT_ADDRESS)
		__builtin_memcpy(out->address, object->address, sizeof(out->address));
	if (asked->about == KXP_ABOUT_PATH)
		write_path(out->path, object->dentry, object->mnt);
	kx_stream_end(&place, record);
}

/* May this call be made? A bucket that is told by the time at which it will be empty. */
static __always_inline bool within_limit(struct kxp_counter *counter, const struct kxp_entry *entry)
{
	u64 now = bpf_ktime_get_boot_ns(), due, next;

	for (u32 tries = 0; tries < LIMIT_TRIES; tries++) {
		due = *(volatile u64 *)&counter->limit_ns;
		next = (due > now ? due : now) + entry->interval_ns;
		if (next - now > entry->burst_ns)
			return false;
		if (__sync_val_compare_and_swap(&counter->limit_ns, due, next) == due)
			return true;
	}
	return false;
}

static __always_inline long refusal(u32 error)
{
	return error && error <= MAX_ERROR ? -(long)error : -EACCES;
}

#define ADD(counter, what)						\
	do {								\
		if (counter)						\
			__sync_fetch_and_add(&(counter)->what, 1);	\
	} while (0)

/* 0, or what the caller gets; more: ASKS, and which entry says so. */
static __always_inline long act(const struct question *asked, const struct object *object, u32 key)
{
	struct kxp_entry *entry = bpf_map_lookup_elem(&entries, &key);
	u32 monitor = control.banks[asked->bank & 3].flags & KXP_MONITOR;
	struct kxp_counter *counter;
	long error = 0;

	if (!entry)
		return 0;
	counter = bpf_map_lookup_elem(&counters, &entry->rule);
	ADD(counter, matched);
	switch (entry->action) {
	case KXP_ALLOW:
		return 0;
	case KXP_LOG:
		break;
	case KXP_ASK:
		if (!monitor)
			return ASKS | key;
		break;
	case KXP_LIMIT:
		if (counter && within_limit(counter, entry))
			return 0;
		ADD(counter, limited);
		error = refusal(entry->error);
		break;
	default:
		error = refusal(entry->error);
	}
	tell(asked, object, entry, -error, monitor);
	if (monitor || !error)
		return 0;
	ADD(counter, refused);
	if (entry->action == KXP_KILL_IT && !bpf_send_signal(SIGKILL))
		ADD(counter, killed);
	/* The verifier loses what it knew of a number that was negated. */
	asm volatile("" : "+r"(error));
	if (error < -MAX_ERROR || error >= 0)
		error = -EACCES;
	asm volatile("" : "+r"(error));
	return error;
}

/* Who is asked about: the process, whichever of its threads, or workers of its rings, it is. */
static __always_inline void fill_caller(struct question *asked)
{
	struct task_struct *task = (struct task_struct *)bpf_get_current_task();

	task = BPF_CORE_READ(task, group_leader);
	asked->uid = bpf_get_current_uid_gid();
	exe_of(task, &asked->exe);
	bpf_core_read(asked->comm, sizeof(asked->comm), &task->comm);
}

/* The policy tool itself, for user 0: no rule can keep it from being used. */
static __always_inline bool is_tool(const struct question *asked)
{
	const struct kxp_bank *bank = (const struct kxp_bank *)&control.banks[asked->bank & 3];

	return !asked->uid && bank->tool.ino && same_file(&asked->exe, &bank->tool);
}

/* All that comes when there may be an entry: the rare case. */
static __always_inline long decide(struct question *asked, const struct object *object)
{
	u32 candidates;
	int key;

	fill_caller(asked);
	if (is_tool(asked))
		return 0;
	if (asked->class == KXP_NO_CLASS || asked->class_too == KXP_NO_CLASS) {
		__sync_fetch_and_add(&control.undecided, 1);
		return control.banks[asked->bank & 3].flags & KXP_MONITOR ? 0 : -EAGAIN;
	}
	key = kxp_find_entry(asked, &candidates);
	return key < 0 ? 0 : act(asked, object, key);
}

VERIFIED_ONCE int kxp_write_question(struct question_room *room, u64 dentry, u64 mnt)
{
	if (!room)
		return 0;
	write_path(room->question.path, dentry, mnt);
	return 1;
}

VERIFIED_ONCE int kxp_wait(u32 op, const struct kxp_question *question)
{
	struct kxp_answer answer;

	return question ? ask_wait(op, 0, question, &answer) : -EACCES;
}

VERIFIED_ONCE int kxp_stop(u32 op, const struct kxp_question *question)
{
	struct kxp_answer answer;

	return question ? ask_ask(op, 0, question, &answer) : -EACCES;
}

/*
 * A service is asked, and its verdict is what the caller gets. Of a path that is
 * @dentry on @mnt, or of @address. @sleeps: the caller may sleep here; else it is stopped.
 */
static __always_inline long consult(u64 what, u64 dentry, u64 mnt, const u8 *address,
				    u32 port, const bool sleeps)
{
	u32 key = what & (ASKS - 1), op = what >> 32;
	struct kxp_entry *entry = bpf_map_lookup_elem(&entries, &key);
	struct kxp_question *question;
	struct kxp_counter *counter;
	struct question_room *room;
	long error;

	room = bpf_task_storage_get(&questions, bpf_get_current_task_btf(), NULL,
				    BPF_LOCAL_STORAGE_GET_F_CREATE);
	if (!entry)
		return 0;
	if (!room) {
		__sync_fetch_and_add(&control.undecided, 1);
		return -EACCES;
	}
	question = &room->question;
	__builtin_memset(question, 0, sizeof(*question));
	__builtin_memcpy(question->door, entry->door, sizeof(question->door));
	question->op = op;
	question->line = entry->line;
	question->uid = bpf_get_current_uid_gid();
	question->port = port;
	if (address) {
		question->about = KXP_ABOUT_ADDRESS;
		__builtin_memcpy(question->address, address, sizeof(question->address));
	} else {
		question->about = KXP_ABOUT_PATH;
		kxp_write_question(room, number_of(&dentry), number_of(&mnt));
	}
	error = sleeps ? kxp_wait(op, question) : kxp_stop(op, question);
	asm volatile("" : "+r"(error));
	if (error < -MAX_CODE || error > 0)
		error = -EACCES;
	asm volatile("" : "+r"(error));
	if (error && error != KX_RESTART) {
		counter = bpf_map_lookup_elem(&counters, &entry->rule);
		ADD(counter, refused);
	}
	return error;
}

static __noinline long consult_waiting(u64 what, u64 dentry, u64 mnt, const u8 *address, u32 port)
{
	return consult(what, dentry, mnt, address, port, KXP_SLEEPS);
}

static __noinline long consult_stopping(u64 what, u64 dentry, u64 mnt, const u8 *address, u32 port)
{
	return consult(what, dentry, mnt, address, port, false);
}

/* The end of each hook: what was decided, or what a service says. */
static __always_inline long settled(long code, u32 op, u64 dentry, u64 mnt, const u8 *address,
				    u32 port, const bool sleeps)
{
	u64 what = (u64)op << 32 | (u32)code;

	if (code <= 0)
		return code;
	return sleeps ? consult_waiting(what, dentry, mnt, address, port) :
			consult_stopping(what, dentry, mnt, address, port);
}

#endif
