// SPDX-License-Identifier: GPL-2.0-only
/* Names and a number for each: a table of hashes with open places. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "language.h"

static size_t hash_of(const char *text, size_t len)
{
	uint64_t hash = 0xcbf29ce484222325;

	for (size_t i = 0; i < len; i++)
		hash = (hash ^ (unsigned char)text[i]) * 0x100000001b3;
	return hash ^ hash >> 32;
}

/* The name's place, or the free one where it belongs. */
static struct name *place_of(const struct names *names, const char *text, size_t len)
{
	size_t i = hash_of(text, len) & (names->room - 1);

	while (names->slots[i].text && (names->slots[i].len != len ||
					memcmp(names->slots[i].text, text, len)))
		i = (i + 1) & (names->room - 1);
	return &names->slots[i];
}

static int grow(struct names *names)
{
	struct names grown = { .room = names->room ? 2 * names->room : 64, .nr = names->nr };

	grown.slots = calloc(grown.room, sizeof(*grown.slots));
	if (!grown.slots)
		return -ENOMEM;
	for (size_t i = 0; i < names->room; i++)
		if (names->slots[i].text)
			*place_of(&grown, names->slots[i].text, names->slots[i].len) =
				names->slots[i];
	free(names->slots);
	*names = grown;
	return 0;
}

int names_add(struct names *names, const char *text, size_t len, size_t value)
{
	struct name *slot;

	if (2 * names->nr >= names->room && grow(names))
		return -ENOMEM;
	slot = place_of(names, text, len);
	names->nr += !slot->text;
	*slot = (struct name){ text, len, value };
	return 0;
}

struct name *names_find(const struct names *names, const char *text, size_t len)
{
	struct name *slot;

	if (!names->room)
		return NULL;
	slot = place_of(names, text, len);
	return slot->text ? slot : NULL;
}

void names_done(struct names *names)
{
	free(names->slots);
	*names = (struct names){};
}
