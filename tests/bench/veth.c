// SPDX-License-Identifier: GPL-2.0-only
/*
 * The sender of the bench of devices, and what it needs beside: `veth send DEVICE MAC SOURCE
 * DESTINATION PORT MS` lets one UDP packet go out of a veth again and again, from within the kernel
 * (live frames of BPF_PROG_TEST_RUN), and prints how many; `veth drop DEVICE` attaches a program
 * to XDP that only drops; `veth gro DEVICE` gives a veth its NAPI, without which it takes no
 * frames.
 */
#include <arpa/inet.h>
#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <linux/bpf.h>
#include <linux/ethtool.h>
#include <linux/if_link.h>
#include <linux/sockios.h>
#include <net/if.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

#include "../live/frames.h"
#include "sample.h"

#define INSN(code_, dst, imm_)	{ .code = code_, .dst_reg = dst, .imm = imm_ }
#define REPEAT	65536

static int program(const struct bpf_insn *insns, size_t nr)
{
	LIBBPF_OPTS(bpf_prog_load_opts, opts, .expected_attach_type = BPF_XDP);
	int fd = bpf_prog_load(BPF_PROG_TYPE_XDP, "kx_bench", "GPL", insns, nr, &opts);

	if (fd < 0)
		give_up("veth: the program: %s", strerror(errno));
	return fd;
}

static int redirector(int ifindex)
{
	const struct bpf_insn insns[] = {
		INSN(BPF_ALU64 | BPF_MOV | BPF_K, 1, ifindex),
		INSN(BPF_ALU64 | BPF_MOV | BPF_K, 2, 0),
		INSN(BPF_JMP | BPF_CALL, 0, BPF_FUNC_redirect),
		INSN(BPF_JMP | BPF_EXIT, 0, 0),
	};

	return program(insns, sizeof(insns) / sizeof(*insns));
}

static void drop(int ifindex)
{
	const struct bpf_insn insns[] = {
		INSN(BPF_ALU64 | BPF_MOV | BPF_K, 0, XDP_DROP),
		INSN(BPF_JMP | BPF_EXIT, 0, 0),
	};
	int err = bpf_xdp_attach(ifindex, program(insns, 2), XDP_FLAGS_DRV_MODE, NULL);

	if (err)
		give_up("veth: XDP: %s", strerror(-err));
}

static void set_gro(const char *device)
{
	struct ethtool_value value = { .cmd = ETHTOOL_SGRO, .data = 1 };
	struct ifreq ifr = { .ifr_data = (void *)&value };
	int fd = socket(AF_INET, SOCK_DGRAM, 0);

	snprintf(ifr.ifr_name, sizeof(ifr.ifr_name), "%s", device);
	if (fd < 0 || ioctl(fd, SIOCETHTOOL, &ifr))
		give_up("veth: GRO of %s: %s", device, strerror(errno));
}

static struct address address_of(const char *text)
{
	struct in_addr in;

	if (!inet_aton(text, &in))
		give_up("veth: %s: not an address", text);
	return ip4(ntohl(in.s_addr));
}

/* DEVICE MAC SOURCE DESTINATION PORT MS */
static void send_all(char **args)
{
	struct address from = address_of(args[2]), to = address_of(args[3]);
	uint64_t end = now_ns() + strtoull(args[5], NULL, 10) * 1000000, sent = 0;
	int prog = redirector(if_nametoindex(args[0]));
	static struct frame frame;
	unsigned int mac[6];
	LIBBPF_OPTS(bpf_test_run_opts, opts, .data_in = frame.bytes, .repeat = REPEAT,
		    .flags = BPF_F_TEST_XDP_LIVE_FRAMES, .batch_size = 64);

	if (sscanf(args[1], "%x:%x:%x:%x:%x:%x", mac, mac + 1, mac + 2, mac + 3, mac + 4, mac + 5) != 6)
		give_up("veth: %s: not a MAC", args[1]);
	make_udp(&frame, &from, &to, 40000, atoi(args[4]), 18);
	for (int i = 0; i < 6; i++)
		frame.bytes[i] = mac[i];
	opts.data_size_in = frame.len;
	for (; now_ns() < end; sent += REPEAT)
		if (bpf_prog_test_run_opts(prog, &opts))
			give_up("veth: live frames: %s", strerror(errno));
	printf("%llu\n", (unsigned long long)sent);
}

int main(int argc, char **argv)
{
	const char *what = argc > 2 ? argv[1] : "";
	int ifindex = argc > 2 ? if_nametoindex(argv[2]) : 0;

	if (argc > 2 && !ifindex)
		give_up("veth: %s: %s", argv[2], strerror(errno));
	if (!strcmp(what, "send") && argc == 8)
		send_all(argv + 2);
	else if (!strcmp(what, "drop"))
		drop(ifindex);
	else if (!strcmp(what, "gro"))
		set_gro(argv[2]);
	else
		return 2;
	return 0;
}
