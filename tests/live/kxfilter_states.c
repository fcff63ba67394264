// SPDX-License-Identifier: GPL-2.0-only
/*
 * Sends the same packets by chance through two routers, one with kxfilter, one with nftables, and
 * compares the states that the two give each packet. `kxfilter_states PACKETS SEED [TRK]`, in the
 * network namespace between the routers that kxfilter_states.t has made. With TRK, the object of
 * connections alone: kxfilter's states are those of it, picking up what it has not seen begin.
 * Exit status 1: something differed that is not in the table of differences.
 */
#include <sched.h>
#include <time.h>

#include "kxfilter_routers.h"
#include "kxfilter_memory.h"

#define SHOWN	5
#define LOOSE_GROUPS	(1 << 17)	/* on other addresses */
#define PATIENCE_NS	5000000000ULL	/* a reset is forgotten after 10 s */

static const char *const names[] = { "untracked", "new", "established", "related", "invalid", "-" };
static const char *const lives[] = { "none", "opening", "accepted", "middle", "running", "half shut",
				     "shut", "over", "reset", "pieces" };
static const char *const phases[] = { "none", "SYN_SENT", "SYN_RECV", "ESTABLISHED", "FIN_WAIT",
				      "CLOSE_WAIT", "LAST_ACK", "TIME_WAIT", "CLOSE", "SYN_SENT2" };

/* What the two said of a packet. */
struct told {
	enum state kx, nf;
	enum state expected;	/* of the reference */
	int life, phase;	/* before */
};

static struct router kx_router = { { "k-left", "k-right" } }, nf_router = { { "n-left", "n-right" } };
static struct told told[GROUP];

static struct difference another_kernel = { .reason = "conntrack of another kernel" };
static struct object object;
static uint64_t groups, packets, compared, same, later, slow, unforeseen, differ;
static uint64_t by_state[2][STATES + 1];

static uint64_t now_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * 1000000000ULL + now.tv_nsec;
}

static void show_packet(const struct sent *sent, const struct told *it)
{
	fprintf(stderr, "# %s sort %d flags %02x seq %u ack %u data %u window %u scale %d type %u/%u %s%s: kxfilter %s (%s; %s), conntrack %s (%s)\n",
		sent->side ? "<-" : "->", sent->sort, sent->tcp.flags, sent->tcp.seq, sent->tcp.ack,
		sent->tcp.data, sent->tcp.window, sent->tcp.scale == 255 ? -1 : sent->tcp.scale,
		sent->type, sent->code, sent->what, sent->is_bad_sum ? ", bad sum" : "",
		names[it->kx], lives[it->life + 1], names[it->expected], names[it->nf],
		phases[it->phase]);
}

static void show(const char *what, int at)
{
	const struct thread *thread = &group.threads[group.sent[at].thread];

	fprintf(stderr, "# group %u, packet %d: %s; IPv%d, protocol %d, ports %d and %d; all of its connection:\n",
		group.number, at, what, thread->is_ip6 ? 6 : 4, thread->protocol, thread->port[0],
		thread->port[1]);
	for (int i = 0; i <= at; i++)
		if (group.sent[i].thread == group.sent[at].thread)
			show_packet(&group.sent[i], &told[i]);
}

static void complain(const char *what, int at)
{
	if (differ++ < SHOWN)
		show(what, at);
}

static void send_fence(const struct router *router, int side)
{
	struct address from = ip4(0x0a1fff01 + side * 0x100000);
	struct address to = ip4(0x0a1fff01 + !side * 0x100000);
	struct frame frame;

	make_udp(&frame, &from, &to, 9, 9, 4);
	put_number(&frame, FENCE);
	send_to(router, side, &frame);
}

/* The place of what came out among what was sent. */
static int place_of(const struct arrival *arrival)
{
	static int hints[FENCE];
	int at = hints[arrival->number];

	for (int i = 0; i < group.nr; i++, at++) {
		const struct sent *sent = &group.sent[at % group.nr];

		if (sent->number == arrival->number && sent->offset == arrival->offset) {
			hints[arrival->number] = at % group.nr;
			return at % group.nr;
		}
	}
	return -1;
}

/* All that comes out until the fence has come on both sides. */
static void collect(const struct router *router, bool is_kx)
{
	struct arrival arrival;

	for (int side = 0; side < 2; side++) {
		while (receive_from(router, side, &arrival)) {
			int at = place_of(&arrival);
			enum state *state;

			if (at < 0 || group.sent[at].side == side || !arrival.dscp ||
					arrival.dscp > STATES)
				die("a packet came out that was not sent, or was not looked at");
			state = is_kx ? &told[at].kx : &told[at].nf;
			if (*state != NOTHING)
				die("a packet came out twice");
			*state = arrival.dscp - 1;
		}
	}
}

static enum state try_trk(struct frame *frame)
{
	run_at(&object, AT_IN, frame, NULL);
	return object.drive->state;
}

static void send_group(void)
{
	for (int i = 0; i < group.nr; i++) {
		struct sent *sent = &group.sent[i];

		told[i] = (struct told){ .kx = NOTHING, .nf = NOTHING };
		if (is_loose)
			told[i].kx = try_trk(&sent->frame);
		else
			send_to(&kx_router, sent->side, &sent->frame);
		send_to(&nf_router, sent->side, &sent->frame);
	}
	for (int side = 0; side < 2; side++) {
		if (!is_loose)
			send_fence(&kx_router, side);
		send_fence(&nf_router, side);
	}
	if (!is_loose)
		collect(&kx_router, true);
	collect(&nf_router, false);
}

/* It has not begun anew. */
static bool is_going_on(const struct memory *memory, const struct sent *sent)
{
	int origin, life = life_of(memory, sent, &origin);

	return life != NO_LIFE && life != OPENING;
}

/* Both are known before and after it; the states are compared, and what it did. */
static void judge(struct memory *memory, const struct seen *seen, bool were_together, int at)
{
	const struct sent *sent = &group.sent[at];
	bool are_still = are_together(memory, sent);
	struct difference *difference = NULL;

	compared += were_together;
	later += !were_together;
	same += were_together && is_silent(seen);
	if (were_together && (!is_silent(seen) || !are_still)) {
		difference = difference_of(seen);
		if (!difference)
			complain("kxfilter and conntrack differ for no known reason", at);
		else if (is_silent(seen))
			difference->silent++;
		else
			difference->packets++;
	}
	if (difference && (!are_still || difference->moves))
		memory->apart = difference;
	else if (are_still && !is_going_on(memory, sent) &&
		 !(memory->ct.is_there && memory->ct.is_answered))
		memory->apart = NULL;
}

static void compare_one(int at)
{
	const struct sent *sent = &group.sent[at];
	struct memory *memory = &memories[sent->thread];
	struct told *it = &told[at];
	struct ct before = memory->ct;
	struct connection was, *c = connection_of(sent);
	bool were_together = !memory->apart && are_together(memory, sent);
	int origin = 0;
	enum state foreseen;
	struct seen seen = { .sent = sent, .ct = &before, .kx = it->kx, .nf = it->nf };

	if (sent->sort == SORT_ERROR)
		seen.about = &group.sent[sent->about];
	if (c) {
		was = *c;
		seen.talk = &was;
	}
	it->life = seen.life = life_of(memory, sent, &origin);
	seen.way = origin != sent->side;
	it->phase = before.is_there ? before.phase : CT_NONE;
	it->expected = kx_expects(memory, sent);
	if (it->kx != it->expected)
		complain("kxfilter is not as its reference", at);
	foreseen = ct_expects(memory, sent, it->nf);
	if (foreseen != it->nf) {
		if (it->nf == NOTHING)
			complain("it did not come out of the router with nft", at);
		else if (unforeseen++ < SHOWN)
			show("conntrack is not as expected", at);
		memory->apart = &another_kernel;
		were_together = false;
	}
	packets++;
	by_state[0][it->kx]++;
	by_state[1][it->nf]++;
	judge(memory, &seen, were_together, at);
}

static void try_group(void)
{
	uint64_t begin = now_ns();

	make_group(&group, groups + (is_loose ? LOOSE_GROUPS : 0));
	send_group();
	memset(memories, 0, sizeof(memories));
	reference_tracker_clear(tracker);
	if (now_ns() - begin > PATIENCE_NS) {
		slow += group.nr;
		return;
	}
	for (int i = 0; i < group.nr; i++)
		compare_one(i);
}

/* The kernel takes packets from one to the next on the CPU that sends: so their order stays. */
static void stay(void)
{
	cpu_set_t cpus;

	CPU_ZERO(&cpus);
	CPU_SET(sched_getcpu(), &cpus);
	sched_setaffinity(0, sizeof(cpus), &cpus);
}

int main(int argc, char **argv)
{
	uint64_t nr, seed;

	if (argc < 3)
		return 2;
	nr = strtoul(argv[1], NULL, 0);
	seed = strtoul(argv[2], NULL, 0);
	is_loose = argc > 3;
	tracker = reference_tracker_new(is_loose);
	stay();
	if (is_loose) {
		open_trk(&object, argv[3], SINGLE, KXF_BINS, true);
		object.drive->verdict = KXF_PASS;
	} else {
		open_router(&kx_router);
	}
	open_router(&nf_router);
	for (groups = 0; packets + slow < nr && differ < SHOWN; groups++) {
		chance_state = (seed << 20) + groups;
		try_group();
	}
	printf("%llu packets in %llu groups: %llu compared, %llu the same, %llu after a difference, %llu in groups that took too long, %llu of another kernel\n",
	       (unsigned long long)packets, (unsigned long long)groups,
	       (unsigned long long)compared, (unsigned long long)same, (unsigned long long)later,
	       (unsigned long long)slow, (unsigned long long)unforeseen);
	for (int i = 0; i <= STATES; i++)
		printf("%s: kxfilter %llu, conntrack %llu\n", names[i],
		       (unsigned long long)by_state[0][i], (unsigned long long)by_state[1][i]);
	for (size_t i = 0; i < DIFFERENCES; i++)
		printf("difference: %llu packets, %llu silent: %s\n",
		       (unsigned long long)differences[i].packets,
		       (unsigned long long)differences[i].silent, differences[i].reason);
	return differ != 0;
}
