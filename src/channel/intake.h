/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The writing end of an intake: a ring that the extension's program empties.
 *
 * libbpf's writer moves the ring's position before a record is there, so one that is
 * killed in between blocks the ring for ever. Here the position moves last: before it
 * are whole records, behind it is nothing.
 */
#ifndef KX_INTAKE_H
#define KX_INTAKE_H

#include <linux/bpf.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "registry/instance.h"

struct btf;

struct kx_intake {
	struct kx *kx;
	char instance[64];
	char name[KX_NAME_MAX + 80];
	uint32_t kmid;
	bool held;
	int lock_fd;
	int prog_fd;
	uint32_t ring_id;
	size_t page;
	size_t room;		/* of the ring, a power of two */
	const uint64_t *consumer; /* page 0, the kernel's: all before it is taken */
	uint64_t *producer;	/* page 1: all before it is there */
	char *data;		/* page 2 on: twice in a row */
	uint64_t head;		/* what *producer is */
	uint64_t tail;		/* what *consumer was; it only grows */
	struct btf *btf;
	struct value_place place; /* a record */
	bool is_text;
	char *record;		/* made from text */
	struct kx_taken sum;
};

/*
 * What another program has left: a record that was begun and never ended is passed over,
 * and what can be none is cut off with all that follows. The lock is held.
 */
void intake_repair(struct kx_intake *intake);

/* The intake's program and its ring in the running generation: descriptors. */
int intake_program(const struct kx_instance *inst, const char *name);
int intake_ring(const struct kx_instance *inst, const char *name, struct bpf_map_info *info);

static inline uint64_t intake_tail(struct kx_intake *intake)
{
	intake->tail = __atomic_load_n(intake->consumer, __ATOMIC_ACQUIRE);
	return intake->tail;
}

static inline void intake_move(struct kx_intake *intake, uint64_t head)
{
	intake->head = head;
	__atomic_store_n(intake->producer, head, __ATOMIC_RELEASE);
}

#endif
