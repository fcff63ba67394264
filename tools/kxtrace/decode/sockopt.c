/* SPDX-License-Identifier: GPL-2.0-only */
/* Socket options: names by level, values by their length. */
#include <netinet/in.h>
#include <sys/socket.h>

#include "errno.h"
#include "../names.h"
#include "member.h"
#include "net.h"

enum { FD_, LEVEL, OPTNAME, OPTVAL, OPTLEN };

static const struct {
	int level;
	const struct xlat *options;
} options_by_level[] = {
	{ SOL_SOCKET, &sol_socket_options }, { IPPROTO_IP, &ip_options },
	{ IPPROTO_TCP, &tcp_options }, { IPPROTO_UDP, &udp_options },
	{ IPPROTO_IPV6, &ipv6_options }, { IPPROTO_RAW, &raw_options },
	{ 263 /* SOL_PACKET */, &packet_options },
	{ 270 /* SOL_NETLINK */, &netlink_options },
	{ 279 /* SOL_ALG */, &alg_options },
};

void print_optname(struct out *o, const struct call *c, unsigned int i,
		   const struct arg *arg)
{
	int level = c->rec->args[LEVEL];
	size_t n;

	/* One number, two names: attached by the one, read by the other. */
	if (arg->aux && level == SOL_SOCKET &&
	    (int)c->rec->args[i] == SO_ATTACH_FILTER) {
		out_name_hex(o, SO_ATTACH_FILTER, "SO_GET_FILTER");
		return;
	}
	for (n = 0; n < sizeof(options_by_level) / sizeof(options_by_level[0]);
	     n++) {
		if (options_by_level[n].level == level) {
			xlat_value(o, options_by_level[n].options,
				   (uint32_t)c->rec->args[i]);
			return;
		}
	}
	out_dec(o, (int32_t)c->rec->args[i]);
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

void print_optval_in(struct out *o, const struct call *c, unsigned int i,
		     const struct arg *arg)
{
	size_t len = arg_len(c, i);
	const void *value = call_in(c, i, len);
	uint32_t total = c->rec->args[OPTLEN];

	(void)arg;
	if (!c->rec->args[i] || (!value && total)) {
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
	if (is_option(c, SOL_SOCKET, SO_LINGER) && len >= 4)
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
