// SPDX-License-Identifier: GPL-2.0-only
/*
 * The table of connections under load: OBJECT flood PACKETS: SYNs from invented sources
 * beside connections that go on; OBJECT full: more connections than places; OBJECT race
 * PACKETS: all CPUs enter the same connections at once.
 */
#include <sched.h>
#include <sys/wait.h>
#include <unistd.h>

#include "trk.h"

#define OLD		1000	/* connections that go on */
#define BLOCK		50000	/* packets of the flood between two looks */
#define INVENTED	0x100000
#define LATE		0x80000	/* addresses of those that begin in the flood */

static struct object object;
static struct address client, server;

/* Of how many the state was not this one. */
static uint32_t run_all(const struct frame *frame, uint32_t state, uint32_t from, uint32_t nr,
			bool answers)
{
	object.drive->state = state;
	object.drive->answers = answers;
	object.drive->dropped = 0;
	run_loop(&object, frame, TRK_COMMIT, from, nr, nr);
	return object.drive->verdict_out;
}

static void make_part(struct frame *frame, bool is_answer, uint8_t flags, uint32_t seq,
		      uint32_t ack, uint16_t data)
{
	struct tcp tcp = { .from = is_answer ? 80 : 40000, .to = is_answer ? 40000 : 80, .seq = seq,
			   .ack = ack, .flags = flags, .window = 60000, .scale = 255,
			   .data = data };

	make_tcp(frame, is_answer ? &server : &client, is_answer ? &client : &server, &tcp);
}

/* The part of a handshake, for connections from these addresses on. */
static uint32_t shake(int part, uint32_t from, uint32_t nr)
{
	struct frame frame;

	make_part(&frame, part == 1, part == 0 ? 2 : part == 1 ? 18 : 16,
		  part == 1 ? 5000 : 1000 + (part == 2),
		  part == 1 ? 1001 : part == 2 ? 5001 : 0, 0);
	return run_all(&frame, part ? KXF_ESTABLISHED : KXF_NEW, from, nr, part == 1);
}

static uint32_t go_on(uint32_t block, uint32_t from)
{
	uint32_t seq = 1001 + block * 100, wrong;
	struct frame frame;

	make_part(&frame, false, 24, seq, 5001, 100);
	wrong = run_all(&frame, KXF_ESTABLISHED, from, OLD / 2, false);
	make_part(&frame, true, 16, 5001, seq + 100, 0);
	return wrong + run_all(&frame, KXF_ESTABLISHED, from, OLD / 2, true);
}

static int flood(uint32_t packets)
{
	uint32_t wrong = 0, broken = 0, late = 0, sent = 0;
	struct kxf_tracked counts;
	struct frame frame, answer;

	for (int part = 0; part < 3; part++)
		wrong += shake(part, 0, OLD);
	make_part(&frame, false, 2, 77, 0, 0);
	make_part(&answer, true, 18, 5000, 78, 0);
	for (uint32_t block = 0; sent < packets; block++) {
		/* One connection begins beside the flood, with parts of it between its own. */
		for (int part = 0; part < 3; part++) {
			broken += shake(part, LATE + block, 1);
			run_all(&frame, KXF_NEW, INVENTED + sent, BLOCK, false);
			/* The server believes them, its answers go nowhere. */
			if (block & 1)
				run_all(&answer, KXF_ESTABLISHED, INVENTED + sent, BLOCK, true);
			sent += BLOCK;
			object.drive->now_ns += 20000000;
		}
		late++;
		wrong += go_on(block, 0);
	}
	/* The others were silent, longer than all that came and went meanwhile. */
	wrong += go_on(0, OLD / 2);
	counts = counts_of(&object);
	printf("flood sent %u made %llu pushed_out %llu refused %llu busy %llu wrong %u late %u broken %u\n",
	       sent, (unsigned long long)counts.made, (unsigned long long)counts.pushed_out,
	       (unsigned long long)counts.refused, (unsigned long long)counts.busy, wrong, late,
	       broken);
	return wrong || broken;
}

/* All places have streams; who comes then is refused, until some have expired. */
static int full(void)
{
	uint32_t nr = 2000, wrong, dropped, again;
	struct kxf_tracked counts;
	struct frame ask, answer;

	make_udp(&ask, &client, &server, 40000, 53, 10);
	make_udp(&answer, &server, &client, 53, 40000, 10);
	for (uint32_t i = 0; i < nr; i++) {
		run_all(&ask, KXF_NEW, i, 1, false);
		run_all(&answer, KXF_ESTABLISHED, i, 1, true);
		run_all(&ask, KXF_ESTABLISHED, i, 1, false);
	}
	counts = counts_of(&object);
	object.drive->now_ns += 1000000000;
	wrong = run_all(&ask, KXF_ESTABLISHED, 0, 500, false);
	run_all(&ask, KXF_NEW, INVENTED, 1000, false);
	dropped = object.drive->dropped;
	object.drive->now_ns += 200000000000;
	run_all(&ask, KXF_NEW, INVENTED, 500, false);
	again = object.drive->dropped;
	printf("full places %u made %llu refused %llu wrong %u dropped %u later %u\n",
	       object.nr_bins * KXF_WAYS_OF_BIN, (unsigned long long)counts.made,
	       (unsigned long long)counts.refused, wrong, dropped, again);
	return 0;
}

static void run_on(int cpu, const struct frame *frame, uint32_t packets, uint32_t span)
{
	cpu_set_t set;

	CPU_ZERO(&set);
	CPU_SET(cpu, &set);
	sched_setaffinity(0, sizeof(set), &set);
	for (uint32_t sent = 0; sent < packets; sent += BLOCK)
		run_loop(&object, frame, TRK_COMMIT, sent % span, BLOCK, span);
	_exit(0);
}

static uint32_t count_twins(uint32_t *present, uint32_t *locked)
{
	static uint32_t seen[1 << 17];
	uint32_t twins = 0;

	for (uint32_t i = 0; i < object.nr_bins; i++) {
		const struct kxf_bin *bin = &object.bins[i];

		*locked += bin->lock;
		for (int way = 0; way < KXF_WAYS_OF_BIN; way++) {
			const struct kxf_tuple *tuple = &bin->slot[way].tuple;
			uint32_t client = tuple->address[tuple->address[0][1] == 0xffffc0a80001][1];

			if (!bin->phase[way])
				continue;
			++*present;
			twins += seen[client & 0x1ffff]++ != 0;
		}
	}
	return twins;
}

/* Where two CPUs meet in a bin, one waits: no tuple is there twice, none is lost or not counted. */
static int race(uint32_t packets)
{
	uint32_t present = 0, locked = 0, twins;
	int cpus = sysconf(_SC_NPROCESSORS_ONLN), status, failed = 0;
	struct kxf_tracked counts;
	struct frame frame;

	cpus = cpus > 4 ? 4 : cpus;
	make_part(&frame, false, 2, 77, 0, 0);
	for (int i = 0; i < cpus; i++)
		if (!fork())
			run_on(i, &frame, packets, 60000);
	while (wait(&status) > 0)
		failed += status != 0;
	counts = counts_of(&object);
	twins = count_twins(&present, &locked);
	printf("race cpus %d failed %d present %u twins %u locked %u made %llu pushed_out %llu busy %llu\n",
	       cpus, failed, present, twins, locked, (unsigned long long)counts.made,
	       (unsigned long long)counts.pushed_out, (unsigned long long)counts.busy);
	return failed || twins || locked;
}

int main(int argc, char **argv)
{
	bool is_flood = argc > 3 && !strcmp(argv[2], "flood");
	bool is_race = argc > 3 && !strcmp(argv[2], "race");

	if (argc < 3)
		die("usage: trkload OBJECT flood|race PACKETS, or full");
	open_trk(&object, argv[1], MANY, is_flood ? KXF_BINS : is_race ? 1024 : 128, false);
	client = ip4(0x0a000000);
	server = ip4(0xc0a80001);
	object.drive->verdict = KXF_PASS;
	object.drive->now_ns = 1000000000000;
	if (is_race)
		return race(atoi(argv[3]));
	return is_flood ? flood(atoi(argv[3])) : full();
}
