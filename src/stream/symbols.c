// SPDX-License-Identifier: GPL-2.0-only
/* The kernel's symbols: /proc/kallsyms, sorted by address. */
#include <errno.h>
#include <fcntl.h>
#include <string.h>

#include "base/cleanup.h"
#include "stream/symbols.h"

#define FIRST_ROOM	(16u << 20)
#define ROOM_MAX	(256u << 20)
#define FAR		(1u << 20)	/* no symbol is that long: beyond is another place */

struct symbol {
	uint64_t address;
	uint32_t name;		/* within the text */
	uint32_t module;	/* the same; 0: the kernel itself */
};

struct symbols {
	char *text;
	struct symbol *rows;
	size_t nr;
};

void symbols_free(struct symbols *symbols)
{
	if (!symbols)
		return;
	free(symbols->text);
	free(symbols->rows);
	free(symbols);
}

/* Of those at one address the first that the kernel names, as it does. */
static int compare(const void *a, const void *b)
{
	const struct symbol *one = a, *two = b;

	if (one->address != two->address)
		return one->address < two->address ? -1 : 1;
	return one->name < two->name ? -1 : one->name > two->name;
}

/* A word of a line; ended in place. @at goes behind it. */
static char *take_word(char **at)
{
	char *from = *at + strspn(*at, " \t[");

	*at = from + strcspn(from, " \t]");
	if (**at)
		*(*at)++ = '\0';
	return from;
}

/* "ffffffff81000000 T _text [module]"; absolute ones are no places. */
static void parse_line(struct symbols *symbols, char *line)
{
	char *at = line, *end;
	const char *address = take_word(&at), *kind = take_word(&at);
	const char *name = take_word(&at), *module = take_word(&at);
	uint64_t value = strtoull(address, &end, 16);

	if (!value || *end || !*name || strchr("aA", *kind))
		return;
	symbols->rows[symbols->nr++] = (struct symbol){
		.address = value, .name = name - symbols->text,
		.module = *module ? module - symbols->text : 0,
	};
}

struct symbols *symbols_parse(char *text, size_t len)
{
	struct symbols *symbols = calloc(1, sizeof(*symbols));
	size_t nr = 1;

	if (!symbols) {
		free(text);
		return NULL;
	}
	symbols->text = text;
	for (size_t i = 0; i < len; i++)
		nr += text[i] == '\n' || !text[i];
	symbols->rows = calloc(nr, sizeof(*symbols->rows));
	for (char *line = text, *end; symbols->rows && line < text + len; line = end) {
		end = line + strcspn(line, "\n");
		*end++ = '\0';
		parse_line(symbols, line);
	}
	if (!symbols->nr) {
		symbols_free(symbols);
		return NULL;
	}
	qsort(symbols->rows, symbols->nr, sizeof(*symbols->rows), compare);
	return symbols;
}

/* Return: bytes up to the end; -errno. There is room for an end behind them. */
static ssize_t read_all(int fd, char **buf)
{
	size_t len = 0, room = FIRST_ROOM;

	*buf = malloc(room + 1);
	while (*buf) {
		ssize_t got = read(fd, *buf + len, room - len);
		char *more;

		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			return -errno;
		if (!got)
			return len;
		len += got;
		if (len < room)
			continue;
		if (room >= ROOM_MAX)
			return -EFBIG;
		room *= 2;
		more = realloc(*buf, room + 1);
		if (!more)
			break;
		*buf = more;
	}
	return -ENOMEM;
}

struct symbols *symbols_read(void)
{
	_cleanup_close_ int fd = open("/proc/kallsyms", O_RDONLY | O_CLOEXEC);
	_cleanup_free_ char *text = NULL;
	ssize_t len = fd < 0 ? -errno : read_all(fd, &text);

	if (len <= 0)
		return NULL;
	text[len] = '\0';
	return symbols_parse(take_ptr(text), len);
}

/* The last one that does not begin behind @address; of several there the first. */
static const struct symbol *find(const struct symbols *symbols, uint64_t address)
{
	size_t low = 0, high = symbols->nr;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (symbols->rows[middle].address <= address)
			low = middle + 1;
		else
			high = middle;
	}
	if (!low--)
		return NULL;
	while (low && symbols->rows[low - 1].address == symbols->rows[low].address)
		low--;
	return &symbols->rows[low];
}

/* Up to the next one, as the kernel counts. */
static uint64_t size_of(const struct symbols *symbols, const struct symbol *symbol)
{
	const struct symbol *end = symbols->rows + symbols->nr, *next = symbol;

	while (next < end && next->address == symbol->address)
		next++;
	return next < end ? next->address - symbol->address : 4096;
}

size_t symbols_text(const struct symbols *symbols, uint64_t address, bool offset, char *buf,
		    size_t room)
{
	const struct symbol *symbol = symbols ? find(symbols, address) : NULL;
	char where[48] = "";
	uint64_t size;
	int len;

	if (!symbol)
		return 0;
	size = size_of(symbols, symbol);
	if (address - symbol->address >= (size < FAR ? size : FAR))
		return 0;
	if (offset)
		snprintf(where, sizeof(where), "+0x%llx/0x%llx",
			 (unsigned long long)(address - symbol->address), (unsigned long long)size);
	len = snprintf(buf, room, "%s%s%s%s%s", symbols->text + symbol->name, where,
		       symbol->module ? " [" : "",
		       symbol->module ? symbols->text + symbol->module : "",
		       symbol->module ? "]" : "");
	return len < (int)room ? len : 0;
}
