/* SPDX-License-Identifier: GPL-2.0-only */
/* From "INSTANCE.CHANNEL" on a command line to the instance. */
#ifndef KX_TOOL_CHANNEL_H
#define KX_TOOL_CHANNEL_H

#include <stdbool.h>

#include <kx/kx.h>

/*
 * Cut @word at its first dot and open the instance before it. @what may come behind
 * the dot: "COMMAND". @name becomes what does; NULL: there is no dot, where @optional.
 *
 * Return: DONE, or what has been told.
 */
int channel_get(struct kx *kx, const char *verb, const char *what, bool optional, char *word,
		struct kx_instance **out, const char **name);

#endif
