/* SPDX-License-Identifier: GPL-2.0-only */
/* The one loop: descriptors that are waited for, and times. */
#ifndef KXLOG_LOOP_H
#define KXLOG_LOOP_H

#include <stdbool.h>
#include <stdint.h>

#define NEVER	UINT64_MAX

/* One descriptor; lives as long as it is watched. */
struct watch {
	int fd;
	void (*ready)(struct watch *watch);
	void *ctx;
};

int loop_open(void);
/* Watch what is in @watch; again after a change, also when its number is another file's. */
int loop_watch(int loop, struct watch *watch, bool want_write);
void loop_forget(int loop, struct watch *watch);
/* Wait until something is ready, or @until (loop_now()); call what is. */
int loop_wait(int loop, uint64_t until);
uint64_t loop_now(void);	/* ms, CLOCK_MONOTONIC */

#endif
