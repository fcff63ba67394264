/* SPDX-License-Identifier: GPL-2.0-only */
/* A screen that is drawn again and again, by ncurses; built without it there is none. */
#ifndef CLI_SCREEN_H
#define CLI_SCREEN_H

#include <stdbool.h>

struct screen;

enum screen_style { SCREEN_PLAIN, SCREEN_BOLD, SCREEN_REVERSE };

#define SCREEN_RESIZED	0x10000		/* instead of a key */

/* @fd: where it is drawn; keys come from standard input. NULL: one of them is no terminal. */
struct screen *screen_open(int fd);
void screen_close(struct screen *screen);

/* All of it anew. */
void screen_begin(struct screen *screen);

/* One line, cut to the width of the screen. false: there is no such line. */
bool screen_put(struct screen *screen, int line, const char *text, enum screen_style style);
void screen_end(struct screen *screen);

/* The next key, SCREEN_RESIZED, or -1: none was pressed. */
int screen_key(struct screen *screen);

#endif
