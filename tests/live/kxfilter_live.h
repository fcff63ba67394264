/* SPDX-License-Identifier: GPL-2.0-only */
/* Live sets by chance, changed between packets: in the kernel half and in the reference. */
#ifndef TEST_KXFILTER_LIVE_H
#define TEST_KXFILTER_LIVE_H

#include <sys/mman.h>

#include "../../tools/kxfilter/compile/elements.h"
#include "../../tools/kxfilter/compile/live.h"
#include "../../tools/kxfilter/reference/reference.h"
#include "kxfilter_sets.h"

static uint64_t live_changes;

struct live_trial {
	const struct rules *rules;
	const struct compiled *compiled;
	struct reference_world *world;
	struct kxf_live *sets;
	int outer;
};

static void live_open(struct live_trial *live, struct bpf_object *obj)
{
	int fd = bpf_object__find_map_fd_by_name(obj, "live_sets");

	live->outer = bpf_object__find_map_fd_by_name(obj, "live_elements");
	live->sets = mmap(NULL, KXF_LIVE_SLOTS * sizeof(*live->sets), PROT_READ | PROT_WRITE,
			  MAP_SHARED, fd, 0);
	live->world->live = calloc(live->rules->nr_live + 1, sizeof(*live->world->live));
	if (live->sets == MAP_FAILED || !live->world->live)
		exit(1);
}

static void live_close(struct live_trial *live)
{
	munmap(live->sets, KXF_LIVE_SLOTS * sizeof(*live->sets));
	for (size_t i = 0; i < live->rules->nr_live; i++)
		free(live->world->live[i].rows);
	free(live->world->live);
}

/* An address, or a prefix of its first bits, and the same as a range. */
static struct kxf_element some_element(struct reference_element *out)
{
	struct number first = some_address(), host = {};
	bool is_ip4 = !first.high && first.low >> 32 == 0xffff;
	uint32_t bits = one_of(2) ? 128 : is_ip4 ? 128 - below(33) : 128 - below(129), rest;

	rest = 128 - bits;
	host.low = rest >= 64 ? UINT64_MAX : (1ULL << rest) - 1;
	host.high = rest == 128 ? UINT64_MAX : rest > 64 ? (1ULL << (rest - 64)) - 1 : 0;
	first.low &= ~host.low;
	first.high &= ~host.high;
	*out = (struct reference_element){
		first, { first.high | host.high, first.low | host.low }, is_ip4 && bits >= 96, 0,
	};
	return (struct kxf_element){ { first.high, first.low }, bits, 0 };
}

static void live_fail(const char *what, int err)
{
	fprintf(stderr, "%s: %s\n", what, strerror(-err));
	exit(1);
}

static void live_change(struct live_trial *live)
{
	size_t nr = below(live->rules->nr_live);
	uint32_t slot = compiled_live(live->compiled, nr);
	struct reference_element element;
	struct kxf_element key = some_element(&element);
	struct kxf_until until = {};
	struct elements one = { &key, &until, 1 };
	struct reference_live *own = &live->world->live[nr];
	int fd = elements_open(live->outer, slot), err = fd < 0 ? fd : 0;

	live_changes++;
	if (!err && one_of(60)) {
		err = elements_new(live->outer, slot, live->rules->live[nr].size);
		memset(live->sets[slot].lengths, 0, sizeof(live->sets[slot].lengths));
		own->nr = 0;
	} else if (!err && one_of(3)) {
		err = elements_remove(fd, &key, 1);
		reference_remove(own, element.first, element.last);
	} else if (!err) {
		if (one_of(2))
			until.expires_ns = live->world->now_ns + below(200000);
		element.expires_ns = until.expires_ns;
		elements_lengths(&live->sets[slot], &one);
		if (elements_put(fd, &one) != 1)
			err = -EIO;
		reference_put(own, &element);
	}
	if (err)
		live_fail("a live set cannot be changed", err);
	close(fd);
}

/* Now and then, before a packet. */
static void live_change_some(struct live_trial *live)
{
	while (live->rules->nr_live && one_of(4))
		live_change(live);
}

/* What the two have in the end is the same: rules have added to both. */
static bool live_is_same(struct live_trial *live)
{
	bool is_same = true;

	for (size_t i = 0; i < live->rules->nr_live; i++) {
		int fd = elements_open(live->outer, compiled_live(live->compiled, i));
		const struct reference_live *own = &live->world->live[i];
		struct elements all = {};
		size_t found = 0;

		if (fd < 0 || elements_read(fd, &all))
			return false;
		for (size_t k = 0; k < all.nr; k++)
			for (size_t n = 0; n < own->nr; n++)
				found += own->rows[n].first.high == all.keys[k].address.high &&
					 own->rows[n].first.low == all.keys[k].address.low &&
					 own->rows[n].expires_ns == all.values[k].expires_ns;
		close(fd);
		is_same &= found >= own->nr && all.nr == own->nr;
		elements_free(&all);
	}
	return is_same;
}

#endif
