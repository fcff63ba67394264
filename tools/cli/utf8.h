/* SPDX-License-Identifier: GPL-2.0-only */
/* What of bytes by others is text. */
#ifndef CLI_UTF8_H
#define CLI_UTF8_H

#include <stddef.h>

/* How many bytes at @text, which ends with 0, are one character of UTF-8; 0: none is. */
size_t utf8_len(const unsigned char *text);

#endif
