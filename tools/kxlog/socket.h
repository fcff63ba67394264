/* SPDX-License-Identifier: GPL-2.0-only */
/* Sockets that never wait. */
#ifndef KXLOG_SOCKET_H
#define KXLOG_SOCKET_H

#include <stdbool.h>
#include <stddef.h>

struct sink;

/* Where datagrams go on this machine. Return: a socket, or a negative errno. */
int socket_unix(const char *path);

/*
 * Where @name, "HOST:PORT" or "[HOST]:PORT", is. TCP: the connection may still be being
 * made. Return: a socket, or a negative errno; -ENXIO: the name is not known.
 */
int socket_inet(const char *name, bool tcp);

/* After @err of a write: does it go on when the socket is ready? */
bool socket_full(int err);

/* The socket, and what the main loop waits for. */
void sink_use(struct sink *sink, int fd);
void sink_close_fd(struct sink *sink);

#endif
