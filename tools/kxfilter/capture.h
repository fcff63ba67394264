/* SPDX-License-Identifier: GPL-2.0-only */
/* Captures of packets: files as tcpdump writes and reads them, through libpcap. */
#ifndef KXFILTER_CAPTURE_H
#define KXFILTER_CAPTURE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct capture;

/* A packet of a file, with an Ethernet header, also where the file has another. */
struct captured {
	uint64_t number;	/* from 1 */
	uint64_t time_ns;
	size_t len;		/* of the frame */
	size_t cut;		/* of these at the end not captured: zeros */
	const unsigned char *frame;	/* until the next one */
};

/* 0; -errno, told. */
int capture_open(const char *path, struct capture **out);
void capture_close(struct capture *capture);

/* 1; 0: the end; -errno, told. */
int capture_next(struct capture *capture, struct captured *out);

/* A file that gets packets of @capture as they were in it. */
int capture_copy_open(struct capture *capture, const char *path);
int capture_copy(struct capture *capture, int which);

/* At most two; 0 and 1 in the order in which they were opened. -errno is told. */
int capture_copies_end(struct capture *capture);

#endif
