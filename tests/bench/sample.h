/* SPDX-License-Identifier: GPL-2.0-only */
/* What the benchmarks' programs share: a clock, and lines "NAME NS" on stdout. */
#ifndef BENCH_SAMPLE_H
#define BENCH_SAMPLE_H

#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

static inline uint64_t now_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * 1000000000ULL + now.tv_nsec;
}

/* One measurement: the time since @from, by @nr. */
static inline void sample(const char *name, uint64_t from, unsigned long nr)
{
	printf("%s %.2f\n", name, (double)(now_ns() - from) / nr);
	fflush(stdout);
}

__attribute__((noreturn, format(printf, 1, 2)))
static inline void give_up(const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	vfprintf(stderr, fmt, args);
	va_end(args);
	fputc('\n', stderr);
	exit(1);
}

#endif
