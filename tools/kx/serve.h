/* SPDX-License-Identifier: GPL-2.0-only */
/* What kx serve consists of: the door, the commands that answer, the processes it holds. */
#ifndef KX_TOOL_SERVE_H
#define KX_TOOL_SERVE_H

#include <poll.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include <kx/kx.h>

#define JOBS_MAX	32	/* commands at once; further questions wait */
#define ANSWER_MAX	65536	/* bytes of a line */

/* A command that was started for one question; or the one that is kept running. */
struct job {
	pid_t pid;		/* 0: this place is free */
	int in;			/* -1: it gets no more */
	int out;
	uint64_t id;		/* 0: nobody waits for what it says */
	uint64_t end_ns;	/* it is killed then; 0: never */
	char *text;		/* what it has said and was not taken yet */
	size_t len;
};

struct serve {
	struct kx *kx;
	struct kx_door *door;
	char *const *command;
	bool keep;
	bool at_terminal;	/* commands may ask who sits there, so they stay in our group */
	struct job jobs[JOBS_MAX];
	uint64_t *asked;	/* ids that the kept command was given, oldest first */
	size_t nr_asked;
	bool is_behind;		/* the kept command, which was told */
	uint64_t taken;		/* questions and messages */
	uint64_t unsaid;	/* questions that a command did not answer by JSON */
	int (*deadline_ms)(struct serve *serve);
	void *ctx;
};

uint64_t serve_now(void);

/* Start the command that is kept. All of these tell what is wrong, and return DONE or FAILED. */
int jobs_begin(struct serve *serve);

/* Is there room for another question? */
bool jobs_have_room(const struct serve *serve);

/* Is there a question that a command may still answer? Not after its deadline. */
bool jobs_owe(const struct serve *serve);

/* The handler of the door: starts a command, or writes to the one that is kept. */
int jobs_ask(void *ctx, const struct kx_question *question, struct kx_answer *answer);

/* Descriptors to poll; how many. */
size_t jobs_poll(const struct serve *serve, struct pollfd *out);

/* Read what they say, answer, kill what takes too long. @fds: as polled. */
int jobs_look(struct serve *serve, const struct pollfd *fds, size_t nr);

/* None is left. */
void jobs_end(struct serve *serve);

/*
 * Start @command by the shell, with the calls of @list held ("openat,unlink"). @pid
 * and @listener receive it.
 */
int held_start(struct kx *kx, const char *list, const char *command, pid_t *pid, int *listener);

#endif
