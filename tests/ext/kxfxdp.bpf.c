// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* Counts packets at XDP and lets them go on. */
#include <vmlinux.h>
#include <kx/kx.bpf.h>

KX_EXTENSION("kxfxdp", "1.0", "counts packets at XDP");
KX_LICENSE("GPL");

KX_DEVICE(dev, "the device") = "";
KX_VALUE(u64, packets, "packets");

SEC("xdp") KX_AT(dev)
int see_packet(struct xdp_md *ctx)
{
	__sync_fetch_and_add(&packets, 1);
	return XDP_PASS;
}
