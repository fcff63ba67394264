/* SPDX-License-Identifier: GPL-2.0-only */
/* Control messages: what travels beside the data of a socket. */
#include <netinet/in.h>
#include <sys/socket.h>

#include "../names.h"
#include "fd.h"
#include "member.h"
#include "net.h"

/* The kernel's struct cmsghdr on 64 bits. */
struct kcmsghdr {
	uint64_t len;
	int32_t level;
	int32_t type;
};

static void out_type(struct out *o, const struct kcmsghdr *h)
{
	member(o, "cmsg_type");
	if (h->level == SOL_SOCKET)
		xlat_value(o, &scm_types, (uint32_t)h->type);
	else if (h->level == IPPROTO_IP)
		xlat_value(o, &ip_cmsg_types, (uint32_t)h->type);
	else
		out_hex(o, (uint32_t)h->type);
}

/* With a call, these are descriptors. */
static void out_ints(struct out *o, const struct call *c, const int32_t *ints, size_t nr)
{
	size_t i;

	out_char(o, '[');
	for (i = 0; i < nr; i++) {
		list_comma(o, i);
		if (c)
			out_fd(o, c, ints[i]);
		else
			out_dec(o, ints[i]);
	}
	out_char(o, ']');
}

static void out_byte_list(struct out *o, const unsigned char *bytes, size_t nr)
{
	size_t i;

	out_char(o, '[');
	for (i = 0; i < nr; i++) {
		list_comma(o, i);
		out_hex(o, bytes[i]);
	}
	out_char(o, ']');
}

static void out_credentials(struct out *o, const uint32_t *cred)
{
	out_str(o, "{pid=");
	out_pid(o, (int32_t)cred[0]);
	member(o, "uid");
	out_id(o, cred[1]);
	member(o, "gid");
	out_id(o, cred[2]);
	out_char(o, '}');
}

static void out_pktinfo(struct out *o, const uint32_t *info)
{
	out_str(o, "{ipi_ifindex=");
	out_ifindex(o, info[0]);
	out_in_addr(o, "ipi_spec_dst", &info[1]);
	out_in_addr(o, "ipi_addr", &info[2]);
	out_char(o, '}');
}

enum form { INTS, FDS, BYTES, TEXT, CREDENTIALS, TIMEVAL_, TIMESPEC_, PKTINFO,
	    ADDRESS };

static const struct {
	int32_t level;
	int32_t type;
	uint8_t form;
	uint8_t len;	/* at least */
} forms[] = {
	{ SOL_SOCKET, 1 /* SCM_RIGHTS */, FDS, 4 },
	{ SOL_SOCKET, 2 /* SCM_CREDENTIALS */, CREDENTIALS, 12 },
	{ SOL_SOCKET, 3 /* SCM_SECURITY */, TEXT, 1 },
	{ SOL_SOCKET, 4 /* SCM_PIDFD */, INTS, 4 },
	{ SOL_SOCKET, 29 /* SO_TIMESTAMP_OLD */, TIMEVAL_, 16 },
	{ SOL_SOCKET, 35 /* SO_TIMESTAMPNS_OLD */, TIMESPEC_, 16 },
	{ SOL_SOCKET, 63 /* SO_TIMESTAMP_NEW */, TIMEVAL_, 16 },
	{ SOL_SOCKET, 64 /* SO_TIMESTAMPNS_NEW */, TIMESPEC_, 16 },
	{ IPPROTO_IP, IP_TOS, BYTES, 1 },
	{ IPPROTO_IP, IP_TTL, INTS, 4 },
	{ IPPROTO_IP, 3 /* SCM_SECURITY */, TEXT, 1 },
	{ IPPROTO_IP, IP_RECVOPTS, BYTES, 1 },
	{ IPPROTO_IP, IP_RETOPTS, BYTES, 1 },
	{ IPPROTO_IP, IP_PKTINFO, PKTINFO, 12 },
	{ IPPROTO_IP, IP_ORIGDSTADDR, ADDRESS, 2 },
	{ IPPROTO_IP, 23 /* IP_CHECKSUM */, INTS, 4 },
	{ IPPROTO_IP, 25 /* IP_RECVFRAGSIZE */, INTS, 4 },
};

static void out_data(struct out *o, const struct call *c, const struct kcmsghdr *h,
		     const void *data, size_t len)
{
	struct ktimespec ts;
	size_t i;

	for (i = 0; i < sizeof(forms) / sizeof(forms[0]); i++) {
		if (forms[i].level == h->level && forms[i].type == h->type)
			break;
	}
	if (i == sizeof(forms) / sizeof(forms[0]) || len < forms[i].len)
		return;
	member(o, "cmsg_data");
	switch ((enum form)forms[i].form) {
	case INTS:
		out_ints(o, NULL, data, len / 4);
		break;
	case FDS:
		out_ints(o, c, data, len / 4);
		break;
	case BYTES:
		out_byte_list(o, data, len);
		break;
	case TEXT:
		out_quoted(o, data, len, false);
		break;
	case CREDENTIALS:
		out_credentials(o, data);
		break;
	case TIMEVAL_:
		memcpy(&ts, data, sizeof(ts));
		out_timeval(o, &ts);
		break;
	case TIMESPEC_:
		memcpy(&ts, data, sizeof(ts));
		out_timespec(o, &ts);
		break;
	case PKTINFO:
		out_pktinfo(o, data);
		break;
	case ADDRESS:
		out_sockaddr(o, data, len);
		break;
	}
}

/* In a 32-bit program the length is shorter, and so is what all is aligned to. */
static struct kcmsghdr header_at(const void *data, bool narrow)
{
	struct kcmsghdr header = {};

	if (narrow) {
		memcpy(&header.len, data, 4);
		memcpy(&header.level, (const char *)data + 4, 8);
	} else {
		memcpy(&header, data, sizeof(header));
	}
	return header;
}

/* `total` is what the caller says there is, `len` what was read of it. */
void out_control(struct out *o, const struct call *c, const void *data, size_t len,
		 uint64_t total, uint64_t addr, bool narrow)
{
	size_t pos = 0, head = narrow ? 12 : sizeof(struct kcmsghdr);

	out_char(o, '[');
	while (len - pos >= head) {
		const char *at = (const char *)data + pos;
		struct kcmsghdr header = header_at(at, narrow), *h = &header;
		size_t room = len - pos, size = room;

		if (h->len < size)
			size = h->len;
		list_comma(o, pos);
		out_str(o, "{cmsg_len=");
		out_udec(o, h->len);
		member_value(o, "cmsg_level", &cmsg_levels,
			     (uint32_t)h->level);
		out_type(o, h);
		if (size > head)
			out_data(o, c, h, at + head, size - head);
		out_char(o, '}');
		/* A length of less than a header would never come to an end. */
		if (h->len < head)
			size = head;
		size = narrow ? (size + 3) & ~(size_t)3 : (size + 7) & ~(size_t)7;
		pos += size < room ? size : room;
	}
	if (pos < total) {
		list_comma(o, pos);
		out_str(o, "... /* ");
		out_addr(o, addr + pos);
		out_str(o, " */");
	}
	out_char(o, ']');
}
