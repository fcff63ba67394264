// SPDX-License-Identifier: GPL-2.0-only
/*
 * Readers and writers of the share `pair`, in which b is a times 7:
 *	shares busy THREADS [US]	system calls until a line comes; prints its pid
 *	shares read INSTANCE READS	how many of them had a pair that is none
 *	shares torn INSTANCE READS	the same, without asking the lock
 *	shares write INSTANCE TIMES	also counts when another writer was in
 *	shares word INSTANCE READS	of `word`, without a look at what comes
 *	shares lock INSTANCE		is killed while it writes
 *	shares keep INSTANCE		shows a before and after a line comes
 */
#include <errno.h>
#include <kx/kx.h>
#include <kx/seq.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "../ext/shr.h"

static struct kx *kx;
static volatile int done;
static unsigned long pause_us;

__attribute__((noreturn))
static void give_up(void)
{
	fprintf(stderr, "shares: %s\n", kx_error(kx));
	exit(1);
}

static void *map(const char *instance, const char *name, unsigned int flags,
		 struct kx_share **out)
{
	struct kx_instance *inst;

	if (kx_instance_open(kx, instance, &inst) || kx_share_map(kx, inst, name, flags, out))
		give_up();
	kx_instance_close(inst);
	return kx_share_bytes(*out, NULL);
}

static void *call(void *arg)
{
	while (!done)
		if (pause_us)
			usleep(pause_us);
		else
			syscall(SYS_getppid);
	return arg;
}

static int busy(unsigned long nr)
{
	pthread_t threads[16];

	for (unsigned long i = 0; i < nr && i < 16; i++)
		pthread_create(&threads[i], NULL, call, NULL);
	printf("%d\n", getpid());
	fflush(stdout);
	getchar();
	done = 1;
	for (unsigned long i = 0; i < nr && i < 16; i++)
		pthread_join(threads[i], NULL);
	return 0;
}

static int read_pairs(const char *instance, unsigned long reads, int careless)
{
	unsigned long torn = 0, retries = 0, changes = 0;
	unsigned long long last = 0;
	struct kx_share *share;
	const volatile struct pair *pair = map(instance, "pair", 0, &share);
	struct kx_seq *seq = (struct kx_seq *)&pair->seq;

	for (unsigned long i = 0; i < reads; i++) {
		unsigned long long a, b;
		__u32 count;

		do {
			count = careless ? 0 : kx_read_begin(seq);
			a = pair->a;
			b = pair->b;
		} while (!careless && kx_read_retry(seq, count) && ++retries);
		torn += b != a * FACTOR;
		changes += a != last;
		last = a;
	}
	printf("reads %lu torn %lu retries %lu changes %lu\n", reads, torn, retries, changes);
	kx_share_unmap(share);
	return 0;
}

static int write_pairs(const char *instance, unsigned long times)
{
	unsigned long written = 0, refused = 0;
	struct kx_share *share;
	volatile struct pair *pair = map(instance, "pair", KX_SHARE_WRITE, &share);

	while (written < times) {
		if (!kx_write_begin((struct kx_seq *)&pair->seq)) {
			refused++;
			continue;
		}
		pair->a++;
		pair->b = pair->a * FACTOR;
		kx_write_end((struct kx_seq *)&pair->seq);
		written++;
	}
	printf("written %lu refused %lu\n", written, refused);
	kx_share_unmap(share);
	return 0;
}

static int lock(const char *instance)
{
	struct kx_share *share;
	struct pair *pair = map(instance, "pair", KX_SHARE_WRITE, &share);

	if (!kx_write_begin(&pair->seq))
		return 1;
	return kill(getpid(), SIGKILL);
}

static int read_word(const char *instance, unsigned long reads)
{
	struct kx_share *share;
	const volatile struct pair *pair = map(instance, "pair", 0, &share);
	unsigned long long sum = 0;

	for (unsigned long i = 0; i < reads; i++) {
		__u32 count;

		do {
			count = kx_read_begin((struct kx_seq *)&pair->seq);
			sum += pair->a;
		} while (kx_read_retry((struct kx_seq *)&pair->seq, count));
	}
	printf("reads %lu sum %llu\n", reads, sum);
	kx_share_unmap(share);
	return 0;
}

static int keep(const char *instance)
{
	struct kx_share *share;
	const volatile struct pair *pair = map(instance, "pair", 0, &share);

	do {
		int err = kx_share_refresh(share);

		printf("%llu %s\n", (unsigned long long)pair->a,
		       err < 0 ? strerror(-err) : err ? "mapped" : "copied");
		fflush(stdout);
	} while (getchar() != EOF);
	kx_share_unmap(share);
	return 0;
}

int main(int argc, char **argv)
{
	const char *what = argc > 1 ? argv[1] : "", *who = argc > 2 ? argv[2] : "";
	unsigned long nr = argc > 3 ? strtoul(argv[3], NULL, 10) : 1;

	if (kx_new(&kx))
		return 1;
	if (!strcmp(what, "busy")) {
		pause_us = argc > 3 ? nr : 0;
		return busy(strtoul(who, NULL, 10));
	}
	if (!strcmp(what, "read"))
		return read_pairs(who, nr, 0);
	if (!strcmp(what, "torn"))
		return read_pairs(who, nr, 1);
	if (!strcmp(what, "write"))
		return write_pairs(who, nr);
	if (!strcmp(what, "word"))
		return read_word(who, nr);
	if (!strcmp(what, "lock"))
		return lock(who);
	if (!strcmp(what, "keep"))
		return keep(who);
	return 2;
}
