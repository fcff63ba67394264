// SPDX-License-Identifier: GPL-2.0-only
/*
 * Runs the kernel half of kxfilter on packets by chance, under rule sets by chance, and compares
 * what it read, which rule decided and how, with the reference. `kxfilter_verdicts OBJECT SETS
 * PACKETS SEED` prints how many were compared; exit status 1: some differed.
 */
#include <linux/bpf.h>
#include <sched.h>

#include "../../tools/kxfilter/reference/reference.h"
#include "kxfilter.h"
#include "kxfilter_live.h"
#include "kxfilter_packets.h"

static uint64_t compared[4], by_rule, dropped, malformed, differ, replies[KXF_UNSENT + 1];

/* A way into the kernel half. */
enum door { AT_XDP, AT_IN, AT_OUT, AT_TAGGED };

static const char *const doors[] = { "XDP", "tc in", "tc out", "tc in, tag taken off" };

/* The names of the fields that rules.h has in another order. */
static const struct {
	enum field field;
	bool is_found;
	int at;
} places[] = {
	{ FIELD_FAMILY, false, KXF_FAMILY },
	{ FIELD_SOURCE, true, KXF_SOURCE },
	{ FIELD_DESTINATION, true, KXF_DESTINATION },
	{ FIELD_SOURCE_MAC, true, KXF_SOURCE_MAC },
	{ FIELD_DESTINATION_MAC, true, KXF_DESTINATION_MAC },
	{ FIELD_VLAN, false, KXF_VLAN },
	{ FIELD_INNER_VLAN, false, KXF_INNER_VLAN },
	{ FIELD_ETHERTYPE, false, KXF_ETHERTYPE },
	{ FIELD_PROTOCOL, false, KXF_PROTOCOL },
	{ FIELD_SOURCE_PORT, false, KXF_SOURCE_PORT },
	{ FIELD_DESTINATION_PORT, false, KXF_DESTINATION_PORT },
	{ FIELD_TCP_FLAGS, false, KXF_TCP_FLAGS },
	{ FIELD_ICMP, false, KXF_ICMP },
	{ FIELD_FRAGMENT, false, KXF_FRAGMENT },
	{ FIELD_EXTRAS, false, KXF_EXTRAS },
	{ FIELD_LENGTH, false, KXF_LENGTH },
	{ FIELD_DSCP, false, KXF_DSCP },
	{ FIELD_TTL, false, KXF_TTL },
	{ FIELD_MARK, true, KXF_MARK },
	{ FIELD_STATE, false, KXF_STATE },
};

static struct number seen_of(const struct kxf_packet *packet, int i)
{
	if (places[i].is_found)
		return (struct number){ packet->found[places[i].at].high,
					packet->found[places[i].at].low };
	return (struct number){ 0, packet->value[places[i].at] };
}

static bool is_same(struct number a, struct number b)
{
	return a.high == b.high && a.low == b.low;
}

/* What one rule set is tried with. */
struct trial {
	const struct rules *rules;
	const struct compiled *compiled;
	struct loaded loaded;
	struct reference_world world;
	struct live_trial live;
	struct kxf_totals expected[KXF_WAYS];
	bool monitor;
	int preludes[2];	/* to what comes in, and to what goes out */
	uint64_t number;
};

/* Of preludes: a program array that nobody has open is emptied. */
static int arrays[2];
static int nr_arrays;

static void tell(const struct trial *trial, const struct frame *frame, enum door door,
		 const struct packet_fields *fields, const struct reference_result *expected,
		 long rule, uint32_t retval)
{
	const struct kxf_trial *seen = trial->loaded.trial;

	if (differ++ > 5)
		return;
	fprintf(stderr, "rule set %llu of %zu rules, %s: reference: verdict %u, rule %ld; kernel: verdict %u, rule %ld, result %d\n",
		(unsigned long long)trial->number, trial->rules->nr, doors[door],
		expected->verdict, expected->rule, seen->verdict, rule, retval);
	for (int i = 0; i < FIELDS; i++) {
		struct number other = seen_of(&seen->packet, i), own = fields->of[places[i].field];

		if (!is_same(own, other))
			fprintf(stderr, "  %s: reference %llx:%llx, kernel %llx:%llx\n",
				field_kinds[places[i].field].name, (unsigned long long)own.high,
				(unsigned long long)own.low, (unsigned long long)other.high,
				(unsigned long long)other.low);
	}
	fprintf(stderr, "  ");
	for (size_t i = 0; i < frame->len && i < 200; i++)
		fprintf(stderr, "%02x", frame->bytes[i]);
	fprintf(stderr, "\n");
}

/* The packet as the kernel half left it. */
static uint8_t seen_bytes[8192];

static bool is_zero_sum(const uint8_t *sum)
{
	return sum[0] == sum[1] && (sum[0] == 0 || sum[0] == 255);
}

static size_t sum_place(const uint8_t *bytes)
{
	size_t at = 12;

	while (bytes[at] * 256 + bytes[at + 1] == 0x8100 ||
	       bytes[at] * 256 + bytes[at + 1] == 0x88a8)
		at += 4;
	return at + 12;
}

/*
 * But for a tag that was put in beside it, which a test shows among the bytes. The checksum
 * may be 0 or 65,535, which are the same to who adds.
 */
static bool is_rewritten_alike(const struct frame *frame, const struct packet_fields *fields,
			       const struct reference_result *expected, enum door door)
{
	static struct frame copy;
	size_t sum_at = 0;

	memcpy(copy.bytes, frame->bytes, frame->len);
	reference_rewrite(fields, expected, copy.bytes);
	if (door == AT_TAGGED)
		return true;
	if (fields->of[FIELD_FAMILY].low == FAMILY_IP4)
		sum_at = sum_place(copy.bytes);
	if (sum_at && sum_at + 2 <= frame->len && is_zero_sum(copy.bytes + sum_at) &&
			is_zero_sum(seen_bytes + sum_at))
		memcpy(copy.bytes + sum_at, seen_bytes + sum_at, 2);
	return !memcmp(copy.bytes, seen_bytes, frame->len);
}

/* The kernel begins no test at tc with less than a whole header of IP. */
#define LEAST	54

static uint32_t run(const struct trial *trial, int prog, struct frame *frame, enum door door,
		    const struct __sk_buff *skb, size_t *seen_len)
{
	struct __sk_buff copy = *skb;
	LIBBPF_OPTS(bpf_test_run_opts, opts, .data_in = frame->bytes, .data_size_in = frame->len,
		    .data_out = seen_bytes, .data_size_out = sizeof(seen_bytes), .repeat = 1);

	if (door != AT_XDP && frame->len < LEAST) {
		copy.cb[1] = frame->len;
		opts.data_size_in = LEAST;
	}
	if (door == AT_TAGGED || copy.cb[1])
		prog = trial->preludes[door == AT_OUT];
	if (door != AT_XDP) {
		opts.ctx_in = &copy;
		opts.ctx_size_in = sizeof(copy);
	}
	if (bpf_prog_test_run_opts(prog, &opts)) {
		fprintf(stderr, "%s: test run of %zu bytes: %s\n", doors[door], frame->len,
			strerror(errno));
		exit(1);
	}
	*seen_len = opts.data_size_out;
	return opts.retval;
}

/* The answer, where the packet is rejected; else all zeros. */
static void expect_answer(struct trial *trial, const struct reference_packet *packet,
			  const struct packet_fields *fields,
			  const struct reference_result *expected, struct reference_answer *out)
{
	enum reject reject = expected->rule < 0 ? REJECT_USUAL :
			     trial->rules->rows[expected->rule].reject;

	memset(out, 0, offsetof(struct reference_answer, bytes));
	if (expected->verdict == VERDICT_REJECT && !trial->monitor)
		reference_answer(packet, fields, reject, &trial->world, out);
}

static uint32_t reply_of(const struct trial *trial, const struct reference_result *expected,
			 const struct reference_answer *answer)
{
	if (expected->verdict != VERDICT_REJECT || trial->monitor)
		return KXF_NO_REPLY;
	return answer->len ? KXF_ANSWERED : answer->is_limited ? KXF_LIMITED : KXF_SILENT;
}

/* At tc the outermost tag is beside the bytes of the answer. */
static bool is_answered_alike(struct reference_answer *answer, enum door door, size_t seen_len)
{
	unsigned int type = answer->bytes[12] * 256 + answer->bytes[13];

	if (door == AT_TAGGED)
		return true;
	if (door != AT_XDP && (type == 0x8100 || type == 0x88a8)) {
		answer->len -= 4;
		memmove(answer->bytes + 12, answer->bytes + 16, answer->len - 12);
	}
	return seen_len == answer->len && !memcmp(answer->bytes, seen_bytes, seen_len);
}

static void count_one(struct kxf_totals *totals, const struct reference_result *result,
		      bool is_malformed)
{
	totals->packets++;
	totals->passed += result->verdict == VERDICT_PASS;
	totals->dropped += result->verdict == VERDICT_DROP;
	totals->redirected += result->verdict == VERDICT_REDIRECT;
	totals->rejected += result->verdict == VERDICT_REJECT;
	totals->malformed += is_malformed;
	totals->fallback += result->rule < 0 && !is_malformed;
}

/* One packet, through one door. */
static void compare_one(struct trial *trial, struct frame *frame, enum door door, int prog)
{
	enum direction direction = door == AT_OUT ? DIRECTION_OUT : DIRECTION_IN;
	struct kxf_trial *seen = trial->loaded.trial;
	struct __sk_buff skb = { .mark = some_value(FIELD_MARK),
				 .cb = { door == AT_TAGGED ? 1 + below(65535) : 0 } };
	struct reference_packet packet = { frame->bytes, frame->len, door == AT_TAGGED,
					   skb.cb[0] & 0xfff, door == AT_XDP ? 0 : skb.mark };
	struct reference_result expected;
	struct packet_fields fields;
	uint32_t retval;
	bool at_xdp = door == AT_XDP, same = true;
	const uint32_t results[] = {
		[VERDICT_PASS] = at_xdp ? XDP_PASS : (uint32_t)-1,
		[VERDICT_DROP] = at_xdp ? XDP_DROP : 2,
		[VERDICT_REDIRECT] = at_xdp ? XDP_REDIRECT : 7,
		[VERDICT_REJECT] = at_xdp ? XDP_DROP : 2,
	};
	struct reference_answer answer;
	uint32_t reply, result;
	size_t seen_len;
	long rule;

	/* After a while limits are not reached any more. */
	trial->world.now_ns += one_of(300) ? below(20000000) : below(3000);
	trial->world.random = chance();
	seen->now_ns = trial->world.now_ns;
	seen->random = trial->world.random;
	reference_read(&packet, &fields);
	reference_decide(trial->rules, direction, &fields, &trial->world, &expected);
	expect_answer(trial, &packet, &fields, &expected, &answer);
	reply = reply_of(trial, &expected, &answer);
	retval = run(trial, prog, frame, door, &skb, &seen_len);
	rule = seen->rule == KXF_NO_RULE ? -1 : (long)compiled_rule(trial->compiled,
			door == AT_OUT ? KXF_OUT : KXF_IN, seen->rule);
	fields.of[FIELD_MARK].low &= trial->rules->mark_bits;
	for (int i = 0; i < FIELDS; i++)
		same &= is_same(fields.of[places[i].field], seen_of(&seen->packet, i));
	result = results[trial->monitor ? VERDICT_PASS : expected.verdict];
	same &= retval == (reply != KXF_ANSWERED ? result : at_xdp ? XDP_TX : 7);
	same &= seen->reply == reply;
	same &= seen->verdict == expected.verdict;
	same &= rule == expected.rule;
	if (reply == KXF_ANSWERED)
		same &= is_answered_alike(&answer, door, seen_len);
	else if (trial->monitor)
		same &= door == AT_TAGGED || !memcmp(frame->bytes, seen_bytes, frame->len);
	else
		same &= is_rewritten_alike(frame, &fields, &expected, door);
	same &= door == AT_XDP || seen->mark == expected.mark;
	if (!same)
		tell(trial, frame, door, &fields, &expected, rule, retval);
	count_one(&trial->expected[door == AT_OUT], &expected,
		  fields.of[FIELD_EXTRAS].low & EXTRA_MALFORMED);
	trial->expected[door == AT_OUT].replies[reply ? reply - 1 : 0] += reply != KXF_NO_REPLY;
	replies[reply]++;
	compared[door]++;
	by_rule += expected.rule >= 0;
	dropped += expected.verdict == VERDICT_DROP;
	malformed += !!(fields.of[FIELD_EXTRAS].low & EXTRA_MALFORMED);
}

#define INSN(code_, dst, src, off_, imm_)				\
	{ .code = code_, .dst_reg = dst, .src_reg = src, .off = off_, .imm = imm_ }
#define CB(i)	(offsetof(struct __sk_buff, cb) + 4 * (i))

/*
 * Goes on to the filter with a packet that a test cannot begin with: cut to cb[1] bytes,
 * where that is not 0; with the tag cb[0] beside its bytes, as a device does it.
 */
static int prelude(int filter)
{
	int array = bpf_map_create(BPF_MAP_TYPE_PROG_ARRAY, "filter", 4, 4, 1, NULL);
	const struct bpf_insn insns[] = {
		INSN(BPF_ALU64 | BPF_MOV | BPF_X, 6, 1, 0, 0),
		INSN(BPF_LDX | BPF_MEM | BPF_W, 2, 6, CB(1), 0),
		INSN(BPF_JMP | BPF_JEQ | BPF_K, 2, 0, 3, 0),
		INSN(BPF_ALU64 | BPF_MOV | BPF_X, 1, 6, 0, 0),
		INSN(BPF_ALU64 | BPF_MOV | BPF_K, 3, 0, 0, 0),
		INSN(BPF_JMP | BPF_CALL, 0, 0, 0, BPF_FUNC_skb_change_tail),
		INSN(BPF_LDX | BPF_MEM | BPF_W, 3, 6, CB(0), 0),
		INSN(BPF_JMP | BPF_JEQ | BPF_K, 3, 0, 3, 0),
		INSN(BPF_ALU64 | BPF_MOV | BPF_X, 1, 6, 0, 0),
		INSN(BPF_ALU64 | BPF_MOV | BPF_K, 2, 0, 0, 0x0081),
		INSN(BPF_JMP | BPF_CALL, 0, 0, 0, BPF_FUNC_skb_vlan_push),
		INSN(BPF_ALU64 | BPF_MOV | BPF_X, 1, 6, 0, 0),
		INSN(BPF_LD | BPF_DW | BPF_IMM, 2, BPF_PSEUDO_MAP_FD, 0, array),
		{},
		INSN(BPF_ALU64 | BPF_MOV | BPF_K, 3, 0, 0, 0),
		INSN(BPF_JMP | BPF_CALL, 0, 0, 0, BPF_FUNC_tail_call),
		INSN(BPF_ALU64 | BPF_MOV | BPF_K, 0, 0, 0, 7),
		INSN(BPF_JMP | BPF_EXIT, 0, 0, 0, 0),
	};
	uint32_t zero = 0;
	int prog = bpf_prog_load(BPF_PROG_TYPE_SCHED_CLS, "prelude", "GPL", insns,
				 sizeof(insns) / sizeof(insns[0]), NULL);

	if (prog < 0 || bpf_map_update_elem(array, &zero, &filter, BPF_ANY)) {
		perror("prelude");
		exit(1);
	}
	arrays[nr_arrays++] = array;
	return prog;
}

static void forget_preludes(struct trial *trial)
{
	for (int i = 0; i < 2; i++)
		if (trial->preludes[i] >= 0)
			close(trial->preludes[i]);
	while (nr_arrays)
		close(arrays[--nr_arrays]);
}

static void compare_packets(struct trial *trial, size_t nr)
{
	static struct frame frame;

	for (size_t i = 0, again = 0; i < nr; i++) {
		/* The same again and again comes to the limit of answers to one host. */
		if (again)
			again--;
		else
			some_frame(&frame);
		if (!again && one_of(200))
			again = 80;
		live_change_some(&trial->live);
		if (trial->loaded.xdp >= 0)
			compare_one(trial, &frame, AT_XDP, trial->loaded.xdp);
		if (trial->loaded.in >= 0)
			compare_one(trial, &frame, AT_IN, trial->loaded.in);
		if (trial->loaded.in >= 0 && one_of(3))
			compare_one(trial, &frame, AT_TAGGED, trial->loaded.in);
		if (trial->loaded.out >= 0)
			compare_one(trial, &frame, AT_OUT, trial->loaded.out);
	}
}

static uint64_t counted(int fd, uint32_t slot)
{
	uint64_t packets = 0;

	for (int i = 0; i < libbpf_num_possible_cpus(); i++) {
		uint32_t at = i * KXF_SLOTS + slot;
		struct kxf_counter counter;

		if (bpf_map_lookup_elem(fd, &at, &counter))
			return UINT64_MAX;
		packets += counter.packets;
	}
	return packets;
}

/* What the kernel half has counted, by rules. */
static void compare_counters(const struct trial *trial)
{
	int fd = bpf_object__find_map_fd_by_name(trial->loaded.obj, "counters");

	for (size_t i = 0; i < trial->rules->nr; i++) {
		uint64_t packets = counted(fd, compiled_slot(trial->compiled, i));

		if (packets == trial->world.rules[i].taken || differ++ > 5)
			continue;
		fprintf(stderr, "rule set %llu, rule %zu: reference took %llu packets, kernel %llu\n",
			(unsigned long long)trial->number, i,
			(unsigned long long)trial->world.rules[i].taken,
			(unsigned long long)packets);
	}
}

/* All that are counted, each once: what passed, and what did not. */
static void compare_totals(const struct trial *trial)
{
	int fd = bpf_object__find_map_fd_by_name(trial->loaded.obj, "totals");
	int nr_cpus = libbpf_num_possible_cpus();
	struct kxf_totals all[nr_cpus];

	for (uint32_t way = 0; way < KXF_WAYS; way++) {
		struct kxf_totals sum = {};

		if (bpf_map_lookup_elem(fd, &way, all))
			differ++;
		for (int i = 0; i < nr_cpus; i++) {
			sum.packets += all[i].packets;
			sum.passed += all[i].passed;
			sum.dropped += all[i].dropped;
			sum.malformed += all[i].malformed;
			sum.fallback += all[i].fallback;
			sum.unread += all[i].unread;
			sum.redirected += all[i].redirected;
			sum.rejected += all[i].rejected;
			for (int j = 0; j < KXF_UNSENT; j++)
				sum.replies[j] += all[i].replies[j];
		}
		if (sum.packets == trial->expected[way].packets && !sum.unread &&
		    sum.passed == trial->expected[way].passed &&
		    sum.dropped == trial->expected[way].dropped &&
		    sum.redirected == trial->expected[way].redirected &&
		    sum.rejected == trial->expected[way].rejected &&
		    !memcmp(sum.replies, trial->expected[way].replies, sizeof(sum.replies)) &&
		    sum.malformed == trial->expected[way].malformed &&
		    sum.fallback == trial->expected[way].fallback)
			continue;
		differ++;
		fprintf(stderr, "rule set %llu, direction %u: the totals are wrong\n",
			(unsigned long long)trial->number, way);
	}
}

static void on_complaint(void *ctx, const struct complaint *complaint)
{
	(void)ctx;
	fprintf(stderr, "complaint: line %u: %s\n", complaint->line, complaint->text);
}

static void try_rules(const char *object, uint64_t number, size_t nr_packets)
{
	struct compile_opts opts = { .at_xdp = one_of(2), .trial = true, .seed = chance(),
				     .monitor = one_of(8) };
	struct rules *rules = some_rules(opts.at_xdp);
	struct trial trial = { .rules = rules, .number = number,
			       .monitor = opts.monitor, .preludes = { -1, -1 } };
	struct compiled *compiled = NULL;
	int err = compile(rules, &opts, on_complaint, NULL, &compiled);

	trial.compiled = compiled;
	if (!err)
		err = load(object, compiled, &trial.loaded);
	if (err) {
		fprintf(stderr, "rule set %llu of %zu rules: %s\n", (unsigned long long)number,
			rules->nr, strerror(-err));
		exit(1);
	}
	if (trial.loaded.in >= 0)
		trial.preludes[0] = prelude(trial.loaded.in);
	if (trial.loaded.out >= 0)
		trial.preludes[1] = prelude(trial.loaded.out);
	trial.world = (struct reference_world){
		.seed = opts.seed, .now_ns = 1000000000,
		.rules = calloc(rules->nr + 1, sizeof(struct reference_rule)),
		.buckets = calloc(REFERENCE_BUCKETS, sizeof(*trial.world.buckets)),
	};
	trial.live = (struct live_trial){ rules, compiled, &trial.world, NULL, -1 };
	live_open(&trial.live, trial.loaded.obj);
	compare_packets(&trial, nr_packets);
	if (!live_is_same(&trial.live) && differ++ < 5)
		fprintf(stderr, "rule set %llu: live sets differ\n", (unsigned long long)number);
	live_close(&trial.live);
	compare_counters(&trial);
	compare_totals(&trial);
	forget_preludes(&trial);
	free(trial.world.rules);
	free(trial.world.buckets);
	unload(&trial.loaded);
	compiled_free(compiled);
	drop_rules(rules);
}

/* What is counted for each CPU is counted on one. */
static void stay(void)
{
	cpu_set_t cpus;

	CPU_ZERO(&cpus);
	CPU_SET(sched_getcpu(), &cpus);
	sched_setaffinity(0, sizeof(cpus), &cpus);
}

static int quiet(enum libbpf_print_level level, const char *fmt, va_list args)
{
	return level == LIBBPF_WARN ? vfprintf(stderr, fmt, args) : 0;
}

int main(int argc, char **argv)
{
	uint64_t sets, packets, seed;

	if (argc < 5)
		return 2;
	sets = strtoul(argv[2], NULL, 0);
	packets = strtoul(argv[3], NULL, 0);
	seed = strtoul(argv[4], NULL, 0);
	stay();
	libbpf_set_print(quiet);
	for (uint64_t i = 0; i < sets && !differ; i++) {
		chance_state = (seed + i) * 0x2545f4914f6cdd1d;
		try_rules(argv[1], seed + i, packets);
	}
	printf("compared %llu: XDP %llu, in %llu, out %llu, tagged %llu\n",
	       (unsigned long long)(compared[0] + compared[1] + compared[2] + compared[3]),
	       (unsigned long long)compared[AT_XDP], (unsigned long long)compared[AT_IN],
	       (unsigned long long)compared[AT_OUT], (unsigned long long)compared[AT_TAGGED]);
	printf("live sets changed %llu times\n", (unsigned long long)live_changes);
	printf("by a rule %llu, dropped %llu, malformed %llu, differ %llu\n",
	       (unsigned long long)by_rule, (unsigned long long)dropped,
	       (unsigned long long)malformed, (unsigned long long)differ);
	printf("answered %llu, limited %llu, silent %llu\n",
	       (unsigned long long)replies[KXF_ANSWERED], (unsigned long long)replies[KXF_LIMITED],
	       (unsigned long long)replies[KXF_SILENT]);
	return differ > 0;
}
