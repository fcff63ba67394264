/* SPDX-License-Identifier: GPL-2.0-only */
/* The kernel's symbols, by address. */
#ifndef KX_SYMBOLS_H
#define KX_SYMBOLS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct symbols;

/*
 * As /proc/kallsyms has them now. Return: for symbols_free(); NULL: they cannot be
 * read, or addresses are hidden from this user.
 */
struct symbols *symbols_read(void);
void symbols_free(struct symbols *symbols);

/* The same from such a text; takes @text, whatever happens. */
struct symbols *symbols_parse(char *text, size_t len);

/*
 * "name [module]", or with its offset and size "name+0x1/0x20 [module]", as printk()
 * has them. @symbols may be NULL. Return: the length, less than @room; 0: no symbol
 * is there.
 */
size_t symbols_text(const struct symbols *symbols, uint64_t address, bool offset, char *buf,
		    size_t room);

#endif
