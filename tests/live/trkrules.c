// SPDX-License-Identifier: GPL-2.0-only
/*
 * A policy that drops what nothing asked for and translates, in the whole kernel half of
 * kxfilter: OBJECT. Prints a line for each packet that became something else.
 */
#include <linux/bpf.h>
#include <stdlib.h>

#include "kxfilter.h"
#include "frames.h"

#define OUTER	0xcb007101	/* 203.0.113.1 */
#define INNER	0x0a010203	/* 10.1.2.3 */
#define CLIENT	0x0a000005
#define SERVER	0x08080808

static struct rule rows[3];
static struct loaded loaded;
static bool at_xdp;
static uint32_t wrong, packets;

static struct set *set_of(uint64_t first, uint64_t last)
{
	struct set *set = set_new();

	if (!set || set_add_low(set, first, last))
		exit(1);
	return set;
}

static void translate(struct rule *rule, enum rewrite_kind kind, uint32_t address, uint16_t port)
{
	struct number to = { 0, 0xffff00000000 | address };

	rule->rewrites[rule->nr_rewrites++] = (struct rewrite){
		.kind = kind, .addresses = { to, to }, .first_port = port, .last_port = port,
	};
}

/* What is established or related passes; what goes out; to port 8080, which is another's 80. */
static struct rules rules_of_test(void)
{
	static const char *const ids[] = { "known", "out", "web" };

	for (int i = 0; i < 3; i++) {
		rows[i] = (struct rule){ .directions = DIRECTION_IN | DIRECTION_OUT,
					 .verdict = VERDICT_PASS, .live_source = -1,
					 .live_destination = -1 };
		strcpy(rows[i].id, ids[i]);
	}
	rows[0].match[FIELD_STATE] = set_of(STATE_ESTABLISHED, STATE_RELATED);
	rows[1].directions = DIRECTION_OUT;
	rows[1].match[FIELD_STATE] = set_of(STATE_NEW, STATE_NEW);
	translate(&rows[1], REWRITE_SOURCE, OUTER, 0);
	rows[2].directions = DIRECTION_IN;
	rows[2].match[FIELD_STATE] = set_of(STATE_NEW, STATE_NEW);
	rows[2].match[FIELD_DESTINATION_PORT] = set_of(8080, 8080);
	translate(&rows[2], REWRITE_DESTINATION, INNER, 80);
	return (struct rules){ .rows = rows, .nr = 3, .tracks = true, .malformed = VERDICT_DROP,
			       .fallback = { VERDICT_DROP, VERDICT_DROP } };
}

/* @wanted: NULL: it is dropped. */
static void see(const char *what, bool is_out, const struct frame *in, const struct frame *wanted)
{
	static uint8_t bytes[FRAME_MAX];
	LIBBPF_OPTS(bpf_test_run_opts, opts, .data_in = in->bytes, .data_size_in = in->len,
		    .data_out = bytes, .data_size_out = sizeof(bytes), .repeat = 1);
	int fd = is_out ? loaded.out : at_xdp ? loaded.xdp : loaded.in;
	bool passes;

	packets++;
	loaded.trial->now_ns += 1000000;
	if (bpf_prog_test_run_opts(fd, &opts))
		exit(1);
	passes = opts.retval == (!is_out && at_xdp ? XDP_PASS : (uint32_t)-1);
	if (passes == !!wanted && (!wanted || (opts.data_size_out == wanted->len &&
	    !memcmp(bytes, wanted->bytes, wanted->len))))
		return;
	wrong++;
	fprintf(stderr, "# %s, %s: %s, state %u, rule %d\n", at_xdp ? "xdp" : "tc", what,
		passes ? "passed" : "dropped", loaded.trial->packet.value[KXF_STATE],
		(int)loaded.trial->rule);
	for (size_t i = LINK; i < opts.data_size_out && i < 70; i++)
		fprintf(stderr, "%s%02x", i == LINK ? "# " : "", bytes[i]);
	fprintf(stderr, "\n");
}

static const struct frame *tcp(uint32_t from, uint16_t from_port, uint32_t to, uint16_t to_port,
			       uint8_t flags, uint32_t seq, uint32_t ack)
{
	static struct frame frames[4];
	static int n;
	struct frame *frame = &frames[n++ & 3];
	struct address a = ip4(from), b = ip4(to);
	struct tcp parts = { .from = from_port, .to = to_port, .seq = seq, .ack = ack,
			     .flags = flags, .window = 9000, .scale = 255 };

	make_tcp(frame, &a, &b, &parts);
	return frame;
}

static void go_out(void)
{
	const struct frame *first = tcp(CLIENT, 4000, SERVER, 443, 2, 100, 0);
	struct address router = ip4(0x01010101), outer = ip4(OUTER), client = ip4(CLIENT);
	struct frame error, told;

	see("an answer before the question", false, tcp(SERVER, 443, OUTER, 4000, 18, 500, 101), NULL);
	see("what begins inside", true, first, tcp(OUTER, 4000, SERVER, 443, 2, 100, 0));
	see("its answer", false, tcp(SERVER, 443, OUTER, 4000, 18, 500, 101),
	    tcp(SERVER, 443, CLIENT, 4000, 18, 500, 101));
	see("it goes on", true, tcp(CLIENT, 4000, SERVER, 443, 16, 101, 501),
	    tcp(OUTER, 4000, SERVER, 443, 16, 101, 501));
	see("a reset beside the window", false, tcp(SERVER, 443, OUTER, 4000, 4, 70000, 0), NULL);
	see("another's answer", false, tcp(SERVER, 443, OUTER, 4001, 18, 500, 101), NULL);
	make_error(&error, &router, &outer, 3, tcp(OUTER, 4000, SERVER, 443, 16, 101, 501), 8);
	make_error(&told, &router, &client, 3, tcp(CLIENT, 4000, SERVER, 443, 16, 101, 501), 8);
	see("an error about it", false, &error, &told);
	make_error(&error, &router, &outer, 3, tcp(OUTER, 4001, SERVER, 443, 16, 101, 501), 8);
	see("an error about nothing", false, &error, NULL);
}

static void come_in(void)
{
	see("to a closed port", false, tcp(SERVER, 999, OUTER, 22, 2, 1, 0), NULL);
	see("to the web", false, tcp(SERVER, 999, OUTER, 8080, 2, 1, 0),
	    tcp(SERVER, 999, INNER, 80, 2, 1, 0));
	see("from the web", true, tcp(INNER, 80, SERVER, 999, 18, 7, 2),
	    tcp(OUTER, 8080, SERVER, 999, 18, 7, 2));
	see("to the web again", false, tcp(SERVER, 999, OUTER, 8080, 16, 2, 8),
	    tcp(SERVER, 999, INNER, 80, 16, 2, 8));
	see("to the web without a beginning", false, tcp(SERVER, 998, OUTER, 8080, 16, 2, 8), NULL);
	/* The dropped SYN left nothing behind. */
	see("from the closed port", true, tcp(OUTER, 22, SERVER, 999, 18, 5, 2), NULL);
}

int main(int argc, char **argv)
{
	struct rules rules = rules_of_test();

	if (argc < 2)
		return 2;
	for (int i = 0; i < 2; i++) {
		struct compile_opts opts = { .at_xdp = i, .trial = true, .seed = 4711 };
		struct compiled *compiled = NULL;
		int err = compile(&rules, &opts, NULL, NULL, &compiled);

		at_xdp = i;
		if (!err)
			err = load(argv[1], compiled, &loaded);
		if (err)
			return fprintf(stderr, "# it cannot be loaded: %s\n", strerror(-err));
		loaded.trial->now_ns = 5000000000;
		go_out();
		come_in();
		compiled_free(compiled);
		unload(&loaded);
	}
	for (int i = 0; i < 3; i++)
		for (int j = 0; j < FIELDS; j++)
			set_drop(rows[i].match[j]);
	printf("rules packets %u wrong %u\n", packets, wrong);
	return wrong != 0;
}
