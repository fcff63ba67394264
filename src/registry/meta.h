/* SPDX-License-Identifier: GPL-2.0-only */
/* A generation's description in the kernel: written once, read by anybody. */
#ifndef KX_META_H
#define KX_META_H

#include <kx/abi.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "extension/about.h"

struct btf;

/*
 * Its text: lines "key=field TAB field ...". Keys:
 *   name, version, description, license, provides	one field
 *   needs	NAME VERSION
 *   uses	KMID			an instance it stands on
 *   set	NAME=VALUE		a parameter, as given at load or upgrade
 *   prog	NAME SECTION AT ID	AT: parameters, or ""
 *   map	NAME TYPE FROM KEY VALUE MAX EXPORTED ID
 *   hook	KEY PIN WAY		a place; its dispatcher in hooks/, slots/
 *   stub	PIN ID			a dispatcher's own program
 *   format	ID LEVEL LINE ARGS FILE TEXT
 *				a log message; ARGS: a digit for each, enum kx_arg;
 *				FILE and TEXT escaped as in C
 */
struct text {
	char *bytes;
	size_t len;
	bool failed;	/* no memory */
};

/* Adds a line; fields are separated by TAB. Control characters become "?". */
void text_add(struct text *text, const char *key, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));
void text_done(struct text *text);

#define META_FIELDS	8

struct meta_line {
	const char *key;
	const char *fields[META_FIELDS];	/* missing ones are "" */
};

/* A description that was read back and checked. */
struct meta {
	struct kx_meta head;
	struct meta_line *lines;
	size_t nr_lines;
	struct btf *btf;
	struct about about;	/* of btf */
	char *bytes;
};

/* Make the map "kx_meta", frozen. @out receives its descriptor. */
int meta_make(struct kx *kx, const struct kx_meta *head, const struct text *text,
	      const struct btf *btf, int *out);

/* Read one. -EPROTO: damaged, the sentence says how. */
int meta_read(struct kx *kx, const char *who, int fd, struct meta **out);

/* The same from bytes: what a fuzzer calls. */
int meta_parse(struct kx *kx, const char *who, const void *bytes, size_t len,
	       struct meta **out);
void meta_free(struct meta *meta);

/* Only the head: no parsing, no BTF. */
int meta_head(int fd, struct kx_meta *out);

/* The next line with that key after @after (NULL: the first), or NULL. */
const struct meta_line *meta_next(const struct meta *meta, const char *key,
				  const struct meta_line *after);

/* The first field of the first line with that key, or "". */
const char *meta_get(const struct meta *meta, const char *key);

#endif
