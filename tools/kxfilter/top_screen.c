// SPDX-License-Identifier: GPL-2.0-only
/* kxfilter top on a terminal, by ncurses; built without it there is no screen. */
#include "top.h"

#ifdef HAVE_NCURSES

#include <ncurses.h>
#include <stdlib.h>
#include <unistd.h>

struct top_screen {
	SCREEN *screen;
};

static const char *const help[] = {
	"q      quit",
	"r f p  rules, sources (from), destination ports",
	"s      sort by the next column: packets, bytes, total, name",
	"a      only what had packets, or all",
	"space  stand still, or go on",
	"h      this help, or the table",
};

struct top_screen *top_screen_open(void)
{
	struct top_screen *screen;

	if (!isatty(STDOUT_FILENO) || !isatty(STDIN_FILENO))
		return NULL;
	screen = calloc(1, sizeof(*screen));
	if (screen)
		screen->screen = newterm(NULL, stdout, stdin);
	if (!screen || !screen->screen) {
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
	free(screen);
}

static void put(int y, const char *text, attr_t attributes)
{
	if (y >= LINES)
		return;
	attron(attributes);
	mvaddnstr(y, 0, text, COLS);
	attroff(attributes);
}

void top_screen_draw(struct top_screen *screen, struct top_sample *sample,
		     const struct top_choice *choice)
{
	struct top_list *list = top_list(sample, choice->view);
	size_t shown = top_sort(list, choice);
	char text[TOP_LINE];

	(void)screen;
	erase();
	top_title(text, sample, choice);
	put(0, text, A_BOLD);
	for (size_t i = 0; choice->help && i < sizeof(help) / sizeof(help[0]); i++)
		put(i + 2, help[i], A_NORMAL);
	if (!choice->help) {
		top_heads(text, choice);
		put(1, text, A_REVERSE);
	}
	for (size_t i = 0; !choice->help && i < shown && (int)i + 2 < LINES; i++) {
		top_line(text, sample, &list->rows[i], choice->view);
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

struct top_screen *top_screen_open(void)
{
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
