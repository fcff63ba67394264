// SPDX-License-Identifier: GPL-2.0-only
/* Unit tests of values by their BTF type: text, bytes, JSON, paths, hostile types. */
#define _GNU_SOURCE 1

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>

#include <bpf/btf.h>

#include "../../src/base/cleanup.h"
#include "../../src/value/value.h"

#define DEADLINE_S	60
#define ROOM		4096

#include "frame.h"

/*
 * The types: what a compiler would make of the C in the comments
 */

static struct btf *btf;
static int t_u8, t_s8, t_u16, t_u32, t_s32, t_u64, t_s64, t_u128, t_s128, t_bool, t_char,
	t_uchar, t_verdict, t_old, t_mode, t_one, t_big, t_flags, t_numbers, t_empty,
	t_pointer, t_float, t_double, t_text, t_texts, t_ports, t_grid, t_cube, t_limits,
	t_list, t_pair, t_ab, t_nest, t_bits, t_oldbits, t_fwd, t_proto, t_func, t_none, t_huge,
	t_verdicts, t_bools, t_chars, t_packed, t_short, t_strange, t_array_pointer, t_funcs;

static int number(const char *alias, const char *name, int size, int encoding)
{
	int id = btf__add_int(btf, name, size, encoding);

	return alias ? btf__add_typedef(btf, alias, id) : id;
}

static int array(int id, unsigned int nr)
{
	return btf__add_array(btf, t_u32, id, nr);
}

static void make_ints(void)
{
	t_u32 = number("u32", "unsigned int", 4, 0);
	t_uchar = btf__add_int(btf, "unsigned char", 1, 0);
	t_u8 = btf__add_typedef(btf, "u8", btf__add_typedef(btf, "__u8", t_uchar));
	t_s8 = number("s8", "signed char", 1, BTF_INT_SIGNED);
	t_u16 = number("u16", "unsigned short", 2, 0);
	t_s32 = number(NULL, "int", 4, BTF_INT_SIGNED);
	t_u64 = number("u64", "unsigned long long", 8, 0);
	t_s64 = number("s64", "long long", 8, BTF_INT_SIGNED);
	t_u128 = number(NULL, "unsigned __int128", 16, 0);
	t_s128 = number(NULL, "__int128", 16, BTF_INT_SIGNED);
	t_bool = number("bool", "_Bool", 1, BTF_INT_BOOL);
	t_char = number(NULL, "char", 1, BTF_INT_SIGNED);
}

static int enumeration(const char *name, int size, const char *const names[],
		       const long long values[])
{
	int id = btf__add_enum(btf, name, size);

	for (int i = 0; names[i]; i++)
		btf__add_enum_value(btf, names[i], values[i]);
	return id;
}

#define NAMES(...)	((const char *const[]){ __VA_ARGS__, NULL })
#define VALUES(...)	((const long long[]){ __VA_ARGS__ })

static void make_enums(void)
{
	t_verdict = enumeration("verdict", 4, NAMES("VERDICT_PASS", "VERDICT_DROP", "VERDICT_RST"),
				VALUES(0, 1, 3));
	/* -1 makes libbpf mark it as signed; compilers before clang 15 do not. */
	t_mode = enumeration("mode", 4, NAMES("MODE_NONE", "MODE_a", "MODE_A"), VALUES(-1, 2, 7));
	t_old = enumeration("old", 4, NAMES("OLD_NONE", "OLD_ANY"), VALUES(-1, 5));
	((struct btf_type *)btf__type_by_id(btf, t_old))->info &= ~(1u << 31);
	t_one = enumeration(NULL, 1, NAMES("ONLY_ONE"), VALUES(200));
	t_empty = btf__add_enum(btf, "empty", 4);
	t_flags = enumeration("flags", 4, NAMES("F_READ", "F_WRITE", "F_RUN"), VALUES(1, 2, 8));
	t_numbers = enumeration("numbers", 4, NAMES("N_1", "N_2", "N_"), VALUES(10, 2, 3));
	t_big = btf__add_enum64(btf, "big", 8, true);
	btf__add_enum64_value(btf, "BIG_LOW", 1ull << 63);
	btf__add_enum64_value(btf, "BIG_HIGH", 1ull << 40);
}

static int structure(const char *name, int size)
{
	return btf__add_struct(btf, name, size);
}

static void field(const char *name, int id, int bit_offset)
{
	CHECK(!btf__add_field(btf, name, id, bit_offset, 0));
}

static void bits(const char *name, int id, int bit_offset, int nr)
{
	CHECK(!btf__add_field(btf, name, id, bit_offset, nr));
}

static void make_structs(void)
{
	int within, halves = array(t_u16, 2), open = array(t_char, 0);

	/* struct limits { u32 rate; u16 burst; bool hard; char tag; } */
	t_limits = structure("limits", 8);
	field("rate", t_u32, 0);
	field("burst", t_u16, 32);
	field("hard", t_bool, 48);
	field("tag", t_char, 56);
	t_list = array(t_limits, 2);

	/* union pair { u32 both; u16 half[2]; } */
	t_pair = btf__add_union(btf, "pair", 4);
	field("both", t_u32, 0);
	field("half", halves, 0);

	/* struct { u64 id; union { struct { u16 a, b; }; u32 ab; }; char name[8];
	 *	    struct limits limits[2]; enum verdict verdict; char open[]; }
	 */
	within = structure(NULL, 4);
	field("a", t_u16, 0);
	field("b", t_u16, 16);
	t_ab = btf__add_union(btf, NULL, 4);
	field("", within, 0);
	field("ab", t_u32, 0);
	within = array(t_char, 8);
	t_nest = structure("nest", 40);
	field("id", t_u64, 0);
	field("", t_ab, 64);
	field("name", within, 96);
	field("limits", t_list, 160);
	field("verdict", t_verdict, 288);
	field("open", open, 320);
}

static void make_bits(void)
{
	int old = btf__add_int(btf, "unsigned int", 4, 0);
	int id = structure("oldbits", 4);

	/* Old encoding: an int of 5 bits as a member at bit 3. */
	((__u32 *)(btf__type_by_id(btf, old) + 1))[0] = 5;
	t_oldbits = id;
	field("low", old, 0);
	field("high", old, 0);
	btf_members(btf__type_by_id(btf, id))[1].offset = 11;

	/* struct { u32 a:3; s32 b:5; u64 c:40; enum verdict v:2; bool on:1; } packed */
	t_bits = structure("bits", 8);
	bits("a", t_u32, 0, 3);
	bits("b", t_s32, 3, 5);
	bits("c", t_u64, 8, 40);
	bits("v", t_verdict, 48, 2);
	bits("on", t_bool, 50, 1);
	/* struct { u8 x; u32 y:30; } packed: y has no whole u32 of its own */
	t_packed = structure("packed", 5);
	field("x", t_u8, 0);
	bits("y", t_u32, 10, 30);
	/* struct { u32 low; u32 end:10; enum numbers n:3; } packed: no u32 is left at the end */
	t_short = structure("short", 6);
	field("low", t_u32, 0);
	bits("end", t_u32, 32, 10);
	bits("n", t_numbers, 42, 3);
	bits("beyond", t_u32, 40, 10);
}

static void make_others(void)
{
	t_pointer = btf__add_ptr(btf, t_limits);
	t_float = btf__add_float(btf, "float", 4);
	t_double = btf__add_float(btf, "double", 8);
	t_text = array(btf__add_volatile(btf, t_char), 16);
	t_texts = array(array(t_char, 4), 3);
	t_ports = array(t_u16, 4);
	t_grid = array(array(t_s8, 3), 2);
	t_cube = array(array(array(t_u8, 2), 2), 2);
	t_verdicts = array(t_verdict, 3);
	t_bools = array(t_bool, 2);
	t_chars = array(array(t_uchar, 1), 3);
	t_huge = array(array(t_u8, -1), -1);
	t_fwd = btf__add_fwd(btf, "later", BTF_FWD_STRUCT);
	t_proto = btf__add_func_proto(btf, t_s32);
	t_func = btf__add_func(btf, "fn", BTF_FUNC_STATIC, t_proto);
	t_array_pointer = btf__add_ptr(btf, t_ports);
	t_funcs = array(btf__add_ptr(btf, t_proto), 2);
	/* What no compiler makes: beyond the end, without value, not on a byte. */
	t_strange = structure("strange", 8);
	field("beyond", t_u64, 32);
	field("later", t_fwd, 0);
	field("askew", t_ports, 0);
	field("ok", t_u8, 8);
	btf_members(btf__type_by_id(btf, t_strange))[2].offset = 3;
}

__attribute__((constructor)) static void make_types(void)
{
	btf = btf__new_empty();
	make_ints();
	make_enums();
	make_structs();
	make_bits();
	make_others();
	t_none = btf__add_const(btf, 0);
}

/*
 * Helpers
 */

static struct value_place place_of(int id, const char *path)
{
	char why[256] = "";
	struct value_place place;

	if (value_find(btf, id, path, &place, why, sizeof(why))) {
		printf("# %s: %s\n", path, why);
		exit(1);
	}
	return place;
}

/* Return: bytes as hex, static. */
static const char *hex(const unsigned char *bytes, size_t len)
{
	static char text[2 * ROOM + 1];

	for (size_t i = 0; i < len; i++)
		sprintf(text + 2 * i, "%02x", bytes[i]);
	text[2 * len] = '\0';
	return text;
}

static const struct value_range *range_of(const char *text)
{
	static struct value_range range;

	range = (struct value_range){ 0 };
	CHECK(!text || !value_range_parse(text, &range));
	return &range;
}

/* What a text becomes. */
struct parse {
	const int *id;
	const char *text;
	const char *range;
	int err;
	const char *expected;	/* bytes in hex, or the reason */
};

/* Old values are all zero. */
static void check_parse(const struct parse *p)
{
	struct value_place place = place_of(*p->id, "");
	unsigned char bytes[ROOM] = { 0 };
	char why[256] = "";
	int err = value_parse(btf, &place, range_of(p->range), p->text, bytes, why, sizeof(why));
	const char *got = err ? why : hex(bytes, place.size);

	if (err != p->err || strcmp(got, p->expected)) {
		printf("# \"%s\" is %d \"%s\" not \"%s\"\n", p->text, err, got, p->expected);
		exit(1);
	}
	for (size_t i = 0; err && i < place.size; i++)
		CHECK(!bytes[i]);
}

#define CHECK_PARSES(table)							\
	do {									\
		for (size_t i_ = 0; i_ < sizeof(table) / sizeof(*(table)); i_++)	\
			check_parse(&(table)[i_]);				\
	} while (0)

/*
 * Text to bytes
 */

TEST(parse_takes_ints)
{
	static const struct parse table[] = {
		{ &t_u8, "0", 0, 0, "00" },
		{ &t_u8, "255", 0, 0, "ff" },
		{ &t_u8, " 0x1F ", 0, 0, "1f" },
		{ &t_u8, "0b101", 0, 0, "05" },
		{ &t_u8, "0B101", 0, 0, "05" },
		{ &t_u8, "017", 0, 0, "0f" },
		{ &t_u8, "'A'", 0, 0, "41" },
		{ &t_u8, "'\\n'", 0, 0, "0a" },
		{ &t_u8, "'\\xfe'", 0, 0, "fe" },
		{ &t_u8, "'\\''", 0, 0, "27" },
		{ &t_u8, "+7", 0, 0, "07" },
		{ &t_u8, "-0", 0, 0, "00" },
		{ &t_s8, "-128", 0, 0, "80" },
		{ &t_s8, "-0x1", 0, 0, "ff" },
		{ &t_u16, "65535", 0, 0, "ffff" },
		{ &t_u32, "1000", "1..1000", 0, "e8030000" },
		{ &t_s32, "-5", "-5..5", 0, "fbffffff" },
		{ &t_u64, "18446744073709551615", 0, 0, "ffffffffffffffff" },
		{ &t_u64, "18446744073709551615", "0..18446744073709551615", 0, "ffffffffffffffff" },
		{ &t_s64, "-9223372036854775808", 0, 0, "0000000000000080" },
		{ &t_u128, "0xffffffffffffffffffffffffffffffff", 0, 0,
		  "ffffffffffffffffffffffffffffffff" },
		{ &t_s128, "-2", 0, 0, "feffffffffffffffffffffffffffffff" },
		{ &t_char, "'x'", 0, 0, "78" },
		{ &t_char, "120", 0, 0, "78" },
	};

	CHECK_PARSES(table);
}

TEST(parse_refuses_ints)
{
	static const struct parse table[] = {
		{ &t_u32, "2000", "1..1000", -ERANGE, "2000 is out of range, 1..1000 is allowed" },
		{ &t_u32, "0", "1..1000", -ERANGE, "0 is out of range, 1..1000 is allowed" },
		{ &t_s32, "-6", "-5..5", -ERANGE, "-6 is out of range, -5..5 is allowed" },
		{ &t_u32, "ten", "1..1000", -EINVAL, "`ten` is not a number, 1..1000 is allowed" },
		{ &t_u8, "300", 0, -ERANGE, "300 does not fit u8, 0..255 is allowed" },
		{ &t_u8, "300", "1..1000", -ERANGE, "300 does not fit u8, 1..255 is allowed" },
		{ &t_u8, "3", "300..400", -ERANGE, "3 is out of range, nothing is allowed" },
		{ &t_u8, "-1", 0, -ERANGE, "-1 does not fit u8, 0..255 is allowed" },
		{ &t_s8, "128", 0, -ERANGE, "128 does not fit s8, -128..127 is allowed" },
		{ &t_s64, "9223372036854775808", 0, -ERANGE, "9223372036854775808 does not fit s64, "
		  "-9223372036854775808..9223372036854775807 is allowed" },
		{ &t_u64, "-1", "0..18446744073709551615", -ERANGE,
		  "-1 is out of range, 0..18446744073709551615 is allowed" },
		{ &t_u8, "", 0, -EINVAL, "`` is not a number, 0..255 is allowed" },
		{ &t_u8, "08", 0, -EINVAL, "`08` is not a number, 0..255 is allowed" },
		{ &t_u8, "0x", 0, -EINVAL, "`0x` is not a number, 0..255 is allowed" },
		{ &t_u8, "0b2", 0, -EINVAL, "`0b2` is not a number, 0..255 is allowed" },
		{ &t_u8, "1 2", 0, -EINVAL, "`1 2` is not a number, 0..255 is allowed" },
		{ &t_u8, "1,2", 0, -EINVAL, "`1,2` is not a number, 0..255 is allowed" },
		{ &t_u8, "5u", 0, -EINVAL, "`5u` is not a number, 0..255 is allowed" },
		{ &t_u8, "--5", 0, -EINVAL, "`--5` is not a number, 0..255 is allowed" },
		{ &t_u8, "1.5", 0, -EINVAL, "`1.5` is not a number, 0..255 is allowed" },
		{ &t_u8, "''", 0, -EINVAL, "`''` is not a number, 0..255 is allowed" },
		{ &t_u8, "'ab'", 0, -EINVAL, "`'ab'` is not a number, 0..255 is allowed" },
		{ &t_u8, "'\\", 0, -EINVAL, "`'\\` is not a number, 0..255 is allowed" },
		{ &t_u8, "\x1b[2J", 0, -EINVAL, "`?[2J` is not a number, 0..255 is allowed" },
		{ &t_u128, "0x100000000000000000000000000000000", 0, -ERANGE,
		  "0x100000000000000000000000000000000 does not fit u128, "
		  "0..340282366920938463463374607431768211455 is allowed" },
		{ &t_u8, "-99999999999999999999999999999999999999999999999", 0, -ERANGE,
		  "-999999999999999999999999999999999999999... does not fit u8, 0..255 is allowed" },
	};

	CHECK_PARSES(table);
}

TEST(parse_takes_bools_and_nothing_like_them)
{
	static const struct parse table[] = {
		{ &t_bool, "1", 0, 0, "01" }, { &t_bool, "0", 0, 0, "00" },
		{ &t_bool, "true", 0, 0, "01" }, { &t_bool, "FALSE", 0, 0, "00" },
		{ &t_bool, "Yes", 0, 0, "01" }, { &t_bool, "no", 0, 0, "00" },
		{ &t_bool, "on", 0, 0, "01" }, { &t_bool, " off ", 0, 0, "00" },
		{ &t_bool, "maybe", 0, -EINVAL, "`maybe` is not a bool: on or off" },
		{ &t_bool, "2", 0, -EINVAL, "`2` is not a bool: on or off" },
		{ &t_bool, "", 0, -EINVAL, "`` is not a bool: on or off" },
		{ &t_bools, "on,on", 0, 0, "0101" },
	};

	CHECK_PARSES(table);
}

TEST(parse_takes_enumerators)
{
	static const struct parse table[] = {
		{ &t_verdict, "VERDICT_DROP", 0, 0, "01000000" },
		{ &t_verdict, "verdict_rst", 0, 0, "03000000" },
		{ &t_verdict, "DROP", 0, 0, "01000000" },
		{ &t_verdict, "rst", 0, 0, "03000000" },
		{ &t_verdict, " 3 ", 0, 0, "03000000" },
		{ &t_verdict, "0x1", 0, 0, "01000000" },
		{ &t_mode, "none", 0, 0, "ffffffff" },
		{ &t_mode, "-1", 0, 0, "ffffffff" },
		{ &t_mode, "4294967295", 0, 0, "ffffffff" },
		{ &t_mode, "a", 0, 0, "02000000" },
		{ &t_mode, "A", 0, 0, "07000000" },
		{ &t_mode, "MODE_A", 0, 0, "07000000" },
		{ &t_old, "none", 0, 0, "ffffffff" },
		{ &t_old, "-1", 0, 0, "ffffffff" },
		{ &t_one, "one", 0, 0, "c8" },
		{ &t_one, "200", 0, 0, "c8" },
		{ &t_big, "low", 0, 0, "0000000000000080" },
		{ &t_big, "HIGH", 0, 0, "0000000000010000" },
		{ &t_big, "-9223372036854775808", 0, 0, "0000000000000080" },
		{ &t_numbers, "N_1", 0, 0, "0a000000" },
		{ &t_numbers, "N_", 0, 0, "03000000" },
		{ &t_flags, "READ|run", 0, 0, "09000000" },
		{ &t_flags, "F_READ | F_WRITE", 0, 0, "03000000" },
		{ &t_flags, "0", 0, 0, "00000000" },
		{ &t_flags, "11", 0, 0, "0b000000" },
		{ &t_flags, "1|8", 0, 0, "09000000" },
	};

	CHECK_PARSES(table);
}

TEST(parse_refuses_what_is_no_enumerator)
{
	static const struct parse table[] = {
		{ &t_verdict, "2", 0, -EINVAL, "`2` is unknown, PASS|DROP|RST is allowed" },
		{ &t_verdict, "DRO", 0, -EINVAL, "`DRO` is unknown, PASS|DROP|RST is allowed" },
		{ &t_verdict, "", 0, -EINVAL, "`` is unknown, PASS|DROP|RST is allowed" },
		{ &t_verdict, "PASS|DROP", 0, -EINVAL,
		  "`PASS|DROP` is unknown, PASS|DROP|RST is allowed" },
		{ &t_verdict, "4294967297", 0, -EINVAL,
		  "`4294967297` is unknown, PASS|DROP|RST is allowed" },
		{ &t_flags, "READ|", 0, -EINVAL, "`READ|` is unknown, READ|WRITE|RUN is allowed" },
		{ &t_flags, "4", 0, -EINVAL, "`4` is unknown, READ|WRITE|RUN is allowed" },
		{ &t_flags, "-1", 0, -EINVAL, "`-1` is unknown, READ|WRITE|RUN is allowed" },
		{ &t_empty, "A", 0, -EINVAL, "`A` is unknown, nothing is allowed" },
		{ &t_numbers, "1", 0, -EINVAL, "`1` is unknown, N_1|N_2|N_ is allowed" },
	};

	CHECK_PARSES(table);
}

TEST(parse_takes_text)
{
	static const struct parse table[] = {
		{ &t_text, "hello", 0, 0, "68656c6c6f0000000000000000000000" },
		{ &t_text, "", 0, 0, "00000000000000000000000000000000" },
		{ &t_text, " a,}b ", 0, 0, "20612c7d622000000000000000000000" },
		{ &t_text, "a\\n", 0, 0, "615c6e00000000000000000000000000" },
		{ &t_text, "\"a\\n\\t\\\\\\\"\\x41\\102\"", 0, 0, "610a095c224142000000000000000000" },
		{ &t_text, "\"\\xffg\"", 0, 0, "ff670000000000000000000000000000" },
		{ &t_text, "\"\\1019\"", 0, 0, "41390000000000000000000000000000" },
		{ &t_text, "123456789012345", 0, 0, "31323334353637383930313233343500" },
		{ &t_texts, "abc,d", 0, 0, "616263006400000000000000" },
		{ &t_texts, "{\"a,}\", b }", 0, 0, "612c7d006200000000000000" },
		{ &t_text, "1234567890123456", 0, -ERANGE,
		  "16 bytes are too long, at most 15 bytes are allowed" },
		{ &t_texts, "abcd", 0, -ERANGE, "4 bytes are too long, at most 3 bytes are allowed" },
		{ &t_text, "\"abc", 0, -EINVAL, "`\"abc` has no closing \"" },
		{ &t_text, "\"", 0, -EINVAL, "`\"` has no closing \"" },
		{ &t_text, "\"a\\", 0, -EINVAL, "`\\` begins with no known escape" },
		{ &t_text, "\"\\q\"", 0, -EINVAL, "`\\q\"` begins with no known escape" },
		{ &t_text, "\"\\xg\"", 0, -EINVAL, "`\\xg\"` begins with no known escape" },
		{ &t_text, "\"\\777\"", 0, -EINVAL, "`\\777\"` begins with no known escape" },
		{ &t_text, "\"a\\0b\"", 0, -EINVAL, "text cannot have a zero byte in it" },
		{ &t_text, "\"a\"b", 0, -EINVAL, "`b` is left over" },
	};

	CHECK_PARSES(table);
}

TEST(parse_takes_lists)
{
	static const struct parse table[] = {
		{ &t_ports, "22,80", 0, 0, "1600500000000000" },
		{ &t_ports, "{ 22 , 80 }", 0, 0, "1600500000000000" },
		{ &t_ports, "", 0, 0, "0000000000000000" },
		{ &t_ports, "{}", 0, 0, "0000000000000000" },
		{ &t_ports, "1,2,3,4", "1..9", 0, "0100020003000400" },
		{ &t_grid, "{1,2},{-1}", 0, 0, "010200ff0000" },
		{ &t_grid, "{{1,2},{-1}}", 0, 0, "010200ff0000" },
		{ &t_grid, "{},{1}", 0, 0, "000000010000" },
		{ &t_cube, "{{1},{2}},{{3,4}}", 0, 0, "0100020003040000" },
		{ &t_cube, "{{{1},{2}},{{3,4}}}", 0, 0, "0100020003040000" },
		{ &t_chars, "{','},{'}'}", 0, 0, "2c7d00" },
		{ &t_verdicts, "DROP,rst", 0, 0, "010000000300000000000000" },
		{ &t_ports, "1,2,3,4,5", 0, -ERANGE, "too many values, 4 are allowed" },
		{ &t_ports, "1,20", "1..9", -ERANGE, "20 is out of range, 1..9 is allowed" },
		{ &t_ports, "1,x", 0, -EINVAL, "`x` is not a number, 0..65535 is allowed" },
		{ &t_ports, "1,,2", 0, -EINVAL, "`` is not a number, 0..65535 is allowed" },
		{ &t_ports, "1,", 0, -EINVAL, "`` is not a number, 0..65535 is allowed" },
		{ &t_ports, "{1", 0, -EINVAL, "a } is missing" },
		{ &t_ports, "1}", 0, -EINVAL, "`}` is left over" },
		{ &t_ports, "{1}2", 0, -EINVAL, "`2` is left over" },
		{ &t_grid, "1,2", 0, -EINVAL, "`1,2` is not a list: {1,2,3}" },
		{ &t_grid, "{{{1}}}", 0, -EINVAL, "`{{1` is not a number, -128..127 is allowed" },
	};

	CHECK_PARSES(table);
}

TEST(parse_takes_structures)
{
	static const struct parse table[] = {
		{ &t_limits, "{.rate=5,.burst=9}", 0, 0, "0500000009000000" },
		{ &t_limits, " { .burst = 9 , .tag = ',' } ", 0, 0, "000000000900002c" },
		{ &t_limits, "{}", 0, 0, "0000000000000000" },
		{ &t_limits, "{.rate=5000}", "1..9", 0, "8813000000000000" },
		{ &t_list, "{.rate=1},{.rate=2}", 0, 0, "01000000000000000200000000000000" },
		{ &t_list, "{{.rate=1},{.rate=2}}", 0, 0, "01000000000000000200000000000000" },
		{ &t_list, "{.hard=on}", 0, 0, "00000000000001000000000000000000" },
		{ &t_pair, "{.half={1,2}}", 0, 0, "01000200" },
		{ &t_pair, "{.half[1]=2}", 0, 0, "00000200" },
		{ &t_bits, "{.a=7,.b=-16,.c=0xffffffffff,.v=RST,.on=on}", 0, 0, "87ffffffffff0700" },
		{ &t_bits, "{.b=-1}", 0, 0, "f800000000000000" },
		{ &t_packed, "{.x=1,.y=0x3fffffff}", 0, 0, "01fcffffff" },
		{ &t_oldbits, "{.low=1,.high=31}", 0, 0, "01f80000" },
		{ &t_strange, "{.ok=3}", 0, 0, "0003000000000000" },
		{ &t_limits, "5", 0, -EINVAL, "`5` is not a structure: {.name=value,...}" },
		{ &t_limits, "{5}", 0, -EINVAL, "`5}` is not .name=value" },
		{ &t_limits, "{.rate}", 0, -EINVAL, "`.rate}` is not .name=value" },
		{ &t_limits, "{=1}", 0, -EINVAL, "`=1}` is not .name=value" },
		{ &t_limits, "{.rat=5}", 0, -EINVAL, "it has no member `rat`" },
		{ &t_limits, "{.rate=5", 0, -EINVAL, "a } is missing" },
		{ &t_limits, "{.rate=5}}", 0, -EINVAL, "`}` is left over" },
		{ &t_ab, "{.b=1,.a=2}", 0, 0, "02000100" },
		{ &t_ab, "{.b=1,.ab=2}", 0, -EINVAL, "of a union one member can be set" },
		{ &t_pair, "{.both=1,.half={1}}", 0, -EINVAL, "of a union one member can be set" },
		{ &t_bits, "{.a=8}", 0, -ERANGE, "8 does not fit 3 bits, 0..7 is allowed" },
		{ &t_bits, "{.b=16}", 0, -ERANGE, "16 does not fit 5 bits, -16..15 is allowed" },
		{ &t_strange, "{.beyond=1}", 0, -EINVAL, "it has no member `beyond`" },
		{ &t_strange, "{.askew={}}", 0, -EINVAL, "it has no member `askew`" },
		{ &t_strange, "{.later=1}", 0, -EINVAL, "it has no member `later`" },
	};

	CHECK_PARSES(table);
}

TEST(parse_refuses_pointers_and_floats)
{
	static const struct parse table[] = {
		{ &t_pointer, "0x1", 0, -EINVAL, "a pointer cannot be set as text" },
		{ &t_float, "1.5", 0, -EINVAL, "a float cannot be set as text" },
		{ &t_double, "", 0, -EINVAL, "a float cannot be set as text" },
	};

	CHECK_PARSES(table);
}

/* Parts that are not named stay, also what no text could set. */
TEST(parse_leaves_the_other_members)
{
	struct value_place place = place_of(t_limits, "");
	unsigned char bytes[8] = { 1, 2, 3, 4, 5, 6, 7, 8 };
	char why[64];

	CHECK(!value_parse(btf, &place, NULL, "{.burst=0}", bytes, why, sizeof(why)));
	CHECK_TEXT(hex(bytes, 8), "0102030400000708");
	CHECK(value_parse(btf, &place, NULL, "{.rate=9,.burst=x}", bytes, why, sizeof(why)));
	CHECK_TEXT(hex(bytes, 8), "0102030400000708");
	CHECK(value_parse(btf, &place, NULL, "{.rate=9,.burst=x}", bytes, NULL, 0) == -EINVAL);

	place = place_of(t_ports, "");
	CHECK(!value_parse(btf, &place, NULL, "0x102", bytes, why, sizeof(why)));
	CHECK_TEXT(hex(bytes, 8), "0201000000000000");

	place = place_of(t_verdict, "");
	bytes[0] = 77;
	bytes[1] = bytes[2] = bytes[3] = 0;
	CHECK(!value_parse(btf, &place, NULL, "77", bytes, why, sizeof(why)));
	CHECK(value_parse(btf, &place, NULL, "78", bytes, why, sizeof(why)) == -EINVAL);
}

/* Neither the bytes around a place nor the bits around a bit-field. */
TEST(parse_writes_within_its_place)
{
	static const struct { const char *path, *text, *expected; } table[] = {
		{ ".b", "0", "07ffffffffffffff" },
		{ ".c", "0", "ff0000000000ffff" },
		{ ".v", "DROP", "fffffffffffffdff" },
		{ ".on", "off", "fffffffffffffbff" },
	};
	char why[64];

	for (size_t i = 0; i < sizeof(table) / sizeof(*table); i++) {
		struct value_place place = place_of(t_bits, table[i].path);
		unsigned char bytes[8];

		memset(bytes, 0xff, sizeof(bytes));
		CHECK(place.offset + place.size <= sizeof(bytes));
		CHECK(!value_parse(btf, &place, NULL, table[i].text, bytes + place.offset, why,
				   sizeof(why)));
		CHECK_TEXT(hex(bytes, 8), table[i].expected);
	}
}

/* A reason fits any buffer, and any text ends. */
TEST(parse_survives_long_text)
{
	static const char pieces[] = "{,}\"'.=|-0 [\\(x";
	char *text = malloc(1 << 20), why[32];
	const int *const ids[] = {
		&t_u8, &t_bool, &t_flags, &t_text, &t_texts, &t_ports, &t_cube, &t_nest, &t_list,
	};

	for (size_t i = 0; i < sizeof(ids) / sizeof(*ids); i++) {
		struct value_place place = place_of(*ids[i], "");

		for (size_t j = 0; j < sizeof(pieces) - 1; j++) {
			unsigned char bytes[ROOM] = { 0 };

			memset(text, pieces[j], (1 << 20) - 1);
			text[(1 << 20) - 1] = '\0';
			memset(why, 0, sizeof(why));
			(void)value_parse(btf, &place, NULL, text, bytes, why, sizeof(why));
			CHECK(strnlen(why, sizeof(why)) < sizeof(why));
		}
	}
	free(text);
}

/*
 * Bytes to text and JSON
 */

struct write {
	const int *id;
	const char *bytes;	/* hex; the rest is zero */
	const char *text;
	const char *json;	/* NULL: as the text */
};

static void unhex(const char *text, unsigned char *bytes)
{
	for (; *text; text += 2, bytes++) {
		unsigned int byte;

		CHECK(sscanf(text, "%2x", &byte) == 1);
		*bytes = byte;
	}
}

static void check_write(const struct write *w)
{
	struct value_place place = place_of(*w->id, "");
	unsigned char bytes[ROOM] = { 0 };
	char *text, *json;

	unhex(w->bytes, bytes);
	text = value_text(btf, &place, bytes);
	json = value_json(btf, &place, bytes);
	CHECK_TEXT(text, w->text);
	CHECK_TEXT(json, w->json ? w->json : w->text);
	free(text);
	free(json);
}

TEST(text_and_json_of_everything)
{
	static const struct write table[] = {
		{ &t_u8, "ff", "255", 0 },
		{ &t_s8, "80", "-128", 0 },
		{ &t_s64, "0000000000000080", "-9223372036854775808", 0 },
		{ &t_u64, "ffffffffffffffff", "18446744073709551615", 0 },
		{ &t_u128, "ffffffffffffffffffffffffffffffff",
		  "340282366920938463463374607431768211455", 0 },
		{ &t_s128, "00000000000000000000000000000080",
		  "-170141183460469231731687303715884105728", 0 },
		{ &t_bool, "01", "on", "true" },
		{ &t_bool, "00", "off", "false" },
		{ &t_bool, "05", "on", "true" },
		{ &t_char, "41", "'A'", "65" },
		{ &t_char, "27", "'\\''", "39" },
		{ &t_char, "5c", "'\\\\'", "92" },
		{ &t_char, "ff", "-1", 0 },
		{ &t_char, "0a", "10", 0 },
		{ &t_verdict, "01000000", "VERDICT_DROP", "\"VERDICT_DROP\"" },
		{ &t_verdict, "02000000", "2", 0 },
		{ &t_mode, "ffffffff", "MODE_NONE", "\"MODE_NONE\"" },
		{ &t_mode, "feffffff", "-2", 0 },
		{ &t_old, "ffffffff", "OLD_NONE", "\"OLD_NONE\"" },
		{ &t_one, "c8", "ONLY_ONE", "\"ONLY_ONE\"" },
		{ &t_big, "0000000000000080", "BIG_LOW", "\"BIG_LOW\"" },
		{ &t_empty, "07000000", "7", 0 },
		{ &t_flags, "09000000", "F_READ|F_RUN", "\"F_READ|F_RUN\"" },
		{ &t_flags, "00000000", "0", 0 },
		{ &t_flags, "0f000000", "15", 0 },
		{ &t_pointer, "efbeadde00000000", "0xdeadbeef", "\"0xdeadbeef\"" },
		{ &t_pointer, "", "0x0", "\"0x0\"" },
		{ &t_float, "0000c03f", "1.5", 0 },
		{ &t_double, "000000000000f03f", "1", 0 },
		{ &t_double, "000000000000f07f", "inf", "null" },
		{ &t_text, "68690a", "\"hi\\n\"", "\"hi\\n\"" },
		{ &t_text, "68692222", "hi\"\"", "\"hi\\\"\\\"\"" },
		{ &t_text, "226869", "\"\\\"hi\"", "\"\\\"hi\"" },
		{ &t_text, "6869", "hi", "\"hi\"" },
		{ &t_text, "206869", "\" hi\"", "\" hi\"" },
		{ &t_text, "685c69", "h\\i", "\"h\\\\i\"" },
		{ &t_text, "1b5b41", "\"\\x1b[A\"", "\"\\u001b[A\"" },
		{ &t_text, "c3a9ff", "\"\xc3\xa9\\xff\"", "\"\xc3\xa9\\u00ff\"" },
		{ &t_text, "c3a9", "\xc3\xa9", "\"\xc3\xa9\"" },
		{ &t_text, "c3", "\"\\xc3\"", "\"\\u00c3\"" },
		{ &t_text, "eda080", "\"\\xed\\xa0\\x80\"", "\"\\u00ed\\u00a0\\u0080\"" },
		{ &t_text, "c0af", "\"\\xc0\\xaf\"", "\"\\u00c0\\u00af\"" },
		{ &t_text, "e280ae", "\"\\xe2\\x80\\xae\"", "\"\xe2\x80\xae\"" },
		{ &t_text, "f09f9880", "\xf0\x9f\x98\x80", "\"\xf0\x9f\x98\x80\"" },
		{ &t_text, "31323334353637383930313233343536", "123456789012345",
		  "\"1234567890123456\"" },
		{ &t_text, "", "", "\"\"" },
		{ &t_texts, "61000000622c", "\"a\",\"b,\",\"\"", "[\"a\",\"b,\",\"\"]" },
		{ &t_ports, "010002000300", "1,2,3,0", "[1,2,3,0]" },
		{ &t_grid, "010200ff", "{1,2,0},{-1,0,0}", "[[1,2,0],[-1,0,0]]" },
		{ &t_cube, "0102030405060708", "{{1,2},{3,4}},{{5,6},{7,8}}",
		  "[[[1,2],[3,4]],[[5,6],[7,8]]]" },
		{ &t_limits, "050000000900012c", "{.rate=5,.burst=9,.hard=on,.tag=','}",
		  "{\"rate\":5,\"burst\":9,\"hard\":true,\"tag\":44}" },
		{ &t_pair, "01000200", "{.both=131073}", "{\"both\":131073}" },
		{ &t_nest, "0100000000000000020003004142",
		  "{.id=1,.a=2,.b=3,.name=\"AB\",.limits={{.rate=0,.burst=0,.hard=off,.tag=0},"
		  "{.rate=0,.burst=0,.hard=off,.tag=0}},.verdict=VERDICT_PASS,.open=\"\"}",
		  "{\"id\":1,\"a\":2,\"b\":3,\"name\":\"AB\",\"limits\":[{\"rate\":0,\"burst\":0,"
		  "\"hard\":false,\"tag\":0},{\"rate\":0,\"burst\":0,\"hard\":false,\"tag\":0}],"
		  "\"verdict\":\"VERDICT_PASS\",\"open\":\"\"}" },
		{ &t_bits, "87ffffffffff0700",
		  "{.a=7,.b=-16,.c=1099511627775,.v=VERDICT_RST,.on=on}",
		  "{\"a\":7,\"b\":-16,\"c\":1099511627775,\"v\":\"VERDICT_RST\",\"on\":true}" },
		{ &t_oldbits, "01f80000", "{.low=1,.high=31}", "{\"low\":1,\"high\":31}" },
		{ &t_strange, "0003", "{.ok=3}", "{\"ok\":3}" },
		{ &t_short, "000000000008", "{.low=0,.end=0,.n=N_2}",
		  "{\"low\":0,\"end\":0,\"n\":\"N_2\"}" },
	};

	for (size_t i = 0; i < sizeof(table) / sizeof(*table); i++)
		check_write(&table[i]);
}

/* A pseudo-random sequence: the same in every run. */
static uint64_t next_random(uint64_t *state)
{
	*state ^= *state << 13;
	*state ^= *state >> 7;
	*state ^= *state << 17;
	return *state;
}

static void check_round_trip(int id, const unsigned char *bytes)
{
	struct value_place place = place_of(id, "");
	unsigned char copy[ROOM];
	char *text = value_text(btf, &place, bytes), *again, why[256] = "";

	memcpy(copy, bytes, place.size);
	if (value_parse(btf, &place, NULL, text, copy, why, sizeof(why))) {
		printf("# \"%s\": %s\n", text, why);
		exit(1);
	}
	again = value_text(btf, &place, copy);
	CHECK_TEXT(again, text);
	free(text);
	free(again);
}

TEST(parse_takes_back_every_text)
{
	int nr = btf__type_cnt(btf);
	uint64_t state = 88172645463325252ull;

	for (int id = 1; id < nr; id++) {
		if (!value_size(btf, id) || id == t_strange)
			continue;
		for (int i = 0; i < 3000; i++) {
			unsigned char bytes[ROOM];

			for (size_t j = 0; j < 64; j++)
				bytes[j] = next_random(&state) >> (i & 31) & (i % 3 ? 0xff : 0x7f);
			check_round_trip(id, bytes);
		}
	}
}

/*
 * Paths
 */

TEST(find_follows_paths)
{
	static const struct { const int *id; const char *path; uint32_t offset, size, bit, bits; }
	table[] = {
		{ &t_u8, "", 0, 1, 0, 0 },
		{ &t_limits, "", 0, 8, 0, 0 },
		{ &t_limits, ".burst", 4, 2, 0, 0 },
		{ &t_list, "[1]", 8, 8, 0, 0 },
		{ &t_list, "[1].burst", 12, 2, 0, 0 },
		{ &t_list, "[0x1].tag", 15, 1, 0, 0 },
		{ &t_grid, "[1][2]", 5, 1, 0, 0 },
		{ &t_texts, "[2]", 8, 4, 0, 0 },
		{ &t_nest, ".ab", 8, 4, 0, 0 },
		{ &t_nest, ".b", 10, 2, 0, 0 },
		{ &t_nest, ".limits[1].rate", 28, 4, 0, 0 },
		{ &t_nest, ".verdict", 36, 4, 0, 0 },
		{ &t_nest, ".open", 40, 0, 0, 0 },
		{ &t_pair, ".half[1]", 2, 2, 0, 0 },
		{ &t_bits, ".b", 0, 4, 3, 5 },
		{ &t_bits, ".c", 0, 8, 8, 40 },
		{ &t_packed, ".y", 1, 4, 2, 30 },
		{ &t_short, ".end", 4, 2, 0, 10 },
		{ &t_oldbits, ".high", 0, 4, 11, 5 },
	};

	for (size_t i = 0; i < sizeof(table) / sizeof(*table); i++) {
		struct value_place place = place_of(*table[i].id, table[i].path);

		CHECK(place.offset == table[i].offset && place.size == table[i].size);
		CHECK(place.bit_offset == table[i].bit && place.bit_size == table[i].bits);
	}
}

TEST(find_refuses_what_is_not_there)
{
	static const struct { const int *id; const char *path; int err; const char *why; }
	table[] = {
		{ &t_limits, ".a..b", -ENOENT, "it has no member `a`" },
		{ &t_limits, ".rate..b", -EINVAL, "a name has to follow the . in a path" },
		{ &t_limits, ".", -EINVAL, "a name has to follow the . in a path" },
		{ &t_limits, "rate", -EINVAL, "`rate` is not a path: .member or [number]" },
		{ &t_limits, ".rate.x", -EINVAL, "it has no members, so no .x" },
		{ &t_limits, ".rate ", -EINVAL, "` ` is not a path: .member or [number]" },
		{ &t_limits, "[0]", -EINVAL, "it has no elements, so no [0]" },
		{ &t_limits, ".rat", -ENOENT, "it has no member `rat`" },
		{ &t_limits, ".rates", -ENOENT, "it has no member `rates`" },
		{ &t_list, "[", -EINVAL, "a number and ] have to follow the [ in a path" },
		{ &t_list, "[]", -EINVAL, "a number and ] have to follow the [ in a path" },
		{ &t_list, "[1", -EINVAL, "a number and ] have to follow the [ in a path" },
		{ &t_list, "[-1]", -EINVAL, "a number and ] have to follow the [ in a path" },
		{ &t_list, "[+1]", -EINVAL, "a number and ] have to follow the [ in a path" },
		{ &t_list, "[ 1]", -EINVAL, "a number and ] have to follow the [ in a path" },
		{ &t_list, "[1]x", -EINVAL, "`x` is not a path: .member or [number]" },
		{ &t_list, "[2]", -ERANGE, "[2] is beyond its 2 elements" },
		{ &t_list, "[4294967296]", -ERANGE, "[4294967296] is beyond its 2 elements" },
		{ &t_list, "[99999999999999999999]", -ERANGE,
		  "[99999999999999999999] is beyond its 2 elements" },
		{ &t_list, "[340282366920938463463374607431768211456]", -ERANGE,
		  "[340282366920938463463374607431768211456] is beyond its 2 elements" },
		{ &t_text, "[1]", -EINVAL, "it has no elements, so no [1]" },
		{ &t_strange, ".beyond", -ENOENT, "it has no member `beyond`" },
		{ &t_short, ".beyond", -ENOENT, "it has no member `beyond`" },
		{ &t_fwd, "", -EINVAL, "its type has no value" },
		{ &t_proto, "", -EINVAL, "its type has no value" },
		{ &t_func, "", -EINVAL, "its type has no value" },
		{ &t_none, "", -EINVAL, "its type has no value" },
		{ &t_huge, "[1]", -EINVAL, "it is larger than 1048576 bytes" },
	};

	for (size_t i = 0; i < sizeof(table) / sizeof(*table); i++) {
		struct value_place place = { .offset = 77 };
		char why[128] = "";

		CHECK_TEXT((value_find(btf, *table[i].id, table[i].path, &place, why, sizeof(why)),
			    why), table[i].why);
		CHECK(value_find(btf, *table[i].id, table[i].path, &place, NULL, 0) ==
		      table[i].err);
		CHECK(place.offset == 77);
	}
	CHECK(value_find(btf, 1 << 30, "", &(struct value_place){ 0 }, NULL, 0) == -EINVAL);
}

/*
 * Types and ranges as text
 */

static void check_spelled(int id, const char *expected)
{
	_cleanup_free_ char *text = value_type_text(btf, id);

	CHECK_TEXT(text, expected);
}

TEST(types_are_spelled_as_in_c)
{
	static const struct { const int *id; const char *text; uint32_t size; } table[] = {
		{ &t_u32, "u32", 4 }, { &t_u8, "u8", 1 }, { &t_s32, "int", 4 },
		{ &t_u128, "unsigned __int128", 16 }, { &t_bool, "bool", 1 },
		{ &t_text, "char[16]", 16 }, { &t_ports, "u16[4]", 8 }, { &t_grid, "s8[2][3]", 6 },
		{ &t_limits, "struct limits", 8 }, { &t_list, "struct limits[2]", 16 },
		{ &t_pair, "union pair", 4 }, { &t_verdict, "enum verdict", 4 },
		{ &t_one, "enum {...}", 1 }, { &t_big, "enum big", 8 },
		{ &t_pointer, "struct limits *", 8 }, { &t_array_pointer, "u16 (*)[4]", 8 },
		{ &t_funcs, "void (*[2])()", 16 }, { &t_fwd, "struct later", 0 },
		{ &t_proto, "void ()", 0 }, { &t_none, "void", 0 }, { &t_func, "fn", 0 },
		{ &t_float, "float", 4 }, { &t_huge, "u8[4294967295][4294967295]", 0 },
	};
	int id = btf__add_const(btf, btf__add_volatile(btf, t_u32));

	for (size_t i = 0; i < sizeof(table) / sizeof(*table); i++) {
		check_spelled(*table[i].id, table[i].text);
		CHECK(value_size(btf, *table[i].id) == table[i].size);
	}
	check_spelled(id, "u32");
	check_spelled(btf__add_ptr(btf, id), "u32 *");
	check_spelled(1 << 30, "?");
	CHECK(value_size(btf, id) == 4);
	CHECK(!value_size(btf, 1 << 30));
}

TEST(ranges_are_said)
{
	static const struct { const int *id; const char *range, *text; } table[] = {
		{ &t_u32, "1..1000", "1..1000" },
		{ &t_u32, "-5..1000", "0..1000" },
		{ &t_u32, 0, "0..4294967295" },
		{ &t_s8, 0, "-128..127" },
		{ &t_u8, "1..1000", "1..255" },
		{ &t_char, 0, "-128..127" },
		{ &t_bool, 0, "on|off" },
		{ &t_verdict, 0, "PASS|DROP|RST" },
		{ &t_one, 0, "ONE" },
		{ &t_empty, 0, "nothing" },
		{ &t_text, 0, "at most 15 bytes" },
		{ &t_ports, "1..9", "at most 4 of 1..9" },
		{ &t_grid, 0, "at most 2 of at most 3 of -128..127" },
		{ &t_texts, 0, "at most 3 of at most 3 bytes" },
		{ &t_limits, 0, "{.rate,.burst,.hard,.tag}" },
		{ &t_pointer, 0, "nothing" },
		{ &t_fwd, 0, "nothing" },
	};

	for (size_t i = 0; i < sizeof(table) / sizeof(*table); i++) {
		_cleanup_free_ char *text = value_range_text(btf, *table[i].id,
							     range_of(table[i].range));

		CHECK_TEXT(text, table[i].text);
	}
}

TEST(long_lists_are_cut)
{
	int many = btf__add_enum(btf, "many", 4), wide;
	_cleanup_free_ char *names = NULL, *members = NULL;
	char name[16];

	for (int i = 0; i < 1000; i++) {
		sprintf(name, "MANY_%c%d", 'A' + i % 26, i);
		CHECK(!btf__add_enum_value(btf, name, i));
	}
	wide = structure("wide", 1000);
	for (int i = 0; i < 1000; i++) {
		sprintf(name, "m%d", i);
		field(name, t_u8, i * 8);
	}
	names = value_range_text(btf, many, NULL);
	members = value_range_text(btf, wide, NULL);
	CHECK(!strncmp(names, "A0|B1|C2|", 9) && strlen(names) < 120);
	CHECK_TEXT(names + strlen(names) - 4, "|...");
	CHECK(!strncmp(members, "{.m0,.m1,", 9) && strlen(members) < 120);
	CHECK_TEXT(members + strlen(members) - 5, ",...}");
}

TEST(ranges_are_read_as_c_writes_them)
{
	static const struct { const char *text; bool negative; int64_t lowest; uint64_t highest; }
	table[] = {
		{ "1..1000", false, 1, 1000 },
		{ "-5..(0x10U)", true, -5, 16 },
		{ " ( -(5) ) .. ( 010ull ) ", true, -5, 8 },
		{ "0..18446744073709551615UL", false, 0, UINT64_MAX },
		{ "(-9223372036854775808)..9223372036854775807LL", true, INT64_MIN, INT64_MAX },
		{ "-10..-5", true, -10, -5 },
		{ "'a'..'z'", false, 'a', 'z' },
		{ "0b1..0B11", false, 1, 3 },
		{ "-0..0", false, 0, 0 },
		{ "-(-5)..5", false, 5, 5 },
	};
	static const char *const bad[] = {
		"", "1", "1..", "..1", "1...2", "1..2..3", "2..1", "1..x", "1..2x", "(1..2", "1)..2",
		"((1)..2", "0x..2", "08..9", "a..b", "1 2..3", "-1..9223372036854775808",
		"0..18446744073709551616", "-9223372036854775809..0", "1.5..2", "1..2 3",
		"((((((((((((((((((((1))))))))))))))))))))..2",
		"99999999999999999999999999999999999999999..5",
	};
	struct value_range range;

	for (size_t i = 0; i < sizeof(table) / sizeof(*table); i++) {
		CHECK(!value_range_parse(table[i].text, &range));
		CHECK(range.set && range.negative == table[i].negative);
		CHECK(range.lowest == table[i].lowest && range.highest == table[i].highest);
	}
	memset(&range, 0x55, sizeof(range));
	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
		CHECK(value_range_parse(bad[i], &range) == -EINVAL);
		CHECK(range.highest == 0x5555555555555555);
	}
}

/*
 * Hostile types
 */

/* Everything that can be asked of a type ends, and soon. */
static void check_survives(int id)
{
	unsigned char *bytes = calloc(1, 1 << 20);
	struct value_place place;
	char why[64];

	free(value_type_text(btf, id));
	free(value_range_text(btf, id, NULL));
	if (!value_find(btf, id, ".nothing", &place, why, sizeof(why)))
		exit(1);
	if (!value_find(btf, id, "", &place, why, sizeof(why))) {
		char *text = value_text(btf, &place, bytes);

		CHECK(text);
		(void)value_parse(btf, &place, NULL, text, bytes, why, sizeof(why));
		free(text);
		free(value_json(btf, &place, bytes));
	}
	free(bytes);
}

TEST(types_of_any_depth_end)
{
	int typedefs = t_u8, arrays = t_u8, structs = t_u8;
	_cleanup_free_ char *text = NULL;

	for (int i = 0; i < 1000; i++)
		typedefs = btf__add_typedef(btf, "again", typedefs);
	check_survives(typedefs);
	CHECK(!value_size(btf, typedefs));
	for (int i = 0; i < 1000; i++)
		arrays = array(arrays, 1);
	check_survives(arrays);
	CHECK(!value_size(btf, arrays));
	for (int i = 0; i < 1000; i++) {
		int id = structure("deep", 1);

		field("next", structs, 0);
		structs = id;
	}
	check_survives(structs);
	text = value_json(btf, &(struct value_place){ .type_id = structs, .size = 1 }, "");
	CHECK(strstr(text, "null"));
}

/* Members that overlap: 40 levels with 50 each would be 50^40 values. */
TEST(types_that_overlap_end)
{
	int named = t_u8, nameless = structure(NULL, 4);

	field("x", t_u8, 0);
	for (int i = 0; i < 40; i++) {
		int next = structure("wide", 4);

		for (int j = 0; j < 50; j++) {
			char name[8];

			sprintf(name, "m%d", j);
			field(name, named, 0);
		}
		named = next;
		next = structure(NULL, 4);
		for (int j = 0; j < 50; j++)
			field("", nameless, 0);
		nameless = next;
	}
	check_survives(named);
	check_survives(nameless);
}

/* Names that are not C's: an enumerator without one is a number, a member is not shown. */
TEST(names_are_not_trusted)
{
	static char endless[100000];
	int id = btf__add_enum(btf, "e", 4), holder;
	unsigned char bytes[4] = { 0 };
	struct value_place place;
	_cleanup_free_ char *text = NULL;
	char why[128];

	memset(endless, 'x', sizeof(endless) - 1);
	CHECK(!btf__add_enum_value(btf, "a|b\033[2J", 1));
	CHECK(!btf__add_enum_value(btf, endless, 2));
	CHECK(!btf__add_enum_value(btf, "7", 3));
	place = place_of(id, "");
	CHECK(value_parse(btf, &place, NULL, "7", bytes, why, sizeof(why)) == -EINVAL);
	CHECK_TEXT(why, "`7` is unknown, nothing is allowed");
	CHECK(!value_parse(btf, &place, NULL, "1", bytes, why, sizeof(why)) && bytes[0] == 1);

	holder = structure("holder", 4);
	field("a=1,.b", t_u8, 0);
	field(endless, t_u8, 8);
	field("c", t_u8, 16);
	place = place_of(holder, "");
	text = value_text(btf, &place, bytes);
	CHECK_TEXT(text, "{.c=0}");
}

TEST(types_without_a_size_end)
{
	int nothing = structure("nothing", 0), many = array(nothing, -1), holder;
	_cleanup_free_ char *text = NULL;

	check_survives(nothing);
	check_survives(many);
	text = value_text(btf, &(struct value_place){ .type_id = many }, "");
	CHECK_TEXT(text, "");
	check_survives(array(array(t_u8, 0), -1));
	check_survives(array(array(t_u8, -1), 0));
	check_survives(array(t_fwd, 3));
	check_survives(array(0, 3));
	holder = structure("holder", 0);
	field("a", many, 0);
	field("b", nothing, 0);
	check_survives(holder);
	check_survives(structure("large", 1 << 30));
	check_survives(array(t_u8, 1 << 20));
	check_survives(array(t_verdict, 1 << 18));
}
