// SPDX-License-Identifier: GPL-2.0-only
/* kx cat: the text that kernel code makes when it is read. */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "channel.h"
#include "cli/json.h"
#include "cli/own.h"
#include "verb.h"

static struct {
	bool json;
} config;

static const struct flag flags[] = {
	{ "json", 'j', "one JSON object, with the text", &config.json },
	{ NULL },
};

struct text {
	char *bytes;
	size_t len, room;
};

/* Return: how many bytes; 0 at the end; -1. */
static ssize_t read_more(int fd, struct text *text)
{
	ssize_t got;

	if (text->room - text->len < 4097) {
		char *more = realloc(text->bytes, text->room + (1 << 16));

		if (!more)
			return -1;
		text->bytes = more;
		text->room += 1 << 16;
	}
	do
		got = read(fd, text->bytes + text->len, text->room - text->len - 1);
	while (got < 0 && errno == EINTR);
	text->len += got > 0 ? got : 0;
	return got;
}

static int print_json(struct kx_instance *inst, const char *name, const struct text *text)
{
	struct kx_status status;
	struct json json = { 0 };

	kx_instance_status(inst, &status);
	if (memchr(text->bytes, '\0', text->len))
		return tell("%s.%s: has a zero byte in it: it is no text", status.name, name);
	json_object(&json, NULL);
	json_text(&json, "instance", status.name);
	json_number(&json, "kmid", status.kmid);
	json_text(&json, "name", name);
	json_text(&json, "text", text->bytes);
	json_close(&json);
	return DONE;
}

/* As it comes: a file may be longer than memory. */
static int copy(int fd, const char *instance, const char *name, struct text *text)
{
	ssize_t got;

	while ((got = read_more(fd, text)) > 0) {
		if (config.json)
			continue;
		if (fwrite(text->bytes, 1, text->len, stdout) != text->len)
			return DONE;	/* main() tells it */
		text->len = 0;
	}
	if (got < 0)
		return tell("%s.%s: cannot be read: %s", instance, name, strerror(errno));
	text->bytes[text->len] = '\0';
	return DONE;
}

static int run(struct kx *kx, int argc, char **argv)
{
	_cleanup_instance_ struct kx_instance *inst = NULL;
	struct text text = { 0 };
	const char *name;
	int fd, status;

	(void)argc;
	status = channel_get(kx, "cat", "FILE", false, argv[0], &inst, &name);
	if (status)
		return status;
	fd = kx_file_open(kx, inst, name);
	if (fd < 0)
		return tell("%s", kx_error(kx));
	status = copy(fd, argv[0], name, &text);
	if (!status && config.json)
		status = print_json(inst, name, &text);
	close(fd);
	free(text.bytes);
	return status;
}

const struct verb verb_cat = {
	.name = "cat",
	.arguments = "INSTANCE.FILE [--json]",
	.summary = "read a file of an instance",
	.examples = "  kx cat proc.status\n"
		    "  cat /sys/fs/bpf/kx/proc/current/files/status\n",
	.flags = flags,
	.min_args = 1,
	.max_args = 1,
	.run = run,
};
