// SPDX-License-Identifier: GPL-2.0-only
/*
 * Translates random connections both ways, with errors about them, and compares every
 * byte with frames that were made with the other addresses from scratch. OBJECT
 * CONNECTIONS SEED; OBJECT ports; OBJECT pieces.
 */
#include "trk.h"

#define MOST	200000

/* As an end of the device sees it: who begins, who answers. */
struct view {
	struct address from;
	struct address to;
	uint16_t from_port;
	uint16_t to_port;
	int protocol;
};

struct test {
	int protocol;
	bool is_ip6;
	bool is_out;		/* it begins inside: the first packet goes out */
	bool no_sum;		/* UDP without a checksum */
	uint32_t isn;
	struct view near;	/* before the translation, for the first packet */
	struct view far;	/* behind it */
};

static struct object object;
static uint64_t state;
static uint32_t wrong;
static struct view used[MOST];
static uint32_t nr_used;

static uint32_t any(uint32_t below)
{
	state ^= state << 13;
	state ^= state >> 7;
	state ^= state << 17;
	return below ? (state >> 16) % below : state >> 16;
}

static void show(const char *what, const struct frame *frame)
{
	fprintf(stderr, "# %s ", what);
	for (size_t i = LINK; i < frame->len && i < LINK + 100; i++)
		fprintf(stderr, "%02x", frame->bytes[i]);
	fprintf(stderr, "\n");
}

static void complain(const char *what, const struct frame *got, const struct frame *wanted)
{
	wrong++;
	fprintf(stderr, "# %s: state %u, verdict %u\n", what, object.drive->state,
		object.drive->verdict_out);
	show("got   ", got);
	if (wanted)
		show("wanted", wanted);
}

/* @part: 0 begins, 1 answers, 2 goes on, 3 answers that. */
static void make_part(const struct test *test, const struct view *view, int part,
		      struct frame *frame)
{
	static const uint8_t flags[] = { 2, 18, 16, 24 };
	bool back = part & 1;
	const struct address *from = back ? &view->to : &view->from;
	const struct address *to = back ? &view->from : &view->to;
	struct tcp tcp = {
		.from = back ? view->to_port : view->from_port,
		.to = back ? view->from_port : view->to_port,
		.seq = test->isn + (back ? 7777 : 0) + (part > 1),
		.ack = part ? test->isn + (back ? 1 : 7778) : 0,
		.flags = flags[part],
		.window = 5000,
		.scale = part < 2 ? 7 : 255,
		.data = part > 1 ? test->isn % 700 : 0,
	};

	if (test->protocol == 6)
		make_tcp(frame, from, to, &tcp);
	else if (test->protocol == 17)
		make_udp(frame, from, to, tcp.from, tcp.to, test->isn % 900);
	else if (test->protocol == 47)
		make_frame(frame, from, to, 47, "abcdefgh", 8);
	else
		make_echo(frame, from, to, test->is_ip6 ? 128 + back : back ? 0 : 8,
			  view->from_port, test->isn % 300);
	if (test->no_sum)
		put16(frame->bytes + frame->transport + 6, 0);
}

static void set_nat(uint32_t which, const struct address *first, uint32_t more,
		    uint16_t first_port, uint16_t last_port)
{
	struct kxf_nat *nat = &object.drive->nat;
	bool is_ip6 = first->is_ip6;
	uint64_t high = (uint64_t)get32(first->bytes) << 32 | get32(first->bytes + 4);
	uint64_t low = (uint64_t)get32(first->bytes + 8) << 32 | get32(first->bytes + 12);

	nat->flags |= 1 << which;
	nat->first[which][0] = is_ip6 ? high : 0;
	nat->first[which][1] = is_ip6 ? low : 0xffff00000000 | get32(first->bytes);
	nat->last[which] = nat->first[which][1] + more;
	nat->first_port[which] = first_port;
	nat->last_port[which] = last_port;
}

static enum at at_of(bool is_out)
{
	return is_out ? AT_OUT : any(2) ? AT_IN : AT_XDP;
}

/* What is in the frame. */
static void read_view(const struct frame *frame, bool is_ip6, int protocol, struct view *view)
{
	const uint8_t *ip = frame->bytes + LINK, *at = frame->bytes + frame->transport;
	bool is_echo = protocol == 1 || protocol == 58;

	memset(view, 0, sizeof(*view));
	view->from.is_ip6 = view->to.is_ip6 = is_ip6;
	view->protocol = protocol;
	memcpy(view->from.bytes, ip + (is_ip6 ? 8 : 12), is_ip6 ? 16 : 4);
	memcpy(view->to.bytes, ip + (is_ip6 ? 24 : 16), is_ip6 ? 16 : 4);
	if (protocol == 47)
		return;
	view->from_port = get16(at + (is_echo ? 4 : 0));
	view->to_port = is_echo ? view->from_port : get16(at + 2);
}

static bool is_same(const struct frame *a, const struct frame *b)
{
	return a->len == b->len && !memcmp(a->bytes, b->bytes, a->len);
}

static void try_part(struct test *test, int part)
{
	bool back = part & 1;
	struct frame in, wanted, out;

	make_part(test, back ? &test->far : &test->near, part, &in);
	make_part(test, back ? &test->near : &test->far, part, &wanted);
	run_at(&object, at_of(test->is_out != back), &in, &out);
	if (!is_same(&out, &wanted))
		complain("a packet", &out, &wanted);
	else if (!is_sum_right(out.bytes + LINK, out.len - LINK))
		complain("a checksum", &out, NULL);
	else if (part && object.drive->state != KXF_ESTABLISHED)
		complain("a state", &out, NULL);
}

/* About the packet of this part: from its receiver, or from a router before that. */
static void try_error(struct test *test, int part, bool from_router)
{
	bool back = part & 1;
	/* The packet as it is where the error begins, and where the error goes. */
	const struct view *there = back ? &test->near : &test->far;
	const struct view *here = back ? &test->far : &test->near;
	struct address router = test->is_ip6 ? ip6(0xfe0001) : ip4(0x09090909);
	struct frame about, in, wanted, out;
	uint32_t carried = 8 + any(test->isn % 400 + 30);
	int type = test->is_ip6 ? 1 : 3;

	/* Of half a checksum nothing can be made. */
	carried += carried == 17;
	make_part(test, there, part, &about);
	make_error(&in, from_router ? &router : back ? &there->from : &there->to,
		   back ? &there->to : &there->from, type, &about, carried);
	make_part(test, here, part, &about);
	make_error(&wanted, from_router ? &router : back ? &here->from : &here->to,
		   back ? &here->to : &here->from, type, &about, carried);
	run_at(&object, at_of(test->is_out == back), &in, &out);
	if (object.drive->state != KXF_RELATED || !is_same(&out, &wanted))
		complain(from_router ? "an error of a router" : "an error", &out, &wanted);
	else if (!is_sum_right(out.bytes + LINK, out.len - LINK))
		complain("a checksum of an error", &out, NULL);
}

static void make_test(struct test *test, uint32_t number)
{
	static const uint8_t protocols[] = { 6, 6, 17, 17, 1, 47 };
	bool is_ip6 = any(2);

	memset(test, 0, sizeof(*test));
	test->is_ip6 = is_ip6;
	test->is_out = any(2);
	test->protocol = protocols[any(6)];
	if (test->protocol == 1 && is_ip6)
		test->protocol = 58;
	test->no_sum = test->protocol == 17 && !is_ip6 && !any(4);
	test->isn = any(0);
	/* Few outer addresses and ports, many inner ones: they meet. */
	test->near.from = is_ip6 ? ip6(0x10000 + number) : ip4(0x0a000000 + number);
	test->near.to = is_ip6 ? ip6(0x70000000 + any(3000)) : ip4(0xc6336400 + any(3000));
	test->near.from_port = 1024 + any(2000);
	test->near.to_port = any(2) ? 80 : 443;
	if (test->protocol == 1 || test->protocol == 58)
		test->near.to_port = test->near.from_port;
	if (test->protocol == 47)
		test->near.from_port = test->near.to_port = 0;
}

static void set_rule(const struct test *test)
{
	struct address outer = test->is_ip6 ? ip6(0x99990000) : ip4(0xcb007100);
	struct address inner = test->is_ip6 ? ip6(0x88880000) : ip4(0xac100000);
	uint32_t kind = any(5);

	memset(&object.drive->nat, 0, sizeof(object.drive->nat));
	if (kind != 1)
		set_nat(0, &outer, any(2) ? 0 : 3, any(2) ? 0 : 20000, 30000);
	if (kind < 2)
		set_nat(1, &inner, any(2) ? 0 : 50, any(2) ? 0 : 8080, 8090);
}

static bool is_used(const struct test *test)
{
	for (uint32_t i = 0; i < nr_used; i++)
		if (!memcmp(&used[i], &test->far, sizeof(test->far)))
			return true;
	return false;
}

/* The first packet: where it is translated to is read from what came out. */
static bool try_first(struct test *test)
{
	struct frame in, out;

	make_part(test, &test->near, 0, &in);
	run_at(&object, at_of(test->is_out), &in, &out);
	if (object.drive->verdict_out != KXF_PASS)
		return false;
	read_view(&out, test->is_ip6, test->protocol, &test->far);
	try_part(test, 0);
	if (test->protocol != 47 && is_used(test))
		complain("two connections have the same tuple", &out, NULL);
	if (nr_used < MOST)
		used[nr_used++] = test->far;
	return true;
}

static int connections(uint32_t nr)
{
	uint32_t refused = 0;
	struct kxf_tracked counts;
	struct test test;

	for (uint32_t i = 0; i < nr && wrong < 5; i++) {
		make_test(&test, i);
		set_rule(&test);
		if (!try_first(&test)) {
			refused++;
			continue;
		}
		/* Whatever rules say of later packets, the connection stays as it is. */
		memset(&object.drive->nat, 0, sizeof(object.drive->nat));
		for (int part = 1; part < 4; part++)
			try_part(&test, part);
		for (int n = 0; n < 4; n++)
			try_error(&test, n & 1 ? 3 : 2, n & 2);
	}
	counts = counts_of(&object);
	printf("nat connections %u refused %u no_port %llu wrong %u\n", nr, refused,
	       (unsigned long long)counts.no_port, wrong);
	return wrong != 0;
}

/* Four ports, ten connections to one server: four pass, the others are dropped and counted. */
static int ports(void)
{
	struct address outer = ip4(0xcb007100);
	struct test test = { .protocol = 6, .is_out = true, .near.to = ip4(0x08080808),
			     .near.to_port = 80, .near.from_port = 5000 };
	uint32_t passed = 0;
	struct kxf_tracked counts;

	set_nat(0, &outer, 0, 700, 703);
	for (uint32_t i = 0; i < 10; i++) {
		test.near.from = ip4(0x0a000000 + i);
		passed += try_first(&test);
	}
	counts = counts_of(&object);
	printf("ports passed %u no_port %llu wrong %u\n", passed,
	       (unsigned long long)counts.no_port, wrong);
	return 0;
}

/* Cuts a datagram behind @first bytes of it: the first piece or the later one. */
static void cut(const struct frame *whole, size_t first, bool is_later, struct frame *piece)
{
	bool is_ip6 = whole->bytes[LINK] >> 4 == 6;
	size_t head = whole->transport, len = whole->len - head, from = is_later ? first : 0;
	uint8_t *ip = piece->bytes + LINK;

	memset(piece, 0, sizeof(*piece));
	memcpy(piece->bytes, whole->bytes, head);
	if (is_ip6) {
		ip[40] = ip[6];
		ip[6] = 44;
		put16(ip + 42, from | !is_later);
		put32(ip + 44, 0x12345);
		head += 8;
	}
	len = is_later ? len - first : first;
	memcpy(piece->bytes + head, whole->bytes + whole->transport + from, len);
	piece->len = head + len;
	piece->transport = head;
	if (is_ip6) {
		put16(ip + 4, piece->len - LINK - 40);
		return;
	}
	put16(ip + 2, piece->len - LINK);
	put16(ip + 4, 4711);
	put16(ip + 6, from / 8 | (is_later ? 0 : 0x2000));
	put16(ip + 10, 0);
	put16(ip + 10, ~sum_of(ip, 20, 0));
}

/* A later piece is what its first one was, is translated as that was; alone it is nothing. */
static void try_pieces(bool is_ip6, bool is_out)
{
	struct test test = { .protocol = 17, .is_ip6 = is_ip6, .is_out = is_out, .isn = 800 };
	struct frame near, far, in, out, wanted;

	test.near.from = is_ip6 ? ip6(1) : ip4(0x0a000001);
	test.near.to = is_ip6 ? ip6(2) : ip4(0x0a000002);
	test.near.from_port = 3000;
	test.near.to_port = 53;
	set_rule(&test);
	set_nat(0, is_ip6 ? &(struct address){ .is_ip6 = true, .bytes = { 0xfd, 9 } } :
		&(struct address){ .bytes = { 203, 0, 113, 9 } }, 0, 600, 600);
	object.drive->nat.flags = KXF_NAT_SOURCE;
	test.far = test.near;
	test.far.from = is_ip6 ? (struct address){ .is_ip6 = true, .bytes = { 0xfd, 9 } } :
			(struct address){ .bytes = { 203, 0, 113, 9 } };
	test.far.from_port = 600;
	make_part(&test, &test.near, 0, &near);
	make_part(&test, &test.far, 0, &far);
	for (int n = 0; n < 3; n++) {
		bool is_later = n != 1;

		cut(&near, 400, is_later, &in);
		cut(&far, 400, is_later, &wanted);
		run_at(&object, at_of(is_out), &in, &out);
		if (object.drive->state != (n ? n == 1 ? KXF_NEW : KXF_ESTABLISHED : KXF_INVALID))
			complain("the state of a piece", &out, &wanted);
		else if (n && !is_same(&out, &wanted))
			complain("a piece", &out, &wanted);
	}
}

static int pieces(void)
{
	for (int i = 0; i < 4; i++) {
		object.drive->now_ns += 400000000000;
		try_pieces(i & 1, i & 2);
	}
	printf("pieces wrong %u\n", wrong);
	return wrong != 0;
}

int main(int argc, char **argv)
{
	bool is_random = argc > 3;

	if (argc < 3)
		die("usage: trknat OBJECT CONNECTIONS SEED | OBJECT ports | OBJECT pieces");
	state = (is_random ? strtoull(argv[3], NULL, 0) : 0) * 2654435761u + 88172645463325252ull;
	open_trk(&object, argv[1], SINGLE, KXF_BINS, false);
	object.drive->verdict = KXF_PASS;
	object.drive->now_ns = 1000000000000;
	if (is_random)
		return connections(atoi(argv[2]));
	return strcmp(argv[2], "pieces") ? ports() : pieces();
}
