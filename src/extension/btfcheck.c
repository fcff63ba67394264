// SPDX-License-Identifier: GPL-2.0-only
/* Is a .BTF section what its readers take on trust? In time linear in its size. */
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include <bpf/btf.h>

#include "base/cleanup.h"
#include "base/why.h"
#include "extension/elfcheck.h"

#define TYPES_MAX	0xfffff		/* as the kernel */
#define NAME_MAX_LEN	511		/* as the kernel */
#define DEPTH_MAX	64		/* of types within types */
#define WEIGHT_MAX	(1u << 20)	/* members, with those of members */
#define ON_PATH		255
#define NO_SIZE		UINT64_MAX

/* What is known of a type once it has been walked. */
struct seen {
	uint8_t value;		/* depth of what it contains; 0: not yet walked */
	uint8_t chain;		/* depth of what it refers to, up to structures */
	bool placed;		/* a section has it */
	uint32_t weight;
	uint64_t size;
};

struct check {
	struct why why;
	const char *types;
	uint32_t types_len;
	const char *strings;
	uint32_t strings_len;
	uint32_t nr;		/* types, void included */
	uint32_t *at;		/* offsets in types, by id */
	struct seen *seen;
};

static const struct btf_type *type_of(const struct check *c, uint32_t id)
{
	return (const struct btf_type *)(c->types + c->at[id]);
}

/* Void has no bytes in the file. */
static unsigned int kind_of(const struct check *c, uint32_t id)
{
	return id ? btf_kind(type_of(c, id)) : BTF_KIND_UNKN;
}

static bool is_section(const struct check *c, const struct btf_type *t, const char *name)
{
	return !strcmp(c->strings + t->name_off, name);
}

static int check_header(struct check *c, const char *btf, size_t len)
{
	struct btf_header h;

	if (len < sizeof(h))
		return bad(&c->why, ".BTF is cut short: %zu bytes, its header takes %zu", len,
			   sizeof(h));
	memcpy(&h, btf, sizeof(h));
	if (h.magic == __builtin_bswap16(BTF_MAGIC))
		return bad(&c->why, ".BTF is big-endian: it was built for another machine");
	if (h.magic != BTF_MAGIC)
		return bad(&c->why, ".BTF begins with 0x%04x, not with 0x%04x", h.magic, BTF_MAGIC);
	if (h.version != BTF_VERSION || h.flags)
		return bad(&c->why, ".BTF has version %u, flags 0x%x; this library knows version 1",
			   h.version, h.flags);
	if (h.hdr_len < sizeof(h) || h.hdr_len > len || h.hdr_len % 4)
		return bad(&c->why, ".BTF has a header of %u bytes", h.hdr_len);

	len -= h.hdr_len;
	if ((uint64_t)h.str_off + h.str_len > len)
		return bad(&c->why, ".BTF is cut short: its texts end at %llu, the section at %zu",
			   (unsigned long long)h.str_off + h.str_len, len);
	if ((uint64_t)h.type_off + h.type_len > h.str_off || h.type_off % 4 || h.type_len % 4)
		return bad(&c->why, ".BTF has types at %u, %u bytes, which is no place for them",
			   h.type_off, h.type_len);

	c->types = btf + h.hdr_len + h.type_off;
	c->types_len = h.type_len;
	c->strings = btf + h.hdr_len + h.str_off;
	c->strings_len = h.str_len;
	if (!h.str_len || c->strings[0] || c->strings[h.str_len - 1])
		return bad(&c->why, ".BTF has texts without an end");
	return 0;
}

long btf_tail_len(const struct btf_type *t)
{
	long vlen = btf_vlen(t);

	switch (btf_kind(t)) {
	case BTF_KIND_PTR:
	case BTF_KIND_FWD:
	case BTF_KIND_TYPEDEF:
	case BTF_KIND_VOLATILE:
	case BTF_KIND_CONST:
	case BTF_KIND_RESTRICT:
	case BTF_KIND_FUNC:
	case BTF_KIND_FLOAT:
	case BTF_KIND_TYPE_TAG:
		return 0;
	case BTF_KIND_INT:
		return sizeof(__u32);
	case BTF_KIND_ARRAY:
		return sizeof(struct btf_array);
	case BTF_KIND_STRUCT:
	case BTF_KIND_UNION:
		return vlen * sizeof(struct btf_member);
	case BTF_KIND_ENUM:
		return vlen * sizeof(struct btf_enum);
	case BTF_KIND_ENUM64:
		return vlen * sizeof(struct btf_enum64);
	case BTF_KIND_FUNC_PROTO:
		return vlen * sizeof(struct btf_param);
	case BTF_KIND_VAR:
		return sizeof(struct btf_var);
	case BTF_KIND_DATASEC:
		return vlen * sizeof(struct btf_var_secinfo);
	case BTF_KIND_DECL_TAG:
		return sizeof(struct btf_decl_tag);
	default:
		return -1;
	}
}

/* Find where each type begins. */
static int index_types(struct check *c)
{
	uint32_t at = 0;

	c->nr = 1;
	while (at < c->types_len) {
		const struct btf_type *t = (const struct btf_type *)(c->types + at);
		long tail;

		if (c->nr > TYPES_MAX)
			return bad(&c->why, ".BTF has more than %u types", TYPES_MAX);
		if (c->types_len - at < sizeof(*t))
			return bad(&c->why, ".BTF type %u is cut short", c->nr);
		tail = btf_tail_len(t);
		if (tail < 0 || t->info & 0x60ff0000)
			return bad(&c->why, ".BTF type %u is of unknown kind %u", c->nr,
				   btf_kind(t));
		if ((size_t)tail > c->types_len - at - sizeof(*t))
			return bad(&c->why, ".BTF type %u is cut short", c->nr);
		c->at[c->nr++] = at;
		at += sizeof(*t) + tail;
	}
	return 0;
}

/*
 * Names: letters, digits and a few signs; what compilers for other languages than
 * C add is let through, what would confuse a terminal is not.
 */
static int check_name(const struct check *c, uint32_t id, uint32_t off, bool needed)
{
	const char *name = c->strings + off;
	size_t len;

	if (off >= c->strings_len)
		return bad(&c->why, ".BTF type %u has its name at %u, the texts end at %u", id, off,
			   c->strings_len);
	len = strnlen(name, NAME_MAX_LEN + 1);
	if (len > NAME_MAX_LEN)
		return bad(&c->why, ".BTF type %u has a name of more than %u bytes", id,
			   NAME_MAX_LEN);
	if (needed && !len)
		return bad(&c->why, ".BTF type %u has no name", id);
	for (size_t i = 0; i < len; i++)
		if (name[i] < ' ' || name[i] > '~')
			return bad(&c->why, ".BTF type %u has byte 0x%02x in its name", id,
				   (unsigned char)name[i]);
	return 0;
}

/* A type that something can be of; void only where @or_void. */
static int check_ref(const struct check *c, uint32_t id, uint32_t ref, bool or_void)
{
	if (ref >= c->nr)
		return bad(&c->why, ".BTF type %u refers to type %u of %u", id, ref, c->nr - 1);
	switch (kind_of(c, ref)) {
	case BTF_KIND_UNKN:
		if (or_void)
			return 0;
		break;
	case BTF_KIND_FUNC:
	case BTF_KIND_VAR:
	case BTF_KIND_DATASEC:
	case BTF_KIND_DECL_TAG:
		break;
	default:
		return 0;
	}
	return bad(&c->why, ".BTF type %u refers to type %u, which nothing can be of", id, ref);
}

static int check_int(const struct check *c, uint32_t id, const struct btf_type *t)
{
	unsigned int encoding = btf_int_encoding(t), bits = btf_int_bits(t);

	if (!t->size || t->size > 16 || t->size & (t->size - 1) || !bits ||
	    bits + btf_int_offset(t) > t->size * 8 || encoding & (encoding - 1) ||
	    encoding > BTF_INT_BOOL || *(const __u32 *)(t + 1) & 0xf000ff00)
		return bad(&c->why, ".BTF type %u is an integer of %u bits in %u bytes", id, bits,
			   t->size);
	return 0;
}

static int check_enum(const struct check *c, uint32_t id, const struct btf_type *t)
{
	bool is64 = btf_kind(t) == BTF_KIND_ENUM64;
	int err = 0;

	if (!t->size || t->size > 8 || t->size & (t->size - 1))
		return bad(&c->why, ".BTF type %u is an enum of %u bytes", id, t->size);
	for (unsigned int i = 0; i < btf_vlen(t) && !err; i++)
		err = check_name(c, id, is64 ? btf_enum64(t)[i].name_off : btf_enum(t)[i].name_off,
				 true);
	return err;
}

static int check_members(const struct check *c, uint32_t id, const struct btf_type *t)
{
	int err = 0;

	for (unsigned int i = 0; i < btf_vlen(t) && !err; i++) {
		err = check_name(c, id, btf_members(t)[i].name_off, false);
		err = err ?: check_ref(c, id, btf_members(t)[i].type, false);
	}
	return err;
}

/* Only the last parameter may be void: it stands for "...". */
static int check_params(const struct check *c, uint32_t id, const struct btf_type *t)
{
	unsigned int nr = btf_vlen(t);
	int err = check_ref(c, id, t->type, true);

	for (unsigned int i = 0; i < nr && !err; i++) {
		err = check_name(c, id, btf_params(t)[i].name_off, false);
		err = err ?: check_ref(c, id, btf_params(t)[i].type, i == nr - 1);
	}
	return err;
}

static int check_func(const struct check *c, uint32_t id, const struct btf_type *t)
{
	if (t->type >= c->nr || kind_of(c, t->type) != BTF_KIND_FUNC_PROTO)
		return bad(&c->why, ".BTF type %u is a function without parameters", id);
	if (btf_vlen(t) > BTF_FUNC_EXTERN)
		return bad(&c->why, ".BTF type %u is a function of linkage %u", id, btf_vlen(t));
	return 0;
}

static int check_var(const struct check *c, uint32_t id, const struct btf_type *t)
{
	if (btf_var(t)->linkage > BTF_VAR_GLOBAL_EXTERN)
		return bad(&c->why, ".BTF type %u is a variable of linkage %u", id,
			   btf_var(t)->linkage);
	return check_ref(c, id, t->type, btf_var(t)->linkage == BTF_VAR_GLOBAL_EXTERN);
}

/* Compilers leave sizes and offsets zero for linkers and loaders to fill in. */
static int check_section(const struct check *c, uint32_t id, const struct btf_type *t)
{
	bool has_funcs = is_section(c, t, ".ksyms");
	const struct btf_var_secinfo *var = btf_var_secinfos(t);

	for (unsigned int i = 0; i < btf_vlen(t); i++, var++) {
		unsigned int kind = var->type < c->nr ? kind_of(c, var->type) : BTF_KIND_UNKN;

		if (kind != BTF_KIND_VAR && !(has_funcs && kind == BTF_KIND_FUNC))
			return bad(&c->why, ".BTF type %u: section %s has type %u for a variable",
				   id, c->strings + t->name_off, var->type);
		/* libbpf puts one variable in place of each function of .ksyms. */
		if (c->seen[var->type].placed && !has_funcs)
			return bad(&c->why, ".BTF type %u: variable %u is in two places", id,
				   var->type);
		if (t->size && (uint64_t)var->offset + var->size > t->size)
			return bad(&c->why, ".BTF type %u: section %s ends at %u, a variable at %llu",
				   id, c->strings + t->name_off, t->size,
				   (unsigned long long)var->offset + var->size);
		c->seen[var->type].placed = true;
	}
	return 0;
}

/* What a tag's component is counted in. */
static unsigned int components_of(const struct check *c, const struct btf_type *t)
{
	switch (btf_kind(t)) {
	case BTF_KIND_STRUCT:
	case BTF_KIND_UNION:
		return btf_vlen(t);
	case BTF_KIND_FUNC:
		if (t->type < c->nr && kind_of(c, t->type) == BTF_KIND_FUNC_PROTO)
			return btf_vlen(type_of(c, t->type));
		return 0;
	default:
		return 0;
	}
}

static int check_tag(const struct check *c, uint32_t id, const struct btf_type *t)
{
	int component = btf_decl_tag(t)->component_idx;

	if (t->name_off >= c->strings_len || !c->strings[t->name_off])
		return bad(&c->why, ".BTF type %u is a tag without text", id);
	switch (t->type < c->nr ? kind_of(c, t->type) : BTF_KIND_UNKN) {
	case BTF_KIND_STRUCT:
	case BTF_KIND_UNION:
	case BTF_KIND_VAR:
	case BTF_KIND_FUNC:
	case BTF_KIND_TYPEDEF:
		break;
	default:
		return bad(&c->why, ".BTF type %u is a tag of type %u, which takes none", id,
			   t->type);
	}
	if (component < -1 ||
	    (component >= 0 &&
	     (unsigned int)component >= components_of(c, type_of(c, t->type))))
		return bad(&c->why, ".BTF type %u is a tag of component %d of type %u", id,
			   component, t->type);
	return 0;
}

static int check_array(const struct check *c, uint32_t id, const struct btf_type *t)
{
	const struct btf_array *array = btf_array(t);

	return check_ref(c, id, array->type, false) ?:
	       check_ref(c, id, array->index_type, false);
}

/* What a type says, as far as it can be seen from the type alone. */
static int check_content(const struct check *c, uint32_t id, const struct btf_type *t)
{
	switch (btf_kind(t)) {
	case BTF_KIND_INT:
		return check_int(c, id, t);
	case BTF_KIND_FLOAT:
		if (t->size > 16 || t->size % 2 || !t->size)
			return bad(&c->why, ".BTF type %u is a float of %u bytes", id, t->size);
		return 0;
	case BTF_KIND_ENUM:
	case BTF_KIND_ENUM64:
		return check_enum(c, id, t);
	case BTF_KIND_ARRAY:
		return check_array(c, id, t);
	case BTF_KIND_STRUCT:
	case BTF_KIND_UNION:
		return check_members(c, id, t);
	case BTF_KIND_FUNC_PROTO:
		return check_params(c, id, t);
	case BTF_KIND_FUNC:
		return check_func(c, id, t);
	case BTF_KIND_VAR:
		return check_var(c, id, t);
	case BTF_KIND_DATASEC:
		return check_section(c, id, t);
	case BTF_KIND_FWD:
		return 0;
	default:
		return check_ref(c, id, t->type, true);
	}
}

static int check_type(const struct check *c, uint32_t id)
{
	const struct btf_type *t = type_of(c, id);
	unsigned int kind = btf_kind(t);
	bool named = kind == BTF_KIND_TYPEDEF || kind == BTF_KIND_FUNC || kind == BTF_KIND_VAR ||
		     kind == BTF_KIND_DATASEC || kind == BTF_KIND_FWD;
	int err;

	if (kind == BTF_KIND_DECL_TAG)
		return check_tag(c, id, t);
	err = check_name(c, id, t->name_off, named);
	/* Variables of a section are looked for by its name, among all types. */
	if (!err && kind != BTF_KIND_DATASEC && kind != BTF_KIND_TYPE_TAG &&
	    c->strings[t->name_off] == '.')
		return bad(&c->why, ".BTF type %u has the name of a section", id);
	return err ?: check_content(c, id, t);
}

static int walk_value(struct check *c, uint32_t id, unsigned int depth);

static int member_fits(struct check *c, uint32_t id, const struct btf_type *t, unsigned int i)
{
	uint64_t bits = btf_member_bitfield_size(t, i), size;
	uint64_t at = btf_member_bit_offset(t, i);

	size = c->seen[btf_members(t)[i].type].size;
	if (size == NO_SIZE)
		return bad(&c->why, ".BTF type %u: member %u is of a type without a size", id, i);
	if (bits > size * 8 || at + (bits ?: size * 8) > (uint64_t)t->size * 8)
		return bad(&c->why, ".BTF type %u: member %u ends at bit %llu, the type at %llu", id,
			   i, (unsigned long long)(at + (bits ?: size * 8)),
			   (unsigned long long)t->size * 8);
	return 0;
}

/* Walk what @id contains, one step: @inner is a part of it. */
static int walk_part(struct check *c, uint32_t id, uint32_t inner, unsigned int depth)
{
	struct seen *seen = &c->seen[id], *part = &c->seen[inner];
	int err;

	err = walk_value(c, inner, depth + 1);
	if (err)
		return err;
	if (part->value >= DEPTH_MAX)
		return bad(&c->why, ".BTF type %u is nested more than %u deep", id, DEPTH_MAX);
	if (part->weight > WEIGHT_MAX - seen->weight)
		return bad(&c->why, ".BTF type %u has more than %u members", id, WEIGHT_MAX);
	seen->weight += part->weight;
	return part->value + 1;
}

static int walk_members(struct check *c, uint32_t id, unsigned int depth)
{
	const struct btf_type *t = type_of(c, id);
	int height = 1;

	c->seen[id].size = t->size;
	for (unsigned int i = 0; i < btf_vlen(t); i++) {
		int h = walk_part(c, id, btf_members(t)[i].type, depth);
		int err = h < 0 ? h : member_fits(c, id, t, i);

		if (err)
			return err;
		height = h > height ? h : height;
	}
	return height;
}

static int walk_array(struct check *c, uint32_t id, unsigned int depth)
{
	const struct btf_array *array = btf_array(type_of(c, id));
	int height = walk_part(c, id, array->type, depth);
	uint64_t size;

	if (height < 0)
		return height;
	size = c->seen[array->type].size;
	if (size == NO_SIZE)
		return bad(&c->why, ".BTF type %u is an array of a type without a size", id);
	if (array->nelems && size > UINT32_MAX / array->nelems)
		return bad(&c->why, ".BTF type %u is an array of more than 4 GiB", id);
	c->seen[id].size = size * array->nelems;
	return height;
}

/* Another name for the same bytes. */
static int walk_alias(struct check *c, uint32_t id, unsigned int depth)
{
	uint32_t inner = type_of(c, id)->type;
	int height = walk_part(c, id, inner, depth);

	c->seen[id].size = c->seen[inner].size;
	return height;
}

/* The depth of a type; or a negative errno. */
static int walk_kind(struct check *c, uint32_t id, unsigned int depth)
{
	struct seen *seen = &c->seen[id];

	switch (kind_of(c, id)) {
	case BTF_KIND_STRUCT:
	case BTF_KIND_UNION:
		return walk_members(c, id, depth);
	case BTF_KIND_ARRAY:
		return walk_array(c, id, depth);
	case BTF_KIND_TYPEDEF:
	case BTF_KIND_VOLATILE:
	case BTF_KIND_CONST:
	case BTF_KIND_RESTRICT:
	case BTF_KIND_TYPE_TAG:
	case BTF_KIND_VAR:
		return walk_alias(c, id, depth);
	case BTF_KIND_INT:
	case BTF_KIND_FLOAT:
	case BTF_KIND_ENUM:
	case BTF_KIND_ENUM64:
		seen->size = type_of(c, id)->size;
		return 1;
	case BTF_KIND_PTR:
		seen->size = 8;
		return 1;
	default:
		seen->size = NO_SIZE;
		return 1;
	}
}

/* Each type is walked once: what is inside of it, without going through pointers. */
static int walk_value(struct check *c, uint32_t id, unsigned int depth)
{
	struct seen *seen = &c->seen[id];
	int height;

	if (seen->value == ON_PATH)
		return bad(&c->why, ".BTF type %u contains itself", id);
	if (seen->value)
		return 0;
	if (depth > DEPTH_MAX)
		return bad(&c->why, ".BTF type %u is nested more than %u deep", id, DEPTH_MAX);
	seen->value = ON_PATH;
	seen->weight = 1;
	height = walk_kind(c, id, depth);
	if (height < 0)
		return height;
	seen->value = height;
	return 0;
}

static int walk_chain(struct check *c, uint32_t id, unsigned int depth);

static int walk_link(struct check *c, uint32_t id, uint32_t next, unsigned int depth, int height)
{
	int err = walk_chain(c, next, depth + 1);

	if (err)
		return err;
	if (c->seen[next].chain >= DEPTH_MAX)
		return bad(&c->why, ".BTF type %u refers to more than %u types in a row", id,
			   DEPTH_MAX);
	return c->seen[next].chain >= height ? c->seen[next].chain + 1 : height;
}

/* The types that a type is spelled with; a structure is spelled by its name. */
static int walk_links(struct check *c, uint32_t id, unsigned int depth)
{
	const struct btf_type *t;
	int height = 1;

	switch (kind_of(c, id)) {
	case BTF_KIND_PTR:
	case BTF_KIND_TYPEDEF:
	case BTF_KIND_VOLATILE:
	case BTF_KIND_CONST:
	case BTF_KIND_RESTRICT:
	case BTF_KIND_TYPE_TAG:
		return walk_link(c, id, type_of(c, id)->type, depth, 1);
	case BTF_KIND_ARRAY:
		return walk_link(c, id, btf_array(type_of(c, id))->type, depth, 1);
	case BTF_KIND_FUNC_PROTO:
		t = type_of(c, id);
		height = walk_link(c, id, t->type, depth, 1);
		for (unsigned int i = 0; i < btf_vlen(t) && height > 0; i++)
			height = walk_link(c, id, btf_params(t)[i].type, depth, height);
		return height;
	default:
		return 1;
	}
}

/*
 * In C a type comes back to itself through a structure only. Readers that spell
 * a type would not end otherwise.
 */
static int walk_chain(struct check *c, uint32_t id, unsigned int depth)
{
	struct seen *seen = &c->seen[id];
	int height;

	if (seen->chain == ON_PATH)
		return bad(&c->why, ".BTF type %u refers to itself", id);
	if (seen->chain)
		return 0;
	if (depth > DEPTH_MAX)
		return bad(&c->why, ".BTF type %u refers to more than %u types in a row", id,
			   DEPTH_MAX);
	seen->chain = ON_PATH;
	height = walk_links(c, id, depth);
	if (height < 0)
		return height;
	seen->chain = height;
	return 0;
}

/* Variables fit into what their section has for them. */
static int check_vars(struct check *c, uint32_t id)
{
	const struct btf_type *t = type_of(c, id);
	const struct btf_var_secinfo *var = btf_var_secinfos(t);

	if (btf_kind(t) != BTF_KIND_DATASEC || is_section(c, t, ".ksyms"))
		return 0;
	for (unsigned int i = 0; i < btf_vlen(t); i++, var++)
		if (c->seen[var->type].size > var->size)
			return bad(&c->why,
				   ".BTF type %u: section %s has %u bytes for variable %s, too few",
				   id, c->strings + t->name_off, var->size,
				   c->strings + type_of(c, var->type)->name_off);
	return 0;
}

static int check_types(struct check *c)
{
	int err = 0;

	for (uint32_t id = 1; id < c->nr && !err; id++)
		err = check_type(c, id);
	for (uint32_t id = 0; id < c->nr && !err; id++) {
		err = walk_value(c, id, 1);
		err = err ?: walk_chain(c, id, 1);
	}
	for (uint32_t id = 1; id < c->nr && !err; id++)
		err = check_vars(c, id);
	return err;
}

int btf_check(const void *btf, size_t len, char *why, size_t why_len)
{
	struct check c = { .why = { why, why_len } };
	_cleanup_free_ uint32_t *at = NULL;
	_cleanup_free_ struct seen *seen = NULL;
	_cleanup_free_ char *copy = malloc(len + 1);	/* aligned */
	int err;

	if (!copy)
		return out_of_memory(&c.why);
	if (len)
		memcpy(copy, btf, len);
	err = check_header(&c, copy, len);
	if (err)
		return err;

	c.at = at = calloc(c.types_len / sizeof(struct btf_type) + 2, sizeof(*at));
	if (!at)
		return out_of_memory(&c.why);
	err = index_types(&c);
	if (err)
		return err;

	c.seen = seen = calloc(c.nr, sizeof(*seen));
	if (!seen)
		return out_of_memory(&c.why);
	return check_types(&c);
}
