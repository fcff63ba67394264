/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Every kind of parameter, in a counter of the packets that come in at a device.
 *
 * A parameter is an ordinary variable: kernel code reads it, `kx set` writes it,
 * and what does not fit its type or its range is refused.
 */
#include <vmlinux.h>
#include <kx/kx.bpf.h>
#include <bpf/bpf_endian.h>

KX_EXTENSION("params", "1.0.0", "counts packets, by parameters of every kind");
KX_LICENSE("GPL");

#define ETHERTYPE_IP	0x0800

/* The values of an enum are set by their names. */
enum protocol {
	ANY = 0,
	ICMP = 1,
	TCP = 6,
	UDP = 17,
};

struct sizes {
	u32 shortest;
	u32 longest;
};

/* Where it is attached: known at load, `kx load params.bpf.o dev=eth0`. */
KX_DEVICE(dev, "the device to watch") = "lo:generic";

/*
 * Set at load only: for the verifier it is a constant, and what is switched off
 * is not there at all. Here the look into the packets.
 */
KX_PARAM_LOAD(bool, inspect, "look at protocol and ports") = true;

/* Live ones. A whole number in a range, both ends allowed: */
KX_PARAM(u32, step, "what each packet counts for", KX_RANGE(1, 100)) = 1;

/* on or off: */
KX_PARAM(bool, enabled, "count at all") = true;

/* one of several names: */
KX_PARAM(enum protocol, protocol, "which to count") = ANY;

/* a text, with room for 15 bytes and the end: */
KX_PARAM(char[16], label, "what the counter is called") = "packets";

/* several numbers; 0 is an empty place: */
KX_PARAM(u16[4], ports, "UDP and TCP ports to count, none: all of them") = { 0 };

/* a structure, as a whole or by its members: */
KX_PARAM(struct sizes, sizes, "bytes of a packet that is counted") = {
	.shortest = 0,
	.longest = 65535,
};

/* Written here, read-only from outside. */
KX_VALUE(u64, counted, "the sum of all steps");
KX_VALUE(u64, seen, "packets that came in, counted or not");
KX_VALUE(char[16], last_label, "the label when a packet was counted last");

/* What is read of an IPv4 packet; its members are in network byte order. */
struct start {
	u8 ethernet[12];
	u16 type;
	u8 version_len;
	u8 skipped[8];
	u8 protocol;
	u8 rest[10];
	u16 from;
	u16 to;
} __attribute__((packed));

static bool port_counts(u16 from, u16 to)
{
	bool any = true;

	for (u32 i = 0; i < sizeof(ports) / sizeof(ports[0]); i++) {
		u16 port = ports[i];

		if (!port)
			continue;
		if (port == from || port == to)
			return true;
		any = false;
	}
	return any;
}

/* Other packets than IPv4 without options count when anything does. */
static bool content_counts(struct xdp_md *ctx)
{
	struct start *start = (void *)(long)ctx->data;
	u32 wanted = protocol;

	if ((void *)(start + 1) > (void *)(long)ctx->data_end ||
	    start->type != bpf_htons(ETHERTYPE_IP) || start->version_len != 0x45)
		return wanted == ANY;
	if (wanted != ANY && wanted != start->protocol)
		return false;
	if (start->protocol != TCP && start->protocol != UDP)
		return true;
	return port_counts(bpf_ntohs(start->from), bpf_ntohs(start->to));
}

static bool counts(struct xdp_md *ctx)
{
	u32 len = ctx->data_end - ctx->data;

	if (!enabled || len < sizes.shortest || len > sizes.longest)
		return false;
	return !inspect || content_counts(ctx);
}

/* The program is attached to the device that the parameter names. */
SEC("xdp") KX_AT(dev)
int on_packet(struct xdp_md *ctx)
{
	__sync_fetch_and_add(&seen, 1);
	if (!counts(ctx))
		return XDP_PASS;

	__sync_fetch_and_add(&counted, step);
	for (u32 i = 0; i < sizeof(label); i++)
		last_label[i] = label[i];
	return XDP_PASS;
}
