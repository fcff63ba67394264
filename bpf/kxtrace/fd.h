/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Files behind descriptors: what is asked for, and what the kernel half tells. */
#ifndef KXTRACE_FD_H
#define KXTRACE_FD_H

#ifndef __bpf__
#include <linux/types.h>
#endif

/*
 * A chunk KXT_ARG_FD + index holds a struct kxt_fd; so does each chunk
 * KXT_ARG_FD_WITHIN, for a descriptor in the memory behind an argument. Names
 * or a struct kxt_socket follow. There is no chunk when nothing is open there.
 */
#define KXT_ARG_FD_WITHIN	15

enum kxt_file {
	KXT_FILE_PATH,		/* its names, each with a NUL: its own, then upwards */
	KXT_FILE_NAMED,		/* outside of all directories: one name, see magic */
	KXT_FILE_SOCKET,	/* struct kxt_socket, then sun_path */
};

#define KXT_FILE_UNLINKED	1
#define KXT_FILE_CUT		2	/* names nearest to the root are missing */

struct kxt_fd {
	__s32 fd;		/* or AT_FDCWD: the working directory */
	__u8 kind;		/* enum kxt_file */
	__u8 flags;		/* KXT_FILE_* */
	__u16 mode;		/* as st_mode */
	__u32 magic;		/* of its file system */
	__u32 dev;		/* major << 20 | minor */
	__u32 rdev;
	__u32 extra;		/* eventfd: its id, semaphores with the highest bit */
	__u64 ino;
	__u64 value;		/* pidfd: the process; eventfd: the count; signalfd: the set */
};

#define KXT_PROTO_NAME	16

struct kxt_socket {
	char proto[KXT_PROTO_NAME];	/* "TCP", "UNIX-STREAM" ... */
	__u16 family;
	__u16 protocol;
	__u16 port;		/* of this end, 0: not bound */
	__u16 peer_port;
	__u32 path_len;		/* AF_UNIX: bytes of sun_path behind this */
	__u32 portid;		/* AF_NETLINK */
	__u64 peer_ino;		/* AF_UNIX */
	__u8 addr[16];
	__u8 peer_addr[16];
};

/* Descriptors in the memory behind arguments: how they stand there. */
enum kxt_fd_list {
	KXT_LIST_NONE,
	KXT_LIST_PAIR,	/* two ints, filled in by the call */
	KXT_LIST_POLL,	/* struct pollfd, as many as the next argument says */
	KXT_LIST_SETS,	/* select: as many bits as the first argument says */
	KXT_LIST_RIGHTS,	/* struct msghdr: its control messages */
};

/* Calls of many commands, of which some return a descriptor. */
enum kxt_fd_command { KXT_ALL_COMMANDS, KXT_FCNTL, KXT_BPF };

#define KXT_FD_RESULT	64	/* in at_exit, beside a bit per argument */

struct kxt_fd_row {
	__u8 at_enter;		/* arguments whose file the call takes away or changes */
	__u8 at_exit;		/* the other descriptors, and KXT_FD_RESULT */
	__u8 within;		/* enum kxt_fd_list */
	__u8 within_args;	/* a bit for each */
	__u8 paths;		/* arguments that are paths, a bit for each */
	__u8 by_command;	/* enum kxt_fd_command: which results are descriptors */
};

/* --trace-path, --trace-fds: a call is shown if one of its files is among these. */
#define KXT_MAX_TARGETS	16
#define KXT_TARGET_MAX	256
#define KXT_FD_WORDS	16	/* descriptors up to 1023 */

struct kxt_fd_settings {
	__u8 show;		/* chunks are wanted */
	__u8 details;		/* of sockets and the like, too */
	__u8 match;		/* only calls that match */
	__u8 nr_targets;
	__u8 any_fd;		/* `fds` is to be looked at */
	__u8 beyond;		/* descriptors from 1024 on match */
	__u8 casts;		/* this kernel lets a program read by type, at no cost */
	__u8 pad;
	__s32 holders[KXT_MAX_TARGETS];	/* user space's descriptors of the targets */
	__u64 fds[KXT_FD_WORDS];
};

struct kxt_target {
	char path[KXT_TARGET_MAX];
};

/* What a target's path was opened as since: a file may be made, or replaced. */
struct kxt_learned {
	__u64 ino;
	__u32 dev;
	__u32 generation;
};

#endif
