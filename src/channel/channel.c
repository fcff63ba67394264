// SPDX-License-Identifier: GPL-2.0-only
/* Channels: found by their tags, with the types that the macros leave in BTF. */
#include <bpf/btf.h>
#include <errno.h>
#include <kx/abi.h>
#include <stdlib.h>
#include <string.h>

#include "base/context.h"
#include "channel/channel.h"
#include "value/layout.h"

#define STREAM_LOG	"kx_log"

static uint32_t bare_id(const struct btf *btf, uint32_t id)
{
	const struct btf_type *t = btf__type_by_id(btf, id);

	for (; t && (btf_is_mod(t) || btf_is_typedef(t)); t = btf__type_by_id(btf, id))
		id = t->type;
	return id;
}

/* A member of a structure by its name; NULL. */
static const struct btf_member *member(const struct btf *btf, uint32_t id, const char *name)
{
	const struct btf_type *t = btf__type_by_id(btf, bare_id(btf, id));

	for (unsigned int i = 0; t && btf_is_composite(t) && i < btf_vlen(t); i++)
		if (!strcmp(btf__name_by_offset(btf, btf_members(t)[i].name_off), name))
			return &btf_members(t)[i];
	return NULL;
}

/* What the program's only parameter points to; 0. */
static uint32_t context_id(const struct btf *btf, const char *program)
{
	int id = btf__find_by_name_kind(btf, program, BTF_KIND_FUNC);
	const struct btf_type *t = id > 0 ? btf__type_by_id(btf, id) : NULL;

	t = t ? btf__type_by_id(btf, t->type) : NULL;
	if (!t || !btf_is_func_proto(t) || btf_vlen(t) != 1)
		return 0;
	t = btf__type_by_id(btf, bare_id(btf, btf_params(t)[0].type));
	return t && btf_is_ptr(t) ? bare_id(btf, t->type) : 0;
}

/* Where a member begins and ends; false: not within the block. */
static bool member_place(const struct btf *btf, const struct btf_member *m, uint32_t block_len,
			 uint32_t *offset, uint32_t *len)
{
	*offset = m->offset / 8;
	*len = value_size(btf, m->type);
	return !(m->offset % 8) && *offset <= block_len && *len <= block_len - *offset;
}

int channel_block(const struct btf *btf, const char *program, struct channel_block *out)
{
	const struct btf_member *in, *output, *record;
	struct channel_block block = {};
	uint32_t id, offset;

	if (btf__find_by_name_kind(btf, program, BTF_KIND_FUNC) < 0)
		return -ENOENT;
	id = context_id(btf, program);
	if (!id || !btf_is_struct(btf__type_by_id(btf, id)))
		return -EPROTO;
	/* Empty when a command takes nothing and gives nothing. */
	block.len = btf__type_by_id(btf, id)->size;
	in = member(btf, id, "in");
	record = member(btf, id, "record");
	output = member(btf, id, "out");
	if (!output || !(in || record) || block.len > UINT16_MAX ||
	    !member_place(btf, output, block.len, &block.out_offset, &block.out_len))
		return -EPROTO;
	block.out_id = output->type;
	if (in && (!member_place(btf, in, block.len, &offset, &block.in_len) || offset))
		return -EPROTO;
	if (record) {
		const struct btf_type *t = btf__type_by_id(btf, bare_id(btf, record->type));

		if (!btf_is_array(t))
			return -EPROTO;
		block.in_id = btf_array(t)->type;
		block.in_len = value_size(btf, block.in_id);
	} else {
		block.in_id = in->type;
	}
	*out = block;
	return 0;
}

/* A door's block: what is answered, what the program says, and an array of no requests. */
int channel_door(const struct btf *btf, const char *program, struct channel_block *out)
{
	const struct btf_member *in, *request, *reply, *output;
	struct channel_block block = {};
	const struct btf_type *t;
	uint32_t id = context_id(btf, program), offset, len;

	if (!id || !btf_is_struct(btf__type_by_id(btf, id)))
		return -EPROTO;
	block.len = btf__type_by_id(btf, id)->size;
	in = member(btf, id, "in");
	output = member(btf, id, "out");
	request = member(btf, id, "request");
	reply = in ? member(btf, in->type, "reply") : NULL;
	t = request ? btf__type_by_id(btf, bare_id(btf, request->type)) : NULL;
	if (!output || !reply || !t || !btf_is_array(t) || block.len > UINT16_MAX ||
	    !member_place(btf, in, block.len, &offset, &len) || offset ||
	    !member_place(btf, reply, len, &offset, &block.out_len) ||
	    offset != sizeof(struct kx_door_op) ||
	    !member_place(btf, output, block.len, &block.out_offset, &len) ||
	    len != sizeof(struct kx_door_out))
		return -EPROTO;
	block.in_id = btf_array(t)->type;
	block.in_len = value_size(btf, block.in_id);
	block.out_id = reply->type;
	*out = block;
	return 0;
}

uint32_t channel_record(const struct btf *btf, const char *map)
{
	uint32_t id = layout_variable(btf, ".maps", map);
	const struct btf_member *m;
	const struct btf_type *t;

	if (!id)
		return 0;
	/* The variable is a structure whose member "value" points to the ring. */
	m = member(btf, btf__type_by_id(btf, id)->type, "value");
	t = m ? btf__type_by_id(btf, bare_id(btf, m->type)) : NULL;
	if (!t || !btf_is_ptr(t))
		return 0;
	m = member(btf, t->type, "data");
	m = m ? member(btf, m->type, "record") : NULL;
	return m ? m->type : 0;
}

uint32_t channel_share(const struct btf *btf, const char *share, uint32_t *len)
{
	char section[128];
	uint32_t id;

	if (snprintf(section, sizeof(section), SHARE_SECTION "%s", share) >= (int)sizeof(section))
		return 0;
	id = layout_variable(btf, section, share);
	id = id ? btf__type_by_id(btf, id)->type : 0;
	*len = id ? value_size(btf, id) : 0;
	return *len ? id : 0;
}

/* A type's text, for free(); "" for none, and for one that has no bytes. */
static char *type_text(const struct btf *btf, uint32_t id)
{
	return id && value_size(btf, id) ? value_type_text(btf, id) : strdup("");
}

static int add(struct channels *list, const struct btf *btf, struct kx_channel row, uint32_t in,
	       uint32_t out)
{
	struct kx_channel *rows = realloc(list->rows, (list->nr + 1) * sizeof(*rows));

	if (!rows)
		return -ENOMEM;
	list->rows = rows;
	row.name = strdup(row.name);
	row.in = type_text(btf, in);
	row.out = type_text(btf, out);
	rows[list->nr++] = row;
	return row.name && row.in && row.out ? 0 : -ENOMEM;
}

static int64_t number_of(const struct about *about, const char *command)
{
	const char *number = about_tag(about, command, "number");
	struct value_range range;
	char both[128];

	snprintf(both, sizeof(both), "%s..%s", number ?: "", number ?: "");
	return number && !value_range_parse(both, &range) ? (int64_t)range.highest : -1;
}

/* Is there a program that takes what is written to the file? */
static int is_writable(const struct about *about, const char *file)
{
	for (size_t i = 0; i < about->nr_tagged; i++)
		if (!strcmp(about->tagged[i].tag, "write") &&
		    !strcmp(about->tagged[i].value, file))
			return 1;
	return 0;
}

static int add_tagged(struct channels *list, const struct about *about, const struct btf *btf,
		      const struct tagged *tagged, enum kx_channel_kind kind)
{
	struct kx_channel row = {
		.kind = kind, .name = tagged->name, .text = tagged->value, .number = -1,
	};
	struct channel_block block = {};
	uint32_t len;

	switch (kind) {
	case KX_CHANNEL_LOG:
		row.name = "log";
		return add(list, btf, row, 0, 0);
	case KX_CHANNEL_STREAM:
		return add(list, btf, row, 0, channel_record(btf, tagged->name));
	case KX_CHANNEL_COMMAND:
		row.number = number_of(about, tagged->name);
		(void)channel_block(btf, tagged->name, &block);
		return add(list, btf, row, block.in_id, block.out_id);
	case KX_CHANNEL_FILE:
		row.writable = is_writable(about, tagged->name);
		return add(list, btf, row, 0, 0);
	case KX_CHANNEL_SHARE:
		return add(list, btf, row, 0, channel_share(btf, tagged->name, &len));
	case KX_CHANNEL_INTAKE:
		(void)channel_block(btf, tagged->name, &block);
		return add(list, btf, row, block.in_id, 0);
	case KX_CHANNEL_DOOR:
		(void)channel_door(btf, tagged->name, &block);
		return add(list, btf, row, block.in_id, block.out_id);
	}
	return 0;
}

static const struct {
	const char *tag;
	enum kx_channel_kind kind;
} kinds[] = {
	{ "stream", KX_CHANNEL_LOG },
	{ "stream", KX_CHANNEL_STREAM },
	{ "command", KX_CHANNEL_COMMAND },
	{ "file", KX_CHANNEL_FILE },
	{ "share", KX_CHANNEL_SHARE },
	{ "intake", KX_CHANNEL_INTAKE },
	{ "door", KX_CHANNEL_DOOR },
};

static int add_kind(struct channels *list, const struct about *about, const struct btf *btf,
		    size_t which)
{
	int err = 0;

	for (size_t i = 0; !err && i < about->nr_tagged; i++) {
		const struct tagged *tagged = &about->tagged[i];
		bool is_log = !strcmp(tagged->name, STREAM_LOG);

		if (!strcmp(tagged->tag, kinds[which].tag) &&
		    (kinds[which].kind == KX_CHANNEL_LOG) ==
		    (is_log && !strcmp(tagged->tag, "stream")))
			err = add_tagged(list, about, btf, tagged, kinds[which].kind);
	}
	return err;
}

int channels_make(const struct about *about, const struct btf *btf,
		  const char *const *iterators, size_t nr_iterators, struct channels *out)
{
	struct channels list = {};
	int err = 0;

	for (size_t i = 0; !err && i < sizeof(kinds) / sizeof(kinds[0]); i++)
		err = add_kind(&list, about, btf, i);
	for (size_t i = 0; !err && i < nr_iterators; i++) {
		struct kx_channel row = {
			.kind = KX_CHANNEL_FILE, .name = iterators[i], .text = "", .number = -1,
			.writable = is_writable(about, iterators[i]),
		};

		if (!about_tag(about, iterators[i], "file"))
			err = add(&list, btf, row, 0, 0);
	}
	if (err) {
		channels_free(&list);
		return err;
	}
	*out = list;
	return 0;
}

void channels_free(struct channels *channels)
{
	for (size_t i = 0; i < channels->nr; i++) {
		free((char *)channels->rows[i].name);
		free((char *)channels->rows[i].in);
		free((char *)channels->rows[i].out);
	}
	free(channels->rows);
	*channels = (struct channels){};
}

bool channel_is_called(const struct about *about, const char *program)
{
	static const char *const tags[] = { "command", "write", "intake", "file", "door" };

	for (size_t i = 0; i < sizeof(tags) / sizeof(tags[0]); i++)
		if (about_tag(about, program, tags[i]))
			return true;
	return false;
}

/* Maps that the macro of a channel makes beside its program, and how it calls them. */
static const struct {
	const char *tag;
	const char *ending;
} endings[] = {
	{ "intake", "_ring" },
	{ "door", "_slots" },
	{ "door", "_server" },
	{ "door", "_ring" },
	{ "door", "_kept" },
	{ "door", "_asked" },
};

static bool is_part(const struct tagged *tagged, const char *map)
{
	size_t len = strlen(tagged->name);

	if (strncmp(map, tagged->name, len))
		return false;
	for (size_t i = 0; i < sizeof(endings) / sizeof(endings[0]); i++)
		if (!strcmp(tagged->tag, endings[i].tag) && !strcmp(map + len, endings[i].ending))
			return true;
	return false;
}

bool channel_is_inner(const struct about *about, const char *map)
{
	for (size_t i = 0; i < about->nr_tagged; i++)
		if (is_part(&about->tagged[i], map))
			return true;
	return !strncmp(map, "kx_", 3) || about_tag(about, map, "private") ||
	       about_tag(about, map, "stream");
}

int channel_unknown(struct kx *kx, const char *who, const struct about *about, const char *tag,
		    const char *what, const char *name)
{
	char list[512] = "";
	size_t at = 0;

	for (size_t i = 0; i < about->nr_tagged && at < sizeof(list); i++) {
		const char *other = about->tagged[i].name;

		if (strcmp(about->tagged[i].tag, tag))
			continue;
		if (!strcmp(other, STREAM_LOG))
			other = "log";
		at += snprintf(list + at, sizeof(list) - at, "%s%s", at ? ", " : "", other);
	}
	if (!list[0])
		return kx_fail(kx, -ENOENT, "%s: no %s %.64s; it has none", who, what, name);
	return kx_fail(kx, -ENOENT, "%s: no %s %.64s; it has: %s", who, what, name, list);
}
