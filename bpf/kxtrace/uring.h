/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Operations of io_uring: what is submitted without a system call of its own.
 *
 * When an operation is submitted, its entry is still in the submission queue,
 * the same on all kernels. It becomes the arguments of the call that does the
 * same; memory behind them is read as a call's. What the kernel calls a
 * request, `struct io_kiocb`, leads from the submission to the completions.
 */
#ifndef KXTRACE_URING_H
#define KXTRACE_URING_H

#include "arch.h"
#include "capture.h"
#include "filter.h"
#include "state.h"

#define SETUP_SQE128		(1u << 10)
#define SETUP_NO_SQARRAY	(1u << 16)
#define ENTER_REGISTERED_RING	(1u << 4)
#define CQE_MORE		(1u << 1)	/* other completions will follow */
#define PF_WORKER		0x10		/* PF_IO_WORKER */
#define PF_USER_THREAD		0x4000		/* PF_USER_WORKER, on newer kernels */

/* Where the arguments of an operation come from: enum kxt_sqe_field. */
const volatile u8 uring_args[KXT_NR_OPCODES][8];

u64 uring_ids;

struct uring_request {
	u64 id;
	u64 args[KXT_NR_ARGS];
	u64 user_data;
	u64 start_ns;
	u32 tid;		/* of the owner, as user space counts */
	u32 tgid;
	u32 process;		/* whose memory it is, as the kernel counts */
	s32 ring_fd;
	u8 opcode;
	u8 sqe_flags;
	u8 no_entry;
	u8 pad[5];
};

/* On their way, by request: made at the submission, deleted at the last completion. */
struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__uint(max_entries, 65536);
	__type(key, u64);
	__type(value, struct uring_request);
} uring_requests SEC(".maps");

struct uring_name {
	u64 ring;
	u64 user_data;
};

/* Of a request that may complete more than once; such completions name none. */
struct {
	__uint(type, BPF_MAP_TYPE_LRU_HASH);
	__uint(max_entries, 4096);
	__type(key, struct uring_name);
	__type(value, u64);
} uring_names SEC(".maps");

/* The descriptors of rings, for submitters who name none. */
struct {
	__uint(type, BPF_MAP_TYPE_LRU_HASH);
	__uint(max_entries, 4096);
	__type(key, u64);
	__type(value, s32);
} uring_rings SEC(".maps");

/* Where a record is made: the task's own may hold the call that it is in. */
struct {
	__uint(type, BPF_MAP_TYPE_TASK_STORAGE);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__type(key, int);
	__type(value, struct scratch);
} uring_scratches SEC(".maps");

/* Threads that the kernel made to work for a process are not traced by themselves. */
static __always_inline bool is_worker(struct task_struct *task)
{
	return task->flags & (PF_WORKER | PF_USER_THREAD);
}

/*
 * Who an operation belongs to; NULL when that one is not traced, or not chosen
 * by a filter of tasks. Workers have names of their own: they are not asked.
 */
static __always_inline struct task_struct *owner_of(struct task_struct *task)
{
	if (is_worker(task))
		task = task->group_leader;
	else if (!filter_takes_task())
		return NULL;
	return state_of(task) ? task : NULL;
}

/* An entry of the queue, `back` before the one that will be next. */
static __always_inline bool read_entry(struct io_kiocb *req, u32 back,
				       struct io_uring_sqe *sqe)
{
	struct io_ring_ctx *ring = BPF_CORE_READ(req, ctx);
	u32 flags = BPF_CORE_READ(ring, flags);
	u32 index = (BPF_CORE_READ(ring, cached_sq_head) - back) &
		    (BPF_CORE_READ(ring, sq_entries) - 1);
	u32 *array = BPF_CORE_READ(ring, sq_array);

	if (!(flags & SETUP_NO_SQARRAY) &&
	    bpf_probe_read_kernel(&index, sizeof(index), array + index))
		return false;
	if (flags & SETUP_SQE128)
		index *= 2;
	return !bpf_probe_read_kernel(sqe, sizeof(*sqe),
				      BPF_CORE_READ(ring, sq_sqes) + index) &&
	       sqe->opcode == BPF_CORE_READ(req, opcode) &&
	       sqe->user_data == BPF_CORE_READ(req, cqe.user_data);
}

static __always_inline u64 field_of(const struct io_uring_sqe *sqe, u32 field)
{
	switch (field) {
	case KXT_SQE_FD:
		return (s64)sqe->fd;
	case KXT_SQE_OFF:
		return sqe->off;
	case KXT_SQE_ADDR:
		return sqe->addr;
	case KXT_SQE_LEN:
		return sqe->len;
	case KXT_SQE_FLAGS:
		return sqe->rw_flags;
	case KXT_SQE_SPLICE_FD:
		return (s64)sqe->splice_fd_in;
	case KXT_SQE_ADDR3:
		return sqe->addr3;
	case KXT_SQE_ADDR_LEN:
		return sqe->addr_len;
	}
	return 0;
}

static __always_inline s32 ring_fd_of(struct task_struct *task, u64 ring)
{
	struct pt_regs *regs = (struct pt_regs *)bpf_task_pt_regs(task);
	s32 *fd;

	if (!is_worker(task) && ARCH_CALL_NR(regs) == ARCH_NR_IO_URING_ENTER &&
	    !(regs->r10 & ENTER_REGISTERED_RING))
		return regs->di;
	fd = bpf_map_lookup_elem(&uring_rings, &ring);
	return fd ? *fd : -1;
}

static __always_inline struct scratch *uring_scratch(struct task_struct *task)
{
	struct scratch *s;

	s = bpf_task_storage_get(&uring_scratches, task, NULL,
				 BPF_LOCAL_STORAGE_GET_F_CREATE);
	if (!s) {
		COUNT(seen);
		COUNT(dropped);
	}
	return s;
}

static __always_inline void fill_operation(struct scratch *s,
					   const struct uring_request *request,
					   u8 what, s32 res, u32 cflags)
{
	struct kxt_chunk *chunk = (struct kxt_chunk *)s->data;
	struct kxt_uring *uring = (struct kxt_uring *)(chunk + 1);

	s->rec.head.kind = KXT_URING;
	s->rec.head.flags = 0;
	s->rec.head.nr_args = KXT_NR_ARGS;
	s->rec.head.pad = 0;
	s->rec.head.tid = request->tid;
	s->rec.head.tgid = request->tgid;
	s->rec.head.len = sizeof(*chunk) + sizeof(*uring);
	s->rec.enter_ns = request->start_ns;
	s->rec.exit_ns = 0;
	s->rec.ret = res;
	s->rec.nr = KXT_URING_ROW(request->opcode);
	s->rec.seq = 0;
	s->row = KXT_URING_ROW(request->opcode);
	__builtin_memcpy(s->rec.args, request->args, sizeof(request->args));
	*chunk = (struct kxt_chunk){ KXT_ARG_URING, KXT_AT_ENTER, 0, 0,
				     sizeof(*uring) };
	*uring = (struct kxt_uring){
		.id = request->id,
		.user_data = request->user_data,
		.ring_fd = request->ring_fd,
		.cflags = cflags,
		.what = what,
		.opcode = request->opcode,
		.sqe_flags = request->sqe_flags,
		.no_entry = request->no_entry,
	};
}

static __always_inline void emit_operation(struct scratch *s)
{
	u32 len = s->rec.head.len;

	if (len > KXT_DATA_MAX)
		len = KXT_DATA_MAX;
	emit(s, sizeof(s->rec) + len);
}

static __always_inline const volatile struct kxt_row *uring_row(u8 opcode)
{
	return &rows[KXT_URING_ROW(opcode & (KXT_NR_OPCODES - 1))];
}

static __always_inline void fill_request(struct uring_request *request,
					 struct io_kiocb *req,
					 struct task_struct *task,
					 struct task_struct *owner)
{
	request->user_data = BPF_CORE_READ(req, cqe.user_data);
	request->opcode = BPF_CORE_READ(req, opcode);
	request->process = task->tgid;
	request->tid = pid_level ? number_of(owner) : owner->pid;
	request->tgid = process_number_of(owner);
	request->ring_fd = ring_fd_of(task, (u64)BPF_CORE_READ(req, ctx));
	if (settings.times)
		request->start_ns = bpf_ktime_get_ns();
}

/*
 * Until memory is read, the scratch has room for what would be too large for
 * the stack: the request behind where a record begins, the entry behind that.
 */
#define REQUEST_ROOM(s)	((struct uring_request *)((s)->data + 512))
#define ENTRY_ROOM(s)	((struct io_uring_sqe *)((s)->data + 1024))

static __always_inline void fill_from_entry(struct uring_request *request,
					    struct io_kiocb *req,
					    struct io_uring_sqe *sqe)
{
	u32 i;

	if (!read_entry(req, 1, sqe) && !read_entry(req, 2, sqe)) {
		request->no_entry = 1;
		request->args[0] = BPF_CORE_READ(req, cqe.fd);
		return;
	}
	request->sqe_flags = sqe->flags;
	for (i = 0; i < KXT_NR_ARGS; i++)
		request->args[i] = field_of(sqe, uring_args[request->opcode &
						(KXT_NR_OPCODES - 1)][i]);
}

static __always_inline void keep_request(struct io_kiocb *req,
					 const struct uring_request *request)
{
	struct uring_name name = {
		.ring = (u64)BPF_CORE_READ(req, ctx),
		.user_data = request->user_data,
	};
	u64 key = (u64)req;

	if (bpf_map_update_elem(&uring_requests, &key, request, BPF_ANY)) {
		COUNT(seen);
		COUNT(dropped);
	}
	bpf_map_update_elem(&uring_names, &name, &key, BPF_ANY);
}

static __always_inline int submit(struct io_kiocb *req)
{
	struct task_struct *task = bpf_get_current_task_btf();
	struct task_struct *owner = owner_of(task);
	const volatile struct kxt_row *row;
	struct uring_request *request;
	struct scratch *s;
	bool known;
	u32 i;

	if (!owner)
		return 0;
	row = uring_row(BPF_CORE_READ(req, opcode));
	if (!(row->flags & KXT_ROW_SELECTED))
		return 0;
	s = uring_scratch(task);
	if (!s)
		return 0;
	request = REQUEST_ROOM(s);
	__builtin_memset(request, 0, sizeof(*request));
	request->id = __sync_fetch_and_add(&uring_ids, 1) + 1;
	fill_request(request, req, task, owner);
	fill_from_entry(request, req, ENTRY_ROOM(s));
	keep_request(req, request);
	fill_operation(s, request, KXT_URING_SUBMITTED, 0, 0);
	known = !request->no_entry;
	for (i = 0; i < KXT_NR_ARGS; i++)
		if (known && row->at_enter & 1 << i)
			capture(s, i, KXT_AT_ENTER);
	emit_operation(s);
	return 0;
}

/* 6.1: the same under another name. */
SEC("?tp_btf/io_uring_submit_sqe")
int BPF_PROG(uring_sqe, struct io_kiocb *req)
{
	return submit(req);
}

SEC("?tp_btf/io_uring_submit_req")
int BPF_PROG(uring_req, struct io_kiocb *req)
{
	return submit(req);
}

static __always_inline struct uring_request *
request_of(u64 ring, struct io_kiocb *req, u64 user_data)
{
	struct uring_name name = { .ring = ring, .user_data = user_data };
	struct uring_request *request;
	u64 key = (u64)req, *named;

	request = bpf_map_lookup_elem(&uring_requests, &key);
	if (request && request->user_data == user_data)
		return request;
	named = bpf_map_lookup_elem(&uring_names, &name);
	return named ? bpf_map_lookup_elem(&uring_requests, named) : NULL;
}

/* An operation that the kernel refused when it was submitted. */
static __always_inline bool fill_refused(struct uring_request *request,
					 struct io_kiocb *req,
					 struct task_struct *task)
{
	struct task_struct *owner = owner_of(task);

	/* What a worker completes may have been submitted by a task that was filtered. */
	if (!owner || !req || (settings.filtered && is_worker(task)))
		return false;
	fill_request(request, req, task, owner);
	request->no_entry = 1;
	request->args[0] = BPF_CORE_READ(req, cqe.fd);
	return uring_row(request->opcode)->flags & KXT_ROW_SELECTED;
}

static __always_inline int complete(u64 ring, struct io_kiocb *req,
				    u64 user_data, s32 res, u32 cflags)
{
	struct task_struct *task = bpf_get_current_task_btf();
	struct uring_request *request;
	const volatile struct kxt_row *row;
	struct scratch *s;
	u64 key = (u64)req;
	bool known;
	u32 i;

	request = request_of(ring, req, user_data);
	if (!request && (!req || !owner_of(task)))
		return 0;
	s = uring_scratch(task);
	if (!s)
		return 0;
	if (!request) {
		request = REQUEST_ROOM(s);
		__builtin_memset(request, 0, sizeof(*request));
		if (!fill_refused(request, req, task))
			return 0;
	}
	known = request->process == (u32)task->tgid && !request->no_entry;
	fill_operation(s, request, KXT_URING_COMPLETED, res, cflags);
	s->rec.exit_ns = bpf_ktime_get_ns();
	row = uring_row(request->opcode);
	for (i = 0; i < KXT_NR_ARGS; i++)
		if (known && row->at_exit & 1 << i &&
		    (res >= 0 || !(row->ops[i].when & KXT_ON_SUCCESS)))
			capture(s, i, KXT_AT_EXIT);
	emit_operation(s);
	if (!(cflags & CQE_MORE))
		bpf_map_delete_elem(&uring_requests, &key);
	return 0;
}

/* The completion in single values: until 6.14. */
SEC("?tp_btf/io_uring_complete")
int BPF_PROG(uring_done_old, void *ring, void *req, u64 user_data, int res,
	     unsigned int cflags)
{
	return complete((u64)ring, req, user_data, res, cflags);
}

SEC("?tp_btf/io_uring_complete")
int BPF_PROG(uring_done, struct io_ring_ctx *ring, void *req,
	     struct io_uring_cqe *cqe)
{
	return complete((u64)ring, req, BPF_CORE_READ(cqe, user_data),
			BPF_CORE_READ(cqe, res), BPF_CORE_READ(cqe, flags));
}

SEC("?tp_btf/io_uring_create")
int BPF_PROG(uring_create, int fd, void *ring)
{
	u64 key = (u64)ring;
	s32 value = fd;

	if (owner_of(bpf_get_current_task_btf()))
		bpf_map_update_elem(&uring_rings, &key, &value, BPF_ANY);
	return 0;
}

#endif
