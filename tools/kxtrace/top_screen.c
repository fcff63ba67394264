// SPDX-License-Identifier: GPL-2.0-only
/* --top on a terminal, by ncurses; built without it there is no screen. */
#include "top.h"

#ifdef HAVE_NCURSES

#include <ncurses.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

struct top_screen {
	SCREEN *screen;
	FILE *to;
};

static const char *const help[] = {
	"q      quit",
	"s      sort by the next column: time, calls, errors, average, maximum, name",
	"p      by process, or by call",
	"e      only what had errors, or all",
	"space  stand still, or go on",
	"h      this help, or the table",
};

struct top_screen *top_screen_open(int fd)
{
	struct top_screen *screen;

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

void top_screen_close(struct top_screen *screen)
{
	if (!screen)
		return;
	endwin();
	delscreen(screen->screen);
	fclose(screen->to);
	free(screen);
}

static void put(int y, const char *text, attr_t attributes)
{
	attron(attributes);
	mvaddnstr(y, 0, text, COLS);
	attroff(attributes);
}

static void draw_help(void)
{
	unsigned int i;

	for (i = 0; i < sizeof(help) / sizeof(help[0]) && (int)i + 2 < LINES; i++)
		put(i + 2, help[i], A_NORMAL);
}

void top_screen_draw(struct top_screen *screen, struct top_sample *sample,
		     const struct top_choice *choice)
{
	struct top_list *list = choice->by_process ? &sample->processes : &sample->calls;
	unsigned int i, shown = top_sort(list, choice);
	char text[TOP_LINE_MAX];

	(void)screen;
	erase();
	top_title(text, sample, choice);
	put(0, text, A_BOLD);
	if (choice->help) {
		draw_help();
		refresh();
		return;
	}
	top_heads(text, choice);
	put(1, text, A_REVERSE);
	for (i = 0; i < shown && (int)i + 2 < LINES; i++) {
		top_line(text, sample, &list->rows[i]);
		put(i + 2, text, A_NORMAL);
	}
	/* What else wrote to the terminal goes away. */
	clearok(curscr, TRUE);
	refresh();
}

int top_screen_key(struct top_screen *screen)
{
	int key = getch();

	(void)screen;
	if (key == ERR)
		return -1;
	return key == KEY_RESIZE ? TOP_RESIZED : key;
}

#else

struct top_screen *top_screen_open(int fd)
{
	(void)fd;
	return NULL;
}

void top_screen_close(struct top_screen *screen)
{
	(void)screen;
}

void top_screen_draw(struct top_screen *screen, struct top_sample *sample,
		     const struct top_choice *choice)
{
	(void)screen;
	(void)sample;
	(void)choice;
}

int top_screen_key(struct top_screen *screen)
{
	(void)screen;
	return -1;
}

#endif
