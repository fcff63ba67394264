// SPDX-License-Identifier: GPL-2.0-only
/* kx write: hands bytes to the writing side of a file. */
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "channel.h"
#include "cli/own.h"
#include "verb.h"

static const struct flag flags[] = {
	{ NULL },
};

static long from_stdin(void *ctx, void *buf, size_t len)
{
	ssize_t got;

	(void)ctx;
	do
		got = read(STDIN_FILENO, buf, len);
	while (got < 0 && errno == EINTR);
	return got < 0 ? -errno : got;
}

static long from_text(void *ctx, void *buf, size_t len)
{
	const char **rest = ctx;
	size_t left = strlen(*rest);

	len = left < len ? left : len;
	memcpy(buf, *rest, len);
	*rest += len;
	return (long)len;
}

static int run(struct kx *kx, int argc, char **argv)
{
	_cleanup_instance_ struct kx_instance *inst = NULL;
	const char *name, *text = argc > 1 ? argv[1] : NULL;
	int status = channel_get(kx, "write", "FILE", false, argv[0], &inst, &name);

	if (status)
		return status;
	if (kx_file_write(kx, inst, name, text ? from_text : from_stdin, &text))
		return tell("%s", kx_error(kx));
	return DONE;
}

const struct verb verb_write = {
	.name = "write",
	.arguments = "INSTANCE.FILE [TEXT]",
	.summary = "write to a file of an instance: TEXT, or standard input",
	.examples = "  kx write proc.settings limit=5\n"
		    "  kx write proc.settings <settings.txt\n",
	.flags = flags,
	.min_args = 1,
	.max_args = 2,
	.run = run,
};
