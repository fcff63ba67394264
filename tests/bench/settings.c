// SPDX-License-Identifier: GPL-2.0-only
/* Sets the live parameter of a loaded extension: by libkx, bpf(2), and a plain store. */
#include <bpf/bpf.h>
#include <kx/kx.h>
#include <sys/mman.h>

#include "sample.h"

#define EACH	20000
#define OPENED	50
#define MAP	"/sys/fs/bpf/kx/small/1/maps/_data_param"

static struct kx *kx;
static int map_fd;
static volatile uint32_t *page;

static void set(struct kx_instance *inst, unsigned long number)
{
	char text[16];

	snprintf(text, sizeof(text), "%lu", number);
	if (kx_param_set(kx, inst, "step", text))
		give_up("%s", kx_error(kx));
}

static struct kx_instance *find(void)
{
	struct kx_instance *inst;

	if (kx_instance_open(kx, "small", &inst))
		give_up("%s", kx_error(kx));
	return inst;
}

static void set_opened(void)
{
	uint64_t from = now_ns();

	for (unsigned long i = 0; i < OPENED; i++) {
		struct kx_instance *inst = find();

		set(inst, i);
		kx_instance_close(inst);
	}
	sample("opened", from, OPENED);
}

static void set_again(struct kx_instance *inst)
{
	uint64_t from = now_ns();

	for (unsigned long i = 0; i < EACH; i++)
		set(inst, i);
	sample("set", from, EACH);
	if (*page != EACH - 1)
		give_up("the parameter has another value than the one set");
}

static void update(void)
{
	uint64_t from = now_ns();

	for (uint32_t i = 0, key = 0; i < EACH; i++)
		if (bpf_map_update_elem(map_fd, &key, &i, BPF_ANY))
			give_up(MAP ": cannot be updated");
	sample("update", from, EACH);
}

static void store(void)
{
	uint64_t from = now_ns();

	for (unsigned long i = 0; i < 100UL * EACH; i++)
		*page = i;
	sample("store", from, 100UL * EACH);
}

int main(int argc, char **argv)
{
	unsigned long rounds = argc == 2 ? strtoul(argv[1], NULL, 10) : 0;
	struct kx_instance *inst;

	if (!rounds || kx_new(&kx))
		give_up("usage: settings ROUNDS");
	inst = find();
	map_fd = bpf_obj_get(MAP);
	page = map_fd < 0 ? MAP_FAILED :
	       mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, map_fd, 0);
	if (page == MAP_FAILED)
		give_up(MAP ": cannot be mapped");
	while (rounds--) {
		set_opened();
		set_again(inst);
		update();
		store();
	}
	kx_instance_close(inst);
	kx_free(kx);
	return 0;
}
