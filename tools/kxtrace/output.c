// SPDX-License-Identifier: GPL-2.0-only
/* Where text goes: a file, a program that reads it, or a file for each task. */
#include "output.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

static void run_reader(const char *command, int from)
{
	sigset_t none;

	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	signal(SIGPIPE, SIG_DFL);
	if (dup2(from, STDIN_FILENO) == STDIN_FILENO)
		execl("/bin/sh", "sh", "-c", command, (char *)NULL);
	complain("-o '|%s': cannot be run: %s", command, strerror(errno));
	_exit(127);
}

/* The command gets no end of this pipe: the reader's input ends with the trace. */
static int open_pipe(struct output *output, const char *command)
{
	int ends[2], err;

	if (pipe2(ends, O_CLOEXEC)) {
		err = -errno;
		complain("%s: no pipe: %s", output->name, strerror(-err));
		return err;
	}
	output->reader = fork();
	if (!output->reader)
		run_reader(command, ends[0]);
	err = output->reader < 0 ? -errno : 0;
	close(ends[0]);
	output->fd = ends[1];
	if (!err)
		return 0;
	output->reader = 0;
	complain("%s: cannot be started: %s", output->name, strerror(-err));
	return err;
}

static int open_file(struct output *output, bool append)
{
	int err;

	output->fd = open(output->name, O_WRONLY | O_CREAT | O_CLOEXEC |
			  (append ? O_APPEND : O_TRUNC), 0666);
	if (output->fd >= 0)
		return 0;
	err = -errno;
	output->fd = 0;
	complain("%s: cannot be written: %s", output->name, strerror(-err));
	return err;
}

int output_open(struct output *output, const struct options *opt, struct out *out)
{
	int err;

	*output = (struct output){ .name = opt->output };
	if (!opt->output)
		return 0;
	if (opt->out.separately)
		return files_open(&output->files, opt->output, opt->append);
	err = opt->out.pipe ? open_pipe(output, opt->out.pipe) :
			      open_file(output, opt->append);
	if (!err)
		out->fd = output->fd;
	return err;
}

void output_close(struct output *output)
{
	int status = 0;

	files_close(output->files);
	output->files = NULL;
	if (output->fd)
		close(output->fd);
	output->fd = 0;
	if (!output->reader)
		return;
	while (waitpid(output->reader, &status, 0) < 0 && errno == EINTR)
		;
	output->reader = 0;
	if (WIFSIGNALED(status))
		complain("%s: was killed by signal %d (%s)", output->name, WTERMSIG(status),
			 strsignal(WTERMSIG(status)));
	else if (WEXITSTATUS(status))
		complain("%s: ended with status %d", output->name, WEXITSTATUS(status));
}
