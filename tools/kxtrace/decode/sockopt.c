/* SPDX-License-Identifier: GPL-2.0-only */
/* Socket options: names by level, values by their length. */
#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include "errno.h"
#include "../names.h"
#include "member.h"
#include "net.h"

enum { FD_, LEVEL, OPTNAME, OPTVAL, OPTLEN };

/* What the filters of packets are set and asked by, behind the protocol's own options. */
static const struct xlat *filter_options(int level, bool read)
{
	if (level == IPPROTO_IP)
		return read ? &ip_get_tables : &ip_set_tables;
	if (level == IPPROTO_IPV6)
		return read ? &ipv6_get_tables : &ipv6_set_tables;
	return NULL;
}

void print_optname(struct out *o, const struct call *c, unsigned int i,
		   const struct arg *arg)
{
	int level = c->rec->args[LEVEL];
	const struct xlat *filters;
	size_t n;

	/* One number, two names: attached by the one, read by the other. */
	if (arg->aux && level == SOL_SOCKET &&
	    (int)c->rec->args[i] == SO_ATTACH_FILTER) {
		out_name_hex(o, SO_ATTACH_FILTER, "SO_GET_FILTER");
		return;
	}
	filters = filter_options(level, arg->aux);
	if (filters && xlat_name(filters, (uint32_t)c->rec->args[i])) {
		xlat_value(o, filters, (uint32_t)c->rec->args[i]);
		return;
	}
	for (n = 0; n < nr_sockopt_levels; n++) {
		if (sockopt_levels[n].level == level) {
			xlat_value(o, sockopt_levels[n].options, (uint32_t)c->rec->args[i]);
			return;
		}
	}
	out_udec(o, (uint32_t)c->rec->args[i]);
}

static bool is_option(const struct call *c, int level, int option)
{
	return (int)c->rec->args[LEVEL] == level &&
	       (int)c->rec->args[OPTNAME] == option;
}

static void out_linger(struct out *o, const int32_t *value, size_t len)
{
	out_str(o, "{l_onoff=");
	out_dec(o, value[0]);
	if (len >= 8)
		member_dec(o, "l_linger", value[1]);
	out_char(o, '}');
}

static void out_cred(struct out *o, const uint32_t *value, size_t len)
{
	out_str(o, "{pid=");
	out_pid(o, (int32_t)value[0]);
	if (len >= 8) {
		member(o, "uid");
		out_id(o, value[1]);
	}
	if (len >= 12) {
		member(o, "gid");
		out_id(o, value[2]);
	}
	out_char(o, '}');
}

static void out_error(struct out *o, int32_t err)
{
	const char *name = err ? errno_name(err) : NULL;

	out_char(o, '[');
	out_name_dec(o, err, name);
	out_char(o, ']');
}

static void out_filter(struct out *o, const uint64_t *program)
{
	out_str(o, "{len=");
	out_udec(o, (uint16_t)program[0]);
	member_addr(o, "filter", program[1]);
	out_char(o, '}');
}

static void out_membership(struct out *o, const char *value)
{
	out_char(o, '{');
	out_in_addr(o, "imr_multiaddr", value);
	out_in_addr(o, "imr_interface", value + 4);
	out_char(o, '}');
}

/* Less than a number, which is what the caller asked for. */
static void out_short(struct out *o, const unsigned char *value, size_t len)
{
	out_char(o, '"');
	while (len--)
		out_printf(o, "\\x%02x", *value++);
	out_char(o, '"');
}

static void out_membership6(struct out *o, const struct ipv6_mreq *m)
{
	char text[INET6_ADDRSTRLEN];

	out_str(o, "{inet_pton(AF_INET6, \"");
	out_str(o, inet_ntop(AF_INET6, &m->ipv6mr_multiaddr, text, sizeof(text)));
	out_str(o, "\", &ipv6mr_multiaddr), ipv6mr_interface=");
	out_ifindex(o, m->ipv6mr_interface);
	out_char(o, '}');
}

/* Four bytes are taken for a number, which they nearly always are. */
static void out_value(struct out *o, const struct call *c, const void *value,
		      size_t len, uint64_t total)
{
	size_t show = len < c->strsize ? len : c->strsize;
	int32_t number;

	if (len == 4 && total == 4) {
		memcpy(&number, value, sizeof(number));
		out_char(o, '[');
		out_dec(o, number);
		out_char(o, ']');
	} else {
		if (show > total)
			show = total;
		out_quoted(o, value, show, show < total);
	}
}

/* Options that are structures: less than that is not one. */
static const struct {
	int level, option;
	uint32_t len;
} structures[] = {
	{ SOL_SOCKET, 51 /* SO_ATTACH_REUSEPORT_CBPF */, 16 },
	{ IPPROTO_IP, MCAST_JOIN_GROUP, sizeof(struct group_req) },
	{ IPPROTO_IP, MCAST_LEAVE_GROUP, sizeof(struct group_req) },
	{ IPPROTO_IPV6, MCAST_JOIN_GROUP, sizeof(struct group_req) },
	{ IPPROTO_IPV6, MCAST_LEAVE_GROUP, sizeof(struct group_req) },
	{ IPPROTO_IPV6, IPV6_ADD_MEMBERSHIP, sizeof(struct ipv6_mreq) },
	{ IPPROTO_IPV6, IPV6_DROP_MEMBERSHIP, sizeof(struct ipv6_mreq) },
	{ IPPROTO_IPV6, IPV6_JOIN_ANYCAST, sizeof(struct ipv6_mreq) },
	{ IPPROTO_IPV6, IPV6_LEAVE_ANYCAST, sizeof(struct ipv6_mreq) },
	{ SOL_PACKET, 1 /* PACKET_ADD_MEMBERSHIP */, 16 },
	{ SOL_PACKET, 2 /* PACKET_DROP_MEMBERSHIP */, 16 },
	{ SOL_PACKET, 5 /* PACKET_RX_RING */, 16 },
	{ SOL_PACKET, 13 /* PACKET_TX_RING */, 16 },
};

static bool is_too_short(const struct call *c, uint32_t total)
{
	size_t n;

	for (n = 0; n < sizeof(structures) / sizeof(structures[0]); n++) {
		if (is_option(c, structures[n].level, structures[n].option))
			return total < structures[n].len;
	}
	return false;
}

void print_optval_in(struct out *o, const struct call *c, unsigned int i,
		     const struct arg *arg)
{
	size_t len = arg_len(c, i);
	const void *value = call_in(c, i, len);
	uint32_t total = c->rec->args[OPTLEN];

	(void)arg;
	if (!c->rec->args[i] || (!value && total) || (int32_t)total < 0 ||
	    is_too_short(c, total)) {
		out_addr(o, c->rec->args[i]);
		return;
	}
	if (is_option(c, SOL_SOCKET, SO_LINGER)) {
		if (len >= 8)
			out_linger(o, value, len);
		else
			out_addr(o, c->rec->args[i]);
	} else if (is_option(c, SOL_SOCKET, SO_ATTACH_FILTER)) {
		if (len == 16 && total == 16)
			out_filter(o, value);
		else
			out_addr(o, c->rec->args[i]);
	} else if (is_option(c, IPPROTO_IP, IP_ADD_MEMBERSHIP) ||
		   is_option(c, IPPROTO_IP, IP_DROP_MEMBERSHIP)) {
		if (len >= 8)
			out_membership(o, value);
		else
			out_addr(o, c->rec->args[i]);
	} else if (c->rec->args[LEVEL] == IPPROTO_IPV6 && len >= sizeof(struct ipv6_mreq) &&
		   (c->rec->args[OPTNAME] == IPV6_ADD_MEMBERSHIP ||
		    c->rec->args[OPTNAME] == IPV6_DROP_MEMBERSHIP)) {
		out_membership6(o, value);
	} else {
		out_value(o, c, value ? value : "", len, total);
	}
}

void print_optval_out(struct out *o, const struct call *c, unsigned int i,
		      const struct arg *arg)
{
	const int32_t *total = call_out(c, OPTLEN, sizeof(*total));
	size_t len = arg_len(c, i);
	const void *value = call_in(c, i, len);

	(void)arg;
	if (!value || !total || *total <= 0 || !len || c->failed) {
		out_addr(o, c->rec->args[i]);
		return;
	}
	if (*total < 4 && len >= (size_t)*total)
		out_short(o, value, *total);
	else if (is_option(c, SOL_SOCKET, SO_LINGER) && len >= 4)
		out_linger(o, value, len);
	else if (is_option(c, SOL_SOCKET, SO_PEERCRED) && len >= 4)
		out_cred(o, value, len);
	else if (is_option(c, SOL_SOCKET, SO_ERROR) && len >= 4)
		out_error(o, *(const int32_t *)value);
	else if (is_option(c, SOL_SOCKET, SO_ATTACH_FILTER))
		out_addr(o, c->rec->args[i]);
	else
		out_value(o, c, value, len, *total);
}
