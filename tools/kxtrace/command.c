// SPDX-License-Identifier: GPL-2.0-only
/* The command that kxtrace starts: found, held, let go, waited for. */
#include "command.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "options.h"

static bool is_program(const char *path)
{
	struct stat st;

	return !stat(path, &st) && S_ISREG(st.st_mode) && !access(path, X_OK);
}

/*
 * The search is ours, not execvp's, so that the trace begins with the one
 * execve that matters.
 */
static char *search(const char *name)
{
	const char *dirs = getenv("PATH"), *next;
	char *path;
	int len;

	for (dirs = dirs ? dirs : "/bin:/usr/bin"; dirs; dirs = next) {
		next = strchr(dirs, ':');
		len = next ? (int)(next++ - dirs) : (int)strlen(dirs);
		if (asprintf(&path, "%.*s%s%s", len, dirs, len ? "/" : "", name) < 0)
			return NULL;
		if (is_program(path))
			return path;
		free(path);
	}
	return NULL;
}

int command_find(struct command *command, char **argv)
{
	struct stat st;

	*command = (struct command){ .argv = argv, .gate = -1 };
	if (!strchr(argv[0], '/')) {
		command->path = search(argv[0]);
		if (command->path)
			return 0;
		complain("%s: no such command in PATH", argv[0]);
		return -ENOENT;
	}
	if (stat(argv[0], &st)) {
		complain("%s: cannot be run: %s", argv[0], strerror(errno));
		return -errno;
	}
	command->path = strdup(argv[0]);
	return command->path ? 0 : -ENOMEM;
}

static void run_child(struct command *command, int gate)
{
	sigset_t none;
	char go;

	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	signal(SIGPIPE, SIG_DFL);
	if (read(gate, &go, 1) != 1)
		_exit(1);
	close(gate);
	execv(command->path, command->argv);
	complain("%s: cannot be run: %s", command->path, strerror(errno));
	_exit(1);
}

int command_fork(struct command *command)
{
	int ends[2];

	if (pipe2(ends, O_CLOEXEC)) {
		complain("%s: cannot start it: %s", command->path, strerror(errno));
		return -errno;
	}
	command->pid = fork();
	if (command->pid < 0) {
		complain("%s: cannot start it: %s", command->path, strerror(errno));
		command->pid = 0;
		return -errno;
	}
	if (!command->pid) {
		close(ends[1]);
		run_child(command, ends[0]);
	}
	close(ends[0]);
	command->gate = ends[1];
	return 0;
}

void command_go(struct command *command)
{
	ssize_t written = write(command->gate, "", 1);

	(void)written;	/* a child that died meanwhile is seen by wait() */
	close(command->gate);
	command->gate = -1;
}

bool command_reap(struct command *command)
{
	if (!command->pid)
		return true;
	if (waitpid(command->pid, &command->status, WNOHANG) != command->pid)
		return false;
	command->pid = 0;
	return true;
}

void command_wait(struct command *command)
{
	while (command->pid &&
	       waitpid(command->pid, &command->status, 0) < 0 && errno == EINTR)
		;
	command->pid = 0;
}

void command_done(struct command *command)
{
	if (command->gate >= 0)
		close(command->gate);
	command_wait(command);
	free(command->path);
}
