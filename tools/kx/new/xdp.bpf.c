/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * NAME counts the packets that come in at a device, and can drop some.
 *
 *	kx build NAME.bpf.c		compile this file: NAME.bpf.o
 *	kx load NAME.bpf.o dev=eth0	from now on it counts
 *	kx get NAME			what it has counted
 *	kx set NAME.drop_every=2	drop every second packet
 *	kx unload NAME			nothing of it stays
 */
#include <vmlinux.h>
#include <kx/kx.bpf.h>

KX_EXTENSION("NAME", "0.1.0", "counts the packets that come in at a device");
KX_LICENSE("GPL");

/* Said when it is loaded; what stands here is for `kx load` without dev=. */
KX_DEVICE(dev, "the device to watch") = "lo:generic";

/* `kx set` changes it at any time. */
KX_PARAM(u32, drop_every, "drop each packet of this number, 0: none",
	 KX_RANGE(0, 1000)) = 0;

/* Read-only from outside: this code writes them, `kx get` shows them. */
KX_VALUE(u64, packets, "packets seen");
KX_VALUE(u64, bytes, "bytes in them");
KX_VALUE(u64, dropped, "packets dropped");

/* Runs once, before the first packet. A result other than 0 undoes the load. */
KX_INIT(life)
{
	packets = bytes = dropped = 0;
	return 0;
}

/*
 * Runs for each packet before the network stack sees it. Bytes of the packet
 * are between ctx->data and ctx->data_end; the verifier wants to see a comparison
 * with data_end before each look at them.
 */
SEC("xdp") KX_AT(dev)
int on_packet(struct xdp_md *ctx)
{
	u32 every = drop_every;
	u64 number;

	/* Several CPUs may be here at the same time: the sums are atomic. */
	number = __sync_fetch_and_add(&packets, 1) + 1;
	__sync_fetch_and_add(&bytes, ctx->data_end - ctx->data);
	if (!every || number % every)
		return XDP_PASS;

	__sync_fetch_and_add(&dropped, 1);
	return XDP_DROP;
}
