// SPDX-License-Identifier: GPL-2.0-only
/* The table of connections, in memory that is shared with programs that change it meanwhile. */
#include <bpf/bpf.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "../until.h"
#include "../verb.h"
#include "cli/own.h"
#include "connections.h"

#define READ_TRIES	100	/* others may take the place each time, for a while */

static const struct {
	const char *name;
	bool is_new;
} phases[KXF_PHASES] = {
	[KXF_FREE] = { "free" },
	[KXF_SYN_SENT] = { "syn-sent", true },
	[KXF_SYN_RECEIVED] = { "syn-received" },
	[KXF_PICKED_UP] = { "picked-up", true },
	[KXF_OPEN] = { "open" },
	[KXF_CLOSING] = { "closing" },
	[KXF_LAST_ACK] = { "last-ack" },
	[KXF_TIME_WAIT] = { "time-wait" },
	[KXF_CLOSED] = { "closed" },
	[KXF_UDP_ASKED] = { "asked", true },
	[KXF_UDP_ANSWERED] = { "answered" },
	[KXF_UDP_STREAM] = { "stream" },
	[KXF_ICMP_ASKED] = { "asked", true },
	[KXF_ICMP_ANSWERED] = { "answered" },
	[KXF_OTHER_ASKED] = { "asked", true },
	[KXF_OTHER_ANSWERED] = { "answered" },
	[KXF_OTHER_STREAM] = { "stream" },
	[KXF_FRAGMENTS] = { "fragments" },
};

static const uint32_t timeouts[KXF_MOST_PHASES] = KXF_TIMEOUTS;

const char *phase_name(uint32_t phase)
{
	return phases[phase].name;
}

bool phase_is_new(uint32_t phase)
{
	return phases[phase].is_new;
}

/* The kernel maps whole pages. */
static size_t length_of(const struct connections *table)
{
	size_t page = sysconf(_SC_PAGESIZE);
	size_t len = table->places / KXF_WAYS_OF_BIN * sizeof(*table->bins);

	return (len + page - 1) / page * page;
}

int connections_open(struct filter *filter, struct connections *out)
{
	struct connections table = {};
	int fd = filter_map(filter, "connections");
	struct bpf_map_info info = {};
	__u32 len = sizeof(info);
	void *at;

	*out = table;
	if (fd < 0)
		return fd;
	if (bpf_obj_get_info_by_fd(fd, &info, &len) || info.value_size != sizeof(*table.bins)) {
		tell("%s: another version of kxfilter filters it", filter->device);
		close(fd);
		return -EPROTO;
	}
	/* Where rules track nothing there is one bin, since a map cannot have none. */
	if (info.max_entries <= 1) {
		close(fd);
		return 0;
	}
	table.places = info.max_entries * KXF_WAYS_OF_BIN;
	at = mmap(NULL, length_of(&table), PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	close(fd);
	if (at == MAP_FAILED) {
		tell("%s: its connections cannot be read: %s", filter->device, strerror(errno));
		return -errno;
	}
	table.bins = at;
	*out = table;
	return 0;
}

void connections_close(struct connections *table)
{
	if (table->bins)
		munmap(table->bins, length_of(table));
	table->bins = NULL;
}

/*
 * What is at a place, whole. A program that puts another one there makes the place free first,
 * and counts its serial up before it is not free any more.
 */
static uint32_t read_place(const struct connections *table, uint32_t place, struct kxf_slot *slot,
			   uint32_t *seen)
{
	const struct kxf_bin *bin = &table->bins[place / KXF_WAYS_OF_BIN];
	uint32_t way = place % KXF_WAYS_OF_BIN, serial, phase;

	for (int i = 0; i < READ_TRIES; i++) {
		serial = __atomic_load_n(&bin->slot[way].serial, __ATOMIC_ACQUIRE);
		phase = __atomic_load_n(&bin->phase[way], __ATOMIC_ACQUIRE);
		if (phase == KXF_FREE || phase >= KXF_PHASES)
			return KXF_FREE;
		*slot = bin->slot[way];
		*seen = __atomic_load_n(&bin->seen[way], __ATOMIC_RELAXED);
		__atomic_thread_fence(__ATOMIC_ACQUIRE);
		if (__atomic_load_n(&bin->slot[way].serial, __ATOMIC_RELAXED) == serial &&
		    __atomic_load_n(&bin->phase[way], __ATOMIC_RELAXED) != KXF_FREE)
			return phase;
	}
	return KXF_FREE;
}

static uint32_t ticks_now(void)
{
	return monotonic_ns() >> KXF_TICK_SHIFT;
}

static uint64_t ticks_ns(int32_t ticks)
{
	return ticks > 0 ? (uint64_t)ticks << KXF_TICK_SHIFT : 0;
}

/* The other tuple of a translated one; without it the connection is none any more. */
static bool read_other(const struct connections *table, struct connection *it)
{
	uint32_t seen;

	it->is_translated = it->slot.flags & KXF_SLOT_TRANSLATED;
	if (!it->is_translated)
		return true;
	return it->slot.peer < table->places &&
	       read_place(table, it->slot.peer, &it->other, &seen) != KXF_FREE &&
	       it->other.serial == it->slot.peer_serial;
}

bool connections_read(const struct connections *table, uint32_t place, struct connection *out)
{
	uint32_t seen, now = ticks_now();
	int32_t rest;

	out->place = place;
	out->phase = read_place(table, place, &out->slot, &seen);
	if (out->phase == KXF_FREE || out->phase == KXF_FRAGMENTS ||
	    out->slot.flags & KXF_SLOT_ALIAS)
		return false;
	rest = timeouts[out->phase] - (now - seen);
	if (rest < 0 || !read_other(table, out))
		return false;
	out->age_ns = ticks_ns(now - out->slot.made);
	out->silent_ns = ticks_ns(now - seen);
	out->rest_ns = ticks_ns(rest);
	return true;
}

uint32_t connections_count(const struct connections *table)
{
	struct connection it;
	uint32_t nr = 0;

	for (uint32_t place = 0; place < table->places; place++)
		nr += connections_read(table, place, &it);
	return nr;
}

/* If it is still what is there, and stays so until it is free. */
static bool free_place(const struct connections *table, uint32_t place, uint32_t serial)
{
	struct kxf_bin *bin = &table->bins[place / KXF_WAYS_OF_BIN];
	uint32_t way = place % KXF_WAYS_OF_BIN;
	uint8_t phase, none = KXF_FREE;

	do {
		phase = __atomic_load_n(&bin->phase[way], __ATOMIC_ACQUIRE);
		if (phase == KXF_FREE ||
		    __atomic_load_n(&bin->slot[way].serial, __ATOMIC_ACQUIRE) != serial)
			return false;
	} while (!__atomic_compare_exchange_n(&bin->phase[way], &phase, KXF_FREE, false,
					      __ATOMIC_SEQ_CST, __ATOMIC_SEQ_CST));
	if (__atomic_load_n(&bin->slot[way].serial, __ATOMIC_SEQ_CST) == serial)
		return true;
	/* Another one has got the place in between: it has it back. */
	__atomic_compare_exchange_n(&bin->phase[way], &none, phase, false, __ATOMIC_SEQ_CST,
				    __ATOMIC_SEQ_CST);
	return false;
}

bool connections_forget(const struct connections *table, const struct connection *it)
{
	bool is_there = free_place(table, it->place, it->slot.serial);

	if (it->is_translated)
		is_there |= free_place(table, it->slot.peer, it->other.serial);
	return is_there;
}
