// SPDX-License-Identifier: GPL-2.0-only
/* Goes into a network namespace before anything else is done. */
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "cli/tell.h"
#include "netns.h"

/* "ip netns exec" would hide /sys/fs/bpf; this does not. */
int netns_enter(const char *name)
{
	char path[128];
	int fd, err;

	if (!*name || strchr(name, '/') || strlen(name) > 64)
		return tell_wrong("--netns: %s: not the name of a network namespace", name);
	snprintf(path, sizeof(path), "/run/netns/%s", name);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return tell("--netns: %s: %s%s", name, strerror(errno), errno == ENOENT ?
			    "; ip netns list shows which there are" : "");
	err = setns(fd, CLONE_NEWNET) ? errno : 0;
	close(fd);
	return err ? tell("--netns: %s: %s", name, strerror(err)) : DONE;
}
