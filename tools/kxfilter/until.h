/* SPDX-License-Identifier: GPL-2.0-only */
/* Until when a command goes on: signals, a time, a descriptor that takes nothing. */
#ifndef KXFILTER_UNTIL_H
#define KXFILTER_UNTIL_H

#include <stdbool.h>
#include <stdint.h>

/*
 * SIGINT, SIGTERM and SIGHUP do not end the process any more, but make the descriptor readable;
 * SIGPIPE does nothing. -errno.
 */
int until_open(void);

/* A whole number of 1 to @most, by the user; 0, or -EINVAL. */
int until_number(const char *word, uint64_t most, uint64_t *out);

/* CLOCK_MONOTONIC, CLOCK_BOOTTIME, CLOCK_REALTIME. */
uint64_t monotonic_ns(void);
uint64_t boottime_ns(void);
uint64_t realtime_ns(void);

#endif
