// SPDX-License-Identifier: GPL-2.0-only
/* Is a .BTF.ext section what libbpf takes on trust? Judged against its .BTF. */
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include <bpf/btf.h>

#include "base/cleanup.h"
#include "base/why.h"
#include "extension/elfcheck.h"

#define RECORD_MAX	252	/* as the kernel */
#define CORE_KIND_MAX	12	/* BPF_CORE_TYPE_MATCHES */
#define INSN		8

/* The section's header, as compilers write it. */
struct ext_header {
	uint16_t magic;
	uint8_t version;
	uint8_t flags;
	uint32_t hdr_len;
	struct {
		uint32_t off;
		uint32_t len;
	} part[3];
};

struct record {
	uint32_t insn_off;
	uint32_t word[3];
};

struct check {
	struct why why;
	const char *data;	/* what follows the header */
	size_t len;
	const struct btf *btf;
	uint32_t nr_types;
	const char *strings;
	uint32_t strings_len;
};

static void cleanup_btf(struct btf **btf)
{
	btf__free(*btf);
}

static bool is_text(const struct check *c, uint32_t off)
{
	return off < c->strings_len;
}

static int check_func(const struct check *c, const struct record *r)
{
	uint32_t id = r->word[0];

	if (!id || id >= c->nr_types || !btf_is_func(btf__type_by_id(c->btf, id)))
		return bad(&c->why, ".BTF.ext: type %u is not of a function", id);
	return 0;
}

static int check_line(const struct check *c, const struct record *r)
{
	if (!is_text(c, r->word[0]) || !is_text(c, r->word[1]))
		return bad(&c->why, ".BTF.ext: a line has its text at %u and %u, they end at %u",
			   r->word[0], r->word[1], c->strings_len);
	return 0;
}

/* "0:1:2": the way to a member, or the number of an enumerator. */
static int check_relo(const struct check *c, const struct record *r)
{
	const char *path;

	if (!r->word[0] || r->word[0] >= c->nr_types)
		return bad(&c->why, ".BTF.ext: a relocation is of type %u of %u", r->word[0],
			   c->nr_types - 1);
	if (!is_text(c, r->word[1]))
		return bad(&c->why, ".BTF.ext: a relocation has its text at %u, they end at %u",
			   r->word[1], c->strings_len);
	path = c->strings + r->word[1];
	if (!path[0] || path[strspn(path, "0123456789:")])
		return bad(&c->why, ".BTF.ext: a relocation has no path to a member");
	if (r->word[2] > CORE_KIND_MAX)
		return bad(&c->why, ".BTF.ext: a relocation is of unknown kind %u", r->word[2]);
	return 0;
}

static const struct part {
	const char *name;
	uint32_t min_len;
	int (*check)(const struct check *c, const struct record *r);
} parts[] = {
	{ "functions", 8, check_func },
	{ "lines", 16, check_line },
	{ "relocations", 16, check_relo },
};

static uint32_t word_at(const struct check *c, size_t at)
{
	uint32_t word;

	memcpy(&word, c->data + at, sizeof(word));
	return word;
}

static int check_records(const struct check *c, const struct part *part, size_t at, size_t nr,
			 uint32_t len)
{
	int err = 0;

	for (size_t i = 0; i < nr && !err; i++, at += len) {
		struct record record = { 0 };

		memcpy(&record, c->data + at, part->min_len);
		if (record.insn_off % INSN)
			return bad(&c->why, ".BTF.ext: one of its %s is at %u, within an instruction",
				   part->name, record.insn_off);
		err = part->check(c, &record);
	}
	return err;
}

/* For each section of code: its name, how many records, the records. */
static int check_sections(const struct check *c, const struct part *part, size_t at, size_t end,
			  uint32_t len)
{
	while (at < end) {
		uint64_t nr;
		int err;

		if (end - at < 8)
			return bad(&c->why, ".BTF.ext: its %s are cut short", part->name);
		nr = word_at(c, at + 4);
		if (!is_text(c, word_at(c, at)))
			return bad(&c->why, ".BTF.ext: its %s name a section at %u, the texts end at %u",
				   part->name, word_at(c, at), c->strings_len);
		if (!nr || nr * len > end - at - 8)
			return bad(&c->why, ".BTF.ext: its %s are %llu in %zu bytes", part->name,
				   (unsigned long long)nr, end - at - 8);
		err = check_records(c, part, at + 8, nr, len);
		if (err)
			return err;
		at += 8 + nr * len;
	}
	return 0;
}

static int check_part(const struct check *c, const struct part *part, uint32_t off, uint32_t len)
{
	uint32_t record_len;

	if (!len)
		return 0;
	if (off % 4 || len % 4 || (uint64_t)off + len > c->len)
		return bad(&c->why, ".BTF.ext is cut short: its %s end at %llu, the section at %zu",
			   part->name, (unsigned long long)off + len, c->len);
	record_len = word_at(c, off);
	if (record_len < part->min_len || record_len > RECORD_MAX || record_len % 4)
		return bad(&c->why, ".BTF.ext: its %s take %u bytes each", part->name, record_len);
	if (len == sizeof(record_len))
		return bad(&c->why, ".BTF.ext: its %s are cut short", part->name);
	return check_sections(c, part, off + sizeof(record_len), off + len, record_len);
}

static int check_header(struct check *c, const char *ext, size_t len, struct ext_header *h)
{
	const size_t least = offsetof(struct ext_header, part[2]);

	if (len < least)
		return bad(&c->why, ".BTF.ext is cut short: %zu bytes, its header takes %zu", len,
			   least);
	memcpy(h, ext, least);
	if (h->magic != BTF_MAGIC || h->version != BTF_VERSION || h->flags)
		return bad(&c->why, ".BTF.ext begins with 0x%04x, version %u, flags 0x%x", h->magic,
			   h->version, h->flags);
	if (h->hdr_len < least || h->hdr_len >= len || h->hdr_len % 4 ||
	    (h->hdr_len > least && h->hdr_len < sizeof(*h)))
		return bad(&c->why, ".BTF.ext has a header of %u bytes", h->hdr_len);
	memcpy(h, ext, h->hdr_len < sizeof(*h) ? least : sizeof(*h));
	c->data = ext + h->hdr_len;
	c->len = len - h->hdr_len;
	return 0;
}

int btf_ext_check(const void *ext, size_t len, const void *btf, size_t btf_len, char *why,
		  size_t why_len)
{
	struct check c = { .why = { why, why_len } };
	_cleanup_(cleanup_btf) struct btf *types = NULL;
	struct ext_header h = { 0 };
	struct btf_header head;
	int err = check_header(&c, ext, len, &h);

	if (err)
		return err;
	types = btf__new(btf, btf_len);
	if (!types)
		return out_of_memory(&c.why);
	memcpy(&head, btf, sizeof(head));
	c.btf = types;
	c.nr_types = btf__type_cnt(types);
	c.strings = (const char *)btf + head.hdr_len + head.str_off;
	c.strings_len = head.str_len;

	for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]) && !err; i++)
		err = check_part(&c, &parts[i], h.part[i].off, h.part[i].len);
	return err;
}
