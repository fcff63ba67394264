/* SPDX-License-Identifier: GPL-2.0-only */
/* Subjects of NATS: tokens between dots. */
#ifndef KXLOG_NATS_SUBJECT_H
#define KXLOG_NATS_SUBJECT_H

#include <stddef.h>

struct entry;

/* PREFIX.HOST.INSTANCE.STREAM.LEVEL; cut if need be. */
void nats_subject_entry(char *buf, size_t len, const char *prefix, const struct entry *entry);

/* PREFIX.HOST.LEAF: "batch" for records together, ">" for whatever is of that host. */
void nats_subject_host(char *buf, size_t len, const char *prefix, const char *host,
		       const char *leaf);

/* Does @pattern take all that "PREFIX.>" takes? */
int nats_subject_covers(const char *pattern, const char *prefix);

#endif
