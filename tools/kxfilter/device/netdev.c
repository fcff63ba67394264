// SPDX-License-Identifier: GPL-2.0-only
/* Asks the kernel whether a device's driver has XDP, without attaching anything. */
#include <errno.h>
#include <linux/genetlink.h>
#include <linux/netlink.h>
#include <stdint.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "netdev.h"

/* linux/netdev.h, which is younger than the oldest headers. */
#define NETDEV_FAMILY		"netdev"
#define DEV_GET			1	/* the command */
#define DEV_IFINDEX		1	/* attributes */
#define DEV_XDP_FEATURES	3
#define XDP_ACT_BASIC		1	/* XDP_DROP, XDP_PASS, XDP_TX, XDP_ABORTED */
#define XDP_ACT_NDO_XMIT	4	/* sends what XDP of another device has redirected to it */

struct message {
	struct nlmsghdr head;
	struct genlmsghdr command;
	char attributes[4096 - sizeof(struct nlmsghdr) - sizeof(struct genlmsghdr)];
};

static void attribute_add(struct message *message, uint16_t type, const void *value, size_t len)
{
	struct nlattr *attr = (void *)message + NLMSG_ALIGN(message->head.nlmsg_len);

	*attr = (struct nlattr){ .nla_len = NLA_HDRLEN + len, .nla_type = type };
	memcpy((void *)attr + NLA_HDRLEN, value, len);
	message->head.nlmsg_len = NLMSG_ALIGN(message->head.nlmsg_len) + NLA_ALIGN(attr->nla_len);
}

static struct message request(uint16_t family, uint8_t command, uint8_t version)
{
	return (struct message){
		.head = {
			.nlmsg_len = NLMSG_LENGTH(GENL_HDRLEN), .nlmsg_type = family,
			.nlmsg_flags = NLM_F_REQUEST,
		},
		.command = { .cmd = command, .version = version },
	};
}

/* One answer to one question, in the place of the question. */
static int talk(int fd, struct message *message)
{
	ssize_t len;

	if (send(fd, message, message->head.nlmsg_len, 0) < 0)
		return -errno;
	len = recv(fd, message, sizeof(*message), 0);
	if (len < 0)
		return -errno;
	if ((size_t)len < NLMSG_LENGTH(GENL_HDRLEN) || message->head.nlmsg_len > (size_t)len ||
	    message->head.nlmsg_len < NLMSG_LENGTH(GENL_HDRLEN) ||
	    message->head.nlmsg_type == NLMSG_ERROR)
		return -ENOENT;
	return 0;
}

static const void *attribute_find(const struct message *message, uint16_t type, size_t len)
{
	const char *at = message->attributes, *end = (char *)message + message->head.nlmsg_len;
	const size_t head = NLA_HDRLEN;

	for (size_t left = end - at, step; left >= head; at += step, left -= step) {
		const struct nlattr *attr = (void *)at;

		if (attr->nla_len < head || attr->nla_len > left)
			return NULL;
		if ((attr->nla_type & NLA_TYPE_MASK) == type)
			return attr->nla_len >= head + len ? at + head : NULL;
		step = NLA_ALIGN(attr->nla_len);
		step = step < left ? step : left;
	}
	return NULL;
}

static enum answer has_feature(int fd, uint32_t ifindex, uint64_t feature)
{
	struct message message = request(GENL_ID_CTRL, CTRL_CMD_GETFAMILY, 1);
	const void *value;
	uint64_t features;
	uint16_t family;

	attribute_add(&message, CTRL_ATTR_FAMILY_NAME, NETDEV_FAMILY, sizeof(NETDEV_FAMILY));
	if (talk(fd, &message))
		return ANSWER_UNKNOWN;
	value = attribute_find(&message, CTRL_ATTR_FAMILY_ID, sizeof(family));
	if (!value)
		return ANSWER_UNKNOWN;
	memcpy(&family, value, sizeof(family));
	message = request(family, DEV_GET, 1);
	attribute_add(&message, DEV_IFINDEX, &ifindex, sizeof(ifindex));
	if (talk(fd, &message))
		return ANSWER_UNKNOWN;
	value = attribute_find(&message, DEV_XDP_FEATURES, sizeof(features));
	if (!value)
		return ANSWER_UNKNOWN;
	memcpy(&features, value, sizeof(features));
	return features & feature ? ANSWER_YES : ANSWER_NO;
}

static enum answer ask_feature(int ifindex, uint64_t feature)
{
	int fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_GENERIC);
	enum answer answer;

	if (fd < 0)
		return ANSWER_UNKNOWN;
	answer = has_feature(fd, ifindex, feature);
	close(fd);
	return answer;
}

enum answer netdev_native_xdp(int ifindex)
{
	return ask_feature(ifindex, XDP_ACT_BASIC);
}

enum answer netdev_takes_frames(int ifindex)
{
	return ask_feature(ifindex, XDP_ACT_NDO_XMIT);
}
