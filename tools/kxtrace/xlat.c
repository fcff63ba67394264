/* SPDX-License-Identifier: GPL-2.0-only */
/* Looks constants up in their tables and prints them by name. */
#include "xlat.h"

const char *xlat_name(const struct xlat *x, uint64_t value)
{
	unsigned int i;

	for (i = 0; i < x->nr; i++) {
		if (x->entries[i].value == value)
			return x->entries[i].name;
	}
	return NULL;
}

static void print_unknown(struct out *o, const struct xlat *x, uint64_t value)
{
	out_hex(o, value);
	if (!x->unknown || o->constants == CONSTANTS_RAW)
		return;
	out_mem(o, " /* ", 4);
	out_str(o, x->unknown);
	out_mem(o, " */", 3);
}

/* The number before the names, or instead of them: -X. */
static RARE void flags_styled(struct out *o, const struct xlat *x, uint64_t value)
{
	if (!xlat_knows_any(x, value)) {
		print_unknown(o, x, value);
		return;
	}
	out_hex(o, value);
	if (!names_begin(o))
		return;
	xlat_flags(o, x, value);
	names_end(o);
}

void xlat_flags(struct out *o, const struct xlat *x, uint64_t value)
{
	const struct xlat_entry *entry = x->entries, *end = entry + x->nr;
	uint64_t rest = value;

	if (!value) {
		out_name_hex(o, 0, xlat_name(x, 0));
		return;
	}
	if (o->constants) {
		flags_styled(o, x, value);
		return;
	}
	for (; rest && entry < end; entry++) {
		if (!entry->value || (rest & entry->value) != entry->value)
			continue;
		if (rest != value)
			out_char(o, '|');
		out_str(o, entry->name);
		rest &= ~entry->value;
	}
	if (rest == value) {
		print_unknown(o, x, value);
	} else if (rest) {
		out_char(o, '|');
		out_hex(o, rest);
	}
}

void xlat_value(struct out *o, const struct xlat *x, uint64_t value)
{
	const char *name = xlat_name(x, value);

	if (!name)
		print_unknown(o, x, value);
	else if (o->constants)
		out_name_hex(o, value, name);
	else
		out_str(o, name);
}
