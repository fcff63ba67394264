/* SPDX-License-Identifier: GPL-2.0-only */
/* Options: how the command is started. */
#ifndef KXTRACE_COMMAND_OPTIONS_H
#define KXTRACE_COMMAND_OPTIONS_H

#include <stdbool.h>
#include <sys/types.h>

#define MAX_ENV		128

/* -D -DD -DDD: where the tracer goes, in the background. */
enum daemonize { DAEMONIZE_NOT, DAEMONIZE_GRANDCHILD, DAEMONIZE_PGROUP, DAEMONIZE_SESSION };

/* -I: which signals end the trace. */
enum interruptible {
	INTERRUPT_DEFAULT, INTERRUPT_ANYWHERE, INTERRUPT_WAITING, INTERRUPT_NEVER,
	INTERRUPT_NEVER_TSTP,
};

enum tips { TIPS_NOT, TIPS_COMPACT, TIPS_FULL };

struct command_options {
	const char *env[MAX_ENV];	/* -E NAME=VALUE or NAME, in their order */
	unsigned int nr_env;
	const char *argv0;		/* --argv0 */
	const char *user;		/* -u as it was given; NULL: ours */
	const char *user_name;		/* for its supplementary groups; NULL: none */
	uid_t uid;
	gid_t gid;
	bool detach_on_exec;		/* -b execve */
	enum daemonize daemonize;
	enum interruptible interruptible;
	bool kill_on_exit;
	bool debug;			/* -d */
	enum tips tips;
	int tip;			/* its number; -1: any */
};

#endif
