/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A file of what acted: for each device its rules as kx-rules(5), and in comments that begin
 * with "#:" how they were applied and what was in live sets.
 */
#ifndef KXFILTER_SAVED_FILE_H
#define KXFILTER_SAVED_FILE_H

#include <net/if.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "../rules.h"

#define SAVED_FILE	"/var/lib/kxfilter/saved.rules"
#define SAVED_FIRST	"#: kxfilter saved rules 1"

/* Elements of a live set: text for elements_parse(), at the lines that it has in the file. */
struct saved_set {
	char name[RULE_ID_MAX];
	unsigned int line;
	char *text;
};

/**
 * struct saved_device - what acted on a device
 * @device: its name
 * @hook: enum hook + 1 of the one that was asked for; 0: the one that suits it
 * @monitor: it only reports
 * @line: of the file
 * @text: rules, at the lines that they have in the file
 * @raw: all lines of it, and @raw_len: bytes of them
 */
struct saved_device {
	char device[IFNAMSIZ];
	int hook;
	bool monitor;
	unsigned int line;
	char *text;
	struct saved_set *sets;
	size_t nr_sets;
	const char *raw;
	size_t raw_len;
};

struct saved_file {
	char *content;
	struct saved_device *devices;
	size_t nr;
};

/**
 * saved_file_parse() - all of it or nothing
 * @content: zero-terminated, @len bytes before the zero; it is the file's from here on
 * @why: receives what is wrong, where it is, as the end of a sentence
 *
 * Return: 0; -EINVAL: @why says it; -ENOMEM.
 */
int saved_file_parse(char *content, size_t len, struct saved_file *out, char *why,
		     size_t why_len);
/* Reads it too: -errno of open(2) and read(2). */
int saved_file_read(const char *path, struct saved_file *out, char *why, size_t why_len);
void saved_file_free(struct saved_file *file);

/* What begins a device. */
void saved_device_print(const char *device, int hook, bool monitor, FILE *out);

#endif
