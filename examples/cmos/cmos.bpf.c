/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The 64 bytes of CMOS memory: a file that asks a service, which reads the ports. */
#include <vmlinux.h>
#include <kx/door.bpf.h>
#include <kx/file.bpf.h>

KX_EXTENSION("cmos", "1.0.0", "shows the 64 bytes of CMOS memory");
KX_LICENSE("GPL");

struct wanted {
	u32 from;
	u32 len;
};

struct memory {
	u8 bytes[64];
};

/* Without a service: ENXIO. */
KX_DOOR_WITH(port, struct wanted, struct memory, "reads ports 0x70 and 0x71", 5000, -6, 64, 60000);

/* A file that may sleep: only iterators over tasks do. The first one is enough. */
SEC("iter.s/task") KX_TAG("kx.file=the bytes, 16 in a line")
int memory(struct bpf_iter__task *ctx)
{
	struct wanted wanted = { .len = 64 };
	struct seq_file *file = ctx->meta->seq;
	struct memory memory;
	int verdict;

	if (!ctx->task || ctx->meta->seq_num)
		return 0;
	verdict = port_call(1, 0, &wanted, &memory);
	if (verdict) {
		kx_print(file, "no answer: %d\n", verdict);
		return 0;
	}
	for (int i = 0; i < 64; i += 16) {
		kx_print(file, "%02x: ", i);
		for (int j = 0; j < 16; j++)
			kx_print(file, " %02x", memory.bytes[(i + j) & 63]);
		kx_print(file, "\n");
	}
	return 0;
}
