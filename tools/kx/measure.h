/* SPDX-License-Identifier: GPL-2.0-only */
/* Has the kernel count how often programs run, and for how long. */
#ifndef KX_TOOL_MEASURE_H
#define KX_TOOL_MEASURE_H

#include <stdbool.h>
#include <stdint.h>

struct measure {
	int fd;			/* the kernel counts while it is open; -1: none */
	uint64_t begin_ns;
};

/* Does the kernel count anyway? (kernel.bpf_stats_enabled) */
bool measure_is_on(void);

/* Is it a number of seconds? Return: DONE; WRONG, told. */
int measure_check(const char *seconds);

/* Return: DONE; FAILED, told. */
int measure_begin(struct measure *out);

/* Call it after measure_begin() and the first look at the counters. */
void measure_wait(struct measure *measure, const char *seconds);
double measure_elapsed_s(const struct measure *measure);
void measure_end(struct measure *measure);

#define _cleanup_measure_	__attribute__((cleanup(measure_end)))

#endif
