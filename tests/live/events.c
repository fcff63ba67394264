// SPDX-License-Identifier: GPL-2.0-only
/*
 * Makes numbered events until SIGTERM, flat out in two threads, and prints how many
 * each made: `events prctl|udp|call`.
 */
#define _GNU_SOURCE 1
#include <arpa/inet.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "../ext/numbers.h"

static volatile sig_atomic_t stop;
static uint64_t made[EVENTS_THREADS];
static void (*make)(uint64_t thread, uint64_t number);
static int sockets[EVENTS_THREADS];

/* A probe is put here. */
__attribute__((noinline, used)) void event(uint64_t thread, uint64_t number)
{
	__asm__ volatile("" : : "r"(thread), "r"(number) : "memory");
}

static void by_prctl(uint64_t thread, uint64_t number)
{
	prctl(EVENTS_OPTION, thread, number, 0, 0);
}

static void by_udp(uint64_t thread, uint64_t number)
{
	const uint64_t payload[] = { EVENTS_MAGIC, thread, number };

	while (send(sockets[thread], payload, sizeof(payload), 0) < 0 && !stop)
		;
}

static void *run(void *arg)
{
	uint64_t thread = (uintptr_t)arg, number = 0;
	cpu_set_t cpu;

	CPU_ZERO(&cpu);
	CPU_SET(thread % sysconf(_SC_NPROCESSORS_ONLN), &cpu);
	sched_setaffinity(0, sizeof(cpu), &cpu);
	while (!stop)
		make(thread, number++);
	made[thread] = number;
	return NULL;
}

static void on_term(int signal)
{
	(void)signal;
	stop = 1;
}

/* Packets have a place to arrive at, though nobody reads them. */
static int open_sockets(void)
{
	struct sockaddr_in to = {
		.sin_family = AF_INET,
		.sin_port = htons(EVENTS_PORT),
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK),
	};
	int at = socket(AF_INET, SOCK_DGRAM, 0);

	if (bind(at, (struct sockaddr *)&to, sizeof(to)))
		return -1;
	for (int i = 0; i < EVENTS_THREADS; i++) {
		sockets[i] = socket(AF_INET, SOCK_DGRAM, 0);
		if (connect(sockets[i], (struct sockaddr *)&to, sizeof(to)))
			return -1;
	}
	return 0;
}

int main(int argc, char **argv)
{
	const char *how = argc > 1 ? argv[1] : "";
	pthread_t threads[EVENTS_THREADS];

	make = !strcmp(how, "prctl") ? by_prctl : !strcmp(how, "udp") ? by_udp :
	       !strcmp(how, "call") ? event : NULL;
	if (!make || (make == by_udp && open_sockets())) {
		fputs("usage: events prctl|udp|call\n", stderr);
		return 2;
	}
	signal(SIGTERM, on_term);
	for (uintptr_t i = 0; i < EVENTS_THREADS; i++)
		pthread_create(&threads[i], NULL, run, (void *)i);
	puts("ready");
	fflush(stdout);
	for (int i = 0; i < EVENTS_THREADS; i++)
		pthread_join(threads[i], NULL);
	for (int i = 0; i < EVENTS_THREADS; i++)
		printf("%llu\n", (unsigned long long)made[i]);
	return 0;
}
