// SPDX-License-Identifier: GPL-2.0-only
/* Rule sets of kxfilter as text and as JSON: what is printed is read as the same. */
#include "../lib/random_rules.h"
#include "kxfilter.h"

static bool same_sets(const struct set *a, const struct set *b)
{
	return a && b ? set_equal(a, b) : a == b;
}

static bool same_rule(const struct rule *a, const struct rule *b)
{
	for (unsigned int field = 0; field < FIELDS; field++)
		if (!same_sets(a->match[field], b->match[field]))
			return false;
	return !strcmp(a->id, b->id) && a->directions == b->directions &&
		a->live_source == b->live_source && a->live_source_not == b->live_source_not &&
		a->live_destination == b->live_destination &&
		a->live_destination_not == b->live_destination_not &&
		a->add == b->add && a->add_to == b->add_to && a->add_ns == b->add_ns &&
		!memcmp(&a->share, &b->share, sizeof(a->share)) && a->verdict == b->verdict &&
		a->reject == b->reject && !strcmp(a->device, b->device) &&
		a->redirect_ingress == b->redirect_ingress && a->log == b->log &&
		a->log_ns == b->log_ns && a->has_mark == b->has_mark && a->mark == b->mark &&
		a->mark_mask == b->mark_mask && a->nr_rewrites == b->nr_rewrites &&
		!memcmp(a->rewrites, b->rewrites, sizeof(a->rewrites));
}

static bool same_live(const struct live_set *a, const struct live_set *b)
{
	return !strcmp(a->name, b->name) && a->timeout_ns == b->timeout_ns &&
		a->size == b->size && set_equal(a->first, b->first);
}

static bool same_rules(const struct rules *a, const struct rules *b)
{
	if (a->nr != b->nr || a->nr_live != b->nr_live || a->malformed != b->malformed ||
			a->protect != b->protect || a->tracks != b->tracks ||
			a->mark_bits != b->mark_bits || a->connections != b->connections ||
			a->fallback[0] != b->fallback[0] ||
			a->fallback[1] != b->fallback[1])
		return false;
	for (size_t i = 0; i < a->nr_live; i++)
		if (!same_live(&a->live[i], &b->live[i]))
			return false;
	for (size_t i = 0; i < a->nr; i++)
		if (!same_rule(&a->rows[i], &b->rows[i])) {
			fprintf(stderr, "# %s\n", a->rows[i].text);
			return false;
		}
	return true;
}

/* Texts that nobody wrote: no complaint, and what is printed of them is the same rule set. */
static void test_random(void)
{
	unsigned int nr_bad = 0, nr_other = 0;
	size_t nr_rules = 0;

	for (uint64_t seed = 0; seed < 1000; seed++) {
		char *text = random_rules(seed), *again;
		struct rules *rules = read_good(text), *other;

		nr_bad += !rules;
		if (!rules)
			continue;
		nr_rules += rules->nr;
		again = rules_print(rules);
		other = read_good(again);
		nr_other += !other || !same_rules(rules, other);
		rules_free(rules);
		rules_free(other);
		free(again);
		free(text);
	}
	ok(!nr_bad && nr_rules > 10000, "1,000 random rule sets are read without complaint");
	ok(!nr_other, "what is printed of each is read as the same");
}

static void test_json(void)
{
	struct rules *rules = read_good("set bad address { 10.0.0.0/8 }\n"
					"x: reject with port in udp from @bad to port 5, 7 limit 1/s log \\\n\tmark 5\n"
					"z: redirect to \"d\xc3\xbc\xff\"\n"
					"y: nat source to 10.0.0.1 tcp out to \\\n 192.0.2.1 mark set 1 flow 50%\n");
	char *text = NULL;
	size_t len;
	FILE *out = open_memstream(&text, &len);

	for (size_t i = 0; rules && out && i < rules->nr; i++) {
		(void)rule_json(rules, &rules->rows[i], out);
		fputc('\n', out);
	}
	fclose(out);
	is(text, "\"id\":\"x\",\"file\":\"test\",\"line\":2,\"text\":\"reject with port in udp from @bad to port 5, 7 limit 1/s log mark 5\","
	   "\"in\":true,\"out\":false,\"match\":{\"from\":\"@bad\",\"proto\":\"udp\",\"to port\":\"{ 5, 7 }\",\"mark\":\"{ 0x5 }\"},"
	   "\"limit_ns\":1000000000,\"limit_burst\":5,\"limit_per_source\":false,\"limit_over\":false,"
	   "\"verdict\":\"reject\",\"with\":\"port-unreachable\",\"log\":true\n"
	   "\"id\":\"z\",\"file\":\"test\",\"line\":4,\"text\":\"redirect to \\\"d\xc3\xbc\\ufffd\\\"\","
	   "\"in\":true,\"out\":true,\"match\":{},\"verdict\":\"redirect\",\"device\":\"d\xc3\xbc\\ufffd\",\"ingress\":false,\"log\":false\n"
	   "\"id\":\"y\",\"file\":\"test\",\"line\":5,\"text\":\"nat source to 10.0.0.1 tcp out to 192.0.2.1 mark set 1 flow 50%\","
	   "\"in\":false,\"out\":true,\"match\":{\"to\":\"192.0.2.1\",\"proto\":\"tcp\"},\"flow\":0.5,"
	   "\"verdict\":\"pass\",\"log\":false,\"mark_set\":1,\"mark_mask\":4294967295,\"rewrite\":[\"nat source to 10.0.0.1\"]\n",
	   "rules as JSON");
	free(text);
	rules_free(rules);
}

int main(void)
{
	test_random();
	test_json();
	return done();
}
