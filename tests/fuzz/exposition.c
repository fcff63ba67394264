// SPDX-License-Identifier: GPL-2.0-only
/* Metrics of any content: what is put out is of the format, whatever came in. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "../../tools/kxlog/exposition.h"
#include "../../tools/kxlog/exposition_line.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Where it begins is what was added. */
static void check(const char *line, size_t len)
{
	const char *brace = memchr(line, '{', len);
	struct line out;

	if (*line == '#') {
		if (line_read(line, len, &out) < LINE_HELP)
			abort();
		return;
	}
	if (!brace || (memcmp(brace, "{kx=\"a\"", 7) && memcmp(brace, "{kx=\"b\"", 7)))
		abort();
	for (size_t i = 0; i < len; i++) {
		unsigned char c = line[i];

		if (c >= 0x7f || (c < 0x20 && c != '\t'))
			abort();
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct exposition all = {};
	struct lines out = {};
	const char *at, *end;

	exposition_add(&all, "a", (const char *)data, size / 2);
	exposition_add(&all, "b", (const char *)data + size / 2, size - size / 2);
	exposition_put(&all, &out);
	end = out.buf ? out.buf + out.len : NULL;
	for (at = out.buf; at < end;) {
		const char *next = memchr(at, '\n', end - at);

		if (!next)
			abort();
		check(at, next - at);
		at = next + 1;
	}
	lines_done(&out);
	exposition_done(&all);
	return 0;
}
