// SPDX-License-Identifier: GPL-2.0-only
/* Subjects of NATS: tokens between dots. */
#include "nats_subject.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "sink.h"
#include "sinks.h"

/* What has a meaning in subjects becomes '_'. */
static size_t add_token(char *buf, size_t len, size_t at, const char *token)
{
	if (!*token)
		token = "_";
	for (; *token && at + 1 < len; token++) {
		bool plain = *token > ' ' && *token < 0x7f && !strchr(".*>", *token);

		buf[at++] = plain ? *token : '_';
	}
	buf[at] = '\0';
	return at;
}

static size_t add_plain(char *buf, size_t len, size_t at, const char *text)
{
	int nr = snprintf(buf + at, len - at, "%s", text);

	return at + (size_t)nr < len ? at + nr : len - 1;
}

static size_t add_host(char *buf, size_t len, const char *prefix, const char *host)
{
	size_t at = add_plain(buf, len, 0, prefix);

	at = add_plain(buf, len, at, ".");
	return add_token(buf, len, at, host);
}

void nats_subject_entry(char *buf, size_t len, const char *prefix, const struct entry *entry)
{
	const char *tokens[] = { entry->instance, entry->stream, level_name(entry->level) };
	size_t at = add_host(buf, len, prefix, entry->host);

	for (size_t i = 0; i < sizeof(tokens) / sizeof(*tokens); i++) {
		at = add_plain(buf, len, at, ".");
		at = add_token(buf, len, at, tokens[i]);
	}
}

void nats_subject_host(char *buf, size_t len, const char *prefix, const char *host,
		       const char *leaf)
{
	size_t at = add_host(buf, len, prefix, host);

	at = add_plain(buf, len, at, ".");
	add_plain(buf, len, at, leaf);
}

int nats_subject_covers(const char *pattern, const char *prefix)
{
	for (;;) {
		size_t a = strcspn(pattern, "."), b = strcspn(prefix, ".");

		if (a == 1 && *pattern == '>')
			return 1;
		if (!b || (!(a == 1 && *pattern == '*') && (a != b || memcmp(pattern, prefix, a))))
			return 0;
		if (!pattern[a])
			return 0;
		pattern += a + 1;
		prefix += b + !!prefix[b];
	}
}
