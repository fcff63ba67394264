// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* What its loader makes ready: the size of a table, a constant, what is in it, who runs. */
#include <vmlinux.h>
#include <kx/kx.bpf.h>

#ifndef LOADING_VERSION
#define LOADING_VERSION	"1.0"
#endif

KX_EXTENSION("loading", LOADING_VERSION, "made ready by its loader");
KX_LICENSE("GPL");

KX_VALUE(u64, last, "the last number of the table");
KX_VALUE(u64, kept, "how often the loader has filled it");
KX_VALUE(u64, unwanted, "runs of the program that is left out");

/* The loader's, before the load. */
const volatile u32 nr_rows = 1;

/* Written by the loader, before any event. */
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, u32);
	__type(value, u64);
} table SEC(".maps") KX_PRIVATE;

/* Written by the loader; goes on in an upgrade. */
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, u32);
	__type(value, u64);
} fills SEC(".maps");

SEC("raw_tp/sched_process_exec")
int on_exec(void *ctx)
{
	u32 row = nr_rows - 1, zero = 0;
	u64 *number = bpf_map_lookup_elem(&table, &row);

	if (number)
		last = *number;
	number = bpf_map_lookup_elem(&fills, &zero);
	if (number)
		kept = *number;
	return 0;
}

SEC("raw_tp/sched_process_exec")
int on_exec_too(void *ctx)
{
	unwanted++;
	return 0;
}
