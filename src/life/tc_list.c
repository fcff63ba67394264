// SPDX-License-Identifier: GPL-2.0-only
/* Asks the kernel by rtnetlink which filters a clsact qdisc has: libbpf does not. */
#include <errno.h>
#include <linux/pkt_sched.h>
#include <linux/rtnetlink.h>
#include <stdbool.h>
#include <string.h>
#include <sys/socket.h>

#include "base/cleanup.h"
#include "life/tc_list.h"

/* Messages of a dump that are wanted, or a negative errno. */
typedef bool wanted_fn(const struct tcmsg *tc, int ifindex);
static int dump_count(int fd, wanted_fn *is_wanted, int ifindex)
{
	_Alignas(struct nlmsghdr) char buf[32768];
	int nr = 0;

	for (;;) {
		ssize_t len = recv(fd, buf, sizeof(buf), 0);
		const struct nlmsghdr *head = (void *)buf;

		if (len < 0)
			return -errno;
		for (; NLMSG_OK(head, len); head = NLMSG_NEXT(head, len)) {
			if (head->nlmsg_type == NLMSG_DONE)
				return nr;
			if (head->nlmsg_type == NLMSG_ERROR ||
			    head->nlmsg_len < NLMSG_LENGTH(sizeof(struct tcmsg)))
				return -EINVAL;
			nr += is_wanted(NLMSG_DATA(head), ifindex);
		}
	}
}

static int ask(int fd, int type, int ifindex, __u32 parent, wanted_fn *is_wanted)
{
	const struct {
		struct nlmsghdr head;
		struct tcmsg tc;
	} request = {
		.head = {
			.nlmsg_len = sizeof(request), .nlmsg_type = type,
			.nlmsg_flags = NLM_F_REQUEST | NLM_F_DUMP,
		},
		.tc = {
			.tcm_family = AF_UNSPEC, .tcm_ifindex = ifindex, .tcm_parent = parent,
		},
	};

	return send(fd, &request, sizeof(request), 0) < 0 ? -errno :
	       dump_count(fd, is_wanted, ifindex);
}

static bool is_any(const struct tcmsg *tc, int ifindex)
{
	(void)tc;
	(void)ifindex;
	return true;
}

/* The kernel dumps the qdiscs of all devices. */
static bool is_clsact(const struct tcmsg *tc, int ifindex)
{
	return tc->tcm_ifindex == ifindex && tc->tcm_parent == TC_H_CLSACT;
}

int tc_filters_count(int ifindex)
{
	_cleanup_close_ int fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE);
	int in, out;

	if (fd < 0)
		return -errno;
	in = ask(fd, RTM_GETTFILTER, ifindex, TC_H_MAKE(TC_H_CLSACT, TC_H_MIN_INGRESS), is_any);
	if (in < 0)
		return in;
	out = ask(fd, RTM_GETTFILTER, ifindex, TC_H_MAKE(TC_H_CLSACT, TC_H_MIN_EGRESS), is_any);
	return out < 0 ? out : in + out;
}

int tc_has_qdisc(int ifindex)
{
	_cleanup_close_ int fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE);

	return fd < 0 ? -errno : ask(fd, RTM_GETQDISC, ifindex, 0, is_clsact);
}
