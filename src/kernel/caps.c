// SPDX-License-Identifier: GPL-2.0-only
/* Capabilities: what a thread may do, what it lacks, and giving it up. */
#include <errno.h>
#include <linux/capability.h>
#include <stdint.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>

#include "kernel/caps.h"

#define BIT(nr)	(UINT64_C(1) << (nr))

/* One row per bit of enum kx_need; `stands_in` suffices as well. */
static const struct {
	unsigned int need;
	int cap;
	int stands_in;
	const char *name;
} caps[] = {
	{ KX_NEED_BPF, CAP_BPF, CAP_SYS_ADMIN, "cap_bpf" },
	{ KX_NEED_PERFMON, CAP_PERFMON, CAP_SYS_ADMIN, "cap_perfmon" },
	{ KX_NEED_NET_ADMIN, CAP_NET_ADMIN, CAP_NET_ADMIN, "cap_net_admin" },
	{ KX_NEED_SYS_ADMIN, CAP_SYS_ADMIN, CAP_SYS_ADMIN, "cap_sys_admin" },
	{ KX_NEED_SYS_RESOURCE, CAP_SYS_RESOURCE, CAP_SYS_RESOURCE,
	  "cap_sys_resource" },
	{ KX_NEED_SYS_PTRACE, CAP_SYS_PTRACE, CAP_SYS_PTRACE,
	  "cap_sys_ptrace" },
	{ KX_NEED_KILL, CAP_KILL, CAP_KILL, "cap_kill" },
};

#define NR_CAPS	(sizeof(caps) / sizeof(caps[0]))

/* What kx_caps_drop() leaves: to open one's files, to follow one's tasks. */
#define KEPT	(BIT(CAP_DAC_OVERRIDE) | BIT(CAP_DAC_READ_SEARCH) | \
		 BIT(CAP_KILL) | BIT(CAP_SYS_PTRACE))

static int effective(uint64_t *out)
{
	struct __user_cap_header_struct head = {
		.version = _LINUX_CAPABILITY_VERSION_3,
	};
	struct __user_cap_data_struct data[2];

	if (syscall(SYS_capget, &head, data))
		return -errno;
	*out = data[0].effective | (uint64_t)data[1].effective << 32;
	return 0;
}

unsigned int caps_missing(unsigned int needs)
{
	uint64_t held = 0;
	unsigned int missing = 0;

	(void)effective(&held);
	for (size_t i = 0; i < NR_CAPS; i++)
		if (needs & caps[i].need &&
		    !(held & (BIT(caps[i].cap) | BIT(caps[i].stands_in))))
			missing |= caps[i].need;
	return missing;
}

const char *caps_names(unsigned int needs, char *buf, size_t len)
{
	size_t used = 0;

	buf[0] = '\0';
	for (size_t i = 0; i < NR_CAPS && used < len; i++)
		if (needs & caps[i].need)
			used += snprintf(buf + used, len - used, "%s%s",
					 used ? "," : "", caps[i].name);
	return buf;
}

bool caps_in_user_namespace(void)
{
	_cleanup_file_ FILE *file = fopen("/proc/self/uid_map", "re");
	unsigned long inside, outside, nr;

	if (!file || fscanf(file, "%lu %lu %lu", &inside, &outside, &nr) != 3)
		return false;
	return nr != UINT32_MAX;
}

int kx_caps_check(struct kx *kx, unsigned int needs)
{
	unsigned int known = 0, missing = caps_missing(needs);
	char names[128], exe[256];
	ssize_t len;

	for (size_t i = 0; i < NR_CAPS; i++)
		known |= caps[i].need;
	if (needs & ~known)
		return kx_fail(kx, -EINVAL, "unknown capability bits %#x",
			       needs & ~known);

	if (!missing && needs && caps_in_user_namespace())
		return kx_fail(kx, -EPERM,
			       "root of a user namespace may not do that: run as root outside of it");
	if (!missing)
		return 0;

	caps_names(missing, names, sizeof(names));
	if (geteuid() == 0)
		return kx_fail(kx, -EPERM,
			       "missing %s: this root was started without (container, capsh); "
			       "start it with these capabilities",
			       names);

	len = readlink("/proc/self/exe", exe, sizeof(exe) - 1);
	exe[len > 0 ? len : 0] = '\0';
	return kx_fail(kx, -EPERM,
		       "missing %s: run as root, or once: setcap %s+ep %s",
		       names, names, exe);
}

int kx_caps_drop(struct kx *kx)
{
	struct __user_cap_header_struct head = {
		.version = _LINUX_CAPABILITY_VERSION_3,
	};
	struct __user_cap_data_struct data[2];

	/* Not there before 4.3; then there is nothing to clear. */
	(void)prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0);

	if (syscall(SYS_capget, &head, data))
		return kx_fail(kx, -errno, "cannot read capabilities: %s",
			       kx_why(-errno));
	for (int i = 0; i < 2; i++) {
		data[i].permitted &= (uint32_t)(KEPT >> (32 * i));
		data[i].effective &= data[i].permitted;
		data[i].inheritable = 0;
	}
	if (syscall(SYS_capset, &head, data))
		return kx_fail(kx, -errno, "cannot give up capabilities: %s",
			       kx_why(-errno));
	return 0;
}
