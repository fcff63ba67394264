// SPDX-License-Identifier: GPL-2.0-only
/* The table of connections: what is read is whole, what is forgotten is what was read. */
#include <pthread.h>
#include <stdatomic.h>

#include "connections/connections.h"
#include "kxfilter.h"
#include "until.h"

#define BINS	4
#define READS	3000000

static struct kxf_bin bins[BINS];
static const struct connections table = { bins, BINS * KXF_WAYS_OF_BIN };
static uint32_t serials;

/* As a program does it: others find it only when all of it is there. */
static void enter(uint32_t place, const struct kxf_slot *slot, uint32_t phase)
{
	struct kxf_bin *bin = &bins[place / KXF_WAYS_OF_BIN];
	uint32_t way = place % KXF_WAYS_OF_BIN;
	uint32_t serial = bin->slot[way].serial + 1;

	__atomic_store_n(&bin->phase[way], KXF_FREE, __ATOMIC_SEQ_CST);
	bin->slot[way] = *slot;
	__atomic_store_n(&bin->slot[way].serial, serial, __ATOMIC_SEQ_CST);
	bin->seen[way] = monotonic_ns() >> KXF_TICK_SHIFT;
	__atomic_store_n(&bin->phase[way], phase, __ATOMIC_SEQ_CST);
}

/* All of it says the same number. */
static struct kxf_slot slot_of(uint64_t number)
{
	struct kxf_slot slot = {
		.tuple = {
			.address = { { number, ~number }, { number * 3, number * 5 } },
			.port = { number, number >> 16 },
		},
		.made = number,
		.rule = number * 7,
	};

	for (int i = 0; i < 2; i++)
		slot.side[i] = (struct kxf_side){ number * 11, number * 13, number * 17 };
	return slot;
}

static bool is_whole(const struct kxf_slot *slot)
{
	struct kxf_slot expected = slot_of(slot->tuple.address[0][0]);

	expected.serial = slot->serial;
	return !memcmp(&expected, slot, sizeof(expected));
}

static atomic_bool is_over;

/* One place, taken by another connection again and again. */
static void *take_place(void *unused)
{
	uint64_t number = 1;

	while (!is_over) {
		struct kxf_slot slot = slot_of(number);

		enter(0, &slot, KXF_UDP_ASKED);
		number = number * 6364136223846793005 + 1442695040888963407;
	}
	return unused;
}

static void whole(void)
{
	struct connection it;
	uint64_t last = 0;
	size_t torn = 0, others = 0;
	pthread_t thread;

	if (pthread_create(&thread, NULL, take_place, NULL))
		exit(1);
	/* Where both threads share a CPU it takes longer. */
	for (size_t i = 0; i < READS || others <= 1000; i++) {
		if (!connections_read(&table, 0, &it))
			continue;
		torn += !is_whole(&it.slot);
		others += it.slot.tuple.address[0][0] != last;
		last = it.slot.tuple.address[0][0];
	}
	is_over = true;
	pthread_join(thread, NULL);
	printf("# %zu connections\n", others);
	ok(!torn, "what is read in one place is whole, while others take it");
}

/* A connection in place 1; @peer: and what it is behind a translation in place 9. */
static void begin(bool is_translated)
{
	struct kxf_slot slot = slot_of(1), alias = slot_of(2);

	memset(bins, 0, sizeof(bins));
	bins[0].slot[1].serial = bins[1].slot[1].serial = ++serials * 100;
	if (is_translated) {
		slot.flags = KXF_SLOT_TRANSLATED;
		alias.flags = KXF_SLOT_TRANSLATED | KXF_SLOT_ALIAS;
		slot.peer = 9;
		alias.peer = 1;
		slot.peer_serial = alias.peer_serial = serials * 100 + 1;
		enter(9, &alias, KXF_OPEN);
	}
	enter(1, &slot, KXF_OPEN);
}

static void read_back(void)
{
	struct connection it;

	begin(false);
	ok(connections_read(&table, 1, &it) && !it.is_translated && it.phase == KXF_OPEN,
	   "a connection is there");
	ok(!connections_read(&table, 0, &it), "... and none beside it");
	ok(connections_count(&table) == 1, "one in all");
	bins[0].seen[1] -= KXF_TICKS(7439);
	ok(connections_read(&table, 1, &it) && it.rest_ns < 2000000000 &&
	   it.silent_ns > 7438000000000, "silent for long, it is nearly over");
	bins[0].seen[1] -= KXF_TICKS(2);
	ok(!connections_read(&table, 1, &it), "... and then it is");
	bins[0].seen[1] += 2 * KXF_TICKS(7441);
	ok(connections_read(&table, 1, &it) && !it.silent_ns, "one that was seen since");
	bins[0].phase[1] = KXF_FRAGMENTS;
	ok(!connections_read(&table, 1, &it), "fragments are none");
	bins[0].phase[1] = KXF_PHASES;
	ok(!connections_read(&table, 1, &it), "nor is what no phase says");

	begin(true);
	ok(connections_read(&table, 1, &it) && it.is_translated &&
	   it.other.tuple.address[0][0] == 2, "one that is translated has both tuples");
	ok(!connections_read(&table, 9, &it), "... and is one");
	bins[0].slot[1].peer = table.places;
	ok(!connections_read(&table, 1, &it), "its other one is not in the table");
	bins[0].slot[1].peer = 9;
	bins[1].slot[1].serial++;
	ok(!connections_read(&table, 1, &it), "its other one is another's now: it is none");
}

static void forget(void)
{
	struct kxf_slot another = slot_of(3);
	struct connection it;

	begin(false);
	connections_read(&table, 1, &it);
	ok(connections_forget(&table, &it) && !bins[0].phase[1], "forgotten");
	ok(!connections_forget(&table, &it), "... once");
	bins[0].phase[1] = KXF_CLOSING;
	ok(connections_forget(&table, &it) && !bins[0].phase[1],
	   "a packet brought it back: forgotten again");
	enter(1, &another, KXF_OPEN);
	ok(!connections_forget(&table, &it) && bins[0].phase[1] == KXF_OPEN,
	   "another one has the place: it stays");

	begin(true);
	connections_read(&table, 1, &it);
	ok(connections_forget(&table, &it) && !bins[0].phase[1] && !bins[1].phase[1],
	   "with its translation");
	begin(true);
	connections_read(&table, 1, &it);
	enter(9, &another, KXF_OPEN);
	ok(connections_forget(&table, &it) && !bins[0].phase[1] && bins[1].phase[1] == KXF_OPEN,
	   "... unless another one has its place");
}

int main(void)
{
	whole();
	read_back();
	forget();
	printf("1..%d\n", nr_tests);
	return !!nr_failed;
}
