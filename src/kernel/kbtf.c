// SPDX-License-Identifier: GPL-2.0-only
/*
 * The kernel's BTF, searched by name without building an index.
 *
 * libbpf parses all of it first, 20 ms; a probe wants one number. Strings are
 * unique in BTF: find the name once, then compare offsets.
 */
#define _GNU_SOURCE 1

#include <errno.h>
#include <fcntl.h>
#include <linux/btf.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>

#include "base/cleanup.h"
#include "extension/elfcheck.h"
#include "kernel/kbtf.h"

#define PATH	"/sys/kernel/btf/vmlinux"

long kbtf_size(void)
{
	struct stat stat_buf;

	return stat(PATH, &stat_buf) ? -errno : stat_buf.st_size;
}

/* Newer kernels let it be mapped; a read gives a page at a time. */
static bool map_all(struct kbtf *kbtf)
{
	_cleanup_close_ int fd = open(PATH, O_RDONLY | O_CLOEXEC);
	struct stat stat_buf;
	void *data;

	if (fd < 0 || fstat(fd, &stat_buf) || !stat_buf.st_size)
		return false;
	data = mmap(NULL, stat_buf.st_size, PROT_READ, MAP_PRIVATE, fd, 0);
	if (data == MAP_FAILED)
		return false;
	kbtf->data = data;
	kbtf->len = stat_buf.st_size;
	kbtf->mapped = true;
	return true;
}

static int read_all(struct kbtf *kbtf)
{
	_cleanup_close_ int fd = open(PATH, O_RDONLY | O_CLOEXEC);
	_cleanup_free_ char *data = NULL;
	struct stat stat_buf;
	size_t len = 0;

	if (fd < 0 || fstat(fd, &stat_buf))
		return -EOPNOTSUPP;
	data = malloc(stat_buf.st_size + 1);
	if (!data)
		return -ENOMEM;
	while (len < (size_t)stat_buf.st_size) {
		ssize_t nr = read(fd, data + len, stat_buf.st_size - len);

		if (nr <= 0)
			return -EOPNOTSUPP;
		len += nr;
	}
	kbtf->data = take_ptr(data);
	kbtf->len = len;
	return 0;
}

static int find_type(const char *types, size_t len, __u32 name,
		     unsigned int kind)
{
	size_t at = 0;

	for (int id = 1; at + sizeof(struct btf_type) <= len; id++) {
		const struct btf_type *type = (const void *)(types + at);
		long tail = btf_tail_len(type);

		if (type->name_off == name && BTF_INFO_KIND(type->info) == kind)
			return id;
		if (tail < 0)
			return -EOPNOTSUPP;
		at += sizeof(*type) + tail;
	}
	return -ENOENT;
}

int kbtf_read(struct kbtf *kbtf)
{
	const struct btf_header *head;
	int err = kbtf->data || map_all(kbtf) ? 0 : read_all(kbtf);

	if (err)
		return err;
	head = (const void *)kbtf->data;
	if (kbtf->len < sizeof(*head) || head->magic != BTF_MAGIC ||
	    (head->hdr_len | head->type_off) % sizeof(__u32) ||
	    (size_t)head->hdr_len + head->type_off + head->type_len >
		    kbtf->len ||
	    (size_t)head->hdr_len + head->str_off + head->str_len > kbtf->len)
		return -EOPNOTSUPP;
	return 0;
}

/* Where a name is in the strings, or a negative errno. */
static long find_name(struct kbtf *kbtf, const char *name)
{
	const struct btf_header *head;
	const char *strings, *found;
	char wanted[128] = "";
	size_t len = strlen(name);
	int err;

	if (len + 2 > sizeof(wanted))
		return -ENOENT;
	err = kbtf_read(kbtf);
	if (err)
		return err;
	head = (const void *)kbtf->data;
	strings = kbtf->data + head->hdr_len + head->str_off;

	/* Between two ends of strings. */
	memcpy(wanted + 1, name, len + 1);
	found = memmem(strings, head->str_len, wanted, len + 2);
	return found ? found + 1 - strings : -ENOENT;
}

int kbtf_find(struct kbtf *kbtf, const char *name, unsigned int kind)
{
	long at = find_name(kbtf, name);
	const struct btf_header *head;

	if (at < 0)
		return at;
	head = (const void *)kbtf->data;
	return find_type(kbtf->data + head->hdr_len + head->type_off, head->type_len, at, kind);
}

static bool has_member(const struct btf_type *type, __u32 name)
{
	const struct btf_member *members = (const void *)(type + 1);

	for (unsigned int i = 0; i < BTF_INFO_VLEN(type->info); i++)
		if (members[i].name_off == name)
			return true;
	return false;
}

int kbtf_find_members(struct kbtf *kbtf, const char *one, const char *other)
{
	long first = find_name(kbtf, one), second = find_name(kbtf, other), tail;
	const struct btf_header *head;
	const struct btf_type *type;
	const char *types;
	size_t at = 0;

	if (first < 0 || second < 0)
		return first < 0 ? first : second;
	head = (const void *)kbtf->data;
	types = kbtf->data + head->hdr_len + head->type_off;
	for (int id = 1; at + sizeof(*type) <= head->type_len; id++) {
		type = (const void *)(types + at);
		tail = btf_tail_len(type);
		if (tail < 0 || at + sizeof(*type) + tail > head->type_len)
			return -EOPNOTSUPP;
		if (BTF_INFO_KIND(type->info) == BTF_KIND_STRUCT && has_member(type, first) &&
		    has_member(type, second))
			return id;
		at += sizeof(*type) + tail;
	}
	return -ENOENT;
}

void kbtf_done(struct kbtf *kbtf)
{
	if (kbtf->mapped)
		munmap(kbtf->data, kbtf->len);
	else
		free(kbtf->data);
	*kbtf = (struct kbtf){};
}
