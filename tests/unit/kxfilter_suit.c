// SPDX-License-Identifier: GPL-2.0-only
/* Which hook kxfilter takes for a device with native XDP, by what rules need of it. */
#include "kxfilter.h"
#include "device/suit.h"

static const struct device device = {
	.name = "eth0", .ifindex = 7, .driver = "some_net", .native = ANSWER_YES,
};

static struct rule row;
static struct rules rules;

static void begin(unsigned int directions, enum verdict verdict)
{
	row = (struct rule){ .id = "r", .directions = directions, .verdict = verdict,
			     .live_source = -1, .live_destination = -1 };
	rules = (struct rules){ .rows = &row, .nr = 1, .fallback = { VERDICT_PASS, VERDICT_PASS } };
}

static void suits(enum hook expected, const char *sentence)
{
	char why[256] = "";
	enum hook hook = hook_suit(&device, &rules, why, sizeof(why));

	is(hook_names[hook], hook_names[expected], sentence);
	ok(strstr(why, sentence), "... and that is said");
}

static void lacks(enum hook hook, bool expected, const char *what)
{
	char why[256];

	ok(hook_lacks(hook, &rules, why, sizeof(why)) == expected, what);
}

static void marks(void)
{
	begin(DIRECTION_IN, VERDICT_PASS);
	suits(HOOK_XDP, "has native XDP");
	row.has_mark = true;
	suits(HOOK_TC, "the rule r is about the mark");
	row.directions = DIRECTION_OUT;
	suits(HOOK_XDP, "has native XDP");
	row.has_mark = false;
	row.directions = DIRECTION_IN;
	row.match[FIELD_MARK] = set_new();
	suits(HOOK_TC, "the rule r is about the mark");
	lacks(HOOK_TC, false, "tc has marks");
	set_drop(row.match[FIELD_MARK]);
}

static void redirects(void)
{
	begin(DIRECTION_IN, VERDICT_REDIRECT);
	strcpy(row.device, "nosuch0");
	row.redirect_ingress = true;
	suits(HOOK_TC, "lets packets come in at nosuch0");
	lacks(HOOK_XDP_GENERIC, true, "nor can generic XDP");
	row.redirect_ingress = false;
	suits(HOOK_XDP, "has native XDP");
	/* The loopback device takes none; a kernel that does not tell leaves it to who asks. */
	strcpy(row.device, "lo");
	lacks(HOOK_XDP_GENERIC, false, "generic XDP sends to any device");
}

static void answers(void)
{
	begin(DIRECTION_OUT, VERDICT_REJECT);
	ok(rejects(&rules, DIRECTION_OUT) && !rejects(&rules, DIRECTION_IN), "a rule rejects, of its direction");
	suits(HOOK_XDP, "has native XDP");
	lacks(HOOK_XDP_GENERIC, true, "generic XDP would judge the answers to what goes out");
	row.directions = DIRECTION_IN;
	lacks(HOOK_XDP_GENERIC, false, "... not those to what comes in");
	begin(DIRECTION_IN, VERDICT_PASS);
	rules.fallback[1] = VERDICT_REJECT;
	ok(rejects(&rules, DIRECTION_OUT) && !rejects(&rules, DIRECTION_IN), "so does a default");
	lacks(HOOK_XDP_GENERIC, true, "... whose answers would be judged too");
}

int main(void)
{
	marks();
	redirects();
	answers();
	printf("1..%d\n", nr_tests);
	return nr_failed > 0;
}
