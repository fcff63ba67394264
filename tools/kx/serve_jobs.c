// SPDX-License-Identifier: GPL-2.0-only
/* kx serve: the commands that answer, one for each question or one for all. */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "cli/own.h"
#include "serve.h"
#include "verb.h"

#define LATE_MS		100	/* after the deadline: nobody waits any more */

uint64_t serve_now(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * 1000000000ULL + now.tv_nsec;
}

/* In the child: standard input and output become these. */
static void become(const struct serve *serve, int in, int out)
{
	if (!serve->at_terminal)
		setpgid(0, 0);
	signal(SIGPIPE, SIG_DFL);
	if (dup2(in, STDIN_FILENO) < 0 || (out >= 0 && dup2(out, STDOUT_FILENO) < 0))
		_exit(126);
	execvp(serve->command[0], serve->command);
	fprintf(stderr, "kx: %s: %s\n", serve->command[0], strerror(errno));
	_exit(127);
}

static struct job *job_free(struct serve *serve)
{
	for (size_t i = 0; i < JOBS_MAX; i++)
		if (!serve->jobs[i].pid)
			return &serve->jobs[i];
	return NULL;
}

/* @out: its output comes here; else it is that of kx. */
static int job_start(struct serve *serve, struct job *job, int in, bool out)
{
	int pipes[2] = { -1, -1 };
	pid_t pid;

	*job = (struct job){ .in = -1, .out = -1 };
	if (out && pipe2(pipes, O_CLOEXEC))
		return tell("%s: %s", serve->command[0], strerror(errno));
	job->text = malloc(ANSWER_MAX + 1);
	pid = job->text ? fork() : -1;
	if (!pid)
		become(serve, in, pipes[1]);
	if (pipes[1] >= 0)
		close(pipes[1]);
	if (pid < 0) {
		if (pipes[0] >= 0)
			close(pipes[0]);
		free(job->text);
		return tell("%s: cannot be started: %s", serve->command[0], strerror(errno));
	}
	if (!serve->at_terminal)
		setpgid(pid, pid);
	job->pid = pid;
	job->out = pipes[0];
	return DONE;
}

/* With all that it has started, where it has a group of its own. */
static void job_kill(const struct serve *serve, const struct job *job)
{
	(void)kill(serve->at_terminal ? job->pid : -job->pid, SIGKILL);
}

static void job_done(struct job *job)
{
	if (job->in >= 0)
		close(job->in);
	if (job->out >= 0)
		close(job->out);
	free(job->text);
	*job = (struct job){ .in = -1, .out = -1 };
}

/* Of a group that is not in the foreground, who reads from the terminal is stopped. */
static bool in_foreground(void)
{
	int tty = open("/dev/tty", O_RDWR | O_CLOEXEC);
	bool foreground = tty >= 0 && tcgetpgrp(tty) == getpgrp();

	if (tty >= 0)
		close(tty);
	return foreground;
}

int jobs_begin(struct serve *serve)
{
	int in[2], status;

	serve->at_terminal = in_foreground();
	if (!serve->keep)
		return DONE;
	if (pipe2(in, O_CLOEXEC))
		return tell("%s: %s", serve->command[0], strerror(errno));
	status = job_start(serve, &serve->jobs[0], in[0], true);
	close(in[0]);
	if (status)
		close(in[1]);
	else
		serve->jobs[0].in = in[1];
	/* One that does not read shall not stop us. */
	return status || !fcntl(in[1], F_SETFL, O_NONBLOCK) ? status : FAILED;
}

bool jobs_have_room(const struct serve *serve)
{
	if (serve->keep)
		return serve->nr_asked < 4096;
	for (size_t i = 0; i < JOBS_MAX; i++)
		if (!serve->jobs[i].pid)
			return true;
	return false;
}

bool jobs_owe(const struct serve *serve)
{
	if (serve->keep)
		return serve->nr_asked;
	for (size_t i = 0; i < JOBS_MAX; i++)
		if (serve->jobs[i].pid && serve->jobs[i].id)
			return true;
	return false;
}

/* The question as its standard input: a file in memory, which nobody has to be fed. */
static int ask_new(struct serve *serve, const struct kx_question *question, const char *line)
{
	struct job *job = job_free(serve);
	int in = memfd_create("question", MFD_CLOEXEC), status;
	size_t len = strlen(line);

	if (!job || in < 0 || write(in, line, len) != (ssize_t)len || write(in, "\n", 1) != 1 ||
	    lseek(in, 0, SEEK_SET)) {
		if (in >= 0)
			close(in);
		return tell("a question cannot be handed over: %s", strerror(errno));
	}
	status = job_start(serve, job, in, question->id != 0);
	close(in);
	if (status)
		return status;
	job->id = question->id;
	job->end_ns = serve_now() + (serve->deadline_ms(serve) + LATE_MS) * 1000000ULL;
	if (!question->id)
		job->end_ns = 0;
	return DONE;
}

/* Said once, not for each question. */
static int behind(struct serve *serve)
{
	const char *why = errno == EAGAIN ? "it does not read those it has" : strerror(errno);

	if (!serve->is_behind)
		tell("%s: takes no more questions: %s", serve->command[0], why);
	serve->is_behind = true;
	return FAILED;
}

/* A line that does not go in as a whole: the command does not read. */
static int ask_kept(struct serve *serve, const struct kx_question *question, char *line)
{
	struct job *job = &serve->jobs[0];
	size_t len = strlen(line), at = 0;
	uint64_t *asked;

	line[len++] = '\n';
	while (at < len) {
		ssize_t done = write(job->in, line + at, len - at);
		struct pollfd ready = { .fd = job->in, .events = POLLOUT };

		if (done > 0)
			at += done;
		else if (errno == EAGAIN && poll(&ready, 1, serve->deadline_ms(serve)) > 0)
			continue;
		else if (errno != EINTR)
			return behind(serve);
	}
	serve->is_behind = false;
	if (!question->id)
		return DONE;
	asked = realloc(serve->asked, (serve->nr_asked + 1) * sizeof(*asked));
	if (!asked)
		return tell("out of memory");
	serve->asked = asked;
	asked[serve->nr_asked++] = question->id;
	return DONE;
}

int jobs_ask(void *ctx, const struct kx_question *question, struct kx_answer *answer)
{
	struct serve *serve = ctx;
	_cleanup_free_ char *line = NULL;
	int status;

	(void)answer;
	serve->taken++;
	if (kx_door_question_json(serve->door, question, &line))
		return tell("out of memory"), KX_DOOR_LATER;
	status = serve->keep ? ask_kept(serve, question, line) : ask_new(serve, question, line);
	/* What could not be asked is not answered: it gets the default at its deadline. */
	serve->unsaid += status && question->id;
	return KX_DOOR_LATER;
}

size_t jobs_poll(const struct serve *serve, struct pollfd *out)
{
	for (size_t i = 0; i < JOBS_MAX; i++)
		out[i] = (struct pollfd){ .fd = serve->jobs[i].pid ? serve->jobs[i].out : -1,
					  .events = POLLIN };
	return JOBS_MAX;
}

/* Too late is counted by the door, and no news; what is no answer is told. */
static void answer(struct serve *serve, uint64_t id, const char *text)
{
	int err = kx_door_answer_json(serve->door, id, text);

	if (err != -EINVAL)
		return;
	serve->unsaid++;
	tell("%s", kx_error(serve->kx));
}

static void forget(struct serve *serve, size_t at)
{
	serve->nr_asked--;
	memmove(serve->asked + at, serve->asked + at + 1,
		(serve->nr_asked - at) * sizeof(*serve->asked));
}

/* "id":"..." in a line; 0: there is none. */
static uint64_t id_in(const char *line)
{
	const char *at = strstr(line, "\"id\"");

	at = at ? strchr(at + 4, '"') : NULL;
	return at ? strtoull(at + 1, NULL, 16) : 0;
}

/* The question it names, or the oldest one. */
static void answer_kept(struct serve *serve, const char *line)
{
	uint64_t id = id_in(line);
	size_t at = 0;

	if (!serve->nr_asked) {
		answer(serve, id, line);
		return;
	}
	for (size_t i = 0; id && i < serve->nr_asked; i++)
		if (serve->asked[i] == id)
			at = i;
	if (!id)
		id = serve->asked[at];
	if (serve->asked[at] == id)
		forget(serve, at);
	answer(serve, id, line);
}

static void lines_take(struct serve *serve, struct job *job)
{
	char *from = job->text, *end;

	job->text[job->len] = '\0';
	while ((end = strchr(from, '\n'))) {
		*end = '\0';
		if (end > from)
			answer_kept(serve, from);
		from = end + 1;
	}
	job->len -= from - job->text;
	memmove(job->text, from, job->len);
	if (job->len < ANSWER_MAX)
		return;
	tell("%s: a line is too long", serve->command[0]);
	job->len = 0;
}

/* false: that was all. */
static bool job_read(struct serve *serve, struct job *job)
{
	ssize_t got = read(job->out, job->text + job->len, ANSWER_MAX - job->len);

	if (got <= 0)
		return got < 0 && errno == EINTR;
	job->len += got;
	if (serve->keep)
		lines_take(serve, job);
	return serve->keep || job->len < ANSWER_MAX;
}

static int job_ended(struct serve *serve, struct job *job)
{
	if (serve->keep)
		return tell("%s: has ended", serve->command[0]);
	job->text[job->len] = '\0';
	if (job->id)
		answer(serve, job->id, job->text);
	close(job->out);
	job->out = -1;
	job->id = 0;
	return DONE;
}

static void jobs_reap(struct serve *serve)
{
	uint64_t now = serve_now();

	for (size_t i = 0; i < JOBS_MAX; i++) {
		struct job *job = &serve->jobs[i];

		if (!job->pid)
			continue;
		if (job->end_ns && job->end_ns <= now) {
			job_kill(serve, job);
			job->id = 0;	/* it got the default */
			job->end_ns = 0;
			if (job->out >= 0)
				close(job->out);
			job->out = -1;
		}
		if (job->out < 0 && waitpid(job->pid, NULL, WNOHANG) == job->pid)
			job_done(job);
	}
}

int jobs_look(struct serve *serve, const struct pollfd *fds, size_t nr)
{
	int status = DONE;

	for (size_t i = 0; i < nr && i < JOBS_MAX && !status; i++) {
		struct job *job = &serve->jobs[i];

		if (!fds[i].revents || !job->pid || job->out < 0)
			continue;
		if (!job_read(serve, job))
			status = job_ended(serve, job);
	}
	jobs_reap(serve);
	return status;
}

void jobs_end(struct serve *serve)
{
	for (size_t i = 0; i < JOBS_MAX; i++) {
		struct job *job = &serve->jobs[i];

		if (!job->pid)
			continue;
		/* One that is kept ends at the end of its input; it has a second. */
		if (job->in >= 0)
			close(job->in);
		job->in = -1;
		for (int tries = 0; serve->keep && tries < 100; tries++) {
			if (waitpid(job->pid, NULL, WNOHANG) == job->pid) {
				job->pid = 0;
				break;
			}
			poll(NULL, 0, 10);
		}
		if (job->pid) {
			job_kill(serve, job);
			(void)waitpid(job->pid, NULL, 0);
		}
		job_done(job);
	}
	free(serve->asked);
}
