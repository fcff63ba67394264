// SPDX-License-Identifier: GPL-2.0-only
/* Probes that make a map. */
#include <errno.h>
#include <linux/btf.h>
#include <string.h>
#include <sys/mman.h>

#include "base/cleanup.h"
#include "base/uapi.h"
#include "kernel/probe.h"

/* Rings and arenas have no keys; their size is in bytes or pages. */
static bool is_ring(int type)
{
	return type == BPF_MAP_TYPE_RINGBUF || type == KX_MAP_USER_RINGBUF;
}

static int map_create(const struct probe *probe, int btf_fd)
{
	bool plain = !is_ring(probe->type) && probe->type != KX_MAP_ARENA;
	union bpf_attr attr;

	memset(&attr, 0, sizeof(attr));
	attr.map_type = probe->type;
	attr.map_flags = probe->flags;
	attr.key_size = plain ? 4 : 0;
	attr.value_size = plain ? 4 : 0;
	attr.max_entries = is_ring(probe->type) ? sysconf(_SC_PAGESIZE) : 1;
	strcpy(attr.map_name, "kx_probe");
	if (btf_fd >= 0) {
		attr.max_entries = 0;
		attr.map_flags |= BPF_F_NO_PREALLOC;
		attr.btf_fd = btf_fd;
		attr.btf_key_type_id = 1;
		attr.btf_value_type_id = 1;
	}
	return bpf_call(BPF_MAP_CREATE, &attr, sizeof(attr));
}

static void judge(int fd, struct finding *out)
{
	if (fd < 0)
		missing(out, fd);
	else
		available(out);
}

void probe_map(const struct probe *probe, struct kbtf *kbtf,
	       struct finding *out)
{
	_cleanup_close_ int fd = map_create(probe, -1);

	(void)kbtf;
	judge(fd, out);
}

void probe_map_mmap(const struct probe *probe, struct kbtf *kbtf,
		    struct finding *out)
{
	_cleanup_close_ int fd = map_create(probe, -1);
	size_t len = sysconf(_SC_PAGESIZE);
	void *mem;

	(void)kbtf;
	judge(fd, out);
	if (fd < 0)
		return;
	mem = mmap(NULL, len, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	if (mem == MAP_FAILED)
		missing(out, -errno);
	else
		munmap(mem, len);
}

/* BTF with one type, int: maps of local storage must say what they hold. */
static const struct {
	struct btf_header head;
	__u32 types[4];
	char strings[5];
} int_btf = {
	.head = {
		.magic = BTF_MAGIC,
		.version = BTF_VERSION,
		.hdr_len = sizeof(struct btf_header),
		.type_len = 4 * sizeof(__u32),
		.str_off = 4 * sizeof(__u32),
		.str_len = 5,
	},
	.types = { 1, BTF_KIND_INT << 24, 4, BTF_INT_SIGNED << 24 | 32 },
	.strings = "\0int",
};

void probe_map_storage(const struct probe *probe, struct kbtf *kbtf,
		       struct finding *out)
{
	_cleanup_close_ int btf_fd = -1;
	_cleanup_close_ int fd = -1;
	union bpf_attr attr;

	(void)kbtf;
	memset(&attr, 0, sizeof(attr));
	attr.btf = (uintptr_t)&int_btf;
	attr.btf_size = int_btf.head.hdr_len + int_btf.head.type_len +
			int_btf.head.str_len;
	btf_fd = bpf_call(BPF_BTF_LOAD, &attr, sizeof(attr));
	if (btf_fd >= 0)
		fd = map_create(probe, btf_fd);
	judge(btf_fd < 0 ? btf_fd : fd, out);
}
