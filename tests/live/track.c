// SPDX-License-Identifier: GPL-2.0-only
/*
 * Random sequences of packets between a few ends, mostly as real ones would go on, often
 * not: the kernel half and the reference have to say the same of each. OBJECT SEQUENCES
 * SEED [picks-up].
 */
#include "../../tools/kxfilter/reference/track.h"
#include "trk.h"

#define ENDS		3
#define TALKS		4
#define PACKETS		24

/* A TCP connection as its ends would have it, to go on from. */
struct talk {
	uint16_t port[2];
	uint32_t next[2];	/* number of the next byte */
	uint8_t step;		/* of the handshake */
	uint8_t fins;		/* that were sent */
};

struct world {
	struct address end[ENDS];
	struct talk talk[TALKS];
	struct frame last;	/* for errors */
	struct address last_from;
	bool has_last;
	uint16_t piece;
};

static uint64_t state;

static uint32_t any(uint32_t below)
{
	state ^= state << 13;
	state ^= state >> 7;
	state ^= state << 17;
	return below ? (state >> 16) % below : state >> 16;
}

static bool chance(uint32_t percent)
{
	return any(100) < percent;
}

/* Mostly what it is, else a little or far beside. */
static uint32_t beside(uint32_t value)
{
	static const int32_t steps[] = { 1, -1, 2, 1000, -1000, 65535, -65535, 66000, -66000, 66001,
					 -66001, 200000, -200000 };

	if (chance(80))
		return value;
	return chance(80) ? value + steps[any(13)] : any(0);
}

static void make_world(struct world *world, uint32_t number)
{
	bool is_ip6 = chance(30);

	memset(world, 0, sizeof(*world));
	for (uint32_t i = 0; i < ENDS; i++) {
		uint64_t own = (uint64_t)number * 4 + i;

		world->end[i] = is_ip6 ? ip6(own << 8 | 1) : ip4(0x0b000000 + own);
	}
	for (int i = 0; i < TALKS; i++) {
		struct talk *talk = &world->talk[i];

		talk->port[0] = 40000 + any(2);
		talk->port[1] = 80 + any(2);
		talk->next[0] = chance(20) ? 0 - any(3000) : any(0);
		talk->next[1] = chance(20) ? 0 - any(3000) : any(0);
	}
}

static uint8_t flags_of(struct talk *talk, int *side)
{
	static const uint8_t all[] = { 2, 18, 16, 16, 16, 17, 17, 4, 20, 0, 3, 41, 1, 24, 6 };

	if (chance(12))
		return all[any(sizeof(all))];
	switch (talk->step) {
	case 0:
		*side = chance(95) ? 0 : 1;
		return 2;
	case 1:
		*side = 1;
		return chance(5) ? 2 : chance(5) ? 20 : 18;
	case 2:
		*side = 0;
		return 16;
	}
	/* Who has heard one, sends one, and acknowledges the other's. */
	if (!talk->fins && chance(15))
		*side = 0;
	else if (talk->fins == 1 && chance(60))
		*side = 1;
	else
		return chance(4) ? 4 : 16;
	return 17;
}

static void tcp_packet(struct world *world, struct frame *frame, int a, int b)
{
	struct talk *talk = &world->talk[any(TALKS)];
	int side = any(2);
	uint8_t flags = flags_of(talk, &side);
	struct tcp tcp = {
		.from = talk->port[side],
		.to = talk->port[!side],
		.seq = beside(talk->next[side]),
		.ack = flags & 16 ? beside(talk->next[!side]) : chance(90) ? 0 : any(0),
		.flags = flags,
		.window = chance(70) ? 1000 + any(60000) : any(3),
		.scale = flags & 2 && chance(60) ? any(16) : 255,
		.data = flags & 2 ? chance(3) : !talk->fins && chance(60) ? any(1400) : 0,
	};

	/* A reset answers what the other end acknowledged. */
	if (flags & 4 && chance(30))
		tcp.seq = talk->next[side] + any(40000);
	make_tcp(frame, &world->end[side ? b : a], &world->end[side ? a : b], &tcp);
	world->last_from = world->end[side ? b : a];
	if (tcp.seq == talk->next[side])
		talk->next[side] += tcp.data + !!(flags & 2) + !!(flags & 1);
	if (flags == 17 && tcp.seq + tcp.data + 1 == talk->next[side])
		talk->fins++;
	if (flags & 2)
		talk->fins = 0;
	if (talk->step < 3 && chance(95))
		talk->step++;
	else if (chance(3))
		talk->step = 0;
}

static void error_packet(struct world *world, struct frame *frame)
{
	static const uint8_t types[2][6] = { { 3, 11, 12, 4, 5, 3 }, { 1, 2, 3, 4, 137, 1 } };
	struct address from = world->end[any(ENDS)], to = world->last_from;

	if (chance(10))
		to = world->end[any(ENDS)];
	make_error(frame, &from, &to, types[from.is_ip6][any(6)], &world->last,
		   chance(80) ? 8 + any(60) : any(8));
}

/* Of a UDP datagram: its first piece, or a later one. */
static void piece_packet(struct world *world, struct frame *frame, int a, int b)
{
	uint32_t offset = chance(50) ? 0 : 1 + any(100);
	uint8_t *ip = frame->bytes + LINK;

	make_udp(frame, &world->end[a], &world->end[b], 40000 + any(2), 53, 24);
	if (world->end[a].is_ip6)
		return;
	if (!offset || chance(30))
		world->piece = any(3) + 1;
	put16(ip + 4, world->piece);
	put16(ip + 6, 0x2000 | offset);
	if (!offset)
		put16(ip + 24, 2000);
	put16(ip + 10, 0);
	put16(ip + 10, ~sum_of(ip, 20, 0));
}

static void some_packet(struct world *world, struct frame *frame)
{
	int a = any(2), b = 1 - a, what = any(100);
	const struct address *from = &world->end[chance(5) ? 2 : a], *to = &world->end[b];
	static const uint8_t asks[2][4] = { { 8, 0, 13, 14 }, { 128, 129, 135, 128 } };

	if (world->has_last && what < 10) {
		error_packet(world, frame);
		return;
	}
	world->last_from = *from;
	if (what < 62)
		tcp_packet(world, frame, 0, 1);
	else if (what < 75)
		make_udp(frame, from, to, a ? 53 : 40000, a ? 40000 : 53, any(100));
	else if (what < 85)
		make_echo(frame, from, to, asks[from->is_ip6][any(4)], any(2), any(50));
	else if (what < 90)
		make_frame(frame, from, to, 47, "12345678", 8);
	else if (what < 93)
		make_frame(frame, from, to, 132, "\x9c\x40\0\x50" "12345678", 12);
	else
		piece_packet(world, frame, a, b);
	if (!chance(30))
		return;
	world->last = *frame;
	world->has_last = true;
}

static uint64_t later(uint64_t now_ns)
{
	static const uint32_t waits[] = { 5, 9, 11, 29, 31, 59, 61, 62, 179, 181, 239, 241, 299,
					  301, 599, 601, 7439, 7441 };

	if (chance(90))
		return now_ns + any(200) * 1000000ULL;
	return now_ns + waits[any(18)] * 1000000000ULL;
}

static void complain(const struct frame *frame, uint32_t sequence, int packet, int at,
		     const struct trk_drive *drive, enum state expected)
{
	fprintf(stderr, "# sequence %u, packet %d, at %d: state %u, phase %u, expected %d\n# ",
		sequence, packet, at, drive->state, drive->phase, expected);
	for (size_t i = LINK; i < frame->len && i < LINK + 80; i++)
		fprintf(stderr, "%02x", frame->bytes[i]);
	fprintf(stderr, "\n");
}

int main(int argc, char **argv)
{
	uint32_t sequences = argc > 2 ? atoi(argv[2]) : 0, wrong = 0;
	static const char *const names[] = { "untracked", "new", "established", "related",
					     "invalid" };
	unsigned long long seen[STATES] = {}, phases[KXF_PHASES] = {}, packets = 0;
	uint64_t now_ns = 1000000000000ULL;
	bool picks_up = argc > 4;
	struct reference_tracker *tracker = reference_tracker_new(picks_up);
	struct object object;
	struct frame frame;
	struct world world;

	if (argc < 4 || !tracker)
		die("usage: track OBJECT SEQUENCES SEED [picks-up]");
	state = strtoull(argv[3], NULL, 0) * 2654435761u + 88172645463325252ull;
	open_trk(&object, argv[1], SINGLE, 4096, picks_up);
	for (uint32_t i = 0; i < sequences && wrong < 10; i++) {
		make_world(&world, i);
		reference_tracker_clear(tracker);
		now_ns += 8000000000000ULL;
		for (int n = 0; n < PACKETS; n++) {
			enum at at = any(ATS);
			bool passes = chance(90);
			enum state expected;

			now_ns = later(now_ns);
			some_packet(&world, &frame);
			object.drive->now_ns = now_ns;
			object.drive->verdict = passes ? KXF_PASS : KXF_DROP;
			run_at(&object, at, &frame, NULL);
			expected = reference_track(tracker, frame.bytes, frame.len, now_ns);
			if (passes)
				reference_track_pass(tracker);
			seen[expected]++;
			if (expected == STATE_ESTABLISHED && object.drive->phase < KXF_PHASES)
				phases[object.drive->phase]++;
			packets++;
			if (object.drive->state == expected)
				continue;
			complain(&frame, i, n, at, object.drive, expected);
			wrong++;
			break;
		}
	}
	printf("packets %llu wrong %u", packets, wrong);
	for (int i = 0; i < STATES; i++)
		printf(" %s %llu", names[i], seen[i]);
	printf("\nphases");
	for (int i = 1; i < KXF_PHASES; i++)
		printf(" %llu", phases[i]);
	printf("\n");
	reference_tracker_free(tracker);
	bpf_object__close(object.obj);
	return wrong ? 1 : 0;
}
