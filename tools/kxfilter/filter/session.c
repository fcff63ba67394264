// SPDX-License-Identifier: GPL-2.0-only
/* The connection by ssh of who applies a rule set: no rule shall cut it. */
#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cli/own.h"
#include "session.h"

#define ABOVE	32	/* processes between a shell and sshd's environment */

static bool address_read(const char *text, struct number *out)
{
	unsigned char bytes[16] = { [10] = 0xff, [11] = 0xff };

	if (inet_pton(AF_INET, text, bytes + 12) != 1 && inet_pton(AF_INET6, text, bytes) != 1)
		return false;
	out->high = out->low = 0;
	for (int i = 0; i < 8; i++) {
		out->high = out->high << 8 | bytes[i];
		out->low = out->low << 8 | bytes[8 + i];
	}
	return true;
}

bool session_parse(const char *text, struct protected_session *out)
{
	char peer[64], own[64], more;

	if (sscanf(text, "%63s %hu %63s %hu%c", peer, &out->peer_port, own, &out->own_port,
		   &more) != 4 || !out->peer_port || !out->own_port)
		return false;
	/* A zone behind an address is of no use for packets. */
	peer[strcspn(peer, "%")] = own[strcspn(own, "%")] = '\0';
	return address_read(peer, &out->peer) && address_read(own, &out->own);
}

/* The value of a variable in an environment as the kernel shows it. */
static bool environment_find(const char *environment, size_t len, const char *name, char *out,
			     size_t out_len)
{
	size_t name_len = strlen(name);

	for (size_t at = 0; at < len; at += strnlen(environment + at, len - at) + 1) {
		size_t left = strnlen(environment + at, len - at);

		if (left <= name_len || strncmp(environment + at, name, name_len) ||
		    environment[at + name_len] != '=')
			continue;
		snprintf(out, out_len, "%.*s", (int)(left - name_len - 1),
			 environment + at + name_len + 1);
		return true;
	}
	return false;
}

static size_t file_read(pid_t pid, const char *name, char *out, size_t len)
{
	char path[64];
	size_t nr = 0;
	FILE *file;

	snprintf(path, sizeof(path), "/proc/%d/%s", pid, name);
	file = fopen(path, "re");
	if (file) {
		nr = fread(out, 1, len - 1, file);
		fclose(file);
	}
	out[nr] = '\0';
	return nr;
}

static pid_t parent_of(pid_t pid)
{
	char text[1024];
	const char *end;
	int parent = 0;

	if (file_read(pid, "stat", text, sizeof(text))) {
		end = strrchr(text, ')');
		if (!end || sscanf(end, ") %*c %d", &parent) != 1)
			parent = 0;
	}
	return parent;
}

/* sudo takes the variable away from its children: so the ones above are looked at too. */
bool session_find(struct protected_session *out)
{
	_cleanup_free_ char *environment = malloc(1 << 17);
	pid_t pid = getpid();
	char value[256];

	for (int i = 0; environment && pid > 1 && i < ABOVE; i++, pid = parent_of(pid)) {
		size_t len = file_read(pid, "environ", environment, 1 << 17);

		if (environment_find(environment, len, "SSH_CONNECTION", value, sizeof(value)) &&
		    session_parse(value, out))
			return true;
	}
	return false;
}
