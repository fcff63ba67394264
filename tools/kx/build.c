// SPDX-License-Identifier: GPL-2.0-only
/* kx build: a C file becomes an extension that can be loaded. */
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <bpf/libbpf.h>

#include "author.h"
#include "verb.h"

static struct {
	const char *out;
	bool check;
} config;

static const struct flag flags[] = {
	{ "output", 'o', "the object file; NAME.bpf.o here if not given",
	  .word = &config.out, .what = "OUT" },
	{ "check", 'c', "let the kernel's verifier judge it, attach nothing",
	  .value = &config.check },
	{ NULL },
};

/* A file in memory that libbpf and clang find by a path. */
struct scratch {
	int fd;
	char path[32];
};

static int scratch_open(struct scratch *out)
{
	out->fd = memfd_create("kx-build", MFD_CLOEXEC);
	if (out->fd < 0)
		return tell("build: no file in memory: %s", strerror(errno));
	snprintf(out->path, sizeof(out->path), "/proc/self/fd/%d", out->fd);
	return DONE;
}

static void scratch_close(struct scratch *scratch)
{
	if (scratch->fd >= 0)
		close(scratch->fd);
}

/* The length of NAME in DIR/NAME.bpf.c or DIR/NAME.c, 0: neither. */
static size_t stem(const char *file, const char **name)
{
	static const char *const ends[] = { ".bpf.c", ".c" };
	const char *slash = strrchr(file, '/');
	size_t len;

	*name = slash ? slash + 1 : file;
	len = strlen(*name);
	for (size_t i = 0; i < sizeof(ends) / sizeof(ends[0]); i++) {
		size_t end = strlen(ends[i]);

		if (len >= end && !strcmp(*name + len - end, ends[i]))
			return len - end;
	}
	return 0;
}

static bool is_same(const char *a, const char *b)
{
	struct stat st[2];

	return !stat(a, &st[0]) && !stat(b, &st[1]) &&
	       st[0].st_dev == st[1].st_dev && st[0].st_ino == st[1].st_ino;
}

/* The last of what libbpf said. */
static const char *last_words(struct kx *kx, char *buf, size_t len)
{
	const char *log = kx_log(kx), *end = log + strlen(log), *from;

	while (end > log && end[-1] == '\n')
		end--;
	for (from = end; from > log && from[-1] != '\n';)
		from--;
	if (end - from > 8 && !memcmp(from, "libbpf: ", 8))
		from += 8;
	snprintf(buf, len, "%.*s", (int)(end - from), from);
	return buf;
}

/* Clang's object becomes one without debug information, but with its types. */
static int strip(struct kx *kx, const struct scratch *from,
		 const struct scratch *to, const char *file)
{
	struct bpf_linker *linker = bpf_linker__new(to->path, NULL);
	int err = linker ? 0 : -errno;
	char words[256];

	if (!err)
		err = bpf_linker__add_file(linker, from->path, NULL);
	if (!err)
		err = bpf_linker__finalize(linker);
	bpf_linker__free(linker);
	if (!err)
		return DONE;
	return tell("build: %s: not an object that libbpf takes: %s", file,
		    last_words(kx, words, sizeof(words)));
}

/* Compiles and strips: the object's bytes. */
static int make(struct kx *kx, const struct source *source, char **out,
		size_t *len)
{
	struct scratch raw = { .fd = -1 }, object = { .fd = -1 };
	int status = scratch_open(&raw);

	if (status == DONE)
		status = scratch_open(&object);
	if (status == DONE)
		status = compile(source, raw.fd);
	if (status == DONE)
		status = strip(kx, &raw, &object, source->file);
	if (status == DONE)
		status = file_read(object.path, out, len);
	scratch_close(&raw);
	scratch_close(&object);
	return status;
}

/* The verifier's judgement: the programs are loaded and forgotten. */
static int judge(struct kx *kx, const char *elf, size_t len, const char *name)
{
	struct bpf_object *obj;
	int err = kx_object_open(kx, elf, len, name, &obj);

	if (!err) {
		err = kx_object_load(kx, obj, name);
		bpf_object__close(obj);
	}
	return err ? tell("%s", kx_error(kx)) : DONE;
}

static void print_made(const struct kx_about *about, const char *out)
{
	size_t nr = about->nr_hooks;

	nr += about->has_init + about->has_fini;
	printf("%s: %s%s%s, %zu program%s, %zu parameter%s%s\n", out,
	       about->name, about->version[0] ? " " : "", about->version, nr,
	       nr == 1 ? "" : "s", about->nr_params,
	       about->nr_params == 1 ? "" : "s",
	       config.check ? "; the verifier accepts it" : "");
}

/* What is wrong is said now, and an older object stays. */
static int finish(struct kx *kx, const char *elf, size_t len, const char *name,
		  const char *out)
{
	struct kx_extension *ext;
	int status = DONE;

	if (kx_extension_open_mem(kx, elf, len, name, &ext))
		return tell("%s", kx_error(kx));
	if (config.check)
		status = judge(kx, elf, len, kx_extension_about(ext)->name);
	if (status == DONE)
		status = file_write(out, elf, len);
	if (status == DONE)
		print_made(kx_extension_about(ext), out);
	kx_extension_close(ext);
	return status;
}

static int build(struct kx *kx, const struct source *source, const char *name,
		 const char *out)
{
	int status;
	size_t len;
	char *elf;

	status = make(kx, source, &elf, &len);
	if (status != DONE)
		return status;
	status = finish(kx, elf, len, name, out);
	free(elf);
	return status;
}

/* Headers found, the rest can begin. */
static int prepare(struct kx *kx, struct source *source, const char *name,
		   const char *out)
{
	struct home home;
	int status = home_find(&home);
	char *types = NULL;

	if (status != DONE)
		return status;
	status = types_find(&types);
	if (status == DONE) {
		source->home = &home;
		source->types = types;
		status = build(kx, source, name, out);
	}
	free(types);
	home_done(&home);
	return status;
}

/*
 * The author's flags follow "--", which getopt has moved before FILE, or, when
 * POSIXLY_CORRECT is set, has left behind it.
 */
static char *const *own_flags(int argc, char **argv)
{
	if (argc == 1 || !strcmp(argv[-1], "--"))
		return argv + 1;
	return strcmp(argv[1], "--") ? NULL : argv + 2;
}

static int run(struct kx *kx, int argc, char **argv)
{
	struct source source = { .file = argv[0], .flags = own_flags(argc, argv) };
	const char *at, *out = config.out;
	char name[NAME_MAX + 1], usual[NAME_MAX + 8];
	size_t len = stem(source.file, &at);

	if (!source.flags)
		return tell_wrong("build: %s: one file at a time; flags for clang follow --",
				  argv[1]);
	if (!len || len > NAME_MAX)
		return tell_wrong("build: %s: not a C file; it takes NAME.bpf.c",
				  source.file);
	snprintf(name, sizeof(name), "%.*s", (int)len, at);
	snprintf(usual, sizeof(usual), "%s.bpf.o", name);
	if (!out)
		out = usual;
	if (access(source.file, R_OK))
		return tell("build: %s: cannot be read: %s", source.file,
			    strerror(errno));
	if (is_same(source.file, out))
		return tell_wrong("build: %s: would replace its own source", out);
	return prepare(kx, &source, name, out);
}

const struct verb verb_build = {
	.name = "build",
	.arguments = "[--check] [-o OUT] FILE [-- FLAG ...]",
	.summary = "compile an extension: FILE.bpf.c to FILE.bpf.o",
	.examples = "  kx build hello.bpf.c\n"
		    "  kx build --check hello.bpf.c\n"
		    "  kx build -o /usr/lib/kx/hello.bpf.o hello.bpf.c -- -DDEBUG\n",
	.flags = flags,
	.min_args = 1,
	.max_args = MANY,
	.run = run,
};
