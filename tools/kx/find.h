/* SPDX-License-Identifier: GPL-2.0-only */
/* From the words of a command line to extensions and instances. */
#ifndef KX_TOOL_FIND_H
#define KX_TOOL_FIND_H

#include <stdbool.h>
#include <stddef.h>

#include <kx/kx.h>

/* Where extensions are looked for: KX_PATH, or the library's own directories. */
struct search {
	char *text;
	const char **dirs;	/* NULL: the library's */
	size_t nr;
};

/* Return: 0; -ENOMEM. */
int search_open(struct search *out);
void search_done(struct search *search);

#define _cleanup_search_	__attribute__((cleanup(search_done)))

/* A word with a slash or that ends in ".o" is a file, any other one a name. */
bool word_is_file(const char *word);

/* Letters, digits, "_" and "-": can it be a name or a kmid? */
bool word_is_name(const char *word);

/*
 * These tell what is wrong and return DONE, FAILED or WRONG. @verb is named in
 * sentences about usage.
 */

/* Is it the name or the kmid of an instance? */
int instance_check(const char *verb, const char *word);

/* The extension of FILE|NAME. */
int extension_get(struct kx *kx, const char *verb, const char *word,
		  const struct search *search, struct kx_extension **out);

/* The instance of NAME|KMID. */
int instance_get(struct kx *kx, const char *verb, const char *word,
		 struct kx_instance **out);

/* Are all of them NAME=VALUE? */
int settings_check(const char *verb, int argc, char **argv);

#endif
