// SPDX-License-Identifier: GPL-2.0-only
/* Layouts compared by BTF, with the difference in words. */
#include <bpf/btf.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "value/layout.h"
#include "value/value.h"

#define DEPTH_MAX	32

/* A comparison on its way down: where it is, and what it found. */
struct compare {
	const struct btf *before;
	const struct btf *after;
	char path[128];
	char *why;
	size_t why_len;
	int depth;
};

static bool differ(struct compare *c, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));

static bool differ(struct compare *c, const char *fmt, ...)
{
	int len = snprintf(c->why, c->why_len, "%s%s", c->path, c->path[0] ? " " : "");
	va_list args;

	va_start(args, fmt);
	if ((size_t)len < c->why_len)
		(void)vsnprintf(c->why + len, c->why_len - len, fmt, args);
	va_end(args);
	return false;
}

static uint32_t skip(const struct btf *btf, uint32_t id)
{
	const struct btf_type *t = btf__type_by_id(btf, id);

	while (t && (btf_is_mod(t) || btf_is_typedef(t) || btf_kind(t) == BTF_KIND_TYPE_TAG)) {
		id = t->type;
		t = btf__type_by_id(btf, id);
	}
	return id;
}

static bool was_is(struct compare *c, uint32_t a, uint32_t b)
{
	char *was = value_type_text(c->before, a), *is = value_type_text(c->after, b);

	(void)differ(c, "was %s, is %s", was ?: "?", is ?: "?");
	free(was);
	free(is);
	return false;
}

static bool same_type(struct compare *c, uint32_t a, uint32_t b);

static bool same_member(struct compare *c, const struct btf_type *ta, const struct btf_type *tb,
			int i)
{
	const struct btf_member *ma = &btf_members(ta)[i], *mb = &btf_members(tb)[i];
	const char *na = btf__name_by_offset(c->before, ma->name_off);
	const char *nb = btf__name_by_offset(c->after, mb->name_off);
	size_t len = strlen(c->path);
	bool same;

	if (strcmp(na, nb))
		return differ(c, "has member %s where %s was", nb, na);
	snprintf(c->path + len, sizeof(c->path) - len, "%s%s", len ? "." : "", na);
	if (btf_member_bit_offset(ta, i) != btf_member_bit_offset(tb, i) ||
	    btf_member_bitfield_size(ta, i) != btf_member_bitfield_size(tb, i))
		same = differ(c, "was at bit %u, is at bit %u", btf_member_bit_offset(ta, i),
			      btf_member_bit_offset(tb, i));
	else
		same = same_type(c, ma->type, mb->type);
	c->path[len] = '\0';
	return same;
}

static bool same_members(struct compare *c, const struct btf_type *ta, const struct btf_type *tb)
{
	int nr_a = btf_vlen(ta), nr_b = btf_vlen(tb);

	for (int i = 0; i < nr_a && i < nr_b; i++)
		if (!same_member(c, ta, tb, i))
			return false;
	if (nr_a < nr_b)
		return differ(c, "has a new member %s",
			      btf__name_by_offset(c->after, btf_members(tb)[nr_a].name_off));
	if (nr_a > nr_b)
		return differ(c, "has lost its member %s",
			      btf__name_by_offset(c->before, btf_members(ta)[nr_b].name_off));
	return ta->size == tb->size ? true : differ(c, "had %u bytes, has %u", ta->size, tb->size);
}

static bool same_within(struct compare *c, uint32_t a, uint32_t b)
{
	const struct btf_type *ta = btf__type_by_id(c->before, skip(c->before, a));
	const struct btf_type *tb = btf__type_by_id(c->after, skip(c->after, b));

	if (!ta || !tb || btf_kind(ta) != btf_kind(tb))
		return ta == tb || was_is(c, a, b);
	switch (btf_kind(ta)) {
	case BTF_KIND_INT:
		return ta->size == tb->size && btf_int_encoding(ta) == btf_int_encoding(tb) &&
		       btf_int_bits(ta) == btf_int_bits(tb) ? true : was_is(c, a, b);
	case BTF_KIND_ARRAY:
		return btf_array(ta)->nelems == btf_array(tb)->nelems ?
		       same_type(c, btf_array(ta)->type, btf_array(tb)->type) : was_is(c, a, b);
	case BTF_KIND_STRUCT:
	case BTF_KIND_UNION:
		return same_members(c, ta, tb);
	case BTF_KIND_ENUM:
	case BTF_KIND_ENUM64:
	case BTF_KIND_FLOAT:
		return ta->size == tb->size ? true : was_is(c, a, b);
	default:
		return true;	/* pointers are as good as their size */
	}
}

static bool same_type(struct compare *c, uint32_t a, uint32_t b)
{
	bool same;

	if (c->depth == DEPTH_MAX)
		return differ(c, "is nested too deeply to be compared");
	c->depth++;
	same = same_within(c, a, b);
	c->depth--;
	return same;
}

bool layout_same_type(const struct btf *before, uint32_t before_id, const struct btf *after,
		      uint32_t after_id, char *why, size_t why_len)
{
	struct compare c = { .before = before, .after = after, .why = why, .why_len = why_len };

	return same_type(&c, before_id, after_id);
}

uint32_t layout_section(const struct btf *btf, const char *section)
{
	int id = btf__find_by_name_kind(btf, section, BTF_KIND_DATASEC);

	return id > 0 ? id : 0;
}

uint32_t layout_variable(const struct btf *btf, const char *section, const char *variable)
{
	const struct btf_type *sec = btf__type_by_id(btf, layout_section(btf, section));

	for (int i = 0; sec && btf_is_datasec(sec) && i < btf_vlen(sec); i++) {
		uint32_t id = btf_var_secinfos(sec)[i].type;
		const struct btf_type *var = btf__type_by_id(btf, id);

		if (var && !strcmp(btf__name_by_offset(btf, var->name_off), variable))
			return id;
	}
	return 0;
}

/* __uint(name, number) is a pointer to an array of that many. */
static const struct btf_type *pointee(const struct btf *btf, uint32_t id, uint32_t *out)
{
	const struct btf_type *t = btf__type_by_id(btf, skip(btf, id));

	if (!t || !btf_is_ptr(t))
		return NULL;
	*out = t->type;
	return btf__type_by_id(btf, skip(btf, t->type));
}

/* A member of a map's definition. */
static bool same_attribute(struct compare *c, const struct btf_member *a,
			   const struct btf_member *b, const char *name)
{
	const struct btf_type *ta, *tb;
	uint32_t ida = 0, idb = 0;

	ta = pointee(c->before, a->type, &ida);
	tb = pointee(c->after, b->type, &idb);
	if (!ta || !tb)
		return ta == tb;
	if (strcmp(name, "key") && strcmp(name, "value") && btf_is_array(ta) && btf_is_array(tb))
		return btf_array(ta)->nelems == btf_array(tb)->nelems ? true :
		       differ(c, "%s was %u, is %u", name, btf_array(ta)->nelems,
			      btf_array(tb)->nelems);
	snprintf(c->path, sizeof(c->path), "%s", name);
	return same_type(c, ida, idb);
}

static const struct btf_member *member_of(const struct btf *btf, const struct btf_type *t,
					  const char *name)
{
	for (int i = 0; i < btf_vlen(t); i++)
		if (!strcmp(btf__name_by_offset(btf, btf_members(t)[i].name_off), name))
			return &btf_members(t)[i];
	return NULL;
}

static bool same_definition(struct compare *c, uint32_t a, uint32_t b)
{
	const struct btf_type *ta = btf__type_by_id(c->before, a), *tb;

	ta = btf__type_by_id(c->before, skip(c->before, ta->type));
	tb = btf__type_by_id(c->after, b);
	tb = btf__type_by_id(c->after, skip(c->after, tb->type));
	if (!ta || !tb || !btf_is_struct(ta) || !btf_is_struct(tb))
		return differ(c, "has no definition that can be compared");
	for (int i = 0; i < btf_vlen(ta); i++) {
		const struct btf_member *m = &btf_members(ta)[i], *other;
		const char *name = btf__name_by_offset(c->before, m->name_off);

		other = member_of(c->after, tb, name);
		if (!other)
			return differ(c, "has lost its %s", name);
		if (!same_attribute(c, m, other, name))
			return false;
	}
	return btf_vlen(ta) == btf_vlen(tb) ? true : differ(c, "has another kind of definition");
}

static bool same_section(struct compare *c, uint32_t a, uint32_t b)
{
	const struct btf_type *ta = btf__type_by_id(c->before, a);
	const struct btf_type *tb = btf__type_by_id(c->after, b);

	for (int i = 0; i < btf_vlen(ta) && i < btf_vlen(tb); i++) {
		const struct btf_var_secinfo *va = &btf_var_secinfos(ta)[i];
		const struct btf_var_secinfo *vb = &btf_var_secinfos(tb)[i];
		const struct btf_type *was = btf__type_by_id(c->before, va->type);
		const struct btf_type *is = btf__type_by_id(c->after, vb->type);
		const char *name = btf__name_by_offset(c->before, was->name_off);
		const char *now = btf__name_by_offset(c->after, is->name_off);

		if (strcmp(name, now))
			return differ(c, "has variable %s where %s was", now, name);
		snprintf(c->path, sizeof(c->path), "%s", name);
		if (va->offset != vb->offset)
			return differ(c, "was at byte %u, is at %u", va->offset, vb->offset);
		if (!same_type(c, was->type, is->type))
			return false;
		c->path[0] = '\0';
	}
	return btf_vlen(ta) == btf_vlen(tb) ? true :
	       differ(c, "had %u variables, has %u", btf_vlen(ta), btf_vlen(tb));
}

bool layout_same_map(const struct btf *before, const struct btf *after, const char *map,
		     char *why, size_t why_len)
{
	struct compare c = { .before = before, .after = after, .why = why, .why_len = why_len };
	uint32_t a = layout_variable(before, ".maps", map);
	uint32_t b = layout_variable(after, ".maps", map);

	if (a && b)
		return same_definition(&c, a, b);
	a = layout_section(before, map);
	b = layout_section(after, map);
	if (a && b)
		return same_section(&c, a, b);
	return differ(&c, "is not in both");
}
