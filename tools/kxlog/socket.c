// SPDX-License-Identifier: GPL-2.0-only
/* Sockets that never wait, and sinks that have one. */
#include "socket.h"

#include <errno.h>
#include <netdb.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "cli/own.h"
#include "sink.h"

int socket_unix(const char *path)
{
	struct sockaddr_un to = { .sun_family = AF_UNIX };
	_cleanup_close_ int fd = -1;

	if (strlen(path) >= sizeof(to.sun_path))
		return -ENAMETOOLONG;
	strcpy(to.sun_path, path);
	fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (fd < 0 || connect(fd, (struct sockaddr *)&to, sizeof(to)))
		return -errno;
	return take_fd(fd);
}

static int connect_one(const struct addrinfo *to)
{
	_cleanup_close_ int fd = socket(to->ai_family, to->ai_socktype | SOCK_CLOEXEC |
					SOCK_NONBLOCK, to->ai_protocol);

	if (fd < 0)
		return -errno;
	if (connect(fd, to->ai_addr, to->ai_addrlen) && errno != EINPROGRESS)
		return -errno;
	return take_fd(fd);
}

int socket_inet(const char *name, bool tcp)
{
	struct addrinfo wish = { .ai_socktype = tcp ? SOCK_STREAM : SOCK_DGRAM }, *found;
	const char *colon = strrchr(name, ':');
	char host[256];
	int fd = -ENXIO;

	if (!colon || colon == name || !colon[1] || (size_t)(colon - name) >= sizeof(host))
		return -EINVAL;
	snprintf(host, sizeof(host), "%.*s", (int)(colon - name), name);
	if (*host == '[' && host[strlen(host) - 1] == ']') {
		memmove(host, host + 1, strlen(host));
		host[strlen(host) - 1] = '\0';
	}
	if (getaddrinfo(host, colon + 1, &wish, &found))
		return -ENXIO;
	for (struct addrinfo *one = found; one && fd < 0; one = one->ai_next)
		fd = connect_one(one);
	freeaddrinfo(found);
	return fd;
}

bool socket_full(int err)
{
	return err == EAGAIN || err == ENOBUFS || err == EINTR;
}

void sink_use(struct sink *sink, int fd)
{
	sink->fd = fd;
	sink->want_write = false;
	sink->retry_ms = -1;
}

void sink_close_fd(struct sink *sink)
{
	if (sink->fd >= 0)
		close(sink->fd);
	sink_use(sink, -1);
}
