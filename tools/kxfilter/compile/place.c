// SPDX-License-Identifier: GPL-2.0-only
/* Writes classes as the tables that the kernel searches; bpf/kxfilter/classify.h reads them. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "place.h"

#define MAPPED		0x0000ffff00000000ULL	/* ::ffff:0:0, where IPv4 begins */
#define MAPPED_END	0x0001000000000000ULL
#define PIECES4_MAX	(1u << 26)
#define INDEX_BITS	16

int image_place(struct image *image, size_t len, uint32_t *at)
{
	size_t begin = image->len ? image->len : 64;
	size_t end = begin + ((len + 7) & ~(size_t)7);

	if (end > IMAGE_MAX)
		return -E2BIG;
	if (end > image->room) {
		size_t room = end > 2 * image->room ? end : 2 * image->room;
		uint8_t *bytes = realloc(image->bytes, room);

		if (!bytes)
			return -ENOMEM;
		image->bytes = bytes;
		image->room = room;
	}
	memset(image->bytes + (image->len ? begin : 0), 0, end - (image->len ? begin : 0));
	image->len = end;
	*at = begin;
	return 0;
}

int place_table(struct image *image, const struct classes *classes, uint32_t last,
		struct kxf_table *out)
{
	uint16_t *to;
	size_t next = 0;
	int err = image_place(image, ((size_t)last + 1) * sizeof(*to), &out->classes);

	if (err)
		return err;
	out->last = last;
	out->nr = classes->nr;
	to = (uint16_t *)(image->bytes + out->classes);
	for (uint32_t i = 0; i <= last; i++) {
		while (next < classes->nr_intervals && !classes->intervals[next].first.high &&
				classes->intervals[next].first.low <= i)
			next++;
		to[i] = classes->intervals[next - 1].class;
	}
	return 0;
}

int place_rows(struct image *image, const struct classes *classes, uint32_t row, uint32_t *at)
{
	int err = image_place(image, (size_t)classes->nr * row, at);

	for (uint32_t i = 0; i < classes->nr && !err; i++) {
		const uint64_t *bits = classes->bits + i * classes->words;
		uint64_t *to = (uint64_t *)(image->bytes + *at + (size_t)i * row);

		if (classes->words == 1) {
			*to = *bits;
			continue;
		}
		for (size_t j = 0; j < classes->words; j++)
			*to |= (uint64_t)!!bits[j] << j;
		memcpy(to + 1, bits, classes->words * sizeof(*bits));
	}
	return err;
}

int place_every(struct image *image, uint32_t nr, uint32_t row, uint32_t *at)
{
	size_t summary = row > 8;
	int err = image_place(image, row, at);
	uint64_t *to;

	if (err)
		return err;
	to = (uint64_t *)(image->bytes + *at);
	for (uint32_t i = 0; i < nr; i++) {
		to[summary + i / 64] |= 1ULL << i % 64;
		to[0] |= summary << i / 64;
	}
	return 0;
}

static bool is_ip4(struct number number)
{
	return !number.high && number.low >= MAPPED && number.low < MAPPED_END;
}

static bool is_before(struct number a, struct number b)
{
	return a.high < b.high || (a.high == b.high && a.low < b.low);
}

/* How many numbers of intervals [begin, end) are of IPv4 addresses with this upper half. */
static size_t nr_within(const struct classes *classes, size_t begin, uint32_t upper)
{
	size_t nr = 0;

	while (begin + nr < classes->nr_intervals && is_ip4(classes->intervals[begin + nr].first) &&
			(uint32_t)classes->intervals[begin + nr].first.low >> 16 == upper)
		nr++;
	return nr;
}

/* A piece: what begins within the upper half, and what goes on there. A power of two. */
static int place_piece(struct image *image, const struct classes *classes, size_t begin,
		       size_t nr, uint32_t going_on, struct kxf_search *out, uint32_t *entry)
{
	const struct interval *first = &classes->intervals[begin];
	bool is_whole = nr && !((uint32_t)first->first.low & 0xffff);
	uint32_t elements = nr + !is_whole, steps = 0, at, *to;
	int err;

	if (elements == 1) {
		*entry = KXF_DIRECT | (is_whole ? first->class : going_on);
		return 0;
	}
	while (1u << steps < elements)
		steps++;
	if (out->nr4 + (1u << steps) > PIECES4_MAX)
		return -E2BIG;
	/* Pieces follow one another: 8 bytes at least, so there is no gap. */
	err = image_place(image, 4ul << steps, &at);
	if (err)
		return err;
	to = (uint32_t *)(image->bytes + at);
	for (uint32_t i = 0; i < 1u << steps; i++) {
		const struct interval *interval = first + i - !is_whole;

		if (i >= elements)
			to[i] = to[i - 1];
		else if (!i && !is_whole)
			to[i] = going_on;
		else
			to[i] = (uint32_t)interval->first.low << 16 | interval->class;
	}
	*entry = out->nr4 << 5 | steps;
	out->nr4 += 1u << steps;
	return 0;
}

/* Only where IPv4 addresses are of more than one class. */
static int place_ip4(struct image *image, const struct classes *classes, struct kxf_search *out)
{
	uint32_t class = 0, entry;
	size_t i = 0;
	int err;

	while (i < classes->nr_intervals && is_before(classes->intervals[i].first,
						      (struct number){ 0, MAPPED }))
		class = classes->intervals[i++].class;
	if (i == classes->nr_intervals || !is_ip4(classes->intervals[i].first))
		return 0;
	err = image_place(image, 65536 * sizeof(entry), &out->index4);
	out->pieces4 = image->len;
	for (uint32_t upper = 0; upper < 65536 && !err; upper++) {
		size_t nr = nr_within(classes, i, upper);

		err = place_piece(image, classes, i, nr, class, out, &entry);
		if (err)
			break;
		((uint32_t *)(image->bytes + out->index4))[upper] = entry;
		i += nr;
		class = classes->intervals[i - 1].class;
	}
	return err;
}

/* The intervals that are not of IPv4, which has tables of its own; neighbours may be alike. */
static struct interval *others(const struct classes *classes, bool has_ip4, size_t *nr)
{
	struct interval *list = calloc(classes->nr_intervals + 1, sizeof(*list));
	const struct number end = { 0, MAPPED_END };
	uint32_t before = 0;
	bool ended = !has_ip4;

	*nr = 0;
	for (size_t i = 0; list && i < classes->nr_intervals; i++) {
		const struct interval *interval = &classes->intervals[i];
		bool is_beyond = !is_before(interval->first, end);

		if (has_ip4 && is_ip4(interval->first)) {
			before = interval->class;
			continue;
		}
		if (!ended && is_beyond) {
			ended = true;
			if (is_before(end, interval->first) && list[*nr - 1].class != before)
				list[(*nr)++] = (struct interval){ end, before };
		}
		before = interval->class;
		if (!*nr || list[*nr - 1].class != interval->class)
			list[(*nr)++] = *interval;
	}
	if (list && !ended && list[*nr - 1].class != before)
		list[(*nr)++] = (struct interval){ end, before };
	return list;
}

static struct number shift_left(uint64_t number, uint32_t by)
{
	if (by >= 64)
		return (struct number){ number << (by - 64), 0 };
	return (struct number){ by ? number >> (64 - by) : 0, number << by };
}

static uint32_t common_bits(struct number a, struct number b)
{
	if (a.high != b.high)
		return __builtin_clzll(a.high ^ b.high);
	return a.low == b.low ? 128 : 64 + __builtin_clzll(a.low ^ b.low);
}

static struct number top_mask(uint32_t bits)
{
	return (struct number){
		.high = bits >= 64 ? UINT64_MAX : bits ? UINT64_MAX << (64 - bits) : 0,
		.low = bits <= 64 ? 0 : UINT64_MAX << (128 - bits),
	};
}

/* Which bits lead into the index: those behind what the bounds have in common. */
static void choose_bits(const struct interval *list, size_t nr, struct kxf_search *out)
{
	struct number first = list[1].first, last = list[nr - 1].first, mask;
	uint32_t bits = 1, common = common_bits(first, last);

	while (bits < INDEX_BITS && 1u << bits < 2 * nr)
		bits++;
	common = common + bits > 128 ? 128 - bits : common;
	mask = top_mask(common);
	out->bits = bits;
	out->shift = 128 - common - bits;
	out->mask = (struct kxf_number){ mask.high, mask.low };
	out->prefix = (struct kxf_number){ first.high & mask.high, first.low & mask.low };
	out->below = list[0].class;
	out->above = list[nr - 1].class;
}

static void put_bound(struct image *image, struct kxf_search *out, struct number first,
		      uint32_t class)
{
	struct kxf_bound *bounds = (struct kxf_bound *)(image->bytes + out->bounds);

	bounds[out->nr_bounds++] = (struct kxf_bound){
		.first = { first.high, first.low }, .class = class };
}

/* One entry of the index: the bounds within it, and what goes on there. */
static size_t place_entry(struct image *image, const struct interval *list, size_t nr, size_t i,
			  uint32_t entry, struct kxf_search *out)
{
	uint32_t *pair = (uint32_t *)(image->bytes + out->index) + 2 * entry;
	struct number from = shift_left(entry, out->shift), end = shift_left(entry + 1, out->shift);
	bool is_last = entry + 1 == 1u << out->bits;
	uint32_t begin = out->nr_bounds;

	from.high |= out->prefix.high;
	from.low |= out->prefix.low;
	end.high |= out->prefix.high;
	end.low |= out->prefix.low;
	while (i < nr && !is_before(from, list[i].first))
		i++;
	pair[0] = list[i - 1].class;
	if (i == nr || (!is_last && !is_before(list[i].first, end)))
		return i;
	put_bound(image, out, from, list[i - 1].class);
	for (; i < nr && (is_last || is_before(list[i].first, end)); i++)
		put_bound(image, out, list[i].first, list[i].class);
	pair[0] = begin;
	pair[1] = out->nr_bounds - begin;
	return i;
}

static int place_numbers(struct image *image, const struct interval *list, size_t nr,
			 struct kxf_search *out)
{
	size_t i = 1;
	int err;

	if (nr > 1)
		choose_bits(list, nr, out);
	err = image_place(image, sizeof(uint64_t) << out->bits, &out->index);
	if (!err)
		err = image_place(image, (nr + (1ul << out->bits)) * sizeof(struct kxf_bound),
				  &out->bounds);
	for (uint32_t entry = 0; entry < 1u << out->bits && !err; entry++)
		i = place_entry(image, list, nr, i, entry, out);
	if (!err && out->nr_bounds >= 1u << KXF_STEPS)
		return -E2BIG;
	return err;
}

int place_search(struct image *image, const struct classes *classes, struct kxf_search *out)
{
	struct interval *list;
	size_t nr;
	int err = place_ip4(image, classes, out);

	out->used = 1;
	out->nr = classes->nr;
	if (err)
		return err;
	list = others(classes, out->index4, &nr);
	err = list ? place_numbers(image, list, nr, out) : -ENOMEM;
	free(list);
	return err;
}
