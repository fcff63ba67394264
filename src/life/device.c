// SPDX-License-Identifier: GPL-2.0-only
/* Hooks of network devices: XDP in the mode that was asked for, tc with links or without. */
#include <bpf/bpf.h>
#include <errno.h>
#include <linux/bpf.h>
#include <linux/if_link.h>
#include <net/if.h>
#include <string.h>

#include "base/uapi.h"
#include "kernel/probe.h"
#include "life/device.h"
#include "life/tc.h"

static const struct {
	const char *name;
	uint32_t flags;
} modes[] = {
	{ "native", XDP_FLAGS_DRV_MODE },
	{ "generic", XDP_FLAGS_SKB_MODE },
};

#define NR_MODES	(sizeof(modes) / sizeof(modes[0]))

struct place {
	char device[IFNAMSIZ];
	int ifindex;
	uint32_t flags;
};

/* "eth0:generic"; devices have no colon in their names. */
static int place_parse(struct kx *kx, const char *who, const char *target, struct place *out)
{
	const char *colon = strchr(target, ':');
	size_t len = colon ? (size_t)(colon - target) : strlen(target), i = 0;

	while (colon && i < NR_MODES && strcmp(colon + 1, modes[i].name))
		i++;
	if (i == NR_MODES)
		return kx_fail(kx, -EINVAL, "%s: %s: no such mode of XDP: it takes %.*s, %.*s:native or "
			       "%.*s:generic", who, target, (int)len, target, (int)len, target,
			       (int)len, target);
	snprintf(out->device, sizeof(out->device), "%.*s", (int)len, target);
	out->flags = modes[i].flags;
	out->ifindex = len < IFNAMSIZ ? if_nametoindex(out->device) : 0;
	return 0;
}

static int attach_tcx(const struct hook *hook, int ifindex)
{
	struct {
		__u32 prog_fd;
		__u32 target_ifindex;
		__u32 attach_type;
		__u32 flags;
		__u32 relative;
		__u32 pad;
		__u64 revision;
	} attr = {
		.prog_fd = bpf_program__fd(hook->prog),
		.target_ifindex = ifindex,
		.attach_type = strstr(hook->section, "egress") ? KX_TCX_EGRESS : KX_TCX_INGRESS,
	};

	return bpf_call(BPF_LINK_CREATE, &attr, sizeof(attr));
}

static int attach_xdp(struct kx *kx, const char *who, const struct hook *hook,
		      const struct place *place, bool *told)
{
	LIBBPF_OPTS(bpf_link_create_opts, opts, .flags = place->flags);
	int fd = bpf_link_create(bpf_program__fd(hook->prog), place->ifindex, BPF_XDP, &opts);
	char owner[512];
	int err = fd < 0 ? -errno : 0;

	if (!err)
		return fd;
	*told = err == -EOPNOTSUPP || err == -EBUSY || err == -EEXIST;
	if (err == -EOPNOTSUPP)
		return kx_fail(kx, err, "%s: the driver of %s has no native XDP, or not with the offloads "
			       "and channels it has now (ethtool -k, -l); %s:generic instead of %s "
			       "attaches to generic XDP, which is slower; a program for tc is the other "
			       "way", who, place->device, place->device, place->device);
	if (!*told)
		return err;
	xdp_owner(kx, place->ifindex, owner, sizeof(owner));
	return kx_fail(kx, err, "%s: cannot attach program %s to XDP of %s: %s", who,
		       bpf_program__name(hook->prog), place->device, owner);
}

int device_attach(struct kx *kx, const char *who, struct hook *hook, bool *told)
{
	struct place place;
	int err = place_parse(kx, who, hook->target, &place);

	*told = err;
	if (err)
		return err;
	if (!place.ifindex)
		return -ENODEV;
	if (bpf_program__type(hook->prog) != BPF_PROG_TYPE_SCHED_CLS)
		return attach_xdp(kx, who, hook, &place, told);
	err = attach_tcx(hook, place.ifindex);
	if (err != -EINVAL || tc_has_links(place.ifindex))
		return err;
	*told = !hook->is_resident;
	if (*told)
		return kx_fail(kx, -EOPNOTSUPP, "%s: this kernel has no links to tc (Linux 6.6 has): a "
			       "filter would stay when its process is killed, so it can be loaded to "
			       "stay, but not be held", who);
	return tc_attach(who, hook, place.ifindex) ?: -1;
}
