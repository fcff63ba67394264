/* SPDX-License-Identifier: GPL-2.0-only */
/* Texts of log messages: found in the object, kept with the generation, filled in. */
#ifndef KX_FORMAT_H
#define KX_FORMAT_H

#include <stddef.h>
#include <stdint.h>

#include <kx/abi.h>

#include "registry/meta.h"

struct kx;
struct formats;		/* of one generation */

/*
 * ".kx.format" of a file that elf_check() has passed: each text is well formed and
 * agrees with its arguments. Return: 0, also when there is none; -EINVAL with a
 * sentence: "NAME: file.bpf.c:12: kx_info("..."): %s takes a string, argument 2 is an
 * integer".
 */
int formats_check(struct kx *kx, const char *who, const void *elf, size_t len);

/* Lines "format" for the description, of a file that formats_check() has passed. */
void formats_describe(struct text *text, const void *elf, size_t len);

/*
 * From a description that was read back, by another version of kx perhaps: a line
 * that is wrong is left out. Return: 0, for formats_free(); -ENOMEM.
 */
int formats_read(const struct meta *meta, struct formats **out);
void formats_free(struct formats *formats);

/* enum kx_level of a message; -1: there is no such format. */
int formats_level(const struct formats *formats, uint32_t id);

/*
 * A record of a log in one line, as snprintf(); @formats may be NULL, when the
 * generation is gone. @record has @len bytes, aligned to 8, of any value.
 * kx_event_text() and kx_event_json() in kx.h say what it looks like. Not from two
 * threads at once with the same @formats.
 */
size_t formats_text(struct formats *formats, const struct kx_record *record, size_t len,
		    char *buf, size_t room);
size_t formats_json(struct formats *formats, const struct kx_record *record, size_t len,
		    char *buf, size_t room);

#endif
