// SPDX-License-Identifier: GPL-2.0-only
/* Aligned columns, as wide as their content. */
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "text.h"

int table_add(struct table *table, const char *fmt, ...)
{
	va_list args;
	char *cell;
	int len;

	if (table->nr_cells == table->room) {
		size_t room = table->room ? 2 * table->room : 64;
		char **cells = realloc(table->cells, room * sizeof(*cells));

		if (!cells)
			return -ENOMEM;
		table->cells = cells;
		table->room = room;
	}
	va_start(args, fmt);
	len = vasprintf(&cell, fmt, args);
	va_end(args);
	if (len < 0)
		return -ENOMEM;
	text_clean(cell);
	table->cells[table->nr_cells++] = cell;
	return 0;
}

static size_t column_width(const struct table *table, size_t column)
{
	size_t width = strlen(table->columns[column].title);

	for (size_t i = column; i < table->nr_cells; i += table->nr_columns) {
		size_t len = strlen(table->cells[i]);

		if (len > width)
			width = len;
	}
	return width;
}

/* Nothing after the last column: no line ends in blanks. */
static void cell_print(const struct table *table, size_t column, size_t width,
		       const char *text)
{
	bool last = column + 1 == table->nr_columns;

	if (table->columns[column].right)
		printf("%*s", (int)width, text);
	else
		printf("%-*s", last ? 0 : (int)width, text);
	fputs(last ? "\n" : "  ", stdout);
}

void table_print(const struct table *table)
{
	size_t widths[table->nr_columns];

	for (size_t i = 0; i < table->nr_columns; i++)
		widths[i] = column_width(table, i);
	for (size_t i = 0; i < table->nr_columns; i++)
		cell_print(table, i, widths[i], table->columns[i].title);
	for (size_t i = 0; i < table->nr_cells; i++) {
		size_t column = i % table->nr_columns;

		cell_print(table, column, widths[column], table->cells[i]);
	}
}

int table_section(const struct table *table)
{
	if (table->nr_cells) {
		putchar('\n');
		table_print(table);
	}
	return 0;
}

void table_done(struct table *table)
{
	for (size_t i = 0; i < table->nr_cells; i++)
		free(table->cells[i]);
	free(table->cells);
}
