// SPDX-License-Identifier: GPL-2.0-only
/* vmlinux_btf.h: the running kernel's types as a C header, made once per kernel. */
#include <errno.h>
#include <inttypes.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <bpf/btf.h>

#include "author.h"
#include "verb.h"

#define BTF_FILE	"/sys/kernel/btf/vmlinux"

static const char head[] =
	"#ifndef __VMLINUX_H__\n"
	"#define __VMLINUX_H__\n\n"
	"#pragma clang attribute push (__attribute__((preserve_access_index)), \\\n"
	"			      apply_to = record)\n\n";
static const char tail[] =
	"\n#pragma clang attribute pop\n\n"
	"#endif\n";

/* FNV-1a: another kernel, or another kx, has a header of its own. */
static uint64_t fingerprint(const char *btf, size_t len)
{
	uint64_t hash = 14695981039346656037u;

	for (const char *c = KX_VERSION; *c; c++)
		hash = (hash ^ (unsigned char)*c) * 1099511628211u;
	for (size_t i = 0; i < len; i++)
		hash = (hash ^ (unsigned char)btf[i]) * 1099511628211u;
	return hash;
}

static void print_type(void *ctx, const char *fmt, va_list args)
{
	vfprintf(ctx, fmt, args);
}

static int dump(const struct btf *btf, FILE *to)
{
	struct btf_dump *d = btf_dump__new(btf, print_type, to, NULL);
	int err = d ? 0 : -errno;

	fputs(head, to);
	for (__u32 id = 1; !err && id < btf__type_cnt(btf); id++)
		err = btf_dump__dump_type(d, id);
	fputs(tail, to);
	btf_dump__free(d);
	return err;
}

/* The header's text, for free(); NULL: errno says why. */
static char *header_of(const char *data, size_t data_len, size_t *len)
{
	struct btf *btf = btf__new(data, data_len);
	char *text = NULL;
	FILE *file;
	int err;

	if (!btf)
		return NULL;
	file = open_memstream(&text, len);
	err = file ? dump(btf, file) : -errno;
	if (file && fclose(file) && !err)
		err = -errno;
	btf__free(btf);
	if (!err)
		return text;
	free(text);
	errno = -err;
	return NULL;
}

static int header_make(const char *path, const char *data, size_t data_len)
{
	char *text;
	size_t len;
	int status;

	if (isatty(STDERR_FILENO))
		(void)tell("build: making %s, once for this kernel", path);
	text = header_of(data, data_len, &len);
	if (!text)
		return tell("build: the kernel's types cannot be written as C: %s",
			    strerror(errno));
	status = file_write(path, text, len);
	free(text);
	return status;
}

/* mkdir -p */
static int directory_make(char *path)
{
	int err = 0;

	for (char *c = path + 1; !err; c++) {
		char was = *c;

		if (was && was != '/')
			continue;
		*c = '\0';
		err = mkdir(path, 0777) && errno != EEXIST ? errno : 0;
		*c = was;
		if (!was)
			break;
	}
	if (err)
		return tell("build: %s: cannot be made: %s; XDG_CACHE_HOME may name another place",
			    path, strerror(err));
	return DONE;
}

/* Where the header of this kernel is kept; NULL has been told. */
static char *cache_of(const char *btf, size_t len)
{
	const char *cache = getenv("XDG_CACHE_HOME"), *below = "";
	char *path;

	/* The specification wants a path that is not absolute ignored. */
	if (!cache || *cache != '/') {
		cache = getenv("HOME");
		below = "/.cache";
	}
	if (!cache || *cache != '/') {
		(void)tell("build: the kernel's types need a place: neither XDG_CACHE_HOME nor HOME is set");
		return NULL;
	}
	if (asprintf(&path, "%s%s/kx/vmlinux-%016" PRIx64, cache, below,
		     fingerprint(btf, len)) >= 0)
		return path;
	(void)tell("out of memory");
	return NULL;
}

/* @dir, when the header is in it afterwards. */
static int cache_fill(char *dir, const char *btf, size_t len)
{
	char *path;
	int status = DONE;

	if (asprintf(&path, "%s/vmlinux_btf.h", dir) < 0)
		return tell("out of memory");
	if (access(path, R_OK)) {
		status = directory_make(dir);
		if (status == DONE)
			status = header_make(path, btf, len);
	}
	free(path);
	return status;
}

int types_find(char **out)
{
	char *btf, *dir;
	int status;
	size_t len;

	if (access(BTF_FILE, R_OK)) {
		(void)tell("build: this kernel has no BTF: vmlinux.h has only the few types of minimal.h");
		*out = NULL;
		return DONE;
	}
	status = file_read(BTF_FILE, &btf, &len);
	if (status != DONE)
		return status;
	dir = cache_of(btf, len);
	status = dir ? cache_fill(dir, btf, len) : FAILED;
	free(btf);
	if (status == DONE)
		*out = dir;
	else
		free(dir);
	return status;
}
