// SPDX-License-Identifier: GPL-2.0-only
/* Parameters of a loaded instance: read and stored in the memory that programs use. */
#include <bpf/bpf.h>
#include <errno.h>
#include <linux/bpf.h>
#include <string.h>
#include <sys/mman.h>

#include "value/param.h"
#include "value/settings.h"

static const char *const sections[NR_SECTIONS] = {
	".data.param", ".rodata.param", ".data.value",
};

/* The kernel maps what was opened for writing only; others read a copy. */
static int page_fill(struct section_page *page, bool writable)
{
	__u32 key = 0;

	if (writable) {
		page->bytes = mmap(NULL, page->len, PROT_READ | PROT_WRITE, MAP_SHARED, page->fd,
				   0);
		if (page->bytes == MAP_FAILED)	/* frozen: load-time parameters */
			page->bytes = mmap(NULL, page->len, PROT_READ, MAP_SHARED, page->fd, 0);
		page->mapped = page->bytes != MAP_FAILED;
		if (!page->mapped)
			page->bytes = NULL;
		return page->mapped ? 0 : -errno;
	}
	if (!page->bytes)
		page->bytes = malloc(page->len + 8);
	if (!page->bytes)
		return -ENOMEM;
	return bpf_map_lookup_elem(page->fd, &key, page->bytes) ? -errno : 0;
}

static int page_open(struct kx_instance *inst, size_t nr)
{
	struct section_page *page = &inst->pages[nr];
	struct bpf_map_info info = {};
	__u32 len = sizeof(info);
	bool writable = true;
	int fd = instance_map(inst, sections[nr], true), err;

	if (fd == -EACCES) {
		writable = false;
		fd = instance_map(inst, sections[nr], false);
	}
	if (fd < 0)
		return fd;
	if (bpf_obj_get_info_by_fd(fd, &info, &len)) {
		err = -errno;
		close(fd);
		return err;
	}
	*page = (struct section_page){ .fd = fd, .len = info.value_size };
	err = page_fill(page, writable);
	if (!err)
		return 0;
	free(page->bytes);
	close(fd);
	*page = (struct section_page){ .fd = -1 };
	return err;
}

char *param_bytes(struct kx *kx, struct kx_instance *inst, const struct param *param, bool writable)
{
	struct section_page *page;
	size_t nr = 0;
	int err = 0;

	while (nr < NR_SECTIONS && strcmp(sections[nr], param->section))
		nr++;
	page = &inst->pages[nr < NR_SECTIONS ? nr : 0];
	if (nr == NR_SECTIONS)
		err = -EPROTO;
	else if (!page->bytes)
		err = page_open(inst, nr);
	else if (!page->mapped)
		err = page_fill(page, false);
	if (!err && writable && !page->mapped)
		err = -EACCES;
	if (!err && (size_t)param->offset + param->size > page->len)
		err = -EPROTO;
	if (err) {
		(void)kx_fail(kx, err, "%s: cannot %s %s: %s%s", inst->name,
			      writable ? "set" : "get", param->name, kx_why(err),
			      err == -EACCES ? "; the mode of its pin decides who may" : "");
		errno = -err;
		return NULL;
	}
	return page->bytes + param->offset;
}

/* The parameter that a name begins with; the rest of the name is its path. */
static int find(struct kx *kx, struct kx_instance *inst, const char *name,
		const struct param **out, const char **path)
{
	size_t len = strcspn(name, ".[");
	int err = instance_refresh(kx, inst);

	if (err)
		return err;
	*out = about_param(&inst->meta->about, name, len);
	if (!*out)
		return param_unknown(kx, inst->name, &inst->meta->about, name, len);
	*path = name + len;
	return 0;
}

typedef char *spell_fn(const struct btf *btf, const struct value_place *place, const void *bytes);

static int get(struct kx *kx, struct kx_instance *inst, const char *name, spell_fn *spell,
	       char **out)
{
	const struct param *param;
	struct value_place place;
	const char *path;
	char why[256], *bytes, *text;
	int err = find(kx, inst, name, &param, &path);

	if (err)
		return err;
	err = value_find(inst->meta->btf, param->type_id, path, &place, why, sizeof(why));
	if (err)
		return kx_fail(kx, err, "%s: cannot get %s: %s", inst->name, name, why);
	bytes = param_bytes(kx, inst, param, false);
	if (!bytes)
		return -errno;
	text = spell(inst->meta->btf, &place, bytes + place.offset);
	if (!text)
		return kx_fail(kx, -ENOMEM, "out of memory");
	*out = text;
	return 0;
}

int kx_param_get(struct kx *kx, struct kx_instance *inst, const char *name, char **out)
{
	return get(kx, inst, name, value_text, out);
}

int kx_param_json(struct kx *kx, struct kx_instance *inst, const char *name, char **out)
{
	return get(kx, inst, name, value_json, out);
}

void param_store(char *to, const char *from, size_t len)
{
	switch (len && (uintptr_t)to % len == 0 ? len : 0) {
	case 2:
		__atomic_store_n((uint16_t *)to, *(const uint16_t *)from, __ATOMIC_SEQ_CST);
		return;
	case 4:
		__atomic_store_n((uint32_t *)to, *(const uint32_t *)from, __ATOMIC_SEQ_CST);
		return;
	case 8:
		__atomic_store_n((uint64_t *)to, *(const uint64_t *)from, __ATOMIC_SEQ_CST);
		return;
	default:
		memcpy(to, from, len);
	}
}

static int set_fixed(struct kx *kx, const struct kx_instance *inst, const struct param *param)
{
	bool load = param->kind == KX_PARAM_LOAD;

	return kx_fail(kx, -EROFS, "%s: cannot set %s: %s", inst->name, param->name,
		       load ? "it is fixed at load; kx load and kx upgrade take it" :
			      "it is read-only, its kernel code writes it");
}

int kx_param_set(struct kx *kx, struct kx_instance *inst, const char *name, const char *value)
{
	_cleanup_free_ char *copy = NULL;
	const struct param *param;
	struct value_place place;
	char why[256], *bytes;
	const char *path;
	int err = find(kx, inst, name, &param, &path);

	if (err)
		return err;
	if (param->kind != KX_PARAM_LIVE)
		return set_fixed(kx, inst, param);
	err = value_find(inst->meta->btf, param->type_id, path, &place, why, sizeof(why));
	if (err)
		return kx_fail(kx, err, "%s: cannot set %s: %s", inst->name, name, why);
	bytes = param_bytes(kx, inst, param, true);
	if (!bytes)
		return -errno;
	/* Aligned as the original is, for the store. */
	copy = aligned_alloc(8, (place.size + 8) & ~7UL);
	if (!copy)
		return kx_fail(kx, -ENOMEM, "out of memory");
	memcpy(copy, bytes + place.offset, place.size);
	err = value_parse(inst->meta->btf, &place, &param->range, value, copy, why, sizeof(why));
	if (err)
		return kx_fail(kx, err, "%s: cannot set %s: %s", inst->name, name, why);
	param_store(bytes + place.offset, copy, place.size);
	return 0;
}
