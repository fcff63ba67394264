// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* An extension that does nothing, with every macro of kx.bpf.h. */
#include "vmlinux.h"

#include <kx/kx.bpf.h>

KX_EXTENSION("fixture", "1.2.10", "what the tests read");
KX_LICENSE("Dual BSD/GPL");
KX_NEEDS("base");
KX_NEEDS("other>=2.10");
KX_PROVIDES("fixture-api");
KX_PROVIDES("second");

enum fixture_verdict {
	FIXTURE_PASS,
	FIXTURE_DROP,
};

struct fixture_limits {
	__u32 rate;
	__u32 burst;
};

KX_PARAM(__u32, rate, "events per second", KX_RANGE(1, 1000)) = 10;
KX_PARAM(int, level, "below zero is quiet", KX_RANGE(-5, 0x10)) = -1;
KX_PARAM(char[16], greeting, "what to say") = "hello";
KX_PARAM(__u16[4], ports, "which to watch") = { 22, 80 };
KX_PARAM(enum fixture_verdict, unknown, "what strangers get") = FIXTURE_DROP;
KX_PARAM(struct fixture_limits, limits, "at most") = { .rate = 5, .burst = 9 };
KX_PARAM_LOAD(bool, verbose, "says more") = true;
KX_DEVICE(dev, "the device to watch") = "lo";
KX_CGROUP(group, "the cgroup to watch") = "";
KX_PATH(file, "the file to watch") = "/bin/sh";
KX_PID(pid, "the process to watch") = 1;
KX_VALUE(__u64, seen, "events so far") = 0;

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 64);
	__type(key, __u32);
	__type(value, __u64);
} counts SEC(".maps") KX_EXPORT;

struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, 4096);
} events SEC(".maps") KX_IMPORT("source");

__u32 hidden;	/* in .bss: nobody's parameter */

SEC("xdp") KX_AT(dev)
int on_packet(void *ctx)
{
	__u32 key = hidden;
	__u64 *count = bpf_map_lookup_elem(&counts, &key);

	if (count)
		*count += rate + level + ports[1] + limits.burst + greeting[0];
	seen++;
	return unknown == FIXTURE_DROP && verbose;
}

SEC("uprobe") KX_AT(file) KX_AT(pid)
int BPF_PROG(on_call)
{
	bpf_ringbuf_output(&events, &hidden, sizeof(hidden), 0);
	return group[0] + dev[0] + file[0] + pid;
}

SEC("tp_btf/sched_process_exec")
int BPF_PROG(on_exec)
{
	seen++;
	return 0;
}

KX_INIT(life)
{
	return life->reason == KX_REASON_LOAD ? 0 : -1;
}

KX_FINI(life)
{
	return life->generation;
}
