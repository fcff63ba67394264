// SPDX-License-Identifier: GPL-2.0-only
/*
 * Reads a stream of records whose words are all equal until it has ended, and tells how
 * many it got, how many were torn, out of order, and lost.
 */
#include <kx/kx.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>

#define BYS	256

struct seen {
	unsigned long records, torn, disorder, told;
	uint64_t next[BYS];
	int ended;
};

static int take(void *ctx, struct kx_stream *stream, const struct kx_event *event)
{
	const uint64_t *words = event->bytes;
	struct seen *seen = ctx;
	unsigned int by = words[0] & (BYS - 1);

	(void)stream;
	seen->told += event->lost;
	if (words[0] == UINT64_MAX) {
		seen->ended = 1;
		return 0;
	}
	seen->records++;
	for (size_t i = 1; i < event->len / 8; i++)
		if (words[i] != words[0]) {
			seen->torn++;
			return 0;
		}
	if (words[0] >> 8 < seen->next[by])
		seen->disorder++;
	seen->next[by] = (words[0] >> 8) + 1;
	return 0;
}

int main(int argc, char **argv)
{
	struct kx_instance *inst;
	struct kx_stream *stream;
	struct seen seen = {};
	struct kx_loss loss;
	struct kx *kx;
	int nr = 0;

	if (argc != 3 || kx_new(&kx))
		return 2;
	if (kx_instance_open(kx, argv[1], &inst) ||
	    kx_stream_open(kx, inst, argv[2], KX_STREAM_NEW, &stream)) {
		fprintf(stderr, "%s\n", kx_error(kx));
		return 1;
	}
	kx_instance_close(inst);
	puts("reading");
	fflush(stdout);
	while (nr >= 0 && (nr || !seen.ended)) {
		struct pollfd fd = { .fd = kx_stream_fd(stream), .events = POLLIN };

		poll(&fd, 1, -1);
		nr = kx_stream_dispatch(stream, take, &seen);
	}
	kx_stream_loss(stream, &loss);
	printf("records %lu torn %lu disorder %lu produced %llu delivered %llu dropped %llu told %lu\n",
	       seen.records, seen.torn, seen.disorder, (unsigned long long)loss.produced,
	       (unsigned long long)loss.delivered, (unsigned long long)loss.dropped, seen.told);
	kx_stream_close(stream);
	kx_free(kx);
	return nr < 0;
}
