// SPDX-License-Identifier: GPL-2.0-only
/* What kxfilter's language means: texts and the rules they are; files and ids. */
#include <sys/stat.h>
#include <unistd.h>

#include "kxfilter.h"

/* A rule, and how it is printed: all sets resolved, without the id. */
static const char *const printed[][2] = {
	{ "pass", "pass in out" },
	{ "pass out in", "pass in out" },
	{ "out proto tcp pass", "pass out proto tcp" },
	{ "pass in tcp to port 22", "pass in proto tcp to port 22" },
	{ "pass in proto tcp from 192.0.2.0/24 port 1024-65535 to 192.0.2.9 port 22",
	  "pass in from 192.0.2.0/24 to 192.0.2.9 proto tcp from port 1024-65535 to port 22" },
	{ "pass from any to any", "pass in out" },
	{ "pass from any port 53", "pass in out from port 53" },
	{ "pass to port { 80 443, 8000-8080\n 81 }", "pass in out to port { 80-81, 443, 8000-8080 }" },
	{ "pass to port http, https", "pass in out to port { 80, 443 }" },
	{ "pass to port = 80", "pass in out to port 80" },
	{ "pass to port != 80", "pass in out to port not 80" },
	{ "pass to port not { 22, 53 }", "pass in out to port not { 22, 53 }" },
	{ "pass to port any", "pass in out to port 0-65535" },
	{ "pass from ! 10.0.0.0/8", "pass in out from not 10.0.0.0/8" },
	{ "pass from ::/0", "pass in out from not 0.0.0.0/0" },
	{ "pass from not ::/0", "pass in out from 0.0.0.0/0" },
	{ "pass from not 0.0.0.0/0 family ip6", "pass in out family ip6 from not 0.0.0.0/0" },
	{ "pass from { 10.0.0.0/9, 10.128.0.0/9 }", "pass in out from 10.0.0.0/8" },
	{ "pass from 10.0.0.1-10.0.0.2, 10.0.0.3", "pass in out from 10.0.0.1-10.0.0.3" },
	{ "pass family not arp", "pass in out family other, ip, ip6" },
	{ "pass proto 6", "pass in out proto tcp" },
	{ "pass vlan 5 inner vlan any", "pass in out vlan 5 inner vlan 0-4095" },
	{ "pass vlan { none, 4094-4095 }", "pass in out vlan none, 4094-4095" },
	{ "pass vlan not 5", "pass in out vlan not 5" },
	{ "pass from mac 02:00:00:00:00:01", "pass in out from mac 02:00:00:00:00:01" },
	{ "pass to mac 02-00-00-00-00-00/8", "pass in out to mac 02:00:00:00:00:00/8" },
	{ "pass to mac multicast from mac unicast", "pass in out from mac unicast to mac multicast" },
	{ "pass to mac not multicast", "pass in out to mac unicast" },
	{ "pass to mac broadcast", "pass in out to mac ff:ff:ff:ff:ff:ff" },
	{ "pass ethertype { arp, 0x88cc, 1 }", "pass in out ethertype { 1, arp, lldp }" },
	{ "pass icmp", "pass in out proto { icmp, icmp6 }" },
	{ "pass icmp4", "pass in out family ip proto icmp" },
	{ "pass icmp6 family ip6", "pass in out family ip6 proto icmp6" },
	{ "pass icmp log", "pass in out proto { icmp, icmp6 } log" },
	{ "pass icmp echo-request", "pass in out icmp number { 8, 128 }" },
	{ "pass icmp type echo-request", "pass in out icmp number { 8, 128 }" },
	{ "pass icmp 8", "pass in out icmp4 echo-request" },
	{ "pass icmp redirect family ip", "pass in out family ip icmp4 redirect" },
	{ "pass icmp6 neighbour-solicitation, neighbor-advertisement", "pass in out icmp6 135-136" },
	{ "pass icmp mld-query", "pass in out icmp6 mld-query" },
	{ "pass icmp unreachable from 10.0.0.0/8", "pass in out from 10.0.0.0/8 icmp4 unreachable" },
	{ "pass from fe80::/10 icmp unreachable/4", "pass in out from fe80::/10 icmp6 1/4" },
	{ "pass proto icmp6 icmp port-unreachable", "pass in out icmp6 1/4" },
	{ "pass icmp4 not { 3/4, 8 }", "pass in out icmp4 not { 3/4, echo-request }" },
	{ "pass icmp { echo-request, unreachable, time-exceeded, parameter-problem, packet-too-big }",
	  "pass in out icmp number { 1-4, 8, 11-12, 128 }" },
	{ "pass flags syn", "pass in out flags syn/fin+syn+rst+ack" },
	{ "pass flags syn+ack", "pass in out flags syn+ack/fin+syn+rst+ack" },
	{ "pass flags ack", "pass in out flags ack/ack" },
	{ "pass flags none", "pass in out flags none/all" },
	{ "pass flags syn/syn+ack", "pass in out flags syn/syn+ack" },
	{ "pass flags syn|ack/0x12", "pass in out flags syn+ack/syn+ack" },
	{ "pass flags not syn/syn", "pass in out flags none/syn" },
	{ "pass flags not syn+fin/syn+fin", "pass in out flags not fin+syn/fin+syn" },
	{ "pass fragment any", "pass in out fragment first, later" },
	{ "pass fragment not none", "pass in out fragment first, later" },
	{ "pass option any", "pass in out option { any }" },
	{ "pass option source-route, record-route", "pass in out option { source-route, record-route }" },
	{ "pass option not source-route", "pass in out family ip, ip6 option not { source-route }" },
	{ "pass option not any", "pass in out family ip option not { any }" },
	{ "pass header routing", "pass in out family ip6 option { source-route }" },
	{ "pass header not routing", "pass in out family ip6 option not { source-route }" },
	{ "pass option timestamp header ah", "pass in out option number { 136-143, 152-159, 168-175, 184-191, 200-207, 216-223, 232-239, 248-255, 392-399, 408-415, 424-431, 440-447, 456-463, 472-479, 488-495, 504-511 }" },
	{ "pass length 0-100 ttl 1", "pass in out length 0-100 ttl 1" },
	{ "pass dscp ef, cs1, 3", "pass in out dscp { 3, cs1, ef }" },
	{ "pass mark 5", "pass in out mark { 0x5 }" },
	{ "pass mark 0x10/0xf0", "pass in out mark { 0x10/0xf0 }" },
	{ "pass mark not 0x10/0xf0", "pass in out mark not { 0x10/0xf0 }" },
	{ "pass state established,related", "pass in out state established, related" },
	{ "pass state not new", "pass in out state established, related, invalid" },
	{ "drop every 2", "drop in out every 2" },
	{ "drop every 1", "drop in out" },
	{ "drop every 2 per cpu random 10% flow 0.5%", "drop in out every 2 per cpu random 10% flow 0.5%" },
	{ "drop random 33.333333333%", "drop in out random 33.33333333%" },
	{ "drop random 100%", "drop in out" },
	{ "pass limit 10/s", "pass in out limit 10/s burst 5" },
	{ "pass limit over 600/m burst 20 per source", "pass in out limit over 10/s burst 20 per source" },
	{ "pass limit 1/h", "pass in out limit 1/h burst 5" },
	{ "log", "count in out log" },
	{ "log at 5/s drop", "drop in out log at 5/s" },
	{ "count log", "count in out log" },
	{ "mark set 0x10/0xf0", "count in out mark set 0x10/0xf0" },
	{ "set mark 1 pass", "pass in out mark set 0x1/0xffffffff" },
	{ "set ttl 64", "count in out family ip, ip6 set ttl 64" },
	{ "set dscp ef out family ip", "count out family ip set dscp 46" },
	{ "reject", "reject in out" },
	{ "reject with reset tcp", "reject with reset in out proto tcp" },
	{ "reject with port in", "reject with port-unreachable in" },
	{ "redirect to eth1", "redirect to eth1 in out" },
	{ "redirect to ingress \"my dev\" in", "redirect to ingress \"my dev\" in" },
	{ "nat source to 192.0.2.1", "pass out family ip nat source to 192.0.2.1" },
	{ "nat source to 192.0.2.1-192.0.2.9 port 1024-65535 proto udp",
	  "pass out family ip proto udp nat source to 192.0.2.1-192.0.2.9 port 1024-65535" },
	{ "nat destination to 2001:db8::5 port 8080 tcp to port 80",
	  "pass in family ip6 proto tcp to port 80 nat destination to 2001:db8::5 port 8080-8080" },
	{ "nat source to 10.0.0.1 in from 10.0.0.0/8", "pass in family ip from 10.0.0.0/8 nat source to 10.0.0.1" },
	{ "drop malformed", "drop in out option { malformed }" },
	{ "malformed drop log", "drop in out option { malformed } log" },
};

static char *print_last(const struct rules *rules)
{
	char *text = NULL;
	size_t len;
	FILE *out = open_memstream(&text, &len);

	if (!out || !rules->nr)
		return NULL;
	(void)rule_print(rules, &rules->rows[rules->nr - 1], out);
	fclose(out);
	len = strcspn(text, " ") + 1;
	memmove(text, text + len, strlen(text + len) + 1);
	return text;
}

static void test_printed(void)
{
	for (size_t i = 0; i < sizeof(printed) / sizeof(printed[0]); i++) {
		struct rules *rules = read_good(printed[i][0]);
		char *text = rules ? print_last(rules) : NULL;

		is(text, printed[i][1], printed[i][0]);
		free(text);
		rules_free(rules);
	}
}

/* Which numbers of a field a rule matches. */
static const struct {
	const char *text;
	enum field field;
	uint64_t high;
	uint64_t low;
	bool has;
} numbers[] = {
	{ "pass to port not 80", FIELD_DESTINATION_PORT, 0, 80, false },
	{ "pass to port not 80", FIELD_DESTINATION_PORT, 0, 81, true },
	{ "pass to port not 80", FIELD_DESTINATION_PORT, 0, 65536, false },	/* has no port */
	{ "pass vlan not 5", FIELD_VLAN, 0, 4096, false },
	{ "pass vlan none", FIELD_VLAN, 0, 4096, true },
	{ "pass from 10.0.0.0/8", FIELD_SOURCE, 0, 0xffff0a000000, true },
	{ "pass from 10.0.0.0/8", FIELD_SOURCE, 0, 0xffff0affffff, true },
	{ "pass from 10.0.0.0/8", FIELD_SOURCE, 0, 0xffff0b000000, false },
	{ "pass from not 10.0.0.0/8", FIELD_SOURCE, 0, 0xffff0b000000, true },
	{ "pass from not 10.0.0.0/8", FIELD_SOURCE, 0x20010db800000000, 1, true },
	{ "pass from not 10.0.0.0/8", FIELD_SOURCE, 0, 0xfffe00000000, false },	/* has no address */
	{ "pass from ::/0", FIELD_SOURCE, 0, 0xfffe00000000, false },
	{ "pass from ::/0", FIELD_SOURCE, 0, 0xffff0a000000, false },
	{ "pass from ::/0", FIELD_SOURCE, UINT64_MAX, UINT64_MAX, true },
	{ "pass from ::/0", FIELD_SOURCE, 0, 0, true },
	{ "pass from 2001:db8::/32", FIELD_SOURCE, 0x20010db8ffffffff, UINT64_MAX, true },
	{ "pass from 2001:db8::/32", FIELD_SOURCE, 0x20010db900000000, 0, false },
	{ "pass from 2001:db8:0:0:8000::/65", FIELD_SOURCE, 0x20010db800000000, 1ULL << 63, true },
	{ "pass from 2001:db8:0:0:8000::/65", FIELD_SOURCE, 0x20010db800000000, 1ULL << 62, false },
	{ "pass from 0.0.0.0/0", FIELD_SOURCE, 0, 0xffffffffffff, true },
	{ "pass from mac multicast", FIELD_SOURCE_MAC, 0, 0x01005e000001, true },
	{ "pass from mac multicast", FIELD_SOURCE_MAC, 0, 0x330000000001, true },
	{ "pass from mac multicast", FIELD_SOURCE_MAC, 0, 0x020000000001, false },
	{ "pass from mac not multicast", FIELD_SOURCE_MAC, 0, 1ULL << 48, false },
	{ "pass flags syn", FIELD_TCP_FLAGS, 0, 0x02, true },
	{ "pass flags syn", FIELD_TCP_FLAGS, 0, 0xc2, true },	/* with ECN */
	{ "pass flags syn", FIELD_TCP_FLAGS, 0, 0x12, false },
	{ "pass flags syn/syn", FIELD_TCP_FLAGS, 0, 0x12, true },
	{ "pass flags not syn", FIELD_TCP_FLAGS, 0, 0x12, true },
	{ "pass flags not syn", FIELD_TCP_FLAGS, 0, 256, false },
	{ "pass icmp4 3/4", FIELD_ICMP, 0, 3 * 256 + 4, true },
	{ "pass icmp4 3/4", FIELD_ICMP, 0, 3 * 256 + 5, false },
	{ "pass icmp4 3/4", FIELD_PROTOCOL, 0, 1, true },
	{ "pass icmp4 3/4", FIELD_PROTOCOL, 0, 58, false },
	{ "pass icmp echo-request", FIELD_PROTOCOL, 0, 58, true },
	{ "pass icmp not echo-request", FIELD_ICMP, 0, 128 * 256, false },
	{ "pass icmp not echo-request", FIELD_ICMP, 0, 65536, false },
	{ "pass fragment any", FIELD_FRAGMENT, 0, FRAGMENT_NONE, false },
	{ "pass fragment none", FIELD_FRAGMENT, 0, FRAGMENTS, false },	/* is not of IP */
	{ "pass option source-route", FIELD_EXTRAS, 0, EXTRA_SOURCE_ROUTE | EXTRA_OPTION, true },
	{ "pass option source-route", FIELD_EXTRAS, 0, EXTRA_OPTION, false },
	{ "pass option not source-route", FIELD_EXTRAS, 0, 0, true },
	{ "pass option timestamp header ah", FIELD_EXTRAS, 0, EXTRA_TIMESTAMP | EXTRA_AH, true },
	{ "pass option timestamp header ah", FIELD_EXTRAS, 0, EXTRA_AH, false },
	{ "pass state not new", FIELD_STATE, 0, STATE_UNTRACKED, false },
	{ "pass state not new", FIELD_STATE, 0, STATE_INVALID, true },
	{ "pass mark 0x10/0xf0", FIELD_MARK, 0, 0x10, true },
	{ "pass mark 0x10/0xf0", FIELD_MARK, 0, 0x20, false },
	{ "pass mark 0x1/0xf\npass mark 0x10/0xf0", FIELD_MARK, 0, 0x1f, true },
	{ "pass mark 0x1/0xf\npass mark not 0x10/0xf0", FIELD_MARK, 0, 0x1f, false },
	{ "pass mark 0xff\npass mark 0xa0000/0xfff0000", FIELD_MARK, 0, 0x300a1234, true },
	{ "pass mark 0xff\npass mark 0xa0000/0xfff0000", FIELD_MARK, 0, 0x001a1234, false },
	{ "pass from 10.0.0.0/8\nnat source to 192.0.2.1", FIELD_FAMILY, 0, FAMILY_IP6, false },
	{ "pass dscp not ef", FIELD_DSCP, 0, 64, false },
	{ "pass ttl any", FIELD_TTL, 0, 256, false },
};

static void test_numbers(void)
{
	for (size_t i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++) {
		struct rules *rules = read_good(numbers[i].text);
		struct number number = { numbers[i].high, numbers[i].low };
		struct set *set = rules ? rules->rows[rules->nr - 1].match[numbers[i].field] : NULL;
		char name[160];

		snprintf(name, sizeof(name), "%s: %s %llx %llx", numbers[i].text, numbers[i].has ? "has" : "has not",
			 (unsigned long long)number.high, (unsigned long long)number.low);
		for (char *at = name; (at = strchr(at, '\n'));)
			*at = ';';
		ok(set && set_has(set, number) == numbers[i].has, name);
		rules_free(rules);
	}
}

/* The rest of what a rule set has. */
static void test_members(void)
{
	struct rules *rules = read_good("define MORE = { 443 8080 }\ndefine PORTS = { 80, $MORE }\ndefine HEAD = pass in\n"
					"default in drop; default out reject\nmalformed match\nprotect off\npickup on\n"
					"set bad address { 10.0.0.0/8 }\nset ban address live timeout 90s { 192.0.2.1 }\n"
					"$HEAD to port $PORTS from @bad\ndrop from not @ban # comment\n"
					"drop from not @bad\npass from not @bad limit 100/s burst 7\n");
	const struct rule *rows = rules ? rules->rows : NULL;

	ok(rules && rules->nr == 4 && rules->nr_live == 1 && rules->nr_files == 1, "rules, live sets, files");
	if (!rules)
		return;
	ok(rules->fallback[0] == VERDICT_DROP && rules->fallback[1] == VERDICT_REJECT, "default");
	ok(rules->malformed == VERDICT_CONTINUE && !rules->protect && !rules->tracks, "malformed, protect");
	ok(rules->picks_up, "pickup");
	is(rules->live[0].name, "ban", "the live set's name");
	ok(rules->live[0].timeout_ns == 90000000000 && set_has_low(rules->live[0].first, 0xffffc0000201), "its timeout and first elements");
	ok(rows[0].match[FIELD_DESTINATION_PORT]->nr == 3, "variables in variables");
	is(rows[0].text, "$HEAD to port $PORTS from @bad", "the text of a rule is as it was written");
	ok(rows[0].line == 10 && rows[0].column == 1 && rows[0].width == 30, "its place is where it is used");
	is(rows[1].text, "drop from not @ban", "without the comment");
	ok(rows[1].live_source == 0 && rows[1].live_source_not && rows[1].live_destination < 0 && !rows[1].match[FIELD_SOURCE], "a live set");
	ok(rows[2].match[FIELD_SOURCE] == rows[3].match[FIELD_SOURCE], "a complement is shared");
	ok(rows[3].share.limit_ns == 10000000 && rows[3].share.limit_burst == 7 && !rows[3].share.limit_per_source, "a limit");
	rules_free(rules);
	rules = read_good("pass state new");
	ok(rules && rules->tracks && rules->fallback[0] == VERDICT_PASS && rules->malformed == VERDICT_DROP && rules->protect, "state asks for tracking; what is usual");
	rules_free(rules);
	rules = read_good("nat source to 10.0.0.1");
	ok(rules && rules->tracks && rules->rows[0].directions == DIRECTION_OUT, "so does nat, which is for what goes out");
	rules_free(rules);
}

/* Ids: given ones stay, others come from the text and not from the place. */
static void test_ids(void)
{
	struct rules *one = read_good("ssh: pass in tcp to port 22\ndrop   in udp # why\ndrop in udp\n");
	struct rules *other = read_good("log\npass\ndrop in udp\nssh: pass out tcp to port 22\n  drop\tin udp\n");

	is(one->rows[0].id, "ssh", "an id that is given");
	ok(!strncmp(one->rows[1].id, "drop-", 5) && strlen(one->rows[1].id) == 13, "one that is made");
	ok(!strncmp(one->rows[1].id, one->rows[2].id, 13) && !strcmp(one->rows[2].id + 13, "-2"), "the same text again has a number");
	is(other->rows[2].id, one->rows[1].id, "elsewhere, with other blanks, it is the same");
	is(other->rows[4].id, one->rows[2].id, "so is the second");
	is(other->rows[3].id, "ssh", "a given one stays when the rule changes");
	ok(strcmp(other->rows[0].id, other->rows[1].id) != 0, "other texts have other ids");
	rules_free(one);
	rules_free(other);
}

static char dir[64];

static void write_file(const char *name, const char *text)
{
	char path[128];
	FILE *file;

	snprintf(path, sizeof(path), "%s/%s", dir, name);
	file = fopen(path, "w");
	if (!file || fputs(text, file) < 0 || fclose(file))
		exit(1);
}

/* What is said of the file main.rules of the folder, which is left out of it. */
static char *read_files(struct rules **rules)
{
	struct heard heard = { .with_file = true };
	char path[128], *said, *at;

	snprintf(path, sizeof(path), "%s/main.rules", dir);
	*rules = NULL;
	heard_begin(&heard);
	(void)rules_read(path, NULL, hear, &heard, rules);
	said = heard_end(&heard);
	while ((at = strstr(said, dir)))
		memmove(at, at + strlen(dir) + 1, strlen(at + strlen(dir) + 1) + 1);
	return said;
}

static void test_files(void)
{
	struct rules *rules;
	char *said;

	write_file("list.txt", "# a list\r\n10.0.0.0/8\r\n\r\n192.0.2.1 ; why\r\n  2001:db8::1-2001:db8::9\t\r\n");
	write_file("more.rules", "set bad address { file \"list.txt\", 203.0.113.0/24 }\ndefine WEB = 80\n");
	write_file("main.rules", "\xef\xbb\xbfinclude \"more.rules\"\r\npass from @bad to port $WEB\r\n");
	said = read_files(&rules);
	is(said, "", "files include files and lists, with CRLF and a mark at the beginning");
	ok(rules && rules->nr_files == 3 && rules->rows[0].match[FIELD_SOURCE]->nr == 4, "all is there");
	free(said);
	rules_free(rules);

	write_file("list.txt", "10.0.0.0/8\n10.0.0.1/24\n   oops # comment\n1.2.3.4\n");
	said = read_files(&rules);
	is(said, "list.txt:2:1+11: 10.0.0.1/24 has bits behind the prefix: write 10.0.0.0/24, or the address without /24\n"
	   "list.txt:3:4+4: oops is not an address: write it as 192.0.2.1, 10.0.0.0/8, 2001:db8::/32 or 192.0.2.1-192.0.2.9\n"
	   "main.rules:2:11+4: there is no set bad: \"set bad address { ... }\" in a line before makes it",
	   "errors of a list have its name, the line and the column");
	ok(!rules, "and refuse the whole");
	free(said);

	write_file("more.rules", "include \"main.rules\"\n");
	said = read_files(&rules);
	is(strstr(said, "more.rules:1:"), strstr(said, "more.rules:1:10+10: ") ? strstr(said, "more.rules:1:") : "", "who includes himself is told so");
	ok(strstr(said, "includes itself") && !rules, "once");
	free(said);

	write_file("main.rules", "include \"/dev/zero\"\ninclude \"none\"\npass from { file \".\" }\n");
	said = read_files(&rules);
	is(said, "main.rules:1:10+9: /dev/zero cannot be read: it is not a file\n"
	   "main.rules:2:10+4: none cannot be read: No such file or directory\n"
	   "main.rules:3:19+1: . cannot be read: Is a directory", "what is no file is not read");
	free(said);
}

/* A million lines in any order; no time is asserted, but what is quadratic would not end. */
static void test_million(void)
{
	char path[128];
	struct rules *rules;
	char *said;
	FILE *file;

	snprintf(path, sizeof(path), "%s/list.txt", dir);
	file = fopen(path, "w");
	for (uint32_t i = 0; file && i < 1000000; i++) {
		uint32_t n = i * 2654435761U;

		fprintf(file, "%u.%u.%u.%u/31\n", n >> 24, n >> 16 & 255, n >> 8 & 255, n & 254);
	}
	if (!file || fclose(file))
		exit(1);
	write_file("main.rules", "set bad address { file \"list.txt\" }\npass from @bad to not @bad\npass to @bad\n");
	said = read_files(&rules);
	is(said, "", "a list of a million lines");
	ok(rules && rules->rows[0].match[FIELD_SOURCE]->nr > 900000 &&
	   rules->rows[0].match[FIELD_SOURCE] == rules->rows[1].match[FIELD_DESTINATION], "is one set for all who ask for it");
	free(said);
	rules_free(rules);
}

static void test_missing(void)
{
	struct heard heard = { .with_file = true };
	struct rules *rules = NULL;
	char *said;
	int err;

	heard_begin(&heard);
	err = rules_read("/nonexistent/rules", NULL, hear, &heard, &rules);
	said = heard_end(&heard);
	is(said, "/nonexistent/rules:0:0+0: it cannot be read: No such file or directory", "a file that is not there");
	ok(err == -2 && !rules, "is -ENOENT");
	free(said);
}

/* Examples are read without a word. */
static void test_examples(void)
{
	static const char *const paths[] = {
		"examples/filter/host.rules", "examples/filter/web.rules",
		"examples/filter/router.rules", "examples/filter/halfdrop.rules",
		"examples/filter/blocklist.rules",
	};

	for (size_t i = 0; i < sizeof(paths) / sizeof(paths[0]); i++) {
		struct heard heard = { .with_file = true };
		struct rules *rules = NULL;
		char *said;

		heard_begin(&heard);
		if (!rules_read(paths[i], NULL, hear, &heard, &rules))
			rules_examine(rules, hear, &heard);
		said = heard_end(&heard);
		is(said, "", paths[i]);
		free(said);
		rules_free(rules);
	}
}

/* What is between .nf and .fi in a section of the manual. */
static char *example_of(const char **page)
{
	const char *start = strstr(*page, "\n.nf\n"), *end = start ? strstr(start, "\n.fi") : NULL;
	char *text = end ? calloc(1, end - start) : NULL, *to = text;

	for (const char *at = start + 5; text && at < end; at++)
		if (*at != '\\')
			*to++ = *at;
	*page = end;
	return text;
}

/* The examples of kx-rules(5) are rule sets. */
static void test_manual(void)
{
	FILE *file = fopen("docs/man/kx-rules.5", "r");
	static char page[65536];
	const char *at = page;
	unsigned int nr = 0;

	if (file && fread(page, 1, sizeof(page) - 1, file) > 0)
		at = strstr(page, ".SH EXAMPLES");
	while (at) {
		char *text = example_of(&at);
		struct rules *rules = text ? read_good(text) : NULL;

		if (text)
			ok(rules && rules->nr, "an example of kx-rules(5)");
		nr += text != NULL;
		free(text);
		rules_free(rules);
	}
	ok(nr == 4, "all examples");
	if (file)
		fclose(file);
}

int main(void)
{
	snprintf(dir, sizeof(dir), "/tmp/kxfilter-language.XXXXXX");
	if (!mkdtemp(dir))
		return 1;
	test_printed();
	test_numbers();
	test_members();
	test_ids();
	test_files();
	test_million();
	test_missing();
	test_examples();
	test_manual();
	for (const char *const *name = (const char *const[]){ "list.txt", "more.rules", "main.rules", NULL }; *name; name++) {
		char path[128];

		snprintf(path, sizeof(path), "%s/%s", dir, *name);
		unlink(path);
	}
	rmdir(dir);
	return done();
}
