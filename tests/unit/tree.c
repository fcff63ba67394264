// SPDX-License-Identifier: GPL-2.0-only
/* Arguments as a tree: the text comes back as it was, the JSON is what is documented. */
#include <stdio.h>
#include <stdlib.h>

#include "text.h"
#include "tree.h"

/* A text with its JSON; NULL: it must not be understood. */
static const struct {
	const char *text;
	const char *json;
} pairs[] = {
	{ "", "[]" },
	{ "0", "[0]" },
	{ "-1, NULL", "[-1,null]" },
	{ "0x1f", "[{\"kind\":\"number\",\"value\":31,\"text\":\"0x1f\"}]" },
	{ "0644", "[{\"kind\":\"number\",\"value\":420,\"text\":\"0644\"}]" },
	{ "000", "[{\"kind\":\"number\",\"value\":0,\"text\":\"000\"}]" },
	{ "0xffffffffffffffff",
	  "[{\"kind\":\"number\",\"value\":18446744073709551615,\"text\":\"0xffffffffffffffff\"}]" },
	{ "0xfffffffffffffffff", "[{\"kind\":\"symbol\",\"name\":\"0xfffffffffffffffff\"}]" },
	{ "0.25", "[0.25]" },
	{ "08", "[{\"kind\":\"symbol\",\"name\":\"08\"}]" },
	{ "AT_FDCWD, \"/etc/hosts\", O_RDONLY|O_CLOEXEC",
	  "[{\"kind\":\"symbol\",\"name\":\"AT_FDCWD\"},\"/etc/hosts\",[\"O_RDONLY\",\"O_CLOEXEC\"]]" },
	{ "O_RDWR|0x40", "[[\"O_RDWR\",{\"kind\":\"number\",\"value\":64,\"text\":\"0x40\"}]]" },
	{ "3, \"a\\n\\\"\\\\\"..., 32",
	  "[3,{\"kind\":\"string\",\"text\":\"a\\n\\\"\\\\\",\"cut\":true},32]" },
	{ "\"\\0a\\33[\"", "[\"\\u0000a\\u001b[\"]" },
	{ "\"\\303\\274\"", "[\"\303\274\"]" },
	{ "\"\\377a\"", "[{\"kind\":\"bytes\",\"hex\":\"ff61\"}]" },
	{ "\"\\xff\\x61\"...", "[{\"kind\":\"bytes\",\"hex\":\"ff61\",\"cut\":true}]" },
	{ "\"\\355\\240\\200\"", "[{\"kind\":\"bytes\",\"hex\":\"eda080\"}]" },
	{ "{sa_family=AF_UNIX, sun_path=@\"x\"}",
	  "[{\"sa_family\":{\"kind\":\"symbol\",\"name\":\"AF_UNIX\"},"
	  "\"sun_path\":{\"kind\":\"string\",\"text\":\"x\",\"abstract\":true}}]" },
	{ "{a=1, f(2), ...}",
	  "[{\"a\":1,\"1\":{\"kind\":\"call\",\"name\":\"f\",\"args\":[2]},\"...\":true}]" },
	{ "{kind=1}", "[{\"kind_\":1}]" },
	{ "{}, [], ~[]", "[{},[],{\"kind\":\"all_but\",\"names\":[]}]" },
	{ "[CHLD INT], ~[RTMIN RT_1], [3 4]",
	  "[[\"CHLD\",\"INT\"],{\"kind\":\"all_but\",\"names\":[\"RTMIN\",\"RT_1\"]},[3,4]]" },
	{ "[[VINTR]=0x3, [9]=0]",
	  "[{\"VINTR\":{\"kind\":\"number\",\"value\":3,\"text\":\"0x3\"},\"9\":0}]" },
	{ "[\"ls\", \"-l\", ...], 0x7ffe /* 25 vars */",
	  "[[\"ls\",\"-l\",{\"kind\":\"more\"}],{\"kind\":\"comment\",\"text\":\"25 vars\","
	  "\"value\":{\"kind\":\"number\",\"value\":32766,\"text\":\"0x7ffe\"}}]" },
	{ "[128 => 16]", "[[{\"kind\":\"changed\",\"before\":128,\"after\":16}]]" },
	{ "flags=0 => {parent_tid=[3]}",
	  "[{\"kind\":\"changed\",\"before\":0,\"after\":{\"parent_tid\":[3]}}]" },
	{ "[{WIFEXITED(s) && WEXITSTATUS(s) == 0}]",
	  "[[{\"0\":{\"kind\":\"expression\",\"text\":\"WIFEXITED(s) && WEXITSTATUS(s) == 0\"}}]]" },
	{ "{WIFSTOPPED(s) && WSTOPSIG(s) == SIGTRAP | 0x80}|PTRACE_EVENT_EXEC<<16",
	  "[[{\"0\":{\"kind\":\"expression\",\"text\":\"WIFSTOPPED(s) && WSTOPSIG(s) == SIGTRAP | 0x80\"}},"
	  "{\"kind\":\"expression\",\"text\":\"PTRACE_EVENT_EXEC<<16\"}]]" },
	{ "-100 /* AT_FDCWD */</tmp>",
	  "[{\"kind\":\"known\",\"as\":\"/tmp\",\"value\":{\"kind\":\"comment\",\"text\":\"AT_FDCWD\",\"value\":-100}}]" },
	{ "A or B", "[{\"kind\":\"expression\",\"text\":\"A or B\"}]" },
	{ "8192*1024", "[{\"kind\":\"expression\",\"text\":\"8192*1024\"}]" },
	{ "3</etc/hosts>, 4<TCP:[1.2.3.4:5->6.7.8.9:10]>(deleted)",
	  "[{\"kind\":\"known\",\"as\":\"/etc/hosts\",\"value\":3},"
	  "{\"kind\":\"known\",\"as\":\"TCP:[1.2.3.4:5->6.7.8.9:10]\",\"deleted\":true,\"value\":4}]" },
	{ "5</dev/null<char 1:3>>, 7<>", "[{\"kind\":\"known\",\"as\":\"/dev/null<char 1:3>\",\"value\":5},"
	  "{\"kind\":\"known\",\"as\":\"\",\"value\":7}]" },
	{ "sa_data=01:02:03, &sin6_addr, ???",
	  "[{\"kind\":\"symbol\",\"name\":\"01:02:03\"},{\"kind\":\"symbol\",\"name\":\"&sin6_addr\"},"
	  "{\"kind\":\"symbol\",\"name\":\"???\"}]" },
	{ "0, ", "[0]" },
	{ "\"open", NULL }, { "{a=1", NULL }, { "[1, 2 3]", NULL }, { "f(1", NULL },
	{ "1 2", NULL }, { ", ", NULL }, { "a, , b", NULL }, { "[1, ]", NULL }, { "3<x", NULL },
	{ "A|", NULL }, { "a => ", NULL }, { "0x1 /* x", NULL }, { "~[A, B]", NULL }, { "\"a\\", NULL },
	{ "{a=}", NULL }, { "]", NULL }, { "@a", NULL }, { "a b=", NULL },
};

static void test_pairs(struct tree *tree, struct out *o)
{
	char expected[512];
	size_t i;

	for (i = 0; i < sizeof(pairs) / sizeof(pairs[0]); i++) {
		tree_parse(tree, pairs[i].text, strlen(pairs[i].text));
		o->len = 0;
		tree_write_text(o, tree, 0);
		is(o, pairs[i].text, "the text comes back");
		o->len = 0;
		tree_write_json(o, tree, 0);
		snprintf(expected, sizeof(expected), "[{\"kind\":\"raw\",\"text\":");
		if (!pairs[i].json)
			o->len = o->len > strlen(expected) ? strlen(expected) : o->len;
		is(o, pairs[i].json ? pairs[i].json : expected, pairs[i].text);
	}
}

/* As deep as it gets: refused, not followed; all of it comes back. */
static void test_deep(struct tree *tree, struct out *o)
{
	static const char *const openings[] = { "[", "{", "f(", "~[", "a => ", "{a=", "[1, " };
	static char text[100001];
	uint64_t raw = tree->raw;
	size_t i, n;

	for (i = 0; i < sizeof(openings) / sizeof(openings[0]); i++) {
		for (n = 0; n + 8 < sizeof(text); n += strlen(openings[i]))
			strcpy(text + n, openings[i]);
		tree_parse(tree, text, n);
		o->len = 0;
		tree_write_text(o, tree, 0);
		is(o, text, "nested too deep");
	}
	nr_tests++;
	nr_failed += tree->raw != raw + i;
	printf("%sok %d - counted as not understood\n", tree->raw != raw + i ? "not " : "", nr_tests);
}

int main(void)
{
	struct tree tree;
	struct out out;

	if (out_init(&out, -1, 256 << 10) || tree_init(&tree))
		return 1;
	test_pairs(&tree, &out);
	test_deep(&tree, &out);
	tree_done(&tree);
	out_done(&out);
	printf("1..%d\n", nr_tests);
	return nr_failed != 0;
}
