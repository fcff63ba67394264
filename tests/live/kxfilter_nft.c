// SPDX-License-Identifier: GPL-2.0-only
/*
 * Sends the same packets by chance to two devices, one with kxfilter, one with nftables, under the
 * same rules by chance, and compares what becomes of each, and what the rules have counted.
 * `kxfilter_nft SETS PACKETS SEED KXFILTER DIR`, in a network namespace that kxfilter_nft.t
 * has made. Exit status 1: something differed that is not in the table of differences.
 */
#include <sched.h>

#include "../lib/nft_rules.h"
#include "kxfilter_nft.h"
#include "kxfilter_sides.h"

#define RULES	120
#define SHOWN	5

static struct side kx_side = { "kxfilter", "kxfdk0", "kxfdko" };
static struct side nft_side = { "nft", "kxfdn0", "kxfdno" };
static uint64_t sets, packets, differ, passed, by_rule, not_seen, malformed_seen;
static const char *kxfilter, *dir;

/* A rule set in both languages. */
struct pair {
	struct rules *rules;
	unsigned int nr;
	struct reference_world kx, nft;
	uint64_t doubtful[RULES + 1];	/* packets that are of this rule of nft, or of another */
	uint64_t cut;			/* ... of any */
};

static FILE *create(const char *name)
{
	char path[500];
	FILE *file;

	snprintf(path, sizeof(path), "%s/%s", dir, name);
	file = fopen(path, "w");
	if (!file)
		die(path);
	return file;
}

static void write_heads(FILE *kx, FILE *nft, bool passes, uint64_t set)
{
	static const char *const malformed[] = { "drop", "drop", "match", "match", "pass" };

	fprintf(kx, "default in %s\nprotect off\nmalformed %s\n"
		"set four address { 10.0.0.0/16, 192.168.1.2 }\n"
		"set six address { 2001:db8::/48, ff02::1 }\n"
		"set web port { 80, 443, 1000-2000 }\n"
		"s%llur0: pass in from mac " NFT_FENCE " mark set 0x%x\n", passes ? "pass" : "drop",
		PICK(malformed), (unsigned long long)set, NFT_MARK);
	fprintf(nft, "table netdev kxfd {}\ndelete table netdev kxfd\ntable netdev kxfd {\n"
		"set four { type ipv4_addr; flags interval; elements = { 10.0.0.0/16, 192.168.1.2 } }\n"
		"set six { type ipv6_addr; flags interval; elements = { 2001:db8::/48, ff02::1 } }\n"
		"set web { type inet_service; flags interval; elements = { 80, 443, 1000-2000 } }\n"
		"chain c {\ntype filter hook ingress device \"kxfdn1\" priority 0; policy accept;\n"
		"ether saddr " NFT_FENCE " counter meta mark set 0x%x fwd to \"%s\" comment \"s%llur0\"\n",
		NFT_MARK, nft_side.out, (unsigned long long)set);
}

static void write_rules(struct pair *pair, uint64_t set)
{
	static struct nft_rule rule;
	FILE *kx = create("rules"), *nft = create("nft");
	bool passes = one_of(2);

	pair->nr = one_of(3) ? 1 + below(6) : 5 + below(RULES - 4);
	write_heads(kx, nft, passes, set);
	for (unsigned int i = 1; i <= pair->nr; i++) {
		char name[32];

		snprintf(name, sizeof(name), "s%llur%u", (unsigned long long)set, i);
		write_rule(&rule, i, name, nft_side.out, kx, nft);
	}
	fprintf(nft, passes ? "counter fwd to \"%s\"\n}\n}\n" : "counter drop\n}\n}\n", nft_side.out);
	if (fclose(kx) || fclose(nft))
		die("writing");
}

static void on_complaint(void *ctx, const struct complaint *complaint)
{
	(void)ctx;
	if (!complaint->is_warning)
		fprintf(stderr, "line %u: %s: %s\n", complaint->line, complaint->text, complaint->source);
}

static void run(const char *format, const char *program)
{
	char command[1200];

	snprintf(command, sizeof(command), format, program, dir);
	if (system(command))
		die(command);
}

static void load_rules(struct pair *pair)
{
	char path[500];

	snprintf(path, sizeof(path), "%s/rules", dir);
	if (rules_read(path, NULL, on_complaint, NULL, &pair->rules) ||
			pair->rules->nr != pair->nr + 1)
		die("rules_read()");
	run("%s -f '%s/nft'", "nft");
	run("'%s' apply '%s/rules' --dev kxfdk1 --hook tc >/dev/null 2>&1", kxfilter);
	pair->kx.rules = calloc(RULES + 1, sizeof(*pair->kx.rules));
	pair->nft.rules = calloc(RULES + 1, sizeof(*pair->nft.rules));
}

/* One that the kernel takes: of a frame with a tag, the tag and two bytes more. */
static void some_whole_frame(struct frame *frame)
{
	for (;; not_seen++) {
		some_frame(frame);
		if (frame->len >= 20 || !is_tag(at16(frame->bytes + 12)))
			return;
	}
}

static struct outcome outcome_of(const struct reference_result *result)
{
	bool is_pass = result->verdict == VERDICT_PASS;

	return (struct outcome){ is_pass, is_pass ? result->mark : 0 };
}

static bool is_alike(struct outcome a, struct outcome b)
{
	return a.passed == b.passed && a.mark == b.mark;
}

static void tell(const struct frame *frame, const char *what, struct outcome expected,
		 struct outcome got)
{
	if (differ++ >= SHOWN)
		return;
	fprintf(stderr, "set %llu: %s: expected %s 0x%x, got %s 0x%x:\n  ", (unsigned long long)sets,
		what, expected.passed ? "pass" : "drop", expected.mark, got.passed ? "pass" : "drop",
		got.mark);
	for (size_t i = 0; i < frame->len && i < 160; i++)
		fprintf(stderr, "%02x", frame->bytes[i]);
	fprintf(stderr, "\n");
}

/*
 * What nft is expected to do: of options of IPv4 either all are found or none; where the first
 * header is cut, nothing is said.
 */
static bool is_nft_right(struct pair *pair, struct nft_view *view, struct outcome got,
			 struct outcome *expected)
{
	struct reference_result first, second;
	struct outcome other;

	pair->cut += view->is_cut;
	if (view->is_cut)
		return true;
	reference_decide(pair->rules, DIRECTION_IN, &view->fields, &pair->nft, &first);
	*expected = outcome_of(&first);
	if (!view->doubts_options)
		return is_alike(*expected, got);
	view->fields.of[FIELD_EXTRAS].low &= EXTRA_OPTION | EXTRA_AH;
	reference_decide(pair->rules, DIRECTION_IN, &view->fields, &pair->nft, &second);
	if (second.rule >= 0)
		pair->nft.rules[second.rule].taken--;
	if (first.rule != second.rule) {
		pair->doubtful[first.rule >= 0 ? first.rule : RULES]++;
		pair->doubtful[second.rule >= 0 ? second.rule : RULES]++;
	}
	other = outcome_of(&second);
	if (is_alike(other, got))
		*expected = other;
	return is_alike(*expected, got);
}

static bool is_seen_alike(const struct packet_fields *kx, const struct packet_fields *nft)
{
	const uint64_t extras = EXTRA_MALFORMED | EXTRA_OPTION | EXTRA_SOURCE_ROUTE |
				EXTRA_RECORD_ROUTE | EXTRA_HOP_BY_HOP | EXTRA_DESTINATION;

	for (int i = 0; i < FIELDS; i++) {
		uint64_t mask = i == FIELD_EXTRAS ? extras : UINT64_MAX;

		if (kx->of[i].high != nft->of[i].high ||
		    (kx->of[i].low ^ nft->of[i].low) & mask)
			return false;
	}
	return true;
}

static void compare_one(struct pair *pair, const struct frame *frame, uint32_t mark,
			struct outcome kx, struct outcome nft)
{
	struct reference_packet packet = { frame->bytes, frame->len, false, 0, mark };
	struct packet_fields fields;
	struct reference_result result;
	struct nft_view view;
	struct seen seen = { frame, &fields, &view };
	struct difference *difference = NULL;
	struct outcome expected;

	reference_read(&packet, &fields);
	reference_decide(pair->rules, DIRECTION_IN, &fields, &pair->kx, &result);
	if (!is_alike(outcome_of(&result), kx))
		tell(frame, "kxfilter", outcome_of(&result), kx);
	nft_see(frame, mark, &fields, &view);
	if (!is_seen_alike(&fields, &view.fields) || view.doubts_options)
		difference = difference_of(&seen);
	if (!is_nft_right(pair, &view, nft, &expected))
		tell(frame, "nft", expected, nft);
	if (difference)
		difference->packets++;
	if (!is_alike(kx, nft) && difference)
		difference->verdicts++;
	else if (!is_alike(kx, nft))
		tell(frame, "kxfilter and nft differ for no known reason", nft, kx);
	packets++;
	passed += kx.passed;
	by_rule += result.rule >= 0;
	malformed_seen += is_malformed(&seen);
}

static void compare_batch(struct pair *pair, uint32_t nr)
{
	static struct frame frames[BATCH];
	uint32_t marks[BATCH];

	for (uint32_t i = 0; i < nr; i++) {
		some_whole_frame(&frames[i]);
		marks[i] = one_of(3) ? 0 : some_value(FIELD_MARK);
		send_frame(&kx_side, frames[i].bytes, frames[i].len, marks[i]);
		send_fence(&kx_side, i);
		send_frame(&nft_side, frames[i].bytes, frames[i].len, marks[i]);
		send_fence(&nft_side, i);
	}
	collect(&kx_side, nr);
	collect(&nft_side, nr);
	for (uint32_t i = 0; i < nr; i++)
		compare_one(pair, &frames[i], marks[i], kx_side.got[i], nft_side.got[i]);
}

/* The packets of each rule of this set, by the name of the rule: "s1r2". */
static void read_counters(const char *format, const char *program, const char *name,
			  const char *count, uint64_t out[RULES + 1])
{
	char command[1200], line[8192];
	FILE *from;

	memset(out, 0, sizeof(*out) * (RULES + 1));
	snprintf(command, sizeof(command), format, program);
	from = popen(command, "r");
	if (!from)
		die(command);
	while (fgets(line, sizeof(line), from)) {
		const char *id = strstr(line, name), *nr = strstr(line, count);
		unsigned long long set;
		unsigned int rule;

		if (id && nr && sscanf(id + strlen(name), "s%llur%u", &set, &rule) == 2 &&
				set == sets && rule <= RULES)
			out[rule] += strtoull(nr + strlen(count), NULL, 10);
	}
	if (pclose(from))
		die(command);
}

static void compare_counters(struct pair *pair, uint64_t nr)
{
	uint64_t kx[RULES + 1], nft[RULES + 1];

	read_counters("'%s' show kxfdk1 --json", kxfilter, "\"rule\":\"", "\"packets\":", kx);
	read_counters("%s list table netdev kxfd", "nft", "comment \"", "counter packets ", nft);
	pair->kx.rules[0].taken += nr;
	pair->nft.rules[0].taken += nr;
	for (unsigned int i = 0; i <= pair->nr; i++) {
		uint64_t expected = pair->nft.rules[i].taken;
		uint64_t doubtful = pair->doubtful[i] + (i ? pair->cut : 0);

		if (kx[i] == pair->kx.rules[i].taken && nft[i] + doubtful >= expected &&
		    nft[i] <= expected + doubtful)
			continue;
		if (differ++ < SHOWN)
			fprintf(stderr, "set %llu, rule %u: kxfilter counted %llu of %llu packets, nft %llu of %llu (%llu doubtful)\n",
				(unsigned long long)sets, i, (unsigned long long)kx[i],
				(unsigned long long)pair->kx.rules[i].taken,
				(unsigned long long)nft[i], (unsigned long long)expected,
				(unsigned long long)doubtful);
	}
}

static void try_set(uint64_t nr)
{
	struct pair pair = {};

	write_rules(&pair, sets);
	load_rules(&pair);
	for (uint64_t i = 0; i < nr; i += BATCH)
		compare_batch(&pair, nr - i < BATCH ? nr - i : BATCH);
	compare_counters(&pair, nr);
	free(pair.kx.rules);
	free(pair.nft.rules);
	rules_free(pair.rules);
}

/* The kernel takes packets from one to the next on the CPU that sends: so their order stays. */
static void stay(void)
{
	cpu_set_t cpus;

	CPU_ZERO(&cpus);
	CPU_SET(sched_getcpu(), &cpus);
	sched_setaffinity(0, sizeof(cpus), &cpus);
}

int main(int argc, char **argv)
{
	uint64_t nr_sets, nr, seed;

	if (argc < 6)
		return 2;
	nr_sets = strtoul(argv[1], NULL, 0);
	nr = strtoul(argv[2], NULL, 0);
	seed = strtoul(argv[3], NULL, 0);
	kxfilter = argv[4];
	dir = argv[5];
	stay();
	open_side(&kx_side);
	open_side(&nft_side);
	for (sets = 0; sets < nr_sets && !differ; sets++) {
		chance_state = (seed + sets) * 0x2545f4914f6cdd1d;
		try_set(nr);
	}
	printf("%llu rule sets, %llu packets: %llu passed, %llu decided by a rule, %llu malformed; %llu frames that no device takes were not sent\n",
	       (unsigned long long)sets, (unsigned long long)packets, (unsigned long long)passed,
	       (unsigned long long)by_rule, (unsigned long long)malformed_seen,
	       (unsigned long long)not_seen);
	for (size_t i = 0; i < DIFFERENCES; i++)
		printf("difference: %llu packets, %llu verdicts: %s\n",
		       (unsigned long long)differences[i].packets,
		       (unsigned long long)differences[i].verdicts, differences[i].reason);
	return differ != 0;
}
