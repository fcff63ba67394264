/* SPDX-License-Identifier: GPL-2.0-only */
/* The inside of a stream: its rings, and what its records mean. */
#ifndef KX_STREAM_H
#define KX_STREAM_H

#include <kx/kx.h>

#include "registry/instance.h"
#include "stream/format.h"
#include "stream/lane.h"

/* What the records of one generation mean; kept when the generation goes. */
struct generation_types {
	uint32_t number;	/* modulo 2^16 */
	struct meta *meta;	/* NULL: it was gone already */
	struct formats *formats; /* of a log */
	uint32_t record_id;	/* of events; 0: not known */
};

struct kx_stream {
	struct kx *kx;
	char instance[64];
	char extension[64];
	char name[64];		/* "log", or the map's name */
	char map[64];
	uint32_t kmid;
	bool held;
	bool is_log;
	struct lanes lanes;
	struct generation_types *types;
	size_t nr_types;
	int epoll_fd;
	int timer_fd;
	int wake_fd;		/* -1: there is none */
	size_t page;
	unsigned long *consumer; /* of the wake ring; NULL: the user may not write */
	unsigned long *producer;
	uint64_t looked_ns;	/* when it was last seen to be there */
};

/* What is in the registry now, so that it stays when it goes from there. */
int stream_types_read(struct kx_stream *stream, struct kx_instance *inst);
void stream_types_free(struct kx_stream *stream);

/* Of the generation that wrote a record; never NULL but for want of memory. */
struct generation_types *stream_types_find(struct kx_stream *stream, uint32_t number);

#endif
