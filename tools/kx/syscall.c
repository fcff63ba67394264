// SPDX-License-Identifier: GPL-2.0-only
/* kx syscall: makes one system call, and prints what it returned. */
#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "calls.h"
#include "cli/json.h"
#include "verb.h"

#define BUFFER_MAX	(64ul << 20)

static struct {
	bool json;
} config;

static const struct flag flags[] = {
	{ "json", 'j', "one JSON object per line", &config.json },
	{ NULL },
};

/* An argument as the call gets it. */
struct word {
	long value;
	char *buffer;		/* of @N: zeros for the kernel to write to; or NULL */
	size_t len;
};

struct words {
	struct word rows[CALL_ARGS];
	size_t nr;
};

static void words_done(struct words *words)
{
	for (size_t i = 0; i < words->nr; i++)
		free(words->rows[i].buffer);
}

/* After these, this program is not what it was. */
static int refuse(const struct call *call)
{
	static const char *const names[] = { "fork", "vfork", "clone", "clone3", "rt_sigreturn" };

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (!strcmp(call->name, names[i]))
			return tell_wrong("syscall: %s: needs a program that is made for it",
					  names[i]);
	return DONE;
}

static bool read_number(const char *text, long *out)
{
	const char *digits = text + (*text == '-' || *text == '+');
	char *end;

	if (!isdigit((unsigned char)*digits))
		return false;
	errno = 0;
	*out = *text == '-' ? strtol(text, &end, 0) : (long)strtoul(text, &end, 0);
	return !*end && !errno;
}

/* Numbers; @N; any other text, or what follows a "=". */
static int read_word(const char *text, struct word *out)
{
	long len;

	if (read_number(text, &out->value))
		return DONE;
	if (*text == '@') {
		if (!isdigit((unsigned char)text[1]) || !read_number(text + 1, &len) || len < 1 ||
		    (size_t)len > BUFFER_MAX)
			return tell_wrong("syscall: %s: write @BYTES, at most @%lu; or =%s for the "
					  "text", text, BUFFER_MAX, text);
		out->buffer = calloc(1, len);
		out->len = len;
		out->value = (long)out->buffer;
		return out->buffer ? DONE : tell("out of memory");
	}
	out->value = (long)(*text == '=' ? text + 1 : text);
	return DONE;
}

/* Text within quotes, the rest as in C; zeros at the end are left out. */
static void print_buffer(const char *name, const struct word *word)
{
	size_t len = word->len;

	while (len && !word->buffer[len - 1])
		len--;
	printf("%s = \"", name);
	for (size_t i = 0; i < len; i++) {
		unsigned char c = word->buffer[i];

		if (c == '"' || c == '\\')
			printf("\\%c", c);
		else if (c >= ' ' && c <= '~')
			putchar(c);
		else
			printf("\\%03o", c);
	}
	puts("\"");
}

static void print(const struct call *call, const struct words *words, long result, int err)
{
	if (result == -1 && err)
		printf("= -1 %s (%s)\n", strerrorname_np(err) ?: "?", strerror(err));
	else
		printf("= %ld\n", result);
	for (size_t i = 0; i < words->nr; i++)
		if (words->rows[i].buffer)
			print_buffer(i < call->nr_args ? call->args[i].name : "buffer",
				     &words->rows[i]);
}

/* Bytes as numbers: a text could not have all of them. */
static void buffer_json(struct json *json, const char *name, const struct word *word)
{
	char *text = malloc(word->len * 4 + 3), *at = text;

	if (!text)
		return json_null(json, name);
	for (size_t i = 0; i < word->len; i++)
		at += sprintf(at, "%c%u", i ? ',' : '[', (unsigned char)word->buffer[i]);
	strcpy(at, "]");
	json_raw(json, name, text);
	free(text);
}

static void print_json(const struct call *call, const struct words *words, long result, int err)
{
	struct json json = { 0 };
	char number[24];

	snprintf(number, sizeof(number), "%ld", result);
	json_object(&json, NULL);
	json_number(&json, "number", call->number);
	json_text(&json, "name", call->name);
	json_raw(&json, "result", number);
	json_text(&json, "errno", result == -1 && err ? strerrorname_np(err) ?: "?" : "");
	json_object(&json, "buffers");
	for (size_t i = 0; i < words->nr; i++)
		if (words->rows[i].buffer)
			buffer_json(&json, i < call->nr_args ? call->args[i].name : "buffer",
				    &words->rows[i]);
	json_close(&json);
	json_close(&json);
}

static int make(const struct call *call, struct words *words)
{
	const struct word *w = words->rows;
	long result;
	int err;

	fflush(stdout);
	errno = 0;
	result = syscall(call->number, w[0].value, w[1].value, w[2].value, w[3].value, w[4].value,
			 w[5].value);
	err = errno;
	(config.json ? print_json : print)(call, words, result, err);
	return result == -1 && err ? FAILED : DONE;
}

static int find(const char *word, struct call *out)
{
	const char *meant;
	long number;

	if (!call_find(word, out))
		return refuse(out);
	/* One that is younger than the table. */
	if (read_number(word, &number) && number >= 0 && number <= 0xffff) {
		*out = (struct call){ .number = (int)number, .name = "", .nr_args = CALL_ARGS };
		return DONE;
	}
	meant = call_guess(word);
	return tell_wrong("syscall: %s: no such call; %s%s", word,
			  meant ? "did you mean " : "kx syscalls lists them", meant ?: "");
}

static int run(struct kx *kx, int argc, char **argv)
{
	__attribute__((cleanup(words_done))) struct words words = { 0 };
	struct call call;
	int status = find(argv[0], &call);

	(void)kx;
	if (status)
		return status;
	if ((size_t)argc - 1 > call.nr_args)
		return tell_wrong("syscall: %s: %s takes %zu arguments at most", argv[call.nr_args + 1],
				  argv[0], call.nr_args);
	for (int i = 1; i < argc; i++) {
		status = read_word(argv[i], &words.rows[words.nr++]);
		if (status)
			return status;
	}
	return make(&call, &words);
}

const struct verb verb_syscall = {
	.name = "syscall",
	.arguments = "[--json] NAME|NUMBER [ARGUMENT ...]",
	.summary = "make one system call",
	.examples = "  kx syscall getppid\n"
		    "  kx syscall openat -100 /etc/hostname 0\n"
		    "  kx syscall readlink /proc/self/exe @256 256\n"
		    "  kx syscall --json 39\n",
	.flags = flags,
	.at_front = true,
	.min_args = 1,
	.max_args = MANY,
	.run = run,
};
