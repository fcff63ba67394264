// SPDX-License-Identifier: GPL-2.0-only
/* Runs a command while the empty pair of programs is attached. */
#include <bpf/libbpf.h>
#include <stdio.h>
#include <sys/wait.h>
#include <unistd.h>

#include "empty_pair.skel.h"

int main(int argc, char **argv)
{
	struct empty_pair_bpf *skel = empty_pair_bpf__open_and_load();
	int status;
	pid_t pid;

	if (argc < 2 || !skel || empty_pair_bpf__attach(skel)) {
		fprintf(stderr, "attach_empty: needs a command, and root\n");
		return 1;
	}
	pid = fork();
	if (!pid) {
		execvp(argv[1], argv + 1);
		_exit(127);
	}
	waitpid(pid, &status, 0);
	empty_pair_bpf__destroy(skel);
	return WIFEXITED(status) ? WEXITSTATUS(status) : 1;
}
