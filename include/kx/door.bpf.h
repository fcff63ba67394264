/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Doors: kernel code asks a service in user space by its name, and goes on with the
 * answer.
 *
 *	struct wish {
 *		char path[64];
 *	};
 *	struct grant {
 *		u32 number;
 *	};
 *	KX_DOOR(guard, struct wish, struct grant, "may this file be opened?");
 *
 *	SEC("lsm.s/file_open")
 *	int BPF_PROG(opened, struct file *file)
 *	{
 *		struct wish wish = {};
 *		struct grant grant;
 *
 *		...
 *		return guard_wait(1, 0, &wish, &grant);
 *	}
 *
 * `kx serve INSTANCE.guard -- COMMAND` answers, or kx_door_create() in a program. The
 * result is the service's verdict, 0 or a negative errno, or the door's default when
 * there is none: nobody serves, it takes longer than the deadline, it ends, it
 * answers what can be no answer, too many wait. `grant` is zeros then. Return it
 * from a security hook, unless you know better.
 *
 * NAME_wait(opcode, key, &request, &reply), in SEC("lsm.s/..."): waits within the hook where
 *	the kernel can (6.2), else as NAME_ask()
 * NAME_ask(opcode, key, &request, &reply), in SEC("lsm/..."): stops the task. The result is
 *	-ERESTARTNOINTR then, to be returned at once: the call begins again when there is a
 *	verdict
 * NAME_call(opcode, key, &request, &reply), in what may sleep and is no hook (KX_COMMAND,
 *	SEC("iter.s/task")): waits where the kernel can
 * NAME_tell(opcode, &request), in any program: goes on at once, gets no answer
 *
 * A service may let the kernel keep an answer for some time. Who asks the same again then
 * gets it without waiting: the same @key and @opcode, or where @key is 0, the
 * same bytes of the request. The tasks of a service, and those that it starts, are
 * exempt: they get 0.
 *
 * Each door has parameters, to be changed while it is in use: NAME_deadline_ms (1000),
 * NAME_default (0: allow; or a negative errno), NAME_quota (64: how many may wait),
 * NAME_keep_max_ms (60000: for how long answers are kept at most). KX_DOOR_WITH() has other
 * beginnings. Linux 6.1.
 */
#ifndef KX_DOOR_BPF_H
#define KX_DOOR_BPF_H

#include <kx/await.bpf.h>

#ifndef KX_DOOR_ROOM
#define KX_DOOR_ROOM	(256 * 1024)	/* bytes of questions and messages: a power of two */
#endif
#ifndef KX_DOOR_KEPT
#define KX_DOOR_KEPT	4096		/* answers that are kept */
#endif

#define KX_DOOR(name, request_type, reply_type, text)			\
	KX_DOOR_WITH(name, request_type, reply_type, text, 1000, 0, 64, 60000)

/* Maps: who asks and who answers write slots; the ring has one reader, the service. */
#define KX_DOOR_MAPS_(name, request_type, reply_type)			\
	_Static_assert(sizeof(request_type) <= 4096, "a request of " #name " is too long"); \
	_Static_assert(sizeof(reply_type) <= 512, "a reply of " #name " is too long"); \
	struct name##_kept {						\
		__u64 until_ns;						\
		__u64 tag;						\
		__s32 verdict;						\
		__u32 unused;						\
		__typeof__(reply_type) reply __attribute__((aligned(8)));	\
	} __attribute__((aligned(8)));					\
	struct name##_slot {						\
		struct kx_door_slot head;				\
		struct name##_kept kept;				\
	};								\
	struct name##_record {						\
		struct kx_door_record head;				\
		__typeof__(request_type) request;			\
	} __attribute__((aligned(8)));					\
	struct name##_in {						\
		struct kx_door_op op;					\
		__typeof__(reply_type) reply __attribute__((aligned(8)));	\
	} __attribute__((aligned(8)));					\
	struct name##_block {						\
		struct name##_in in;					\
		struct kx_door_out out __attribute__((aligned(8)));	\
		__typeof__(request_type) request[0];			\
	} __attribute__((aligned(8)));					\
	struct {							\
		__uint(type, BPF_MAP_TYPE_ARRAY);			\
		__uint(max_entries, KX_DOOR_SLOTS);			\
		__uint(map_flags, BPF_F_MMAPABLE);			\
		__type(key, __u32);					\
		__type(value, struct name##_slot);			\
	} name##_slots SEC(".maps");					\
	struct {							\
		__uint(type, BPF_MAP_TYPE_ARRAY);			\
		__uint(max_entries, 1);					\
		__uint(map_flags, BPF_F_MMAPABLE);			\
		__type(key, __u32);					\
		__type(value, struct kx_door_server);			\
	} name##_server SEC(".maps");					\
	struct {							\
		__uint(type, BPF_MAP_TYPE_RINGBUF);			\
		__uint(max_entries, KX_DOOR_ROOM);			\
	} name##_ring SEC(".maps");					\
	struct {							\
		__uint(type, BPF_MAP_TYPE_LRU_HASH);			\
		__uint(max_entries, KX_DOOR_KEPT);			\
		__type(key, __u64[2]);					\
		__type(value, struct name##_kept);			\
	} name##_kept SEC(".maps");					\
	struct name##_task {						\
		struct kx_door_asked head;				\
		struct name##_kept last;				\
	} __attribute__((aligned(8)));					\
	struct {							\
		__uint(type, BPF_MAP_TYPE_TASK_STORAGE);		\
		__uint(map_flags, BPF_F_NO_PREALLOC);			\
		__type(key, int);					\
		__type(value, struct name##_task);			\
	} name##_asked SEC(".maps")

/* The service calls it: attaches, answers, leaves. */
#define KX_DOOR_PROGRAM_(name, text)					\
	static __always_inline int name##_keep(struct name##_slot *slot, __u32 keep_ms) \
	{								\
		__u32 most = name##_keep_max_ms;			\
									\
		if (keep_ms > most)					\
			keep_ms = most;					\
		if (!keep_ms)						\
			return 0;					\
		slot->kept.tag = slot->head.cache[0];			\
		slot->kept.until_ns = bpf_ktime_get_ns() + keep_ms * 1000000ULL; \
		bpf_map_update_elem(&name##_kept, &slot->head.cache, &slot->kept, BPF_ANY); \
		return 0;						\
	}								\
	static __always_inline int name##_answer(struct name##_block *ctx, \
						 struct kx_door_server *server, __u32 tgid) \
	{								\
		__u32 index = ctx->in.op.slot;				\
		struct name##_slot *slot = bpf_map_lookup_elem(&name##_slots, &index); \
		struct kx_door_op op;					\
		int err;						\
									\
		KX_COPY_(&op, &ctx->in.op, sizeof(op));			\
		if (!slot) {						\
			kx_door_count(server, KX_DOOR_LATE);		\
			return -116;					\
		}							\
		err = kx_door_answer(server, &slot->head, &op, tgid);	\
		if (err)						\
			return err;					\
		slot->kept.verdict = op.verdict;			\
		KX_COPY_(&slot->kept.reply, &ctx->in.reply,		\
			 sizeof(struct name##_in) - sizeof(struct kx_door_op)); \
		name##_keep(slot, op.keep_ms);				\
		__sync_lock_test_and_set(&slot->head.state, KX_DOOR_ANSWERED); \
		return 0;						\
	}								\
	SEC("syscall") KX_TAG("kx.door=" text)				\
	int name(struct name##_block *ctx)				\
	{								\
		__u32 zero = 0, tgid = bpf_get_current_pid_tgid() >> 32; \
		struct kx_door_server *server = bpf_map_lookup_elem(&name##_server, &zero); \
		struct kx_door_op op;					\
									\
		if (!server)						\
			return -2;					\
		ctx->out.tgid = tgid;					\
		ctx->out.blocks = kx_door_blocks();			\
		KX_COPY_(&op, &ctx->in.op, sizeof(op));			\
		if (op.kind == KX_DOOR_OP_ATTACH)			\
			return kx_door_attach(server, tgid);		\
		if (op.kind == KX_DOOR_OP_ANSWER)			\
			return name##_answer(ctx, server, tgid);	\
		if (op.kind == KX_DOOR_OP_KEEPER)			\
			return kx_door_keep(server, op.wait, tgid);	\
		if (!tgid || (tgid != server->tgid && tgid != server->keeper)) \
			return -1;					\
		if (op.kind == KX_DOOR_OP_EXPIRE)			\
			kx_door_expire(&name##_slots, bpf_ktime_get_ns(), KX_DOOR_DEADLINE); \
		else if (op.kind == KX_DOOR_OP_DETACH)			\
			kx_door_end(&name##_slots, server);		\
		else							\
			return -22;					\
		return 0;						\
	}								\
	/* The service has ended, however; or one that was stopped. */	\
	SEC("tp_btf/sched_process_exit")				\
	int BPF_PROG(name##_exit, struct task_struct *task)		\
	{								\
		struct kx_door_server *server;				\
		struct kx_door_slot *slot;				\
		__u32 zero = 0;						\
									\
		server = bpf_map_lookup_elem(&name##_server, &zero);	\
		if (!server || (!server->session && !server->waiting))	\
			return 0;					\
		if ((__u32)task->tgid == server->tgid && !task->signal->live.counter) \
			kx_door_end(&name##_slots, server);		\
		slot = kx_door_mine(&name##_slots, server, task);	\
		if (!slot)						\
			return 0;					\
		kx_door_count(server, KX_DOOR_GONE);			\
		kx_door_leave(server, slot);				\
		return 0;						\
	}

/* What the hooks call. */
#define KX_DOOR_ASK_(name, request_type, reply_type)			\
	/* A reservation is not given back before the slot is filled: one at a time. */ \
	static __always_inline int name##_put(struct kx_door_server *server, __u32 opcode, \
					      const __typeof__(request_type) *request, __u32 way, \
					      struct kx_door_place *place)	\
	{								\
		struct name##_record *record;				\
		struct kx_door_slot *slot;				\
									\
		slot = kx_door_claim(&name##_slots, server, name##_quota, place); \
		if (!slot)						\
			return KX_DOOR_FULL;				\
		/* Before it can be answered: SIGCONT must not come first. */ \
		if (way == KX_DOOR_STOP && bpf_send_signal_thread(KX_SIGSTOP)) { \
			kx_door_leave(server, slot);			\
			return KX_DOOR_CANNOT;				\
		}							\
		record = bpf_ringbuf_reserve(&name##_ring, sizeof(*record), 0); \
		if (!record) {						\
			/* A stop that is on its way already: the keeper ends it. */ \
			slot->outcome = KX_DOOR_FULL;			\
			if (way != KX_DOOR_STOP) {			\
				kx_door_leave(server, slot);		\
				return KX_DOOR_FULL;			\
			}						\
			place->key = kx_door_key();			\
			kx_door_sign(slot, place, way);			\
			__sync_lock_test_and_set(&slot->state, KX_DOOR_DEFAULTED); \
			return -1;					\
		}							\
		kx_door_fill(slot, &record->head, place, name##_deadline_ms, way); \
		record->head.opcode = opcode;				\
		__builtin_memcpy(&record->request, request, sizeof(record->request)); \
		__sync_lock_test_and_set(&slot->state, KX_DOOR_ASKED);	\
		bpf_ringbuf_submit(record, 0);				\
		return -1;						\
	}								\
	static __always_inline int name##_take(struct kx_door_server *server, \
					       struct name##_slot *slot, \
					       __typeof__(reply_type) *reply) \
	{								\
		int verdict = name##_default;				\
		__u32 outcome = KX_DOOR_GOT;				\
									\
		if (slot->head.state == KX_DOOR_ANSWERED) {		\
			verdict = slot->kept.verdict;			\
			__builtin_memcpy(reply, &slot->kept.reply, sizeof(*reply)); \
		} else {						\
			outcome = slot->head.outcome;			\
		}							\
		kx_door_count(server, outcome);				\
		kx_door_leave(server, &slot->head);			\
		return kx_door_verdict(verdict);			\
	}								\
	/* The call that this verdict is for may come to the same question once more. */ \
	static __always_inline int name##_keep_call(const struct kx_door_server *server, \
						    const struct kx_door_place *place, \
						    int verdict,	\
						    const __typeof__(reply_type) *reply) \
	{								\
		struct name##_task *asked;				\
									\
		asked = bpf_task_storage_get(&name##_asked, bpf_get_current_task_btf(), NULL, \
					     BPF_LOCAL_STORAGE_GET_F_CREATE); \
		/* Then what it asks within is asked once more. */	\
		if (!asked)						\
			return verdict;					\
		asked->last.verdict = verdict;				\
		__builtin_memcpy(&asked->last.reply, reply, sizeof(*reply)); \
		asked->head.cache[0] = place->cache[0];			\
		asked->head.cache[1] = place->cache[1];			\
		asked->head.call = kx_door_this_call() ^ server->session;	\
		return verdict;						\
	}								\
	/* The same question within the same call has the same answer. 1: it is another. */ \
	static __noinline int name##_within(struct kx_door_asked *asked, \
					    const struct kx_door_server *server, \
					    const struct kx_door_place *place, \
					    __typeof__(reply_type) *reply) \
	{								\
		struct name##_kept *last = &((struct name##_task *)asked)->last; \
		__u64 call = asked->call;				\
									\
		if (!kx_door_is_within()) {				\
			/* A new call; or one that is asked twice by itself. */ \
			asked->call = 0;				\
			return 1;					\
		}							\
		if (!call || call != (kx_door_this_call() ^ server->session) || \
		    asked->cache[0] != place->cache[0] || asked->cache[1] != place->cache[1]) \
			return 1;					\
		__builtin_memcpy(reply, &last->reply, sizeof(*reply));	\
		return last->verdict;					\
	}								\
	/* What it was stopped for: the verdict; KX_RESTART: not yet; 1: another question. */ \
	static __noinline int name##_resume(struct kx_door_server *server, \
					    struct name##_slot *slot, \
					    const struct kx_door_place *place, \
					    __typeof__(reply_type) *reply) \
	{								\
		if (slot->head.state != KX_DOOR_ANSWERED &&		\
		    slot->head.state != KX_DOOR_DEFAULTED) {		\
			if (slot->head.cache[0] != place->cache[0] ||	\
			    slot->head.cache[1] != place->cache[1] ||	\
			    slot->head.repeats++ >= KX_DOOR_REPEATS) {	\
				if (!kx_door_give_up(&slot->head, KX_DOOR_GONE)) \
					return KX_RESTART;		\
			} else {					\
				/* Somebody else has let it go on. */	\
				bpf_send_signal_thread(KX_SIGSTOP);	\
				return KX_RESTART;			\
			}						\
		}							\
		if (slot->head.cache[0] == place->cache[0] &&		\
		    slot->head.cache[1] == place->cache[1])		\
			return name##_keep_call(server, place,		\
						name##_take(server, slot, reply), reply); \
		kx_door_count(server, KX_DOOR_GONE);			\
		kx_door_leave(server, &slot->head);			\
		return 1;						\
	}								\
	static __always_inline int name##_block_(struct kx_door_server *server, \
						 const struct kx_door_place *place, \
						 __typeof__(reply_type) *reply) \
	{								\
		__u32 index = place->slot;				\
		struct name##_slot *slot = bpf_map_lookup_elem(&name##_slots, &index); \
									\
		if (!slot)						\
			return 0;					\
		for (int i = 0; i < 64; i++) {				\
			if (slot->head.state != KX_DOOR_ANSWERED &&	\
			    slot->head.state != KX_DOOR_DEFAULTED)	\
				kx_door_sleep(server, place);		\
			if (slot->head.state == KX_DOOR_ANSWERED ||	\
			    slot->head.state == KX_DOOR_DEFAULTED)	\
				break;					\
			/* Its memory is gone, or this task is being killed. */ \
			if (kx_door_give_up(&slot->head, server->session ? KX_DOOR_GONE : \
									   KX_DOOR_DIED)) \
				break;					\
		}							\
		return name##_take(server, slot, reply);		\
	}								\
	static __noinline int name##_cached(struct kx_door_server *server, \
					    struct kx_door_place *place, \
					    __typeof__(reply_type) *reply) \
	{								\
		struct name##_kept *kept = bpf_map_lookup_elem(&name##_kept, &place->cache); \
		int verdict;						\
									\
		if (!kept || kept->until_ns < bpf_ktime_get_ns()) \
			return 1;					\
		verdict = kept->verdict;				\
		__builtin_memcpy(reply, &kept->reply, sizeof(*reply));	\
		/* It may have become another's meanwhile. */		\
		asm volatile("" ::: "memory");				\
		if (kept->tag != place->cache[0]) {			\
			__builtin_memset(reply, 0, sizeof(*reply));	\
			return 1;					\
		}							\
		kx_door_count(server, KX_DOOR_CACHED);			\
		return kx_door_verdict(verdict);			\
	}								\
	static __always_inline int name##_any_(__u32 opcode, __u64 key,	\
					       const __typeof__(request_type) *request, \
					       __typeof__(reply_type) *reply, __u32 ways) \
	{								\
		struct kx_door_place place = {};			\
		struct kx_door_server *server;				\
		struct kx_door_asked *asked;				\
		struct kx_door_slot *slot;				\
		__u32 zero = 0;						\
		int verdict, why = KX_DOOR_NOBODY;			\
									\
		__builtin_memset(reply, 0, sizeof(*reply));		\
		server = bpf_map_lookup_elem(&name##_server, &zero);	\
		if (!server)						\
			return 0;					\
		if (!server->session && !server->waiting) {		\
			kx_door_count(server, KX_DOOR_ASKS);		\
			goto given_up;					\
		}							\
		if (kx_door_is_own(server)) {				\
			kx_door_count(server, KX_DOOR_EXEMPT);		\
			return 0;					\
		}							\
		KX_DOOR_NAME_(&place, server, opcode, key, request);	\
		if (ways & KX_DOOR_STOP) {				\
			slot = kx_door_mine(&name##_slots, server, bpf_get_current_task_btf()); \
			if (slot) {					\
				verdict = name##_resume(server, (struct name##_slot *)slot, \
							&place, reply);	\
				if (verdict <= 0)			\
					return kx_door_verdict(verdict); \
			}						\
			asked = bpf_task_storage_get(&name##_asked, bpf_get_current_task_btf(), \
						     NULL, 0);		\
			verdict = asked ? name##_within(asked, server, &place, reply) : 1; \
			if (verdict <= 0) {				\
				kx_door_count(server, KX_DOOR_ASKS);	\
				kx_door_count(server, KX_DOOR_CACHED);	\
				return kx_door_verdict(verdict);	\
			}						\
		}							\
		kx_door_count(server, KX_DOOR_ASKS);			\
		verdict = name##_cached(server, &place, reply);		\
		if (verdict <= 0)					\
			return kx_door_verdict(verdict);		\
		if (!server->session)					\
			goto given_up;					\
		why = KX_DOOR_CANNOT;					\
		if (ways & KX_DOOR_BLOCK && kx_door_blocks() && server->wait) {	\
			why = name##_put(server, opcode, request, KX_DOOR_BLOCK, &place); \
			if (why < 0)					\
				return kx_door_verdict(name##_block_(server, &place, reply)); \
		} else if (ways & KX_DOOR_STOP && kx_door_can_stop()) {	\
			why = name##_put(server, opcode, request, KX_DOOR_STOP, &place); \
			if (why < 0)					\
				return KX_RESTART;			\
		}							\
	given_up:							\
		kx_door_count(server, why);				\
		return kx_door_verdict(name##_default);			\
	}								\
	static __always_inline __attribute__((unused)) int		\
	name##_ask(__u32 opcode, __u64 key, const __typeof__(request_type) *request, \
		   __typeof__(reply_type) *reply)			\
	{								\
		return name##_any_(opcode, key, request, reply, KX_DOOR_STOP);	\
	}								\
	static __always_inline __attribute__((unused)) int		\
	name##_wait(__u32 opcode, __u64 key, const __typeof__(request_type) *request, \
		    __typeof__(reply_type) *reply)			\
	{								\
		return name##_any_(opcode, key, request, reply, KX_DOOR_BLOCK | KX_DOOR_STOP);	\
	}								\
	static __always_inline __attribute__((unused)) int		\
	name##_call(__u32 opcode, __u64 key, const __typeof__(request_type) *request, \
		    __typeof__(reply_type) *reply)			\
	{								\
		return name##_any_(opcode, key, request, reply, KX_DOOR_BLOCK);	\
	}								\
	static __always_inline __attribute__((unused)) void		\
	name##_tell(__u32 opcode, const __typeof__(request_type) *request) \
	{								\
		struct kx_door_server *server;				\
		struct name##_record *record = NULL;			\
		__u32 zero = 0;						\
									\
		server = bpf_map_lookup_elem(&name##_server, &zero);	\
		if (!server)						\
			return;						\
		kx_door_count(server, KX_DOOR_TOLD);			\
		if (server->session)					\
			record = bpf_ringbuf_reserve(&name##_ring, sizeof(*record), 0); \
		if (!record) {						\
			kx_door_count(server, KX_DOOR_LOST);		\
			return;						\
		}							\
		__builtin_memset(&record->head, 0, sizeof(record->head)); \
		record->head.time_ns = bpf_ktime_get_ns();		\
		record->head.opcode = opcode;				\
		__builtin_memcpy(&record->request, request, sizeof(record->request)); \
		bpf_ringbuf_submit(record, 0);				\
	}								\
	struct name##_record

/*
 * @deadline_ms, @verdict (the default), @quota, @keep_max_ms: what its parameters begin
 * with; literals, or macros that are.
 */
#define KX_DOOR_WITH(name, request_type, reply_type, text,		\
		     deadline_ms, verdict, quota, keep_max_ms)		\
	KX_PARAM(__u32, name##_deadline_ms, "for how long a question of " #name " waits", \
		 KX_RANGE(1, 60000)) = deadline_ms;			\
	KX_PARAM(__s32, name##_default, "the verdict of " #name " without an answer", \
		 KX_RANGE(-511, 0)) = verdict;				\
	KX_PARAM(__u32, name##_quota, "questions of " #name " that wait at most", \
		 KX_RANGE(0, 64)) = quota;				\
	KX_PARAM(__u32, name##_keep_max_ms, "for how long answers of " #name " are kept at most", \
		 KX_RANGE(0, 3600000)) = keep_max_ms;			\
	KX_DOOR_MAPS_(name, request_type, reply_type);			\
	KX_DOOR_PROGRAM_(name, text)					\
	KX_DOOR_ASK_(name, request_type, reply_type)

#endif
