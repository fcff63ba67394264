/* SPDX-License-Identifier: GPL-2.0-only */
/* Loads the object of connections, tests/ext/trk.bpf.c, and gives it packets by test_run. */
#ifndef LIVE_TRK_H
#define LIVE_TRK_H

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>

#include <bpf/bpf.h>
#include <bpf/libbpf.h>

#include "../ext/trk.h"
#include "frames.h"

enum at { AT_IN, AT_OUT, AT_XDP, ATS };

struct object {
	struct bpf_object *obj;
	struct trk_drive *drive;
	struct kxf_bin *bins;
	uint32_t nr_bins;
	int fd[ATS];
	int loop_fd;
	int counts_fd;
};

static inline int die(const char *what)
{
	fprintf(stderr, "# %s\n", what);
	exit(1);
}

static inline void *map_of(struct object *object, const char *name, size_t len)
{
	int fd = bpf_map__fd(bpf_object__find_map_by_name(object->obj, name));
	void *at = mmap(NULL, len, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);

	return at == MAP_FAILED ? NULL : at;
}

static inline int program_of(struct object *object, const char *name)
{
	return bpf_program__fd(bpf_object__find_program_by_name(object->obj, name));
}

/* One of these two: programs for single packets, or the one for many; to check each takes time. */
enum trk_how { SINGLE, MANY };

static inline void choose_programs(struct object *object, enum trk_how how)
{
	struct bpf_program *prog;

	bpf_object__for_each_program(prog, object->obj) {
		const char *name = bpf_program__name(prog);
		bool is_many = !strcmp(name, "trk_loop");

		bpf_program__set_autoload(prog, is_many == (how == MANY) &&
					  strcmp(name, "trk_parse") && strcmp(name, "trk_empty"));
	}
}

static inline void open_trk(struct object *object, const char *path, enum trk_how how,
			    uint32_t bins, bool picks_up)
{
	static const char *const names[ATS] = { "trk_in", "trk_out", "trk_xdp" };
	struct kxf_tracking *tracking;
	struct bpf_map *map;
	size_t len;

	object->obj = bpf_object__open_file(path, NULL);
	if (!object->obj)
		die("the object cannot be opened");
	map = bpf_object__find_map_by_name(object->obj, ".rodata.track");
	tracking = (void *)bpf_map__initial_value(map, &len);
	tracking->bins = object->nr_bins = bins;
	tracking->picks_up = picks_up;
	tracking->keys[0] = 0x1234567812345678;
	tracking->keys[1] = 0xfedcba9876543210;
	bpf_map__set_max_entries(bpf_object__find_map_by_name(object->obj, "connections"), bins);
	choose_programs(object, how);
	if (bpf_object__load(object->obj))
		die("the object cannot be loaded");
	object->drive = map_of(object, "drive", sizeof(*object->drive));
	object->bins = map_of(object, "connections", (size_t)bins * sizeof(struct kxf_bin));
	if (!object->drive || !object->bins)
		die("the maps cannot be mapped");
	for (int i = 0; i < ATS; i++)
		object->fd[i] = program_of(object, names[i]);
	object->loop_fd = program_of(object, "trk_loop");
	object->counts_fd = bpf_map__fd(bpf_object__find_map_by_name(object->obj, "tracked"));
}

/* What the program returns; what it made of the frame is in @out, which may be @frame. */
static inline int run_at(struct object *object, enum at at, const struct frame *frame,
			 struct frame *out)
{
	static uint8_t bytes[FRAME_MAX];
	LIBBPF_OPTS(bpf_test_run_opts, opts,
		.data_in = frame->bytes,
		.data_size_in = frame->len,
		.data_out = bytes,
		.data_size_out = sizeof(bytes),
		.repeat = 1,
	);

	if (bpf_prog_test_run_opts(object->fd[at], &opts))
		die("a packet cannot be tried");
	if (out) {
		out->transport = frame->transport;
		out->len = opts.data_size_out;
		memcpy(out->bytes, bytes, out->len);
	}
	return opts.retval;
}

/* Of one frame from many sources: trk_loop(). */
static inline void run_loop(struct object *object, const struct frame *frame, enum trk_mode mode,
			    uint32_t from, uint32_t loops, uint32_t span)
{
	LIBBPF_OPTS(bpf_test_run_opts, opts,
		.data_in = frame->bytes,
		.data_size_in = frame->len,
		.repeat = 1,
	);

	object->drive->mode = mode;
	object->drive->loops = loops;
	object->drive->span = span;
	object->drive->first = from;
	if (bpf_prog_test_run_opts(object->loop_fd, &opts))
		die("packets cannot be tried");
}

/* Of all CPUs together. */
static inline struct kxf_tracked counts_of(struct object *object)
{
	int cpus = libbpf_num_possible_cpus();
	struct kxf_tracked *each = calloc(cpus, sizeof(*each)), sum = {};
	uint32_t zero = 0;

	if (!each || bpf_map_lookup_elem(object->counts_fd, &zero, each))
		die("the counters cannot be read");
	for (int i = 0; i < cpus; i++)
		for (size_t n = 0; n < sizeof(sum) / sizeof(__u64); n++)
			((__u64 *)&sum)[n] += ((__u64 *)&each[i])[n];
	free(each);
	return sum;
}

#endif
