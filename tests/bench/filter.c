// SPDX-License-Identifier: GPL-2.0-only
/*
 * What kxfilter costs a packet at XDP: ns by BPF_PROG_TEST_RUN, which runs the real program on
 * 64 packets, one after the other; and how long a rule set takes to be compiled and loaded.
 * `filter OBJECT KIND NUMBER` prints "NS COMPILE_MS LOAD_MS MIB"; KIND: "empty", a program that
 * only drops; "pair", rules of address, protocol, port; "set", a rule with a set of prefixes,
 * "set6", of IPv6; "live", 8 rules, of which one has a live set of so many addresses.
 */
#include <linux/bpf.h>
#include <stdlib.h>
#include <time.h>

#include "../../tools/kxfilter/compile/elements.h"
#include "../../tools/kxfilter/compile/live.h"
#include "../live/kxfilter.h"
#include "turn.skel.h"

#define PACKETS	64
#define REPEAT	1000000
#define ROUNDS	5

struct packet {
	uint8_t bytes[64];
};

static uint64_t seed = 88172645463325252;

static uint64_t random64(void)
{
	seed ^= seed << 13;
	seed ^= seed >> 7;
	seed ^= seed << 17;
	return seed;
}

/* Of this process on its CPU: others that run take nothing of it. */
static double cpu_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
	return now.tv_sec * 1e3 + now.tv_nsec / 1e6;
}

static void die(const char *what, int err)
{
	fprintf(stderr, "filter: %s: %s\n", what, strerror(-err));
	exit(1);
}

static struct number ip4(uint32_t address)
{
	return (struct number){ 0, 0xffff00000000 | address };
}

static struct set *set_of(struct number first, struct number last)
{
	struct set *set = set_new();

	if (!set || set_add(set, first, last))
		die("out of memory", -ENOMEM);
	return set;
}

static struct set *set_low(uint64_t first, uint64_t last)
{
	return set_of((struct number){ 0, first }, (struct number){ 0, last });
}

static uint32_t address_of(uint32_t i)
{
	return 0x0a000000 + i * 2654435761u % 0xd0000000;
}

/* Drops TCP from one address to one port, as many times as asked for. */
static void pair_rules(struct rules *rules, size_t nr)
{
	rules->rows = calloc(nr, sizeof(*rules->rows));
	for (size_t i = 0; i < nr; i++) {
		struct rule *rule = &rules->rows[rules->nr++];

		*rule = (struct rule){ .directions = DIRECTION_IN, .verdict = VERDICT_DROP,
				       .live_source = -1, .live_destination = -1 };
		snprintf(rule->id, sizeof(rule->id), "r%zu", i);
		rule->match[FIELD_SOURCE] = set_of(ip4(address_of(i)), ip4(address_of(i)));
		rule->match[FIELD_PROTOCOL] = set_low(6, 6);
		rule->match[FIELD_DESTINATION_PORT] = set_low(1 + i * 7 % 65535, 1 + i * 7 % 65535);
	}
}

/* A prefix of 20 to 32 bits. */
static int add_prefix4(struct set *set)
{
	uint32_t bits = 20 + random64() % 13;
	uint32_t mask = bits == 32 ? 0 : UINT32_MAX >> bits;
	uint32_t address = (random64() % 0xd0000000 + 0x0a000000) & ~mask;

	return set_add(set, ip4(address), ip4(address | mask));
}

/* One of 32 to 64 bits in 2000::/3. */
static int add_prefix6(struct set *set)
{
	uint32_t bits = 32 + random64() % 33;
	uint64_t mask = bits == 64 ? 0 : UINT64_MAX >> bits;
	uint64_t high = (0x2000000000000000 | random64() >> 3) & ~mask;

	return set_add(set, (struct number){ high, 0 }, (struct number){ high | mask, UINT64_MAX });
}

/* Drops what comes from a set of prefixes. */
static void set_rules(struct rules *rules, size_t nr, bool is_ip6)
{
	struct set *set = set_new();

	for (size_t i = 0; i < nr; i++)
		if (is_ip6 ? add_prefix6(set) : add_prefix4(set))
			die("out of memory", -ENOMEM);
	set_end(set);
	rules->rows = calloc(1, sizeof(*rules->rows));
	rules->nr = 1;
	rules->rows[0] = (struct rule){ .id = "set", .directions = DIRECTION_IN,
					.verdict = VERDICT_DROP, .live_source = -1,
					.live_destination = -1 };
	rules->rows[0].match[FIELD_SOURCE] = set;
}

/* Seven of pairs, and one that drops what comes from a live set. */
static void live_rules_make(struct rules *rules, size_t nr)
{
	struct rule *rule;

	pair_rules(rules, 8);
	rule = &rules->rows[7];
	for (int i = 0; i < FIELDS; i++) {
		set_drop(rule->match[i]);
		rule->match[i] = NULL;
	}
	rule->live_source = 0;
	rules->live = calloc(1, sizeof(*rules->live));
	rules->live[0] = (struct live_set){ .name = "live", .first = set_new(), .size = nr };
	rules->nr_live = 1;
}

static uint32_t live_address(uint32_t i)
{
	return address_of(i + 4096);
}

static void fill_live(const struct compiled *compiled, struct bpf_object *obj, size_t nr)
{
	uint32_t slot = compiled_live(compiled, 0);
	int outer = bpf_object__find_map_fd_by_name(obj, "live_elements");
	int sets = bpf_object__find_map_fd_by_name(obj, "live_sets");
	struct elements all = {
		calloc(nr, sizeof(*all.keys)), calloc(nr, sizeof(*all.values)), nr,
	};
	int fd = elements_open(outer, slot);
	struct kxf_live set;

	for (size_t i = 0; i < nr; i++)
		all.keys[i] = (struct kxf_element){ { 0, ip4(live_address(i)).low }, 128, 0 };
	if (fd < 0 || bpf_map_lookup_elem(sets, &slot, &set))
		die("live set", -errno);
	elements_lengths(&set, &all);
	if (bpf_map_update_elem(sets, &slot, &set, BPF_ANY) || elements_put(fd, &all) != (long)nr)
		die("elements", -EIO);
	close(fd);
	elements_free(&all);
}

static void put16(uint8_t *to, uint32_t value)
{
	to[0] = value >> 8;
	to[1] = value;
}

static void put32(uint8_t *to, uint32_t value)
{
	put16(to, value >> 16);
	put16(to + 2, value);
}

/* Half of them are of a rule, half of none. */
static void make_packets(struct packet *packets, const struct rules *rules, bool is_set)
{
	for (uint32_t i = 0; i < PACKETS; i++) {
		uint8_t *at = packets[i].bytes;
		uint32_t rule = random64() % (rules->nr ? rules->nr : 1), source = random64();
		uint32_t port = 1 + rule * 7 % 65535;

		if (i % 2 && is_set) {
			const struct set *set = rules->rows[0].match[FIELD_SOURCE];

			source = set->ranges[random64() % set->nr].first.low;
		} else if (i % 2 && rules->nr_live) {
			source = live_address(random64() % rules->live[0].size);
		} else if (i % 2) {
			source = address_of(rule);
		}
		memset(at, 0, 64);
		at[12] = 8;
		at[14] = 0x45;
		put16(at + 16, 50);
		at[22] = 64;
		at[23] = 6;
		put32(at + 26, source);
		put32(at + 30, 0xc0a80001);
		put16(at + 34, 40000 + i);
		put16(at + 36, port);
		at[46] = 0x50;
		at[47] = 0x10;
	}
}

/* The same with IPv6: UDP, so that all of its header is there. */
static void make_packets6(struct packet *packets, const struct rules *rules)
{
	const struct set *set = rules->rows[0].match[FIELD_SOURCE];

	for (uint32_t i = 0; i < PACKETS; i++) {
		uint8_t *at = packets[i].bytes;
		uint64_t high = i % 2 ? set->ranges[random64() % set->nr].first.high :
					(0x2000000000000000 | random64() >> 3);

		memset(at, 0, 64);
		put16(at + 12, 0x86dd);
		at[14] = 0x60;
		put16(at + 18, 10);
		at[20] = 17;
		at[21] = 64;
		put32(at + 22, high >> 32);
		put32(at + 26, high);
		put32(at + 38, 0xfd000000);
		put16(at + 54, 40000 + i);
		put16(at + 58, 10);
	}
}

static int compare(const void *a, const void *b)
{
	double left = *(const double *)a, right = *(const double *)b;

	return (left > right) - (left < right);
}

/* One after the other: what guesses branches never sees the same packet twice in a row. */
static double measure(int prog, struct packet *packets)
{
	struct turn_bpf *skel = turn_bpf__open_and_load();
	LIBBPF_OPTS(bpf_test_run_opts, opts, .data_in = packets[0].bytes, .data_size_in = 64,
		    .repeat = REPEAT);
	double rounds[ROUNDS];
	uint32_t zero = 0;

	if (!skel || bpf_map_update_elem(bpf_map__fd(skel->maps.measured), &zero, &prog, BPF_ANY))
		die("the program that changes packets", -errno);
	for (uint32_t i = 0; i < PACKETS; i++)
		if (bpf_map_update_elem(bpf_map__fd(skel->maps.packets), &i, &packets[i], BPF_ANY))
			die("packets", -errno);
	for (int i = 0; i < ROUNDS; i++) {
		if (bpf_prog_test_run_opts(bpf_program__fd(skel->progs.turn), &opts))
			die("test run", -errno);
		rounds[i] = opts.duration;
	}
	turn_bpf__destroy(skel);
	qsort(rounds, ROUNDS, sizeof(*rounds), compare);
	return rounds[ROUNDS / 2];
}

/* A program that only drops. */
static int empty(void)
{
	const struct bpf_insn insns[] = {
		{ .code = BPF_ALU64 | BPF_MOV | BPF_K, .dst_reg = 0, .imm = 1 },
		{ .code = BPF_JMP | BPF_EXIT },
	};

	LIBBPF_OPTS(bpf_prog_load_opts, opts, .expected_attach_type = BPF_XDP);

	return bpf_prog_load(BPF_PROG_TYPE_XDP, "empty", "GPL", insns, 2, &opts);
}

static int quiet(enum libbpf_print_level level, const char *fmt, va_list args)
{
	return level == LIBBPF_WARN ? vfprintf(stderr, fmt, args) : 0;
}

static void measure_rules(const char *object, const struct rules *rules, struct packet *packets)
{
	struct compile_opts opts = { .at_xdp = true };
	struct compiled *compiled = NULL;
	struct compiled_about about;
	struct loaded loaded;
	double begin = cpu_ms(), made, filled;
	int err = compile(rules, &opts, NULL, NULL, &compiled);

	if (err)
		die("compile", err);
	made = cpu_ms();
	err = load(object, compiled, &loaded);
	if (err)
		die("load", err);
	if (rules->nr_live)
		fill_live(compiled, loaded.obj, rules->live[0].size);
	filled = cpu_ms();
	compiled_about(compiled, KXF_IN, &about);
	printf("%.1f %.1f %.1f %.1f\n", measure(loaded.xdp, packets), made - begin, filled - made,
	       about.bytes / 1048576.0);
}

int main(int argc, char **argv)
{
	static struct packet packets[PACKETS];
	struct rules rules = { .fallback = { VERDICT_PASS, VERDICT_PASS },
			       .malformed = VERDICT_DROP };
	bool is_set, is_ip6;
	size_t nr;

	if (argc < 4)
		return 2;
	libbpf_set_print(quiet);
	nr = strtoul(argv[3], NULL, 0);
	is_ip6 = !strcmp(argv[2], "set6");
	is_set = is_ip6 || !strcmp(argv[2], "set");
	if (!strcmp(argv[2], "live"))
		live_rules_make(&rules, nr);
	else if (is_set)
		set_rules(&rules, nr, is_ip6);
	else
		pair_rules(&rules, nr);
	if (is_ip6)
		make_packets6(packets, &rules);
	else
		make_packets(packets, &rules, is_set);
	if (!strcmp(argv[2], "empty"))
		printf("%.1f 0 0 0\n", measure(empty(), packets));
	else
		measure_rules(argv[1], &rules, packets);
	return 0;
}
