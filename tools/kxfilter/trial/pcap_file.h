/* SPDX-License-Identifier: GPL-2.0-only */
/* Captures of packets: files as tcpdump writes and reads them, through libpcap. */
#ifndef KXFILTER_PCAP_FILE_H
#define KXFILTER_PCAP_FILE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct pcap_file;

/* A packet of a file, with an Ethernet header, also where the file has another. */
struct captured {
	uint64_t number;	/* from 1 */
	uint64_t time_ns;
	size_t len;		/* of the frame */
	size_t cut;		/* of these at the end not captured: zeros */
	const unsigned char *frame;	/* until the next one */
};

/* 0; -errno, told. */
int pcap_file_open(const char *path, struct pcap_file **out);
void pcap_file_close(struct pcap_file *capture);

/* 1; 0: the end; -errno, told. */
int pcap_file_next(struct pcap_file *capture, struct captured *out);

/* A file that gets packets of @capture as they were in it. */
int pcap_file_copy_open(struct pcap_file *capture, const char *path);
int pcap_file_copy(struct pcap_file *capture, int which);

/* At most two; 0 and 1 in the order in which they were opened. -errno is told. */
int pcap_file_copies_end(struct pcap_file *capture);

#endif
