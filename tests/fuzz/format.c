// SPDX-License-Identifier: GPL-2.0-only
/*
 * Fuzzing of what becomes of log messages. An input that begins as ELF files do has a
 * section of texts: it is checked, and described when it passes. Any other is a
 * description, its lines up to an empty one, and behind that a record.
 */
#include <elf.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <kx/kx.h>

#include "../../src/extension/elfcheck.h"
#include "../../src/stream/format.h"

#define LINES	64
#define ROOM	8192

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t max_size, unsigned int seed);
size_t LLVMFuzzerMutate(uint8_t *data, size_t size, size_t max_size);

/* A line as meta.c cuts it; ended by a newline here. */
static struct meta_line cut(char *line)
{
	struct meta_line out = { "format", {} };

	for (int i = 0; i < META_FIELDS; i++)
		out.fields[i] = line ? strsep(&line, "\t") : "";
	return out;
}

/* One line, no control characters; the same in any room. */
static void check_line(struct formats *formats, const struct kx_record *record, size_t len,
		       size_t (*fn)(struct formats *, const struct kx_record *, size_t, char *,
				    size_t))
{
	static char whole[ROOM], part[ROOM];
	size_t want = fn(formats, record, len, whole, sizeof(whole));
	size_t room = 1 + (len ? *(const uint8_t *)record : 0), kept;

	for (const char *c = whole; *c; c++)
		if ((unsigned char)*c < ' ' || *c == 0x7f)
			abort();
	if (want < sizeof(whole) && want != strlen(whole))
		abort();
	if (fn(formats, record, len, part, room) != want)
		abort();
	kept = strlen(part);
	if (kept >= room || strncmp(part, whole, kept))
		abort();
}

static void fill_in(struct formats *formats, const uint8_t *data, size_t size)
{
	struct kx_record *record = malloc(size);

	memcpy(record, data, size);
	check_line(formats, record, size, formats_text);
	check_line(formats, record, size, formats_json);
	check_line(NULL, record, size, formats_text);
	/* Whatever it says, as a record of each of the first messages. */
	for (uint16_t id = 0; size >= sizeof(*record) && id < 8; id++) {
		record->format = id;
		if (record->flags > size)
			record->flags = size;
		check_line(formats, record, size, formats_text);
		check_line(formats, record, size, formats_json);
	}
	free(record);
}

static void try_description(const uint8_t *data, size_t size)
{
	const uint8_t *end = memmem(data, size, "\n\n", 2);
	size_t len = end ? (size_t)(end - data) : size;
	struct meta_line lines[LINES];
	struct meta meta = { .lines = lines };
	struct formats *formats;
	char *copy = strndup((const char *)data, len), *rest = copy;

	while (rest && meta.nr_lines < LINES)
		lines[meta.nr_lines++] = cut(strsep(&rest, "\n"));
	if (formats_read(&meta, &formats))
		abort();
	for (uint32_t id = 0; id < 70000; id += 7)
		if (formats_level(formats, id) > KX_LEVEL_DEBUG)
			abort();
	if (end)
		fill_in(formats, end + 2, size - len - 2);
	formats_free(formats);
	free(copy);
}

/* What was checked is described whole: each line is read back. */
static void describe(const uint8_t *data, size_t size)
{
	struct text text = {};

	formats_describe(&text, data, size);
	for (size_t at = 0; at < text.len; at += strlen(text.bytes + at) + 1) {
		char *line = strdup(strchr(text.bytes + at, '=') + 1);
		struct meta_line cut_line = cut(line);
		struct meta meta = { .lines = &cut_line, .nr_lines = 1 };
		struct formats *formats;

		if (formats_read(&meta, &formats))
			abort();
		if (formats_level(formats, strtoul(cut_line.fields[0], NULL, 10)) < 0)
			abort();
		formats_free(formats);
		free(line);
	}
	text_done(&text);
}

static void try_elf(struct kx *kx, const uint8_t *data, size_t size)
{
	char why[256];

	if (elf_check(data, size, why, sizeof(why)))
		return;
	if (!formats_check(kx, "fuzz", data, size))
		describe(data, size);
	else if (strncmp(kx_error(kx), "fuzz: ", 6))
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct kx *kx;

	if (kx_new(&kx))
		return 0;
	if (size && data[0] == 0x7f)
		try_elf(kx, data, size);
	else
		try_description(data, size);
	kx_free(kx);
	return 0;
}

/* In a file only the section, most of the time: its texts and what is around them. */
size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t max_size, unsigned int seed)
{
	const char *names;
	Elf64_Shdr section;
	Elf64_Ehdr head;
	char why[256];

	if (!size || data[0] != 0x7f || seed % 16 == 0 || elf_check(data, size, why, sizeof(why)))
		return LLVMFuzzerMutate(data, size, max_size);
	memcpy(&head, data, sizeof(head));
	memcpy(&section, data + head.e_shoff + head.e_shstrndx * sizeof(section), sizeof(section));
	names = (const char *)data + section.sh_offset;
	for (unsigned int i = 1; i < head.e_shnum; i++) {
		memcpy(&section, data + head.e_shoff + i * sizeof(section), sizeof(section));
		if (!strcmp(names + section.sh_name, ".kx.format") &&
		    section.sh_type == SHT_PROGBITS && section.sh_size)
			LLVMFuzzerMutate(data + section.sh_offset, section.sh_size,
					 section.sh_size);
	}
	return size;
}
