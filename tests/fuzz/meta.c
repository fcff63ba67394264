// SPDX-License-Identifier: GPL-2.0-only
/*
 * Fuzzing of a generation's description as it is read back from the kernel, and of
 * the comparison of its maps with those of another, here of the same.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <bpf/btf.h>

#include "../../src/base/context.h"
#include "../../src/registry/meta.h"
#include "../../src/value/layout.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t max_size, unsigned int seed);
size_t LLVMFuzzerMutate(uint8_t *data, size_t size, size_t max_size);

static void use(const struct meta *meta)
{
	static const char *const keys[] = { "name", "hook", "prog", "map", "uses", "set", "" };
	size_t len = 0;

	for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++) {
		const struct meta_line *line = NULL;

		while ((line = meta_next(meta, keys[i], line)))
			for (size_t field = 0; field < META_FIELDS; field++)
				len += strlen(line->fields[field]);
	}
	if (len > 1 << 28)
		abort();
}

/* A layout is the same as itself, and what differs is said in words. */
static void compare(const struct btf *btf)
{
	char why[64] = "";

	for (uint32_t id = 1; id < btf__type_cnt(btf) && id < 64; id++) {
		const struct btf_type *t = btf__type_by_id(btf, id);

		if (btf_is_var(t))
			(void)layout_same_map(btf, btf, btf__name_by_offset(btf, t->name_off), why,
					      sizeof(why));
		else if (!layout_same_type(btf, id, btf, id, why, sizeof(why)) && !why[0])
			abort();
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct meta *meta;
	struct kx *kx;

	if (kx_new(&kx))
		return 0;
	if (meta_parse(kx, "fuzz", data, size, &meta)) {
		if (strncmp(kx_error(kx), "fuzz: ", 6))
			abort();
	} else {
		use(meta);
		compare(meta->btf);
		meta_free(meta);
	}
	kx_free(kx);
	return 0;
}

/* The head is made right, or hardly any input would be looked into. */
size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t max_size, unsigned int seed)
{
	struct kx_meta head;

	size = LLVMFuzzerMutate(data, size, max_size);
	if (size < sizeof(head) || seed % 8 == 0)
		return size;
	memcpy(&head, data, sizeof(head));
	head.magic = KX_META_MAGIC;
	head.abi = KX_ABI;
	head.slot = 1 + head.slot % 3;
	if (head.text_len > size - sizeof(head))
		head.text_len %= size - sizeof(head) + 1;
	if (seed % 8 > 1) {
		size_t at = sizeof(head) + ((head.text_len + 7) & ~7UL);

		head.btf_len = at < size ? size - at : 0;
	}
	memcpy(data, &head, sizeof(head));
	return size;
}
