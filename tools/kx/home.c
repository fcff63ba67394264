// SPDX-License-Identifier: GPL-2.0-only
/* Finds kx's own files from where its executable is. */
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "author.h"
#include "verb.h"

/* build/san/kx is as far from its headers as it gets. */
#define MAX_UP	4

/* Below the directory that has it all: installed, or a source tree. */
static const struct layout {
	const char *vmlinux;
	const char *templates;
} layouts[] = {
	{ "share/kx", "share/kx/new" },
	{ "vmlinux", "tools/kx/new" },
};

static bool have(const char *dir, const char *path, const char *file)
{
	char name[PATH_MAX];
	int len = snprintf(name, sizeof(name), "%s/%s/%s", dir, path, file);

	return len < (int)sizeof(name) && !access(name, R_OK);
}

static char *join(const char *dir, const char *path)
{
	char *name;

	return asprintf(&name, "%s/%s", dir, path) < 0 ? NULL : name;
}

static const struct layout *layout_of(const char *dir)
{
	if (!have(dir, "include", "kx/kx.bpf.h"))
		return NULL;
	for (size_t i = 0; i < sizeof(layouts) / sizeof(layouts[0]); i++)
		if (have(dir, layouts[i].vmlinux, "vmlinux.h"))
			return &layouts[i];
	return NULL;
}

static int home_take(const char *dir, const struct layout *layout,
		     struct home *out)
{
	*out = (struct home){
		.include = join(dir, "include"),
		.vmlinux = join(dir, layout->vmlinux),
		.templates = join(dir, layout->templates),
	};
	if (out->include && out->vmlinux && out->templates)
		return DONE;
	home_done(out);
	return tell("out of memory");
}

int home_find(struct home *out)
{
	ssize_t len;
	char dir[PATH_MAX];

	len = readlink("/proc/self/exe", dir, sizeof(dir) - 1);
	dir[len < 0 ? 0 : len] = '\0';
	for (int i = 0; i < MAX_UP; i++) {
		const struct layout *layout;
		char *slash = strrchr(dir, '/');

		if (!slash)
			break;
		*slash = '\0';
		layout = layout_of(dir);
		if (layout)
			return home_take(dir, layout, out);
	}
	return tell("kx's headers are not where its executable is; it takes a source tree, or make install");
}

void home_done(struct home *home)
{
	free(home->include);
	free(home->vmlinux);
	free(home->templates);
}
