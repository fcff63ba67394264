/* SPDX-License-Identifier: GPL-2.0-only */
/* Socket addresses, by family. */
#include <arpa/inet.h>
#include <linux/if_alg.h>
#include <linux/if_packet.h>
#include <linux/netlink.h>
#include <linux/vm_sockets.h>
#include <net/if.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/un.h>

#include "member.h"
#include "net.h"

#ifndef AF_MCTP
#define AF_MCTP	45
#endif

void out_ifindex(struct out *o, uint32_t index)
{
	char name[IF_NAMESIZE];

	if (!index || !if_indextoname(index, name)) {
		out_udec(o, index);
		return;
	}
	if (o->constants)
		out_udec(o, index);
	if (!names_begin(o))
		return;
	out_str(o, "if_nametoindex(");
	out_quoted(o, name, strnlen(name, sizeof(name)), false);
	out_char(o, ')');
	names_end(o);
}

/* Bytes as they are on the wire, unless constants have names only. */
static bool wire_names(struct out *o, const void *bytes, size_t len)
{
	if (o->constants)
		out_bytes(o, bytes, len);
	return names_begin(o);
}

void out_in_addr(struct out *o, const char *name, const void *addr)
{
	char text[INET_ADDRSTRLEN];

	member(o, name);
	if (!wire_names(o, addr, sizeof(struct in_addr)))
		return;
	out_str(o, "inet_addr(");
	inet_ntop(AF_INET, addr, text, sizeof(text));
	out_quoted(o, text, strlen(text), false);
	out_char(o, ')');
	names_end(o);
}

static void out_port(struct out *o, const char *name, uint16_t port)
{
	member(o, name);
	if (!wire_names(o, &port, sizeof(port)))
		return;
	out_str(o, "htons(");
	out_udec(o, ntohs(port));
	out_char(o, ')');
	names_end(o);
}

/* A path; or without one a name that starts with a null byte. */
static void out_unix(struct out *o, const void *addr, size_t len)
{
	const char *path = (const char *)addr + sizeof(sa_family_t);
	size_t max = sizeof(((struct sockaddr_un *)NULL)->sun_path);
	size_t n = len - sizeof(sa_family_t);

	if (!n)
		return;
	if (n > max)
		n = max;
	member(o, "sun_path");
	if (path[0]) {
		out_quoted(o, path, strnlen(path, n), false);
	} else {
		out_char(o, '@');
		out_quoted(o, path + 1, n - 1, false);
	}
}

static void out_inet(struct out *o, const void *addr, size_t len)
{
	const struct sockaddr_in *in = addr;

	(void)len;
	out_port(o, "sin_port", in->sin_port);
	out_in_addr(o, "sin_addr", &in->sin_addr);
}

/* The member's name is in the brackets of inet_pton, or with bytes before them. */
static void out_in6_addr(struct out *o, const struct in6_addr *addr)
{
	char text[INET6_ADDRSTRLEN];
	bool bytes = o->constants;

	if (bytes)
		member(o, "sin6_addr");
	else
		out_mem(o, ", ", 2);
	if (!wire_names(o, addr, sizeof(*addr)))
		return;
	inet_ntop(AF_INET6, addr, text, sizeof(text));
	out_str(o, "inet_pton(AF_INET6, ");
	out_quoted(o, text, strlen(text), false);
	out_str(o, bytes ? ")" : ", &sin6_addr)");
	names_end(o);
}

static void out_inet6(struct out *o, const void *addr, size_t len)
{
	struct sockaddr_in6 copy = {};
	const struct sockaddr_in6 *in = &copy;

	memcpy(&copy, addr, len < sizeof(copy) ? len : sizeof(copy));
	out_port(o, "sin6_port", in->sin6_port);
	member(o, "sin6_flowinfo");
	if (wire_names(o, &in->sin6_flowinfo, sizeof(in->sin6_flowinfo))) {
		out_str(o, "htonl(");
		out_udec(o, ntohl(in->sin6_flowinfo));
		out_char(o, ')');
		names_end(o);
	}
	out_in6_addr(o, &in->sin6_addr);
	if (len <= offsetof(struct sockaddr_in6, sin6_scope_id))
		return;
	member(o, "sin6_scope_id");
	if (IN6_IS_ADDR_LINKLOCAL(&in->sin6_addr) ||
	    IN6_IS_ADDR_MC_LINKLOCAL(&in->sin6_addr))
		out_ifindex(o, in->sin6_scope_id);
	else
		out_udec(o, in->sin6_scope_id);
}

static void out_netlink(struct out *o, const void *addr, size_t len)
{
	const struct sockaddr_nl *nl = addr;

	(void)len;
	if (nl->nl_pad)
		member_hex(o, "nl_pad", nl->nl_pad);
	member_dec(o, "nl_pid", (int32_t)nl->nl_pid);
	out_printf(o, ", nl_groups=%#08x", nl->nl_groups);
}

static void out_hardware_addr(struct out *o, const unsigned char *bytes,
			      size_t len)
{
	size_t n = len > 8 ? 8 : len, i;

	member(o, "sll_addr");
	out_char(o, '[');
	for (i = 0; i < n; i++) {
		list_comma(o, i);
		out_printf(o, "%#02x", bytes[i]);
	}
	if (len > n)
		out_str(o, ", ...");
	out_char(o, ']');
}

static void out_packet(struct out *o, const void *addr, size_t len)
{
	const struct sockaddr_ll *ll = addr;

	(void)len;
	member(o, "sll_protocol");
	if (wire_names(o, &ll->sll_protocol, sizeof(ll->sll_protocol))) {
		out_str(o, "htons(");
		xlat_value(o, &packet_protocols, ntohs(ll->sll_protocol));
		out_char(o, ')');
		names_end(o);
	}
	member(o, "sll_ifindex");
	out_ifindex(o, ll->sll_ifindex);
	member_value(o, "sll_hatype", &packet_hardware, ll->sll_hatype);
	member_value(o, "sll_pkttype", &packet_types, ll->sll_pkttype);
	member_udec(o, "sll_halen", ll->sll_halen);
	if (ll->sll_halen)
		out_hardware_addr(o, ll->sll_addr, ll->sll_halen);
}

static void out_named_or(struct out *o, const char *name,
			 const struct xlat *x, uint32_t value, bool hex)
{
	const char *symbol = xlat_name(x, value);

	member(o, name);
	if (hex)
		out_name_hex(o, value, symbol);
	else
		out_name_dec(o, value, symbol);
}

static void out_vsock(struct out *o, const void *addr, size_t len)
{
	const struct sockaddr_vm *vm = addr;
	const unsigned char *bytes = addr;

	(void)len;
	if (vm->svm_reserved1)
		member_hex(o, "svm_reserved1", vm->svm_reserved1);
	out_named_or(o, "svm_cid", &vsock_cids, vm->svm_cid, true);
	out_named_or(o, "svm_port", &vsock_ports, vm->svm_port, true);
	member_flags(o, "svm_flags", &vsock_flags, bytes[12]);
	if (bytes[13] || bytes[14] || bytes[15])
		out_printf(o, ", svm_zero=\"\\x%02x\\x%02x\\x%02x\"", bytes[13], bytes[14], bytes[15]);
}

/* One of many addresses in the kernel's structures without a header of the C library's. */
static uint32_t word(const void *addr, size_t at)
{
	uint32_t value;

	memcpy(&value, (const char *)addr + at, sizeof(value));
	return value;
}

static void out_xdp(struct out *o, const void *addr, size_t len)
{
	(void)len;
	member_flags(o, "sxdp_flags", &xdp_flags, word(addr, 0) >> 16);
	member(o, "sxdp_ifindex");
	out_ifindex(o, word(addr, 4));
	member_udec(o, "sxdp_queue_id", word(addr, 8));
	member_udec(o, "sxdp_shared_umem_fd", word(addr, 12));
}

static void out_qipcrtr(struct out *o, const void *addr, size_t len)
{
	(void)len;
	member_hex(o, "sq_node", word(addr, 4));
	member_hex(o, "sq_port", word(addr, 8));
}

static void out_mctp(struct out *o, const void *addr, size_t len)
{
	const unsigned char *bytes = addr;

	(void)len;
	if (word(addr, 0) >> 16)
		member_hex(o, "__smctp_pad0", word(addr, 0) >> 16);
	member_hex(o, "smctp_network", word(addr, 4));
	out_printf(o, ", smctp_addr={s_addr=%#x}", bytes[8]);
	member_hex(o, "smctp_type", bytes[9]);
	member_hex(o, "smctp_tag", bytes[10]);
	if (bytes[11])
		member_hex(o, "__smctp_pad1", bytes[11]);
}

/* A string that should end within its field; one that does not is shown but for a byte. */
static void out_bounded(struct out *o, const char *text, size_t max)
{
	size_t len = strnlen(text, max);

	out_quoted(o, text, len < max ? len : max - 1, len == max);
}

static void out_alg(struct out *o, const void *addr, size_t len)
{
	const struct sockaddr_alg *alg = addr;
	const char *type = (const char *)alg->salg_type;
	const char *name = (const char *)alg->salg_name;
	size_t max = len - ((const char *)alg->salg_name - (const char *)alg);

	member(o, "salg_type");
	out_bounded(o, type, sizeof(alg->salg_type));
	member(o, "salg_feat");
	if (alg->salg_feat)
		out_unknown(o, alg->salg_feat, "CRYPTO_ALG_???");
	else
		out_char(o, '0');
	member(o, "salg_mask");
	if (alg->salg_mask)
		out_unknown(o, alg->salg_mask, "CRYPTO_ALG_???");
	else
		out_char(o, '0');
	member(o, "salg_name");
	out_bounded(o, name, max);
}

static const struct {
	uint16_t family;
	uint16_t len;	/* at least, else its bytes are shown */
	void (*print)(struct out *o, const void *addr, size_t len);
} families[] = {
	{ AF_UNIX, 2, out_unix },
	{ AF_INET, sizeof(struct sockaddr_in), out_inet },
	/* Without the scope, as before RFC 2553. */
	{ AF_INET6, sizeof(struct sockaddr_in6) - 4, out_inet6 },
	{ AF_NETLINK, sizeof(struct sockaddr_nl), out_netlink },
	{ AF_PACKET, sizeof(struct sockaddr_ll), out_packet },
	{ AF_VSOCK, sizeof(struct sockaddr_vm), out_vsock },
	{ AF_ALG, offsetof(struct sockaddr_alg, salg_name) + 1, out_alg },
	{ AF_XDP, 16, out_xdp },
	{ AF_QIPCRTR, 12, out_qipcrtr },
	{ AF_MCTP, 12, out_mctp },
};

void out_sockaddr(struct out *o, const void *addr, size_t len)
{
	sa_family_t family;
	size_t i;

	memcpy(&family, addr, sizeof(family));
	out_str(o, "{sa_family=");
	xlat_value(o, &address_families, family);
	for (i = 0; i < sizeof(families) / sizeof(families[0]); i++) {
		if (families[i].family == family && len >= families[i].len) {
			families[i].print(o, addr, len);
			out_char(o, '}');
			return;
		}
	}
	if (len > sizeof(family)) {
		member(o, "sa_data");
		out_quoted(o, (const char *)addr + sizeof(family),
			   len - sizeof(family), false);
	}
	out_char(o, '}');
}

/* What is there of an address of `len` bytes, at most the longest one's. */
static void out_captured(struct out *o, const struct call *c, unsigned int i,
			 int64_t len)
{
	size_t there = arg_len(c, i);
	const void *addr = call_in(c, i, there);

	if (len >= 0 && there > (uint64_t)len)
		there = len;
	if (addr && there >= sizeof(sa_family_t))
		out_sockaddr(o, addr, there);
	else
		out_addr(o, c->rec->args[i]);
}

void print_sockaddr(struct out *o, const struct call *c, unsigned int i,
		    const struct arg *arg)
{
	int32_t len = c->rec->args[arg->aux];

	const struct kxt_chunk *chunk = c->in[i] ? c->in[i] : c->out[i];

	if (len < 0 || (chunk && chunk->status & KXT_PARTLY))
		out_addr(o, c->rec->args[i]);
	else
		out_captured(o, c, i, len);
}

/* The kernel fills in no more than the buffer, but tells the whole length. */
void print_sockaddr_out(struct out *o, const struct call *c, unsigned int i,
			const struct arg *arg)
{
	const int32_t *room = call_in(c, arg->aux, sizeof(*room));
	const int32_t *len = call_out(c, arg->aux, sizeof(*len));

	if (c->failed || !room || !len || *room < 0 || *len < 0)
		out_addr(o, c->rec->args[i]);
	else
		out_captured(o, c, i, *len < *room ? *len : *room);
}

void print_addrlen(struct out *o, const struct call *c, unsigned int i,
		   const struct arg *arg)
{
	if (c->rec->args[arg->aux])
		print_int_pointer(o, c, i, arg);
	else
		out_addr(o, c->rec->args[i]);
}
