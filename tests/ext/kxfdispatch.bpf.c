// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* A program with the name that libxdp's dispatcher has. */
#include <vmlinux.h>
#include <kx/kx.bpf.h>

KX_EXTENSION("kxfdispatch", "1.0", "plays libxdp");
KX_LICENSE("GPL");

KX_DEVICE(dev, "the device") = "";

SEC("xdp") KX_AT(dev)
int xdp_dispatcher(struct xdp_md *ctx)
{
	return XDP_PASS;
}
