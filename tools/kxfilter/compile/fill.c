// SPDX-License-Identifier: GPL-2.0-only
/* Brings what was compiled into the kernel: before the load, and after it. */
#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "counters.h"
#include "live.h"
#include "made.h"
#include "states.h"

/* A direction without rules whose packets pass is left alone, unless both are like that. */
static bool is_used(const struct compiled *compiled, enum kxf_way way)
{
	const struct kxf_rules *rules = &compiled->config.rules[way];

	return rules->nr || rules->fallback != KXF_PASS || rules->flags & KXF_HAS_STATES;
}

static int choose_programs(const struct compiled *compiled, struct bpf_object *obj)
{
	bool out = is_used(compiled, KXF_OUT), in = is_used(compiled, KXF_IN) || !out;
	const struct {
		const char *name;
		bool is_used;
	} programs[] = {
		{ "filter_xdp", in && compiled->at_xdp },
		{ "filter_in", in && !compiled->at_xdp },
		{ "filter_out", out },
	};

	for (size_t i = 0; i < sizeof(programs) / sizeof(programs[0]); i++) {
		struct bpf_program *prog =
			bpf_object__find_program_by_name(obj, programs[i].name);
		int err = prog ? bpf_program__set_autoload(prog, programs[i].is_used) : -ENOENT;

		if (err)
			return err;
	}
	return 0;
}

int compiled_prepare(const struct compiled *compiled, struct bpf_object *obj)
{
	struct bpf_map *map, *config = NULL, *tables = NULL;
	int err;

	bpf_object__for_each_map(map, obj) {
		const char *name = bpf_map__name(map);

		if (strstr(name, ".rodata.config"))
			config = map;
		else if (!strcmp(name, "tables"))
			tables = map;
	}
	if (!config || !tables)
		return -ENOENT;
	err = bpf_map__set_initial_value(config, &compiled->config, sizeof(compiled->config));
	if (!err)
		err = bpf_map__set_value_size(tables, compiled->config.size);
	if (!err)
		err = counters_prepare(obj);
	if (!err)
		err = states_prepare(compiled, obj);
	return err ? err : choose_programs(compiled, obj);
}

static int map_of(const struct bpf_object *obj, const char *name)
{
	const struct bpf_map *map = bpf_object__find_map_by_name(obj, name);

	return map ? bpf_map__fd(map) : -ENOENT;
}

static int fill_map(const struct bpf_object *obj, const char *name, const void *bytes, size_t len)
{
	long page = sysconf(_SC_PAGESIZE);
	size_t mapped = (len + page - 1) & ~(page - 1);
	int fd = map_of(obj, name);
	void *to;

	if (fd < 0)
		return fd;
	to = mmap(NULL, mapped, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	if (to == MAP_FAILED)
		return -errno;
	memcpy(to, bytes, len);
	munmap(to, mapped);
	return 0;
}

/* Of slots that had another rule. */
static int clear_slots(const struct compiled *compiled, const struct bpf_object *obj)
{
	static const struct kxf_rule_state none;
	int states = map_of(obj, "states");
	struct counters counters;
	int err = counters_open(map_of(obj, "counters"), &counters);

	for (uint32_t i = 0; i < KXF_SLOTS && !err; i++) {
		if (!compiled->was_others[i])
			continue;
		counters_clear(&counters, i);
		if (bpf_map_update_elem(states, &i, &none, BPF_ANY))
			err = -errno;
	}
	counters_close(&counters);
	return err;
}

int compiled_fill(const struct compiled *compiled, struct bpf_object *obj)
{
	int err = fill_map(obj, "tables", compiled->image.bytes, compiled->image.len);

	if (!err)
		err = clear_slots(compiled, obj);
	if (!err)
		err = fill_map(obj, "ids", compiled->ids, sizeof(compiled->ids));
	return err ? err : live_fill(compiled, map_of(obj, "live_sets"), map_of(obj, "live_elements"));
}
