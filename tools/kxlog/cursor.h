/* SPDX-License-Identifier: GPL-2.0-only */
/* Cursors: how far each sink is in the spool; a small file each. */
#ifndef KXLOG_CURSOR_H
#define KXLOG_CURSOR_H

#include <stdint.h>

struct cursor {
	uint64_t done;		/* the last position the sink has */
	uint64_t synced;	/* the same, also after a power cut */
};

/* -ENOENT: this sink has none yet; -EBADMSG: it is damaged. */
int cursor_load(int dir_fd, const char *sink, const char *boot, struct cursor *out);
int cursor_save(int dir_fd, const char *sink, const char *boot, const struct cursor *cursor,
		int safe);

#endif
