/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Two routers in the way of the same packets, one with kxfilter, one with nftables. Each has a
 * device on the left and one on the right, whose other ends are here; each writes the state of a
 * packet into its DSCP. The number of a packet is its identification, or its flow label.
 */
#ifndef TEST_KXFILTER_ROUTERS_H
#define TEST_KXFILTER_ROUTERS_H

#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <net/if.h>
#include <poll.h>
#include <sys/socket.h>

#include "frames.h"
#include "trk.h"

#ifndef PACKET_IGNORE_OUTGOING
#define PACKET_IGNORE_OUTGOING	23
#endif

#define FENCE	0xffff		/* number of the packet behind all others */

struct router {
	const char *device[2];	/* ours, on its left and its right */
	int fd[2];
};

/* A packet that came out; @offset: of a fragment, in its header's unit. */
struct arrival {
	uint32_t number;
	uint32_t offset;
	uint32_t dscp;
	int side;		/* where it came out */
};

static int open_device(const char *device)
{
	int fd = socket(AF_PACKET, SOCK_RAW, 0), on = 1, room = 64 << 20;
	struct sockaddr_ll at = { .sll_family = AF_PACKET, .sll_protocol = htons(ETH_P_ALL),
				  .sll_ifindex = if_nametoindex(device) };

	if (fd < 0 || !at.sll_ifindex ||
	    setsockopt(fd, SOL_PACKET, PACKET_IGNORE_OUTGOING, &on, sizeof(on)) ||
	    setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &room, sizeof(room)) ||
	    bind(fd, (struct sockaddr *)&at, sizeof(at)))
		die(device);
	return fd;
}

static void open_router(struct router *router)
{
	for (int i = 0; i < 2; i++)
		router->fd[i] = open_device(router->device[i]);
}

/* The number, where the packet has none yet. */
static void put_number(struct frame *frame, uint32_t number)
{
	uint8_t *ip = frame->bytes + LINK;

	if (ip[0] >> 4 == 6) {
		put16(ip + 2, number);
		return;
	}
	put16(ip + 4, number);
	put16(ip + 10, 0);
	put16(ip + 10, ~sum_of(ip, (ip[0] & 15) * 4, 0));
}

/* Devices of both routers have these: so a frame is right for both. */
static void send_to(const struct router *router, int side, struct frame *frame)
{
	static const uint8_t link[2][12] = { { 2, 0, 0, 0, 0, 1, 2, 0, 0, 0, 1, 1 },
					     { 2, 0, 0, 0, 0, 2, 2, 0, 0, 0, 1, 2 } };

	memcpy(frame->bytes, link[side], 12);
	if (send(router->fd[side], frame->bytes, frame->len, 0) != (ssize_t)frame->len)
		die(router->device[side]);
}

static bool read_arrival(const uint8_t *bytes, size_t len, struct arrival *out)
{
	const uint8_t *ip = bytes + LINK;
	uint32_t type = get16(bytes + 12);

	if (len < LINK + 40 - (type == 0x0800 ? 20 : 0) || (type != 0x0800 && type != 0x86dd))
		return false;
	if (type == 0x0800) {
		out->number = get16(ip + 4);
		out->offset = get16(ip + 6) & 0x1fff;
		out->dscp = ip[1] >> 2;
		return true;
	}
	out->number = get16(ip + 2);
	out->offset = ip[6] == 44 && len >= LINK + 48 ? get16(ip + 42) >> 3 : 0;
	out->dscp = get16(ip) >> 6 & 63;
	return true;
}

/* The next packet that comes out on a side; false: all have come. */
static bool receive_from(const struct router *router, int side, struct arrival *out)
{
	struct pollfd pollfd = { .fd = router->fd[side], .events = POLLIN };
	uint8_t bytes[FRAME_MAX];
	ssize_t len;

	do {
		if (poll(&pollfd, 1, 20000) != 1)
			die("a packet that always passes did not come");
		len = recv(router->fd[side], bytes, sizeof(bytes), 0);
		if (len < 0)
			die("recv()");
	} while (!read_arrival(bytes, len, out));
	out->side = side;
	return out->number != FENCE;
}

#endif
