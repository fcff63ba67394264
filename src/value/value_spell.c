// SPDX-License-Identifier: GPL-2.0-only
/* Types, and what they allow, as people write them. */
#include <string.h>

#include "value/value_internal.h"

#define LIST_MAX	100	/* bytes of a list that somebody is to read */

/* Names of types have blanks: "unsigned int". */
static void put_base(const struct btf *btf, const struct btf_type *type,
		     struct value_out *out)
{
	static const char *const tags[] = {
		[BTF_KIND_STRUCT] = "struct ",
		[BTF_KIND_UNION] = "union ",
		[BTF_KIND_ENUM] = "enum ",
		[BTF_KIND_ENUM64] = "enum ",
		[BTF_KIND_FWD] = "struct ",
	};
	uint32_t kind = btf_kind(type);
	const char *tag = kind < sizeof(tags) / sizeof(*tags) ? tags[kind] : NULL;
	const char *name = btf__name_by_offset(btf, type->name_off);
	size_t len = name ? strnlen(name, VALUE_NAME_MAX) : 0;

	if (kind == BTF_KIND_UNKN || kind == BTF_KIND_FUNC_PROTO)
		return value_puts(out, "void");
	value_puts(out, btf_is_fwd(type) && btf_kflag(type) ? "union " : tag ? tag : "");
	if (!len)
		return value_puts(out, tag ? "{...}" : "?");
	for (size_t i = 0; i < len; i++)
		value_put(out, name[i] >= ' ' && name[i] <= '~' ? name + i : "?", 1);
}

/* What C writes around a name, from the inside out: "*", "(*)[4]", "[2][3]". */
static void declare(struct value_out *around, const struct btf_type *type)
{
	_cleanup_out_ struct value_out inner = *around;
	bool pointer = inner.len && inner.text[0] == '*';

	*around = (struct value_out){ .failed = inner.failed };
	if (btf_is_ptr(type)) {
		value_puts(around, "*");
		return value_put(around, inner.text, inner.len);
	}
	value_puts(around, pointer ? "(" : "");
	value_put(around, inner.text, inner.len);
	value_puts(around, pointer ? ")" : "");
	if (btf_is_array(type))
		value_putf(around, "[%u]", btf_array(type)->nelems);
	else
		value_puts(around, "()");
}

char *value_type_text(const struct btf *btf, uint32_t type_id)
{
	_cleanup_out_ struct value_out around = { 0 }, out = { 0 };
	const struct btf_type *type = btf__type_by_id(btf, type_id);

	for (int depth = 0; type && depth < VALUE_DEPTH; depth++) {
		if (btf_is_typedef(type) && *value_name(btf, type->name_off))
			break;
		if (btf_is_array(type) || btf_is_ptr(type) || btf_is_func_proto(type))
			declare(&around, type);
		else if (!btf_is_mod(type) && !btf_is_typedef(type))
			break;
		if (btf_is_func_proto(type))
			break;
		type = btf__type_by_id(btf, btf_is_array(type) ? btf_array(type)->type :
						type->type);
	}
	if (type)
		put_base(btf, type, &out);
	else
		value_puts(&out, "?");
	if (around.len && around.text[0] != '[')
		value_puts(&out, " ");
	value_put(&out, around.text, around.len);
	return around.failed ? NULL : value_taken(&out);
}

static void put_int_allowed(const struct value_form *form, const struct value_range *range,
			    struct value_out *out)
{
	uint32_t bits = form->bits ? form->bits : form->size * 8;
	struct value_bounds both = value_bounds_type(bits, form->is_signed);

	if (range && range->set) {
		struct value_bounds own = value_bounds_range(range);

		both = value_bounds_both(&both, &own);
	}
	value_put_bounds(out, &both);
}

static void put_members_allowed(const struct btf *btf, const struct value_form *form,
				struct value_out *out)
{
	size_t begin = out->len;
	uint32_t i = 0;

	value_puts(out, "{");
	for (; i < form->nr && out->len - begin < LIST_MAX; i++) {
		const char *name = value_name(btf, btf_members(form->type)[i].name_off);

		if (*name)
			value_putf(out, "%s.%s", out->len - begin > 1 ? "," : "", name);
	}
	value_puts(out, i < form->nr ? ",...}" : "}");
}

static void put_allowed(const struct btf *btf, uint32_t id, const struct value_range *range,
			struct value_out *out)
{
	struct value_form form;

	value_form(btf, id, &form);
	for (; form.shape == SHAPE_ARRAY; value_form(btf, form.elem_id, &form))
		value_putf(out, "at most %u of ", form.nr);

	switch (form.shape) {
	case SHAPE_INT:
	case SHAPE_CHAR:
		return put_int_allowed(&form, range, out);
	case SHAPE_BOOL:
		return value_puts(out, "on|off");
	case SHAPE_ENUM:
		return value_put_names(btf, &form, out);
	case SHAPE_TEXT:
		return value_putf(out, "at most %llu bytes",
				  form.size ? (unsigned long long)form.size - 1 : 0);
	case SHAPE_STRUCT:
	case SHAPE_UNION:
		return put_members_allowed(btf, &form, out);
	default:
		return value_puts(out, "nothing");
	}
}

char *value_range_text(const struct btf *btf, uint32_t type_id,
		       const struct value_range *range)
{
	_cleanup_out_ struct value_out out = { 0 };

	put_allowed(btf, type_id, range, &out);
	return value_taken(&out);
}
