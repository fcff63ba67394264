/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* What a call must be like to be shown; what is not asked for is not there. */
#ifndef KXTRACE_FILTER_H
#define KXTRACE_FILTER_H

#include "state.h"

#define MAX_CGROUP_DEPTH	16

static __always_inline bool comm_matches(void)
{
	u64 comm[2] = {};
	u32 i;

	if (!filter.nr_comms)
		return true;
	bpf_get_current_comm(comm, sizeof(comm));
	for (i = 0; i < KXT_MAX_MATCHES && i < filter.nr_comms; i++) {
		const volatile u64 *wanted = (const volatile u64 *)filter.comms[i];

		if (comm[0] == wanted[0] && comm[1] == wanted[1])
			return true;
	}
	return false;
}

static __always_inline bool uid_matches(void)
{
	u32 i, uid;

	if (!filter.nr_uids)
		return true;
	uid = bpf_get_current_uid_gid();
	for (i = 0; i < KXT_MAX_MATCHES && i < filter.nr_uids; i++)
		if (filter.uids[i] == uid)
			return true;
	return false;
}

static __always_inline bool cgroup_matches(void)
{
	u32 i, level;
	u64 id;

	if (!filter.nr_cgroups)
		return true;
	for (level = 0; level < MAX_CGROUP_DEPTH; level++) {
		id = bpf_get_current_ancestor_cgroup_id(level);
		if (!id)
			return false;
		for (i = 0; i < KXT_MAX_MATCHES && i < filter.nr_cgroups; i++)
			if (filter.cgroups[i] == id)
				return true;
	}
	return false;
}

/* The task alone: asked at the beginning of a call and at its end. */
static __always_inline bool filter_takes_task(void)
{
	return !settings.filtered ||
	       (comm_matches() && uid_matches() && cgroup_matches());
}

static __always_inline bool result_matches(long ret)
{
	u64 err = -ret;
	u32 i;

	if (filter.any_errno) {
		if (err >= KXT_ERRNO_WORDS * 64)
			return false;
		if (!(filter.errnos[err / 64] >> (err & 63) & 1))
			return false;
	}
	if (!filter.nr_results)
		return true;
	for (i = 0; i < KXT_MAX_MATCHES && i < filter.nr_results; i++)
		if (ret >= filter.results[i].from && ret <= filter.results[i].to)
			return true;
	return false;
}

static __always_inline bool time_matches(const struct task_state *state)
{
	u64 spent;

	if (!filter.min_ns && !filter.max_ns)
		return true;
	if (!state->enter_ns)
		return false;
	spent = bpf_ktime_get_ns() - state->enter_ns;
	return spent >= filter.min_ns && (!filter.max_ns || spent <= filter.max_ns);
}

/* Descriptors among the arguments, by the row's bits; the result is the last. */
static __always_inline bool fd_matches(const u64 *args, u32 fd_args, long ret)
{
	u32 i, j;
	s32 fd;

	for (i = 0; i < KXT_NR_ARGS + 1; i++) {
		if (!(fd_args >> i & 1))
			continue;
		fd = i == KXT_NR_ARGS ? ret : args[i];
		for (j = 0; j < KXT_MAX_FDS && j < filter.nr_fds; j++)
			if (filter.fds[j] == fd)
				return true;
	}
	return false;
}

/* Before any memory is read. */
static __always_inline bool
filter_takes_call(const struct task_state *state,
		  long ret, bool returned)
{
	if (!settings.filtered)
		return true;
	if ((filter.any_errno || filter.nr_results) &&
	    (!returned || !result_matches(ret)))
		return false;
	return time_matches(state);
}

__noinline bool prefix_matches(struct scratch *s, u32 at, u32 which)
{
	u32 i, len;

	if (!s || which >= KXT_MAX_MATCHES || at > KXT_DATA_MAX - KXT_PREFIX_MAX)
		return false;
	len = filter.prefixes[which].len;
	for (i = 0; i < KXT_PREFIX_MAX; i++) {
		if (i >= len)
			return true;
		if (s->data[at + i] != filter.prefixes[which].text[i])
			return false;
	}
	return true;
}

/*
 * The paths among the chunks. As the caller wrote them: one that is relative
 * matches a relative prefix.
 */
__noinline bool path_matches(struct scratch *s, u32 nr)
{
	u32 i, j, at = 0, len;

	if (!s)
		return false;
	for (i = 0; i < KXT_NR_ARGS * 2; i++) {
		const struct kxt_chunk *chunk;

		if (at >= s->rec.head.len || at > KXT_DATA_MAX - KXT_PREFIX_MAX - 64)
			return false;
		chunk = (const struct kxt_chunk *)(s->data + at);
		len = chunk->len;
		if (chunk->arg < KXT_NR_ARGS && !(chunk->status & KXT_FAULT) &&
		    rows[nr & (KXT_NR_ROWS - 1)].ops[chunk->arg].kind == KXT_CAP_PATH)
			for (j = 0; j < KXT_MAX_MATCHES && j < filter.nr_prefixes; j++)
				if (prefix_matches(s, at + sizeof(*chunk), j))
					return true;
		at += sizeof(*chunk) + ((len + 7) & 0x1ff8);
	}
	return false;
}

u64 rate_second;	/* the second that is now */
u64 rate_taken;		/* calls that were shown in it */

/* Last, for what has passed all else: within the second's share? */
static __always_inline bool filter_takes_rate(void)
{
	u64 second;

	if (!filter.rate)
		return true;
	second = bpf_ktime_get_ns() / 1000000000;
	if (rate_second != second) {
		rate_second = second;
		rate_taken = 0;
	}
	if (__sync_fetch_and_add(&rate_taken, 1) < filter.rate)
		return true;
	COUNT(over_rate);
	return false;
}

#endif
