// SPDX-License-Identifier: GPL-2.0-only
/*
 * Fuzzing of what reads an extension. An input that begins as ELF files do is
 * opened as one; any other is the bytes of .BTF.
 */
#include <elf.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <bpf/btf.h>

#include "../../src/extension/about.h"
#include "../../src/extension/elfcheck.h"

#define WAY_ELF		0x7f

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t max_size, unsigned int seed);
size_t LLVMFuzzerMutate(uint8_t *data, size_t size, size_t max_size);

/* Every text is read to its end: the sanitizers see what is not there. */
static void read_text(const char *text)
{
	if (strlen(text) > 1 << 24)
		abort();
}

static void read_about(const struct kx_about *about)
{
	read_text(about->name);
	read_text(about->version);
	read_text(about->description);
	read_text(about->license);
	read_text(about->hash);
	for (size_t i = 0; i < about->nr_params; i++) {
		read_text(about->params[i].name);
		read_text(about->params[i].type);
		read_text(about->params[i].text);
		read_text(about->params[i].range);
		read_text(about->params[i].target);
		read_text(about->params[i].value);
	}
	for (size_t i = 0; i < about->nr_hooks; i++) {
		read_text(about->hooks[i].program);
		read_text(about->hooks[i].section);
		read_text(about->hooks[i].at);
	}
	for (size_t i = 0; i < about->nr_maps; i++) {
		read_text(about->maps[i].name);
		read_text(about->maps[i].type);
		read_text(about->maps[i].from);
	}
	for (size_t i = 0; i < about->nr_needs; i++) {
		read_text(about->needs[i].name);
		read_text(about->needs[i].version);
	}
	for (size_t i = 0; i < about->nr_provides; i++)
		read_text(about->provides[i]);
}

/* A refusal is a sentence, with the name in front. */
static void check_refusal(struct kx *kx)
{
	if (strncmp(kx_error(kx), "fuzz", 4) || strlen(kx_error(kx)) < 8)
		abort();
}

static void try_elf(struct kx *kx, const uint8_t *data, size_t size)
{
	struct kx_extension *ext;

	if (kx_extension_open_mem(kx, data, size, "fuzz", &ext)) {
		check_refusal(kx);
		return;
	}
	read_about(kx_extension_about(ext));
	kx_extension_close(ext);
}

static void try_btf(struct kx *kx, const uint8_t *data, size_t size)
{
	struct about about;
	struct btf *btf;
	char why[256];

	if (btf_check(data, size, why, sizeof(why)))
		return;
	btf = btf__new(data, size);
	if (!btf)
		abort();
	if (about_read(kx, "fuzz", btf, &about))
		check_refusal(kx);
	else
		about_done(&about);
	btf__free(btf);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct kx *kx;

	if (kx_new(&kx))
		return 0;
	if (size && data[0] == WAY_ELF)
		try_elf(kx, data, size);
	else
		try_btf(kx, data, size);
	kx_free(kx);
	return 0;
}

/*
 * Mutation: random bytes hardly get through the checks, so most changes are of a
 * word or a few in a part of the file that is there.
 */

struct span {
	size_t from;
	size_t len;
};

static uint64_t next_random(uint64_t *state)
{
	*state ^= *state << 13;
	*state ^= *state >> 7;
	*state ^= *state << 17;
	return *state >> 8;
}

static struct span pick_section(const uint8_t *data, size_t size, uint64_t *state)
{
	struct span all = { 0, size }, table;
	Elf64_Ehdr head;
	Elf64_Shdr section;

	if (size < sizeof(head) || data[0] != WAY_ELF)
		return all;
	memcpy(&head, data, sizeof(head));
	table = (struct span){ head.e_shoff, head.e_shnum * sizeof(section) };
	if (!table.len || table.from > size || table.len > size - table.from)
		return all;
	switch (next_random(state) % 16) {
	case 0:
		return (struct span){ 0, sizeof(head) };
	case 1 ... 4:
		return table;
	}
	memcpy(&section, data + table.from + next_random(state) % head.e_shnum * sizeof(section),
	       sizeof(section));
	if (!section.sh_size || section.sh_offset > size ||
	    section.sh_size > size - section.sh_offset)
		return all;
	return (struct span){ section.sh_offset, section.sh_size };
}

static uint64_t pick_value(uint64_t old, const uint8_t *other, size_t size, uint64_t *state)
{
	static const uint64_t values[] = { 0, 1, 2, 4, 8, 16, 0xff, 0xffff, 0x7fffffff, 0x80000000,
					   0xffffffff, UINT64_MAX, UINT64_MAX - 7, 1ull << 32 };
	uint64_t word = 0;

	switch (next_random(state) % 8) {
	case 0:
		return values[next_random(state) % (sizeof(values) / sizeof(values[0]))];
	case 1:
		return size;
	case 2:
		return next_random(state) % 256;
	case 3:
		return old ^ 1ull << next_random(state) % 32;
	case 4:
		return old + 1;
	case 5:
		return old - 1;
	case 6:
		return next_random(state);
	default:
		memcpy(&word, other, 4);
		return word;
	}
}

static void change_word(uint8_t *data, size_t size, uint64_t *state)
{
	struct span span = pick_section(data, size, state);
	size_t width = 1u << next_random(state) % 4, at;
	uint64_t word = 0;

	if (next_random(state) % 4)
		width = 4;
	if (span.len < width || size < 8)
		return;
	at = span.from + next_random(state) % (span.len / width) * width;
	memcpy(&word, data + at, width);
	word = pick_value(word, data + next_random(state) % (size - 4), size, state);
	memcpy(data + at, &word, width);
}

size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t max_size, unsigned int seed)
{
	uint64_t state = seed * 0x9e3779b97f4a7c15ull + 1;
	unsigned int nr;

	next_random(&state);
	if (size < 16 || !(next_random(&state) % 16))
		return LLVMFuzzerMutate(data, size, max_size);
	nr = 1 + next_random(&state) % 4;
	for (unsigned int i = 0; i < nr; i++)
		change_word(data, size, &state);
	return size;
}
