// SPDX-License-Identifier: GPL-2.0-only
/* Calls whose first arguments decide about the others: each command, with memory of all kinds. */
#include "family.h"

#include <linux/bpf.h>
#include <linux/io_uring.h>
#include <linux/keyctl.h>
#include <linux/perf_event.h>
#include <linux/quota.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>

#define PAGE	4096

static uint8_t *memory[4];

/* Read-only, so that what the kernel writes does not differ from run to run. */
static void fill(void)
{
	int i, j;

	for (i = 0; i < 4; i++)
		memory[i] = mmap((void *)(0x7d0012340000 + i * 4 * PAGE), PAGE,
				 PROT_READ | PROT_WRITE,
				 MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0);
	memset(memory[1], 0xff, PAGE);
	for (j = 0; j < PAGE; j++) {
		memory[2][j] = j % 61 + 1;
		memory[3][j] = j % 8 == 0 ? 3 : 0;
	}
	memory[1][PAGE - 1] = 0;
	memory[2][PAGE - 1] = 0;
}

static void child(void (*body)(void))
{
	pid_t pid = fork();
	int status;

	if (!pid) {
		body();
		_exit(0);
	}
	waitpid(pid, &status, 0);
}

static void prctls(void)
{
	static const int options[] = {
		1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 16, 19, 20, 21, 23, 24, 25, 26, 27,
		28, 29, 30, 31, 32, 33, 34, 35, 36, 37, 38, 39, 40, 41, 42, 43, 44, 45, 46, 47, 50,
		51, 52, 53, 55, 56, 57, 62, 77, 0x59616d61, 0x53564d41, -1, 0,
	};
	unsigned int i, j;

	for (i = 0; i < sizeof(options) / sizeof(options[0]); i++) {
		if (options[i] == PR_SET_SECCOMP || options[i] == PR_SET_MM)
			continue;
		CALL(prctl, options[i], 0, 0, 0, 0);
		CALL(prctl, options[i], 3, 5, 7, 9);
		CALL(prctl, options[i], BAD, BAD, BAD, BAD);
		CALL(prctl, options[i], -1L, -1L, -1L, -1L);
		for (j = 1; j < 4; j++)
			CALL(prctl, options[i], 2, memory[j], 1, memory[j]);
	}
	for (j = 1; j < 16; j++)
		CALL(prctl, PR_SET_MM, j, BAD, 0, 0);
}

static void keyctls(void)
{
	int op, j;

	for (op = 1; op < 34; op++) {
		if (op == KEYCTL_JOIN_SESSION_KEYRING || op == KEYCTL_SESSION_TO_PARENT)
			continue;
		CALL(keyctl, op, 0, 0, 0, 0);
		CALL(keyctl, op, 77, BAD, BAD, BAD);
		CALL(keyctl, op, -1, -1L, -1L, -1L);
		for (j = 0; j < 4; j++) {
			CALL(keyctl, op, 77, memory[j], 12, 5);
			CALL(keyctl, op, -100, memory[j], memory[j], memory[j]);
			CALL(keyctl, op, memory[j], memory[j], memory[j], 12);
		}
	}
}

static void ptraces(void)
{
	static const int requests[] = {
		1, 2, 3, 4, 5, 6, 7, 8, 9, 12, 13, 14, 15, 16, 17, 18, 19, 24, 25, 26, 30, 31, 32,
		33, 0x4200, 0x4201, 0x4202, 0x4203, 0x4204, 0x4205, 0x4206, 0x4207, 0x4208, 0x4209,
		0x420a, 0x420b, 0x420c, 0x420d, 0x420e, 0x420f, 0x4210, 0x4999,
	};
	unsigned int i, j;

	for (i = 0; i < sizeof(requests) / sizeof(requests[0]); i++) {
		CALL(ptrace, requests[i], 0x7ffffff0, 0, 0);
		CALL(ptrace, requests[i], 0x7ffffff0, 1, 9);
		CALL(ptrace, requests[i], 0x7ffffff0, 24, 0x30);
		CALL(ptrace, requests[i], 0x7ffffff0, -1L, -1L);
		for (j = 0; j < 4; j++)
			CALL(ptrace, requests[i], 0x7ffffff0, memory[j], memory[j]);
	}
}

static void bpfs(void)
{
	static const int sizes[] = { 4, 12, 16, 24, 32, 48, 64, 72, 120, 144, 200 };
	unsigned int cmd, i, j;

	for (cmd = 0; cmd < 37; cmd++) {
		CALL(bpf, cmd, NULL, 0);
		CALL(bpf, cmd, BAD, 48);
		for (i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++)
			for (j = 0; j < 4; j++)
				CALL(bpf, cmd, memory[j], sizes[i]);
	}
}

static void perfs(void)
{
	struct perf_event_attr *attr = (void *)memory[2];
	unsigned int i, type, config;

	for (type = 0; type < 8; type++) {
		for (config = 0; config < 14; config++) {
			memset(attr, config, sizeof(*attr));
			attr->type = type;
			attr->size = config ? 56 + 8 * config : 0;
			attr->config = config | (config << 8) | (config << 16);
			CALL(perf_event_open, attr, -1, -1, -1, 1UL << config);
		}
	}
	for (i = 0; i < 4; i++)
		CALL(perf_event_open, memory[i], 0x7ffffff0, 0, -1, 0);
	CALL(perf_event_open, BAD, -1, 0, 5, 8);
}

static void quotas(void)
{
	static const uint32_t commands[] = {
		0x800001, 0x800002, 0x800003, 0x800004, 0x800005, 0x800006, 0x800007, 0x800008,
		0x800009, 0x5801, 0x5802, 0x5803, 0x5804, 0x5805, 0x5806, 0x5807, 0x5808, 0x5809,
		0x900001, 0,
	};
	unsigned int i, j, type;

	for (i = 0; i < sizeof(commands) / sizeof(commands[0]); i++) {
		for (type = 0; type < 4; type++) {
			CALL(quotactl, commands[i] << 8 | type, "/dev/nosuch", 1, 0);
			CALL(quotactl, commands[i] << 8 | type, 0, -1, BAD);
			CALL(quotactl_fd, -1, commands[i] << 8 | type, 1, 0);
			for (j = 0; j < 4; j++)
				CALL(quotactl, commands[i] << 8 | type, "/dev/nosuch", 4, memory[j]);
		}
	}
}

static void rings(void)
{
	unsigned int op, i, j;

	for (j = 0; j < 4; j++)
		for (i = 0; i < 20; i++) {
			struct io_uring_params p;

			memcpy(&p, memory[j], sizeof(p));
			p.flags = 1u << i;
			if (i == 1)
				continue;
			close(CALL(io_uring_setup, i == 5 ? 4 : 1u << i, &p));
		}
	for (op = 0; op < 30; op++) {
		CALL(io_uring_register, -1, op, 0, 0);
		CALL(io_uring_register, -1, op, BAD, 2);
		CALL(io_uring_register, -1, op, 0, 5);
		for (j = 0; j < 4; j++)
			for (i = 0; i < 5; i++)
				CALL(io_uring_register, 99, op, memory[j], i);
	}
	for (i = 0; i < 8; i++)
		CALL(io_uring_enter, -1, 1, 2, 1u << i, memory[2], 8);
	for (j = 0; j < 4; j++)
		CALL(io_uring_enter, -1, 1, 2, 8, memory[j], 24);
	CALL(io_uring_enter, -1, 1, 2, 0, 0, 0);
}

int main(void)
{
	fill();
	setresgid(12345, 12345, 12345);
	setresuid(12345, 12345, 12345);
	child(prctls);
	child(keyctls);
	child(ptraces);
	child(bpfs);
	child(perfs);
	child(quotas);
	child(rings);
	return 0;
}
