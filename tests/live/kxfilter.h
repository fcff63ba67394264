/* SPDX-License-Identifier: GPL-2.0-only */
/* The kernel half of kxfilter, loaded for tests that run it on packets of their own. */
#ifndef TEST_KXFILTER_H
#define TEST_KXFILTER_H

#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "../../tools/kxfilter/compile/compile.h"

/* A rule set in the kernel, attached nowhere. */
struct loaded {
	struct bpf_object *obj;
	int xdp;
	int in;
	int out;
	struct kxf_trial *trial;
};

static int program_of(struct bpf_object *obj, const char *name)
{
	struct bpf_program *prog = bpf_object__find_program_by_name(obj, name);

	return prog && bpf_program__autoload(prog) ? bpf_program__fd(prog) : -1;
}

static void unload(struct loaded *loaded)
{
	if (loaded->trial)
		munmap(loaded->trial, sysconf(_SC_PAGESIZE));
	bpf_object__close(loaded->obj);
	*loaded = (struct loaded){};
}

/* libbpf of this age does not know the sections of tcx; kx sees to it itself. */
static void prepare_rest(struct bpf_object *obj)
{
	struct bpf_program *prog;

	bpf_object__for_each_program(prog, obj)
		if (!strncmp(bpf_program__section_name(prog), "tcx/", 4))
			bpf_program__set_type(prog, BPF_PROG_TYPE_SCHED_CLS);
	bpf_map__set_max_entries(bpf_object__find_map_by_name(obj, "packets"),
				 libbpf_num_possible_cpus());
}

static int load(const char *path, const struct compiled *compiled, struct loaded *out)
{
	struct loaded loaded = { .obj = bpf_object__open_file(path, NULL) };
	int err = loaded.obj ? 0 : -errno;

	if (!err) {
		prepare_rest(loaded.obj);
		err = compiled_prepare(compiled, loaded.obj);
	}
	if (!err)
		err = bpf_object__load(loaded.obj);
	if (!err)
		err = compiled_fill(compiled, loaded.obj);
	if (!err) {
		loaded.trial = mmap(NULL, sysconf(_SC_PAGESIZE), PROT_READ | PROT_WRITE, MAP_SHARED,
				    bpf_object__find_map_fd_by_name(loaded.obj, "trial"), 0);
		err = loaded.trial == MAP_FAILED ? -errno : 0;
		loaded.trial = err ? NULL : loaded.trial;
	}
	if (err) {
		unload(&loaded);
		return err;
	}
	loaded.xdp = program_of(loaded.obj, "filter_xdp");
	loaded.in = program_of(loaded.obj, "filter_in");
	loaded.out = program_of(loaded.obj, "filter_out");
	*out = loaded;
	return 0;
}

#endif
