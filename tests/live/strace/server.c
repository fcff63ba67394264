// SPDX-License-Identifier: GPL-2.0-only
/* A server with threads under load, in one process: epoll, accept4, messages, events, timers. */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <netinet/tcp.h>
#include <pthread.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <sys/timerfd.h>
#include <sys/uio.h>
#include <unistd.h>

#define NR_CLIENTS	4
#define NR_REQUESTS	10

static int listener, event, timer, epoll;
static struct sockaddr_in address = { .sin_family = AF_INET };

static void answer(int fd)
{
	char head[8], body[64];
	struct iovec iov[2] = { { head, sizeof(head) }, { body, sizeof(body) } };
	struct msghdr msg = { .msg_iov = iov, .msg_iovlen = 2 };
	ssize_t len = recvmsg(fd, &msg, 0);

	if (len <= 0) {
		epoll_ctl(epoll, EPOLL_CTL_DEL, fd, NULL);
		close(fd);
		return;
	}
	iov[0].iov_len = len < 8 ? len : 8;
	iov[1].iov_len = len < 8 ? 0 : len - 8;
	sendmsg(fd, &msg, MSG_NOSIGNAL);
}

static void serve(int nr_done)
{
	struct epoll_event ready[4], one = { .events = EPOLLIN };
	uint64_t value;
	int i, n, fd;

	while (nr_done) {
		n = epoll_wait(epoll, ready, 4, 5000);
		if (n <= 0)
			exit(1);
		for (i = 0; i < n; i++) {
			fd = ready[i].data.fd;
			if (fd == listener) {
				one.data.fd = accept4(fd, NULL, NULL, SOCK_CLOEXEC);
				epoll_ctl(epoll, EPOLL_CTL_ADD, one.data.fd, &one);
			} else if (fd == event) {
				read(fd, &value, sizeof(value));
				nr_done -= value;
			} else if (fd == timer) {
				read(fd, &value, sizeof(value));
				epoll_ctl(epoll, EPOLL_CTL_DEL, timer, NULL);
			} else {
				answer(fd);
			}
		}
	}
}

/* Its socket is made and closed by the first task, so that it has the same number each time. */
static void *client(void *socket_of_it)
{
	char text[40] = "what a client asks of a server", reply[64];
	struct iovec iov = { text, sizeof(text) };
	struct msghdr msg = { .msg_iov = &iov, .msg_iovlen = 1 };
	int i, one = 1, fd = *(int *)socket_of_it;
	uint64_t done = 1;

	connect(fd, (void *)&address, sizeof(address));
	setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one));
	for (i = 0; i < NR_REQUESTS; i++) {
		sendmsg(fd, &msg, 0);
		recv(fd, reply, sizeof(reply), MSG_WAITALL * 0);
	}
	shutdown(fd, SHUT_RDWR);
	write(event, &done, sizeof(done));
	return NULL;
}

static void watch(int fd)
{
	struct epoll_event one = { .events = EPOLLIN, .data.fd = fd };

	epoll_ctl(epoll, EPOLL_CTL_ADD, fd, &one);
}

int main(void)
{
	struct itimerspec soon = { .it_value.tv_nsec = 1000000 };
	socklen_t len = sizeof(address);
	pthread_t threads[NR_CLIENTS];
	int sockets[NR_CLIENTS], i;

	address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	listener = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	bind(listener, (void *)&address, sizeof(address));
	listen(listener, NR_CLIENTS);
	getsockname(listener, (void *)&address, &len);
	epoll = epoll_create1(EPOLL_CLOEXEC);
	event = eventfd(0, EFD_CLOEXEC);
	timer = timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC);
	timerfd_settime(timer, 0, &soon, NULL);
	watch(listener);
	watch(event);
	watch(timer);
	for (i = 0; i < NR_CLIENTS; i++)
		sockets[i] = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	for (i = 0; i < NR_CLIENTS; i++)
		pthread_create(&threads[i], NULL, client, &sockets[i]);
	serve(NR_CLIENTS);
	for (i = 0; i < NR_CLIENTS; i++)
		pthread_join(threads[i], NULL);
	for (i = 0; i < NR_CLIENTS; i++)
		close(sockets[i]);
	return 0;
}
