/* SPDX-License-Identifier: GPL-2.0-only */
/* The command that kxtrace starts: found, held, let go, waited for. */
#ifndef KXTRACE_COMMAND_H
#define KXTRACE_COMMAND_H

#include <stdbool.h>
#include <sys/types.h>

#include "options.h"

/*
 * The child waits in a pipe until command_go(): by then it is traced. It
 * never runs the program when kxtrace dies before that.
 */
struct injector;

struct command {
	const struct command_options *start;
	char *path;
	char **argv;
	pid_t task;		/* that becomes it, to be traced */
	pid_t pid;		/* the same to wait for; 0: waited for, or not our child */
	int gate;		/* the pipe's end of ours, -1 when open */
	struct injector *injector;	/* NULL: nothing is injected */
	int status;		/* of wait(), once the child has ended */
};

/* -ENOENT, -EACCES ... after one sentence on stderr. */
int command_find(struct command *command, const struct options *opt);
int command_fork(struct command *command);
/*
 * -D: the caller becomes the command, and this returns in another process, which
 * is to trace it. Before anything has been opened or loaded.
 */
int command_daemonize(struct command *command);
void command_go(struct command *command);
/* Takes the child's status if it has ended; true when it has. */
bool command_reap(struct command *command);
/* Waits until it has ended, as when the output was closed before. */
void command_wait(struct command *command);
/* One that was never let go ends by itself when the gate closes. */
void command_done(struct command *command);

#endif
