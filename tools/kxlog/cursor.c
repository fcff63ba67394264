// SPDX-License-Identifier: GPL-2.0-only
/* Cursors: how far each sink is in the spool; a small file each. */
#include "cursor.h"

#include <ctype.h>
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <zlib.h>

#include "file.h"
#include "cli/own.h"

#define CURSOR_NAME	96

/* Readable, of characters that any file may have; the sum tells apart what looks alike. */
static void cursor_name(const char *sink, char out[CURSOR_NAME])
{
	int len = snprintf(out, CURSOR_NAME, "cursor.%.64s", sink);

	for (char *c = out; *c; c++)
		if (!isalnum((unsigned char)*c) && !strchr(".-", *c))
			*c = '_';
	snprintf(out + len, CURSOR_NAME - len, ".%08lx",
		 crc32(0, (const Bytef *)sink, strlen(sink)));
}

static int cursor_print(const char *sink, const char *boot, const struct cursor *cursor,
			char *buf, size_t len)
{
	int used = snprintf(buf, len, "kxlog-cursor 1\nsink %s\nboot %s\ndone %" PRIu64
			    "\nsynced %" PRIu64 "\n", sink, boot, cursor->done, cursor->synced);

	return used + snprintf(buf + used, len - used, "crc %08lx\n",
			       crc32(0, (const Bytef *)buf, used));
}

int cursor_load(int dir_fd, const char *sink, const char *boot, struct cursor *out)
{
	_cleanup_free_ char *text = NULL;
	char name[CURSOR_NAME], again[512], was[9] = "";
	struct cursor cursor;
	const char *numbers;
	int err;

	cursor_name(sink, name);
	err = file_read(dir_fd, name, &text);
	if (err)
		return err;
	numbers = strstr(text, "\nboot ");
	if (!numbers || sscanf(numbers, "\nboot %8s\ndone %" SCNu64 "\nsynced %" SCNu64, was,
			       &cursor.done, &cursor.synced) != 3)
		return -EBADMSG;
	cursor_print(sink, was, &cursor, again, sizeof(again));
	if (strcmp(text, again))
		return -EBADMSG;
	/* After a power cut the receiver may have lost what it had not made safe. */
	if (strcmp(was, boot) && cursor.synced < cursor.done)
		cursor.done = cursor.synced;
	*out = cursor;
	return 0;
}

int cursor_save(int dir_fd, const char *sink, const char *boot, const struct cursor *cursor,
		int safe)
{
	char name[CURSOR_NAME], text[512];
	int len = cursor_print(sink, boot, cursor, text, sizeof(text));

	cursor_name(sink, name);
	return file_replace(dir_fd, name, text, len, safe);
}
