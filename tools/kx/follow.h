/* SPDX-License-Identifier: GPL-2.0-only */
/* Reading several streams at once: what is there, and what comes. */
#ifndef KX_TOOL_FOLLOW_H
#define KX_TOOL_FOLLOW_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <kx/kx.h>

/* What to read, and how to show it. */
struct follow {
	struct kx *kx;
	const char *verb;
	bool follow;		/* go on until interrupted */
	bool only_new;
	bool json;
	bool local_time;
	bool all;		/* also of instances that are loaded later */
	int level;		/* messages that are less urgent are passed over */
	uint64_t most;		/* records to show; 0: no bound */
	struct source *sources;	/* from here on its own */
	size_t nr_sources;
	uint64_t shown;
	char *line;		/* the one that is made, */
	size_t line_room;	/* and its room, which grows */
	struct kx_loss ended;	/* the account of streams that are gone */
	bool tells;		/* more than one stream: say whose a record is */
	int64_t scan_ns;	/* when to look for instances again, CLOCK_BOOTTIME */
	int64_t wall_ns;	/* CLOCK_REALTIME - CLOCK_BOOTTIME */
};

/* Add a stream; @name: "log", or of events. Return: DONE; FAILED, told. */
int follow_add(struct follow *follow, struct kx_instance *inst, const char *name);

/* Add the log of each instance that has one. */
int follow_add_logs(struct follow *follow);

/* Show it all. Return: the status to exit with; what was lost has been told. */
int follow_run(struct follow *follow);
void follow_done(struct follow *follow);

#define _cleanup_follow_	__attribute__((cleanup(follow_done)))

/* "warning", "warn", "4" to 4; -1: none of them. */
int level_parse(const char *word);
const char *level_text(int level);

#endif
