// SPDX-License-Identifier: GPL-2.0-only
/* A generation's description: text and BTF in one frozen map. */
#include <bpf/bpf.h>
#include <bpf/btf.h>
#include <errno.h>
#include <linux/bpf.h>
#include <stdarg.h>
#include <string.h>

#include "base/context.h"
#include "extension/elfcheck.h"
#include "registry/meta.h"

#define META_MAX	(64U << 20)

void text_add(struct text *text, const char *key, const char *fmt, ...)
{
	char *line = NULL, *bytes;
	size_t key_len = strlen(key);
	va_list args;
	int len;

	va_start(args, fmt);
	len = vasprintf(&line, fmt, args);
	va_end(args);
	bytes = len < 0 ? NULL : realloc(text->bytes, text->len + key_len + len + 2);
	if (!bytes) {
		text->failed = true;
		if (len >= 0)
			free(line);
		return;
	}
	text->bytes = bytes;
	bytes += text->len;
	memcpy(bytes, key, key_len);
	bytes[key_len] = '=';
	memcpy(bytes + key_len + 1, line, len + 1);
	for (char *c = bytes + key_len + 1; *c; c++)
		if ((unsigned char)*c < ' ' && *c != '\t')
			*c = '?';
	text->len += key_len + len + 2;
	free(line);
}

void text_done(struct text *text)
{
	free(text->bytes);
	*text = (struct text){};
}

static size_t padded(size_t len)
{
	return (len + 7) & ~(size_t)7;
}

static int map_of(const void *bytes, size_t len, int *out)
{
	LIBBPF_OPTS(bpf_map_create_opts, opts);
	_cleanup_close_ int fd = -1;
	__u32 key = 0;

	fd = bpf_map_create(BPF_MAP_TYPE_ARRAY, "kx_meta", sizeof(key), len, 1, &opts);
	if (fd < 0)
		return -errno;
	if (bpf_map_update_elem(fd, &key, bytes, BPF_ANY) || bpf_map_freeze(fd))
		return -errno;
	*out = take_fd(fd);
	return 0;
}

int meta_make(struct kx *kx, const struct kx_meta *head, const struct text *text,
	      const struct btf *btf, int *out)
{
	_cleanup_free_ char *bytes = NULL;
	struct kx_meta whole = *head;
	const void *types;
	size_t at, len;
	__u32 size = 0;
	int err;

	types = btf__raw_data(btf, &size);
	if (text->failed || !types)
		return kx_fail(kx, -ENOMEM, "out of memory");
	whole.magic = KX_META_MAGIC;
	whole.abi = KX_ABI;
	whole.text_len = text->len;
	whole.btf_len = size;
	at = sizeof(whole) + padded(text->len);
	len = padded(at + size);
	bytes = calloc(1, len);
	if (!bytes)
		return kx_fail(kx, -ENOMEM, "out of memory");
	memcpy(bytes, &whole, sizeof(whole));
	memcpy(bytes + sizeof(whole), text->bytes, text->len);
	memcpy(bytes + at, types, size);
	err = map_of(bytes, len, out);
	return err ? kx_fail(kx, err, "its description (%zu bytes) cannot be put into the kernel: %s",
			     len, kx_why(err)) : 0;
}

/* Cuts "key=field TAB field" in place. */
static void line_cut(char *line, struct meta_line *out)
{
	char *field = strchr(line, '=');
	size_t i;

	out->key = line;
	for (i = 0; i < META_FIELDS; i++)
		out->fields[i] = "";
	if (!field)
		return;
	*field++ = '\0';
	for (i = 0; field && i < META_FIELDS; i++) {
		char *tab = i + 1 < META_FIELDS ? strchr(field, '\t') : NULL;

		out->fields[i] = field;
		if (tab)
			*tab++ = '\0';
		field = tab;
	}
}

/* @text ends with a NUL byte beyond @len. */
static int lines_read(struct meta *meta, char *text, size_t len)
{
	char *end = text + len;
	size_t nr = 1;

	for (size_t i = 0; i < len; i++)
		nr += !text[i];
	meta->lines = calloc(nr, sizeof(*meta->lines));
	if (!meta->lines)
		return -ENOMEM;
	while (text < end) {
		char *next = text + strlen(text) + 1;

		line_cut(text, &meta->lines[meta->nr_lines++]);
		text = next;
	}
	return 0;
}

static int damaged(struct kx *kx, const char *who, const char *how)
{
	return kx_fail(kx, -EPROTO, "%s: its description in the kernel is damaged: %s", who, how);
}

int meta_parse(struct kx *kx, const char *who, const void *bytes, size_t len,
	       struct meta **out)
{
	struct meta *meta = calloc(1, sizeof(*meta));
	const struct kx_meta *head;
	char why[160];
	size_t at;
	int err;

	if (!meta)
		return kx_fail(kx, -ENOMEM, "out of memory");
	*out = NULL;
	head = &meta->head;
	err = len < sizeof(*head) ? damaged(kx, who, "cut short") : 0;
	if (!err)
		memcpy(&meta->head, bytes, sizeof(*head));
	if (!err && head->magic != KX_META_MAGIC)
		err = damaged(kx, who, "not written by kx");
	if (!err && head->abi != KX_ABI)
		err = kx_fail(kx, -EPROTO, "%s: was loaded by another version of kx (ABI %u, this "
			      "one has %u)", who, head->abi, KX_ABI);
	at = err ? 0 : sizeof(*head) + padded(head->text_len);
	if (!err && (head->text_len > META_MAX || head->btf_len > META_MAX ||
		     at + head->btf_len > len || !head->slot || head->slot >= KX_NR_SLOTS))
		err = damaged(kx, who, "its lengths are impossible");
	if (!err) {
		meta->bytes = calloc(1, head->text_len + 1);
		err = meta->bytes ? 0 : kx_fail(kx, -ENOMEM, "out of memory");
	}
	if (!err) {
		memcpy(meta->bytes, (const char *)bytes + sizeof(*head), head->text_len);
		err = lines_read(meta, meta->bytes, head->text_len);
	}
	if (!err && btf_check((const char *)bytes + at, head->btf_len, why, sizeof(why)))
		err = damaged(kx, who, why);
	if (!err) {
		meta->btf = btf__new((const char *)bytes + at, head->btf_len);
		err = meta->btf ? about_read(kx, who, meta->btf, &meta->about) :
				  damaged(kx, who, "its BTF cannot be read");
	}
	if (err) {
		meta_free(meta);
		return err;
	}
	*out = meta;
	return 0;
}

int meta_read(struct kx *kx, const char *who, int fd, struct meta **out)
{
	_cleanup_free_ void *bytes = NULL;
	struct bpf_map_info info = {};
	__u32 len = sizeof(info), key = 0;

	if (bpf_obj_get_info_by_fd(fd, &info, &len))
		return kx_fail(kx, -errno, "%s: its description cannot be read: %s", who,
			       kx_why(-errno));
	if (info.type != BPF_MAP_TYPE_ARRAY || info.key_size != sizeof(key) ||
	    info.value_size > 2 * META_MAX)
		return damaged(kx, who, "not a description");
	bytes = malloc(info.value_size + 8);
	if (!bytes)
		return kx_fail(kx, -ENOMEM, "out of memory");
	if (bpf_map_lookup_elem(fd, &key, bytes))
		return kx_fail(kx, -errno, "%s: its description cannot be read: %s", who,
			       kx_why(-errno));
	return meta_parse(kx, who, bytes, info.value_size, out);
}

int meta_head(int fd, struct kx_meta *out)
{
	_cleanup_free_ void *bytes = NULL;
	struct bpf_map_info info = {};
	__u32 len = sizeof(info), key = 0;

	if (bpf_obj_get_info_by_fd(fd, &info, &len))
		return -errno;
	if (info.type != BPF_MAP_TYPE_ARRAY || info.value_size < sizeof(*out) ||
	    info.value_size > 2 * META_MAX)
		return -EPROTO;
	bytes = malloc(info.value_size + 8);
	if (!bytes)
		return -ENOMEM;
	if (bpf_map_lookup_elem(fd, &key, bytes))
		return -errno;
	memcpy(out, bytes, sizeof(*out));
	return out->magic == KX_META_MAGIC && out->slot && out->slot < KX_NR_SLOTS ? 0 : -EPROTO;
}

void meta_free(struct meta *meta)
{
	if (!meta)
		return;
	about_done(&meta->about);
	btf__free(meta->btf);
	free(meta->lines);
	free(meta->bytes);
	free(meta);
}

const struct meta_line *meta_next(const struct meta *meta, const char *key,
				  const struct meta_line *after)
{
	const struct meta_line *end = meta->lines + meta->nr_lines;

	for (after = after ? after + 1 : meta->lines; after < end; after++)
		if (!strcmp(after->key, key))
			return after;
	return NULL;
}

const char *meta_get(const struct meta *meta, const char *key)
{
	const struct meta_line *line = meta_next(meta, key, NULL);

	return line ? line->fields[0] : "";
}
