/* SPDX-License-Identifier: GPL-2.0-only */
/* Calls about processes and threads. */
#ifndef KXTRACE_PROCESS_H
#define KXTRACE_PROCESS_H

#include <sys/resource.h>
#include <sys/wait.h>

#include "args.h"
#include "creds.h"
#include "prctl.h"
#include "ptrace.h"
#include "sched.h"
#include "siginfo.h"
#include "time.h"
#include "../xlat/process.h"

/* As of Linux 5.7; what a longer one has is not known here. */
struct kclone_args {
	uint64_t flags;
	uint64_t pidfd;
	uint64_t child_tid;
	uint64_t parent_tid;
	uint64_t exit_signal;
	uint64_t stack;
	uint64_t stack_size;
	uint64_t tls;
	uint64_t set_tid;
	uint64_t set_tid_size;
	uint64_t cgroup;
};

/* clone's arguments, in the order in which they are shown. */
arg_printer print_clone_stack, print_clone_flags, print_clone_parent_tid;
arg_printer print_clone_tls, print_clone_child_tid;
arg_printer print_clone_args, print_unshare_flags;
arg_printer print_wait_status, print_waitid_info;
arg_printer print_rusage, print_wait_rusage, print_rlimit;
/* With P_PIDFD it is a descriptor. */
arg_printer print_waitid_id;
#define WAITID_ID(n)	{ n, print_waitid_id, .aux = P_PID }
arg_printer print_kcmp_index, print_addr_pointer, print_hex32;
arg_printer print_iov_pointers, print_personality, print_user_desc;

void note_personality(struct out *o, struct call *c);

/* exec replaces the memory that its arguments are in. */
#define PATH_EARLY(n)							\
	{ n, print_string, CAPTURE(PATH, IN_EARLY, KXT_FROM_NONE, 0) }
#define RLIMIT(n, when)							\
	{ n, print_rlimit, CAPTURE(FIXED, when, KXT_FROM_NONE, 16) }
#define USER_DESC(n, when)						\
	{ n, print_user_desc, CAPTURE(FIXED, when, KXT_FROM_NONE, 16) }
#define IOV_POINTERS(n, from)						\
	{ n, print_iov_pointers, CAPTURE(ARRAY, IN, from, 16) }
#define ADDR_PTR(n)							\
	{ n, print_addr_pointer, CAPTURE(FIXED, OUT, KXT_FROM_NONE, 8) }

/* A process where the argument before has the value `which`. */
arg_printer print_who;
#define IOPRIO_PROCESS	1	/* IOPRIO_WHO_PROCESS of <linux/ioprio.h> */
#define WHO(n, which)	{ n, print_who, .aux = (which) }

#endif
