/* SPDX-License-Identifier: GPL-2.0-only */
/* fanotify: what is watched, and how events are reported. */
#include "desc.h"

#include <fcntl.h>
#include <sys/fanotify.h>

#ifndef FAN_NOFD
#define FAN_NOFD	-1
#endif

/* The class is a value in the lowest bits of the flags. */
void print_fan_init(struct out *o, const struct call *c, unsigned int i,
		    const struct arg *arg)
{
	uint32_t classes = FAN_CLASS_CONTENT | FAN_CLASS_PRE_CONTENT;
	uint32_t flags = c->rec->args[i];

	(void)arg;
	xlat_value(o, &fan_classes, flags & classes);
	flags &= ~classes;
	if (flags) {
		out_char(o, '|');
		xlat_flags(o, &fan_init_flags, flags);
	}
}

void print_fan_fd(struct out *o, const struct call *c, unsigned int i,
		  const struct arg *arg)
{
	if ((int32_t)c->rec->args[i] == FAN_NOFD)
		out_name_dec(o, FAN_NOFD, "FAN_NOFD");
	else
		print_fd_at(o, c, i, arg);
}
