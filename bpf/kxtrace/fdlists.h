/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Descriptors in memory behind arguments: pairs, sets, lists, messages. */
#ifndef KXTRACE_FDLISTS_H
#define KXTRACE_FDLISTS_H

#define MAX_LISTED	32	/* as many as are shown */
#define MAX_SET		1024
#define POLLFD_SIZE	8
#define RIGHTS_MAX	16
#define MAX_CMSGS	4

/* select takes an int, and refuses a negative one. */
static __always_inline u32 set_size(s32 nr)
{
	return nr < 0 ? 0 : nr;
}

/* Descriptors in a row in memory, or a set of them, of whose bits 64 are at hand. */
struct listed_fds {
	u64 from;
	u64 word;
	u32 stride;	/* 0: a set of bits */
	u32 pad;
};

/* The one at `i`, -1 if the set has it not; false where memory ends. */
static __always_inline bool read_listed(struct listed_fds *list, u64 i, s32 *fd)
{
	*fd = i;
	if (list->stride)
		return !bpf_probe_read_user(fd, sizeof(*fd),
					    (void *)(list->from + i * list->stride));
	if (!(i & 63) && bpf_probe_read_user(&list->word, sizeof(list->word),
					     (void *)(list->from + i / 8)))
		return false;
	if (!(list->word >> (i & 63) & 1))
		*fd = -1;
	return true;
}

struct fd_list {
	struct listed_fds fds;
	struct scratch *s;
};

static long add_listed(u64 i, struct fd_list *list)
{
	s32 fd;

	if (!read_listed(&list->fds, i, &fd))
		return 1;
	if (fd >= 0)
		add_fd(list->s, KXT_ARG_FD_WITHIN, fd, KXT_AT_EXIT);
	return 0;
}

/* `nr` of them, `stride` bytes apart; without a stride a set of `nr` bits. */
__noinline int add_fd_list(struct scratch *s, u64 from, u32 nr, u32 stride)
{
	struct fd_list list = { .fds = { .from = from, .stride = stride }, .s = s };
	u32 most = stride ? MAX_LISTED : MAX_SET;

	if (!s || !from)
		return 0;
	bpf_loop(nr < most ? nr : most, add_listed, &list, 0);
	return 0;
}

#define SOL_SOCKET	1
#define SCM_RIGHTS	1

struct cmsg_copy {
	u64 len;
	u32 level;
	u32 type;
};

/* Where the control messages of a msghdr are: a pointer and a length. */
static __always_inline bool read_control(u64 msghdr, u32 narrow, u64 *control)
{
	if (!narrow)
		return !bpf_probe_read_user(control, 2 * sizeof(u64), (void *)
				(msghdr + offsetof(struct msghdr_copy, control)));
	if (bpf_probe_read_user(control, 2 * sizeof(u32), (void *)
				(msghdr + offsetof(struct msghdr_narrow, control))))
		return false;
	control[1] = control[0] >> 32;
	control[0] = (u32)control[0];
	return true;
}

/* Its length has 32 bits in a 32-bit program; the rest is the same. */
static __always_inline bool read_cmsg(struct cmsg_copy *cmsg, u32 narrow, u64 from)
{
	u32 width = narrow ? 4 : 8;

	cmsg->len = 0;
	return !bpf_probe_read_user(&cmsg->len, width, (void *)from) &&
	       !bpf_probe_read_user(&cmsg->level, 8, (void *)(from + width));
}

__noinline int add_fd_rights(struct scratch *s, u64 msghdr, u32 narrow)
{
	u64 at, end, nr, head = narrow ? 12 : 16;
	struct cmsg_copy cmsg;
	u64 control[2];
	int i;

	if (!s || !read_control(msghdr, narrow, control))
		return 0;
	at = control[0];
	end = at + control[1];
	for (i = 0; i < MAX_CMSGS; i++) {
		if (at + head > end || !read_cmsg(&cmsg, narrow, at) || cmsg.len < head)
			return 0;
		nr = (cmsg.len - head) / sizeof(u32);
		if (cmsg.level == SOL_SOCKET && cmsg.type == SCM_RIGHTS)
			add_fd_list(s, at + head,
				    nr < RIGHTS_MAX ? nr : RIGHTS_MAX, sizeof(u32));
		at += narrow ? (cmsg.len + 3) & ~3ULL : ALIGNED(cmsg.len);
	}
	return 0;
}

/* Sets are overwritten by the call, pairs are there afterwards only. */
static __always_inline void add_fds_within(struct scratch *s, u32 within,
					   u32 args, u32 when)
{
	bool failed = s->rec.ret < 0 && s->rec.ret >= -4095;
	u32 i;

	if ((within == KXT_LIST_SETS) != (when == KXT_AT_ENTER))
		return;
	if (within == KXT_LIST_PAIR && failed)
		return;
	for (i = 0; i < KXT_NR_ARGS; i++) {
		if (!(args & 1 << i))
			continue;
		if (within == KXT_LIST_RIGHTS)
			add_fd_rights(s, s->rec.args[i],
				      rows[s->row & (KXT_NR_ROWS - 1)].ops[i].when &
				      KXT_NARROW);
		else if (within == KXT_LIST_SETS)
			add_fd_list(s, s->rec.args[i],
				    set_size(s->rec.args[0]), 0);
		else if (within == KXT_LIST_PAIR)
			add_fd_list(s, s->rec.args[i], 2, sizeof(u32));
		else if (i + 1 < KXT_NR_ARGS)
			add_fd_list(s, s->rec.args[i], s->rec.args[i + 1],
				    POLLFD_SIZE);
	}
}

#endif
