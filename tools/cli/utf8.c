// SPDX-License-Identifier: GPL-2.0-only
/* What of bytes by others is text. */
#include "utf8.h"

size_t utf8_len(const unsigned char *text)
{
	/* The second byte's range keeps out what is too long or no character. */
	static const struct {
		unsigned char first, last, low, high, len;
	} rows[] = {
		{ 0x00, 0x7f, 0x00, 0xff, 1 }, { 0xc2, 0xdf, 0x80, 0xbf, 2 },
		{ 0xe0, 0xe0, 0xa0, 0xbf, 3 }, { 0xe1, 0xec, 0x80, 0xbf, 3 },
		{ 0xed, 0xed, 0x80, 0x9f, 3 }, { 0xee, 0xef, 0x80, 0xbf, 3 },
		{ 0xf0, 0xf0, 0x90, 0xbf, 4 }, { 0xf1, 0xf3, 0x80, 0xbf, 4 },
		{ 0xf4, 0xf4, 0x80, 0x8f, 4 },
	};
	size_t row = 0, i;

	while (row < sizeof(rows) / sizeof(rows[0]) && text[0] > rows[row].last)
		row++;
	if (row == sizeof(rows) / sizeof(rows[0]) || text[0] < rows[row].first)
		return 0;
	if (rows[row].len > 1 &&
	    (text[1] < rows[row].low || text[1] > rows[row].high))
		return 0;
	for (i = 2; i < rows[row].len; i++)
		if ((text[i] & 0xc0) != 0x80)
			return 0;
	return rows[row].len;
}
