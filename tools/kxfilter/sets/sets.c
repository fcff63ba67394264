// SPDX-License-Identifier: GPL-2.0-only
/* Live sets of a filter that acts. Programs look at them and add to them all the time. */
#include <bpf/bpf.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

#include "cli/own.h"
#include "sets.h"

#define ALL_BYTES	(KXF_LIVE_SLOTS * sizeof(struct kxf_live))

int sets_open(int live_sets, int live_elements, uint32_t used, struct sets *out)
{
	struct kxf_live *slots = MAP_FAILED;

	if (live_sets < 0 || live_elements < 0)
		return -ENOENT;
	slots = mmap(NULL, ALL_BYTES, PROT_READ | PROT_WRITE, MAP_SHARED, live_sets, 0);
	if (slots == MAP_FAILED)
		return -errno;
	*out = (struct sets){ slots, live_elements, used };
	return 0;
}

void sets_close(struct sets *sets)
{
	if (sets->slots)
		munmap(sets->slots, ALL_BYTES);
	*sets = (struct sets){};
}

struct kxf_live *sets_find(const struct sets *sets, const char *name)
{
	for (uint32_t i = 0; i < KXF_LIVE_SLOTS; i++)
		if (sets->used & 1U << i && !strncmp(sets->slots[i].name, name, KXF_ID))
			return &sets->slots[i];
	return NULL;
}

uint32_t sets_slot(const struct sets *sets, const struct kxf_live *set)
{
	return set - sets->slots;
}

uint64_t sets_now_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * 1000000000ULL + now.tv_nsec;
}

bool sets_is_member(const struct kxf_until *until, uint64_t now_ns)
{
	return !until->expires_ns || until->expires_ns > now_ns;
}

long sets_sweep(const struct sets *sets, struct kxf_live *set)
{
	int fd = elements_open(sets->outer, sets_slot(sets, set));
	uint64_t now = sets_now_ns();
	struct elements all = {};
	size_t over = 0, nr;
	int err = fd < 0 ? fd : elements_read(fd, &all);

	for (size_t i = 0; !err && i < all.nr; i++)
		if (!sets_is_member(&all.values[i], now))
			all.keys[over++] = all.keys[i];
	if (!err)
		err = elements_remove(fd, all.keys, over);
	nr = all.nr - over;
	elements_free(&all);
	if (fd >= 0)
		close(fd);
	return err ? err : (long)nr;
}

/* What they were before; of those that were not there, the key alone. */
struct before {
	struct elements old;
	struct kxf_element *fresh;
	size_t nr_fresh;
};

static void before_free(struct before *before)
{
	elements_free(&before->old);
	free(before->fresh);
}

static int before_read(int fd, const struct elements *elements, struct before *out)
{
	struct before before = {
		.old = { calloc(elements->nr + 1, sizeof(struct kxf_element)),
			 calloc(elements->nr + 1, sizeof(struct kxf_until)), 0 },
		.fresh = calloc(elements->nr + 1, sizeof(struct kxf_element)),
	};

	if (!before.old.keys || !before.old.values || !before.fresh) {
		before_free(&before);
		return -ENOMEM;
	}
	for (size_t i = 0; i < elements->nr; i++)
		if (bpf_map_lookup_elem(fd, &elements->keys[i],
					&before.old.values[before.old.nr]))
			before.fresh[before.nr_fresh++] = elements->keys[i];
		else
			before.old.keys[before.old.nr++] = elements->keys[i];
	*out = before;
	return 0;
}

static int put_all(const struct sets *sets, struct kxf_live *set, int fd,
		   const struct elements *elements)
{
	struct elements rest = *elements;
	long put = elements_put(fd, elements);

	if (put < 0 || (size_t)put == elements->nr)
		return put < 0 ? put : 0;
	/* What has expired may have been in the way. */
	rest.keys += put;
	rest.values += put;
	rest.nr -= put;
	put = sets_sweep(sets, set);
	if (put >= 0)
		put = elements_put(fd, &rest);
	return put < 0 ? put : (size_t)put < rest.nr ? -E2BIG : 0;
}

static uint32_t map_of(const struct sets *sets, uint32_t slot)
{
	uint32_t id = 0;

	return bpf_map_lookup_elem(sets->outer, &slot, &id) ? 0 : id;
}

static int add_once(const struct sets *sets, struct kxf_live *set,
		    const struct elements *elements, size_t *nr_new)
{
	int fd = elements_open(sets->outer, sets_slot(sets, set));
	struct before before = {};
	int err = fd < 0 ? fd : before_read(fd, elements, &before);

	if (!err) {
		elements_lengths(set, elements);
		err = put_all(sets, set, fd, elements);
		*nr_new = before.nr_fresh;
		if (err) {
			(void)elements_remove(fd, before.fresh, before.nr_fresh);
			(void)elements_put(fd, &before.old);
		}
		/* Again, for one who emptied it meanwhile. */
		elements_lengths(set, elements);
	}
	before_free(&before);
	if (fd >= 0)
		close(fd);
	return err;
}

/* Where another one gave the set a larger map meanwhile, that may not have them. */
int sets_add(const struct sets *sets, struct kxf_live *set, const struct elements *elements,
	     size_t *nr_new)
{
	uint32_t slot = sets_slot(sets, set), id;
	int err;

	do {
		id = map_of(sets, slot);
		err = add_once(sets, set, elements, nr_new);
	} while (!err && map_of(sets, slot) != id);
	return err;
}

long sets_count(const struct sets *sets, const struct kxf_live *set,
		const struct elements *elements, size_t *missing)
{
	int fd = elements_open(sets->outer, sets_slot(sets, set));
	uint64_t now = sets_now_ns();
	long nr = 0;

	if (fd < 0)
		return fd;
	*missing = elements->nr;
	for (size_t i = elements->nr; i-- > 0;) {
		struct kxf_until until;

		if (!bpf_map_lookup_elem(fd, &elements->keys[i], &until) &&
		    sets_is_member(&until, now))
			nr++;
		else
			*missing = i;
	}
	close(fd);
	return nr;
}

int sets_remove(const struct sets *sets, const struct kxf_live *set,
		const struct elements *elements)
{
	uint32_t slot = sets_slot(sets, set), id;
	int err;

	do {
		int fd = elements_open(sets->outer, slot);

		id = map_of(sets, slot);
		err = fd < 0 ? fd : elements_remove(fd, elements->keys, elements->nr);
		if (fd >= 0)
			close(fd);
	} while (!err && map_of(sets, slot) != id);
	return err;
}

int sets_flush(const struct sets *sets, struct kxf_live *set)
{
	for (int i = 0; i < KXF_LENGTHS; i++)
		__atomic_store_n(&set->lengths[i], 0, __ATOMIC_SEQ_CST);
	return elements_new(sets->outer, sets_slot(sets, set), set->size);
}

struct pair {
	struct kxf_element key;
	struct kxf_until value;
};

static int compare_pairs(const void *a, const void *b)
{
	const struct kxf_element *left = a, *right = b;
	struct number first = { left->address.high, left->address.low };
	struct number second = { right->address.high, right->address.low };
	int order = number_compare(first, second);

	return order ? order : (left->bits > right->bits) - (left->bits < right->bits);
}

static int sort(struct elements *elements)
{
	_cleanup_free_ struct pair *pairs = calloc(elements->nr + 1, sizeof(*pairs));

	if (!pairs)
		return -ENOMEM;
	for (size_t i = 0; i < elements->nr; i++)
		pairs[i] = (struct pair){ elements->keys[i], elements->values[i] };
	qsort(pairs, elements->nr, sizeof(*pairs), compare_pairs);
	for (size_t i = 0; i < elements->nr; i++) {
		elements->keys[i] = pairs[i].key;
		elements->values[i] = pairs[i].value;
	}
	return 0;
}

int sets_members(const struct sets *sets, const struct kxf_live *set, struct elements *out)
{
	int fd = elements_open(sets->outer, sets_slot(sets, set));
	uint64_t now = sets_now_ns();
	struct elements all = {};
	size_t nr = 0;
	int err = fd < 0 ? fd : elements_read(fd, &all);

	if (fd >= 0)
		close(fd);
	for (size_t i = 0; !err && i < all.nr; i++) {
		if (!sets_is_member(&all.values[i], now))
			continue;
		all.keys[nr] = all.keys[i];
		all.values[nr++] = all.values[i];
	}
	all.nr = nr;
	if (!err)
		err = sort(&all);
	if (err) {
		elements_free(&all);
		return err;
	}
	*out = all;
	return 0;
}

int sets_fill_one(const struct sets *sets, const struct filter_set *from)
{
	struct kxf_live *set = sets_find(sets, from->name);
	size_t nr_new;

	return set ? sets_add(sets, set, &from->elements, &nr_new) : -ENOENT;
}

static struct number host_bits(uint32_t bits)
{
	return (struct number){
		bits >= 128 ? UINT64_MAX : bits > 64 ? (1ULL << (bits - 64)) - 1 : 0,
		bits >= 64 ? UINT64_MAX : (1ULL << bits) - 1,
	};
}

static struct number last_of(struct number first, uint32_t host)
{
	struct number bits = host_bits(host);

	return (struct number){ first.high | bits.high, first.low | bits.low };
}

struct range sets_range(const struct kxf_element *element)
{
	struct number first = { element->address.high, element->address.low };

	return (struct range){ first, last_of(first, 128 - element->bits) };
}

/* The largest prefix that begins there and does not go beyond the last. */
static uint32_t host_of(struct number first, struct number last)
{
	uint32_t host = 0;

	while (host < 128) {
		struct number bits = host_bits(host + 1);

		if (first.high & bits.high || first.low & bits.low ||
		    number_compare(last_of(first, host + 1), last) > 0)
			break;
		host++;
	}
	return host;
}

static int add_prefix(struct elements *out, size_t *room, struct number first, uint32_t host,
		      uint64_t expires_ns)
{
	if (out->nr == *room) {
		size_t more = *room ? 2 * *room : 64;
		struct kxf_element *keys = reallocarray(out->keys, more, sizeof(*keys));
		struct kxf_until *values;

		out->keys = keys ? keys : out->keys;
		values = keys ? reallocarray(out->values, more, sizeof(*values)) : NULL;
		if (!values)
			return -ENOMEM;
		out->values = values;
		*room = more;
	}
	out->keys[out->nr] = (struct kxf_element){ { first.high, first.low }, 128 - host, 0 };
	out->values[out->nr++] = (struct kxf_until){ expires_ns };
	return 0;
}

int sets_elements(const struct element *list, size_t nr, uint64_t timeout_ns, uint64_t now_ns,
		  struct elements *out)
{
	struct elements made = {};
	size_t room = 0;
	int err = 0;

	for (size_t i = 0; i < nr && !err; i++) {
		uint64_t timeout = list[i].has_timeout ? list[i].timeout_ns : timeout_ns;
		struct number at = list[i].range.first, last = list[i].range.last, end;

		do {
			uint32_t host = host_of(at, last);

			err = add_prefix(&made, &room, at, host, timeout ? now_ns + timeout : 0);
			end = last_of(at, host);
			at = number_after(end);
		} while (!err && number_compare(end, last) < 0);
	}
	if (err) {
		elements_free(&made);
		return err;
	}
	*out = made;
	return 0;
}
