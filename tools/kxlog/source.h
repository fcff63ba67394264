/* SPDX-License-Identifier: GPL-2.0-only */
/* Sources: the streams of instances, found, read into the spool, and let go. */
#ifndef KXLOG_SOURCE_H
#define KXLOG_SOURCE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <kx/kx.h>

#include "loop.h"
#include "origin.h"
#include "spool.h"

struct sources;

/* A stream that is read. */
struct source {
	struct sources *all;
	struct kx_stream *stream;
	struct origin *origin;
	struct watch watch;
	uint64_t lost;		/* as its records told it */
	char prefix[96];	/* of ids: BOOT.KMID.STREAM. */
	size_t prefix_len;
	bool ready;		/* there may be something */
	struct source *next;
};

/* An instance whose streams are known. */
struct known {
	uint64_t kmid;
	uint32_t generation;
};

struct sources {
	struct kx *kx;
	struct spool *spool;
	struct origins *origins;
	int loop;
	char *const *patterns;	/* INSTANCE[.STREAM]; none: all */
	size_t nr_patterns;
	int level;		/* less urgent messages are not spooled */
	bool events;		/* other records than messages are */
	struct source *first;
	size_t nr;		/* streams that are read */
	struct known *known;
	size_t nr_known;
	struct watch inotify;
	bool look;		/* instances may have come or gone */
	uint64_t look_at;	/* loop_now(): look anyway */
	char host[65];
	int64_t clock_ns;	/* CLOCK_REALTIME less CLOCK_BOOTTIME, now */
	uint64_t seen;		/* records handed over by the streams, each once */
	uint64_t passed;	/* of them: less urgent than wanted */
	uint64_t lost;		/* that the streams could not hand over */
	uint64_t cut;		/* texts that were too long */
};

int sources_open(struct sources *sources);
void sources_close(struct sources *sources);

/* Whether INSTANCE.NAME is among what kxlog was told to follow. */
bool sources_want(const struct sources *sources, const char *instance, const char *name);

/* Open the streams of instances that are new, when it is time for that. */
void sources_look(struct sources *sources);
/*
 * Read what there is: into the spool's batch. Return: how many records; -EAGAIN: the
 * spool takes no more.
 */
long sources_read(struct sources *sources);

/* Of source.c: one stream. */
int source_open(struct sources *sources, struct kx_instance *inst, const char *name);
long source_read(struct source *source);
void source_free(struct source *source);
/* A record that was read did not get into the spool after all. */
void sources_refused(struct sources *sources, const struct entry *entry);

#endif
