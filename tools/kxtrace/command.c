// SPDX-License-Identifier: GPL-2.0-only
/* The command that kxtrace starts: found, held, let go, waited for. */
#include "command.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "inject.h"

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

int command_find(struct command *command, const struct options *opt)
{
	char **argv = opt->command;
	struct stat st;

	*command = (struct command){ .start = &opt->start, .argv = argv, .gate = -1 };
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

static void change_environment(const struct command_options *start)
{
	const char *variable, *value;
	unsigned int i;
	char *name;

	for (i = 0; i < start->nr_env; i++) {
		variable = start->env[i];
		value = strchr(variable, '=');
		name = strndup(variable, value ? (size_t)(value - variable) : strlen(variable));
		if (name && value)
			setenv(name, value + 1, 1);
		else if (name)
			unsetenv(name);
		free(name);
	}
}

/* The groups first: afterwards it would not be allowed. */
static int change_user(const struct command_options *start)
{
	int err;

	if (!start->user)
		return 0;
	err = start->user_name ? initgroups(start->user_name, start->gid) :
				 setgroups(0, NULL);
	if (err || setresgid(start->gid, start->gid, start->gid) ||
	    setresuid(start->uid, start->uid, start->uid))
		return -errno;
	return 0;
}

static void run_child(struct command *command, int gate)
{
	const struct command_options *start = command->start;
	sigset_t none;
	char go;

	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	signal(SIGPIPE, SIG_DFL);
	if (start->interruptible == INTERRUPT_NEVER_TSTP)
		signal(SIGTSTP, SIG_DFL);
	change_environment(start);
	if (command->injector && injector_enter(command->injector))
		_exit(1);
	if (change_user(start)) {
		complain("-u %s: %s", start->user, strerror(errno));
		_exit(1);
	}
	/* After the change of user, which would undo it. */
	if (start->kill_on_exit)
		prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (read(gate, &go, 1) != 1)
		_exit(1);
	close(gate);
	if (start->argv0)
		command->argv[0] = (char *)start->argv0;
	if (command->injector)
		injector_exec(command->injector, command->path, command->argv);
	else
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
	command->task = command->pid;
	return 0;
}

/* What the command's caller reads must end when the command closes it. */
static void leave_caller(enum daemonize how)
{
	int null = open("/dev/null", O_RDWR | O_CLOEXEC);

	if (how == DAEMONIZE_PGROUP)
		setpgid(0, 0);
	else if (how == DAEMONIZE_SESSION)
		setsid();
	if (null < 0)
		return;
	dup2(null, STDIN_FILENO);
	dup2(null, STDOUT_FILENO);
	close(null);
}

/* By way of a child that ends at once: the tracer is nobody's to wait for. */
static void become_tracer(struct command *command)
{
	pid_t tracer = fork();

	if (tracer < 0)
		complain("%s: cannot start the tracer: %s", command->path, strerror(errno));
	if (tracer)
		_exit(tracer < 0);
	leave_caller(command->start->daemonize);
}

int command_daemonize(struct command *command)
{
	pid_t caller = getpid(), between;
	int ends[2];

	between = pipe2(ends, O_CLOEXEC) ? -1 : fork();
	if (between < 0) {
		complain("%s: cannot start the tracer: %s", command->path, strerror(errno));
		return -errno;
	}
	if (between) {
		close(ends[1]);
		while (waitpid(between, NULL, 0) < 0 && errno == EINTR)
			;
		run_child(command, ends[0]);
	}
	close(ends[0]);
	become_tracer(command);
	command->gate = ends[1];
	command->task = caller;
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
