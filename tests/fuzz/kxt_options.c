// SPDX-License-Identifier: GPL-2.0-only
/*
 * Fuzzing of kxtrace's command line: words between NULs. It is read and judged, never
 * run. Not asked: repetitions in a regular expression, for which the C library itself
 * takes any memory and time.
 */
#include <stdlib.h>
#include <string.h>

#include "../../tools/kxtrace/options.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t max_size, unsigned int seed);
size_t LLVMFuzzerMutate(uint8_t *data, size_t size, size_t max_size);

/* Leaks are the process's end here. */
const char *__asan_default_options(void);
const char *__asan_default_options(void)
{
	return "detect_leaks=0";
}

#define MAX_WORDS	32

/* Words that getopt knows, so that the fuzzer need not find them. */
static const char *const words[] = {
	"replay", "-e", "trace=", "signal=", "quiet=", "--trigger=", "--last=", "--for=",
	"--count=", "--size=", "--record=", "--info", "-o", "-p", "-s", "-a", "-f", "-ttt",
	"-c", "-w", "-v", "-z", "-Z", "--all", "--hooks=", "%file", "openat:ENOENT",
	"latency>1s", "signal:SEGV", "exit:!0", "64M", "30s", "--", "true",
	"--trace=!", "-e status=", "--comm=", "--uid=", "--fd=", "--path=", "--decode-fds=",
	"--json", "--stack-trace", "--columns=", "-y", "-yy", "-k", "-x", "-X", "-n", "-N",
	"-r", "-T", "-u", "-E", "-I", "-D", "-b", "-P", "-O", "-S", "-U", "--sort=",
	"inject=", "fault=", "--inject=", "getppid:error=", ":retval=", ":signal=", ":when=", "1..9+2",
	":delay_enter=", ":delay_exit=",
};

static struct options options;

static bool has_repetition(const char *text, size_t size)
{
	size_t i;

	for (i = 0; i < size; i++)
		if (text[i] && strchr("{*+?", text[i]))
			return true;
	return false;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *text = malloc(size + 1), *argv[MAX_WORDS + 2], *at;
	int argc = 0;

	if (!text)
		abort();
	memcpy(text, data, size);
	text[size] = '\0';
	argv[argc++] = "kxtrace";
	for (at = text; at <= text + size && argc <= MAX_WORDS; at += strlen(at) + 1)
		if (*at)
			argv[argc++] = at;
	argv[argc] = NULL;
	if (!memchr(text, '/', size) || !has_repetition(text, size))
		(void)options_parse(&options, argc, argv);
	free(text);
	return 0;
}

/* Now and then a whole word is put in somewhere. */
size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t max_size, unsigned int seed)
{
	const char *word = words[seed / 64 % (sizeof(words) / sizeof(words[0]))];
	size_t len = strlen(word) + 1, at = size ? seed / 7 % size : 0;

	if (seed % 4 || size + len + 1 > max_size)
		return LLVMFuzzerMutate(data, size, max_size);
	memmove(data + at + len, data + at, size - at);
	memcpy(data + at, word, len - 1);
	/* A value may follow at once, or be the next word. */
	data[at + len - 1] = seed & 32 ? '\0' : '1';
	return size + len;
}
