/* SPDX-License-Identifier: GPL-2.0-only */
/* The captured messages of sockets, taken apart. */
#ifndef KXTRACE_MSGHDR_H
#define KXTRACE_MSGHDR_H

#include "../decode.h"

/* The kernel's struct user_msghdr on 64 bits. */
struct kmsghdr {
	uint64_t name;
	int32_t namelen;
	int32_t pad;
	uint64_t iov;
	uint64_t iovlen;
	uint64_t control;
	uint64_t controllen;
	uint32_t flags;
	uint32_t pad2;
};

struct message {
	const struct kmsghdr *header;
	uint32_t len;			/* msg_len, of several messages */
	const struct kxt_item *name;	/* NULL: not captured */
	const struct kxt_item *control;
	size_t iovs;			/* where the items of the buffers begin */
};

/*
 * The next message of a chunk of one, or `several`; false at its end. *pos
 * starts at 0.
 */
bool next_message(const struct kxt_chunk *chunk, bool several, size_t *pos,
		  struct message *message);

#endif
