// SPDX-License-Identifier: GPL-2.0-only
/* Counters of rules are read and cleared where programs count. */
#include <errno.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "counters.h"

static size_t size_of(const struct counters *counters)
{
	size_t page = sysconf(_SC_PAGESIZE);
	size_t bytes = counters->cpus * KXF_SLOTS * sizeof(*counters->each);

	return (bytes + page - 1) & ~(page - 1);
}

int counters_prepare(struct bpf_object *obj)
{
	struct bpf_map *map = bpf_object__find_map_by_name(obj, "counters");
	int cpus = libbpf_num_possible_cpus();

	if (cpus < 1)
		return cpus;
	return map ? bpf_map__set_max_entries(map, cpus * KXF_SLOTS) : -ENOENT;
}

int counters_open(int map, struct counters *out)
{
	struct counters counters = {};
	int cpus = libbpf_num_possible_cpus();
	void *at;

	if (cpus < 1)
		return cpus;
	counters.cpus = cpus;
	at = mmap(NULL, size_of(&counters), PROT_READ | PROT_WRITE, MAP_SHARED, map, 0);
	if (at == MAP_FAILED)
		return -errno;
	counters.each = at;
	*out = counters;
	return 0;
}

void counters_close(struct counters *counters)
{
	if (counters->each)
		munmap(counters->each, size_of(counters));
	*counters = (struct counters){};
}

void counters_sum(const struct counters *counters, uint32_t slot, uint64_t *packets,
		  uint64_t *bytes)
{
	*packets = *bytes = 0;
	for (size_t cpu = 0; cpu < counters->cpus; cpu++) {
		struct kxf_counter *one = &counters->each[cpu * KXF_SLOTS + slot];

		*packets += __atomic_load_n(&one->packets, __ATOMIC_RELAXED);
		*bytes += __atomic_load_n(&one->bytes, __ATOMIC_RELAXED);
	}
}

void counters_clear(const struct counters *counters, uint32_t slot)
{
	for (size_t cpu = 0; cpu < counters->cpus; cpu++)
		memset(&counters->each[cpu * KXF_SLOTS + slot], 0, sizeof(*counters->each));
}
