// SPDX-License-Identifier: GPL-2.0-only
/* Sockets: addresses of every family, options of every level, messages and control data. */
#include "family.h"

#include <arpa/inet.h>
#include <linux/can.h>
#include <linux/errqueue.h>
#include <linux/filter.h>
#include <linux/if_alg.h>
#include <linux/if_packet.h>
#include <linux/netlink.h>
#include <linux/vm_sockets.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/un.h>

static void address(const void *at, int len)
{
	CALL(bind, -1, at, len);
	CALL(connect, -1, at, len - 1);
	CALL(sendto, -1, "data", 4, MSG_NOSIGNAL, at, len);
}

static void addresses(void)
{
	struct sockaddr_in in = { AF_INET, htons(80), { htonl(0x7f000001) } };
	struct sockaddr_in6 in6 = { AF_INET6, htons(443), htonl(5), IN6ADDR_LOOPBACK_INIT, 3 };
	struct sockaddr_un path = { AF_UNIX, "/some/path" }, name = { AF_UNIX, "\0name" };
	struct sockaddr_nl netlink = { AF_NETLINK, 0, 77, 3 };
	struct sockaddr_ll packet = { AF_PACKET, htons(0x800), 1, 1, 4, 6, { 1, 2, 3, 4, 5, 6 } };
	struct sockaddr_vm vm = {
		.svm_family = AF_VSOCK, .svm_port = 9, .svm_cid = VMADDR_CID_HOST
	};
	struct sockaddr_can can = { AF_CAN, 1 };
	struct sockaddr_alg alg = { AF_ALG, "hash", 1, 2, "sha1" };
	uint16_t bluetooth[8] = { AF_BLUETOOTH, 1, 0x0201, 0x0403, 0x0605, 7, 0 };
	struct sockaddr other = { 99, "\1\2\3\4\5\6\7" };
	int family;

	address(&in, sizeof(in));
	address(&in6, sizeof(in6));
	in6.sin6_addr = (struct in6_addr){ { { 0xfe, 0x80, 1 } } };
	address(&in6, sizeof(in6));
	address(&path, sizeof(path));
	address(&path, 8);
	address(&name, 7);
	address(&name, 2);
	address(&netlink, sizeof(netlink));
	address(&packet, sizeof(packet));
	address(&vm, sizeof(vm));
	address(&can, sizeof(can));
	address(&alg, sizeof(alg));
	address(bluetooth, 6);
	address(bluetooth, 10);
	address(bluetooth, 14);
	address(&other, sizeof(other));
	address((void *)BAD, 16);
	CALL(bind, -1, NULL, 0);
	for (family = 0; family < 48; family++) {
		char bytes[128];

		memset(bytes, 5, sizeof(bytes));
		bytes[0] = family;
		bytes[1] = 0;
		CALL(connect, -1, bytes, 128);
		CALL(connect, -1, bytes, 16);
		CALL(connect, -1, bytes, 2);
		CALL(socket, family, SOCK_SEQPACKET, 99);
	}
}

static void sockets(void)
{
	static const int families[] = {
		AF_INET, AF_INET6, AF_NETLINK, AF_PACKET, AF_UNIX, AF_VSOCK
	};
	unsigned int i, j;
	int pair[2];

	for (i = 0; i < 6; i++) {
		for (j = 0; j < 24; j++)
			close(CALL(socket, families[i],
				   (1 + j % 6) | (j & 8 ? SOCK_CLOEXEC : 0), j));
	}
	CALL(socketpair, AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, pair);
	CALL(socketpair, AF_INET, SOCK_STREAM, 6, BAD);
	for (i = 0; i < 4; i++)
		CALL(shutdown, -1, i);
	CALL(listen, -1, 5);
	CALL(accept, -1, NULL, NULL);
	CALL(accept4, -1, BAD, BAD, SOCK_CLOEXEC | 7);
	CALL(getsockname, -1, BAD, BAD);
}

static void options(void)
{
	static const int levels[] = {
		0, 1, 6, 17, 41, 58, 132, 255, 263, 270, 275, 278, 279, 280, 281, 287, 999
	};
	struct { uint64_t word[8]; } value = { { 1, 2, 3 } };
	struct sock_fprog program = { 1, (void *)BAD };
	struct ipv6_mreq group = { IN6ADDR_LOOPBACK_INIT, 1 };
	struct linger linger = { 1, 5 };
	struct timeval timeout = { 1, 5 };
	unsigned int i;
	int fd, name, len;

	for (i = 0; i < sizeof(levels) / sizeof(levels[0]); i++) {
		for (name = 0; name < 84; name++) {
			CALL(setsockopt, -1, levels[i], name, &value, 4);
			if (name % 8 == 0) {
				CALL(setsockopt, -1, levels[i], name, BAD, 4);
				CALL(setsockopt, -1, levels[i], name, &value, 0);
				CALL(setsockopt, -1, levels[i], name, NULL, -1);
			}
			CALL(getsockopt, -1, levels[i], name, &value, BAD);
		}
	}
	fd = socket(AF_INET, SOCK_STREAM, 0);
	for (name = 1; name < 20; name++) {
		len = 4;
		CALL(getsockopt, fd, SOL_SOCKET, name == SO_RCVBUF ? SO_TYPE : name, &value, &len);
		len = 2;
		CALL(getsockopt, fd, SOL_SOCKET, name, &value, &len);
	}
	CALL(setsockopt, fd, SOL_SOCKET, SO_LINGER, &linger, sizeof(linger));
	CALL(setsockopt, fd, SOL_SOCKET, SO_RCVTIMEO, &timeout, sizeof(timeout));
	CALL(setsockopt, fd, SOL_SOCKET, SO_BINDTODEVICE, "lo", 3);
	CALL(setsockopt, fd, SOL_SOCKET, SO_ATTACH_FILTER, &program, sizeof(program));
	CALL(setsockopt, fd, IPPROTO_IP, IP_ADD_MEMBERSHIP, &(struct ip_mreq){ { 5 }, { 6 } }, 8);
	CALL(setsockopt, fd, IPPROTO_IPV6, IPV6_ADD_MEMBERSHIP, &group, sizeof(group));
	CALL(setsockopt, fd, IPPROTO_TCP, TCP_CONGESTION, "reno", 4);
	len = 64;
	CALL(getsockopt, fd, IPPROTO_TCP, TCP_CONGESTION, &value, &len);
	close(fd);
}

static void messages(void)
{
	char text[] = "a message of some bytes", in[64], control[256];
	struct iovec iov[2] = { { text, 9 }, { text + 9, 14 } }, got = { in, sizeof(in) };
	struct msghdr msg = { .msg_iov = iov, .msg_iovlen = 2 };
	struct mmsghdr many[3] = {
		{ { .msg_iov = iov, .msg_iovlen = 2 } }, { { .msg_iov = iov, .msg_iovlen = 1 } }
	};
	struct mmsghdr filled[3] = {
		{ { .msg_iov = &got, .msg_iovlen = 1 } }, { { .msg_iov = &got, .msg_iovlen = 1 } }
	};
	struct cmsghdr *c = (void *)control;
	struct ucred cred = { 1234, 5, 6 };
	int pair[2], one = 1, type;

	CALL(socketpair, AF_UNIX, SOCK_DGRAM, 0, pair);
	CALL(sendmsg, pair[0], &msg, MSG_DONTWAIT);
	CALL(recvfrom, pair[1], in, 8, 0, NULL, NULL);
	CALL(sendmmsg, pair[0], many, 3, 0);
	CALL(recvmmsg, pair[1], filled, 2, MSG_DONTWAIT, NULL);
	CALL(recvmmsg, pair[1], filled, 3, MSG_DONTWAIT, &(struct timespec){ 1, 0 });
	CALL(recvmmsg, pair[1], filled, 3, MSG_DONTWAIT, NULL);
	CALL(setsockopt, pair[1], SOL_SOCKET, SO_PASSCRED, &one, 4);
	msg.msg_control = control;
	msg.msg_controllen = CMSG_LEN(8);
	*c = (struct cmsghdr){ CMSG_LEN(8), SOL_SOCKET, SCM_RIGHTS };
	memcpy(CMSG_DATA(c), (int[]){ 0, 1 }, 8);
	CALL(sendmsg, pair[0], &msg, 0);
	msg.msg_iov = &got;
	msg.msg_iovlen = 1;
	msg.msg_controllen = sizeof(control);
	CALL(recvmsg, pair[1], &msg, MSG_CMSG_CLOEXEC);
	memcpy(CMSG_DATA(c), &cred, sizeof(cred));
	msg = (struct msghdr){ .msg_iov = iov, .msg_iovlen = 2, .msg_control = control };
	for (type = 0; type < 70; type++) {
		*c = (struct cmsghdr){ CMSG_LEN(type % 40), type & 1 ? SOL_SOCKET : 0, type };
		msg.msg_controllen = CMSG_SPACE(type % 40);
		CALL(sendmsg, -1, &msg, 1u << type % 32);
	}
	msg.msg_controllen = sizeof(control);
	CALL(sendmsg, -1, &msg, -1);
	CALL(sendmsg, -1, BAD, 0);
	CALL(recvmsg, -1, &msg, 0);
	CALL(recvfrom, -1, in, 64, MSG_TRUNC, BAD, BAD);
	close(pair[0]);
	close(pair[1]);
}

int main(void)
{
	addresses();
	sockets();
	options();
	messages();
	return 0;
}
