// SPDX-License-Identifier: GPL-2.0-only
/* Operations of io_uring: submissions and completions put together. */
#include "urings.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "decode/args.h"
#include "decode/uring_op.h"
#include "line.h"

#define NR_BUCKETS	1024
#define CQE_MORE	2

/* What was submitted and has not completed for the last time. */
struct pending {
	struct pending *next;
	uint64_t id;
	size_t len;
	char record[];
};

struct urings {
	struct pending *buckets[NR_BUCKETS];
	struct call_info refused;	/* of the last operation without an entry */
	char *merged;			/* the record of the last operation */
	size_t cap;
};

struct urings *urings_new(void)
{
	return calloc(1, sizeof(struct urings));
}

void urings_free(struct urings *urings)
{
	struct pending *pending, *next;
	unsigned int i;

	for (i = 0; urings && i < NR_BUCKETS; i++) {
		for (pending = urings->buckets[i]; pending; pending = next) {
			next = pending->next;
			free(pending);
		}
	}
	if (urings)
		free(urings->merged);
	free(urings);
}

static struct pending **place_of(struct urings *urings, uint64_t id)
{
	struct pending **place = &urings->buckets[id % NR_BUCKETS];

	while (*place && (*place)->id != id)
		place = &(*place)->next;
	return place;
}

static void forget(struct urings *urings, uint64_t id)
{
	struct pending **place = place_of(urings, id), *gone = *place;

	if (!gone)
		return;
	*place = gone->next;
	free(gone);
}

static int keep(struct urings *urings, uint64_t id, const void *record, size_t len)
{
	struct pending *pending;

	forget(urings, id);
	pending = malloc(sizeof(*pending) + len);
	if (!pending)
		return -ENOMEM;
	pending->id = id;
	pending->len = len;
	memcpy(pending->record, record, len);
	pending->next = urings->buckets[id % NR_BUCKETS];
	urings->buckets[id % NR_BUCKETS] = pending;
	return 0;
}

/* The first chunk says what it is about. */
static const struct kxt_uring *about(const void *record, size_t len)
{
	const struct kxt_chunk *chunk = (const void *)((const struct kxt_call *)record + 1);

	if (len < sizeof(struct kxt_call) + sizeof(*chunk) + sizeof(struct kxt_uring) ||
	    chunk->arg != KXT_ARG_URING || chunk->len != sizeof(struct kxt_uring))
		return NULL;
	return (const struct kxt_uring *)(chunk + 1);
}

/* The completion's record, then the chunks of the submission's. */
static int merge(struct urings *urings, const struct pending *pending, const void *record,
		 size_t *len)
{
	const size_t fixed = sizeof(struct kxt_call);
	size_t own = fixed + ((const struct kxt_call *)record)->head.len, more = 0, need;
	struct kxt_call *merged;
	char *grown;

	if (pending)
		more = pending->len - fixed;
	need = ((own + 7) & ~7ul) + more;
	if (need > urings->cap) {
		grown = realloc(urings->merged, need);
		if (!grown)
			return -ENOMEM;
		urings->merged = grown;
		urings->cap = need;
	}
	memset(urings->merged + own, 0, need - more - own);
	memcpy(urings->merged, record, own);
	if (more)
		memcpy(urings->merged + need - more, pending->record + fixed, more);
	merged = (struct kxt_call *)urings->merged;
	merged->head.len = need - fixed;
	*len = need;
	return 0;
}

/* The call that it is like, else the one that entered it. */
static uint32_t row_of(const struct kxt_uring *uring)
{
	int nr = uring_op_nr(uring_op(uring->opcode));

	return nr >= 0 ? nr : uring_enter_nr();
}

/* Without its entry an operation is a name and a descriptor. */
static const struct call_info *info_of(struct urings *urings, const struct kxt_uring *uring)
{
	static const struct arg fd = FD("fd");
	const struct uring_op *op = uring_op(uring->opcode);

	if (!uring->no_entry)
		return op->info;
	urings->refused = (struct call_info){ .name = op->name, .nr_args = 1, .args = { fd } };
	return &urings->refused;
}

int urings_take(struct urings *urings, const void *record, size_t len, struct call *call)
{
	const struct kxt_uring *uring;
	struct pending *pending;
	int err;

	if (!call_parse(call, record, len) || call->rec->head.nr_args != KXT_NR_ARGS ||
	    call->rec->head.flags & KXT_F_COMPAT)
		return -EINVAL;
	uring = about(record, len);
	if (!uring)
		return -EINVAL;
	if (uring->what == KXT_URING_SUBMITTED)
		return keep(urings, uring->id, record, len);
	pending = uring->id ? *place_of(urings, uring->id) : NULL;
	err = merge(urings, pending, record, &len);
	if (err)
		return err;
	if (pending && !(uring->cflags & CQE_MORE))
		forget(urings, uring->id);
	if (!call_parse(call, urings->merged, len))
		return -EINVAL;
	call->uring = about(urings->merged, len);
	call->info = info_of(urings, call->uring);
	call->row = row_of(call->uring);
	return 1;
}
