/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Two devices that filter, and what becomes of each packet that is sent to both. What passes goes
 * on to another device, where it is seen, with its mark.
 */
#ifndef TEST_KXFILTER_SIDES_H
#define TEST_KXFILTER_SIDES_H

#include <arpa/inet.h>
#include <errno.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <net/if.h>
#include <poll.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#ifndef SO_RCVMARK
#define SO_RCVMARK	75
#endif

#define BATCH		64
#define LONGEST		4096
#define FENCE_MARK	0x10000

/* What became of a packet; where it passed, its mark says by which rule. */
struct outcome {
	bool passed;
	uint32_t mark;
};

/* A device that filters: frames go into @in, what passes is seen at @out. */
struct side {
	const char *name, *in, *out;
	int sender, tap;
	struct outcome got[BATCH];
};

__attribute__((noreturn))
static void die(const char *what)
{
	fprintf(stderr, "kxfilter_nft: %s: %s\n", what, strerror(errno));
	exit(1);
}

static int packet_socket(const char *device, bool is_tap)
{
	int fd = socket(AF_PACKET, SOCK_RAW, 0), on = 1, room = 32 << 20;
	struct sockaddr_ll at = { .sll_family = AF_PACKET, .sll_ifindex = if_nametoindex(device),
				  .sll_protocol = is_tap ? htons(ETH_P_ALL) : 0 };

	if (fd < 0 || !at.sll_ifindex)
		die(device);
	if (is_tap && (setsockopt(fd, SOL_SOCKET, SO_RCVMARK, &on, sizeof(on)) ||
	    setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &room, sizeof(room))))
		die("SO_RCVMARK");
	if (bind(fd, (struct sockaddr *)&at, sizeof(at)))
		die(device);
	return fd;
}

static void open_side(struct side *side)
{
	side->sender = packet_socket(side->in, false);
	side->tap = packet_socket(side->out, true);
}

static void send_frame(const struct side *side, const void *bytes, size_t len, uint32_t mark)
{
	union {
		char room[CMSG_SPACE(sizeof(mark))];
		struct cmsghdr head;
	} control = { .head = { CMSG_LEN(sizeof(mark)), SOL_SOCKET, SO_MARK } };
	struct iovec iov = { (void *)bytes, len };
	struct msghdr msg = { .msg_iov = &iov, .msg_iovlen = 1, .msg_control = &control,
			      .msg_controllen = sizeof(control) };

	memcpy(CMSG_DATA(&control.head), &mark, sizeof(mark));
	if (sendmsg(side->sender, &msg, 0) < 0)
		die(side->in);
}

static const uint8_t fence_head[] = { 6, 0, 0, 0, 0, 0xfe, 6, 0, 0, 0, 0, 0xfe, 0x88, 0xb5 };

/* Behind each packet goes one that always passes and says which packet it was. */
static void send_fence(const struct side *side, uint32_t number)
{
	uint8_t bytes[60] = {};

	memcpy(bytes, fence_head, sizeof(fence_head));
	memcpy(bytes + 14, &number, sizeof(number));
	send_frame(side, bytes, sizeof(bytes), 0);
}

static uint32_t mark_of(struct msghdr *msg)
{
	struct cmsghdr *cmsg = CMSG_FIRSTHDR(msg);
	uint32_t mark = 0;

	if (cmsg && cmsg->cmsg_level == SOL_SOCKET && cmsg->cmsg_type == SO_MARK)
		memcpy(&mark, CMSG_DATA(cmsg), sizeof(mark));
	return mark;
}

static void receive(struct side *side, uint8_t *bytes, size_t size, uint32_t *mark)
{
	char control[64];
	struct iovec iov = { bytes, size };
	struct msghdr msg = { .msg_iov = &iov, .msg_iovlen = 1, .msg_control = control,
			      .msg_controllen = sizeof(control) };
	struct pollfd pollfd = { .fd = side->tap, .events = POLLIN };

	if (recvmsg(side->tap, &msg, MSG_DONTWAIT) < 0) {
		if (errno != EAGAIN || poll(&pollfd, 1, 20000) != 1)
			die("a packet that always passes did not come");
		return receive(side, bytes, size, mark);
	}
	*mark = mark_of(&msg);
}

/* Each packet that comes is of the fence that comes next. */
static void collect(struct side *side, uint32_t nr)
{
	struct outcome outcome = {};
	uint8_t bytes[LONGEST];
	uint32_t mark, number;

	for (uint32_t next = 0; next < nr; ) {
		receive(side, bytes, sizeof(bytes), &mark);
		if (memcmp(bytes, fence_head, sizeof(fence_head))) {
			if (outcome.passed)
				die("a packet came twice");
			outcome = (struct outcome){ true, mark };
			continue;
		}
		memcpy(&number, bytes + 14, sizeof(number));
		if (number != next || mark != FENCE_MARK)
			die("a fence is lost");
		side->got[next++] = outcome;
		outcome = (struct outcome){};
	}
}

#endif
