// SPDX-License-Identifier: GPL-2.0-only
/* Has the kernel count how often programs run, and for how long. */
#include "measure.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include <bpf/bpf.h>

#include "verb.h"

#define LONGEST_S	86400

static uint64_t now_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * 1000000000ULL + now.tv_nsec;
}

bool measure_is_on(void)
{
	FILE *file = fopen("/proc/sys/kernel/bpf_stats_enabled", "re");
	int on = 0;

	if (!file)
		return false;
	if (fscanf(file, "%d", &on) != 1)
		on = 0;
	fclose(file);
	return on;
}

int measure_check(const char *seconds)
{
	char *end;
	double value = strtod(seconds, &end);

	if (*end || end == seconds || !(value > 0 && value <= LONGEST_S))
		return tell_wrong("list: --measure: %s: not a number of seconds up to %d",
				  seconds, LONGEST_S);
	return DONE;
}

int measure_begin(struct measure *out)
{
	out->fd = bpf_enable_stats(BPF_STATS_RUN_TIME);
	if (out->fd >= 0)
		return DONE;
	if (errno == EPERM)
		return tell("list: cannot have the kernel count runs: CAP_SYS_ADMIN is needed; run it as root");
	return tell("list: cannot have the kernel count runs: %s",
		    strerror(errno));
}

void measure_wait(struct measure *measure, const char *seconds)
{
	double value = strtod(seconds, NULL);
	struct timespec left = {
		.tv_sec = value,
		.tv_nsec = (value - (time_t)value) * 1e9,
	};

	measure->begin_ns = now_ns();
	if (isatty(STDERR_FILENO))
		fprintf(stderr, "kx: measuring for %s s\n", seconds);
	while (nanosleep(&left, &left) && errno == EINTR)
		;
}

double measure_elapsed_s(const struct measure *measure)
{
	return (now_ns() - measure->begin_ns) / 1e9;
}

void measure_end(struct measure *measure)
{
	if (measure->fd >= 0)
		close(measure->fd);
}
