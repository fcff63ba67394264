// SPDX-License-Identifier: GPL-2.0-only
/* The tags that kx.bpf.h leaves in an extension's BTF, read and judged. */
#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <bpf/btf.h>

#include <kx/abi.h>

#include "base/context.h"
#include "extension/about.h"

#define PREFIX		"kx."
#define LIST_MAX	1024	/* parameters, needs, tags: more is no extension */

/* Memory that lives as long as the struct about. */
struct piece {
	struct piece *next;
	char bytes[];
};

/* Where a variable is; section 0: in none. */
struct home {
	uint32_t section;
	uint32_t offset;
	uint32_t size;
};

struct reader {
	struct kx *kx;
	const char *who;
	const struct btf *btf;
	struct home *homes;	/* by type id */
	uint32_t *params;	/* by type id: the parameter's place in the list, from 1 */
	struct about out;
};

/* One tag. */
struct tag {
	char key[16];
	const char *value;	/* clean, lives as long as the struct about */
	uint32_t id;		/* of what is tagged */
	const char *name;	/* of that */
};

static void *keep(struct reader *r, size_t len)
{
	struct piece *piece = calloc(1, sizeof(*piece) + len);

	if (!piece)
		return NULL;
	piece->next = r->out.memory;
	r->out.memory = piece;
	return piece->bytes;
}

static const char *keep_text(struct reader *r, const char *text)
{
	char *copy = keep(r, strlen(text) + 1);

	return copy ? strcpy(copy, text) : NULL;
}

static int no_memory(struct reader *r)
{
	return kx_fail(r->kx, -ENOMEM, "%s: out of memory", r->who);
}

/*
 * Room for one element more in a list; lists double, and what they grew out of is
 * given back with the rest.
 */
static void *list_add(struct reader *r, void *list, size_t *nr, size_t size)
{
	void **items = list;
	char *grown;

	if (*nr >= LIST_MAX) {
		kx_fail(r->kx, -EINVAL, "%s: it has more than %d tags of a kind", r->who, LIST_MAX);
		return NULL;
	}
	if (!(*nr & (*nr - 1))) {
		grown = keep(r, (*nr ? 2 * *nr : 1) * size);
		if (!grown) {
			no_memory(r);
			return NULL;
		}
		if (*nr)
			memcpy(grown, *items, *nr * size);
		*items = grown;
	}
	return (char *)*items + size * (*nr)++;
}

/* list_add() has set the sentence. */
static int list_err(const size_t nr)
{
	return nr >= LIST_MAX ? -EINVAL : -ENOMEM;
}

/* Bytes of the UTF-8 character at @c that a terminal may be shown; 0: it is none. */
static size_t character_len(const unsigned char *c)
{
	static const struct {
		unsigned char mask, lead;
		unsigned int least;
	} forms[] = { { 0x80, 0x00, 0x20 },
		      { 0xe0, 0xc0, 0xa0 },
		      { 0xf0, 0xe0, 0x800 },
		      { 0xf8, 0xf0, 0x10000 } };

	for (size_t i = 0; i < sizeof(forms) / sizeof(forms[0]); i++) {
		unsigned int code = c[0] & (unsigned char)~forms[i].mask;

		if ((c[0] & forms[i].mask) != forms[i].lead)
			continue;
		for (size_t j = 1; j <= i; j++) {
			if ((c[j] & 0xc0) != 0x80)
				return 0;
			code = code << 6 | (c[j] & 0x3f);
		}
		if (code < forms[i].least || code == 0x7f || code > 0x10ffff ||
		    (code >= 0xd800 && code <= 0xdfff))
			return 0;
		return i + 1;
	}
	return 0;
}

/* Texts are printed: what would steer a terminal or break JSON becomes '?'. */
static void clean(char *text)
{
	unsigned char *c = (unsigned char *)text;

	while (*c) {
		size_t len = character_len(c);

		if (!len)
			*c = '?';
		c += len ?: 1;
	}
}

int name_is_valid(const char *name)
{
	size_t len = strlen(name);

	if (!len || len > KX_NAME_MAX || !isascii(name[0]) || !isalpha((unsigned char)name[0]))
		return 0;
	for (size_t i = 0; i < len; i++)
		if (!isascii(name[i]) ||
		    (!isalnum((unsigned char)name[i]) && name[i] != '_' && name[i] != '-'))
			return 0;
	return 1;
}

static const char *digits(const char **at, size_t *len)
{
	const char *begin;

	while (**at == '0')
		(*at)++;
	begin = *at;
	*len = strspn(begin, "0123456789");
	*at = begin + *len;
	if (**at == '.')
		(*at)++;
	return begin;
}

/* Numbers are compared as text, so that none is too long. */
int version_compare(const char *a, const char *b)
{
	while (*a || *b) {
		const char *from_a = a, *from_b = b;
		size_t len_a, len_b;
		const char *one = digits(&a, &len_a), *two = digits(&b, &len_b);
		int order;

		if (len_a != len_b)
			return len_a < len_b ? -1 : 1;
		order = memcmp(one, two, len_a);
		if (order)
			return order < 0 ? -1 : 1;
		/* What is no number ends both. */
		if (a == from_a && b == from_b)
			return 0;
	}
	return 0;
}

static bool version_is_valid(const char *version)
{
	const char *c = version;

	if (strlen(version) > KX_NAME_MAX)
		return false;
	for (;;) {
		size_t len = strspn(c, "0123456789");

		c += len;
		if (!len || !*c)
			return len;
		if (*c++ != '.')
			return false;
	}
}

/* Without const, volatile and the like: what the parameter is of. */
static uint32_t skip_modifiers(const struct btf *btf, uint32_t id)
{
	const struct btf_type *t = btf__type_by_id(btf, id);

	for (; btf_is_mod(t); t = btf__type_by_id(btf, id))
		id = t->type;
	return id;
}

static const struct btf_type *bare_type(const struct btf *btf, uint32_t id)
{
	const struct btf_type *t = btf__type_by_id(btf, id);

	while (btf_is_mod(t) || btf_is_typedef(t))
		t = btf__type_by_id(btf, t->type);
	return t;
}

/* btf_check() has bounded how many members there are in all. */
static bool has_pointer(const struct btf *btf, uint32_t id)
{
	const struct btf_type *t = bare_type(btf, id);

	if (btf_is_array(t))
		return has_pointer(btf, btf_array(t)->type);
	if (btf_is_composite(t)) {
		for (unsigned int i = 0; i < btf_vlen(t); i++)
			if (has_pointer(btf, btf_members(t)[i].type))
				return true;
		return false;
	}
	return btf_is_ptr(t);
}

static bool is_integer(const struct btf *btf, uint32_t id)
{
	const struct btf_type *t = bare_type(btf, id);

	return btf_is_int(t) && !(btf_int_encoding(t) & BTF_INT_BOOL);
}

static bool is_text(const struct btf *btf, uint32_t id)
{
	const struct btf_type *t = bare_type(btf, id);

	if (!btf_is_array(t))
		return false;
	t = bare_type(btf, btf_array(t)->type);
	return btf_is_int(t) && t->size == 1;
}

/*
 * Notes: variables of section ".kx"
 */

static int note_once(struct reader *r, const struct tag *tag, const char **where)
{
	if ((*where)[0])
		return kx_fail(r->kx, -EINVAL, "%s: it gives its %s twice: %s and %s", r->who,
			       tag->key, *where, tag->value);
	*where = tag->value;
	return 0;
}

static int note_name(struct reader *r, const struct tag *tag)
{
	if (!name_is_valid(tag->value))
		return kx_fail(r->kx, -EINVAL,
			       "%s: \"%s\" is no name for an extension: it takes 1..%d letters, digits, \"_\" and \"-\", a letter first",
			       r->who, tag->value, KX_NAME_MAX);
	return note_once(r, tag, &r->out.name);
}

static int note_version(struct reader *r, const struct tag *tag)
{
	if (!version_is_valid(tag->value))
		return kx_fail(r->kx, -EINVAL,
			       "%s: \"%s\" is no version: it takes numbers with dots between",
			       r->who, tag->value);
	return note_once(r, tag, &r->out.version);
}

static int note_description(struct reader *r, const struct tag *tag)
{
	return note_once(r, tag, &r->out.description);
}

static const struct kx_dependency *find_need(const struct about *about, const char *name)
{
	for (size_t i = 0; i < about->nr_needs; i++)
		if (!strcmp(about->needs[i].name, name))
			return &about->needs[i];
	return NULL;
}

static int add_need(struct reader *r, const char *name, const char *version)
{
	struct kx_dependency *need;

	need = list_add(r, &r->out.needs, &r->out.nr_needs, sizeof(*need));
	if (!need)
		return list_err(r->out.nr_needs);
	*need = (struct kx_dependency){ .name = name, .version = version };
	return 0;
}

static int note_needs(struct reader *r, const struct tag *tag)
{
	char *name = (char *)keep_text(r, tag->value), *version;

	if (!name)
		return no_memory(r);
	version = strstr(name, ">=");
	if (version) {
		*version = '\0';
		version += strlen(">=");
	}
	if (!name_is_valid(name) || (version && !version_is_valid(version)))
		return kx_fail(r->kx, -EINVAL,
			       "%s: \"%s\" is nothing it can need: it takes \"NAME\" or \"NAME>=VERSION\"",
			       r->who, tag->value);
	if (find_need(&r->out, name))
		return kx_fail(r->kx, -EINVAL, "%s: it says twice that it needs %s", r->who, name);
	return add_need(r, name, version ?: "");
}

static int note_provides(struct reader *r, const struct tag *tag)
{
	const char **name;

	if (!name_is_valid(tag->value))
		return kx_fail(r->kx, -EINVAL, "%s: \"%s\" is no name it can provide", r->who,
			       tag->value);
	for (size_t i = 0; i < r->out.nr_provides; i++)
		if (!strcmp(r->out.provides[i], tag->value))
			return kx_fail(r->kx, -EINVAL, "%s: it says twice that it provides %s",
				       r->who, tag->value);
	name = list_add(r, &r->out.provides, &r->out.nr_provides, sizeof(*name));
	if (!name)
		return list_err(r->out.nr_provides);
	*name = tag->value;
	return 0;
}

/*
 * Parameters: variables of the sections that KX_PARAM and its like name
 */

static const struct {
	const char *section;
	enum kx_param_kind kind;
} param_sections[] = {
	{ ".data.param", KX_PARAM_LIVE },
	{ ".rodata.param", KX_PARAM_LOAD },
	{ ".data.value", KX_PARAM_VALUE },
};

#define NR_PARAM_SECTIONS	(sizeof(param_sections) / sizeof(param_sections[0]))

/* What a parameter has before its tag is read; known by its address. */
static const char none[] = "";

static const char *section_name(const struct reader *r, uint32_t id)
{
	uint32_t section = r->homes[id].section;

	return section ?
		btf__name_by_offset(r->btf, btf__type_by_id(r->btf, section)->name_off) : "";
}

static int param_check(struct reader *r, const struct param *param)
{
	if (has_pointer(r->btf, param->type_id))
		return kx_fail(r->kx, -EINVAL, "%s: parameter %s has a pointer in it, nobody could set it",
			       r->who, param->name);
	if (!param->size)
		return kx_fail(r->kx, -EINVAL, "%s: parameter %s has no size, or more than 1 MiB",
			       r->who, param->name);
	if (about_param(&r->out, param->name, strlen(param->name)))
		return kx_fail(r->kx, -EINVAL, "%s: two parameters are called %s", r->who,
			       param->name);
	return 0;
}

/* A variable's first tag makes it a parameter. NULL: it is wrong, or no memory. */
static struct param *find_or_add(struct reader *r, const struct tag *tag, int *err)
{
	uint32_t type_id = skip_modifiers(r->btf, btf__type_by_id(r->btf, tag->id)->type);
	struct param param = {
		.name = tag->name, .text = none, .target = none,
		.type_id = type_id, .offset = r->homes[tag->id].offset,
		.size = value_size(r->btf, type_id),
	}, *added;

	if (r->params[tag->id])
		return &r->out.params[r->params[tag->id] - 1];
	for (size_t i = 0; i < NR_PARAM_SECTIONS; i++) {
		if (strcmp(param_sections[i].section, section_name(r, tag->id)))
			continue;
		param.section = param_sections[i].section;
		param.kind = param_sections[i].kind;
	}
	*err = param_check(r, &param);
	if (*err)
		return NULL;
	added = list_add(r, &r->out.params, &r->out.nr_params, sizeof(param));
	if (!added) {
		*err = list_err(r->out.nr_params);
		return NULL;
	}
	*added = param;
	r->params[tag->id] = r->out.nr_params;
	return added;
}

static int twice(struct reader *r, const struct tag *tag)
{
	return kx_fail(r->kx, -EINVAL, "%s: %s has the tag kx.%s twice", r->who, tag->name,
		       tag->key);
}

static int param_text(struct reader *r, const struct tag *tag)
{
	int err;
	struct param *param = find_or_add(r, tag, &err);

	if (!param)
		return err;
	if (param->text != none)
		return twice(r, tag);
	param->text = tag->value;
	return 0;
}

static int param_range(struct reader *r, const struct tag *tag)
{
	int err;
	struct param *param = find_or_add(r, tag, &err);
	struct value_range range;

	if (!param)
		return err;
	if (param->range.set)
		return twice(r, tag);
	if (!is_integer(r->btf, param->type_id))
		return kx_fail(r->kx, -EINVAL, "%s: parameter %s has a range, but is no integer",
			       r->who, param->name);
	if (value_range_parse(tag->value, &range))
		return kx_fail(r->kx, -EINVAL,
			       "%s: parameter %s: \"%s\" is no range: it takes two numbers with \"..\" between, the lowest first",
			       r->who, param->name, tag->value);
	param->range = range;
	return 0;
}

static int param_target(struct reader *r, const struct tag *tag)
{
	static const char *const targets[] = { "device", "cgroup", "path", "pid" };
	int err;
	struct param *param = find_or_add(r, tag, &err);
	bool is_pid = !strcmp(tag->value, "pid");

	if (!param)
		return err;
	if (param->target != none)
		return twice(r, tag);
	for (size_t i = 0; i < sizeof(targets) / sizeof(targets[0]); i++)
		if (!strcmp(targets[i], tag->value))
			param->target = targets[i];
	if (param->target == none)
		return kx_fail(r->kx, -EINVAL,
			       "%s: made for a newer kx: target %s of parameter %s is unknown", r->who,
			       tag->value, param->name);
	if (is_pid ? !is_integer(r->btf, param->type_id) : !is_text(r->btf, param->type_id))
		return kx_fail(r->kx, -EINVAL, "%s: parameter %s cannot name a %s: it is no %s",
			       r->who, param->name, param->target, is_pid ? "integer" : "text");
	return 0;
}

/*
 * Tags of programs and maps: kept as they are
 */

static bool is_tagged(const struct reader *r, const char *name, const char *key, const char *value)
{
	for (size_t i = 0; i < r->out.nr_tagged; i++) {
		const struct tagged *tagged = &r->out.tagged[i];

		if ((!name || !strcmp(tagged->name, name)) && !strcmp(tagged->tag, key) &&
		    (!value || !strcmp(tagged->value, value)))
			return true;
	}
	return false;
}

static int keep_tag(struct reader *r, const struct tag *tag)
{
	struct tagged *tagged;
	const char *key = keep_text(r, tag->key);

	if (!key)
		return no_memory(r);
	tagged = list_add(r, &r->out.tagged, &r->out.nr_tagged, sizeof(*tagged));
	if (!tagged)
		return list_err(r->out.nr_tagged);
	*tagged = (struct tagged){ .name = tag->name, .tag = key, .value = tag->value };
	return 0;
}

/* Several are allowed, each another one; judged when all parameters are known. */
static int func_at(struct reader *r, const struct tag *tag)
{
	if (is_tagged(r, tag->name, tag->key, tag->value))
		return twice(r, tag);
	return keep_tag(r, tag);
}

static int func_life(struct reader *r, const struct tag *tag)
{
	if (is_tagged(r, NULL, tag->key, NULL))
		return kx_fail(r->kx, -EINVAL, "%s: it has two programs for %s", r->who, tag->key);
	return keep_tag(r, tag);
}

static int map_export(struct reader *r, const struct tag *tag)
{
	if (is_tagged(r, tag->name, tag->key, NULL))
		return twice(r, tag);
	return keep_tag(r, tag);
}

/* What a channel is, and for whom; a text, so any value will do. */
static int channel_once(struct reader *r, const struct tag *tag)
{
	if (is_tagged(r, tag->name, tag->key, NULL))
		return twice(r, tag);
	return keep_tag(r, tag);
}

static int func_number(struct reader *r, const struct tag *tag)
{
	struct value_range number;
	char both[128];

	/* What may be one end of a range is an integer literal. */
	snprintf(both, sizeof(both), "%s..%s", tag->value, tag->value);
	if (strlen(tag->value) > 32 || value_range_parse(both, &number) || number.negative ||
	    number.highest > UINT32_MAX)
		return kx_fail(r->kx, -EINVAL, "%s: command %s cannot be called by \"%s\": it takes "
			       "an integer from 0 to 4294967295", r->who, tag->name, tag->value);
	for (size_t i = 0; i < r->out.nr_tagged; i++) {
		const struct tagged *other = &r->out.tagged[i];

		if (!strcmp(other->tag, tag->key) &&
		    (!strcmp(other->name, tag->name) ||
		     strtoull(other->value, NULL, 0) == number.highest))
			return kx_fail(r->kx, -EINVAL, "%s: commands %s and %s have the same number, "
				       "or one has two", r->who, other->name, tag->name);
	}
	return keep_tag(r, tag);
}

static int map_import(struct reader *r, const struct tag *tag)
{
	if (is_tagged(r, tag->name, tag->key, NULL))
		return twice(r, tag);
	if (!name_is_valid(tag->value))
		return kx_fail(r->kx, -EINVAL,
			       "%s: map %s cannot be imported from \"%s\": that is no name", r->who,
			       tag->name, tag->value);
	return keep_tag(r, tag);
}

/*
 * All tags there are: where they belong, and who takes them
 */

enum place {
	ON_NOTE,
	ON_PARAM,
	ON_MAP,
	ON_FUNC,
	ON_SHARE,
};

static const char *const place_names[] = {
	[ON_NOTE] = "a note (KX_NOTE)",
	[ON_PARAM] = "a parameter",
	[ON_MAP] = "a map",
	[ON_FUNC] = "a program",
	[ON_SHARE] = "a share",
};

static const struct kind {
	const char *key;
	enum place place;
	int (*take)(struct reader *r, const struct tag *tag);
} kinds[] = {
	{ "name", ON_NOTE, note_name },
	{ "version", ON_NOTE, note_version },
	{ "description", ON_NOTE, note_description },
	{ "needs", ON_NOTE, note_needs },
	{ "provides", ON_NOTE, note_provides },
	{ "param", ON_PARAM, param_text },
	{ "range", ON_PARAM, param_range },
	{ "target", ON_PARAM, param_target },
	{ "import", ON_MAP, map_import },
	{ "export", ON_MAP, map_export },
	{ "at", ON_FUNC, func_at },
	{ "init", ON_FUNC, func_life },
	{ "fini", ON_FUNC, func_life },
	{ "stream", ON_MAP, channel_once },
	{ "private", ON_MAP, channel_once },
	{ "command", ON_FUNC, channel_once },
	{ "number", ON_FUNC, func_number },
	{ "file", ON_FUNC, channel_once },
	{ "over", ON_FUNC, channel_once },
	{ "write", ON_FUNC, channel_once },
	{ "intake", ON_FUNC, channel_once },
	{ "door", ON_FUNC, channel_once },
	{ "share", ON_SHARE, channel_once },
};

static bool is_at(const struct reader *r, uint32_t id, enum place place)
{
	const struct btf_type *t = btf__type_by_id(r->btf, id);
	const char *section;

	if (place == ON_FUNC)
		return btf_is_func(t);
	if (!btf_is_var(t))
		return false;
	section = section_name(r, id);
	if (place == ON_NOTE)
		return !strcmp(section, ".kx");
	if (place == ON_MAP)
		return !strcmp(section, ".maps");
	if (place == ON_SHARE)
		return !strncmp(section, SHARE_SECTION, strlen(SHARE_SECTION));
	for (size_t i = 0; i < NR_PARAM_SECTIONS; i++)
		if (!strcmp(param_sections[i].section, section))
			return true;
	return false;
}

/* Split "kx.KEY=VALUE", and make it fit to be printed. */
static int tag_split(struct reader *r, const struct btf_type *t, struct tag *out)
{
	const char *text = btf__name_by_offset(r->btf, t->name_off) + strlen(PREFIX);
	const char *name = btf__name_by_offset(r->btf, btf__type_by_id(r->btf, t->type)->name_off);
	size_t len = strcspn(text, "=");
	char *value = (char *)keep_text(r, text + len + (text[len] == '='));

	out->id = t->type;
	out->value = value;
	out->name = keep_text(r, name);
	if (!value || !out->name)
		return no_memory(r);
	clean(value);
	snprintf(out->key, sizeof(out->key), "%.*s", len < sizeof(out->key) ? (int)len :
		 (int)sizeof(out->key) - 1, text);
	clean(out->key);
	return 0;
}

static int read_tag(struct reader *r, const struct btf_type *t)
{
	struct tag tag;
	int err = tag_split(r, t, &tag);

	if (err)
		return err;
	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		if (strcmp(kinds[i].key, tag.key))
			continue;
		if (btf_decl_tag(t)->component_idx != -1 || !is_at(r, tag.id, kinds[i].place))
			return kx_fail(r->kx, -EINVAL, "%s: tag kx.%s is on %s, which is not %s",
				       r->who, tag.key, tag.name[0] ? tag.name : "a type",
				       place_names[kinds[i].place]);
		return kinds[i].take(r, &tag);
	}
	return kx_fail(r->kx, -EINVAL, "%s: made for a newer kx: tag kx.%s is unknown", r->who,
		       tag.key);
}

static int check_at(struct reader *r, const struct tagged *at)
{
	const struct param *param = about_param(&r->out, at->value, strlen(at->value));

	if (!param)
		return kx_fail(r->kx, -EINVAL,
			       "%s: program %s is to be attached where parameter %s says, which is not there",
			       r->who, at->name, at->value);
	if (!param->target[0])
		return kx_fail(r->kx, -EINVAL,
			       "%s: program %s is to be attached where parameter %s says, which is no device, cgroup, path or pid",
			       r->who, at->name, at->value);
	return 0;
}

/* What can be judged when all tags have been read. */
static int read_rest(struct reader *r)
{
	int err = 0;

	for (size_t i = 0; i < r->out.nr_tagged && !err; i++) {
		const struct tagged *tagged = &r->out.tagged[i];

		if (!strcmp(tagged->tag, "at"))
			err = check_at(r, tagged);
		else if (!strcmp(tagged->tag, "import") && !find_need(&r->out, tagged->value))
			err = add_need(r, tagged->value, "");
	}
	return err;
}

static void find_homes(struct reader *r)
{
	for (uint32_t id = 1; id < btf__type_cnt(r->btf); id++) {
		const struct btf_type *t = btf__type_by_id(r->btf, id);
		const struct btf_var_secinfo *var;

		if (!btf_is_datasec(t))
			continue;
		var = btf_var_secinfos(t);
		for (unsigned int i = 0; i < btf_vlen(t); i++, var++)
			r->homes[var->type] = (struct home){ id, var->offset, var->size };
	}
}

static int read_tags(struct reader *r)
{
	int err = 0;

	find_homes(r);
	for (uint32_t id = 1; id < btf__type_cnt(r->btf) && !err; id++) {
		const struct btf_type *t = btf__type_by_id(r->btf, id);

		if (btf_is_decl_tag(t) &&
		    !strncmp(btf__name_by_offset(r->btf, t->name_off), PREFIX, strlen(PREFIX)))
			err = read_tag(r, t);
	}
	return err ?: read_rest(r);
}

int about_read(struct kx *kx, const char *who, const struct btf *btf, struct about *out)
{
	_cleanup_free_ struct home *homes = calloc(btf__type_cnt(btf), sizeof(*homes));
	_cleanup_free_ uint32_t *params = calloc(btf__type_cnt(btf), sizeof(*params));
	struct reader r = {
		.kx = kx, .who = who, .btf = btf, .homes = homes, .params = params,
		.out = { .name = "", .version = "", .description = "" },
	};
	int err;

	if (!homes || !params)
		return no_memory(&r);
	err = read_tags(&r);
	if (err) {
		about_done(&r.out);
		return err;
	}
	*out = r.out;
	return 0;
}

void about_done(struct about *about)
{
	struct piece *piece = about->memory;

	while (piece) {
		struct piece *next = piece->next;

		free(piece);
		piece = next;
	}
	*about = (struct about){ .name = "", .version = "", .description = "" };
}

const struct param *about_param(const struct about *about, const char *name, size_t len)
{
	for (size_t i = 0; i < about->nr_params; i++)
		if (!strncmp(about->params[i].name, name, len) && !about->params[i].name[len])
			return &about->params[i];
	return NULL;
}

const char *about_tag(const struct about *about, const char *name, const char *tag)
{
	for (size_t i = 0; i < about->nr_tagged; i++)
		if (!strcmp(about->tagged[i].name, name) && !strcmp(about->tagged[i].tag, tag))
			return about->tagged[i].value;
	return NULL;
}
