// SPDX-License-Identifier: GPL-2.0-only
/*
 * `flood DEVICE MAC ADDRESS PORT syn|udp COUNT`: sends so many packets to an address, each from
 * another source of 198.18.0.0/15 that there is not, and prints how many were sent.
 */
#include <arpa/inet.h>
#include <linux/if_packet.h>
#include <net/ethernet.h>
#include <net/if.h>
#include <netinet/ip.h>
#include <netinet/tcp.h>
#include <netinet/udp.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#define BATCH	64

struct frame {
	struct ether_header ether;
	struct iphdr ip;
	union {
		struct tcphdr tcp;
		struct udphdr udp;
	};
} __attribute__((packed));

static uint32_t sum_words(const void *data, size_t len, uint32_t sum)
{
	const uint8_t *bytes = data;

	for (size_t i = 0; i < len; i += 2)
		sum += bytes[i] << 8 | bytes[i + 1];
	return sum;
}

static uint16_t fold(uint32_t sum)
{
	sum = (sum & 0xffff) + (sum >> 16);
	sum = (sum & 0xffff) + (sum >> 16);
	return htons(~sum);
}

static void sum_all(struct frame *frame, size_t len)
{
	uint32_t sum = sum_words(&frame->ip.saddr, 8, frame->ip.protocol + len);

	frame->ip.check = 0;
	frame->ip.check = fold(sum_words(&frame->ip, sizeof(frame->ip), 0));
	if (frame->ip.protocol == IPPROTO_UDP)
		return;		/* 0: it has none */
	frame->tcp.check = 0;
	frame->tcp.check = fold(sum_words(&frame->tcp, len, sum));
}

static size_t begin(struct frame *frame, char **argv)
{
	bool is_udp = !strcmp(argv[5], "udp");
	size_t len = is_udp ? sizeof(frame->udp) : sizeof(frame->tcp);
	uint8_t *mac = frame->ether.ether_dhost;

	sscanf(argv[2], "%hhx:%hhx:%hhx:%hhx:%hhx:%hhx", mac, mac + 1, mac + 2, mac + 3, mac + 4,
	       mac + 5);
	frame->ether.ether_shost[0] = 2;
	frame->ether.ether_type = htons(ETHERTYPE_IP);
	frame->ip = (struct iphdr){ .version = 4, .ihl = 5, .ttl = 64,
				    .tot_len = htons(sizeof(frame->ip) + len),
				    .protocol = is_udp ? IPPROTO_UDP : IPPROTO_TCP,
				    .daddr = inet_addr(argv[3]) };
	if (is_udp)
		frame->udp = (struct udphdr){ .dest = htons(atoi(argv[4])), .len = htons(len) };
	else
		frame->tcp = (struct tcphdr){ .dest = htons(atoi(argv[4])), .doff = 5, .syn = 1,
					      .window = htons(64000) };
	return len;
}

static uint32_t next(void)
{
	static uint32_t x = 2463534242;

	x ^= x << 13;
	x ^= x >> 17;
	return x ^= x << 5;
}

int main(int argc, char **argv)
{
	struct sockaddr_ll to = { .sll_family = AF_PACKET };
	static struct frame frames[BATCH];
	struct mmsghdr msgs[BATCH] = {};
	struct iovec parts[BATCH];
	int fd = socket(AF_PACKET, SOCK_RAW, 0);
	long count = argc == 7 ? atol(argv[6]) : -1, sent = 0;
	size_t len;

	if (count < 0 || fd < 0)
		return 2;
	to.sll_ifindex = if_nametoindex(argv[1]);
	for (int i = 0; i < BATCH; i++) {
		len = begin(&frames[i], argv);
		parts[i] = (struct iovec){ &frames[i], sizeof(struct ether_header) +
						       sizeof(struct iphdr) + len };
		msgs[i].msg_hdr = (struct msghdr){ .msg_iov = &parts[i], .msg_iovlen = 1,
						   .msg_name = &to, .msg_namelen = sizeof(to) };
	}
	while (sent < count) {
		int nr = count - sent < BATCH ? count - sent : BATCH;

		for (int i = 0; i < nr; i++) {
			frames[i].ip.saddr = htonl(0xc6120000 | (next() & 0x1ffff));
			frames[i].tcp.source = htons(1024 + next() % 60000);
			if (frames[i].ip.protocol == IPPROTO_TCP)
				frames[i].tcp.seq = next();
			sum_all(&frames[i], len);
		}
		nr = sendmmsg(fd, msgs, nr, 0);
		if (nr < 0) {
			perror("sendmmsg");
			return 1;
		}
		sent += nr;
	}
	printf("%ld\n", sent);
	return 0;
}
