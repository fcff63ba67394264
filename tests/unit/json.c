// SPDX-License-Identifier: GPL-2.0-only
/* Unit tests of JSON that is read by its BTF type. */
#define _GNU_SOURCE 1

#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <bpf/btf.h>

#include "../../src/base/cleanup.h"
#include "../../src/value/value.h"

#include "frame.h"

/* What the types below are in C. */
struct part {
	uint8_t rate;
	int16_t ports[3];
};
struct all {
	uint32_t a;
	bool on;
	char text[11];
	uint64_t big;
	struct part parts[2];
	uint32_t verdict;
	uint32_t low : 3, high : 29;
	union {
		uint32_t one;
		uint16_t two;
	};
	void *pointer;
};

static struct btf *btf;
static int t_u32, t_text, t_all, t_empty, t_ports;

static void member(const char *name, int id, int bits, int nr)
{
	btf__add_field(btf, name, id, bits, nr);
}

#define AT(type, name)	(__builtin_offsetof(struct type, name) * 8)

static void make_struct(int u8, int s16, int u64, int boolean, int verdict)
{
	int part, parts, both, pointer = btf__add_ptr(btf, 0), u16;

	u16 = btf__add_int(btf, "unsigned short", 2, 0);
	t_ports = btf__add_array(btf, t_u32, s16, 3);
	part = btf__add_struct(btf, "part", sizeof(struct part));
	member("rate", u8, AT(part, rate), 0);
	member("ports", t_ports, AT(part, ports), 0);
	parts = btf__add_array(btf, t_u32, part, 2);
	both = btf__add_union(btf, NULL, 4);
	member("one", t_u32, 0, 0);
	member("two", u16, 0, 0);
	t_all = btf__add_struct(btf, "all", sizeof(struct all));
	member("a", t_u32, AT(all, a), 0);
	member("on", boolean, AT(all, on), 0);
	member("text", t_text, AT(all, text), 0);
	member("big", u64, AT(all, big), 0);
	member("parts", parts, AT(all, parts), 0);
	member("verdict", verdict, AT(all, verdict), 0);
	member("low", t_u32, AT(all, verdict) + 32, 3);
	member("high", t_u32, AT(all, verdict) + 35, 29);
	member("", both, AT(all, one), 0);
	member("pointer", pointer, AT(all, pointer), 0);
}

__attribute__((constructor)) static void make_types(void)
{
	int u8, s16, u64, boolean, character, verdict;

	btf = btf__new_empty();
	t_u32 = btf__add_int(btf, "unsigned int", 4, 0);
	u8 = btf__add_int(btf, "unsigned char", 1, 0);
	s16 = btf__add_int(btf, "short", 2, BTF_INT_SIGNED);
	u64 = btf__add_int(btf, "unsigned long", 8, 0);
	boolean = btf__add_int(btf, "_Bool", 1, BTF_INT_BOOL);
	character = btf__add_int(btf, "char", 1, BTF_INT_SIGNED);
	t_text = btf__add_array(btf, t_u32, character, 11);
	verdict = btf__add_enum(btf, "verdict", 4);
	btf__add_enum_value(btf, "VERDICT_PASS", 0);
	btf__add_enum_value(btf, "VERDICT_DROP", 1);
	t_empty = btf__add_struct(btf, "empty", 0);
	make_struct(u8, s16, u64, boolean, verdict);
}

static int read_json(int id, const char *json, void *bytes, char why[256])
{
	strcpy(why, "unset");
	return value_from_json(btf, id, json, bytes, why, 256);
}

static void refused(int id, const char *json, int err, const char *expected)
{
	unsigned char bytes[sizeof(struct all)], before[sizeof(bytes)];
	char why[256];
	int got;

	memset(bytes, 0x5a, sizeof(bytes));
	memcpy(before, bytes, sizeof(bytes));
	got = read_json(id, json, bytes, why);
	if (got != err || strcmp(why, expected))
		printf("# %s: %d, %s\n", json, got, why);
	CHECK(got == err);
	CHECK_TEXT(why, expected);
	CHECK(!memcmp(bytes, before, sizeof(bytes)));
}

TEST(all_kinds_of_members)
{
	struct all all = { .high = 77, .a = 1 };
	char why[256];

	CHECK(!read_json(t_all, " {\"on\" : true,\n\"text\":\"a\\n\\u00e9\\ud83d\\ude00\","
			 "\"big\":18446744073709551615,\t\"verdict\":\"DROP\",\"low\":5,"
			 "\"parts\":[{},{\"rate\":255,\"ports\":[-32768,7]}],\"two\":9} \r\n",
			 &all, why));
	CHECK(all.a == 1 && all.on && all.big == UINT64_MAX && all.verdict == 1);
	CHECK_TEXT(all.text, "a\n\xc3\xa9\xf0\x9f\x98\x80");
	CHECK(all.low == 5 && all.high == 77 && all.two == 9);
	CHECK(all.parts[1].rate == 255 && all.parts[1].ports[0] == -32768 &&
	      all.parts[1].ports[1] == 7 && all.parts[1].ports[2] == 0);
}

TEST(values_that_are_no_structures)
{
	uint32_t number = 0;
	int16_t ports[3] = { 1, 2, 3 };
	char text[11] = "", why[256];

	CHECK(!read_json(t_u32, "4294967295", &number, why) && number == UINT32_MAX);
	CHECK(!read_json(t_text, "\"ten bytes.\"", text, why));
	CHECK_TEXT(text, "ten bytes.");
	CHECK(!read_json(t_ports, "[]", ports, why) && !ports[0] && !ports[2]);
	CHECK(!read_json(t_empty, "{}", text, why));
}

TEST(what_json_gives_back)
{
	struct all all = { .on = true, .text = "q\"\\", .low = 3, .verdict = 1 }, again = {};
	_cleanup_free_ char *json = NULL;
	struct value_place place;
	char why[256];

	CHECK(!value_find(btf, t_all, "", &place, NULL, 0));
	json = value_json(btf, &place, &all);
	CHECK(json && !read_json(t_all, json, &again, why));
	CHECK(!memcmp(&all, &again, sizeof(all)));
}

TEST(what_does_not_fit)
{
	refused(t_all, "{\"parts\":[{\"rate\":256}]}", -ERANGE,
		"parts[0].rate: 256 does not fit u8, 0..255 is allowed");
	refused(t_all, "{\"low\":8}", -ERANGE, "low: 8 does not fit 3 bits, 0..7 is allowed");
	refused(t_all, "{\"a\":-1}", -ERANGE, "a: -1 does not fit u32, 0..4294967295 is allowed");
	refused(t_all, "{\"text\":\"eleven byte\"}", -ERANGE,
		"text: 11 bytes are too long, at most 10 bytes are allowed");
	refused(t_ports, "[1,2,3,4]", -ERANGE, "too many values, 3 are allowed");
}

TEST(what_is_not_of_the_type)
{
	refused(t_all, "{\"b\":1}", -ENOENT, "it has no member `b`");
	refused(t_all, "{\"parts[0]\":1}", -ENOENT, "it has no member `parts[0]`");
	refused(t_all, "{\"\":1}", -ENOENT, "it has no member ``");
	refused(t_all, "{\"a\":\"1\"}", -EINVAL, "a: `\"1\"}` is not a number");
	refused(t_all, "{\"a\":1.5}", -EINVAL, "a: `1.5` is not a number, 0..4294967295 is allowed");
	refused(t_all, "{\"on\":1}", -EINVAL, "on: `1}` is not true or false");
	refused(t_all, "{\"on\":trueish}", -EINVAL, "on: `trueish}` is not true or false");
	refused(t_all, "{\"text\":null}", -EINVAL, "text: `null}` is not text in quotes");
	refused(t_all, "{\"verdict\":\"NONE\"}", -EINVAL,
		"verdict: `NONE` is unknown, PASS|DROP is allowed");
	refused(t_all, "{\"pointer\":\"0x10\"}", -EINVAL,
		"pointer: a pointer cannot be set as text");
	refused(t_all, "{\"parts\":{}}", -EINVAL, "parts: `{}}` is not a list: [1,2]");
	refused(t_all, "[]", -EINVAL, "`[]` is not a structure: {\"name\":value}");
	refused(t_all, "", -EINVAL, "the JSON ends too early, a structure: {\"name\":value} is missing");
}

TEST(what_is_given_twice)
{
	refused(t_all, "{\"a\":1,\"a\":1}", -EINVAL, "a: is given twice, or with another of a union");
	refused(t_all, "{\"one\":1,\"two\":1}", -EINVAL,
		"two: is given twice, or with another of a union");
	refused(t_all, "{\"low\":1,\"high\":1,\"low\":1}", -EINVAL,
		"low: is given twice, or with another of a union");
}

TEST(what_is_not_json)
{
	refused(t_all, "{\"a\":1,}", -EINVAL, "`}` is not a member's name in quotes");
	refused(t_all, "{\"a\":01}", -EINVAL, "a: `01}` is not a number");
	refused(t_all, "{\"a\":+1}", -EINVAL, "a: `+1}` is not a number");
	refused(t_all, "{\"a\":0x1}", -EINVAL, "a: `0x1}` is not a number");
	refused(t_all, "{\"a\" 1}", -EINVAL, "a: `1}` is not a :");
	refused(t_all, "{\"a\":1", -EINVAL, "the JSON ends too early, a , or } is missing");
	refused(t_all, "{\"a\":1} x", -EINVAL, "`x` is left over");
	refused(t_all, "{'a':1}", -EINVAL, "`'a':1}` is not a member's name in quotes");
	refused(t_text, "\"a", -EINVAL, "`\"a` has no closing \"");
	refused(t_text, "\"a\tb\"", -EINVAL, "`?b\"` begins with a control character");
	refused(t_text, "\"\xff\"", -EINVAL, "`?\"` begins with what is not UTF-8");
	refused(t_text, "\"\\x41\"", -EINVAL, "`\\x41\"` begins with no known escape");
	refused(t_text, "\"\\u0000\"", -EINVAL, "`\\u0000\"` begins with no known escape");
	refused(t_text, "\"\\ud800\"", -EINVAL, "`\\ud800\"` begins with no known escape");
	refused(t_ports, "[1 2]", -EINVAL, "`2]` is not a , or ]");
	refused(t_ports, "[1,]", -EINVAL, "[1]: `]` is not a number");
}
