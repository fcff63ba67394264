// SPDX-License-Identifier: GPL-2.0-only
/* From what rules say of connections to the constants and tables of the kernel half. */
#include <bpf/libbpf.h>
#include <errno.h>
#include <string.h>

#include "states.h"

static bool translates(const struct rewrite *rewrite)
{
	return rewrite->kind == REWRITE_SOURCE || rewrite->kind == REWRITE_DESTINATION;
}

bool states_are_used(const struct rules *rules)
{
	bool used = rules->tracks;

	for (size_t i = 0; i < rules->nr && !used; i++) {
		const struct rule *rule = &rules->rows[i];

		used = rule->match[FIELD_STATE];
		for (size_t n = 0; n < rule->nr_rewrites && !used; n++)
			used = translates(&rule->rewrites[n]);
	}
	return used;
}

uint32_t states_bins(const struct rules *rules, uint32_t connections)
{
	uint64_t places = connections ? connections : KXF_CONNECTIONS;

	if (!states_are_used(rules))
		return 1;
	places += places / 2;
	return (places + KXF_WAYS_OF_BIN - 1) / KXF_WAYS_OF_BIN;
}

static bool is_ip4(const struct number *address)
{
	return !address->high && address->low >> 32 == 0xffff;
}

const char *states_refuse(const struct rule *rule)
{
	const struct range *seen[2] = {};

	for (size_t i = 0; i < rule->nr_rewrites; i++) {
		const struct rewrite *rewrite = &rule->rewrites[i];
		const struct range *range = &rewrite->addresses;
		bool is_destination = rewrite->kind == REWRITE_DESTINATION;

		if (!translates(rewrite))
			continue;
		if (seen[is_destination])
			return "a rule translates the source once, and the destination once";
		if (range->first.high != range->last.high ||
		    is_ip4(&range->first) != is_ip4(&range->last))
			return "addresses to translate to have to be of one network of 64 bits";
		if (seen[!is_destination] &&
		    is_ip4(&range->first) != is_ip4(&seen[!is_destination]->first))
			return "source and destination have to be translated to the same family";
		seen[is_destination] = range;
	}
	return NULL;
}

int states_place(struct image *image, const struct rule *rule, uint32_t *at)
{
	struct kxf_nat nat = {};
	int err;

	*at = 0;
	for (size_t i = 0; i < rule->nr_rewrites; i++) {
		const struct rewrite *rewrite = &rule->rewrites[i];
		int which = rewrite->kind == REWRITE_DESTINATION;

		if (!translates(rewrite))
			continue;
		nat.flags |= which ? KXF_NAT_DESTINATION : KXF_NAT_SOURCE;
		nat.first[which][0] = rewrite->addresses.first.high;
		nat.first[which][1] = rewrite->addresses.first.low;
		nat.last[which] = rewrite->addresses.last.low;
		nat.first_port[which] = rewrite->last_port ? rewrite->first_port : 0;
		nat.last_port[which] = rewrite->last_port;
	}
	if (!nat.flags)
		return 0;
	err = image_place(image, sizeof(nat), at);
	if (!err)
		memcpy(image->bytes + *at, &nat, sizeof(nat));
	return err;
}

uint64_t next_key(uint64_t *state)
{
	uint64_t x = *state += 0x9e3779b97f4a7c15;

	x = (x ^ x >> 30) * 0xbf58476d1ce4e5b9;
	x = (x ^ x >> 27) * 0x94d049bb133111eb;
	return x ^ x >> 31;
}

int states_prepare(const struct compiled *compiled, struct bpf_object *obj)
{
	struct bpf_map *map, *config = NULL, *table;
	struct kxf_tracking *tracking;
	uint64_t state = compiled->config.seed;
	size_t len;

	bpf_object__for_each_map(map, obj)
		if (strstr(bpf_map__name(map), ".rodata.track"))
			config = map;
	table = bpf_object__find_map_by_name(obj, "connections");
	tracking = config ? (void *)bpf_map__initial_value(config, &len) : NULL;
	if (!tracking || !table || len < sizeof(*tracking))
		return -ENOENT;
	for (int i = 0; i < 4; i++)
		tracking->keys[i] = next_key(&state) | (i > 1);
	tracking->bins = compiled->bins;
	tracking->picks_up = compiled->picks_up;
	return bpf_map__set_max_entries(table, tracking->bins);
}
