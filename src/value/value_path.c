// SPDX-License-Identifier: GPL-2.0-only
/* Follows a path such as .limits[1].rate into a type. */
#include <ctype.h>
#include <errno.h>
#include <string.h>

#include "value/value_internal.h"

/* What is left of a path. */
struct path {
	const char *at;
	size_t len;
};

struct search {
	const struct btf *btf;
	struct path name;
	uint32_t *steps;
};

static void advance(struct path *path, size_t len)
{
	path->at += len;
	path->len -= len;
}

/* Members of members without a name count as the structure's own. */
static bool find_member(struct search *search, const struct value_form *form,
			uint64_t offset, int depth, struct value_place *out)
{
	for (uint32_t i = 0; i < form->nr; i++) {
		const char *name = value_name(search->btf, btf_members(form->type)[i].name_off);
		struct value_form part;

		if (!value_step(search->steps, 1))
			return false;
		if (*name) {
			if (strlen(name) == search->name.len &&
			    !memcmp(name, search->name.at, search->name.len))
				return value_member(search->btf, form, i, offset, out);
			continue;
		}
		if (depth >= VALUE_DEPTH || !value_member(search->btf, form, i, offset, out))
			continue;
		value_form(search->btf, out->type_id, &part);
		if ((part.shape == SHAPE_STRUCT || part.shape == SHAPE_UNION) &&
		    find_member(search, &part, out->offset, depth + 1, out))
			return true;
	}
	return false;
}

static int walk_member(struct search *search, struct path *path,
		       const struct value_form *form, struct value_place *place,
		       const struct value_why *why)
{
	struct value_place part;
	size_t len = 0;

	advance(path, 1);
	while (len < path->len && value_is_letter(path->at[len]))
		len++;
	if (!len)
		return value_fail(why, -EINVAL, "a name has to follow the . in a path");
	if (form->shape != SHAPE_STRUCT && form->shape != SHAPE_UNION)
		return value_fail(why, -EINVAL, "it has no members, so no .%s",
				  value_word(path->at, len).text);

	search->name = (struct path){ path->at, len };
	if (!find_member(search, form, place->offset, 0, &part))
		return value_fail(why, -ENOENT, "it has no member `%s`",
				  value_word(path->at, len).text);
	*place = part;
	advance(path, len);
	return 0;
}

static int walk_element(struct path *path, const struct value_form *form,
			const struct btf *btf, struct value_place *place,
			const struct value_why *why)
{
	struct value_number index;
	struct value_form elem;
	size_t len;

	advance(path, 1);
	len = path->len && isdigit((unsigned char)path->at[0]) ?
	      value_scan(path->at, path->len, &index) : 0;
	if (!len || len == path->len || path->at[len] != ']')
		return value_fail(why, -EINVAL, "a number and ] have to follow the [ in a path");
	if (form->shape != SHAPE_ARRAY)
		return value_fail(why, -EINVAL, "it has no elements, so no [%s]",
				  value_word(path->at, len).text);
	if (index.huge || index.size >= form->nr)
		return value_fail(why, -ERANGE, "[%s] is beyond its %u elements",
				  value_word(path->at, len).text, form->nr);

	value_form(btf, form->elem_id, &elem);
	if (!value_place(&elem, place->offset + (uint64_t)index.size * elem.size, place))
		return value_fail(why, -EINVAL, "its elements have no value");
	advance(path, len + 1);
	return 0;
}

int value_walk(const struct btf *btf, const struct value_place *from, const char *path,
	       size_t len, uint32_t *steps, struct value_place *out,
	       const struct value_why *why)
{
	struct search search = { .btf = btf, .steps = steps };
	struct value_place place = *from;
	struct path rest = { path, len };

	while (rest.len) {
		struct value_form form;
		int err;

		value_form(btf, place.type_id, &form);
		if (*rest.at == '.')
			err = walk_member(&search, &rest, &form, &place, why);
		else if (*rest.at == '[')
			err = walk_element(&rest, &form, btf, &place, why);
		else
			err = value_fail(why, -EINVAL, "`%s` is not a path: .member or [number]",
					 value_word(rest.at, rest.len).text);
		if (err)
			return err;
	}
	*out = place;
	return 0;
}

int value_find(const struct btf *btf, uint32_t type_id, const char *path,
	       struct value_place *out, char *why_text, size_t why_len)
{
	struct value_why why = { why_text, why_len };
	uint32_t steps = VALUE_STEPS;
	struct value_place place;
	struct value_form form;

	value_form(btf, type_id, &form);
	if (form.shape == SHAPE_NONE)
		return value_fail(&why, -EINVAL, "its type has no value");
	if (!value_place(&form, 0, &place))
		return value_fail(&why, -EINVAL, "it is larger than %u bytes", VALUE_SIZE_MAX);
	return value_walk(btf, &place, path, strlen(path), &steps, out, &why);
}
