/* SPDX-License-Identifier: GPL-2.0-only */
/* What the tags in an extension's BTF say of it. */
#ifndef KX_ABOUT_H
#define KX_ABOUT_H

#include <kx/kx.h>

#include "value/value.h"

struct btf;

/* A parameter: what users see, and where its bytes are. */
struct param {
	const char *name;
	const char *text;
	const char *target;	/* "", "device", "cgroup", "path", "pid" */
	const char *section;	/* ".data.param", ".rodata.param", ".data.value" */
	enum kx_param_kind kind;
	uint32_t type_id;
	uint32_t offset;	/* in the section */
	uint32_t size;
	struct value_range range;
};

/* Each share has a section of its own, and so a map: SHARE_SECTION and its name. */
#define SHARE_SECTION	".data.share."

/* A tag on a program, a map or a share: "kx.at", "kx.init", "kx.import", "kx.stream". */
struct tagged {
	const char *name;	/* of the program, map or share */
	const char *tag;	/* without "kx.": "at", "init", "import", ... */
	const char *value;	/* after "=", or "" */
};

struct about {
	const char *name;	/* "" when not given; so with the next two */
	const char *version;
	const char *description;
	struct kx_dependency *needs;
	size_t nr_needs;
	const char **provides;
	size_t nr_provides;
	struct param *params;
	size_t nr_params;
	struct tagged *tagged;
	size_t nr_tagged;
	void *memory;		/* what all of it is made of */
};

/*
 * Read the tags. @btf has passed btf_check(); content is not trusted. @who is what
 * to call it in sentences.
 *
 * Return: 0; -EINVAL: a tag that is wrong: the sentence is set; -ENOMEM.
 */
int about_read(struct kx *kx, const char *who, const struct btf *btf,
	       struct about *out);
void about_done(struct about *about);

/* NULL: there is none. @len: of the name, so that a path may follow. */
const struct param *about_param(const struct about *about, const char *name,
				size_t len);

/* The value of a tag of a program or map; NULL: it does not have it. */
const char *about_tag(const struct about *about, const char *name,
		      const char *tag);

/* Letters, digits, "_" and "-", a letter first, at most KX_NAME_MAX. */
int name_is_valid(const char *name);

/* As strcmp(), for "1.2" and "1.10"; a missing number is 0. */
int version_compare(const char *a, const char *b);

#endif
