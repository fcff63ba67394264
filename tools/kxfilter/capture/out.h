/* SPDX-License-Identifier: GPL-2.0-only */
/* Output that waits for its reader without forgetting everything else. */
#ifndef KXFILTER_OUT_H
#define KXFILTER_OUT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct out {
	int fd;
	const char *name;	/* for sentences */
	bool (*wait)(void *ctx);	/* nobody takes it: go on waiting? */
	void *ctx;
	char *buf;
	size_t len;
	size_t room;
	uint64_t written;	/* bytes */
	bool is_file;		/* never waits */
	int err;		/* the first that happened; nothing is written after it */
	size_t done;		/* bytes of buf that were written, when it happened */
};

/* "-" is standard output. 0; -errno, told. */
int out_open(struct out *out, const char *path);
void out_close(struct out *out);

void out_put(struct out *out, const void *bytes, size_t len);
void out_text(struct out *out, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

/*
 * Hand over what was put. 0; -EPIPE: nobody reads; -EINTR: wait() said no; others: what was put
 * is still in buf then.
 */
int out_flush(struct out *out);

#endif
