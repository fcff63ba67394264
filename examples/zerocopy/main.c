// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * zerocopy: maps the memory that an extension fills, and reads it without system calls.
 *
 *	zerocopy			shows what is in it
 *	zerocopy watch READS		reads it so often, and checks each time
 */
#include <kx/kx.h>
#include <kx/seq.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "zerocopy.h"

static int failed(const struct kx *kx)
{
	fprintf(stderr, "zerocopy: %s\n", kx_error(kx));
	return 1;
}

/* All of it at one moment: what has changed meanwhile is read again. */
static void snapshot(const struct calls *calls, struct calls *copy)
{
	unsigned int count;

	do {
		count = kx_read_begin(&calls->seq);
		memcpy(copy, calls, sizeof(*copy));
	} while (kx_read_retry(&calls->seq, count));
}

static unsigned long long sum(const struct calls *copy)
{
	unsigned long long all = 0;

	for (size_t i = 0; i < NR_CALLS; i++)
		all += copy->by_nr[i];
	return all;
}

static int show(const struct calls *calls)
{
	struct calls copy;
	size_t most = 0;

	snapshot(calls, &copy);
	for (size_t i = 0; i < NR_CALLS; i++)
		if (copy.by_nr[i] > copy.by_nr[most])
			most = i;
	printf("calls: %llu, by number: %llu\n", copy.total, sum(&copy));
	printf("most often: number %zu, %llu times\n", most, copy.by_nr[most]);
	if (copy.total)
		printf("the last: number %u, of process %u\n",
		       copy.last[(copy.total - 1) % NR_LAST].nr,
		       copy.last[(copy.total - 1) % NR_LAST].pid);
	return 0;
}

/* Kernel code goes on meanwhile; what is read is right each time. */
static int watch(const struct calls *calls, unsigned long reads)
{
	unsigned long long first = 0;
	struct calls copy;

	for (unsigned long i = 0; i < reads; i++) {
		snapshot(calls, &copy);
		if (!i)
			first = copy.total;
		if (sum(&copy) != copy.total) {
			fprintf(stderr, "zerocopy: the numbers do not belong together\n");
			return 1;
		}
	}
	printf("%lu reads, all of them right; %llu calls came meanwhile\n", reads,
	       reads ? copy.total - first : 0);
	return 0;
}

static int run(struct kx *kx, int argc, char **argv)
{
	struct kx_instance *inst;
	struct kx_share *share;
	const struct calls *calls;
	size_t len;
	int status;

	/* Init: find the instance, map its memory. */
	if (kx_instance_open(kx, "zerocopy", &inst) < 0)
		return failed(kx);
	status = kx_share_map(kx, inst, "calls", 0, &share);
	kx_instance_close(inst);	/* the memory stays */
	if (status < 0)
		return failed(kx);
	calls = (const struct calls *)kx_share_bytes(share, &len);
	if (len != sizeof(*calls)) {
		fprintf(stderr, "zerocopy: the extension was built from another zerocopy.h\n");
		status = 1;
	} else {
		status = argc == 3 ? watch(calls, strtoul(argv[2], NULL, 10)) : show(calls);
	}
	/* Delete. */
	kx_share_unmap(share);
	return status;
}

int main(int argc, char **argv)
{
	struct kx *kx;
	int status;

	if (argc != 1 && !(argc == 3 && !strcmp(argv[1], "watch"))) {
		fputs("usage: zerocopy [watch READS]\n", stderr);
		return 2;
	}
	if (kx_new(&kx) < 0) {
		fputs("zerocopy: out of memory\n", stderr);
		return 1;
	}
	status = run(kx, argc, argv);
	kx_free(kx);
	return status;
}
