// SPDX-License-Identifier: GPL-2.0-only
/*
 * logs INSTANCE N ROUNDS [WAY]: lets the extension logs say N messages in each way, ROUNDS
 * times in turn; lines "WAY NS", nanoseconds for one.
 */
#include <kx/kx.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "../ext/logs.h"

static const char *const ways[] = {
	[LOGS_EMPTY] = "empty", [LOGS_MESSAGE] = "kx_info", [LOGS_DISABLED] = "disabled",
	[LOGS_EVENT] = "kx_emit", [LOGS_PRINTK] = "bpf_printk", [LOGS_SNPRINTF] = "bpf_snprintf",
};

#define NR_WAYS	(sizeof(ways) / sizeof(ways[0]))

static double now_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * 1e9 + now.tv_nsec;
}

static int measure(struct kx *kx, struct kx_command *say_it, unsigned int n, enum logs_way way)
{
	const struct logs logs = { .n = n, .way = way };
	double from = now_ns();
	int result;

	if (kx_call(say_it, &logs, sizeof(logs), NULL, 0, &result)) {
		fprintf(stderr, "%s\n", kx_error(kx));
		return 1;
	}
	printf("%s %.2f\n", ways[way], (now_ns() - from) / n);
	return result != (int)n;
}

int main(int argc, char **argv)
{
	struct kx_instance *inst;
	struct kx_command *say_it;
	struct kx *kx;
	int failed = 0;

	if (argc < 4 || kx_new(&kx))
		return 2;
	if (kx_instance_open(kx, argv[1], &inst) || kx_command_open(kx, inst, "say_it", &say_it)) {
		fprintf(stderr, "%s\n", kx_error(kx));
		return 1;
	}
	for (int round = atoi(argv[3]); round-- && !failed;)
		for (size_t way = 0; way < NR_WAYS && !failed; way++)
			if (argc < 5 || !strcmp(argv[4], ways[way]))
				failed = measure(kx, say_it, atoi(argv[2]), way);
	kx_command_close(say_it);
	kx_instance_close(inst);
	kx_free(kx);
	return failed;
}
