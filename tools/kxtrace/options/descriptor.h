/* SPDX-License-Identifier: GPL-2.0-only */
/* Options: files behind descriptors, and selection by them. */
#ifndef KXTRACE_DESCRIPTOR_OPTIONS_H
#define KXTRACE_DESCRIPTOR_OPTIONS_H

#include <stdbool.h>
#include <stdint.h>

#include "../../../bpf/kxtrace/fd.h"

/* --decode-fds, a bit each. */
#define FD_SHOW_PATH		1
#define FD_SHOW_SOCKET		2
#define FD_SHOW_DEV		4
#define FD_SHOW_PIDFD		8
#define FD_SHOW_EVENTFD		16
#define FD_SHOW_SIGNALFD	32
#define FD_ASK_PROC		64	/* what the kernel half was not there for */

struct descriptor_options {
	unsigned int show;		/* -y, --decode-fds: FD_SHOW_* */
	unsigned int nr_paths;		/* -P */
	const char *paths[KXT_MAX_TARGETS];
	/* Held open as long as the trace, so that they stay the same files. */
	int holders[KXT_MAX_TARGETS];	/* -1: there is no such file now */
	bool by_fd;			/* --trace-fds */
	bool beyond;			/* those from 1024 on as well */
	uint64_t fds[KXT_FD_WORDS];
	bool names;			/* --names */
};

/* Whether more than paths is wanted. */
bool fd_details(const struct descriptor_options *opt);

/* For the kernel half; `targets` has KXT_MAX_TARGETS. */
void descriptor_settings(const struct descriptor_options *opt,
			 struct kxt_fd_settings *settings, struct kxt_target *targets);

#endif
