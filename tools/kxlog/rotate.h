/* SPDX-License-Identifier: GPL-2.0-only */
/* Rotation: a file that is large or old becomes PATH.NUMBER, the next one begins. */
#ifndef KXLOG_ROTATE_H
#define KXLOG_ROTATE_H

#include <stdbool.h>
#include <stdint.h>

struct rotation {
	uint64_t size;		/* bytes; 0: not by size */
	uint64_t seconds;	/* 0: not by time */
	unsigned int keep;	/* old files */
	bool compress;
};

struct tidy;

/* "size", "time", "keep", "compress". 0; -ENOENT: not one of these; -EINVAL. */
int rotation_option(struct rotation *rotation, const char *key, const char *value);

/* What compresses and removes old files of @path, in a thread of its own. */
int tidy_open(const char *path, const struct rotation *rotation, struct tidy **out);
/* There may be something to do. */
void tidy_wake(struct tidy *tidy);
/* Ends when it is through with what there is. */
void tidy_close(struct tidy *tidy);

/* Give @path its number; 0; errno of rename(2). */
int rotate(const char *path);

#endif
