// SPDX-License-Identifier: GPL-2.0-only
/* Reads a file of saved rules, line by line. Nothing in it is trusted. */
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "../device/device.h"
#include "cli/own.h"
#include "file.h"

#define FILE_MAX	(1UL << 30)
#define DEVICES_MAX	4096

enum part { PART_BEGIN, PART_RULES, PART_SET, PART_END };

struct reading {
	struct saved_file file;
	enum part part;
	unsigned int line;
	const char *from;	/* where the part begins, and in which line */
	unsigned int from_line;
	char *why;
	size_t why_len;
};

__attribute__((format(printf, 2, 3)))
static int wrong(struct reading *r, const char *fmt, ...)
{
	va_list args;
	int len = snprintf(r->why, r->why_len, "line %u: ", r->line);

	va_start(args, fmt);
	vsnprintf(r->why + len, r->why_len - len, fmt, args);
	va_end(args);
	return -EINVAL;
}

/* As many empty lines before it as it has lines before it in the file. */
static char *part_text(const struct reading *r, const char *end, bool is_marked)
{
	size_t before = r->from_line - 1, len = end - r->from;
	char *text = malloc(before + len + 1);

	if (!text)
		return NULL;
	memset(text, '\n', before);
	memcpy(text + before, r->from, len);
	text[before + len] = '\0';
	for (char *at = text + before; is_marked && *at; at += strcspn(at, "\n") + 1)
		if (!strncmp(at, "#:", 2))
			at[0] = at[1] = ' ';
	return text;
}

/* What was begun before this line is whole. */
static int end_part(struct reading *r, const char *end)
{
	struct saved_device *device = r->file.nr ? &r->file.devices[r->file.nr - 1] : NULL;
	char **text;

	if (r->part != PART_RULES && r->part != PART_SET)
		return 0;
	text = r->part == PART_RULES ? &device->text : &device->sets[device->nr_sets - 1].text;
	*text = part_text(r, end, r->part == PART_SET);
	device->raw_len = end - device->raw;
	return *text ? 0 : -ENOMEM;
}

static int hook_of(const char *word)
{
	enum hook hook;

	if (!strcmp(word, "usual"))
		return 0;
	return hook_parse(word, &hook) ? -EINVAL : (int)hook + 1;
}

/* "eth0 hook tc monitor", its first word @name. */
static int begin_device(struct reading *r, const char *line, char *words)
{
	struct saved_device device = { .line = r->line, .raw = line }, *grown;
	char hook[16], mode[16], more, instance[INSTANCE_NAME];

	if (sscanf(words, "%15s hook %15s %15s %c", device.device, hook, mode, &more) != 3 ||
	    device_instance(device.device, instance))
		return wrong(r, "a device is expected here: device eth0 hook usual filter");
	device.hook = hook_of(hook);
	device.monitor = !strcmp(mode, "monitor");
	if (device.hook < 0 || (!device.monitor && strcmp(mode, "filter")))
		return wrong(r, "how %s is filtered is not understood", device.device);
	for (size_t i = 0; i < r->file.nr; i++)
		if (!strcmp(r->file.devices[i].device, device.device))
			return wrong(r, "%s is there twice, in line %u already", device.device,
				     r->file.devices[i].line);
	if (r->file.nr == DEVICES_MAX)
		return wrong(r, "there are more than %d devices", DEVICES_MAX);
	grown = reallocarray(r->file.devices, r->file.nr + 1, sizeof(*grown));
	if (!grown)
		return -ENOMEM;
	r->file.devices = grown;
	grown[r->file.nr++] = device;
	r->part = PART_RULES;
	return 0;
}

static int begin_set(struct reading *r, const char *name)
{
	struct saved_device *device = r->file.nr ? &r->file.devices[r->file.nr - 1] : NULL;
	struct saved_set *grown;
	size_t len = strlen(name);

	if (!device || !len || len >= RULE_ID_MAX || strchr(name, ' '))
		return wrong(r, "the name of a live set is expected here");
	for (size_t i = 0; i < device->nr_sets; i++)
		if (!strcmp(device->sets[i].name, name))
			return wrong(r, "the set %s is there twice, in line %u already", name,
				     device->sets[i].line);
	grown = reallocarray(device->sets, device->nr_sets + 1, sizeof(*grown));
	if (!grown)
		return -ENOMEM;
	device->sets = grown;
	grown[device->nr_sets] = (struct saved_set){ .line = r->line };
	memcpy(grown[device->nr_sets++].name, name, len + 1);
	r->part = PART_SET;
	return 0;
}

static int end_file(struct reading *r, const char *words)
{
	unsigned long nr;
	char more;

	if (sscanf(words, "%lu device%c", &nr, &more) < 1 || nr != r->file.nr)
		return wrong(r, "%zu devices are in the file, but the end says \"%.40s\"", r->file.nr,
			     words);
	r->part = PART_END;
	return 0;
}

/* Where a part begins: "#: device", "#: set", "#: end"; other lines belong to one. */
static int read_mark(struct reading *r, const char *line, const char *next, char *words)
{
	static const struct { const char *word; size_t len; } marks[] = {
		{ "device ", 7 }, { "set ", 4 }, { "end ", 4 },
	};
	size_t which = 0;
	int err;

	while (which < 3 && strncmp(words, marks[which].word, marks[which].len))
		which++;
	if (which == 3)
		return r->part == PART_SET ? 0 :
		       wrong(r, "\"%.40s\" is not understood", words);
	err = end_part(r, line);
	words += marks[which].len;
	if (!err)
		err = which == 0 ? begin_device(r, line, words) :
		      which == 1 ? begin_set(r, words) : end_file(r, words);
	r->from = next;
	r->from_line = r->line + 1;
	return err;
}

static int read_line(struct reading *r, const char *line, const char *next)
{
	char words[128];
	size_t len = next - line;

	while (len && strchr(" \r\n", line[len - 1]))
		len--;
	if (r->part == PART_END)
		return len ? wrong(r, "nothing is expected behind the end") : 0;
	if (r->line == 1)
		return len == strlen(SAVED_FIRST) && !strncmp(line, SAVED_FIRST, len) ? 0 :
		       wrong(r, "this is no file that \"kxfilter save\" has written: it would begin with \"" SAVED_FIRST "\"");
	if (len >= 3 && !strncmp(line, "#: ", 3)) {
		snprintf(words, sizeof(words), "%.*s", (int)(len - 3), line + 3);
		return read_mark(r, line, next, words);
	}
	if (r->part == PART_RULES || !len || (r->part == PART_BEGIN && *line == '#'))
		return 0;
	return wrong(r, "this belongs to no device");
}

static int read_lines(struct reading *r, const char *content, size_t len)
{
	const char *end = content + len;
	int err = 0;

	for (const char *at = content; at < end && !err;) {
		const char *stop = memchr(at, '\n', end - at);

		r->line++;
		if (!stop)
			return wrong(r, "the file is cut off here");
		if (memchr(at, 0, stop - at))
			return wrong(r, "there is a byte 0");
		err = read_line(r, at, stop + 1);
		at = stop + 1;
	}
	if (!err && r->part != PART_END)
		return wrong(r, "the file is cut off here: the line \"#: end\" is missing");
	return err;
}

int saved_file_parse(char *content, size_t len, struct saved_file *out, char *why,
		     size_t why_len)
{
	struct reading r = { .file = { .content = content }, .why = why, .why_len = why_len };
	int err = read_lines(&r, content, len);

	if (err) {
		saved_file_free(&r.file);
		return err;
	}
	*out = r.file;
	return 0;
}

static int read_all(int fd, char **out, size_t *out_len)
{
	size_t len = 0, room = 0;
	char *content = NULL;
	ssize_t got;

	do {
		if (len + 1 >= room) {
			char *grown = realloc(content, room = room ? 2 * room : 65536);

			if (!grown) {
				free(content);
				return -ENOMEM;
			}
			content = grown;
		}
		got = read(fd, content + len, room - len - 1);
		len += got > 0 ? got : 0;
	} while (got > 0 && len <= FILE_MAX);
	if (got) {
		int err = got < 0 ? -errno : -EFBIG;

		free(content);
		return err;
	}
	content[len] = '\0';
	*out = content;
	*out_len = len;
	return 0;
}

int saved_file_read(const char *path, struct saved_file *out, char *why, size_t why_len)
{
	bool is_input = !strcmp(path, "-");
	int fd = is_input ? STDIN_FILENO : open(path, O_RDONLY | O_CLOEXEC), err;
	char *content = NULL;
	size_t len = 0;

	if (fd < 0) {
		err = -errno;
		snprintf(why, why_len, "%s", strerror(-err));
		return err;
	}
	err = read_all(fd, &content, &len);
	if (!is_input)
		close(fd);
	if (!err)
		return saved_file_parse(content, len, out, why, why_len);
	snprintf(why, why_len, "%s", strerror(-err));
	return err;
}

void saved_file_free(struct saved_file *file)
{
	for (size_t i = 0; i < file->nr; i++) {
		for (size_t n = 0; n < file->devices[i].nr_sets; n++)
			free(file->devices[i].sets[n].text);
		free(file->devices[i].sets);
		free(file->devices[i].text);
	}
	free(file->devices);
	free(file->content);
	*file = (struct saved_file){};
}

void saved_device_print(const char *device, int hook, bool monitor, FILE *out)
{
	fprintf(out, "#: device %s hook %s %s\n", device, hook ? hook_names[hook - 1] : "usual",
		monitor ? "monitor" : "filter");
}
