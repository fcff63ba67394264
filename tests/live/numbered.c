// SPDX-License-Identifier: GPL-2.0-only
/*
 * Numbered datagrams of four kinds, told apart by the port that they come from.
 * `numbered send CPU ADDRESS ...` sends to these addresses, port 9, as fast as it can, until its
 * input ends, and prints how many of each kind. `numbered receive` takes them until SIGTERM and
 * then prints for each kind how many came, and "turns": how often the third kind came instead of
 * the fourth or the reverse, "back": numbers that were not larger than the one before, "queue":
 * how many the socket had no room for.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netdb.h>
#include <sched.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define KINDS		4
#define FIRST_PORT	6001
#define MOST_ADDRESSES	4
#define BATCH		64
#define QUEUE		(64 << 20)

static void fail(const char *what)
{
	perror(what);
	exit(1);
}

static void print_kinds(const uint64_t *nr)
{
	for (int i = 0; i < KINDS; i++)
		printf("%d %lu\n", FIRST_PORT + i, (unsigned long)nr[i]);
}

/* From the port of a kind to an address. */
static int open_kind(const char *address, int kind)
{
	struct addrinfo hints = { .ai_socktype = SOCK_DGRAM, .ai_flags = AI_NUMERICHOST }, *to;
	struct sockaddr_in6 own = { .sin6_port = htons(FIRST_PORT + kind) };
	int fd, one = 1;

	if (getaddrinfo(address, "9", &hints, &to))
		fail(address);
	own.sin6_family = to->ai_family;
	fd = socket(to->ai_family, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	if (fd >= 0 && to->ai_family == AF_INET6)
		setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &one, sizeof(one));
	if (fd < 0 || bind(fd, (struct sockaddr *)&own, to->ai_addrlen) ||
	    connect(fd, to->ai_addr, to->ai_addrlen))
		fail(address);
	freeaddrinfo(to);
	return fd;
}

/* On one CPU, so that their order stays. */
static void send_all(int cpu, int nr, char **addresses)
{
	uint64_t sent[KINDS] = {}, number = 0;
	int fds[MOST_ADDRESSES][KINDS];
	cpu_set_t cpus;
	char byte;

	CPU_ZERO(&cpus);
	CPU_SET(cpu, &cpus);
	if (sched_setaffinity(0, sizeof(cpus), &cpus))
		fail("sched_setaffinity");
	for (int i = 0; i < nr; i++)
		for (int kind = 0; kind < KINDS; kind++)
			fds[i][kind] = open_kind(addresses[i], kind);
	fcntl(STDIN_FILENO, F_SETFL, O_NONBLOCK);
	puts("ready");
	fflush(stdout);
	while (read(STDIN_FILENO, &byte, 1)) {
		for (int n = 0; n < BATCH; n++) {
			int kind = n % KINDS;

			number++;
			if (send(fds[n / KINDS % nr][kind], &number, sizeof(number), 0) > 0)
				sent[kind]++;
		}
	}
	print_kinds(sent);
}

static volatile sig_atomic_t ended;

static void end(int signal)
{
	(void)signal;
	ended = 1;
}

struct seen {
	uint64_t nr[KINDS];
	uint64_t last;
	uint64_t turns;
	uint64_t back;
	uint32_t queue;
	int turn;
};

static void look(struct seen *seen, const struct msghdr *msg, uint64_t number)
{
	const struct sockaddr_in6 *from = msg->msg_name;
	int kind = ntohs(from->sin6_port) - FIRST_PORT;
	struct cmsghdr *cmsg = CMSG_FIRSTHDR(msg);

	if (cmsg && cmsg->cmsg_type == SO_RXQ_OVFL)
		memcpy(&seen->queue, CMSG_DATA(cmsg), sizeof(seen->queue));
	if (kind < 0 || kind >= KINDS)
		return;
	seen->nr[kind]++;
	seen->back += number <= seen->last;
	seen->last = number;
	if (kind < 2 || kind == seen->turn)
		return;
	seen->turns += !!seen->turn;
	seen->turn = kind;
}

static int receive_batch(int fd, struct seen *seen)
{
	static struct sockaddr_in6 from[BATCH];
	static char control[BATCH][64];
	uint64_t numbers[BATCH];
	struct iovec parts[BATCH];
	struct mmsghdr msgs[BATCH];
	int nr;

	for (int i = 0; i < BATCH; i++) {
		parts[i] = (struct iovec){ &numbers[i], sizeof(numbers[i]) };
		msgs[i].msg_hdr = (struct msghdr){
			.msg_name = &from[i], .msg_namelen = sizeof(from[i]), .msg_iov = &parts[i],
			.msg_iovlen = 1, .msg_control = control[i],
			.msg_controllen = sizeof(control[i]),
		};
	}
	nr = recvmmsg(fd, msgs, BATCH, ended ? MSG_DONTWAIT : MSG_WAITFORONE, NULL);
	for (int i = 0; i < nr; i++)
		look(seen, &msgs[i].msg_hdr, numbers[i]);
	return nr;
}

static void receive_all(void)
{
	struct sockaddr_in6 own = { .sin6_family = AF_INET6, .sin6_port = htons(9) };
	struct sigaction action = { .sa_handler = end };
	int fd = socket(AF_INET6, SOCK_DGRAM | SOCK_CLOEXEC, 0), size = QUEUE, one = 1;
	struct timeval wait = { .tv_usec = 100000 };
	struct seen seen = {};

	sigaction(SIGTERM, &action, NULL);
	if (fd < 0 || setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &size, sizeof(size)) ||
	    setsockopt(fd, SOL_SOCKET, SO_RXQ_OVFL, &one, sizeof(one)) ||
	    setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &wait, sizeof(wait)) ||
	    bind(fd, (struct sockaddr *)&own, sizeof(own)))
		fail("socket");
	puts("ready");
	fflush(stdout);
	/* What is in the queue when it is to end still counts. */
	while (receive_batch(fd, &seen) > 0 || !ended)
		;
	print_kinds(seen.nr);
	printf("turns %lu\nback %lu\nqueue %u\n", (unsigned long)seen.turns,
	       (unsigned long)seen.back, seen.queue);
}

int main(int argc, char **argv)
{
	if (argc == 2 && !strcmp(argv[1], "receive"))
		receive_all();
	else if (argc > 3 && argc <= 3 + MOST_ADDRESSES && !strcmp(argv[1], "send"))
		send_all(atoi(argv[2]), argc - 3, argv + 3);
	else
		return 2;
	return 0;
}
