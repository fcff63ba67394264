// SPDX-License-Identifier: GPL-2.0-only
/*
 * Fuzzes values by their BTF type. The first byte says what: a text, bytes or JSON for
 * one of fixed types, which have to come back; a range; or types made from the input,
 * which no question may crash or hold up.
 */
#define _GNU_SOURCE 1

#include <stdio.h>
#include <string.h>

#include <bpf/btf.h>

#include "../../src/base/cleanup.h"
#include "../../src/value/value.h"

#define ROOM		(1 << 12)
#define TYPES_MAX	48
#define HOSTILE_ROOM	(1 << 20)
#define ASKED_ROOM	(1 << 12)	/* more takes long, and tells no more */

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

static struct btf *fixed;
static int first, nr_fixed;

#define MUST(condition)								\
	do {									\
		if (!(condition)) {						\
			fprintf(stderr, "%s:%d: %s\n", __FILE__, __LINE__, #condition);	\
			__builtin_trap();					\
		}								\
	} while (0)

struct input {
	const uint8_t *at;
	size_t len;
};

static unsigned int next(struct input *in)
{
	if (!in->len)
		return 0;
	in->len--;
	return *in->at++;
}

/* The rest as text. */
static char *rest(const struct input *in)
{
	char *text = malloc(in->len + 1);

	MUST(text);
	memcpy(text, in->at, in->len);
	text[in->len] = '\0';
	return text;
}

/*
 * Fixed types: whatever bytes they have, their text is taken back
 */

static void make_scalars(void)
{
	static const struct { const char *name; int size, encoding; } ints[] = {
		{ "unsigned char", 1, 0 }, { "signed char", 1, BTF_INT_SIGNED },
		{ "unsigned short", 2, 0 }, { "int", 4, BTF_INT_SIGNED },
		{ "unsigned long", 8, 0 }, { "long", 8, BTF_INT_SIGNED },
		{ "unsigned __int128", 16, 0 }, { "__int128", 16, BTF_INT_SIGNED },
		{ "_Bool", 1, BTF_INT_BOOL }, { "char", 1, BTF_INT_SIGNED },
	};
	static const char *const names[] = { "V_PASS", "V_DROP", "V_RST", "V_ERROR" };
	static const int plain[] = { 0, 1, 3, -1 }, flags[] = { 1, 2, 8, 64 };
	int id;

	for (size_t i = 0; i < sizeof(ints) / sizeof(*ints); i++)
		btf__add_int(fixed, ints[i].name, ints[i].size, ints[i].encoding);
	btf__add_enum(fixed, "plain", 4);
	for (int i = 0; i < 4; i++)
		btf__add_enum_value(fixed, names[i], plain[i]);
	btf__add_enum(fixed, "flags", 1);
	for (int i = 0; i < 4; i++)
		btf__add_enum_value(fixed, names[i], flags[i]);
	id = btf__add_enum64(fixed, "big", 8, true);
	btf__add_enum64_value(fixed, "BIG_ONE", 1ull << 40);
	btf__add_enum64_value(fixed, "BIG_TWO", -3);
	btf__add_ptr(fixed, id);
	btf__add_float(fixed, "float", 4);
	btf__add_float(fixed, "double", 8);
}

static void make_lists(void)
{
	int nr = btf__type_cnt(fixed);

	for (int id = 1; id < nr; id++) {
		int row = btf__add_array(fixed, 1, id, 3);
		int grid = btf__add_array(fixed, 1, row, 2);

		btf__add_array(fixed, 1, grid, 2);
	}
}

/* A structure of everything so far, a union, and both in each other. */
static void make_structs(void)
{
	int nr = btf__type_cnt(fixed), offset = 0, all, pair, outer;
	char name[8];

	all = btf__add_struct(fixed, "all", 0);
	for (int id = 1; id < nr; id++) {
		sprintf(name, "m%d", id);
		btf__add_field(fixed, name, id, offset * 8, 0);
		offset += value_size(fixed, id);
	}
	((struct btf_type *)btf__type_by_id(fixed, all))->size = offset;

	pair = btf__add_union(fixed, NULL, 8);
	btf__add_field(fixed, "one", 4, 0, 0);
	btf__add_field(fixed, "two", 5, 0, 0);
	outer = btf__add_struct(fixed, "bits", 24);
	btf__add_field(fixed, "a", 3, 0, 3);
	btf__add_field(fixed, "b", 4, 3, 30);
	btf__add_field(fixed, "c", 6, 33, 60);
	btf__add_field(fixed, "v", 11, 93, 3);
	btf__add_field(fixed, "on", 9, 96, 1);
	btf__add_field(fixed, "f", 12, 97, 7);
	btf__add_field(fixed, "", pair, 128, 0);
	btf__add_array(fixed, 1, outer, 3);
}

static void make_fixed(void)
{
	fixed = btf__new_empty();
	MUST(fixed);
	make_scalars();
	make_lists();
	make_structs();
	first = 1;
	nr_fixed = btf__type_cnt(fixed) - first;
}

static bool is_utf8_json(const char *json)
{
	int depth = 0;
	bool quoted = false;

	for (const char *c = json; *c; c++) {
		if ((unsigned char)*c < ' ')
			return false;
		if (quoted && *c == '\\')
			MUST(*++c);
		else if (*c == '"')
			quoted = !quoted;
		else if (!quoted && strchr("{[", *c))
			depth++;
		else if (!quoted && strchr("}]", *c))
			depth--;
	}
	return !quoted && !depth;
}

/* The text of any bytes is taken back, and then is the same. */
static void check_round_trip(const struct value_place *place, const uint8_t *bytes)
{
	_cleanup_free_ char *text = value_text(fixed, place, bytes), *again = NULL, *json = NULL;
	uint8_t copy[ROOM];
	char why[128] = "";
	int err;

	MUST(text && place->size <= ROOM);
	memcpy(copy, bytes, place->size);
	err = value_parse(fixed, place, NULL, text, copy, why, sizeof(why));
	if (err)
		fprintf(stderr, "%s: %s\n", text, why);
	MUST(!err);
	again = value_text(fixed, place, copy);
	MUST(again);
	if (strcmp(again, text))
		fprintf(stderr, "%s\n%s\n", text, again);
	MUST(!strcmp(again, text));
	json = value_json(fixed, place, copy);
	MUST(json && is_utf8_json(json));
}

/* What follows the path: bytes of the old value, then a text. */
static void fuzz_text(struct input *in)
{
	int id = first + next(in) % nr_fixed;
	unsigned int path_len = next(in) % 24, seed = next(in);
	struct input path = { in->at, path_len < in->len ? path_len : in->len };
	_cleanup_free_ char *path_text = rest(&path), *text = NULL;
	uint8_t bytes[ROOM], before[ROOM];
	struct value_range range = { .set = seed & 1, .lowest = 3, .highest = seed };
	struct value_place place;
	char why[64] = "";

	in->at += path.len;
	in->len -= path.len;
	if (value_find(fixed, id, path_text, &place, why, sizeof(why))) {
		MUST(why[0]);
		MUST(!value_find(fixed, id, "", &place, why, sizeof(why)));
	}
	MUST((uint64_t)place.offset + place.size <= value_size(fixed, id));
	text = rest(in);
	memset(bytes, seed, sizeof(bytes));
	memcpy(before, bytes, sizeof(bytes));
	if (value_parse(fixed, &place, &range, text, bytes, why, sizeof(why))) {
		MUST(why[0]);
		MUST(!memcmp(bytes, before, sizeof(bytes)));
		return;
	}
	MUST(!memcmp(bytes + place.size, before + place.size, sizeof(bytes) - place.size));
	check_round_trip(&place, bytes);
}

static void fuzz_bytes(struct input *in)
{
	int id = first + next(in) % nr_fixed;
	uint8_t bytes[ROOM] = { 0 };
	struct value_place place;
	char why[64];

	MUST(!value_find(fixed, id, "", &place, why, sizeof(why)));
	memcpy(bytes, in->at, in->len < ROOM ? in->len : ROOM);
	check_round_trip(&place, bytes);
}

/* JSON that is taken is given back as JSON that is taken, for the same. */
static void fuzz_json(struct input *in)
{
	int id = first + next(in) % nr_fixed;
	_cleanup_free_ char *text = rest(in), *json = NULL, *again = NULL;
	uint8_t bytes[ROOM] = { 0 }, copy[ROOM] = { 0 };
	struct value_place place;
	char why[300] = "";

	MUST(!value_find(fixed, id, "", &place, why, sizeof(why)));
	MUST(place.size <= ROOM);
	if (value_from_json(fixed, id, text, bytes, why, sizeof(why))) {
		MUST(why[0]);
		MUST(!memcmp(bytes, copy, sizeof(bytes)));
		return;
	}
	MUST(!memcmp(bytes + place.size, copy + place.size, sizeof(bytes) - place.size));
	json = value_json(fixed, &place, bytes);
	MUST(json);
	if (value_from_json(fixed, id, json, copy, why, sizeof(why))) {
		fprintf(stderr, "%s: %s\n", json, why);
		MUST(false);
	}
	again = value_json(fixed, &place, copy);
	MUST(again && !strcmp(json, again));
}

static void fuzz_range(struct input *in)
{
	_cleanup_free_ char *text = rest(in), *said = NULL;
	struct value_range range = { 0 };

	if (value_range_parse(text, &range))
		return;
	MUST(range.set && range.negative == (range.lowest < 0 && range.negative));
	MUST(range.negative ? range.lowest <= (int64_t)range.highest :
			      (uint64_t)range.lowest <= range.highest);
	said = value_range_text(fixed, 5, &range);
	MUST(said);
}

/*
 * Types made from the input: well-formed references, hostile in everything else
 */

static void add_members(struct btf *btf, struct input *in, int nr_types)
{
	static const char *const names[] = { "a", "b", "", "c", "dd", "" };
	int id = btf__type_cnt(btf) - 1;
	unsigned int nr = next(in) % 8;

	for (unsigned int i = 0; i < nr; i++) {
		int type = next(in) % nr_types, offset = next(in), bits = next(in);
		struct btf_type *holder;

		if (btf__add_field(btf, names[next(in) % 6], type, offset & 7 ? 0 : offset,
				   bits & 1 ? bits / 2 : 0))
			continue;
		holder = (struct btf_type *)btf__type_by_id(btf, id);
		btf_members(holder)[btf_vlen(holder) - 1].offset ^= offset & 7;
	}
}

static void add_enumerators(struct btf *btf, struct input *in, bool wide)
{
	static const char *const names[] = { "P_A", "P_B", "P_", "P_1", "Q", "a b" };
	unsigned int nr = next(in) % 8;

	for (unsigned int i = 0; i < nr; i++) {
		const char *name = names[next(in) % 6];
		unsigned long long value = (signed char)next(in);

		if (wide)
			btf__add_enum64_value(btf, name, value << next(in) % 64);
		else
			btf__add_enum_value(btf, name, value);
	}
}

static void add_int(struct btf *btf, struct input *in)
{
	int id = btf__add_int(btf, next(in) & 1 ? "char" : "int", 1 << next(in) % 5,
			      next(in) & 7);

	if (id > 0 && next(in) & 1)
		((__u32 *)(btf__type_by_id(btf, id) + 1))[0] = next(in) << 16 | next(in);
}

static void add_type(struct btf *btf, struct input *in)
{
	static const unsigned int counts[] = { 0, 1, 2, 3, 7, 300, 1u << 31, -1u };
	int nr = btf__type_cnt(btf), other = next(in) % nr;

	switch (next(in) % 14) {
	case 0:
		return add_int(btf, in);
	case 1:
		btf__add_enum(btf, "e", 1 << next(in) % 4);
		return add_enumerators(btf, in, false);
	case 2:
		btf__add_enum64(btf, "e", 1 << next(in) % 4, next(in) & 1);
		return add_enumerators(btf, in, true);
	case 3:
		btf__add_union(btf, "u", next(in));
		return add_members(btf, in, nr);
	case 4:
	case 5:
	case 6:
		btf__add_struct(btf, "s", next(in));
		return add_members(btf, in, nr);
	case 7:
		btf__add_ptr(btf, other);
		return;
	case 8:
		btf__add_typedef(btf, "t", other);
		return;
	case 9:
		btf__add_const(btf, other);
		return;
	case 10:
		btf__add_fwd(btf, "f", BTF_FWD_UNION);
		return;
	case 11:
		btf__add_float(btf, "float", 1 << next(in) % 5);
		return;
	case 12:
		btf__add_func_proto(btf, other);
		return;
	default:
		btf__add_array(btf, 1, other, counts[next(in) % 8]);
	}
}

static void ask(const struct btf *btf, int id, const char *text)
{
	_cleanup_free_ char *spelled = value_type_text(btf, id);
	_cleanup_free_ char *allowed = value_range_text(btf, id, NULL), *said = NULL, *json = NULL;
	_cleanup_free_ uint8_t *bytes = NULL;
	struct value_place place;
	char why[32];

	MUST(spelled && allowed);
	if (value_find(btf, id, text, &place, why, sizeof(why)) &&
	    value_find(btf, id, "", &place, why, sizeof(why)))
		return;
	MUST((uint64_t)place.offset + place.size <= HOSTILE_ROOM);
	if (place.size > ASKED_ROOM)
		return;
	bytes = calloc(1, place.size + 1);
	MUST(bytes);
	for (uint32_t i = 0; i < place.size && i < 64; i++)
		bytes[i] = 37 * i;
	said = value_text(btf, &place, bytes);
	json = value_json(btf, &place, bytes);
	MUST(said && json && is_utf8_json(json));
	(void)value_parse(btf, &place, NULL, said, bytes, why, sizeof(why));
	(void)value_parse(btf, &place, NULL, text, bytes, why, sizeof(why));
	if (value_size(btf, id) > ASKED_ROOM)
		return;
	/* For all of it, not for the part that was found. */
	bytes = realloc(bytes, ASKED_ROOM);
	MUST(bytes);
	memset(bytes, 0, ASKED_ROOM);
	(void)value_from_json(btf, id, json, bytes, why, sizeof(why));
	(void)value_from_json(btf, id, text, bytes, why, sizeof(why));
}

static void fuzz_types(struct input *in)
{
	struct btf *btf = btf__new_empty();
	unsigned int nr = 1 + next(in) % TYPES_MAX;
	_cleanup_free_ char *text = NULL;
	int last;

	MUST(btf && btf__add_int(btf, "int", 4, BTF_INT_SIGNED) == 1);
	while (nr-- && in->len)
		add_type(btf, in);
	text = rest(in);
	last = btf__type_cnt(btf) - 1;
	ask(btf, last, text);
	btf__free(btf);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	static void (*const modes[])(struct input *) = {
		fuzz_text, fuzz_bytes, fuzz_range, fuzz_types, fuzz_json,
	};
	struct input in = { data, len };

	if (!fixed)
		make_fixed();
	modes[next(&in) % 5](&in);
	return 0;
}
