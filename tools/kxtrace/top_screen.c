// SPDX-License-Identifier: GPL-2.0-only
/* --top as a screen. */
#include "top.h"

static const char *const help[] = {
	"q      quit",
	"s      sort by the next column: time, calls, errors, average, maximum, name",
	"p      by process, or by call",
	"e      only what had errors, or all",
	"space  stand still, or go on",
	"h      this help, or the table",
};

static void draw_table(struct screen *screen, struct top_sample *sample,
		       const struct top_choice *choice)
{
	struct top_list *list = choice->by_process ? &sample->processes : &sample->calls;
	unsigned int shown = top_sort(list, choice);
	char text[TOP_LINE_MAX];
	bool fits;

	top_heads(text, choice);
	fits = screen_put(screen, 1, text, SCREEN_REVERSE);
	for (unsigned int i = 0; fits && i < shown; i++) {
		top_line(text, sample, &list->rows[i]);
		fits = screen_put(screen, i + 2, text, SCREEN_PLAIN);
	}
}

void top_screen_draw(struct screen *screen, struct top_sample *sample,
		     const struct top_choice *choice)
{
	char text[TOP_LINE_MAX];

	screen_begin(screen);
	top_title(text, sample, choice);
	screen_put(screen, 0, text, SCREEN_BOLD);
	for (unsigned int i = 0; choice->help && i < sizeof(help) / sizeof(help[0]); i++)
		screen_put(screen, i + 2, help[i], SCREEN_PLAIN);
	if (!choice->help)
		draw_table(screen, sample, choice);
	screen_end(screen);
}
