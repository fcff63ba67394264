// SPDX-License-Identifier: GPL-2.0-only
/* Live sets as lists: an address is looked for from the first element to the last. */
#include <stdlib.h>
#include <string.h>

#include "reference.h"

static bool is_of_ip4(struct number address)
{
	return !address.high && address.low >= 0xffff00000000 && address.low <= 0xffffffffffff;
}

static bool is_between(const struct reference_element *element, struct number address)
{
	bool above = address.high > element->first.high ||
		     (address.high == element->first.high && address.low >= element->first.low);
	bool below = address.high < element->last.high ||
		     (address.high == element->last.high && address.low <= element->last.low);

	return above && below && element->is_ip4 == is_of_ip4(address);
}

static bool is_there(const struct reference_element *element, uint64_t now_ns)
{
	return element->expires_ns == 0 || element->expires_ns > now_ns;
}

bool reference_is_live(const struct rules *rules, const struct reference_world *world, int set,
		       struct number address)
{
	const struct reference_live *live = &world->live[set];

	(void)rules;
	for (size_t i = 0; i < live->nr; i++)
		if (is_there(&live->rows[i], world->now_ns) && is_between(&live->rows[i], address))
			return true;
	return false;
}

static struct reference_element *find(const struct reference_live *live, struct number first,
				      struct number last)
{
	for (size_t i = 0; i < live->nr; i++) {
		struct reference_element *row = &live->rows[i];

		if (!memcmp(&row->first, &first, sizeof(first)) &&
		    !memcmp(&row->last, &last, sizeof(last)))
			return row;
	}
	return NULL;
}

void reference_put(struct reference_live *live, const struct reference_element *element)
{
	struct reference_element *there = find(live, element->first, element->last);

	if (there) {
		*there = *element;
		return;
	}
	if (live->nr == live->room) {
		live->room = live->room ? 2 * live->room : 16;
		live->rows = reallocarray(live->rows, live->room, sizeof(*live->rows));
		if (!live->rows)
			abort();
	}
	live->rows[live->nr++] = *element;
}

void reference_remove(struct reference_live *live, struct number first, struct number last)
{
	struct reference_element *there = find(live, first, last);

	if (there)
		*there = live->rows[--live->nr];
}

void reference_add(const struct rule *rule, struct reference_world *world,
		   const struct packet_fields *fields)
{
	struct reference_live *live = &world->live[rule->add_to];
	struct number address = fields->of[rule->add == ADD_SOURCE ? FIELD_SOURCE :
							FIELD_DESTINATION];
	struct reference_element element = {
		address, address, is_of_ip4(address),
		rule->add_ns ? world->now_ns + rule->add_ns : 0,
	};
	struct reference_element *there = find(live, address, address);

	if (!address.high && address.low == field_kinds[FIELD_SOURCE].none)
		return;
	if (there && is_there(there, world->now_ns)) {
		/* It never stays for a shorter time than it would have. */
		if (there->expires_ns && (!element.expires_ns ||
					  element.expires_ns > there->expires_ns))
			there->expires_ns = element.expires_ns;
		return;
	}
	reference_put(live, &element);
}
