// SPDX-License-Identifier: GPL-2.0-only
/* Loads or upgrades the extension "loading" and makes it ready by the callbacks of kx_load(). */
#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <kx/kx.h>

struct wish {
	uint32_t nr_rows;
	const char *fails;	/* "prepare", "fill", "program" */
};

static int prepare(void *ctx, struct bpf_object *obj)
{
	const struct wish *wish = ctx;
	struct bpf_map *table = bpf_object__find_map_by_name(obj, "table"), *map;
	struct bpf_program *prog = bpf_object__find_program_by_name(obj, "on_exec_too");

	if (!strcmp(wish->fails, "prepare"))
		return -ERANGE;
	if (!table || !prog || bpf_program__fd(prog) >= 0)
		return -EINVAL;
	bpf_object__for_each_map(map, obj) {
		size_t len;
		void *bytes;

		if (!strstr(bpf_map__name(map), ".rodata") || strstr(bpf_map__name(map), "param"))
			continue;
		bytes = (void *)bpf_map__initial_value(map, &len);
		if (bytes && len == sizeof(wish->nr_rows))
			memcpy(bytes, &wish->nr_rows, len);
	}
	return bpf_program__set_autoload(prog, false) ?:
	       bpf_map__set_max_entries(table, wish->nr_rows);
}

static int fill(void *ctx, struct bpf_object *obj)
{
	const struct wish *wish = ctx;
	int table = bpf_object__find_map_fd_by_name(obj, "table");
	int fills = bpf_object__find_map_fd_by_name(obj, "fills");
	__u32 row = wish->nr_rows - 1, zero = 0;
	__u64 number = wish->nr_rows, nr = 0;

	if (!strcmp(wish->fails, "fill"))
		return 1;
	if (bpf_map_lookup_elem(fills, &zero, &nr))
		return -errno;
	nr++;
	if (bpf_map_update_elem(table, &row, &number, BPF_ANY) ||
	    bpf_map_update_elem(fills, &zero, &nr, BPF_ANY))
		return -errno;
	return 0;
}

int main(int argc, char **argv)
{
	struct wish wish = { .nr_rows = argc > 3 ? atoi(argv[3]) : 0,
			     .fails = argc > 4 ? argv[4] : "" };
	struct kx_load_opts opts = {
		.size = sizeof(opts), .instance = "hooks-loading",
		.prepare = prepare, .fill = fill, .ctx = &wish,
	};
	struct kx_extension *ext;
	struct kx_instance *inst;
	struct kx *kx;
	int err;

	if (!wish.nr_rows || kx_new(&kx))
		return 2;
	err = kx_extension_open(kx, argv[2], &ext);
	if (!err && !strcmp(argv[1], "load"))
		err = kx_load(kx, ext, &opts, NULL);
	else if (!err)
		err = kx_instance_open(kx, opts.instance, &inst) ?:
		      kx_upgrade(kx, inst, ext, &opts);
	printf("%d %s\n", err, err ? kx_error(kx) : "");
	return err ? 1 : 0;
}
