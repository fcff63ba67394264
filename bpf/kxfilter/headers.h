/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Reads what lies between the header of IP and what it carries: options, extension headers. */
#ifndef KXFILTER_HEADERS_H
#define KXFILTER_HEADERS_H

#include "window.h"

/* Where in the packet its fragment begins; @more follow. Behind a first one there is nothing. */
static __always_inline int read_fragment(struct kxf_packet *packet, __u32 offset, bool more,
					 __u32 bytes, __u32 next)
{
	if (!offset) {
		packet->value[KXF_FRAGMENT] = more ? KXF_FIRST : KXF_WHOLE;
		return READ_ALL;
	}
	packet->value[KXF_FRAGMENT] = KXF_LATER;
	/* Beyond what a packet can have; or it would lie over the flags of TCP. */
	if (offset * 8 + bytes > 65535 || (offset == 1 && next == PROTO_TCP))
		return READ_BAD;
	return READ_ALL;
}

static __always_inline bool is_header(__u32 next, __u32 family)
{
	if (next == PROTO_AH)
		return true;
	return family == KXF_IP6 && (next == PROTO_HOP || next == PROTO_ROUTING ||
				     next == PROTO_FRAGMENT || next == PROTO_OPTIONS);
}

/* An option begins at packet->at. */
static __always_inline int read_hop_option(void *data, void *data_end, __u32 end,
					   struct kxf_packet *packet)
{
	__u32 at = packet->at;
	__u8 *option = data + at;

	if (at > KXF_HEADERS)
		return READ_BAD;
	if ((void *)option + 1 > data_end)
		return READ_CUT;
	if (!option[0]) {
		packet->at = at + 1;
		return READ_ALL;
	}
	if (at + 2 > end)
		return READ_BAD;
	if ((void *)option + 2 > data_end)
		return READ_CUT;
	if (option[0] == 5)
		packet->value[KXF_EXTRAS] |= KXF_EXTRA_ROUTER_ALERT;
	packet->at = at + 2 + option[1];
	return READ_ALL;
}

/**
 * struct options - options that are gone through
 * @data: begin of the frame
 * @data_end: behind what can be read
 * @packet: its @at is where the next one begins
 * @end: of all of them
 * @result: enum read
 */
struct options {
	void *data;
	void *data_end;
	struct kxf_packet *packet;
	__u32 end;
	int result;
};

static long next_hop_option(__u32 i, struct options *options)
{
	if (options->packet->at >= options->end)
		return 1;
	options->result = read_hop_option(options->data, options->data_end, options->end,
					  options->packet);
	return options->result != READ_ALL;
}

static __always_inline int read_hop_options(void *data, void *data_end, struct kxf_packet *packet,
					    __u32 end)
{
	struct options options = { data, data_end, packet, end, READ_ALL };

	packet->at += 2;
	bpf_loop(KXF_OPTIONS, next_hop_option, &options, 0);
	if (options.result)
		return options.result;
	return packet->at == end ? READ_ALL : READ_BAD;
}

static __always_inline __u32 extra_of_option(__u32 kind)
{
	switch (kind) {
	case 7:
		return KXF_EXTRA_RECORD_ROUTE;
	case 68:
		return KXF_EXTRA_TIMESTAMP;
	case 131:
	case 137:
		return KXF_EXTRA_SOURCE_ROUTE;
	case 148:
		return KXF_EXTRA_ROUTER_ALERT;
	}
	return 0;
}

static __always_inline int read_ip4_option(void *data, void *data_end, __u32 end,
					   struct kxf_packet *packet)
{
	__u32 at = packet->at, len;
	__u8 *option = data + at;

	if (at > KXF_HEADERS)
		return READ_BAD;
	if ((void *)option + 1 > data_end)
		return READ_CUT;
	if (option[0] <= 1) {
		packet->at = option[0] ? at + 1 : end;
		return READ_ALL;
	}
	if (at + 2 > end)
		return READ_BAD;
	if ((void *)option + 2 > data_end)
		return READ_CUT;
	len = option[1];
	if (len < 2 || at + len > end)
		return READ_BAD;
	packet->value[KXF_EXTRAS] |= extra_of_option(option[0]);
	packet->at = at + len;
	return READ_ALL;
}

static long next_ip4_option(__u32 i, struct options *options)
{
	if (options->packet->at >= options->end)
		return 1;
	options->result = read_ip4_option(options->data, options->data_end, options->end,
					  options->packet);
	return options->result != READ_ALL;
}

static __always_inline int read_ip4_options(void *data, void *data_end, struct kxf_packet *packet,
					    __u32 end)
{
	struct options options = { data, data_end, packet, end, READ_ALL };

	packet->value[KXF_EXTRAS] |= KXF_EXTRA_OPTION;
	bpf_loop(40, next_ip4_option, &options, 0);
	return options.result;
}

static __always_inline __u32 extra_of(__u32 header)
{
	switch (header) {
	case PROTO_HOP:
		return KXF_EXTRA_HOP_BY_HOP;
	case PROTO_ROUTING:
		return KXF_EXTRA_SOURCE_ROUTE;
	case PROTO_OPTIONS:
		return KXF_EXTRA_DESTINATION;
	case PROTO_AH:
		return KXF_EXTRA_AH;
	}
	return 0;
}

static __always_inline __u32 bytes_of(__u32 kind, __u32 len)
{
	if (kind == PROTO_AH)
		return (len + 2) * 4;
	return kind == PROTO_FRAGMENT ? 8 : (len + 1) * 8;
}

/* In other functions, see CHECKED_ALONE() below. */
int frame_hop(struct xdp_md *ctx, struct kxf_packet *packet, __u32 end);
int skb_hop(struct __sk_buff *ctx, struct kxf_packet *packet, __u32 end);

/* The header at packet->at, of kind packet->next; both go on to the one behind it. */
static __always_inline int read_header(const struct window *window, struct kxf_packet *packet,
				       bool is_first)
{
	__u32 at = packet->at, kind = packet->next, end = packet->end, len;
	__u8 *header;
	int err = 0;

	if (at > KXF_HEADERS || at + 8 > end || (kind == PROTO_HOP && !is_first))
		return READ_BAD;
	header = REACH(window, at, 8);
	len = bytes_of(kind, header[1]);
	if (len < 8 || at + len > end)
		return READ_BAD;
	packet->value[KXF_EXTRAS] |= extra_of(kind);
	packet->next = header[0];
	if (kind == PROTO_FRAGMENT)
		packet->fragment = at;
	if (kind == PROTO_HOP)
		err = window->at_xdp ? frame_hop(window->ctx, packet, at + len) :
				       skb_hop(window->ctx, packet, at + len);
	else if (kind == PROTO_FRAGMENT && packet->value[KXF_FRAGMENT] != KXF_NO_FRAGMENT)
		err = READ_BAD;
	else if (kind == PROTO_FRAGMENT)
		err = read_fragment(packet, GET16(header + 2) >> 3, header[3] & 1, end - at - 8,
				    header[0]);
	packet->at = at + len;
	return err;
}

static __always_inline int read_headers(const struct window *window, struct kxf_packet *packet)
{
	for (int i = 0; i < KXF_CHAIN; i++) {
		int err;

		forget(packet);
		if (packet->value[KXF_FRAGMENT] == KXF_LATER ||
		    !is_header(packet->next, packet->value[KXF_FAMILY]))
			break;
		err = read_header(window, packet, !i);
		if (err)
			return err;
	}
	return READ_ALL;
}

/*
 * What few packets have is checked alone by the verifier, once for all places that lead
 * there. A function of XDP and one of tc each, for they have other contexts.
 */
#define CHECKED_ALONE(name, context, xdp)				\
__noinline int name##_hop(context *ctx, struct kxf_packet *packet, __u32 end) \
{									\
	return packet ? read_hop_options((void *)(long)ctx->data,	\
					 (void *)(long)ctx->data_end, packet, end) : READ_BAD; \
}									\
									\
__noinline int name##_options(context *ctx, struct kxf_packet *packet, __u32 end) \
{									\
	return packet ? read_ip4_options((void *)(long)ctx->data,	\
					 (void *)(long)ctx->data_end, packet, end) : READ_BAD; \
}									\
									\
__noinline int name##_headers(context *ctx, struct kxf_packet *packet)	\
{									\
	struct window window = {					\
		.data = (void *)(long)ctx->data,			\
		.end = (void *)(long)ctx->data_end,			\
		.ctx = ctx,						\
		.at_xdp = xdp,						\
	};								\
									\
	return packet ? read_headers(&window, packet) : READ_BAD;	\
}

CHECKED_ALONE(frame, struct xdp_md, true)
CHECKED_ALONE(skb, struct __sk_buff, false)

#endif
