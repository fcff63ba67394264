// SPDX-License-Identifier: GPL-2.0-only
/*
 * Puts the kernel half of kxfilter at tc of a device, for real traffic. `kxfilter_traffic OBJECT
 * DEVICE` says "ready", waits for the end of its input, takes it away, and prints what was counted:
 * "RULE PACKETS BYTES" for each rule, "in" and "out" with all, malformed, unread,
 * and the records of the log.
 */
#include <kx/abi.h>
#include <net/if.h>
#include <stdlib.h>

#include "kxfilter.h"

static const char *const ids[] = { "closed", "tagged", "tcp", "udp", "icmp", "icmp6" };

#define NR	(sizeof(ids) / sizeof(ids[0]))

static struct rule rows[NR];

static void only(enum field field, int rule, uint64_t number)
{
	rows[rule].match[field] = set_new();
	if (!rows[rule].match[field] || set_add_low(rows[rule].match[field], number, number))
		exit(1);
}

/* Port 5002 is closed; what has the tag 7, TCP, UDP, ICMP pass, each counted by its own rule. */
static struct rules rules_of_test(void)
{
	for (size_t i = 0; i < NR; i++) {
		rows[i] = (struct rule){ .directions = DIRECTION_IN | DIRECTION_OUT,
					 .verdict = i ? VERDICT_PASS : VERDICT_DROP,
					 .live_source = -1, .live_destination = -1 };
		strcpy(rows[i].id, ids[i]);
	}
	only(FIELD_PROTOCOL, 0, 6);
	only(FIELD_DESTINATION_PORT, 0, 5002);
	only(FIELD_VLAN, 1, 7);
	only(FIELD_PROTOCOL, 2, 6);
	only(FIELD_PROTOCOL, 3, 17);
	only(FIELD_PROTOCOL, 4, 1);
	only(FIELD_PROTOCOL, 5, 58);
	rows[2].log = true;
	rows[4].log = true;
	rows[4].log_ns = 1;
	return (struct rules){ .rows = rows, .nr = NR, .malformed = VERDICT_DROP,
			       .fallback = { VERDICT_PASS, VERDICT_PASS } };
}

static void fail(const char *what)
{
	perror(what);
	exit(1);
}

static void attach(struct bpf_tc_hook *hook, enum bpf_tc_attach_point point, int prog)
{
	LIBBPF_OPTS(bpf_tc_opts, opts, .prog_fd = prog, .handle = 1, .priority = 1);

	hook->attach_point = point;
	if (bpf_tc_attach(hook, &opts))
		fail("attach");
}

static void print_counters(const struct loaded *loaded, const struct compiled *compiled)
{
	int fd = bpf_object__find_map_fd_by_name(loaded->obj, "counters");
	for (size_t i = 0; i < NR; i++) {
		uint32_t slot = compiled_slot(compiled, i);
		unsigned long long packets = 0, bytes = 0;

		for (int j = 0; j < libbpf_num_possible_cpus(); j++) {
			uint32_t at = j * KXF_SLOTS + slot;
			struct kxf_counter counter;

			if (bpf_map_lookup_elem(fd, &at, &counter))
				fail("counters");
			packets += counter.packets;
			bytes += counter.bytes;
		}
		printf("%s %llu %llu\n", ids[i], packets, bytes);
	}
}

static void print_totals(const struct loaded *loaded)
{
	int fd = bpf_object__find_map_fd_by_name(loaded->obj, "totals");
	int nr_cpus = libbpf_num_possible_cpus();
	struct kxf_totals totals[nr_cpus];

	for (uint32_t way = 0; way < KXF_WAYS; way++) {
		unsigned long long packets = 0, malformed = 0, unread = 0;

		if (bpf_map_lookup_elem(fd, &way, totals))
			fail("totals");
		for (int i = 0; i < nr_cpus; i++) {
			packets += totals[i].packets;
			malformed += totals[i].malformed;
			unread += totals[i].unread;
		}
		printf("%s %llu malformed %llu unread %llu\n", way ? "out" : "in", packets, malformed,
		       unread);
	}
}

/* Records that were begun, those that were dropped, and those that limits kept back. */
static void print_log(const struct loaded *loaded, const struct compiled *compiled)
{
	struct bpf_map *map = bpf_object__find_map_by_name(loaded->obj, "packets");
	struct kx_stream_head *head = malloc(bpf_map__value_size(map));
	unsigned long long begun = 0, dropped = 0, unlogged = 0;
	int states = bpf_object__find_map_fd_by_name(loaded->obj, "states");
	struct kxf_rule_state state;

	for (uint32_t cpu = 0; cpu < bpf_map__max_entries(map); cpu++) {
		if (!head || bpf_map_lookup_elem(bpf_map__fd(map), &cpu, head))
			fail("packets");
		begun += head->entered >> 16;
		dropped += head->dropped;
	}
	for (size_t i = 0; i < NR; i++) {
		uint32_t slot = compiled_slot(compiled, i);

		if (bpf_map_lookup_elem(states, &slot, &state))
			fail("states");
		unlogged += state.unlogged;
	}
	printf("log %llu dropped %llu unlogged %llu\n", begun, dropped, unlogged);
	free(head);
}

static int quiet(enum libbpf_print_level level, const char *fmt, va_list args)
{
	return level == LIBBPF_WARN ? vfprintf(stderr, fmt, args) : 0;
}

int main(int argc, char **argv)
{
	struct compile_opts opts = {};
	struct rules rules = rules_of_test();
	struct compiled *compiled = NULL;
	struct loaded loaded;

	if (argc < 3)
		return 2;
	LIBBPF_OPTS(bpf_tc_hook, hook, .ifindex = if_nametoindex(argv[2]),
		    .attach_point = BPF_TC_INGRESS | BPF_TC_EGRESS);
	libbpf_set_print(quiet);
	if (compile(&rules, &opts, NULL, NULL, &compiled) || load(argv[1], compiled, &loaded))
		fail("load");
	if (bpf_tc_hook_create(&hook))
		fail("clsact");
	attach(&hook, BPF_TC_INGRESS, loaded.in);
	attach(&hook, BPF_TC_EGRESS, loaded.out);
	printf("ready\n");
	fflush(stdout);
	while (getchar() != EOF)
		;
	hook.attach_point = BPF_TC_INGRESS | BPF_TC_EGRESS;
	bpf_tc_hook_destroy(&hook);
	print_counters(&loaded, compiled);
	print_totals(&loaded);
	print_log(&loaded, compiled);
	unload(&loaded);
	compiled_free(compiled);
	return 0;
}
