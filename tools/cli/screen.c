// SPDX-License-Identifier: GPL-2.0-only
/* The only file that knows ncurses. */
#include "cli/screen.h"

#ifdef HAVE_NCURSES

#include <ncurses.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

struct screen {
	SCREEN *screen;
	FILE *to;
};

struct screen *screen_open(int fd)
{
	struct screen *screen;

	if (!isatty(fd) || !isatty(STDIN_FILENO))
		return NULL;
	screen = calloc(1, sizeof(*screen));
	fd = screen ? dup(fd) : -1;
	if (fd >= 0)
		screen->to = fdopen(fd, "w");
	if (screen && screen->to)
		screen->screen = newterm(NULL, screen->to, stdin);
	if (!screen || !screen->screen) {
		if (screen && screen->to)
			fclose(screen->to);
		else if (fd >= 0)
			close(fd);
		free(screen);
		return NULL;
	}
	set_term(screen->screen);
	cbreak();
	noecho();
	nodelay(stdscr, TRUE);
	keypad(stdscr, TRUE);
	curs_set(0);
	return screen;
}

void screen_close(struct screen *screen)
{
	if (!screen)
		return;
	endwin();
	delscreen(screen->screen);
	fclose(screen->to);
	free(screen);
}

void screen_begin(struct screen *screen)
{
	(void)screen;
	erase();
}

bool screen_put(struct screen *screen, int line, const char *text, enum screen_style style)
{
	static const attr_t attributes[] = {
		[SCREEN_PLAIN] = A_NORMAL, [SCREEN_BOLD] = A_BOLD, [SCREEN_REVERSE] = A_REVERSE,
	};

	(void)screen;
	if (line >= LINES)
		return false;
	attron(attributes[style]);
	mvaddnstr(line, 0, text, COLS);
	attroff(attributes[style]);
	return true;
}

void screen_end(struct screen *screen)
{
	(void)screen;
	/* What else wrote to the terminal goes away. */
	clearok(curscr, TRUE);
	refresh();
}

int screen_key(struct screen *screen)
{
	int key = getch();

	(void)screen;
	if (key == ERR)
		return -1;
	return key == KEY_RESIZE ? SCREEN_RESIZED : key;
}

#else

#include <stddef.h>

struct screen *screen_open(int fd)
{
	(void)fd;
	return NULL;
}

void screen_close(struct screen *screen)
{
	(void)screen;
}

void screen_begin(struct screen *screen)
{
	(void)screen;
}

bool screen_put(struct screen *screen, int line, const char *text, enum screen_style style)
{
	(void)screen;
	(void)line;
	(void)text;
	(void)style;
	return false;
}

void screen_end(struct screen *screen)
{
	(void)screen;
}

int screen_key(struct screen *screen)
{
	(void)screen;
	return -1;
}

#endif
