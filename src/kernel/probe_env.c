// SPDX-License-Identifier: GPL-2.0-only
/* Probes of what the system is set to: mounts, security modules, switches. */
#define _GNU_SOURCE 1

#include <errno.h>
#include <fcntl.h>
#include <linux/btf.h>
#include <linux/seccomp.h>
#include <mntent.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/syscall.h>

#include "base/context.h"
#include "kernel/mount.h"
#include "kernel/probe.h"

/* The file's text without the newline; its length or a negative errno. */
static ssize_t text_read(int dir, const char *path, char *buf, size_t len)
{
	_cleanup_close_ int fd = openat(dir, path, O_RDONLY | O_CLOEXEC);
	ssize_t nr;

	if (fd < 0)
		return -errno;
	nr = read(fd, buf, len - 1);
	if (nr < 0)
		return -errno;
	while (nr && buf[nr - 1] == '\n')
		nr--;
	buf[nr] = '\0';
	return nr;
}

/* An instance of securityfs that is mounted nowhere: nobody else sees it. */
static int securityfs_detached(void)
{
	_cleanup_close_ int fs = fsopen("securityfs", FSOPEN_CLOEXEC);
	int fd;

	if (fs < 0 || fsconfig(fs, FSCONFIG_CMD_CREATE, NULL, NULL, 0))
		return -errno;
	fd = fsmount(fs, FSMOUNT_CLOEXEC, 0);
	return fd < 0 ? -errno : fd;
}

static ssize_t securityfs_read(const char *name, char *buf, size_t len)
{
	_cleanup_close_ int dir = -1;

	if (mount_check(KX_MOUNT_SECURITYFS) > 0)
		dir = open(mount_path(KX_MOUNT_SECURITYFS),
			   O_PATH | O_DIRECTORY | O_CLOEXEC);
	else
		dir = securityfs_detached();
	return dir < 0 ? -EACCES : text_read(dir, name, buf, len);
}

static void securityfs_unread(ssize_t err, struct finding *out)
{
	if (err == -EACCES || err == -EPERM)
		found(out, KX_FEATURE_UNKNOWN,
		      "cannot be read: securityfs is not mounted, or closed to this user");
	else
		missing(out, -EOPNOTSUPP);
}

void probe_lsm(const struct probe *probe, struct kbtf *kbtf,
	       struct finding *out)
{
	char list[256], *rest = list, *name;
	ssize_t len = securityfs_read("lsm", list, sizeof(list));

	(void)probe, (void)kbtf;
	if (len < 0) {
		securityfs_unread(len, out);
		return;
	}
	found(out, KX_FEATURE_MISSING,
	      "only these are on: %.80s; boot with lsm=...,bpf", list);
	while ((name = strsep(&rest, ",")))
		if (!strcmp(name, "bpf"))
			available(out);
}

/* "none [integrity] confidentiality" */
void probe_lockdown(const struct probe *probe, struct kbtf *kbtf,
		    struct finding *out)
{
	char text[80], *from, *end;
	ssize_t len = securityfs_read("lockdown", text, sizeof(text));

	(void)probe, (void)kbtf;
	if (len < 0) {
		securityfs_unread(len, out);
		return;
	}
	from = strchr(text, '[');
	end = from ? strchr(from, ']') : NULL;
	if (!end) {
		found(out, KX_FEATURE_UNKNOWN, "cannot be understood: %s", text);
		return;
	}
	*end = '\0';
	if (!strcmp(from + 1, "none"))
		found(out, KX_FEATURE_MISSING, "none");
	else
		found(out, KX_FEATURE_AVAILABLE, "%s", from + 1);
}

void probe_unprivileged(const struct probe *probe, struct kbtf *kbtf,
			struct finding *out)
{
	char text[16];
	ssize_t len = text_read(AT_FDCWD,
				"/proc/sys/kernel/unprivileged_bpf_disabled",
				text, sizeof(text));

	(void)probe, (void)kbtf;
	if (len < 0)
		found(out, KX_FEATURE_UNKNOWN, "cannot be read: %s",
		      kx_why(len));
	else if (!strcmp(text, "0"))
		found(out, KX_FEATURE_AVAILABLE,
		      "kernel.unprivileged_bpf_disabled = 0");
	else
		found(out, KX_FEATURE_MISSING,
		      "kernel.unprivileged_bpf_disabled = %s", text);
}

/* The switch in /proc/sys is for root's eyes: look at a program instead. */
void probe_jit(const struct probe *probe, struct kbtf *kbtf,
	       struct finding *out)
{
	_cleanup_close_ int fd = prog_load(probe->type, 0);
	struct bpf_prog_info info = { 0 };
	union bpf_attr attr;
	int err = fd;

	(void)kbtf;
	memset(&attr, 0, sizeof(attr));
	attr.info.bpf_fd = fd;
	attr.info.info_len = sizeof(info);
	attr.info.info = (uintptr_t)&info;
	if (fd >= 0)
		err = bpf_call(BPF_OBJ_GET_INFO_BY_FD, &attr, sizeof(attr));

	if (err < 0)
		missing(out, err);
	else if (info.jited_prog_len)
		available(out);
	else
		found(out, KX_FEATURE_MISSING,
		      "programs are interpreted: net.core.bpf_jit_enable is 0");
}

void probe_btf(const struct probe *probe, struct kbtf *kbtf,
	       struct finding *out)
{
	long len = kbtf_size();

	(void)probe;
	if (len < 0)
		found(out, KX_FEATURE_MISSING,
		      "built without CONFIG_DEBUG_INFO_BTF");
	else if (kbtf_find(kbtf, "task_struct", BTF_KIND_STRUCT) < 0)
		found(out, KX_FEATURE_MISSING, "there, but not understood");
	else
		available(out);
}

/* target: a function that BPF programs may call, found by name. */
void probe_kfunc(const struct probe *probe, struct kbtf *kbtf,
		 struct finding *out)
{
	int id = kbtf_find(kbtf, probe->target, BTF_KIND_FUNC);
	char name[80];

	/* Some got a suffix when hidden arguments were added. */
	snprintf(name, sizeof(name), "%s_impl", probe->target);
	if (id == -ENOENT)
		id = kbtf_find(kbtf, name, BTF_KIND_FUNC);

	if (id > 0)
		available(out);
	else if (id == -ENOENT)
		found(out, KX_FEATURE_MISSING, "this kernel has no %s",
		      probe->target);
	else
		found(out, KX_FEATURE_UNKNOWN, "this kernel has no usable BTF");
}

/* target, control: two members of one structure, which came with the feature. */
void probe_members(const struct probe *probe, struct kbtf *kbtf,
		   struct finding *out)
{
	int id = kbtf_find_members(kbtf, probe->target, probe->control);

	if (id > 0)
		available(out);
	else if (id == -ENOENT)
		found(out, KX_FEATURE_MISSING, "this kernel does not count them");
	else
		found(out, KX_FEATURE_UNKNOWN, "this kernel has no usable BTF");
}

/* type: enum kx_mount. */
void probe_mount(const struct probe *probe, struct kbtf *kbtf,
		 struct finding *out)
{
	int there = mount_check(probe->type);

	(void)kbtf;
	if (there > 0)
		found(out, KX_FEATURE_AVAILABLE, "%s", mount_path(probe->type));
	else if (there == -EACCES)
		found(out, KX_FEATURE_UNKNOWN, "%s is closed to this user",
		      mount_path(probe->type));
	else
		found(out, KX_FEATURE_MISSING, "not mounted: mount -t %s %s %s",
		      mount_type(probe->type), mount_type(probe->type),
		      mount_path(probe->type));
}

void probe_cgroup(const struct probe *probe, struct kbtf *kbtf,
		  struct finding *out)
{
	FILE *mounts = setmntent("/proc/self/mounts", "re");
	struct mntent entry;
	char buf[1024];

	(void)probe, (void)kbtf;
	found(out, KX_FEATURE_MISSING,
	      "not mounted: mount -t cgroup2 cgroup2 /sys/fs/cgroup");
	while (mounts && getmntent_r(mounts, &entry, buf, sizeof(buf)))
		if (!strcmp(entry.mnt_type, "cgroup2")) {
			found(out, KX_FEATURE_AVAILABLE, "%s", entry.mnt_dir);
			break;
		}
	if (mounts)
		endmntent(mounts);
}

void probe_seccomp(const struct probe *probe, struct kbtf *kbtf,
		   struct finding *out)
{
	struct seccomp_notif_sizes sizes;

	(void)probe, (void)kbtf;
	if (syscall(SYS_seccomp, SECCOMP_GET_NOTIF_SIZES, 0, &sizes))
		missing(out, -errno);
	else
		available(out);
}
