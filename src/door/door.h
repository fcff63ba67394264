/* SPDX-License-Identifier: GPL-2.0-only */
/* The service's side of a door: the inside of kx_door. */
#ifndef KX_DOOR_H
#define KX_DOOR_H

#include <kx/abi.h>
#include <pthread.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "channel/channel.h"
#include "registry/instance.h"

struct btf;
struct places;

#define DOOR_WAIT_LEN	((size_t)KX_DOOR_SLOTS * 4096)

/* What the service and its keeper share: the maps, the program, the memory to wait at. */
struct door_side {
	int prog_fd;
	int fuse_fd;		/* -1: nobody can be blocked */
	int file_fd;		/* what is mapped */
	bool opened;
	uint64_t wait;		/* where it is in the keeper */
	uint64_t *reads;	/* shared: by slot, the read that sleeps; 0: none */
	uint32_t tgid;		/* of the service, as the first pid namespace counts */
	uint32_t block_len;	/* of the program's context */
	uint32_t out_offset;
	const char *slots;	/* the map, read-only */
	size_t slot_len;
	size_t slots_len;
	struct kx_door_server *server;	/* the map, read-only */
};

struct kx_door {
	struct kx *kx;
	char shown[KX_NAME_MAX + 128];	/* "INSTANCE.NAME", for sentences */
	char instance[64];
	uint32_t kmid;
	bool held;
	int64_t looked_s;	/* when the instance was looked at */
	uint32_t active;	/* the slot of the generation, when last looked */
	struct entry entry;
	struct door_side side;
	struct kx_ring *ring;
	uint32_t ring_id;
	uint32_t slots_id;
	struct btf *btf;
	uint32_t answer_id;	/* the type of an answer as JSON, added to it; 0: not yet */
	struct channel_block block;
	kx_door_fn fn;
	void *ctx;
	pthread_mutex_t lock;	/* of the ring, the keeper and the context's sentence */
	int epoll_fd;
	bool attached;
	bool blocks;
	int keeper_fd;		/* a pidfd; -1: none */
	pid_t keeper;
	char *record;		/* that was just taken */
	size_t record_len;
	bool has_record;
	bool is_seccomp;	/* it is no door in the kernel */
	int listener;		/* of seccomp; -1: it serves no more */
	int event_fd;		/* the keeper has taken a call that is held */
	struct places *places;	/* NULL: it serves no more */
	struct kx_door_counts counts;	/* what seccomp's were when it has ended */
};

/* Call the door's program: what it returns, or the errno of bpf(2). @out may be NULL. */
int door_call(const struct door_side *side, const struct kx_door_op *op, const void *reply,
	      size_t len, struct kx_door_out *out);

static inline const struct kx_door_slot *door_slot(const struct door_side *side, uint32_t i)
{
	return (const struct kx_door_slot *)(side->slots + i * side->slot_len);
}

/* Who waits in a slot whose question is decided goes on. */
void door_release(const struct door_side *side, uint32_t i);

/* Memory that blocks who reads it. -1 in side->fuse_fd where the kernel has none for us. */
void door_wait_make(struct door_side *side);
void door_wait_done(struct door_side *side);

/* Have it in this process, so that the keeper, a copy of it, has it; and no longer. */
int door_wait_map(struct door_side *side);
void door_wait_unmap(struct door_side *side);

/* Serve one request of its file. false: there is none. */
bool door_wait_serve(const struct door_side *side);

/* Start the keeper; 0, or a negative errno. */
int door_keeper_start(struct kx_door *door);
void door_keeper_stop(struct kx_door *door);

/* Has it ended by itself? Then there is none any more. */
bool door_keeper_ended(struct kx_door *door);

/*
 * What a keeper does. Nothing but system calls: other threads of the service had locks when
 * it was made. First it sheds all descriptors but those it needs, which become others;
 * then it says that it is there, or why not.
 */
typedef void (*door_keeper_fn)(struct kx_door *door, int service_fd, int said_fd);

int door_keeper_run(struct kx_door *door, door_keeper_fn fn);
void door_keeper_shed(int **keep, size_t nr);
void door_keeper_said(int *said_fd, char err);

/* The types of a request and a reply where no extension has them: kx_call_request, ... */
int door_types_make(struct kx_door *door);

/* The same for a listener of seccomp. */
int door_notice_begin(struct kx_door *door, uint32_t deadline_ms, int fallback);
int door_notice(struct kx_door *door);
int door_notice_answer(struct kx_door *door, uint64_t id, const struct kx_answer *answer);
void door_notice_done(struct kx_door *door);

#endif
