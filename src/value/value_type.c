// SPDX-License-Identifier: GPL-2.0-only
/* Types as values see them: their form, their size, where a member lies. */
#include <ctype.h>
#include <string.h>

#include "value/value_internal.h"

static bool is_name(const char *name)
{
	size_t len = 0;

	while (value_is_letter(name[len]))
		if (++len > VALUE_NAME_MAX)
			return false;
	return !name[len] && !isdigit((unsigned char)name[0]);
}

const char *value_name(const struct btf *btf, uint32_t offset)
{
	const char *name = btf__name_by_offset(btf, offset);

	return name && is_name(name) ? name : "";
}

static const struct btf_type *resolve(const struct btf *btf, uint32_t *id)
{
	const struct btf_type *type = btf__type_by_id(btf, *id);

	for (int depth = 0; type && depth < VALUE_DEPTH; depth++) {
		if (!btf_is_mod(type) && !btf_is_typedef(type))
			return type;
		*id = type->type;
		type = btf__type_by_id(btf, *id);
	}
	return NULL;
}

static bool is_int_size(uint64_t size)
{
	return size && size <= 16 && !(size & (size - 1));
}

static void form_int(const struct btf *btf, struct value_form *form)
{
	uint32_t bits = btf_int_bits(form->type);
	uint32_t encoding = btf_int_encoding(form->type);

	form->size = form->type->size;
	form->is_signed = encoding & BTF_INT_SIGNED;
	form->bit_offset = btf_int_offset(form->type);
	form->bits = bits == form->size * 8 && !form->bit_offset ? 0 : bits;
	if (!is_int_size(form->size) || form->bit_offset + form->bits > form->size * 8)
		return;
	if (encoding & BTF_INT_BOOL)
		form->shape = SHAPE_BOOL;
	else if (form->size == 1 && !form->bits &&
		 !strcmp(value_name(btf, form->type->name_off), "char"))
		form->shape = SHAPE_CHAR;
	else
		form->shape = SHAPE_INT;
}

static void form_enum(struct value_form *form)
{
	form->size = form->type->size;
	form->is_signed = btf_kflag(form->type);
	form->nr = btf_vlen(form->type);
	if (is_int_size(form->size) && form->size <= 8)
		form->shape = SHAPE_ENUM;
}

static void form_struct(struct value_form *form)
{
	form->shape = btf_is_union(form->type) ? SHAPE_UNION : SHAPE_STRUCT;
	form->size = form->type->size;
	form->nr = btf_vlen(form->type);
}

static void form_at(const struct btf *btf, uint32_t id, int depth,
		    struct value_form *form);

/* Elements without a size are none at all, or 2^32 of them would be looked at. */
static void form_array(const struct btf *btf, int depth, struct value_form *form)
{
	const struct btf_array *array = btf_array(form->type);
	struct value_form elem;

	form_at(btf, array->type, depth + 1, &elem);
	if (elem.shape == SHAPE_NONE ||
	    __builtin_mul_overflow(elem.size, array->nelems, &form->size))
		return;
	form->elem_id = array->type;
	form->elem_size = elem.size;
	form->nr = elem.size ? array->nelems : 0;
	form->shape = elem.shape == SHAPE_CHAR ? SHAPE_TEXT : SHAPE_ARRAY;
}

static void form_at(const struct btf *btf, uint32_t id, int depth,
		    struct value_form *form)
{
	const struct btf_type *type = resolve(btf, &id);

	*form = (struct value_form){ .id = id, .type = type };
	if (!type || depth > VALUE_DEPTH)
		return;

	switch (btf_kind(type)) {
	case BTF_KIND_INT:
		return form_int(btf, form);
	case BTF_KIND_ENUM:
	case BTF_KIND_ENUM64:
		return form_enum(form);
	case BTF_KIND_STRUCT:
	case BTF_KIND_UNION:
		return form_struct(form);
	case BTF_KIND_ARRAY:
		return form_array(btf, depth, form);
	case BTF_KIND_PTR:
		form->shape = SHAPE_POINTER;
		form->size = 8;		/* of BPF, wherever this runs */
		return;
	case BTF_KIND_FLOAT:
		form->shape = SHAPE_FLOAT;
		form->size = type->size;
	}
}

void value_form(const struct btf *btf, uint32_t id, struct value_form *form)
{
	form_at(btf, id, 0, form);
}

uint32_t value_size(const struct btf *btf, uint32_t type_id)
{
	struct value_form form;

	value_form(btf, type_id, &form);
	return form.shape == SHAPE_NONE || form.size > VALUE_SIZE_MAX ? 0 : form.size;
}

bool value_place(const struct value_form *form, uint64_t offset,
		 struct value_place *out)
{
	if (form->shape == SHAPE_NONE || form->size > VALUE_SIZE_MAX ||
	    offset > UINT32_MAX)
		return false;
	*out = (struct value_place){
		.type_id = form->id,
		.offset = offset,
		.size = form->size,
		.bit_offset = form->bits ? form->bit_offset : 0,
		.bit_size = form->bits,
	};
	return true;
}

/*
 * A bit-field's storage is a whole variable of its type where that is aligned,
 * so that it can be stored at once; else the bytes that the bits are in.
 */
static bool place_bits(const struct value_form *form, uint64_t at, uint32_t bits,
		       uint64_t whole, struct value_place *out)
{
	uint32_t unit = form->size * 8;
	uint64_t offset = at / unit * form->size, size = form->size;
	uint32_t within = at % unit;

	if (within + bits > unit || offset + size > whole) {
		offset = at / 8;
		within = at % 8;
		size = (within + bits + 7) / 8;
	}
	*out = (struct value_place){
		.type_id = form->id,
		.offset = offset,
		.size = size,
		.bit_offset = within,
		.bit_size = bits,
	};
	return bits && bits <= unit && offset + size <= whole;
}

static bool has_bits(const struct value_form *form)
{
	return form->shape >= SHAPE_INT && form->shape <= SHAPE_ENUM;
}

bool value_member(const struct btf *btf, const struct value_form *form,
		  uint32_t nr, uint64_t offset, struct value_place *out)
{
	uint32_t at = btf_member_bit_offset(form->type, nr);
	uint32_t bits = btf_member_bitfield_size(form->type, nr);
	struct value_place place;
	struct value_form part;

	value_form(btf, btf_members(form->type)[nr].type, &part);
	if (!bits && part.bits) {
		at += part.bit_offset;
		bits = part.bits;
	}
	if (!bits && at % 8 && has_bits(&part))
		bits = part.size * 8;
	if (bits) {
		if (!has_bits(&part) || !place_bits(&part, at, bits, form->size, &place))
			return false;
	} else if (at % 8 || !value_place(&part, at / 8, &place) ||
		   (uint64_t)place.offset + place.size > form->size) {
		return false;
	}
	if (place.offset + offset > UINT32_MAX)
		return false;
	place.offset += offset;
	*out = place;
	return true;
}
