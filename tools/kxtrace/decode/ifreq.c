/* SPDX-License-Identifier: GPL-2.0-only */
/* Requests to network devices, which share one structure. */
#include <string.h>
#include <sys/socket.h>
#include <linux/if.h>
#include <linux/if_arp.h>
#include <linux/sockios.h>

#include "../xlat/ioctl.h"
#include "ioctl.h"
#include "member.h"
#include "net.h"

#define HARDWARE_ADDR_LEN	6

static void name_of(struct out *o, const char *name)
{
	out_quoted(o, name, strnlen(name, IFNAMSIZ), false);
}

static void member_addr_of(struct out *o, const char *name,
			   const struct sockaddr *addr)
{
	member(o, name);
	out_sockaddr(o, addr, sizeof(*addr));
}

static void hardware_addr(struct out *o, const struct sockaddr *addr)
{
	int i;

	out_str(o, ", ifr_hwaddr={sa_family=");
	xlat_value(o, &arp_hardware, addr->sa_family);
	member(o, "sa_data");
	if (o->constants)
		out_bytes(o, addr->sa_data, sizeof(addr->sa_data));
	if (!names_begin(o)) {
		out_char(o, '}');
		return;
	}
	for (i = 0; i < HARDWARE_ADDR_LEN; i++) {
		uint8_t byte = addr->sa_data[i];

		if (i)
			out_char(o, ':');
		out_char(o, "0123456789abcdef"[byte >> 4]);
		out_char(o, "0123456789abcdef"[byte & 15]);
	}
	names_end(o);
	out_char(o, '}');
}

static void value_of(struct out *o, uint32_t number, const struct ifreq *req)
{
	switch (number) {
	case SIOCGIFFLAGS:
	case SIOCSIFFLAGS:
		member_flags(o, "ifr_flags", &iff_flags,
			     (uint16_t)req->ifr_flags);
		break;
	case SIOCGIFADDR:
	case SIOCSIFADDR:
		member_addr_of(o, "ifr_addr", &req->ifr_addr);
		break;
	case SIOCGIFDSTADDR:
	case SIOCSIFDSTADDR:
		member_addr_of(o, "ifr_dstaddr", &req->ifr_dstaddr);
		break;
	case SIOCGIFBRDADDR:
	case SIOCSIFBRDADDR:
		member_addr_of(o, "ifr_broadaddr", &req->ifr_broadaddr);
		break;
	case SIOCGIFNETMASK:
	case SIOCSIFNETMASK:
		member_addr_of(o, "ifr_netmask", &req->ifr_netmask);
		break;
	case SIOCGIFHWADDR:
		hardware_addr(o, &req->ifr_hwaddr);
		break;
	case SIOCGIFINDEX:
		member_dec(o, "ifr_ifindex", req->ifr_ifindex);
		break;
	case SIOCGIFMETRIC:
	case SIOCSIFMETRIC:
		member_dec(o, "ifr_metric", req->ifr_metric);
		break;
	case SIOCGIFMTU:
	case SIOCSIFMTU:
		member_dec(o, "ifr_mtu", req->ifr_mtu);
		break;
	case SIOCGIFTXQLEN:
	case SIOCSIFTXQLEN:
		member_dec(o, "ifr_qlen", req->ifr_qlen);
		break;
	}
}

static bool sets(uint32_t number)
{
	switch (number) {
	case SIOCSIFFLAGS:
	case SIOCSIFADDR:
	case SIOCSIFDSTADDR:
	case SIOCSIFBRDADDR:
	case SIOCSIFNETMASK:
	case SIOCSIFMETRIC:
	case SIOCSIFMTU:
	case SIOCSIFTXQLEN:
		return true;
	default:
		return false;
	}
}

/* The list itself is elsewhere: its length and its address are shown. */
static void ifconf(struct out *o, const void *data)
{
	const struct ifconf *conf = data;

	out_str(o, "{ifc_len=");
	out_dec(o, conf->ifc_len);
	if (conf->ifc_len > 0 && conf->ifc_len % sizeof(struct ifreq) == 0) {
		out_str(o, " /* ");
		out_udec(o, conf->ifc_len / sizeof(struct ifreq));
		out_str(o, " * sizeof(struct ifreq) */");
	}
	member_addr(o, "ifc_buf", (uintptr_t)conf->ifc_buf);
	out_char(o, '}');
}

void out_ifreq(struct out *o, const struct call *c, uint32_t number,
	       const void *data)
{
	const struct ifreq *req = data;

	if (number == SIOCGIFCONF) {
		ifconf(o, data);
		return;
	}
	if (number == SIOCGIFNAME) {
		out_str(o, "{ifr_ifindex=");
		out_dec(o, req->ifr_ifindex);
	} else {
		out_str(o, "{ifr_name=");
		name_of(o, req->ifr_name);
		if (!c->failed || sets(number))
			value_of(o, number, req);
	}
	if (number == SIOCGIFNAME && !c->failed) {
		member(o, "ifr_name");
		name_of(o, req->ifr_name);
	}
	out_char(o, '}');
}
