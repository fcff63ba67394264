// SPDX-License-Identifier: GPL-2.0-only
/* A system call in a loop under an empty program: none, attached directly, loaded by kx. */
#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <kx/abi.h>
#include <kx/kx.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "sample.h"

#define CALLS	100000
#define ENTRY	"/sys/fs/bpf/kx/busy/entry"
#define HOOK	"/sys/fs/bpf/kx/busy/hooks/busy_enter"

static struct kx *kx;

static void measure(const char *name)
{
	uint64_t from = now_ns();

	for (unsigned long i = 0; i < CALLS; i++)
		syscall(SYS_getppid);
	sample(name, from, CALLS);
}

static void directly(const char *file)
{
	struct bpf_object *obj = bpf_object__open(file);
	struct bpf_link *link = NULL;

	if (obj && !bpf_object__load(obj))
		link = bpf_program__attach(bpf_object__next_program(obj, NULL));
	if (!link)
		give_up("%s: libbpf cannot load and attach it", file);
	measure("direct");
	bpf_link__destroy(link);
	bpf_object__close(obj);
}

/* The gate is a word of the entry, which its owner may write. */
static void measure_closed(void)
{
	int fd = bpf_obj_get(ENTRY);
	struct kx_entry *entry = fd < 0 ? MAP_FAILED :
		mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);

	if (entry == MAP_FAILED)
		give_up(ENTRY ": cannot be mapped");
	entry->active = 0;
	measure("closed");
	entry->active = 1;
	munmap(entry, 4096);
	close(fd);
}

static uint32_t hook_id(void)
{
	struct bpf_link_info info = {};
	uint32_t len = sizeof(info);
	int fd = bpf_obj_get(HOOK);

	if (fd < 0 || bpf_obj_get_info_by_fd(fd, &info, &len))
		give_up(HOOK ": cannot be looked at");
	close(fd);
	return info.id;
}

/* The kernel lets go of a pin that was removed a while later: not in the next figure. */
static void wait_until_gone(uint32_t id)
{
	uint64_t from = now_ns();
	int fd;

	while ((fd = bpf_link_get_fd_by_id(id)) >= 0) {
		close(fd);
		if (now_ns() - from > 10000000000ULL)
			give_up("busy: still attached 10 s after it was unloaded");
		usleep(1000);
	}
}

static void by_kx(const char *file)
{
	struct kx_extension *ext;
	struct kx_instance *inst;
	uint32_t hook;

	if (kx_extension_open(kx, file, &ext) || kx_load(kx, ext, NULL, &inst))
		give_up("%s", kx_error(kx));
	hook = hook_id();
	measure("kx");
	measure_closed();
	if (kx_unload(kx, inst, 0))
		give_up("%s", kx_error(kx));
	kx_instance_close(inst);
	kx_extension_close(ext);
	wait_until_gone(hook);
}

int main(int argc, char **argv)
{
	unsigned long rounds = argc == 3 ? strtoul(argv[2], NULL, 10) : 0;

	if (!rounds || kx_new(&kx))
		give_up("usage: dispatch FILE ROUNDS");
	while (rounds--) {
		measure("nothing");
		directly(argv[1]);
		by_kx(argv[1]);
	}
	kx_free(kx);
	return 0;
}
