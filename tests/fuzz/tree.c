// SPDX-License-Identifier: GPL-2.0-only
/* Fuzzing of the parser of arguments: any text comes back, and its JSON is balanced. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "../../tools/kxtrace/tree.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Brackets in pairs, strings ended: enough to see a writer that lost its way. */
static void check_json(const char *json, size_t len)
{
	bool quoted = false;
	long depth = 0;
	size_t i;

	for (i = 0; i < len; i++) {
		if (quoted && json[i] == '\\')
			i++;
		else if (json[i] == '"')
			quoted = !quoted;
		else if (!quoted && strchr("[{", json[i]))
			depth++;
		else if (!quoted && strchr("]}", json[i]) && --depth < 0)
			abort();
		if ((unsigned char)json[i] < ' ')
			abort();
	}
	if (quoted || depth)
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *text = malloc(size ? size : 1);
	static struct out out;
	struct tree tree;

	if (!text || (!out.buf && out_init(&out, -1, 4 << 20)) || tree_init(&tree))
		abort();
	out.len = 0;
	if (size)
		memcpy(text, data, size);
	tree_parse(&tree, text, size);
	tree_write_text(&out, &tree, 0);
	if (out.len != size || memcmp(out.buf, text, size))
		abort();
	out.len = 0;
	tree_write_json(&out, &tree, 0);
	check_json(out.buf, out.len);
	if (out.error)
		abort();
	tree_done(&tree);
	free(text);
	return 0;
}
