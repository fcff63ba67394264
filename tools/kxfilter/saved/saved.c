// SPDX-License-Identifier: GPL-2.0-only
/* The rules that act, as text, in a map beside the programs. */
#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "../verb.h"
#include "cli/own.h"
#include "saved.h"

#define TEXT_MAX	(1u << 30)

/* The text and a zero behind it. */
static size_t size_of(const char *text)
{
	return sizeof(struct kxf_saved) + (text ? strlen(text) : 0) + 1;
}

int saved_prepare(struct bpf_object *obj, const char *text)
{
	struct bpf_map *map = bpf_object__find_map_by_name(obj, "saved");
	size_t size = size_of(text);

	if (!map)
		return -ENOENT;
	return size > TEXT_MAX ? -E2BIG : bpf_map__set_value_size(map, size);
}

int saved_fill(struct bpf_object *obj, const struct filter_opts *how, uint32_t live)
{
	int fd = bpf_object__find_map_fd_by_name(obj, "saved");
	size_t size = size_of(how->text);
	struct kxf_saved *to;

	if (fd < 0)
		return fd;
	to = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	if (to == MAP_FAILED)
		return -errno;
	to->hook = how->hook_is_asked ? how->hook + 1 : 0;
	to->monitor = how->monitor;
	to->live = live;
	to->len = how->text ? strlen(how->text) : 0;
	memcpy(to->text, how->text ? how->text : "", to->len);
	munmap(to, size);
	return 0;
}

int saved_read(const struct filter *filter, struct kxf_saved **out)
{
	struct bpf_map_info info = {};
	__u32 len = sizeof(info);
	struct kxf_saved *saved;

	if (bpf_obj_get_info_by_fd(filter->saved, &info, &len) ||
	    info.value_size <= sizeof(*saved)) {
		tell("%s: another version of kxfilter filters it", filter->device);
		return -EPROTO;
	}
	saved = malloc(info.value_size);
	if (!saved) {
		tell("out of memory");
		return -ENOMEM;
	}
	if (bpf_map_lookup_elem(filter->saved, &(uint32_t){ 0 }, saved) ||
	    saved->len >= info.value_size - sizeof(*saved) ||
	    memchr(saved->text, 0, saved->len) || saved->text[saved->len]) {
		tell("%s: its rules cannot be read back from the kernel", filter->device);
		free(saved);
		return -EPROTO;
	}
	*out = saved;
	return 0;
}
