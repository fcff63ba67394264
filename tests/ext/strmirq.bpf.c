// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* Writers that are interrupted by another one: timers go off in the middle of a loop. */
#include <vmlinux.h>
#include <kx/command.bpf.h>
#include <kx/stream.bpf.h>

#include "strm.h"

KX_EXTENSION("strmirq", "1.0.0", "writes to one stream from tasks and from interrupts");
KX_LICENSE("GPL");

KX_STREAM_SIZED(wide, struct wide, "records of equal words", 16 * 1024);

KX_PARAM(__u64, on, "timers write, too") = 0;
KX_VALUE(__u64, nested, "records that were written while another was under way");

#define CPUS	128

/* By the CPU that a timer goes off on: how many it has written. */
struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, __u64);
} timers SEC(".maps");

static void write_wide(__u64 word)
{
	struct wide record;

	for (int i = 0; i < STRM_WORDS; i++)
		record.words[i] = word;
	kx_emit(wide, &record);
}

SEC("tp_btf/hrtimer_expire_entry")
int BPF_PROG(timer)
{
	__u32 zero = 0, cpu = bpf_get_smp_processor_id();
	struct wide_ring *ring = bpf_map_lookup_elem(&wide, &cpu);
	__u64 *count = bpf_map_lookup_elem(&timers, &zero);

	if (!on || !count || !ring)
		return 0;
	if (*(volatile __u64 *)&ring->head.entered & 0xffff)
		__sync_fetch_and_add(&nested, 1);
	/* Behind the numbers of those that are told theirs. */
	write_wide((*count)++ << 8 | (128 + cpu % 127));
	return 0;
}

static long make_one(__u32 i, struct make *make)
{
	write_wide((make->from + i) << 8 | make->by);
	return 0;
}

KX_COMMAND(make, struct make, KX_NONE, "writes")
{
	struct make copy = *in;

	return bpf_loop(in->n, make_one, &copy, 0) == (long)in->n ? 0 : -1;
}
