// SPDX-License-Identifier: GPL-2.0-only
/* The load of the benchmarks: system calls in a loop; prints ns per call. */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

static unsigned long getppid_loop(unsigned long rounds)
{
	unsigned long i;

	for (i = 0; i < rounds; i++)
		syscall(SYS_getppid);
	return rounds;
}

static unsigned long file_loop(unsigned long rounds)
{
	unsigned long i;
	char buf[64];
	int fd;

	for (i = 0; i < rounds; i++) {
		fd = open("/etc/hostname", O_RDONLY | O_CLOEXEC);
		if (fd < 0 || read(fd, buf, sizeof(buf)) < 0)
			exit(1);
		close(fd);
	}
	return rounds * 3;
}

int main(int argc, char **argv)
{
	unsigned long rounds, calls;
	struct timespec from, to;

	if (argc != 3) {
		fprintf(stderr, "usage: loop getppid|file ROUNDS\n");
		return 2;
	}
	rounds = strtoul(argv[2], NULL, 10);
	clock_gettime(CLOCK_MONOTONIC, &from);
	calls = strcmp(argv[1], "file") ? getppid_loop(rounds) : file_loop(rounds);
	clock_gettime(CLOCK_MONOTONIC, &to);
	printf("%.1f\n", ((to.tv_sec - from.tv_sec) * 1e9 +
			  to.tv_nsec - from.tv_nsec) / calls);
	return 0;
}
