// SPDX-License-Identifier: GPL-2.0-only
/*
 * Tells what the kernel half of kxfilter does with packets. `kxfilter_packet OBJECT` reads
 * lines "DOOR HEX", DOOR: "xdp" or "tc", and prints for each "VERDICT RULE" or "VERDICT malformed",
 * "VERDICT default". The rules are in rules_of_test() below.
 */
#include <linux/bpf.h>
#include <stdlib.h>

#include "kxfilter.h"

static struct rule rows[4];

static struct set *set_of(uint64_t first, uint64_t last)
{
	struct set *set = set_new();

	if (!set || set_add_low(set, first, last))
		exit(1);
	return set;
}

/*
 * ssh: drop proto tcp to port 22; echo: drop icmp6 echo-request;
 * net: drop from 10.9.0.0/16; vlan: drop vlan 7. All else passes, but what is malformed.
 */
static struct rules rules_of_test(void)
{
	static const char *const ids[] = { "ssh", "echo", "net", "vlan" };

	for (int i = 0; i < 4; i++) {
		rows[i] = (struct rule){ .directions = DIRECTION_IN, .verdict = VERDICT_DROP,
					 .live_source = -1, .live_destination = -1 };
		strcpy(rows[i].id, ids[i]);
	}
	rows[0].match[FIELD_PROTOCOL] = set_of(6, 6);
	rows[0].match[FIELD_DESTINATION_PORT] = set_of(22, 22);
	rows[1].match[FIELD_PROTOCOL] = set_of(58, 58);
	rows[1].match[FIELD_ICMP] = set_of(128 << 8, 128 << 8 | 255);
	rows[2].match[FIELD_SOURCE] = set_of(0xffff0a090000, 0xffff0a09ffff);
	rows[3].match[FIELD_VLAN] = set_of(7, 7);
	return (struct rules){ .rows = rows, .nr = 4, .malformed = VERDICT_DROP,
			       .fallback = { VERDICT_PASS, VERDICT_PASS } };
}

static void tell(struct loaded *loaded, bool at_xdp, uint8_t *bytes, size_t len)
{
	LIBBPF_OPTS(bpf_test_run_opts, opts, .data_in = bytes, .data_size_in = len, .repeat = 1);
	const struct kxf_trial *seen = loaded->trial;
	bool is_bad, passed;

	if (bpf_prog_test_run_opts(at_xdp ? loaded->xdp : loaded->in, &opts)) {
		printf("error %s\n", strerror(errno));
		return;
	}
	passed = opts.retval == (at_xdp ? XDP_PASS : (uint32_t)-1);
	is_bad = seen->packet.value[KXF_EXTRAS] & KXF_EXTRA_MALFORMED;
	printf("%s %s\n", passed ? "pass" : "drop", seen->rule != KXF_NO_RULE ?
	       rows[seen->rule].id : is_bad ? "malformed" : "default");
}

static size_t bytes_of(const char *hex, uint8_t *bytes)
{
	size_t len = 0;

	while (sscanf(hex + 2 * len, "%2hhx", &bytes[len]) == 1)
		len++;
	return len;
}

static int quiet(enum libbpf_print_level level, const char *fmt, va_list args)
{
	return level == LIBBPF_WARN ? vfprintf(stderr, fmt, args) : 0;
}

int main(int argc, char **argv)
{
	struct rules rules = rules_of_test();
	static char line[16384], door[8], hex[16384];
	static uint8_t bytes[8192];
	struct loaded loaded[2];

	if (argc < 2)
		return 2;
	libbpf_set_print(quiet);
	for (int i = 0; i < 2; i++) {
		struct compile_opts opts = { .at_xdp = i, .trial = true };
		struct compiled *compiled = NULL;

		if (compile(&rules, &opts, NULL, NULL, &compiled) ||
		    load(argv[1], compiled, &loaded[i]))
			return 1;
		compiled_free(compiled);
	}
	while (fgets(line, sizeof(line), stdin))
		if (sscanf(line, "%7s %16383s", door, hex) == 2)
			tell(&loaded[!strcmp(door, "xdp")], !strcmp(door, "xdp"), bytes,
			     bytes_of(hex, bytes));
	for (int i = 0; i < 2; i++)
		unload(&loaded[i]);
	for (int i = 0; i < 4; i++)
		for (int j = 0; j < FIELDS; j++)
			set_drop(rows[i].match[j]);
	return 0;
}
