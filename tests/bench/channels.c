// SPDX-License-Identifier: GPL-2.0-only
/* What a call costs: a command beside the program run itself, and what else enters the kernel. */
#include <kx/kx.h>

#include <linux/bpf.h>
#include <linux/netlink.h>
#include <linux/random.h>
#include <linux/rtnetlink.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#define CALLS	20000

/* As the command "echo" of tests/ext/cmd.bpf.c. */
struct words {
	uint64_t words[8];
};

static struct {
	struct kx *kx;
	struct kx_command *command;
	int prog, pipe, random, netlink;
	struct words in;
	struct {
		struct words in, out;
	} block;
} state;

static void must(int failed, const char *what)
{
	if (!failed)
		return;
	fprintf(stderr, "channels: %s failed: %s\n", what, state.kx ? kx_error(state.kx) : "");
	exit(1);
}

static int by_bare(void)
{
	union bpf_attr attr = {
		.test = {
			.prog_fd = state.prog, .ctx_in = (uintptr_t)&state.block,
			.ctx_size_in = sizeof(state.block),
		},
	};

	memcpy(&state.block.in, &state.in, sizeof(state.in));
	return syscall(__NR_bpf, BPF_PROG_TEST_RUN, &attr, sizeof(attr.test)) ||
	       state.block.out.words[0] != state.in.words[0];
}

static int by_call(void)
{
	struct words out;

	return kx_call(state.command, &state.in, sizeof(state.in), &out, sizeof(out), NULL) ||
	       out.words[0] != state.in.words[0];
}

static int by_getppid(void)
{
	return syscall(__NR_getppid) < 0;
}

static int by_fionread(void)
{
	int waiting;

	return ioctl(state.pipe, FIONREAD, &waiting);
}

static int by_rndgetentcnt(void)
{
	int bits;

	return ioctl(state.random, RNDGETENTCNT, &bits);
}

/* Asks for the loopback device, as a module with a netlink family would be asked. */
static int by_netlink(void)
{
	static struct {
		struct nlmsghdr head;
		struct ifinfomsg info;
	} ask = {
		.head = { .nlmsg_len = sizeof(ask), .nlmsg_type = RTM_GETLINK,
			  .nlmsg_flags = NLM_F_REQUEST },
		.info = { .ifi_family = AF_UNSPEC, .ifi_index = 1 },
	};
	char answer[8192];

	return send(state.netlink, &ask, sizeof(ask), 0) != sizeof(ask) ||
	       recv(state.netlink, answer, sizeof(answer), 0) <= 0;
}

static const struct {
	const char *name;
	int (*call)(void);
	int calls;
} ways[] = {
	{ "bare", by_bare, CALLS },
	{ "kx_call", by_call, CALLS },
	{ "getppid", by_getppid, CALLS },
	{ "fionread", by_fionread, CALLS },
	{ "rndgetentcnt", by_rndgetentcnt, CALLS },
	{ "netlink", by_netlink, CALLS / 10 },
};

static double now_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * 1e9 + now.tv_nsec;
}

static void open_all(const char *instance)
{
	union bpf_attr attr = { .file_flags = BPF_F_RDONLY };
	struct kx_instance *inst;
	int pipes[2];
	char pin[256];

	must(kx_new(&state.kx), "kx_new");
	must(kx_instance_open(state.kx, instance, &inst), instance);
	must(kx_command_open(state.kx, inst, "echo", &state.command), "echo");
	kx_instance_close(inst);
	snprintf(pin, sizeof(pin), "/sys/fs/bpf/kx/%s/current/progs/echo", instance);
	attr.pathname = (uintptr_t)pin;
	state.prog = syscall(__NR_bpf, BPF_OBJ_GET, &attr, sizeof(attr));
	must(state.prog < 0, pin);
	must(pipe(pipes), "pipe");
	state.pipe = pipes[0];
	state.random = open("/dev/random", O_RDONLY);
	must(state.random < 0, "/dev/random");
	state.netlink = socket(AF_NETLINK, SOCK_RAW, NETLINK_ROUTE);
	must(state.netlink < 0, "netlink");
	for (int i = 0; i < 8; i++)
		state.in.words[i] = 0x0101010101010101 * i + 1;
}

int main(int argc, char **argv)
{
	int rounds = argc > 2 ? atoi(argv[2]) : 9;

	if (argc < 2) {
		fputs("usage: channels INSTANCE [ROUNDS]\n", stderr);
		return 2;
	}
	open_all(argv[1]);
	/* The ways take turns: a machine that drifts, drifts for all. */
	for (int round = -1; round < rounds; round++) {
		for (size_t i = 0; i < sizeof(ways) / sizeof(ways[0]); i++) {
			double from = now_ns();

			for (int n = 0; n < ways[i].calls; n++)
				must(ways[i].call(), ways[i].name);
			if (round >= 0)
				printf("%s %.1f\n", ways[i].name, (now_ns() - from) / ways[i].calls);
		}
	}
	kx_command_close(state.command);
	kx_free(state.kx);
	return 0;
}
