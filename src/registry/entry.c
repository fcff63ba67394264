// SPDX-License-Identifier: GPL-2.0-only
/* Entries: made, mapped, and the few words in them that ever change. */
#include <bpf/bpf.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/bpf.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>

#include "base/uapi.h"
#include "registry/entry.h"

#define PAGE_LEN	4096

_Static_assert(sizeof(struct kx_entry) <= PAGE_LEN, "an entry is one page");

/* The words of the command line, with blanks between. */
static void command_read(char *out, size_t len)
{
	_cleanup_close_ int fd = open("/proc/self/cmdline", O_RDONLY | O_CLOEXEC);
	ssize_t got = fd < 0 ? -1 : read(fd, out, len - 1);

	if (got < 0)
		got = 0;
	while (got && !out[got - 1])
		got--;
	for (ssize_t i = 0; i < got; i++)
		if ((unsigned char)out[i] < ' ')
			out[i] = ' ';
	out[got] = '\0';
}

static int judge(const struct kx_entry *page)
{
	if (page->magic != KX_ENTRY_MAGIC)
		return -EPROTO;
	if (page->abi != KX_ABI)
		return -EPROTONOSUPPORT;
	return memchr(page->name, '\0', sizeof(page->name)) &&
	       memchr(page->command, '\0', sizeof(page->command)) ? 0 : -EPROTO;
}

static int read_copy(int fd, struct kx_entry *page)
{
	__u32 key = 0;

	return bpf_map_lookup_elem(fd, &key, page) ? -errno : 0;
}

static void page_free(struct kx_entry *page, bool mapped)
{
	if (mapped)
		munmap(page, PAGE_LEN);
	else
		free(page);
}

int entry_take(int fd, bool writable, struct entry *out)
{
	struct bpf_map_info info = {};
	__u32 len = sizeof(info);
	struct kx_entry *page;
	int err = 0;

	if (bpf_obj_get_info_by_fd(fd, &info, &len))
		return -errno;
	if (info.type != BPF_MAP_TYPE_ARRAY || strcmp(info.name, "kx_entry") ||
	    !(info.map_flags & KX_F_MMAPABLE))
		return -EPROTO;
	if (info.value_size != sizeof(*page))
		return -EPROTONOSUPPORT;
	if (writable) {
		page = mmap(NULL, PAGE_LEN, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
		if (page == MAP_FAILED)
			return -errno;
	} else {
		page = calloc(1, PAGE_LEN);
		err = page ? read_copy(fd, page) : -ENOMEM;
	}
	err = err ?: judge(page);
	if (err) {
		page_free(page, writable);
		return err;
	}
	*out = (struct entry){ .fd = fd, .kmid = info.id, .writable = writable, .page = page };
	return 0;
}

void entry_refresh(struct entry *entry)
{
	if (!entry->writable)
		(void)read_copy(entry->fd, entry->page);
}

int entry_make(struct kx *kx, const char *name, uint32_t flags, struct entry *out)
{
	LIBBPF_OPTS(bpf_map_create_opts, opts, .map_flags = KX_F_MMAPABLE);
	struct kx_entry entry = {
		.magic = KX_ENTRY_MAGIC,
		.abi = KX_ABI,
		.state = KX_STATE_LOADING,
		.flags = flags,
		.uid = getuid(),
		.pid = getpid(),
	};
	_cleanup_close_ int fd = -1;
	struct timespec now;
	__u32 key = 0;
	int err;

	clock_gettime(CLOCK_REALTIME, &now);
	entry.loaded_ns = now.tv_sec * 1000000000ULL + now.tv_nsec;
	snprintf(entry.name, sizeof(entry.name), "%s", name);
	command_read(entry.command, sizeof(entry.command));
	fd = bpf_map_create(BPF_MAP_TYPE_ARRAY, "kx_entry", sizeof(key), sizeof(entry), 1, &opts);
	if (fd < 0 || bpf_map_update_elem(fd, &key, &entry, BPF_ANY))
		return kx_fail(kx, -errno, "%s: cannot make its entry: %s%s", name, kx_why(-errno),
			       errno == EPERM ? "; it takes root, or cap_bpf" : "");
	err = entry_take(fd, true, out);
	if (err)
		return kx_fail(kx, err, "%s: cannot map its entry: %s", name, kx_why(err));
	(void)take_fd(fd);
	return 0;
}

int entry_open(const char *path, struct entry *out)
{
	LIBBPF_OPTS(bpf_obj_get_opts, read_only, .file_flags = BPF_F_RDONLY);
	_cleanup_close_ int fd = bpf_obj_get(path);
	bool writable = fd >= 0;
	int err;

	if (fd < 0 && errno == EACCES)
		fd = bpf_obj_get_opts(path, &read_only);
	if (fd < 0)
		return -errno;
	err = entry_take(fd, writable, out);
	if (!err)
		(void)take_fd(fd);
	return err;
}

void entry_close(struct entry *entry)
{
	if (entry->page)
		page_free(entry->page, entry->writable);
	if (entry->fd >= 0)
		close(entry->fd);
	*entry = ENTRY_NONE;
}

void entry_activate(struct entry *entry, uint32_t slot)
{
	__atomic_store_n(&entry->page->active, slot, __ATOMIC_SEQ_CST);
}

uint32_t entry_active(const struct entry *entry)
{
	uint32_t slot = __atomic_load_n(&entry->page->active, __ATOMIC_SEQ_CST);

	return slot < KX_NR_SLOTS ? slot : 0;
}

enum kx_state entry_state(const struct entry *entry)
{
	return __atomic_load_n(&entry->page->state, __ATOMIC_SEQ_CST);
}

void entry_set_state(struct entry *entry, enum kx_state state)
{
	__atomic_store_n(&entry->page->state, state, __ATOMIC_SEQ_CST);
}
