// SPDX-License-Identifier: GPL-2.0-only
/* Reads and changes the elements of live sets, thousands in a call. */
#include <bpf/bpf.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "elements.h"

#define BATCH	16384

void elements_free(struct elements *elements)
{
	free(elements->keys);
	free(elements->values);
	*elements = (struct elements){};
}

int elements_open(int outer, uint32_t slot)
{
	uint32_t id;
	int fd;

	if (bpf_map_lookup_elem(outer, &slot, &id))
		return -errno;
	fd = bpf_map_get_fd_by_id(id);
	return fd < 0 ? -errno : fd;
}

int elements_make(uint32_t size)
{
	LIBBPF_OPTS(bpf_map_create_opts, opts, .map_flags = BPF_F_NO_PREALLOC);
	int fd = bpf_map_create(BPF_MAP_TYPE_HASH, "live", sizeof(struct kxf_element),
				sizeof(struct kxf_until), size, &opts);

	return fd < 0 ? -errno : fd;
}

int elements_give(int outer, uint32_t slot, int fd)
{
	return bpf_map_update_elem(outer, &slot, &fd, BPF_ANY) ? -errno : 0;
}

int elements_new(int outer, uint32_t slot, uint32_t size)
{
	int fd = elements_make(size), err;

	if (fd < 0)
		return fd;
	err = elements_give(outer, slot, fd);
	close(fd);
	return err;
}

static int make_room(struct elements *elements, size_t room)
{
	struct kxf_element *keys = reallocarray(elements->keys, room, sizeof(*keys));
	struct kxf_until *values;

	if (!keys)
		return -ENOMEM;
	elements->keys = keys;
	values = reallocarray(elements->values, room, sizeof(*values));
	if (!values)
		return -ENOMEM;
	elements->values = values;
	return 0;
}

int elements_read(int fd, struct elements *out)
{
	struct elements all = {};
	uint32_t at, count, *from = NULL;
	size_t room = 0;
	int err = 0;

	do {
		count = BATCH;
		if (all.nr + count > room) {
			room = 2 * room + count;
			err = make_room(&all, room);
		}
		if (!err && bpf_map_lookup_batch(fd, from, &at, all.keys + all.nr,
						 all.values + all.nr, &count, NULL))
			err = -errno;
		if (!err || err == -ENOENT)
			all.nr += count;
		from = &at;
	} while (!err);
	if (err != -ENOENT) {
		elements_free(&all);
		return err;
	}
	*out = all;
	return 0;
}

long elements_put(int fd, const struct elements *elements)
{
	size_t done = 0;

	while (done < elements->nr) {
		uint32_t count = elements->nr - done < BATCH ? elements->nr - done : BATCH;
		int err = bpf_map_update_batch(fd, elements->keys + done, elements->values + done,
					       &count, NULL) ? -errno : 0;

		done += count;
		if (err == -E2BIG)
			break;
		if (err)
			return err;
	}
	return done;
}

int elements_fill_up(int fd, const struct elements *elements)
{
	for (size_t i = 0; i < elements->nr; i++)
		if (bpf_map_update_elem(fd, &elements->keys[i], &elements->values[i],
					BPF_NOEXIST) && errno != EEXIST)
			return -errno;
	return 0;
}

int elements_remove(int fd, const struct kxf_element *keys, size_t nr)
{
	for (size_t i = 0; i < nr; i++)
		if (bpf_map_delete_elem(fd, &keys[i]) && errno != ENOENT)
			return -errno;
	return 0;
}

static bool is_ip4_element(const struct kxf_element *element)
{
	return !element->address.high && element->address.low >> 32 == 0xffff &&
	       element->bits >= 96;
}

void elements_lengths(struct kxf_live *set, const struct elements *elements)
{
	uint64_t lengths[KXF_LENGTHS] = {};

	for (size_t i = 0; i < elements->nr; i++) {
		uint32_t bits = elements->keys[i].bits;

		if (is_ip4_element(&elements->keys[i]))
			lengths[KXF_ALL4] |= 1ULL << (bits - 96);
		else
			lengths[bits / 64] |= 1ULL << bits % 64;
	}
	for (int i = 0; i < KXF_LENGTHS; i++)
		__atomic_fetch_or(&set->lengths[i], lengths[i], __ATOMIC_SEQ_CST);
}
