// SPDX-License-Identifier: GPL-2.0-only
/* What kxfilter's compiler refuses, in which words; and whose counters are whose. */
#include <errno.h>

#include "compile/made.h"
#include "kxfilter.h"

static struct rules rules;
static struct rule *rows;

/* So many rules that match all, with ids PREFIX-NUMBER, on lines from 1 on. */
static void begin(size_t nr, const char *prefix)
{
	free(rows);
	rows = calloc(nr, sizeof(*rows));
	if (!rows)
		exit(1);
	for (size_t i = 0; i < nr; i++) {
		rows[i] = (struct rule){ .directions = DIRECTION_IN | DIRECTION_OUT,
					 .verdict = VERDICT_DROP, .live_source = -1,
					 .live_destination = -1, .file = "test", .line = i + 1,
					 .column = 1, .width = 4 };
		snprintf(rows[i].id, sizeof(rows[i].id), "%s-%zu", prefix, i);
	}
	rules = (struct rules){ .rows = rows, .nr = nr, .malformed = VERDICT_DROP,
				.fallback = { VERDICT_PASS, VERDICT_PASS } };
}

static struct set *one(uint64_t number)
{
	struct set *set = set_new();

	if (!set || set_add_low(set, number, number))
		exit(1);
	return set;
}

static void refuses(int expected, bool at_xdp, const char *sentence)
{
	struct compile_opts opts = { .at_xdp = at_xdp };
	struct compiled *compiled = NULL;
	struct heard heard = {};
	char *said;
	int err;

	heard_begin(&heard);
	err = compile(&rules, &opts, hear, &heard, &compiled);
	said = heard_end(&heard);
	is(said, sentence, sentence);
	ok(err == expected && !compiled, "... and nothing is made");
	compiled_free(compiled);
	free(said);
}

static void what_is_not_there(void)
{
	begin(2, "r");
	rows[1].verdict = VERDICT_REDIRECT;
	strcpy(rows[1].device, "nosuch0");
	refuses(-ENODEV, false, "2:1+4: there is no device nosuch0");
	strcpy(rows[1].device, "lo");
	rows[1].redirect_ingress = true;
	refuses(-EOPNOTSUPP, true, "2:1+4: XDP cannot let a packet come in at another device: let this device be filtered at tc");
	rows[1].verdict = VERDICT_PASS;
	rows[1].nr_rewrites = 2;
	rows[1].rewrites[0].kind = rows[1].rewrites[1].kind = REWRITE_SOURCE;
	refuses(-EOPNOTSUPP, false, "2:1+4: a rule translates the source once, and the destination once");
	rows[1].rewrites[1].kind = REWRITE_DESTINATION;
	rows[1].rewrites[1].addresses.first.low = 0xffff01020304;
	rows[1].rewrites[1].addresses.last.low = 0xffff01020304;
	refuses(-EOPNOTSUPP, false, "2:1+4: source and destination have to be translated to the same family");
	rows[1].rewrites[0].addresses.last.high = 1;
	refuses(-EOPNOTSUPP, false, "2:1+4: addresses to translate to have to be of one network of 64 bits");
	rows[1].nr_rewrites = 0;
	rules.nr_live = KXF_LIVE + 1;
	refuses(-E2BIG, false, "0:0+0: there are 13 live sets, and no more than 12 are possible: rules that use them in the same way can share one");
	rules.nr_live = 0;
}

/* How many rules of the kernel half a rule becomes, by how many addresses the text puts in. */
static uint32_t made_of(bool is_not, size_t first)
{
	struct live_set live = { .name = "live", .first = set_new(), .size = 5 };
	struct compile_opts opts = {};
	struct compiled *compiled = NULL;
	struct compiled_about about = {};

	begin(1, "r");
	for (size_t i = 0; i < first; i++)
		set_add_low(live.first, 0xffff00000000 + 2 * i, 0xffff00000000 + 2 * i);
	rules.live = &live;
	rules.nr_live = 1;
	rows[0].live_source = rows[0].live_destination = 0;
	rows[0].live_source_not = is_not;
	if (!compile(&rules, &opts, NULL, NULL, &compiled)) {
		compiled_about(compiled, KXF_IN, &about);
		if (compiled_rule(compiled, KXF_IN, about.rules - 1) ||
		    !compiled_live_slots(compiled))
			about.rules = 0;
	}
	compiled_free(compiled);
	set_drop(live.first);
	rules.live = NULL;
	return about.rules;
}

static void live_sets(void)
{
	ok(made_of(false, 0) == 1, "a rule with empty live sets is one");
	ok(made_of(false, 3) == 4, "where the text fills both, all four pairs are");
	ok(made_of(true, 3) == 2, "not: neither here nor there");
}

#define NO_MARK	"1:1+4: packets have no mark at XDP: let this device be filtered at tc, or this rule be for what goes out"

static void marks(void)
{
	struct compile_opts opts = { .at_xdp = true };
	struct compiled *compiled = NULL;

	begin(1, "r");
	rows[0].has_mark = true;
	refuses(-EOPNOTSUPP, true, NO_MARK);
	rows[0].has_mark = false;
	rows[0].match[FIELD_MARK] = one(1);
	refuses(-EOPNOTSUPP, true, NO_MARK);
	rows[0].directions = DIRECTION_OUT;
	ok(!compile(&rules, &opts, NULL, NULL, &compiled), "going out, packets have a mark");
	compiled_free(compiled);
	set_drop(rows[0].match[FIELD_MARK]);
}

/* The number of an address is the set of the rules that have it: as many as there are addresses. */
static void add_bit(struct rule *rule, unsigned int bit, uint32_t nr)
{
	struct set *set = set_new();
	uint32_t run = 1u << bit;

	for (uint32_t i = run; i < nr; i += 2 * run) {
		uint32_t last = i + run - 1 < nr ? i + run - 1 : nr - 1;

		if (!set || set_add_low(set, 0xffff00000000 + i, 0xffff00000000 + last))
			exit(1);
	}
	rule->match[FIELD_SOURCE] = set;
}

static void limits(void)
{
	struct compile_opts opts = {};
	struct compiled *compiled = NULL;

	begin(KXF_RULES + 1, "r");
	refuses(-E2BIG, false, "4097:1+4: there are more than 4096 rules for what comes in");
	rows[7].directions = DIRECTION_OUT;
	rows[8].directions = DIRECTION_IN;
	ok(!compile(&rules, &opts, NULL, NULL, &compiled), "4,096 of each direction can be compiled");
	compiled_free(compiled);
	compiled = NULL;

	begin(16, "r");
	for (unsigned int i = 0; i < 16; i++)
		add_bit(&rows[i], i, KXF_CLASSES);
	ok(!compile(&rules, &opts, NULL, NULL, &compiled), "65,000 classes can be compiled");
	compiled_free(compiled);
	for (unsigned int i = 0; i < 16; i++) {
		set_drop(rows[i].match[FIELD_SOURCE]);
		add_bit(&rows[i], i, KXF_CLASSES + 1);
	}
	refuses(-E2BIG, false, "4:1+4: with this rule \"from\" has more than 65000 classes, sets of rules that differ: fewer overlapping sets would help");
	for (unsigned int i = 0; i < 16; i++)
		set_drop(rows[i].match[FIELD_SOURCE]);
}

static void compile_on(struct kxf_id *ids, uint64_t serial, struct compiled **out)
{
	struct compile_opts opts = { .ids = ids, .serial = serial };

	if (compile(&rules, &opts, NULL, NULL, out))
		exit(1);
	memcpy(ids, (*out)->ids, sizeof((*out)->ids));
}

static void counters_stay(void)
{
	struct kxf_id *ids = calloc(KXF_SLOTS, sizeof(*ids));
	struct compiled *first, *second;
	bool same = true;

	for (size_t i = 0; i < KXF_SLOTS; i++)
		ids[i] = (struct kxf_id){ .id = "gone", .used = 1 };
	begin(3, "a");
	compile_on(ids, 2, &first);
	begin(5, "a");
	snprintf(rows[1].id, sizeof(rows[1].id), "other");
	compile_on(ids, 3, &second);
	for (size_t i = 0; i < 3; i += 2)
		same &= compiled_slot(first, i) == compiled_slot(second, i) &&
			!second->was_others[compiled_slot(second, i)];
	ok(same, "a rule that stays keeps its counters");
	ok(second->was_others[compiled_slot(second, 1)] &&
	   second->was_others[compiled_slot(second, 3)],
	   "... and those of a new one begin at 0");
	ok(compiled_slot(second, 1) != compiled_slot(first, 1),
	   "a rule that goes leaves its counters to nobody at once");
	compiled_free(first);
	compiled_free(second);
	free(ids);
}

/* Whether no slot of one rule set is another rule's in the next. */
static bool are_apart(const struct compiled *before, const struct compiled *after)
{
	bool *taken = calloc(KXF_SLOTS, sizeof(*taken));
	bool apart = true;

	for (size_t i = 0; i < before->nr; i++)
		taken[compiled_slot(before, i)] = true;
	for (size_t i = 0; i < after->nr; i++)
		apart &= !taken[compiled_slot(after, i)];
	free(taken);
	return apart;
}

static void counters_of_who_acts(void)
{
	struct kxf_id *ids = calloc(KXF_SLOTS, sizeof(*ids));
	struct compiled *before = NULL, *after;
	bool apart = true;
	char prefix[16];

	for (int serial = 1; serial <= 5; serial++) {
		snprintf(prefix, sizeof(prefix), "s%d", serial);
		begin(2 * KXF_RULES, prefix);
		for (size_t i = 0; i < rules.nr; i++)
			rows[i].directions = i % 2 ? DIRECTION_IN : DIRECTION_OUT;
		compile_on(ids, serial, &after);
		apart &= !before || are_apart(before, after);
		compiled_free(before);
		before = after;
	}
	ok(apart, "while a rule set acts, nobody else gets its counters, however many there were");
	compiled_free(before);
	free(ids);
}

static void nothing_at_all(void)
{
	struct compile_opts opts = {};
	struct compiled *compiled = NULL;
	struct compiled_about about;

	begin(0, "r");
	ok(!compile(&rules, &opts, NULL, NULL, &compiled), "a rule set without rules can be compiled");
	compiled_about(compiled, KXF_IN, &about);
	ok(!about.rules && !about.fields && !about.classes, "... to nothing");
	compiled_free(compiled);
}

static void drop_rows(size_t nr)
{
	for (size_t i = 0; i < nr; i++) {
		for (int j = 0; j < FIELDS; j++)
			set_drop(rows[i].match[j]);
		free(rows[i].text);
		free(rows[i].source);
	}
}

static bool has(const struct rule *rule, enum field field, uint64_t number)
{
	return rule->match[field] && set_has(rule->match[field], (struct number){ 0, number });
}

static void protection(void)
{
	const struct protected_session session = {
		.peer = { 0, 0xffff0a000002 }, .own = { 0, 0xffff0a000001 },
		.peer_port = 50000, .own_port = 22,
	};
	struct compile_opts opts = {};
	struct compiled *compiled = NULL;

	begin(1, "r");
	ok(!rules_protect(&rules, &session, 1) && rules.nr == 1, "without protect nothing is protected");
	rules.protect = true;
	ok(!rules_protect(&rules, &session, 1) && rules.nr == 6, "with it, rules are put in front");
	rows = rules.rows;
	ok(!strcmp(rows[5].id, "r-0"), "... of the others");
	ok(has(&rows[0], FIELD_FAMILY, FAMILY_ARP) && rows[0].verdict == VERDICT_PASS, "ARP passes");
	ok(has(&rows[1], FIELD_ICMP, 135 << 8) && !has(&rows[1], FIELD_ICMP, 137 << 8) &&
	   !has(&rows[1], FIELD_TTL, 64), "neighbours are found, redirects and those from afar are not let in");
	ok(has(&rows[2], FIELD_ICMP, 143 << 8) && !has(&rows[2], FIELD_ICMP, 135 << 8) &&
	   !has(&rows[2], FIELD_TTL, 2), "... and switches learn who listens");
	is(rows[3].text, "pass in tcp from 10.0.0.2 port 50000 to 10.0.0.1 port 22",
	   "who applies the rules can go on");
	is(rows[4].text, "pass out tcp from 10.0.0.1 port 22 to 10.0.0.2 port 50000",
	   "... and is answered");
	ok(!compile(&rules, &opts, NULL, NULL, &compiled), "all of it can be compiled");
	compiled_free(compiled);
	drop_rows(6);

	begin(1, "r");
	rules.protect = true;
	rows[0].directions = DIRECTION_IN;
	ok(!rules_protect(&rules, &session, 1) && rules.nr == 5 &&
	   rules.rows[0].directions == DIRECTION_IN,
	   "a direction without rules that passes all is left alone");
	rows = rules.rows;
	drop_rows(5);
	begin(0, "r");
	rules.protect = true;
	ok(!rules_protect(&rules, &session, 1) && !rules.nr, "... and so are both");
	rules.fallback[1] = VERDICT_DROP;
	ok(!rules_protect(&rules, &session, 1) && rules.nr == 4 &&
	   rules.rows[0].directions == DIRECTION_OUT,
	   "one that drops is not");
	rows = rules.rows;
	drop_rows(4);
}

int main(void)
{
	what_is_not_there();
	live_sets();
	marks();
	limits();
	counters_stay();
	counters_of_who_acts();
	nothing_at_all();
	protection();
	free(rows);
	printf("1..%d\n", nr_tests);
	return nr_failed > 0;
}
