// SPDX-License-Identifier: GPL-2.0-only
/* Sources and ports: counted under a number that changes, so that what is read stands still. */
#include <arpa/inet.h>
#include <bpf/bpf.h>
#include <errno.h>
#include <linux/membarrier.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "../text.h"
#include "../verb.h"
#include "cli/own.h"
#include "watch.h"

#define BATCH	4096

static void source_text(const struct kxf_number *address, char *out, size_t len)
{
	unsigned char bytes[16];

	if (!address->high && address->low == KXF_NO_ADDRESS) {
		snprintf(out, len, "no address");
		return;
	}
	for (int i = 0; i < 8; i++) {
		bytes[i] = address->high >> (56 - 8 * i);
		bytes[8 + i] = address->low >> (56 - 8 * i);
	}
	address_text(bytes, out, len);
}

static void port_text(const struct kxf_watched *key, char *out, size_t len)
{
	char name[16];

	if (key->protocol == KXF_NO_PROTOCOL)
		snprintf(out, len, "no protocol");
	else if (key->port == KXF_NO_PORT)
		snprintf(out, len, "%s", protocol_name(key->protocol, name));
	else
		snprintf(out, len, "%s %u", protocol_name(key->protocol, name), key->port);
}

static int row_add(struct top_sample *sample, const struct kxf_watched *key,
		   const struct kxf_watched_sum *sum)
{
	bool is_source = key->kind == KXF_WATCH_SOURCE;
	struct top_row *row = top_row_add(&sample->of[is_source ? TOP_SOURCES : TOP_PORTS]);

	if (!row)
		return -ENOMEM;
	if (is_source)
		source_text(&key->address, row->name, sizeof(row->name));
	else
		port_text(key, row->name, sizeof(row->name));
	row->packets = sum->packets;
	row->bytes = sum->bytes;
	row->refused = sum->refused;
	return 0;
}

/* The keys of other numbers than @epoch, and what they had under the one before. */
static int read_all(struct top_sample *sample, uint32_t epoch, struct kxf_watched **old, size_t *nr)
{
	_cleanup_free_ struct kxf_watched *keys = calloc(BATCH, sizeof(*keys));
	_cleanup_free_ struct kxf_watched_sum *sums = calloc(BATCH, sizeof(*sums));
	uint32_t place = 0, next, count;
	void *from = NULL;
	int err = 0;

	*old = calloc(KXF_WATCHED, sizeof(**old));
	if (!keys || !sums || !*old)
		return -ENOMEM;
	for (*nr = 0; !err; from = &place) {
		count = BATCH;
		err = bpf_map_lookup_batch(sample->watched, from, &next, keys, sums, &count, NULL) ?
		      -errno : 0;
		if (err && err != -ENOENT)
			return err;
		for (uint32_t i = 0; i < count && *nr < KXF_WATCHED; i++) {
			if (keys[i].epoch == epoch)
				continue;
			(*old)[(*nr)++] = keys[i];
			if (keys[i].epoch == epoch - 1 && row_add(sample, &keys[i], &sums[i]))
				return -ENOMEM;
		}
		place = next;
	}
	return 0;
}

/* From now on the next number; no program counts under the one before any more. */
static uint32_t turn(struct top_sample *sample)
{
	uint32_t epoch = __atomic_add_fetch(&sample->look.asked->epoch, 1, __ATOMIC_SEQ_CST);

	if (syscall(SYS_membarrier, MEMBARRIER_CMD_GLOBAL, 0, 0))
		usleep(10000);
	return epoch;
}

static uint64_t uncounted(struct top_sample *sample)
{
	struct kxf_looked sums[KXF_WAYS];

	return look_sums(&sample->look, sums) ? sample->uncounted_before :
						sums[KXF_IN].uncounted + sums[KXF_OUT].uncounted;
}

void top_watch_begin(struct top_sample *sample)
{
	sample->uncounted_before = uncounted(sample);
	look_begin(&sample->look);
	/* What one that was killed has left goes away. */
	(void)top_watch_take(sample);
}

int top_watch_take(struct top_sample *sample)
{
	_cleanup_free_ struct kxf_watched *old = NULL;
	uint64_t now;
	uint32_t count;
	size_t nr = 0;
	int err;

	sample->gap_ns += look_renew(&sample->look);
	sample->of[TOP_SOURCES].nr = sample->of[TOP_PORTS].nr = 0;
	err = read_all(sample, turn(sample), &old, &nr);
	for (size_t at = 0; !err && at < nr; at += count) {
		count = nr - at < BATCH ? nr - at : BATCH;
		if (bpf_map_delete_batch(sample->watched, &old[at], &count, NULL))
			err = -errno;
	}
	if (err && err != -ENOMEM)
		tell("%s: its sources cannot be read: %s", sample->device, strerror(-err));
	now = uncounted(sample);
	sample->uncounted = now - sample->uncounted_before;
	sample->uncounted_before = now;
	return err;
}
