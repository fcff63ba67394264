/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A packet as nftables sees it at the ingress of a device, in the fields of kxfilter, and the table
 * of what the two see differently, with the reason of each.
 */
#ifndef TEST_KXFILTER_NFT_H
#define TEST_KXFILTER_NFT_H

#include "../../tools/kxfilter/reference/reference.h"
#include "kxfilter_packets.h"

/* No rule takes that, with "not" neither. */
#define ABSENT	(1ULL << 40)

/* As the kernel has the packet there: @net is where its header of network begins. */
struct nft_view {
	const uint8_t *net;
	size_t len;		/* behind @net */
	uint32_t type;		/* behind the first tag */
	int tags;
	bool is_valid;		/* of IP: its protocol and what it carries can be asked for */
	uint32_t protocol;
	size_t transport;
	bool doubts_options;	/* the kernel goes by more of IPv4 options than their lengths */
	bool is_cut;		/* within the first header: nft may compare a part of an address */
	struct packet_fields fields;
};

static uint32_t at16(const uint8_t *bytes)
{
	return bytes[0] << 8 | bytes[1];
}

static bool is_tag(uint32_t type)
{
	return type == 0x8100 || type == 0x88a8;
}

static void see(struct nft_view *view, enum field field, uint64_t value)
{
	view->fields.of[field] = (struct number){ 0, value };
}

/* Bytes of a header, as far as they are there. */
static void see_bytes(struct nft_view *view, enum field field, size_t at, size_t nr)
{
	uint64_t value = 0;

	if (at + nr > view->len)
		return;
	for (size_t i = 0; i < nr; i++)
		value = value << 8 | view->net[at + i];
	see(view, field, value);
}

static void see_address4(struct nft_view *view, enum field field, size_t at)
{
	see_bytes(view, field, at, 4);
	if (at + 4 <= view->len)
		view->fields.of[field].low |= 0xffff00000000;
}

/* What is an address of IPv4 to kxfilter is none to nft, nor is kxfilter's "none". */
static void see_address6(struct nft_view *view, enum field field, size_t at)
{
	struct number *number = &view->fields.of[field];
	uint64_t high;

	if (at + 16 > view->len)
		return;
	see_bytes(view, field, at, 8);
	high = number->low;
	see_bytes(view, field, at + 8, 8);
	number->high = high;
	if (!high && number->low >> 32 == 0xffff)
		number->low ^= 0x200000000;
	if (!high && number->low == 0xfffe00000000)
		number->low++;
}

static bool is_extension6(uint32_t next)
{
	return next == 0 || next == 43 || next == 44 || next == 51 || next == 59 || next == 60;
}

static size_t header_len(const struct nft_view *view, size_t at, uint32_t kind)
{
	if (kind == 51)
		return (view->net[at + 1] + 2) * 4;
	return kind == 44 ? 8 : (view->net[at + 1] + 1) * 8;
}

/*
 * As ipv6_find_hdr() goes: the header @target, or for -1 the last one, which AH is as well.
 * Where it begins, or -1. It does not mind where the packet's own length ends. Of a later
 * fragment it does not say where: 0.
 */
static long find_header(const struct nft_view *view, int target, uint32_t *kind, bool *is_later)
{
	uint32_t next;
	size_t at = 40;

	*is_later = false;
	if (view->len < 40)
		return -1;
	next = view->net[6];
	for (;;) {
		bool found = (int)next == target;
		size_t least = next == 43 || next == 44 ? 4 : 2, len;

		*kind = next;
		if (!is_extension6(next) || next == 59)
			return target < 0 ? (long)at : -1;
		if (at + least > view->len)
			return -1;
		*is_later = next == 44 && at16(view->net + at + 2) & ~7;
		if (found || (next == 51 && target < 0))
			return at;
		if (*is_later)
			break;
		len = header_len(view, at, next);
		next = view->net[at];
		at += len;
	}
	*kind = view->net[at];
	return target < 0 && (!is_extension6(*kind) || *kind == 59) ? 0 : -1;
}

static bool has_header(const struct nft_view *view, int kind)
{
	uint32_t found;
	bool is_later;

	return find_header(view, kind, &found, &is_later) >= 0;
}

static void see_fragment6(struct nft_view *view)
{
	uint32_t kind, place;
	bool is_later;
	long at = find_header(view, 44, &kind, &is_later);

	see(view, FIELD_FRAGMENT, FRAGMENT_NONE);
	if (at < 0)
		return;
	see(view, FIELD_FRAGMENT, ABSENT);
	if (at + 4 > (long)view->len)
		return;
	place = at16(view->net + at + 2);
	see(view, FIELD_FRAGMENT, place >> 3 ? FRAGMENT_LATER :
				  place & 1 ? FRAGMENT_FIRST : FRAGMENT_NONE);
}

static void see_ip6(struct nft_view *view)
{
	uint64_t extras = 0;
	bool is_later;
	long at;

	see(view, FIELD_FAMILY, FAMILY_IP6);
	see(view, FIELD_LENGTH, ABSENT);
	see_bytes(view, FIELD_LENGTH, 4, 2);
	if (view->len >= 6)
		view->fields.of[FIELD_LENGTH].low += 40;
	see_bytes(view, FIELD_TTL, 7, 1);
	see_bytes(view, FIELD_DSCP, 0, 2);
	if (view->len >= 2)
		see(view, FIELD_DSCP, at16(view->net) >> 6 & 63);
	see_address6(view, FIELD_SOURCE, 8);
	see_address6(view, FIELD_DESTINATION, 24);
	see_fragment6(view);
	extras |= has_header(view, 0) ? EXTRA_HOP_BY_HOP : 0;
	extras |= has_header(view, 43) ? EXTRA_SOURCE_ROUTE : 0;
	extras |= has_header(view, 60) ? EXTRA_DESTINATION : 0;
	see(view, FIELD_EXTRAS, extras);
	if (view->len < 40 || view->net[0] >> 4 != 6 || at16(view->net + 4) + 40u > view->len)
		return;
	at = find_header(view, -1, &view->protocol, &is_later);
	view->is_valid = at >= 0;
	view->transport = at;
}

/* All of them, if the kernel agrees with each; that of router alert has to be 0. */
static uint64_t options4(const struct nft_view *view, size_t head)
{
	uint64_t extras = EXTRA_OPTION;
	size_t len;

	for (size_t at = 20; at < head && head <= view->len && view->net[at]; at += len) {
		const uint8_t *option = view->net + at;

		len = option[0] == 1 ? 1 : at + 1 < head ? option[1] : 0;
		if (option[0] == 1)
			continue;
		if (len < 2 || at + len > head)
			break;
		if (option[0] == 131 || option[0] == 137)
			extras |= EXTRA_SOURCE_ROUTE;
		if (option[0] == 7)
			extras |= EXTRA_RECORD_ROUTE;
		if (option[0] == 148 && len >= 4 && !at16(option + 2))
			extras |= EXTRA_ROUTER_ALERT;
	}
	return extras;
}

static void see_ip4(struct nft_view *view)
{
	size_t head, len;

	see(view, FIELD_FAMILY, FAMILY_IP4);
	see(view, FIELD_LENGTH, ABSENT);
	see_bytes(view, FIELD_LENGTH, 2, 2);
	see_bytes(view, FIELD_TTL, 8, 1);
	if (view->len >= 2)
		see(view, FIELD_DSCP, view->net[1] >> 2);
	see_address4(view, FIELD_SOURCE, 12);
	see_address4(view, FIELD_DESTINATION, 16);
	if (view->len >= 8) {
		uint32_t place = at16(view->net + 6);

		see(view, FIELD_FRAGMENT, place & 0x1fff ? FRAGMENT_LATER :
					  place & 0x2000 ? FRAGMENT_FIRST : FRAGMENT_NONE);
	}
	if (!view->len)
		return;
	head = (view->net[0] & 15) * 4;
	view->doubts_options = head > 20;
	if (head > 20)
		see(view, FIELD_EXTRAS, options4(view, head));
	if (view->len < 20)
		return;
	len = at16(view->net + 2);
	view->is_valid = view->net[0] >> 4 == 4 && head >= 20 && len >= head && len <= view->len;
	view->protocol = view->net[9];
	view->transport = head;
}

/* The short way by which nft looks at a few bytes does not ask whether it is a later fragment. */
static void see_transport(struct nft_view *view)
{
	size_t at = view->transport;
	uint32_t protocol = view->protocol;

	see(view, FIELD_PROTOCOL, protocol);
	if (protocol == 51)
		view->fields.of[FIELD_EXTRAS].low |= EXTRA_AH;
	if (protocol == 6 || protocol == 17 || protocol == 33 || protocol == 132 ||
			protocol == 136) {
		see_bytes(view, FIELD_SOURCE_PORT, at, 2);
		see_bytes(view, FIELD_DESTINATION_PORT, at + 2, 2);
	}
	if (protocol == 6)
		see_bytes(view, FIELD_TCP_FLAGS, at + 13, 1);
	if (protocol == (view->type == 0x0800 ? 1 : 58))
		see_bytes(view, FIELD_ICMP, at, 2);
}

/* Below 1,536 it is no type but a length: of 802.2, or of a frame that has no 802.2 either. */
static uint32_t type_of(const uint8_t *bytes, size_t rest)
{
	uint32_t type = at16(bytes);

	if (type >= 1536)
		return type;
	return rest >= 2 && at16(bytes + 2) == 0xffff ? 1 : 4;
}

static void nft_see(const struct frame *frame, uint32_t mark, const struct packet_fields *kx,
		    struct nft_view *view)
{
	static const enum field taken[] = { FIELD_SOURCE_MAC, FIELD_DESTINATION_MAC, FIELD_VLAN,
					   FIELD_INNER_VLAN };
	size_t net = 14;

	*view = (struct nft_view){ .type = type_of(frame->bytes + 12, frame->len - 14) };
	for (int i = 0; i < FIELDS; i++)
		see(view, i, field_kinds[i].none == UINT64_MAX ? 0 : field_kinds[i].none);
	for (size_t i = 0; i < sizeof(taken) / sizeof(*taken); i++)
		view->fields.of[taken[i]] = kx->of[taken[i]];
	if (is_tag(view->type)) {
		view->type = type_of(frame->bytes + 16, frame->len - 18);
		view->tags = 1 + is_tag(view->type);
		net = 18;
	}
	view->net = frame->bytes + net;
	view->len = frame->len - net;
	see(view, FIELD_MARK, mark);
	see(view, FIELD_ETHERTYPE, view->type);
	see(view, FIELD_LENGTH, view->len);
	view->is_cut = (view->type == 0x0800 && view->len < 20) ||
		       (view->type == 0x86dd && view->len < 40) ||
		       (view->type == 0x0806 && view->len < 28);
	if (view->type == 0x0806) {
		see(view, FIELD_FAMILY, FAMILY_ARP);
		see_address4(view, FIELD_SOURCE, 14);
		see_address4(view, FIELD_DESTINATION, 24);
	} else if (view->type == 0x86dd) {
		see_ip6(view);
	} else if (view->type == 0x0800) {
		see_ip4(view);
	}
	if (view->is_valid)
		see_transport(view);
}

/* A packet to both: its bytes, what kxfilter reads of it, what nft does. */
struct seen {
	const struct frame *frame;
	const struct packet_fields *kx;
	const struct nft_view *nft;
};

static bool is_malformed(const struct seen *seen)
{
	return seen->kx->of[FIELD_EXTRAS].low & EXTRA_MALFORMED;
}

static bool is_family(const struct seen *seen, enum family family)
{
	return seen->kx->of[FIELD_FAMILY].low == family;
}

static bool has_tags(const struct seen *seen)
{
	return seen->nft->tags > 1;
}

static bool is_odd_arp(const struct seen *seen)
{
	return is_malformed(seen) && is_family(seen, FAMILY_ARP);
}

static bool is_bad_ip(const struct seen *seen)
{
	bool is_ip = is_family(seen, FAMILY_IP4) || is_family(seen, FAMILY_IP6);

	return is_malformed(seen) && is_ip && !seen->nft->is_valid;
}

static bool is_bad_option(const struct seen *seen)
{
	return is_malformed(seen) && is_family(seen, FAMILY_IP4) && seen->nft->doubts_options;
}

static bool is_bad_fragment(const struct seen *seen)
{
	return is_malformed(seen) && seen->kx->of[FIELD_FRAGMENT].low == FRAGMENT_LATER;
}

static bool is_bad_chain(const struct seen *seen)
{
	uint64_t extras = seen->kx->of[FIELD_EXTRAS].low & ~(uint64_t)EXTRA_MALFORMED;
	uint32_t next = seen->nft->len > 6 ? seen->nft->net[6] : 0;

	return is_malformed(seen) && (extras & EXTRA_AH ||
	       (is_family(seen, FAMILY_IP6) && (extras || is_extension6(next))));
}

static bool is_bad_transport(const struct seen *seen)
{
	return is_malformed(seen) &&
	       seen->kx->of[FIELD_PROTOCOL].low != field_kinds[FIELD_PROTOCOL].none;
}

/* The last bit is that which keeps it from being kxfilter's "none". */
static bool is_bad_address(struct number number)
{
	return !number.high && number.low == (field_kinds[FIELD_SOURCE].none | 1);
}

static bool has_bad_address(const struct seen *seen)
{
	return is_malformed(seen) && (is_bad_address(seen->kx->of[FIELD_SOURCE]) ||
				      is_bad_address(seen->kx->of[FIELD_DESTINATION]));
}

static bool has_ah(const struct seen *seen)
{
	return seen->kx->of[FIELD_EXTRAS].low & EXTRA_AH || seen->nft->protocol == 51;
}

static bool is_mapped(const struct seen *seen)
{
	const struct number *of = seen->kx->of;

	return is_family(seen, FAMILY_IP6) &&
	       ((!of[FIELD_SOURCE].high && of[FIELD_SOURCE].low >> 32 == 0xffff) ||
		(!of[FIELD_DESTINATION].high && of[FIELD_DESTINATION].low >> 32 == 0xffff));
}

static bool has_doubtful_options(const struct seen *seen)
{
	return seen->nft->doubts_options;
}

static bool is_later(const struct seen *seen)
{
	return seen->kx->of[FIELD_FRAGMENT].low == FRAGMENT_LATER;
}

/* Why the two may see a packet differently. The first that is true is its reason. */
static struct difference {
	const char *reason;
	bool (*is_so)(const struct seen *seen);
	uint64_t packets;	/* of this kind, seen differently */
	uint64_t verdicts;	/* ... whose verdict was another one */
} differences[] = {
	{ "two tags or more: nft reads nothing behind the second one", has_tags },
	{ "ARP that is not of Ethernet and IPv4, or is cut: malformed; nft compares the bytes that are there", is_odd_arp },
	{ "IP whose version or lengths are wrong: malformed; nft compares addresses all the same", is_bad_ip },
	{ "IPv4 options that do not add up: malformed; nft reads what is behind them", is_bad_option },
	{ "a fragment beyond 65,535 bytes, or over the flags of TCP: malformed; nft takes it as it is", is_bad_fragment },
	{ "extension headers cut, too many, or hop-by-hop not first: malformed; nft goes on", is_bad_chain },
	{ "a transport header that is cut or contradicts itself: malformed; nft reads the bytes that are there", is_bad_transport },
	{ "the address ::fffe:0:0: malformed; nft compares it", has_bad_address },
	{ "AH: kxfilter reads on behind it, to nft it is what the packet carries", has_ah },
	{ "::ffff:a.b.c.d in IPv6: to kxfilter it is the address of IPv4, to nft it is not", is_mapped },
	{ "IPv4 options: nft finds none where one of them is not as RFC 791 has it", has_doubtful_options },
	{ "later fragments: nft takes bytes of the middle for ports, flags, types; of IPv6 those of its first header", is_later },
};

#define DIFFERENCES	(sizeof(differences) / sizeof(*differences))

static struct difference *difference_of(const struct seen *seen)
{
	for (size_t i = 0; i < DIFFERENCES; i++)
		if (differences[i].is_so(seen))
			return &differences[i];
	return NULL;
}

#endif
