// SPDX-License-Identifier: GPL-2.0-only
/* Captures by libpcap, where kxfilter is built with it. */
#include "pcap_file.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "../verb.h"

#ifdef HAVE_PCAP

#include <arpa/inet.h>
#include <net/ethernet.h>
#include <pcap/pcap.h>

#define FRAME_MAX	(256 * 1024)
#define COPIES		2

struct pcap_file {
	const char *path;
	pcap_t *file;
	int link;
	uint64_t nr;
	struct pcap_pkthdr *head;	/* of the last one */
	const u_char *data;
	pcap_dumper_t *copies[COPIES];
	const char *names[COPIES];
	int nr_copies;
	unsigned char frame[FRAME_MAX];
};

/* Headers that are not Ethernet's: how long, and where the protocol is. */
static const struct {
	int link;
	size_t len;
	int protocol;		/* -1: by the version of IP */
} links[] = {
	{ DLT_EN10MB, 0, 0 },
	{ DLT_RAW, 0, -1 },
	{ DLT_IPV4, 0, -1 },
	{ DLT_IPV6, 0, -1 },
	{ DLT_NULL, 4, -1 },
	{ DLT_LOOP, 4, -1 },
	{ DLT_LINUX_SLL, 16, 14 },
#ifdef DLT_LINUX_SLL2
	{ DLT_LINUX_SLL2, 20, 0 },
#endif
};

#define NR_LINKS	((int)(sizeof(links) / sizeof(links[0])))

static int link_find(int link)
{
	for (int i = 0; i < NR_LINKS; i++)
		if (links[i].link == link)
			return i;
	return -1;
}

int pcap_file_open(const char *path, struct pcap_file **out)
{
	struct pcap_file *capture = calloc(1, sizeof(*capture));
	char why[PCAP_ERRBUF_SIZE] = "";

	if (!capture)
		return -ENOMEM;
	capture->path = path;
	capture->file = pcap_open_offline_with_tstamp_precision(path, PCAP_TSTAMP_PRECISION_NANO,
								why);
	if (!capture->file) {
		/* libpcap puts the name in front of some of its reasons. */
		if (!strncmp(why, path, strlen(path)))
			tell("%s", why);
		else
			tell("%s: no capture: %s", path, why);
		pcap_file_close(capture);
		return -EINVAL;
	}
	capture->link = link_find(pcap_datalink(capture->file));
	if (capture->link < 0) {
		tell("%s: its packets have headers of the kind %s: those of Ethernet, of Linux's "
		     "\"any\" device and plain IP can be tried", path,
		     pcap_datalink_val_to_name(pcap_datalink(capture->file)) ?: "unknown");
		pcap_file_close(capture);
		return -EINVAL;
	}
	*out = capture;
	return 0;
}

void pcap_file_close(struct pcap_file *capture)
{
	if (!capture)
		return;
	for (int i = 0; i < COPIES; i++)
		if (capture->copies[i])
			pcap_dump_close(capture->copies[i]);
	if (capture->file)
		pcap_close(capture->file);
	free(capture);
}

/* An Ethernet header of no addresses. false: too short to have what it needs. */
static bool convert(struct pcap_file *capture, size_t have, size_t *skip)
{
	struct ether_header *head = (struct ether_header *)capture->frame;
	size_t len = links[capture->link].len;
	int protocol = links[capture->link].protocol;

	*skip = len;
	if (have < len + 1)
		return false;
	memset(head, 0, sizeof(*head));
	if (protocol >= 0)
		memcpy(&head->ether_type, capture->data + protocol, 2);
	else
		head->ether_type = htons(capture->data[len] >> 4 == 6 ? ETHERTYPE_IPV6 :
								       ETHERTYPE_IP);
	return true;
}

static size_t lesser(size_t a, size_t b)
{
	return a < b ? a : b;
}

static void fill(struct pcap_file *capture, struct captured *out)
{
	bool is_ethernet = links[capture->link].link == DLT_EN10MB;
	size_t have = capture->head->caplen, whole = capture->head->len, skip = 0, at = 0;

	if (whole < have)
		whole = have;
	if (!is_ethernet && convert(capture, have, &skip))
		at = sizeof(struct ether_header);
	have = lesser(have - skip, FRAME_MAX - at);
	whole = lesser(whole - skip, FRAME_MAX - at);
	memcpy(capture->frame + at, capture->data + skip, have);
	memset(capture->frame + at + have, 0, whole - have);
	*out = (struct captured){
		.number = ++capture->nr,
		.time_ns = capture->head->ts.tv_sec * 1000000000ULL + capture->head->ts.tv_usec,
		.len = at + whole, .cut = whole - have, .frame = capture->frame,
	};
}

int pcap_file_next(struct pcap_file *capture, struct captured *out)
{
	int got = pcap_next_ex(capture->file, &capture->head, &capture->data);

	if (got == PCAP_ERROR_BREAK)
		return 0;
	if (got != 1) {
		tell("%s: packet %llu cannot be read: %s", capture->path,
		     (unsigned long long)capture->nr + 1, pcap_geterr(capture->file));
		return -EINVAL;
	}
	fill(capture, out);
	return 1;
}

int pcap_file_copy_open(struct pcap_file *capture, const char *path)
{
	pcap_dumper_t *copy = pcap_dump_open(capture->file, path);

	if (!copy || capture->nr_copies == COPIES) {
		tell("%s: cannot be written: %s", path, pcap_geterr(capture->file));
		return -EINVAL;
	}
	capture->names[capture->nr_copies] = path;
	capture->copies[capture->nr_copies] = copy;
	return capture->nr_copies++;
}

int pcap_file_copy(struct pcap_file *capture, int which)
{
	pcap_dump((u_char *)capture->copies[which], capture->head, capture->data);
	return 0;
}

int pcap_file_copies_end(struct pcap_file *capture)
{
	for (int i = 0; i < capture->nr_copies; i++)
		if (pcap_dump_flush(capture->copies[i])) {
			tell("%s: cannot be written: %s", capture->names[i], strerror(errno));
			return -EIO;
		}
	return 0;
}

#else

int pcap_file_open(const char *path, struct pcap_file **out)
{
	(void)out;
	tell("%s: captures cannot be read: kxfilter was built without libpcap (libpcap-dev)", path);
	return -EOPNOTSUPP;
}

void pcap_file_close(struct pcap_file *capture)
{
	(void)capture;
}

int pcap_file_next(struct pcap_file *capture, struct captured *out)
{
	(void)capture;
	(void)out;
	return -EOPNOTSUPP;
}

int pcap_file_copy_open(struct pcap_file *capture, const char *path)
{
	(void)capture;
	(void)path;
	return -EOPNOTSUPP;
}

int pcap_file_copy(struct pcap_file *capture, int which)
{
	(void)capture;
	(void)which;
	return -EOPNOTSUPP;
}

int pcap_file_copies_end(struct pcap_file *capture)
{
	(void)capture;
	return -EOPNOTSUPP;
}

#endif
