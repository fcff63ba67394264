// SPDX-License-Identifier: GPL-2.0-only
/* kxfilter top as a screen. */
#include "top.h"

static const char *const help[] = {
	"q      quit",
	"r f p  rules, sources (from), destination ports",
	"s      sort by the next column: packets, bytes, total, name",
	"a      only what had packets, or all",
	"space  stand still, or go on",
	"h      this help, or the table",
};

static void draw_table(struct screen *screen, struct top_sample *sample,
		       const struct top_choice *choice)
{
	struct top_list *list = top_list(sample, choice->view);
	size_t shown = top_sort(list, choice);
	char text[TOP_LINE];
	bool fits;

	top_heads(text, choice);
	fits = screen_put(screen, 1, text, SCREEN_REVERSE);
	for (size_t i = 0; fits && i < shown; i++) {
		top_line(text, sample, &list->rows[i], choice->view);
		fits = screen_put(screen, i + 2, text, SCREEN_PLAIN);
	}
}

void top_screen_draw(struct screen *screen, struct top_sample *sample,
		     const struct top_choice *choice)
{
	char text[TOP_LINE];

	screen_begin(screen);
	top_title(text, sample, choice);
	screen_put(screen, 0, text, SCREEN_BOLD);
	for (size_t i = 0; choice->help && i < sizeof(help) / sizeof(help[0]); i++)
		screen_put(screen, i + 2, help[i], SCREEN_PLAIN);
	if (!choice->help)
		draw_table(screen, sample, choice);
	screen_end(screen);
}
