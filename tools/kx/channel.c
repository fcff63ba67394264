// SPDX-License-Identifier: GPL-2.0-only
/* From "INSTANCE.CHANNEL" on a command line to the instance. */
#include <string.h>

#include "find.h"
#include "verb.h"

#include "channel.h"

int channel_get(struct kx *kx, const char *verb, const char *what, bool optional, char *word,
		struct kx_instance **out, const char **name)
{
	char *dot = strchr(word, '.');

	if ((!dot && !optional) || dot == word || (dot && !dot[1]))
		return tell_wrong("%s: %s: write INSTANCE.%s", verb, word, what);
	if (dot)
		*dot++ = '\0';
	*name = dot;
	return instance_get(kx, verb, word, out);
}
