// SPDX-License-Identifier: GPL-2.0-only
/*
 * Fuzzing of what becomes text: records of every kind and every call's row, whatever
 * is in them. The input is a list of records; of calls, the chunks are put together
 * so that their lengths mostly fit, for beyond that nothing is looked at.
 */
#include <fcntl.h>
#include <stdlib.h>

#include "../../tools/kxtrace/feed.h"

int LLVMFuzzerInitialize(int *argc, char ***argv);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define NR_FEEDS	4

static struct options options[NR_FEEDS];
static struct feed feeds[NR_FEEDS];

struct input {
	const uint8_t *at;
	size_t len;
};

static size_t take(struct input *in, void *to, size_t len)
{
	if (len > in->len)
		len = in->len;
	memcpy(to, in->at, len);
	in->at += len;
	in->len -= len;
	return len;
}

static unsigned int next(struct input *in)
{
	uint8_t byte = 0;

	take(in, &byte, 1);
	return byte;
}

/* Options that change how lines look; the same command line as anybody's. */
int LLVMFuzzerInitialize(int *argc, char ***argv)
{
	static char *const lines[NR_FEEDS][8] = {
		{ "kxtrace", "true" },
		{ "kxtrace", "-v", "-ttt", "-T", "-r", "-s", "4096", "true" },
		{ "kxtrace", "-f", "-z", "-t", "-a", "100", "true" },
		{ "kxtrace", "-qq", "-Z", "-s", "0", "-tt", "true" },
	};
	int i, nr;

	(void)argc, (void)argv;
	for (i = 0; i < NR_FEEDS; i++) {
		for (nr = 0; nr < 8 && lines[i][nr]; nr++)
			;
		if (options_parse(&options[i], nr, (char **)lines[i]) ||
		    feed_open(&feeds[i], &options[i], open("/dev/null", O_WRONLY), true))
			abort();
	}
	return 0;
}

static size_t make_chunk(char *to, size_t room, struct input *in)
{
	struct kxt_chunk *chunk = (struct kxt_chunk *)to;
	unsigned int what = next(in), len = next(in);
	size_t size;

	/* An argument's index twice as often as a descriptor's, seldom neither. */
	if (len >= 128)
		len = (len - 128) * 32;
	size = (sizeof(*chunk) + len + 7) & ~7ul;
	if (size > room)
		return 0;
	memset(to, 0, size);
	chunk->arg = what & 15;
	chunk->when = what & 16 ? KXT_AT_EXIT : KXT_AT_ENTER;
	chunk->status = what >> 5;
	chunk->len = len;
	take(in, chunk + 1, len);
	return size;
}

static size_t make_call(char *to, struct input *in)
{
	struct kxt_call *rec = (struct kxt_call *)to;
	unsigned int flags = next(in), nr = next(in), args = next(in), i;
	size_t fixed, size, len = 0;

	memset(rec, 0, sizeof(*rec));
	rec->head.kind = KXT_CALL;
	rec->head.flags = flags;
	rec->head.tid = next(in);
	rec->head.nr_args = args & 128 ? args & 7 : KXT_NR_ARGS;
	rec->nr = nr | (args & 1) << 8;
	rec->seq = next(in);
	rec->enter_ns = next(in) * 1000001ull;
	rec->exit_ns = next(in) * 1000003ull;
	take(in, &rec->ret, args & 2 ? 1 : 8);
	for (i = 0; i < rec->head.nr_args && i < KXT_NR_ARGS; i++)
		take(in, &rec->args[i], args & 4 ? 1 : args & 8 ? 4 : 8);
	fixed = offsetof(struct kxt_call, args) + i * sizeof(rec->args[0]);
	for (i = args >> 4 & 7; i && in->len; i--) {
		size = make_chunk(to + fixed + len, KXT_RECORD_MAX - fixed - len, in);
		len += size;
	}
	rec->head.len = len;
	return fixed + len;
}

/* Of its length exactly, so that nobody reads behind it unseen. */
static void feed_one(struct feed *feed, struct input *in)
{
	static char made[KXT_RECORD_MAX + 4096] __attribute__((aligned(8)));
	unsigned int kind = next(in);
	size_t len;
	char *record;

	if (kind & 15) {
		len = make_call(made, in);
	} else {
		len = kind & 128 ? sizeof(struct kxt_task) : next(in);
		len = take(in, made, len);
		if (len)
			made[0] = kind >> 4 & 15;
	}
	record = malloc(len + !len);
	if (!record)
		abort();
	memcpy(record, made, len);
	feed_record(feed, record, len);
	free(record);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct input in = { data, size };
	struct feed *feed = &feeds[next(&in) % NR_FEEDS];

	while (in.len)
		feed_one(feed, &in);
	/* As if written. */
	feed->trace.out.len = 0;
	feed->trace.out.line = 0;
	return 0;
}
