// SPDX-License-Identifier: GPL-2.0-only
/* What is in a share, read and stored under its lock. */
#include <bpf/btf.h>
#include <errno.h>
#include <kx/seq.h>
#include <string.h>

#include "channel/share.h"
#include "value/param.h"

/* What belongs together. @to has room for the share. */
static int snapshot(struct kx_share *share, char *to)
{
	const struct kx_seq *seq = (const void *)share->bytes;
	uint64_t deadline = 0;
	__u32 first, count;

	if (!share->locked || !share->mapped) {
		memcpy(to, share->bytes, share->len);
		return 0;
	}
	first = count = kx_read_begin(seq);
	do {
		for (int spins = 0; spins < 64; spins++) {
			count = kx_read_begin(seq);
			if (count & 1)
				continue;
			memcpy(to, share->bytes, share->len);
			if (!kx_read_retry(seq, count))
				return 0;
		}
	} while (share_wait(&deadline));
	return share_busy(share, count != first);
}

static int place_find(struct kx_share *share, const char *path, const char *what,
		      struct value_place *out)
{
	char why[256] = "its type is damaged";
	int err = value_find(share->btf, share->type_id, path, out, why, sizeof(why));

	if (!err && (out->offset > share->len || out->size > share->len - out->offset))
		err = -EPROTO;
	return err ? kx_fail(share->kx, err, "%s: cannot %s %s%s: %s", share->instance, what,
			     share->name, path, why) : 0;
}

typedef char *spell_fn(const struct btf *btf, const struct value_place *place, const void *bytes);

static int show(struct kx_share *share, const char *path, spell_fn *spell, char **out)
{
	_cleanup_free_ char *copy = malloc(share->len + 8);
	struct value_place place;
	int err = place_find(share, path, "show", &place);
	char *text;

	if (err)
		return err;
	if (!copy)
		return kx_fail(share->kx, -ENOMEM, "out of memory");
	err = snapshot(share, copy);
	if (err)
		return err;
	text = spell(share->btf, &place, copy + place.offset);
	if (!text)
		return kx_fail(share->kx, -ENOMEM, "out of memory");
	*out = text;
	return 0;
}

int kx_share_json(struct kx_share *share, const char *path, char **out)
{
	return show(share, path, value_json, out);
}

int kx_share_text(struct kx_share *share, const char *path, char **out)
{
	return show(share, path, value_text, out);
}

/* A value on its way into the share, without what is the lock's. */
struct store {
	size_t offset;
	size_t len;
	const char *after;
	const char *before;	/* NULL: whatever it was */
};

/*
 * Nothing but the store is done under the lock: whoever is killed there leaves it
 * taken. -EAGAIN: the old value is another one by now.
 */
static int put(struct kx_share *share, const struct store *store)
{
	struct kx_seq *seq = (struct kx_seq *)share->bytes;
	char *at = share->bytes + store->offset;
	__u32 first = share->locked ? kx_read_begin(seq) : 0;
	uint64_t deadline = 0;
	int err = 0;

	while (share->locked && !kx_write_begin(seq))
		if (!share_wait(&deadline))
			return share_busy(share, kx_read_begin(seq) != first);
	if (store->before && memcmp(at, store->before, store->len))
		err = -EAGAIN;
	else
		param_store(at, store->after, store->len);
	if (share->locked)
		kx_write_end(seq);
	return err;
}

/* Are parts of the old value kept? */
static bool is_partial(const struct kx_share *share, const struct value_place *place)
{
	const struct btf_type *t = btf__type_by_id(share->btf, place->type_id);

	return place->bit_size || (t && (btf_is_composite(t) || btf_is_array(t)));
}

static int set_refused(struct kx_share *share, const char *path, int err, const char *why)
{
	return kx_fail(share->kx, err, "%s: cannot set %s%s: %s", share->instance, share->name, path,
		       why);
}

/* @before has room for the share, @after for the place. */
static int set_once(struct kx_share *share, const char *path, const struct value_place *place,
		    const char *value, char *before, char *after)
{
	size_t lock = share->locked && place->offset < sizeof(struct kx_seq) ?
		      sizeof(struct kx_seq) - place->offset : 0;
	struct store store = {
		.offset = place->offset + lock, .len = place->size - lock, .after = after + lock,
		.before = is_partial(share, place) ? before + place->offset + lock : NULL,
	};
	char why[256];
	int err = snapshot(share, before);

	if (err)
		return err;
	memcpy(after, before + place->offset, place->size);
	err = value_parse(share->btf, place, NULL, value, after, why, sizeof(why));
	return err ? set_refused(share, path, err, why) : put(share, &store);
}

int kx_share_set(struct kx_share *share, const char *path, const char *value)
{
	_cleanup_free_ char *before = malloc(share->len + 8), *after = NULL;
	struct value_place place;
	uint64_t deadline = 0;
	int err = place_find(share, path, "set", &place);

	if (err)
		return err;
	if (!share->writable)
		return set_refused(share, path, -EACCES, "it was not mapped for writing");
	if (share->locked && place.offset + place.size <= sizeof(struct kx_seq))
		return set_refused(share, path, -EINVAL, "it is the lock itself");
	after = aligned_alloc(8, (place.size + 8) & ~7UL);
	if (!before || !after)
		return kx_fail(share->kx, -ENOMEM, "out of memory");
	do {
		err = set_once(share, path, &place, value, before, after);
	} while (err == -EAGAIN && share_wait(&deadline));
	return err == -EAGAIN ? set_refused(share, path, -EBUSY, "it is written to all the time; "
					    "set its parts") : err;
}
