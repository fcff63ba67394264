// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* The second version: it has a hook more. */
#define LIFE_VERSION	"2.0"
#include "life.h"

SEC("tp_btf/sched_process_exit")
int BPF_PROG(on_exit)
{
	u32 generation = 2;
	u64 *nr = bpf_map_lookup_elem(&ran, &generation);

	if (nr)
		__sync_fetch_and_add(nr, 1);
	return 0;
}
