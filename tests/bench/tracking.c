// SPDX-License-Identifier: GPL-2.0-only
/* Prints lines "NAME NS": what the look-up of a connection costs; OBJECT CONNECTIONS ROUNDS. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <time.h>

#include <bpf/bpf.h>
#include <bpf/libbpf.h>

#include "../ext/trk.h"
#include "../live/frames.h"

#define LOOPS	500000
#define LINE	64		/* of a cache */
#define BINS	187500		/* for 1 million connections: 1.5 million places */

static struct bpf_object *object;
static struct trk_drive *drive;
static struct frame frame;

static int die(const char *what)
{
	fprintf(stderr, "tracking: %s\n", what);
	return 1;
}

static int open_object(const char *path, uint32_t connections)
{
	struct bpf_map *map;
	struct kxf_tracking *tracking;
	size_t len;
	int fd;

	object = bpf_object__open_file(path, NULL);
	if (!object)
		return -errno;
	map = bpf_object__find_map_by_name(object, ".rodata.track");
	tracking = (void *)bpf_map__initial_value(map, &len);
	tracking->bins = BINS;
	bpf_map__set_max_entries(bpf_object__find_map_by_name(object, "connections"), BINS);
	bpf_map__set_max_entries(bpf_object__find_map_by_name(object, "lru"), connections);
	bpf_map__set_max_entries(bpf_object__find_map_by_name(object, "hash"), connections);
	if (bpf_object__load(object))
		return -EINVAL;
	fd = bpf_map__fd(bpf_object__find_map_by_name(object, "drive"));
	drive = mmap(NULL, sizeof(*drive), PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	return drive == MAP_FAILED ? -errno : 0;
}

/* ns of each of LOOPS packets. */
static double run(const char *program, uint32_t repeat)
{
	LIBBPF_OPTS(bpf_test_run_opts, opts,
		.data_in = frame.bytes,
		.data_size_in = frame.len,
		.repeat = repeat,
	);
	int fd = bpf_program__fd(bpf_object__find_program_by_name(object, program));

	if (bpf_prog_test_run_opts(fd, &opts))
		return -1;
	return opts.duration;
}

static double run_loop(enum trk_mode mode, uint32_t loops, uint32_t span)
{
	drive->mode = mode;
	drive->loops = loops;
	drive->span = span;
	return run("trk_loop", 1) / loops;
}

/*
 * The floor: ns of one load from memory as large as the table, each from where the one before it
 * said, in an order by chance (Sattolo's: one cycle through all lines).
 */
static double run_loads(size_t bytes)
{
	struct timespec begin, end;
	size_t nr = bytes / LINE;
	uint64_t (*lines)[LINE / sizeof(uint64_t)] = aligned_alloc(4096, nr * LINE);
	uint64_t at = 0;

	if (!lines)
		return 0;
	for (size_t i = 0; i < nr; i++)
		lines[i][0] = i;
	for (size_t i = nr - 1; i > 0; i--) {
		size_t other = ((uint64_t)random() << 16 ^ random()) % i;
		uint64_t kept = lines[i][0];

		lines[i][0] = lines[other][0];
		lines[other][0] = kept;
	}
	clock_gettime(CLOCK_MONOTONIC, &begin);
	for (int i = 0; i < LOOPS; i++)
		at = *(volatile uint64_t *)&lines[at][0];
	clock_gettime(CLOCK_MONOTONIC, &end);
	free(lines);
	return ((end.tv_sec - begin.tv_sec) * 1e9 + end.tv_nsec - begin.tv_nsec) / LOOPS;
}

static void make_part(bool is_answer, uint8_t flags, uint32_t seq, uint32_t ack)
{
	struct address client = ip4(0x0a000000), server = ip4(0xc0a80001);
	struct tcp tcp = { .from = is_answer ? 80 : 40000, .to = is_answer ? 40000 : 80, .seq = seq,
			   .ack = ack, .flags = flags, .window = 60000, .scale = 255 };

	drive->answers = is_answer;
	drive->state = flags == 2 ? KXF_NEW : KXF_ESTABLISHED;
	make_tcp(&frame, is_answer ? &server : &client, is_answer ? &client : &server, &tcp);
}

/* The handshakes of all. The last one's packet is what goes on. */
static int make_connections(uint32_t nr)
{
	drive->verdict = KXF_PASS;
	drive->now_ns = 1000000000000;
	for (int part = 0; part < 3; part++) {
		static const struct { uint8_t flags; uint32_t seq, ack; } parts[] = {
			{ 2, 100, 0 }, { 18, 500, 101 }, { 16, 101, 501 },
		};

		make_part(part == 1, parts[part].flags, parts[part].seq, parts[part].ack);
		run_loop(TRK_COMMIT, nr, nr);
		/* A few find both of their bins full. */
		if (drive->verdict_out > nr / 10000)
			return fprintf(stderr, "tracking: part %d: %u of %u were not in the state\n",
				       part, drive->verdict_out, nr);
	}
	return 0;
}

int main(int argc, char **argv)
{
	uint32_t nr = argc > 2 ? atoi(argv[2]) : 0, rounds = argc > 3 ? atoi(argv[3]) : 5;
	static const struct { const char *name; enum trk_mode mode; } rows[] = {
		{ "nothing", TRK_NOTHING }, { "found", TRK_FIND }, { "passed", TRK_COMMIT },
		{ "lru", TRK_LRU }, { "hash", TRK_HASH },
	};

	if (!nr)
		return die("usage: tracking OBJECT CONNECTIONS [ROUNDS]");
	setlinebuf(stdout);
	if (open_object(argv[1], nr))
		return die("the object cannot be loaded");
	if (make_connections(nr))
		return 1;
	run_loop(TRK_LRU, nr, nr);
	run_loop(TRK_HASH, nr, nr);
	for (uint32_t i = 0; i < rounds; i++)
		for (size_t row = 0; row < sizeof(rows) / sizeof(*rows); row++)
			printf("%s %.1f\n", rows[row].name, run_loop(rows[row].mode, LOOPS, nr));
	for (uint32_t i = 0; i < rounds; i++) {
		printf("load %.1f\n", run_loads(BINS * sizeof(struct kxf_bin)));
		printf("empty %.1f\n", run("trk_empty", LOOPS));
		printf("parse %.1f\n", run("trk_parse", LOOPS));
		printf("frame %.1f\n", run("trk_xdp", LOOPS));
	}
	printf("memory %.1f\n", (double)BINS * sizeof(struct kxf_bin) / (1 << 20));
	return 0;
}
