// SPDX-License-Identifier: GPL-2.0-only
/* What records mean: by the description of the generation that wrote them. */
#include <bpf/bpf.h>
#include <bpf/btf.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "channel/channel.h"
#include "stream/stream.h"

static struct generation_types *add(struct kx_stream *stream, uint32_t number, struct meta *meta)
{
	struct generation_types *rows, *row;

	rows = realloc(stream->types, (stream->nr_types + 1) * sizeof(*rows));
	if (!rows) {
		meta_free(meta);
		return NULL;
	}
	stream->types = rows;
	row = &rows[stream->nr_types++];
	*row = (struct generation_types){ .number = number & 0xffff, .meta = meta };
	if (!meta)
		return row;
	if (stream->is_log)
		(void)formats_read(meta, &row->formats);
	else
		row->record_id = channel_record(meta->btf, stream->map);
	return row;
}

static bool is_known(const struct kx_stream *stream, uint32_t number)
{
	for (size_t i = 0; i < stream->nr_types; i++)
		if (stream->types[i].number == (number & 0xffff))
			return true;
	return false;
}

/* From a generation's pin. NULL: it is not there, or damaged. */
static struct meta *pinned_meta(struct kx_stream *stream, uint32_t generation)
{
	LIBBPF_OPTS(bpf_obj_get_opts, read_only, .file_flags = BPF_F_RDONLY);
	_cleanup_close_ int fd = -1;
	struct meta *meta;
	char path[REGISTRY_PATH];

	registry_path(path, REGISTRY "/%s/%u/meta", stream->instance, generation);
	fd = bpf_obj_get_opts(path, &read_only);
	return fd < 0 || meta_read(stream->kx, stream->instance, fd, &meta) ? NULL : meta;
}

static void read_pinned(struct kx_stream *stream)
{
	_cleanup_names_ struct names list = {};
	char path[REGISTRY_PATH];

	registry_path(path, REGISTRY "/%s", stream->instance);
	if (names_read(path, &list.names, &list.nr))
		return;
	for (size_t i = 0; i < list.nr; i++) {
		uint32_t generation = generation_of(list.names[i]);
		struct meta *meta;

		if (!generation || is_known(stream, generation))
			continue;
		meta = pinned_meta(stream, generation);
		if (meta)
			(void)add(stream, generation, meta);
	}
}

static int held_meta(struct kx_stream *stream, const struct kx_instance *inst,
		     struct meta **out)
{
	_cleanup_close_ int fd = bpf_map_get_fd_by_id(inst->entry.page->meta_id);

	return fd < 0 ? -errno : meta_read(stream->kx, stream->instance, fd, out);
}

int stream_types_read(struct kx_stream *stream, struct kx_instance *inst)
{
	struct meta *meta;
	int err;

	if (!inst->held) {
		read_pinned(stream);
		return 0;
	}
	err = held_meta(stream, inst, &meta);
	/* An object that its program has loaded by itself does not know its number. */
	if (!err)
		err = add(stream, 0, meta) ? 0 : -ENOMEM;
	return err;
}

void stream_types_free(struct kx_stream *stream)
{
	for (size_t i = 0; i < stream->nr_types; i++) {
		formats_free(stream->types[i].formats);
		meta_free(stream->types[i].meta);
	}
	free(stream->types);
}

struct generation_types *stream_types_find(struct kx_stream *stream, uint32_t number)
{
	if (stream->held)
		number = 0;
	for (int tries = 0; tries < 2; tries++) {
		for (size_t i = 0; i < stream->nr_types; i++)
			if (stream->types[i].number == number)
				return &stream->types[i];
		/* One that came with an upgrade. */
		if (!tries && !stream->held)
			read_pinned(stream);
	}
	/* Gone; so as not to look for it with each record. */
	return add(stream, number, NULL);
}

static size_t words_text(const struct kx_event *event, char *buf, size_t len)
{
	size_t at = snprintf(buf, len, "?");

	for (size_t i = 0; i + 8 <= event->len; i += 8) {
		uint64_t word;

		memcpy(&word, (const char *)event->bytes + i, sizeof(word));
		at += snprintf(at < len ? buf + at : NULL, at < len ? len - at : 0, " %#llx",
			       (unsigned long long)word);
	}
	return at;
}

/* The outermost braces are for those who nest. */
static size_t copy_without_braces(const char *text, char *buf, size_t len)
{
	size_t n = strlen(text);
	bool braces = n >= 2 && text[0] == '{' && text[n - 1] == '}';

	return snprintf(buf, len, "%.*s", (int)(n - 2 * braces), text + braces);
}

static char *value_of(struct kx_stream *stream, const struct kx_event *event,
		      char *(*make)(const struct btf *, const struct value_place *, const void *))
{
	struct generation_types *types = stream_types_find(stream, event->generation);
	struct value_place place;

	if (!types || !types->record_id ||
	    value_find(types->meta->btf, types->record_id, "", &place, NULL, 0) ||
	    place.size > event->len)
		return NULL;
	return make(types->meta->btf, &place, event->bytes);
}

static const struct kx_record *record_of(const struct kx_event *event)
{
	return (const struct kx_record *)event->bytes - 1;
}

static struct formats *formats_of(struct kx_stream *stream, const struct kx_event *event)
{
	struct generation_types *types = stream_types_find(stream, event->generation);

	return types ? types->formats : NULL;
}

size_t kx_event_text(struct kx_stream *stream, const struct kx_event *event, char *buf, size_t len)
{
	_cleanup_free_ char *text = NULL;

	if (stream->is_log)
		return formats_text(formats_of(stream, event), record_of(event),
				    event->len + sizeof(struct kx_record), buf, len);
	text = value_of(stream, event, value_text);
	return text ? copy_without_braces(text, buf, len) : words_text(event, buf, len);
}

size_t kx_event_json(struct kx_stream *stream, const struct kx_event *event, char *buf, size_t len)
{
	_cleanup_free_ char *json = NULL;
	char words[KX_RECORD_MAX * 4];

	if (stream->is_log)
		return formats_json(formats_of(stream, event), record_of(event),
				    event->len + sizeof(struct kx_record), buf, len);
	json = value_of(stream, event, value_json);
	if (json)
		return snprintf(buf, len, "%s", json);
	words_text(event, words, sizeof(words));
	return snprintf(buf, len, "{\"unknown\":\"%s\"}", words);
}
