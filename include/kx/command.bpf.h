/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Commands: kernel code that a user calls, with a block of input, a block of output and
 * a result.
 *
 *	struct greet_in {
 *		char name[32];
 *	};
 *	struct greet_out {
 *		char text[64];
 *	};
 *	KX_COMMAND(greet, struct greet_in, struct greet_out, "says hello", KX_NUMBER(1))
 *	{
 *		if (!in->name[0])
 *			return -1;
 *		BPF_SNPRINTF(out->text, sizeof(out->text), "hello, %s", in->name);
 *		return 0;
 *	}
 *
 * `kx call INSTANCE.greet name=world` calls it; so does kx_call(). The body has `in` and
 * `out`, copies that nobody else sees; out is zeros at first, and reaches the
 * user whatever the result. It may sleep. Text from a user ends within its member: kx
 * sees to that, but a caller of bpf(2) may not. KX_NONE stands for no input, or no output.
 *
 * Input and output have 256 bytes together; KX_COMMAND_LARGE takes 8192, with at most
 * 16 calls at a time: the next one gets -EBUSY.
 */
#ifndef KX_COMMAND_BPF_H
#define KX_COMMAND_BPF_H

#include <kx/own.bpf.h>

struct kx_none {
};
#define KX_NONE		struct kx_none

/* A number it may be called by as well: an integer literal, or a macro that is one. */
#define KX_NUMBER(number)	KX_TAG("kx.number=" KX_TEXT(number))

#define KX_COMMAND_MAX		256
#define KX_COMMAND_LARGE_MAX	8192
#define KX_COMMAND_CALLS	16

/* The context of the program: what bpf(2) copies in and out. */
#define KX_BLOCK_(name, in_type, out_type)				\
	struct name##_block {						\
		__typeof__(in_type) in;					\
		__typeof__(out_type) out __attribute__((aligned(8)));	\
	} __attribute__((aligned(8)))

#define KX_COMMAND(name, in_type, out_type, text, ...)			\
	KX_BLOCK_(name, in_type, out_type);				\
	_Static_assert(sizeof(struct name##_block) <= KX_COMMAND_MAX,	\
		       "the blocks of " #name " are too long: KX_COMMAND_LARGE takes more"); \
	static __always_inline int kx_body_##name(const __typeof__(in_type) *in, \
						  __typeof__(out_type) *out); \
	SEC("syscall") KX_TAG("kx.command=" text) __VA_ARGS__		\
	int name(struct name##_block *ctx)				\
	{								\
		struct name##_block copy = {};				\
		int result;						\
									\
		if (kx_slot() != kx_own.slot)				\
			return KX_STALE;				\
		__builtin_memcpy(&copy.in, &ctx->in, sizeof(copy.in));	\
		result = kx_body_##name(&copy.in, &copy.out);		\
		__builtin_memcpy(&ctx->out, &copy.out, sizeof(copy.out)); \
		return result;						\
	}								\
	static __always_inline int kx_body_##name(const __typeof__(in_type) *in, \
						  __typeof__(out_type) *out)

/* Words, so that each is one load and one store; a context has no other way. */
#define KX_COPY_(to, from, len)						\
	do {								\
		_Pragma("unroll")					\
		for (__u32 kx_i_ = 0; kx_i_ < (len) / 8; kx_i_++)	\
			((volatile __u64 *)(to))[kx_i_] =		\
				((const volatile __u64 *)(from))[kx_i_]; \
	} while (0)

#define KX_ZERO_(at, len)						\
	do {								\
		_Pragma("unroll")					\
		for (__u32 kx_i_ = 0; kx_i_ < (len) / 8; kx_i_++)	\
			((volatile __u64 *)(at))[kx_i_] = 0;		\
	} while (0)

#define KX_COMMAND_LARGE(name, in_type, out_type, text, ...)		\
	KX_LARGE_(name, in_type, out_type, KX_TAG("kx.command=" text) __VA_ARGS__)

/* Blocks are in a map: calls are claimed one by one, written by who has claimed it. */
#define KX_LARGE_(name, in_type, out_type, tags)			\
	KX_BLOCK_(name, in_type, out_type);				\
	_Static_assert(sizeof(struct name##_block) <= KX_COMMAND_LARGE_MAX, \
		       "the blocks of " #name " are too long");		\
	struct name##_call {						\
		__u64 claimed;						\
		struct name##_block block;				\
	};								\
	struct {							\
		__uint(type, BPF_MAP_TYPE_ARRAY);			\
		__uint(max_entries, KX_COMMAND_CALLS);			\
		__type(key, __u32);					\
		__type(value, struct name##_call);			\
	} name##_calls SEC(".maps") KX_PRIVATE;					\
	static __noinline int kx_body_##name(const __typeof__(in_type) *in, \
					     __typeof__(out_type) *out); \
	SEC("syscall") tags						\
	int name(struct name##_block *ctx)				\
	{								\
		struct name##_call *call = NULL;			\
		int result = -16; /* EBUSY */				\
									\
		if (kx_slot() != kx_own.slot)				\
			return KX_STALE;				\
		for (__u32 i = 0; i < KX_COMMAND_CALLS; i++) {		\
			__u32 key = i;					\
									\
			call = bpf_map_lookup_elem(&name##_calls, &key); \
			if (!call)					\
				return result;				\
			if (!__sync_lock_test_and_set(&call->claimed, 1)) \
				break;					\
			call = NULL;					\
		}							\
		if (!call)						\
			return result;					\
		KX_COPY_(&call->block, ctx, __builtin_offsetof(struct name##_block, out)); \
		KX_ZERO_(&call->block.out, sizeof(call->block) -	\
			 __builtin_offsetof(struct name##_block, out)); \
		result = kx_body_##name(&call->block.in, &call->block.out); \
		KX_COPY_(ctx, &call->block, sizeof(call->block));	\
		__sync_lock_test_and_set(&call->claimed, 0);		\
		return result;						\
	}								\
	static __noinline int kx_body_##name(const __typeof__(in_type) *in, \
					     __typeof__(out_type) *out)

#endif
