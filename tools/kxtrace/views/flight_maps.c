// SPDX-License-Identifier: GPL-2.0-only
/* The code of the traced processes before the first record of the flight recorder. */
#include "flight_maps.h"

#include <stdlib.h>
#include <string.h>

struct flight_map {
	struct flight_map *next;
	size_t len;
	struct kxt_map record;		/* and the path */
};

/* Without memory a stack has a frame that is in no file. */
static void add(struct flight_maps *maps, const struct kxt_map *record, const char *path)
{
	struct flight_map *map = malloc(sizeof(*map) + record->head.len);

	if (!map)
		return;
	map->next = NULL;
	map->len = sizeof(map->record) + record->head.len;
	map->record = *record;
	memcpy(&map->record + 1, path, record->head.len);
	if (maps->last)
		maps->last->next = map;
	else
		maps->first = map;
	maps->last = map;
}

static void forget(struct flight_maps *maps, uint32_t tgid)
{
	struct flight_map **place = &maps->first, *map;

	maps->last = NULL;
	while ((map = *place)) {
		if (map->record.head.tgid == tgid) {
			*place = map->next;
			free(map);
			continue;
		}
		maps->last = map;
		place = &map->next;
	}
}

/* A new process has what its parent has. */
static void copy(struct flight_maps *maps, uint32_t parent, uint32_t child)
{
	const struct flight_map *map, *end = maps->last;
	struct kxt_map record;

	for (map = maps->first; map; map = map == end ? NULL : map->next) {
		if (map->record.head.tgid != parent)
			continue;
		record = map->record;
		record.head.tid = child;
		record.head.tgid = child;
		add(maps, &record, (const char *)(&map->record + 1));
	}
}

void maps_remember(struct flight_maps *maps, const void *record, size_t len)
{
	const struct kxt_task_event *event = record;
	const struct kxt_map *map = record;

	switch (map->head.kind) {
	case KXT_MAP:
		if (len < sizeof(*map) || map->head.len > len - sizeof(*map))
			break;
		if (map->head.flags & KXT_F_NEW_PROGRAM)
			forget(maps, map->head.tgid);
		add(maps, map, (const char *)record + len - map->head.len);
		break;
	case KXT_FORK:
		if (!(event->head.flags & KXT_F_THREAD))
			copy(maps, event->value, event->head.tgid);
		break;
	case KXT_EXIT:
		if (event->head.tid == event->head.tgid)
			forget(maps, event->head.tgid);
		break;
	}
}

void maps_each(const struct flight_maps *maps,
	       int (*fn)(void *ctx, const void *record, size_t len), void *ctx)
{
	const struct flight_map *map;

	for (map = maps->first; map; map = map->next)
		fn(ctx, &map->record, map->len);
}

void maps_free(struct flight_maps *maps)
{
	struct flight_map *map;

	while ((map = maps->first)) {
		maps->first = map->next;
		free(map);
	}
	maps->last = NULL;
}
