// SPDX-License-Identifier: GPL-2.0-only
/* Loads and unloads an extension in one process, by libkx and by libbpf in turn. */
#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <kx/kx.h>
#include <unistd.h>

#include "sample.h"

#define PINS	"/sys/fs/bpf/kx-bench"

static struct kx *kx;

static void by_libkx(const char *file)
{
	struct kx_extension *ext;
	struct kx_instance *inst;

	if (kx_extension_open(kx, file, &ext) || kx_load(kx, ext, NULL, &inst) ||
	    kx_unload(kx, inst, 0))
		give_up("%s", kx_error(kx));
	kx_instance_close(inst);
	kx_extension_close(ext);
}

/* libbpf pins what bpftool pins. */
static struct bpf_object *load(const char *file)
{
	struct bpf_object *obj = bpf_object__open(file);

	if (!obj || bpf_object__load(obj) || bpf_object__pin(obj, PINS))
		give_up("%s: libbpf cannot load and pin it", file);
	return obj;
}

static void unload(struct bpf_object *obj)
{
	if (bpf_object__unpin_maps(obj, PINS) || bpf_object__unpin_programs(obj, PINS) ||
	    rmdir(PINS))
		give_up(PINS ": cannot be removed");
	bpf_object__close(obj);
}

static void by_libbpf(const char *file)
{
	unload(load(file));
}

/* The same amount of work as libkx does: attached, the link pinned. */
static void by_libbpf_attached(const char *file)
{
	struct bpf_object *obj = load(file);
	struct bpf_link *link = bpf_program__attach(bpf_object__next_program(obj, NULL));

	if (!link || bpf_link__pin(link, PINS "/link") || bpf_link__unpin(link))
		give_up("%s: libbpf cannot attach it and pin that", file);
	bpf_link__destroy(link);
	unload(obj);
}

static const struct {
	const char *name;
	void (*live)(const char *file);
} ways[] = {
	{ "libkx", by_libkx },
	{ "libbpf", by_libbpf },
	{ "libbpf-attached", by_libbpf_attached },
};

int main(int argc, char **argv)
{
	unsigned long blocks, each;

	if (argc != 4)
		give_up("usage: lives FILE BLOCKS EACH");
	blocks = strtoul(argv[2], NULL, 10);
	each = strtoul(argv[3], NULL, 10);
	if (kx_new(&kx))
		give_up("out of memory");
	for (unsigned long block = 0; block < blocks; block++)
		for (size_t way = 0; way < sizeof(ways) / sizeof(ways[0]); way++) {
			uint64_t from = now_ns();

			for (unsigned long i = 0; i < each; i++)
				ways[way].live(argv[1]);
			sample(ways[way].name, from, each);
		}
	kx_free(kx);
	return 0;
}
