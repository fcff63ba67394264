// SPDX-License-Identifier: GPL-2.0-only
/*
 * Loads and unloads an extension in one process, again and again: `cycle FILE NR`.
 * Prints how many descriptors are open afterwards that were not open before.
 */
#include <dirent.h>
#include <kx/kx.h>
#include <stdio.h>
#include <stdlib.h>

static int nr_open(void)
{
	DIR *dir = opendir("/proc/self/fd");
	int nr = 0;

	while (dir && readdir(dir))
		nr++;
	if (dir)
		closedir(dir);
	return nr;
}

static int cycle(struct kx *kx, const char *file)
{
	struct kx_extension *ext;
	struct kx_instance *inst;
	int err = kx_extension_open(kx, file, &ext);

	if (err)
		return err;
	err = kx_load(kx, ext, NULL, &inst);
	kx_extension_close(ext);
	if (err)
		return err;
	err = kx_unload(kx, inst, 0);
	kx_instance_close(inst);
	return err;
}

int main(int argc, char **argv)
{
	int nr = argc == 3 ? atoi(argv[2]) : 0, before;
	struct kx *kx;

	if (!nr || kx_new(&kx)) {
		fputs("usage: cycle FILE NR\n", stderr);
		return 2;
	}
	before = nr_open();
	while (nr--)
		if (cycle(kx, argv[1])) {
			fprintf(stderr, "%s\n", kx_error(kx));
			return 1;
		}
	printf("%d\n", nr_open() - before);
	kx_free(kx);
	return 0;
}
