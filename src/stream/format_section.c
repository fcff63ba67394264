// SPDX-License-Identifier: GPL-2.0-only
/* Texts of messages in an object file: section ".kx.format", checked and described. */
#include <elf.h>

#include "base/cleanup.h"
#include "base/context.h"
#include "stream/format_internal.h"

#define QUOTE_MAX	60	/* bytes of a text that a sentence has */

/* One message of the section; its texts are within it. */
struct message {
	struct kx_format head;
	const char *text;
	const char *file;
};

/* What is left of the section. */
struct messages {
	const char *at;
	size_t len;
};

static const char *const macros[] = {
	[KX_LEVEL_EMERG] = "kx_emerg", [KX_LEVEL_ALERT] = "kx_alert",
	[KX_LEVEL_CRIT] = "kx_crit", [KX_LEVEL_ERR] = "kx_err",
	[KX_LEVEL_WARNING] = "kx_warn", [KX_LEVEL_NOTICE] = "kx_notice",
	[KX_LEVEL_INFO] = "kx_info", [KX_LEVEL_DEBUG] = "kx_debug",
};

static bool is_text(const char *at, size_t len)
{
	return memchr(at, '\0', len);
}

/* Return: 1; 0: there is no more; -EINVAL: damaged. */
static int message_next(struct messages *rest, struct message *out)
{
	size_t size, len;
	const char *end;

	if (!rest->len)
		return 0;
	if (rest->len < sizeof(out->head))
		return -EINVAL;
	memcpy(&out->head, rest->at, sizeof(out->head));
	size = out->head.size;
	if (size < sizeof(out->head) || size > rest->len)
		return -EINVAL;
	end = rest->at + size;
	out->text = rest->at + sizeof(out->head);
	if (!is_text(out->text, end - out->text))
		return -EINVAL;
	out->file = out->text + strlen(out->text) + 1;
	if (!is_text(out->file, end - out->file))
		return -EINVAL;
	/* The next one is aligned; the compiler leaves that out behind the last. */
	len = (size + 7) & ~(size_t)7;
	if (len > rest->len)
		len = rest->len;
	rest->at += len;
	rest->len -= len;
	return 1;
}

/* A file that elf_check() has passed; it may be anywhere in memory. */
static struct messages find_section(const char *elf, size_t len, uint32_t *type)
{
	Elf64_Shdr names, section;
	Elf64_Ehdr head;

	*type = SHT_NULL;
	memcpy(&head, elf, sizeof(head));
	memcpy(&names, elf + head.e_shoff + head.e_shstrndx * sizeof(names), sizeof(names));
	for (unsigned int i = 1; i < head.e_shnum; i++) {
		memcpy(&section, elf + head.e_shoff + i * sizeof(section), sizeof(section));
		if (strcmp(elf + names.sh_offset + section.sh_name, ".kx.format"))
			continue;
		*type = section.sh_type;
		if (section.sh_type == SHT_PROGBITS && section.sh_offset <= len &&
		    section.sh_size <= len - section.sh_offset)
			return (struct messages){ elf + section.sh_offset, section.sh_size };
	}
	return (struct messages){ elf, 0 };
}

/* For a sentence: "file.bpf.c:12: kx_info("...")". */
static void quote(const struct message *message, char *buf, size_t room)
{
	struct line line = { .buf = buf, .room = room - 1, .json = true };
	size_t len = strlen(message->text);

	line_put_escaped(&line, (const unsigned char *)message->file,
			 strnlen(message->file, QUOTE_MAX));
	line.len += snprintf(buf + line.len, room - line.len, ":%u: %s(\"", message->head.line,
			     macros[message->head.level]);
	line_put_escaped(&line, (const unsigned char *)message->text,
			 len < QUOTE_MAX ? len : QUOTE_MAX);
	line_puts(&line, len < QUOTE_MAX ? "\")" : "...\")");
	buf[line.len] = '\0';
}

/* @seen: a bit for each number. */
static int check_message(struct kx *kx, const char *who, const struct message *message,
			 uint8_t *seen)
{
	uint8_t *byte = &seen[message->head.id / 8], bit = 1 << message->head.id % 8;
	struct format_op ops[FORMAT_OPS];
	_cleanup_free_ char *copy = strdup(message->text);
	char why[256], where[16 * QUOTE_MAX];
	const struct why out = { why, sizeof(why) };
	size_t nr;

	if (!copy)
		return kx_fail(kx, -ENOMEM, "%s: out of memory", who);
	quote(message, where, sizeof(where));
	if (message->head.id == KX_RECORD_PAD || *byte & bit)
		return kx_fail(kx, -EINVAL, "%s: %s: its number, %u, is that of another message: an "
			       "extension is compiled from one source file", who, where,
			       message->head.id);
	*byte |= bit;
	if (!format_parse(copy, message->head.args, ops, &nr, &out))
		return 0;
	return kx_fail(kx, -EINVAL, "%s: %s: %s", who, where, why);
}

int formats_check(struct kx *kx, const char *who, const void *elf, size_t len)
{
	_cleanup_free_ uint8_t *seen = calloc(1, (1 << 16) / 8);
	struct message message;
	struct messages rest;
	uint32_t type;
	int more, err = 0;

	rest = find_section(elf, len, &type);
	if (!seen)
		return kx_fail(kx, -ENOMEM, "%s: out of memory", who);
	if (type != SHT_NULL && type != SHT_PROGBITS)
		return kx_fail(kx, -EINVAL, "%s: damaged: section .kx.format is of type %u", who,
			       type);
	while (!err && (more = message_next(&rest, &message)) != 0) {
		if (more < 0 || message.head.level > KX_LEVEL_DEBUG)
			return kx_fail(kx, -EINVAL, "%s: damaged: byte %zu of the file, in section "
				       ".kx.format, begins no message", who,
				       (size_t)(rest.at - (const char *)elf));
		err = check_message(kx, who, &message, seen);
	}
	return err;
}

/* As in C, in letters and signs alone. */
static void put_text(struct line *line, const char *text)
{
	for (; *text; text++) {
		char code[5];

		if (*text >= ' ' && *text <= '~' && *text != '\\')
			line_put(line, text, 1);
		else
			line_put(line, code, snprintf(code, sizeof(code), "\\x%02x",
						      (unsigned char)*text));
	}
	line_put(line, "", 1);
}

static char *text_of(const char *text)
{
	struct line line = { .room = 4 * strlen(text) + 1 };

	line.buf = malloc(line.room);
	if (line.buf)
		put_text(&line, text);
	return line.buf;
}

static void describe(struct text *text, const struct message *message)
{
	_cleanup_free_ char *of = text_of(message->text), *file = text_of(message->file);
	char args[KX_LOG_ARGS + 1] = "";

	for (int i = 0; i < KX_LOG_ARGS && message->head.args[i]; i++)
		args[i] = '0' + message->head.args[i];
	if (!of || !file)
		text->failed = true;
	else
		text_add(text, "format", "%u\t%u\t%u\t%s\t%s\t%s", message->head.id,
			 message->head.level, message->head.line, args, file, of);
}

void formats_describe(struct text *text, const void *elf, size_t len)
{
	struct message message;
	struct messages rest;
	uint32_t type;

	rest = find_section(elf, len, &type);
	while (message_next(&rest, &message) > 0)
		describe(text, &message);
}
