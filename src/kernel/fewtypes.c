// SPDX-License-Identifier: GPL-2.0-only
/*
 * The kernel's types that an object asks for, and no others.
 *
 * For each type that CO-RE relocations name, libbpf compares the names of all of
 * the kernel's types, a hundred thousand and more. Here they are walked once; what
 * is wanted is copied with all that it contains. What a pointer points to is not:
 * no relocation reaches through a pointer.
 */
#define _GNU_SOURCE 1

#include <bpf/btf.h>
#include <errno.h>
#include <gelf.h>
#include <kx/kx.h>
#include <linux/btf.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/context.h"
#include "extension/elfcheck.h"
#include "kernel/kbtf.h"

#define MAX_WANTED	128
#define MAX_DEPTH	64

/* The kinds of relocation that compare types as a whole need all of them. */
#define RELO_TYPE_MATCHES	12

struct bytes {
	char *data;
	size_t len;
	size_t room;
};

struct subset {
	const char *strings;		/* the kernel's */
	const struct btf_type **types;	/* by id */
	__u32 *copies;			/* the id of each one's copy, 0: none yet */
	__u32 nr;
	struct bytes out;
	struct bytes names;
	__u32 nr_out;
	char *wanted[MAX_WANTED];
	unsigned int nr_wanted;
	bool failed;
};

static void *append(struct subset *set, struct bytes *bytes, const void *data, size_t len)
{
	char *grown;

	if (bytes->len + len > bytes->room) {
		bytes->room = 2 * (bytes->len + len) + 4096;
		grown = realloc(bytes->data, bytes->room);
		if (!grown) {
			set->failed = true;
			return NULL;
		}
		bytes->data = grown;
	}
	memcpy(bytes->data + bytes->len, data, len);
	bytes->len += len;
	return bytes->data + bytes->len - len;
}

static __u32 copy_name(struct subset *set, __u32 offset)
{
	const char *name = set->strings + offset;
	__u32 at = set->names.len;

	if (!*name)
		return 0;
	append(set, &set->names, name, strlen(name) + 1);
	return at;
}

static bool refers(unsigned int kind)
{
	return kind == BTF_KIND_TYPEDEF || kind == BTF_KIND_CONST ||
	       kind == BTF_KIND_VOLATILE || kind == BTF_KIND_RESTRICT ||
	       kind == BTF_KIND_TYPE_TAG;
}

static bool copy_type(struct subset *set, __u32 id, unsigned int depth);

/* What a type contains comes before it, so that its ids are known. */
static bool copy_contents(struct subset *set, const struct btf_type *type,
			  unsigned int depth)
{
	const struct btf_member *member = (const void *)(type + 1);
	const struct btf_array *array = (const void *)(type + 1);
	unsigned int kind = BTF_INFO_KIND(type->info), i;

	if (refers(kind))
		return copy_type(set, type->type, depth + 1);
	if (kind == BTF_KIND_ARRAY)
		return copy_type(set, array->type, depth + 1) &&
		       copy_type(set, array->index_type, depth + 1);
	if (kind != BTF_KIND_STRUCT && kind != BTF_KIND_UNION)
		return true;
	for (i = 0; i < BTF_INFO_VLEN(type->info); i++)
		if (!copy_type(set, member[i].type, depth + 1))
			return false;
	return true;
}

/* The copy's own references, after it has been appended at `at`. */
static void mend_contents(struct subset *set, size_t at)
{
	struct btf_type *type = (void *)(set->out.data + at);
	struct btf_member *member = (void *)(type + 1);
	struct btf_array *array = (void *)(type + 1);
	struct btf_enum *value = (void *)(type + 1);
	struct btf_enum64 *value64 = (void *)(type + 1);
	unsigned int kind = BTF_INFO_KIND(type->info), i;

	type->name_off = copy_name(set, type->name_off);
	if (refers(kind))
		type->type = set->copies[type->type];
	else if (kind == BTF_KIND_PTR)
		type->type = 0;
	else if (kind == BTF_KIND_ARRAY) {
		array->type = set->copies[array->type];
		array->index_type = set->copies[array->index_type];
	}
	for (i = 0; i < BTF_INFO_VLEN(type->info); i++) {
		if (kind == BTF_KIND_ENUM) {
			value[i].name_off = copy_name(set, value[i].name_off);
		} else if (kind == BTF_KIND_ENUM64) {
			value64[i].name_off = copy_name(set, value64[i].name_off);
		} else if (kind == BTF_KIND_STRUCT || kind == BTF_KIND_UNION) {
			member[i].name_off = copy_name(set, member[i].name_off);
			member[i].type = set->copies[member[i].type];
		}
	}
}

static bool copy_type(struct subset *set, __u32 id, unsigned int depth)
{
	const struct btf_type *type;
	size_t at;

	if (!id)
		return true;
	if (id >= set->nr || depth > MAX_DEPTH)
		return false;
	if (set->copies[id])
		return true;
	type = set->types[id];
	switch (BTF_INFO_KIND(type->info)) {
	case BTF_KIND_FUNC:
	case BTF_KIND_FUNC_PROTO:
	case BTF_KIND_VAR:
	case BTF_KIND_DATASEC:
	case BTF_KIND_DECL_TAG:
		return false;
	}
	if (!copy_contents(set, type, depth))
		return false;
	at = set->out.len;
	if (!append(set, &set->out, type, sizeof(*type) + btf_tail_len(type)))
		return false;
	set->copies[id] = ++set->nr_out;
	mend_contents(set, at);
	return !set->failed;
}

static bool is_wanted(const struct subset *set, const char *name)
{
	unsigned int i;

	for (i = 0; i < set->nr_wanted; i++)
		if (*name == *set->wanted[i] && !strcmp(name, set->wanted[i]))
			return true;
	return false;
}

/* The kernel's own bytes: its lengths are right, or it would not have booted. */
static bool index_types(struct subset *set, const char *types, size_t len)
{
	size_t at = 0, room = 1 << 18;
	__u32 id;

	set->types = calloc(room, sizeof(set->types[0]));
	if (!set->types)
		return false;
	for (id = 1; at + sizeof(struct btf_type) <= len; id++) {
		const struct btf_type *type = (const void *)(types + at);
		long tail = btf_tail_len(type);
		void *grown;

		if (tail < 0)
			return false;
		if (id == room) {
			room *= 2;
			grown = realloc(set->types, room * sizeof(set->types[0]));
			if (!grown)
				return false;
			set->types = grown;
		}
		set->types[id] = type;
		at += sizeof(*type) + tail;
	}
	set->nr = id;
	set->copies = calloc(id, sizeof(set->copies[0]));
	return set->copies;
}

static bool can_be_wanted(const struct btf_type *type)
{
	switch (BTF_INFO_KIND(type->info)) {
	case BTF_KIND_STRUCT:
	case BTF_KIND_UNION:
	case BTF_KIND_ENUM:
	case BTF_KIND_ENUM64:
	case BTF_KIND_TYPEDEF:
	case BTF_KIND_INT:
		return type->name_off;
	}
	return false;
}

static bool copy_wanted(struct subset *set, const struct kbtf *kbtf)
{
	const struct btf_header *head = (const void *)kbtf->data;
	const char *body = kbtf->data + head->hdr_len;
	__u32 id;

	set->strings = body + head->str_off;
	if (!index_types(set, body + head->type_off, head->type_len))
		return false;
	append(set, &set->names, "", 1);
	for (id = 1; id < set->nr; id++)
		if (can_be_wanted(set->types[id]) &&
		    is_wanted(set, set->strings + set->types[id]->name_off) &&
		    !copy_type(set, id, 0))
			return false;
	return !set->failed;
}

/* file___old is the object's name for an older struct file. */
static bool want(struct subset *set, const char *name)
{
	const char *flavor = strstr(name, "___");
	size_t len = flavor ? (size_t)(flavor - name) : strlen(name);
	char *copy = strndup(name, len);

	if (copy && is_wanted(set, copy)) {
		free(copy);
		return true;
	}
	if (!copy || !len || set->nr_wanted == MAX_WANTED) {
		free(copy);
		return false;
	}
	set->wanted[set->nr_wanted++] = copy;
	return true;
}

/* The type that a relocation begins at, behind typedefs and qualifiers. */
static bool want_root(struct subset *set, const struct btf *btf, __u32 id)
{
	const struct btf_type *type = btf__type_by_id(btf, id);

	while (type && btf_is_mod(type))
		type = btf__type_by_id(btf, type->type);
	return type && want(set, btf__name_by_offset(btf, type->name_off));
}

struct ext_header {
	__u16 magic;
	__u8 version;
	__u8 flags;
	__u32 hdr_len;
	__u32 func_info[2];
	__u32 line_info[2];
	__u32 core_relo_off;
	__u32 core_relo_len;
};

struct relo {
	__u32 insn_off;
	__u32 type_id;
	__u32 access_str_off;
	__u32 kind;
};

/* .BTF.ext has been checked by elf_check(): its records are whole. */
static bool want_roots(struct subset *set, const struct btf *btf, const char *ext,
		       size_t len)
{
	const struct ext_header *head = (const void *)ext;
	const __u32 *at, *end;
	__u32 record, nr;

	if (len < sizeof(*head) || head->hdr_len < sizeof(*head))
		return false;
	at = (const void *)(ext + head->hdr_len + head->core_relo_off);
	end = (const void *)((const char *)at + head->core_relo_len);
	if (at == end)
		return false;
	record = *at++;
	while (at + 2 <= end) {
		nr = at[1];
		for (at += 2; nr && at < end; nr--, at += record / sizeof(*at)) {
			const struct relo *relo = (const void *)at;

			if (relo->kind == RELO_TYPE_MATCHES ||
			    !want_root(set, btf, relo->type_id))
				return false;
		}
	}
	return true;
}

static Elf_Data *section(Elf *elf, const char *wanted)
{
	Elf_Scn *scn = NULL;
	GElf_Shdr header;
	const char *name;
	size_t names;

	if (elf_getshdrstrndx(elf, &names))
		return NULL;
	while ((scn = elf_nextscn(elf, scn))) {
		if (!gelf_getshdr(scn, &header))
			return NULL;
		name = elf_strptr(elf, names, header.sh_name);
		if (name && !strcmp(name, wanted))
			return elf_rawdata(scn, NULL);
	}
	return NULL;
}

static bool read_wishes(struct subset *set, const void *bytes, size_t len)
{
	Elf_Data *types, *ext;
	struct btf *btf = NULL;
	bool good = false;
	Elf *elf;

	elf_version(EV_CURRENT);
	elf = elf_memory((char *)bytes, len);
	types = elf ? section(elf, ".BTF") : NULL;
	ext = elf ? section(elf, ".BTF.ext") : NULL;
	if (types && ext)
		btf = btf__new(types->d_buf, types->d_size);
	if (btf)
		good = want_roots(set, btf, ext->d_buf, ext->d_size);
	btf__free(btf);
	elf_end(elf);
	return good;
}

static bool write_all(int fd, const void *data, size_t len)
{
	return write(fd, data, len) == (ssize_t)len;
}

static int write_subset(const struct subset *set)
{
	struct btf_header head = {
		.magic = BTF_MAGIC, .version = BTF_VERSION, .hdr_len = sizeof(head),
		.type_len = set->out.len, .str_off = set->out.len,
		.str_len = set->names.len,
	};
	_cleanup_close_ int fd = memfd_create("kx-types", MFD_CLOEXEC);

	if (fd < 0 || !write_all(fd, &head, sizeof(head)) ||
	    !write_all(fd, set->out.data, set->out.len) ||
	    !write_all(fd, set->names.data, set->names.len))
		return -EOPNOTSUPP;
	return take_fd(fd);
}

static void subset_done(struct subset *set)
{
	while (set->nr_wanted)
		free(set->wanted[--set->nr_wanted]);
	free(set->types);
	free(set->copies);
	free(set->out.data);
	free(set->names.data);
}

int kx_core_types(struct kx *kx, const void *elf, size_t len)
{
	_scope_ struct kx *outer = scope_enter(kx);
	struct subset set = {};
	struct kbtf kbtf = {};
	int fd = -EOPNOTSUPP;
	char why[128];

	if (!elf_check(elf, len, why, sizeof(why)) && read_wishes(&set, elf, len) &&
	    !kbtf_read(&kbtf) && copy_wanted(&set, &kbtf))
		fd = write_subset(&set);
	kbtf_done(&kbtf);
	subset_done(&set);
	return fd;
}
