// SPDX-License-Identifier: GPL-2.0-only
/* What the kernel says of a device, by the requests of ethtool, and which hook follows. */
#include <errno.h>
#include <linux/ethtool.h>
#include <linux/sockios.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "device.h"
#include "netdev.h"

static int ask(int fd, const char *name, void *request)
{
	struct ifreq ifr = { .ifr_data = request };

	snprintf(ifr.ifr_name, sizeof(ifr.ifr_name), "%s", name);
	return ioctl(fd, SIOCETHTOOL, &ifr) ? -errno : 0;
}

static void look_driver(int fd, struct device *device)
{
	struct ethtool_drvinfo info = { .cmd = ETHTOOL_GDRVINFO };

	if (!ask(fd, device->name, &info))
		snprintf(device->driver, sizeof(device->driver), "%.31s", info.driver);
}

static void look_lro(int fd, struct device *device)
{
	struct ethtool_value flags = { .cmd = ETHTOOL_GFLAGS };

	device->lro = !ask(fd, device->name, &flags) && flags.data & ETH_FLAG_LRO;
}

/* The number of a feature, by its name; -1: the kernel has none of that name. */
static int feature_find(int fd, const char *device, const char *name, uint32_t *nr)
{
	struct {
		struct ethtool_sset_info head;
		uint32_t nr;
	} count = { .head = { .cmd = ETHTOOL_GSSET_INFO, .sset_mask = 1ULL << ETH_SS_FEATURES } };
	struct ethtool_gstrings *strings;
	int found = -1;

	if (ask(fd, device, &count) || !count.head.sset_mask || count.nr > 4096)
		return -1;
	strings = calloc(1, sizeof(*strings) + count.nr * ETH_GSTRING_LEN);
	if (!strings)
		return -1;
	strings->cmd = ETHTOOL_GSTRINGS;
	strings->string_set = ETH_SS_FEATURES;
	strings->len = count.nr;
	if (!ask(fd, device, strings))
		for (uint32_t i = 0; found < 0 && i < count.nr; i++)
			if (!strncmp((char *)strings->data + i * ETH_GSTRING_LEN, name,
				     ETH_GSTRING_LEN))
				found = i;
	free(strings);
	*nr = count.nr;
	return found;
}

static void look_gro_hw(int fd, struct device *device)
{
	struct ethtool_gfeatures *features;
	uint32_t nr = 0, blocks;
	int found = feature_find(fd, device->name, "rx-gro-hw", &nr);

	if (found < 0)
		return;
	blocks = (nr + 31) / 32;
	features = calloc(1, sizeof(*features) + blocks * sizeof(features->features[0]));
	if (!features)
		return;
	features->cmd = ETHTOOL_GFEATURES;
	features->size = blocks;
	if (!ask(fd, device->name, features))
		device->gro_hw = features->features[found / 32].active >> found % 32 & 1;
	free(features);
}

int device_look(const char *name, struct device *out)
{
	struct device device = { .ifindex = strlen(name) < IFNAMSIZ ? if_nametoindex(name) : 0 };
	struct ifreq ifr = {};
	int fd;

	if (!device.ifindex)
		return -ENODEV;
	fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return -errno;
	snprintf(device.name, sizeof(device.name), "%.15s", name);
	memcpy(ifr.ifr_name, device.name, sizeof(ifr.ifr_name));
	device.is_loopback = !ioctl(fd, SIOCGIFFLAGS, &ifr) && ifr.ifr_flags & IFF_LOOPBACK;
	look_driver(fd, &device);
	look_lro(fd, &device);
	look_gro_hw(fd, &device);
	close(fd);
	device.native = netdev_native_xdp(device.ifindex);
	*out = device;
	return 0;
}

const char *const hook_names[] = {
	[HOOK_TC] = "tc", [HOOK_XDP] = "xdp", [HOOK_XDP_GENERIC] = "xdp-generic",
};

int hook_parse(const char *word, enum hook *out)
{
	for (size_t i = 0; i < sizeof(hook_names) / sizeof(hook_names[0]); i++) {
		if (strcmp(word, hook_names[i]))
			continue;
		*out = i;
		return 0;
	}
	return -EINVAL;
}

/* Drivers whose packets come from this machine in large pieces, which XDP would have cut. */
static const char *const whole[] = { "veth", "bridge", "tun", "netkit" };

static bool is_whole(const char *driver)
{
	for (size_t i = 0; i < sizeof(whole) / sizeof(whole[0]); i++)
		if (!strcmp(driver, whole[i]))
			return true;
	return false;
}

enum hook hook_choose(const struct device *device, char *why, size_t len)
{
	const char *driver = device->driver[0] ? device->driver : "none";

	if (device->is_loopback)
		snprintf(why, len, "a loopback device has no XDP of its own");
	else if (is_whole(device->driver))
		snprintf(why, len, "XDP would cost a device of the driver %s its offloads: large "
			 "packets would be cut before it", driver);
	else if (device->lro || device->gro_hw)
		snprintf(why, len, "XDP would switch its %s off, with which packets are joined "
			 "as they arrive", device->lro ? "LRO" : "hardware GRO");
	else if (device->native == ANSWER_NO)
		snprintf(why, len, "its driver (%s) has no native XDP", driver);
	else if (device->native == ANSWER_UNKNOWN)
		snprintf(why, len, "this kernel does not tell whether its driver (%s) has native XDP, "
			 "as Linux 6.3 does; --hook xdp tries it", driver);
	else
		snprintf(why, len, "its driver (%s) has native XDP: packets are seen before anything "
			 "is spent on them", driver);
	return device->native != ANSWER_YES || device->is_loopback || is_whole(device->driver) ||
	       device->lro || device->gro_hw ? HOOK_TC : HOOK_XDP;
}

void device_param(const char *name, enum hook hook, char out[DEVICE_PARAM])
{
	snprintf(out, DEVICE_PARAM, "device=%s%s", name,
		 hook == HOOK_XDP_GENERIC ? ":generic" : "");
}

static bool is_plain(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
	       c == '-' || c == '_';
}

static bool is_hex(char c)
{
	return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f');
}

/* "eth0.7" becomes "eth0_2e7"; what looks like that already is told apart. */
static size_t spell(const char *name, char *out, size_t len)
{
	size_t at = 0;

	for (; *name && at < len; name++) {
		bool doubtful = *name == '_' && is_hex(name[1]) && is_hex(name[2]);

		if (is_plain(*name) && !doubtful)
			at += snprintf(out + at, len - at, "%c", *name);
		else
			at += snprintf(out + at, len - at, "_%02x", (unsigned char)*name);
	}
	return at;
}

/* What belongs to the machine as a whole is shown in the first namespace only. */
static bool is_first_netns(void)
{
	return access("/proc/sys/net", F_OK) ||
	       !access("/proc/sys/net/core/netdev_max_backlog", F_OK);
}

int device_instance(const char *name, char out[INSTANCE_NAME])
{
	struct stat own;
	char spelled[INSTANCE_NAME] = "";
	size_t len = strlen(name);

	if (!len || len >= IFNAMSIZ || strpbrk(name, "/: \t\n"))
		return -EINVAL;
	spell(name, spelled, sizeof(spelled));
	snprintf(out, INSTANCE_NAME, "kxfilter-%.32s", spelled);
	if (!is_first_netns() && !stat("/proc/self/ns/net", &own)) {
		len = strlen(out);
		snprintf(out + len, INSTANCE_NAME - len, "-%lu", (unsigned long)own.st_ino);
	}
	return 0;
}
