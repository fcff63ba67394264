// SPDX-License-Identifier: GPL-2.0-only
/* The little JSON that the verbs print: one object per line. */
#include <stdio.h>

#include "verb.h"

void json_string(const char *text)
{
	putchar('"');
	for (; *text; text++) {
		unsigned char c = *text;

		if (c == '"' || c == '\\')
			printf("\\%c", c);
		else if (c < 0x20 || c == 0x7f)
			printf("\\u%04x", c);
		else
			putchar(c);
	}
	putchar('"');
}
