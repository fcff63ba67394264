// SPDX-License-Identifier: GPL-2.0-only
/*
 * A set of more than a million ranges, most of them close together, so that what is searched
 * is long; packets from addresses at and between their bounds. `kxfilter_large OBJECT PACKETS`
 * prints how many were looked at, and how many were decided wrongly.
 */
#include <linux/bpf.h>
#include <stdlib.h>

#include "kxfilter.h"

#define NET6	0x20010db800000000ULL
#define DENSE6	1000000

static unsigned long long looked_at, wrong;

static void add(struct set *set, uint64_t high, uint64_t first, uint64_t last)
{
	if (set_add(set, (struct number){ high, first }, (struct number){ high, last }))
		exit(1);
}

/* Every second address of a net, every third one at the end of all, and IPv6 with one far away. */
static struct set *large_set(void)
{
	struct set *set = set_new();

	if (!set)
		exit(1);
	for (uint64_t i = 0; i < 65536; i += 2)
		add(set, 0, 0xffff0a050000 + i, 0xffff0a050000 + i);
	for (uint64_t i = 0; i < 65536; i += 3)
		add(set, 0, 0xfffffffe0001 + i, 0xfffffffe0001 + i);
	for (uint64_t i = 0; i < DENSE6; i++)
		add(set, NET6, 5 * i, 5 * i + i % 4);
	add(set, 0xfd00000000000000, 0, 9);
	set_end(set);
	return set;
}

static void put(uint8_t *to, uint64_t value, int nr)
{
	for (int i = nr - 1; i >= 0; i--, value >>= 8)
		to[i] = value;
}

static size_t make_frame(struct number from, uint8_t *frame)
{
	bool is_ip4 = !from.high && from.low >> 32 == 0xffff;

	memset(frame, 0, 64);
	put(frame + 12, is_ip4 ? 0x0800 : 0x86dd, 2);
	if (is_ip4) {
		frame[14] = 0x45;
		put(frame + 16, 50, 2);
		frame[23] = 50;
		put(frame + 26, from.low, 4);
		return 64;
	}
	frame[14] = 0x60;
	put(frame + 18, 10, 2);
	frame[20] = 50;
	put(frame + 22, from.high, 8);
	put(frame + 30, from.low, 8);
	frame[38] = 0xfd;
	return 64;
}

static void look_at(const struct loaded *loaded, const struct set *set, uint64_t high, uint64_t low)
{
	uint8_t frame[64];
	LIBBPF_OPTS(bpf_test_run_opts, opts, .data_in = frame, .repeat = 1);

	opts.data_size_in = make_frame((struct number){ high, low }, frame);
	if (bpf_prog_test_run_opts(loaded->xdp, &opts))
		exit(1);
	looked_at++;
	if ((opts.retval == XDP_DROP) == set_has(set, (struct number){ high, low }))
		return;
	if (!wrong++)
		fprintf(stderr, "%llx:%llx: %u\n", (unsigned long long)high,
			(unsigned long long)low, opts.retval);
}

static void look_at_all(const struct loaded *loaded, const struct set *set, uint64_t nr)
{
	for (uint64_t i = 0; i < nr; i++) {
		uint64_t at = i * 65600 / nr;

		look_at(loaded, set, 0, 0xffff0a04fff0 + at);
		look_at(loaded, set, 0, 0xfffffffdfff0 + at);
		look_at(loaded, set, NET6, (i * 2654435761) % (5 * DENSE6 + 100));
	}
	look_at(loaded, set, NET6 - 1, UINT64_MAX);
	look_at(loaded, set, 0xfd00000000000000, 9);
	look_at(loaded, set, 0xfd00000000000000, 10);
	look_at(loaded, set, UINT64_MAX, UINT64_MAX);
	look_at(loaded, set, 0, 0);
}

static int quiet(enum libbpf_print_level level, const char *fmt, va_list args)
{
	return level == LIBBPF_WARN ? vfprintf(stderr, fmt, args) : 0;
}

int main(int argc, char **argv)
{
	struct set *set = large_set();
	struct rule row = { .id = "set", .directions = DIRECTION_IN, .verdict = VERDICT_DROP,
			    .live_source = -1, .live_destination = -1 };
	struct rules rules = { .rows = &row, .nr = 1, .malformed = VERDICT_PASS,
			       .fallback = { VERDICT_PASS, VERDICT_PASS } };
	struct compile_opts opts = { .at_xdp = true };
	struct compiled *compiled = NULL;
	struct loaded loaded;

	if (argc < 3)
		return 2;
	libbpf_set_print(quiet);
	row.match[FIELD_SOURCE] = set;
	if (compile(&rules, &opts, NULL, NULL, &compiled) || load(argv[1], compiled, &loaded))
		return 1;
	look_at_all(&loaded, set, strtoul(argv[2], NULL, 0));
	printf("looked at %llu, wrong %llu\n", looked_at, wrong);
	unload(&loaded);
	compiled_free(compiled);
	set_drop(set);
	return wrong > 0;
}
