// SPDX-License-Identifier: GPL-2.0-only
/* File systems of the kernel: there, mounted now, or how to mount them. */
#include <errno.h>
#include <linux/magic.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/vfs.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "kernel/mount.h"

static const struct row {
	const char *type;
	const char *path;
	long magic;
	unsigned long flags;
	const char *options;
} rows[] = {
	[KX_MOUNT_BPFFS] = { "bpf", "/sys/fs/bpf", BPF_FS_MAGIC,
			     MS_NOSUID | MS_NODEV | MS_NOEXEC, "mode=0700" },
	[KX_MOUNT_TRACEFS] = { "tracefs", "/sys/kernel/tracing", TRACEFS_MAGIC,
			       MS_NOSUID | MS_NODEV | MS_NOEXEC, "mode=0700" },
	[KX_MOUNT_SECURITYFS] = { "securityfs", "/sys/kernel/security",
				  SECURITYFS_MAGIC,
				  MS_NOSUID | MS_NODEV | MS_NOEXEC, NULL },
};

#define NR_ROWS	(sizeof(rows) / sizeof(rows[0]))

const char *mount_path(enum kx_mount which)
{
	return rows[which].path;
}

const char *mount_type(enum kx_mount which)
{
	return rows[which].type;
}

int mount_check(enum kx_mount which)
{
	struct statfs stat;

	if (statfs(rows[which].path, &stat))
		return -errno;
	return stat.f_type == rows[which].magic;
}

/* "ip netns exec NAME" mounts a sysfs of that name at /sys. */
static bool is_netns_mount(const char *line, char name[64])
{
	const char *type = strstr(line, " - sysfs ");
	char path[96];

	if (!strstr(line, " / /sys ") || !type || sscanf(type, " - sysfs %63s", name) != 1 ||
	    strchr(name, '/'))
		return false;
	snprintf(path, sizeof(path), "/run/netns/%s", name);
	return !access(path, F_OK);
}

int mount_hidden(struct kx *kx)
{
	_cleanup_file_ FILE *mounts = NULL;
	bool is_hidden = false;
	char line[1024], name[64];

	if (mount_check(KX_MOUNT_BPFFS) > 0)
		return 0;
	mounts = fopen("/proc/self/mountinfo", "re");
	while (mounts && !is_hidden && fgets(line, sizeof(line), mounts))
		is_hidden = is_netns_mount(line, name);
	if (!is_hidden)
		return 0;
	return kx_fail(kx, -EXDEV, "%s: ip netns exec %s has hidden the machine's: nobody else would see "
		       "what is loaded, and it would end with this command; nsenter "
		       "--net=/run/netns/%s COMMAND keeps it in sight",
		       rows[KX_MOUNT_BPFFS].path, name, name);
}

int kx_mount_ensure(struct kx *kx, enum kx_mount which)
{
	const struct row *row;
	int there, err;

	if ((size_t)which >= NR_ROWS)
		return kx_fail(kx, -EINVAL, "no such file system: %d", which);
	row = &rows[which];

	there = mount_check(which);
	if (there > 0)
		return 0;
	if (there < 0)
		return kx_fail(kx, there, "%s: cannot mount %s: %s%s",
			       row->path, row->type, kx_why(there),
			       there == -ENOENT ? "; is sysfs mounted?" : "");

	if (which == KX_MOUNT_BPFFS && mount_hidden(kx))
		return -EXDEV;
	if (!mount(row->type, row->path, row->type, row->flags, row->options))
		return 0;
	err = -errno;
	if (err == -EBUSY && mount_check(which) > 0)
		return 0;	/* somebody else was faster */
	if (err == -EPERM || err == -EACCES)
		return kx_fail(kx, -EPERM,
			       "%s: %s is not mounted and may not be mounted by this user: as root, mount -t %s %s %s",
			       row->path, row->type, row->type, row->type,
			       row->path);
	return kx_fail(kx, err, "%s: cannot mount %s: %s", row->path, row->type,
		       err == -ENODEV ? "this kernel does not have it" :
					kx_why(err));
}
