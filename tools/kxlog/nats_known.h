/* SPDX-License-Identifier: GPL-2.0-only */
/* Ids of records that the stream already has. */
#ifndef KXLOG_NATS_KNOWN_H
#define KXLOG_NATS_KNOWN_H

#include <stdbool.h>
#include <stddef.h>

struct nats_known {
	char **slots;
	size_t size;
	size_t nr;
};

int nats_known_add(struct nats_known *known, const char *id, size_t len);

/* All ids of a message's lines. Return: 0, -ENOMEM. */
int nats_known_add_lines(struct nats_known *known, const char *data, size_t len);
bool nats_known_has(const struct nats_known *known, const char *id);
void nats_known_free(struct nats_known *known);

#endif
