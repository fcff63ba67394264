/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Connections: what a packet is to them is said before the rules, and what it does to
 * them is done after the verdict: what is dropped does nothing.
 */
#ifndef KXFILTER_TRACK_CODE_H
#define KXFILTER_TRACK_CODE_H

#include "parse.h"
#include "tcp.h"

/**
 * struct change - what the addresses and ports of a packet become
 * @address: the source's, the destination's
 * @port: of each; of an ICMP query both are its identifier
 * @is_on: they change
 */
struct change {
	__u64 address[2][2];
	__u16 port[2];
	__u32 is_on;
};

/**
 * struct carried - the packet that an ICMP error is about
 * @source: as it is there
 * @destination: the same
 * @port: the source's, the destination's
 * @protocol: of it
 * @seq: of TCP
 * @network: where in the frame it begins; 0: the packet is no error
 * @transport: where what it carries begins
 * @icmp: type of the query that it is
 */
struct carried {
	struct kxf_number source;
	struct kxf_number destination;
	__u16 port[2];
	__u32 protocol;
	__u32 seq;
	__u32 network;
	__u32 transport;
	__u32 icmp;
};

/**
 * struct search - of a tuple that no other connection has
 * @change: what is looked for: the packet, translated
 * @hash: of both ends
 * @protocol: of the packet
 * @kind: enum kxf_kind
 * @old: ports of the packet
 * @has_ports: they may change
 * @is_same: what was found is what the packet has
 * @result: enum entered
 */
struct search {
	struct change change;
	__u64 hash;
	__u32 protocol;
	__u32 kind;
	__u16 old[2];
	bool has_ports;
	bool is_same;
	int result;
};

/**
 * struct followed - a packet, between its look-up and its verdict
 * @tuple: its own, or that of the packet that it is about
 * @step: what it does
 * @carried: what it is about
 * @change: how it is translated
 * @entry: of a new connection
 * @now: tick
 * @place: of the connection; NO_PLACE: there is none
 * @serial: of that slot
 * @alias: where its other tuple is; NO_PLACE: it is not translated
 * @source: which end of @tuple sent it
 * @own: which side of the connection's slot that is
 * @way: enum kxf_way
 * @rule: set after the rules: slot of the counters of the one that let it pass
 * @nat: the same: what this one translates to; its flags are 0: nothing
 * @pieces: the tuple of its later fragments; kind 0: it is not a first one
 * @search: for that translation
 * @outer: of an error: what its own addresses become
 */
struct followed {
	struct kxf_tuple tuple;
	struct step step;
	struct segment segment;
	struct carried carried;
	struct change change;
	struct entry entry;
	__u32 now;
	__u32 place;
	__u32 serial;
	__u32 alias;
	__u32 source;
	__u32 own;
	__u32 way;
	__u32 rule;
	struct kxf_nat nat;
	struct kxf_tuple pieces;
	struct search search;
	struct change outer;
};

/* Of the packet that is looked at; nobody else runs on this CPU meanwhile. */
struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct followed);
} tracks SEC(".maps") KX_PRIVATE;

static __always_inline struct followed *track_get(void)
{
	__u32 zero = 0;

	return bpf_map_lookup_elem(&tracks, &zero);
}

/* Of a place in the frame the verifier has to see a limit, in the register that is used. */
#define LIMIT(at)							\
	({								\
		if ((at) > KXF_HEADERS)					\
			return READ_BAD;				\
		barrier_var(at);					\
		(at) &= 2 * KXF_HEADERS - 1;				\
	})

static __always_inline struct kxf_slot *slot_get(__u32 place, struct kxf_bin **bin)
{
	struct kxf_bin *it = bin_get(place / KXF_WAYS_OF_BIN);

	*bin = it;
	if (!it)
		return NULL;
	/* No arithmetic before the check. */
	barrier_var(place);
	return &it->slot[place % KXF_WAYS_OF_BIN];
}

/* The smaller end is first; returns which of them is the source. */
static __always_inline __u32 make_tuple(struct kxf_tuple *tuple, const __u64 *source,
					const __u64 *destination, const __u16 *port, __u32 protocol)
{
	__u64 from[2] = { source[0], source[1] }, to[2] = { destination[0], destination[1] };
	__u32 from_port = port[0], to_port = port[1], is_second;

	if (from[0] != to[0])
		is_second = from[0] > to[0];
	else if (from[1] != to[1])
		is_second = from[1] > to[1];
	else
		is_second = from_port > to_port;
	tuple->address[0][0] = is_second ? to[0] : from[0];
	tuple->address[0][1] = is_second ? to[1] : from[1];
	tuple->address[1][0] = is_second ? from[0] : to[0];
	tuple->address[1][1] = is_second ? from[1] : to[1];
	tuple->port[0] = is_second ? to_port : from_port;
	tuple->port[1] = is_second ? from_port : to_port;
	tuple->protocol = protocol;
	tuple->kind = 0;
	return is_second;
}

/* Of a packet whose headers have been read; @port is 0 where it has none. */
static __always_inline void packet_tuple(struct followed *track, const struct kxf_packet *packet,
					 const __u16 *port)
{
	track->source = make_tuple(&track->tuple, &packet->found[KXF_SOURCE].high,
				   &packet->found[KXF_DESTINATION].high, port,
				   packet->value[KXF_PROTOCOL]);
}

/* All ways to an option look the same to the verifier. */
static __noinline int read_scale(void *data, void *data_end, __u32 at, __u32 end)
{
	for (int i = 0; i < 40; i++) {
		__u32 len = 1;
		__u8 *option;

		/* Shorter ones say nothing that matters. */
		if (at + 3 > end || at > KXF_HEADERS)
			break;
		barrier_var(at);
		at &= 2 * KXF_HEADERS - 1;
		option = data + at;
		if ((void *)option + 3 > data_end || !option[0])
			break;
		if (option[0] == 3)
			return option[2] > PICKED_SCALE ? PICKED_SCALE : option[2];
		if (option[0] != 1)
			len = option[1];
		if (!len)
			break;
		at += len;
	}
	return NO_SCALE;
}

static __always_inline int read_segment(const struct window *window,
					const struct kxf_packet *packet, struct segment *seg)
{
	__u32 at = packet->at, head;
	__u8 *tcp;

	LIMIT(at);
	tcp = REACH(window, at, 20);
	head = tcp[12] >> 4 << 2;
	seg->seq = GET32(tcp + 4);
	seg->ack = GET32(tcp + 8);
	seg->flags = tcp[13] & (FIN | SYN | RST | ACK);
	seg->window = GET16(tcp + 14);
	seg->end = seg->seq + packet->end - at - head;
	seg->scale = NO_SCALE;
	if (seg->flags & SYN) {
		seg->end++;
		if (head > 20)
			seg->scale = read_scale(window->data, window->end, at + 20, at + head);
	}
	if (seg->flags & FIN)
		seg->end++;
	return READ_ALL;
}

/* What kind of query, of an answer to one; the second end of the tuple asks: + 1. */
static __always_inline __u32 query_kind(__u32 protocol, __u32 type, bool *is_answer)
{
	*is_answer = type == 0 || type == 14 || type == 129;
	if (protocol == PROTO_ICMP6)
		return type == 128 || type == 129 ? KXF_ECHO : 0;
	if (type == 8 || type == 0)
		return KXF_ECHO;
	return type == 13 || type == 14 ? KXF_STAMP : 0;
}

static __always_inline bool is_icmp_error(__u32 protocol, __u32 type)
{
	if (protocol == PROTO_ICMP6)
		return type >= 1 && type <= 4;
	return type == 3 || type == 11 || type == 12;
}

/* Neighbours and groups find each other by these, and who forwards to groups (RFC 4286). */
static __always_inline bool is_of_link(__u32 protocol, __u32 type)
{
	return protocol == PROTO_ICMP6 &&
	       ((type >= 130 && type <= 143) || (type >= 151 && type <= 153));
}

static __always_inline int read_carried_ip4(const struct window *window, __u32 at,
					    struct carried *carried)
{
	__u8 *ip = REACH(window, at, 20);
	__u32 head = (ip[0] & 15) * 4;

	if (ip[0] >> 4 != 4 || head < 20 || GET16(ip + 6) & 0x1fff)
		return READ_BAD;
	carried->source = (struct kxf_number){ 0, 0xffff00000000 | GET32(ip + 12) };
	carried->destination = (struct kxf_number){ 0, 0xffff00000000 | GET32(ip + 16) };
	carried->protocol = ip[9];
	carried->transport = at + head;
	return READ_ALL;
}

static __always_inline int read_carried_ip6(const struct window *window, __u32 at,
					    struct carried *carried)
{
	__u8 *ip = REACH(window, at, 40);
	__u32 next = ip[6];

	if (ip[0] >> 4 != 6)
		return READ_BAD;
	carried->source = (struct kxf_number){ GET64(ip + 8), GET64(ip + 16) };
	carried->destination = (struct kxf_number){ GET64(ip + 24), GET64(ip + 32) };
	at += 40;
	for (int i = 0; i < 4 && next != PROTO_AH && is_header(next, KXF_IP6); i++) {
		__u8 *header;

		LIMIT(at);
		header = REACH(window, at, 8);
		if (next == PROTO_FRAGMENT && GET16(header + 2) >> 3)
			return READ_BAD;
		at += next == PROTO_FRAGMENT ? 8 : (header[1] + 1) * 8;
		next = header[0];
	}
	if (is_header(next, KXF_IP6))
		return READ_BAD;
	carried->protocol = next;
	carried->transport = at;
	return READ_ALL;
}

static __always_inline int read_carried_ports(const struct window *window, __u32 family,
					      struct carried *carried)
{
	__u32 at = carried->transport, protocol = carried->protocol;
	bool is_answer;
	__u8 *head;

	carried->port[0] = carried->port[1] = 0;
	LIMIT(at);
	if (protocol == (family == KXF_IP4 ? PROTO_ICMP : PROTO_ICMP6)) {
		head = REACH(window, at, 8);
		carried->icmp = head[0];
		carried->port[0] = carried->port[1] = GET16(head + 4);
		return query_kind(protocol, head[0], &is_answer) ? READ_ALL : READ_BAD;
	}
	if (!has_ports(protocol))
		return READ_ALL;
	head = REACH(window, at, 8);
	carried->port[0] = GET16(head);
	carried->port[1] = GET16(head + 2);
	carried->seq = GET32(head + 4);
	return READ_ALL;
}

/* The tuple of what the error is about; it must have been sent by whom the error is for. */
static __always_inline int read_carried(const struct window *window,
					const struct kxf_packet *packet, struct followed *track)
{
	__u32 family = packet->value[KXF_FAMILY], at = packet->at + 8, kind;
	struct carried *carried = &track->carried;
	bool is_answer;
	int err;

	LIMIT(at);
	err = family == KXF_IP4 ? read_carried_ip4(window, at, carried) :
	      read_carried_ip6(window, at, carried);
	if (err)
		return err;
	err = read_carried_ports(window, family, carried);
	if (err)
		return err;
	if (carried->source.high != packet->found[KXF_DESTINATION].high ||
	    carried->source.low != packet->found[KXF_DESTINATION].low)
		return READ_BAD;
	track->source = make_tuple(&track->tuple, &carried->source.high, &carried->destination.high,
				   carried->port, carried->protocol);
	if (carried->protocol == PROTO_ICMP || carried->protocol == PROTO_ICMP6) {
		kind = query_kind(carried->protocol, carried->icmp, &is_answer);
		if (kind)
			track->tuple.kind = kind + (track->source ^ is_answer);
	}
	carried->network = at;
	return READ_ALL;
}

enum told { TELL_STATE, LOOK_UP, LOOK_UP_CARRIED, READ_MORE };

static __always_inline int told(struct followed *track, __u32 state)
{
	set_step(&track->step, state, NO_EFFECT);
	return TELL_STATE;
}

static __always_inline int read_icmp_tuple(const struct window *window,
					   const struct kxf_packet *packet, struct followed *track)
{
	__u32 at = packet->at, protocol = packet->value[KXF_PROTOCOL];
	__u32 type = packet->value[KXF_ICMP] >> 8, kind;
	__u16 port[2];
	bool is_answer;
	__u8 *icmp;
	int err;

	if (is_icmp_error(protocol, type)) {
		err = read_carried(window, packet, track);
		if (err)
			return err == READ_CUT ? READ_MORE : told(track, KXF_INVALID);
		return LOOK_UP_CARRIED;
	}
	kind = query_kind(protocol, type, &is_answer);
	if (!kind)
		return told(track, is_of_link(protocol, type) ? KXF_UNTRACKED : KXF_INVALID);
	barrier_var(at);
	icmp = window->data + (at & (2 * KXF_HEADERS - 1));
	if ((void *)icmp + 8 > window->end)
		return at + 8 > packet->end ? told(track, KXF_INVALID) : READ_MORE;
	port[0] = port[1] = GET16(icmp + 4);
	packet_tuple(track, packet, port);
	track->tuple.kind = kind + (track->source ^ is_answer);
	return LOOK_UP;
}

/* A tuple of its own: addresses, and the number that all pieces of a packet have. */
static __always_inline int read_pieces(const struct window *window,
				       const struct kxf_packet *packet, struct kxf_tuple *tuple)
{
	__u32 at = packet->fragment;
	__u32 source;
	__u16 port[2];
	__u8 *head;

	if (packet->value[KXF_FAMILY] == KXF_IP4) {
		head = REACH(window, packet->network & 63, 20);
		port[0] = 0;
		port[1] = GET16(head + 4);
	} else {
		LIMIT(at);
		head = REACH(window, at, 8);
		port[0] = GET16(head + 4);
		port[1] = GET16(head + 6);
	}
	source = make_tuple(tuple, &packet->found[KXF_SOURCE].high,
			    &packet->found[KXF_DESTINATION].high, port,
			    packet->value[KXF_PROTOCOL]);
	/* Both numbers belong to the packet, not to its ends. */
	tuple->port[0] = port[0];
	tuple->port[1] = port[1];
	tuple->kind = KXF_PIECES + source;
	return READ_ALL;
}

/* What of the packet names its connection; enum told. */
static __always_inline int read_track(const struct window *window,
				      const struct kxf_packet *packet, struct followed *track)
{
	__u32 family = packet->value[KXF_FAMILY], protocol = packet->value[KXF_PROTOCOL];
	__u16 port[2] = { 0, 0 };

	if (family != KXF_IP4 && family != KXF_IP6)
		return told(track, KXF_UNTRACKED);
	if (packet->value[KXF_EXTRAS] & KXF_EXTRA_MALFORMED)
		return told(track, KXF_INVALID);
	if (packet->value[KXF_FRAGMENT] == KXF_LATER) {
		track->source = 0;
		return read_pieces(window, packet, &track->tuple) ? told(track, KXF_INVALID) :
		       LOOK_UP;
	}
	if (packet->value[KXF_FRAGMENT] == KXF_FIRST &&
	    read_pieces(window, packet, &track->pieces))
		return told(track, KXF_INVALID);
	if (packet->value[KXF_ICMP] != KXF_NO_ICMP)
		return read_icmp_tuple(window, packet, track);
	if (packet->value[KXF_SOURCE_PORT] != KXF_NO_PORT) {
		port[0] = packet->value[KXF_SOURCE_PORT];
		port[1] = packet->value[KXF_DESTINATION_PORT];
	}
	packet_tuple(track, packet, port);
	if (protocol == PROTO_TCP && (read_segment(window, packet, &track->segment) ||
	    !is_segment(track->segment.flags)))
		return told(track, KXF_INVALID);
	return LOOK_UP;
}

#endif
