// SPDX-License-Identifier: GPL-2.0-only
/* Ids of records that the stream already has: a hash table, nothing is taken out. */
#include "nats_known.h"

#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

/* Where @id is, or where it would be; the table is never full. */
static char **slot(char **slots, size_t size, const char *id, size_t len)
{
	uint64_t hash = 0xcbf29ce484222325;
	size_t i;

	for (i = 0; i < len; i++)
		hash = (hash ^ (unsigned char)id[i]) * 0x100000001b3;
	hash ^= hash >> 32;
	for (i = hash & (size - 1); slots[i]; i = (i + 1) & (size - 1))
		if (!strncmp(slots[i], id, len) && !slots[i][len])
			break;
	return &slots[i];
}

static int grow(struct nats_known *known)
{
	size_t size = known->size ? 2 * known->size : 1024;
	char **slots = calloc(size, sizeof(*slots));

	if (!slots)
		return -ENOMEM;
	for (size_t i = 0; i < known->size; i++)
		if (known->slots[i])
			*slot(slots, size, known->slots[i], strlen(known->slots[i])) =
				known->slots[i];
	free(known->slots);
	known->slots = slots;
	known->size = size;
	return 0;
}

int nats_known_add(struct nats_known *known, const char *id, size_t len)
{
	int err = 2 * known->nr >= known->size ? grow(known) : 0;
	char **at;

	if (err)
		return err;
	at = slot(known->slots, known->size, id, len);
	if (*at)
		return 0;
	*at = strndup(id, len);
	if (!*at)
		return -ENOMEM;
	known->nr++;
	return 0;
}

int nats_known_add_lines(struct nats_known *known, const char *data, size_t len)
{
	static const char member[] = "\"id\":\"";	/* of the line's own, as it is the first */
	const char *end = data + len;

	while (data < end) {
		const char *line_end = memchr(data, '\n', end - data) ?: end;
		const char *id = memmem(data, line_end - data, member, strlen(member)), *quote;
		int err;

		data = line_end + 1;
		if (!id)
			continue;
		id += strlen(member);
		quote = memchr(id, '"', line_end - id);
		err = quote ? nats_known_add(known, id, quote - id) : 0;
		if (err)
			return err;
	}
	return 0;
}

bool nats_known_has(const struct nats_known *known, const char *id)
{
	return known->nr && *slot(known->slots, known->size, id, strlen(id));
}

void nats_known_free(struct nats_known *known)
{
	for (size_t i = 0; i < known->size; i++)
		free(known->slots[i]);
	free(known->slots);
	*known = (struct nats_known){};
}
