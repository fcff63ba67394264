// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * life: loads an extension, changes a parameter, lists what is loaded, unloads.
 *
 * A program that uses libkx. It compiles as C11 and as C++17.
 */
#include <kx/kx.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Each failure has left a sentence: who, what, why, and what would help. */
static int failed(const struct kx *kx)
{
	fprintf(stderr, "life: %s\n", kx_error(kx));
	return 1;
}

/* What the extension says of itself, with the values of this moment. */
static int show(struct kx *kx, struct kx_instance *inst)
{
	const struct kx_about *about;

	if (kx_instance_about(kx, inst, &about) < 0)
		return failed(kx);
	printf("%s %s: %s\n", about->name, about->version, about->description);
	for (size_t i = 0; i < about->nr_params; i++)
		printf("  %s = %s (%s)\n", about->params[i].name, about->params[i].value,
		       about->params[i].text);
	return 0;
}

/* A parameter takes text, and gives back text that it would take again. */
static int change(struct kx *kx, struct kx_instance *inst, const char *name, const char *value)
{
	char *now;

	if (kx_param_set(kx, inst, name, value) < 0 || kx_param_get(kx, inst, name, &now) < 0)
		return failed(kx);
	printf("%s is %s now\n", name, now);
	free(now);
	return 0;
}

/* Every instance that this user can see, whoever loaded it. */
static int list(struct kx *kx)
{
	struct kx_instance **all;
	struct kx_status status;
	size_t nr;

	if (kx_instances_list(kx, &all, &nr) < 0)
		return failed(kx);
	for (size_t i = 0; i < nr; i++) {
		kx_instance_status(all[i], &status);
		printf("listed: %s, %s, %s\n", status.name, status.state,
		       status.held ? "held" : "resident");
	}
	kx_instances_free(all, nr);
	return 0;
}

static int live(struct kx *kx, const char *file, const char *name, const char *value, int held)
{
	struct kx_load_opts opts;
	struct kx_extension *ext;
	struct kx_instance *inst;
	int err;

	/* A library that is younger knows by the size what this program knows. */
	memset(&opts, 0, sizeof(opts));
	opts.size = sizeof(opts);
	opts.held = held;

	if (kx_extension_open(kx, file, &ext) < 0)
		return failed(kx);
	err = kx_load(kx, ext, &opts, &inst);
	kx_extension_close(ext);	/* the instance does not need it */
	if (err < 0)
		return failed(kx);

	err = show(kx, inst) || change(kx, inst, name, value) || list(kx);
	if (held && !err) {
		puts("held until Enter");
		fflush(stdout);
		getchar();
	}
	/* A resident instance would stay; a held one ends with its handle. */
	if (!held && kx_unload(kx, inst, 0) < 0)
		err = failed(kx);
	kx_instance_close(inst);
	return err;
}

int main(int argc, char **argv)
{
	int held = argc == 5 && !strcmp(argv[4], "held"), err;
	struct kx *kx;

	if (argc != 4 && !held) {
		fputs("usage: life FILE.bpf.o PARAMETER VALUE [held]\n", stderr);
		return 2;
	}
	if (kx_new(&kx) < 0) {
		fputs("life: out of memory\n", stderr);
		return 1;
	}
	err = live(kx, argv[1], argv[2], argv[3], held);
	kx_free(kx);
	return err;
}
