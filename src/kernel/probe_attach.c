// SPDX-License-Identifier: GPL-2.0-only
/* Probes of what loading a program does not tell: hooks, links, commands. */
#define _GNU_SOURCE 1

#include <errno.h>
#include <fcntl.h>
#include <linux/perf_event.h>
#include <pthread.h>
#include <sched.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>

#include <bpf/libbpf.h>

#include "base/cleanup.h"
#include "base/context.h"
#include "base/uapi.h"
#include "kernel/probe.h"

#define LOOPBACK	1	/* its index in every network namespace */

int try_iter(int prog_fd)
{
	_cleanup_close_ int link_fd = -1;
	_cleanup_close_ int iter_fd = -1;
	union bpf_attr attr;

	memset(&attr, 0, sizeof(attr));
	attr.link_create.prog_fd = prog_fd;
	attr.link_create.attach_type = BPF_TRACE_ITER;
	link_fd = bpf_call(BPF_LINK_CREATE, &attr, sizeof(attr));
	if (link_fd < 0)
		return link_fd;

	memset(&attr, 0, sizeof(attr));
	attr.iter_create.link_fd = link_fd;
	iter_fd = bpf_call(BPF_ITER_CREATE, &attr, sizeof(attr));
	return iter_fd < 0 ? iter_fd : 0;
}

/*
 * Attaching to a device is tried on the loopback of a network namespace that
 * has nothing else in it and goes away with its only thread.
 */
struct elsewhere {
	int (*attach)(int prog_fd);
	int prog_fd;
	int err;
};

static void *elsewhere(void *arg)
{
	struct elsewhere *job = arg;

	/* Not allowed to: then that it loads has to do. */
	if (unshare(CLONE_NEWNET))
		job->err = 0;
	else
		job->err = job->attach(job->prog_fd);
	return NULL;
}

static int attach_elsewhere(int (*attach)(int), int prog_fd)
{
	struct elsewhere job = { .attach = attach, .prog_fd = prog_fd };
	pthread_t thread;
	int err = pthread_create(&thread, NULL, elsewhere, &job);

	if (err)
		return -err;
	pthread_join(thread, NULL);
	return job.err;
}

static int attach_xdp(int prog_fd)
{
	_cleanup_close_ int link_fd = -1;
	union bpf_attr attr;

	memset(&attr, 0, sizeof(attr));
	attr.link_create.prog_fd = prog_fd;
	attr.link_create.target_ifindex = LOOPBACK;
	attr.link_create.attach_type = BPF_XDP;
	link_fd = bpf_call(BPF_LINK_CREATE, &attr, sizeof(attr));
	return link_fd < 0 ? link_fd : 0;
}

static int attach_tc(int prog_fd)
{
	LIBBPF_OPTS(bpf_tc_hook, hook, .ifindex = LOOPBACK,
		    .attach_point = BPF_TC_INGRESS);
	LIBBPF_OPTS(bpf_tc_opts, opts, .prog_fd = prog_fd);
	int err = bpf_tc_hook_create(&hook);

	return err ? err : bpf_tc_attach(&hook, &opts);
}

int try_xdp(int prog_fd)
{
	return attach_elsewhere(attach_xdp, prog_fd);
}

int try_tc(int prog_fd)
{
	return attach_elsewhere(attach_tc, prog_fd);
}

/* The number of a dynamic event source, from sysfs. */
static int pmu_type(const char *name)
{
	_cleanup_file_ FILE *file = NULL;
	char path[80];
	int type;

	snprintf(path, sizeof(path), "/sys/bus/event_source/devices/%s/type",
		 name);
	file = fopen(path, "re");
	if (!file || fscanf(file, "%d", &type) != 1)
		return -ENOENT;
	return type;
}

static int perf_open(struct perf_event_attr *attr)
{
	int fd = syscall(SYS_perf_event_open, attr, -1, 0, -1,
			 PERF_FLAG_FD_CLOEXEC);

	return fd < 0 ? -errno : fd;
}

/* A function that is hardly ever called, and no program is attached. */
static int open_kprobe(int type)
{
	struct perf_event_attr attr = {
		.type = type,
		.size = PERF_ATTR_SIZE_VER3,
		.disabled = 1,
		.config1 = (uintptr_t)"ksys_sync",
	};

	return perf_open(&attr);
}

/* An instruction in a file that nobody runs. */
static int open_uprobe(int type)
{
	_cleanup_close_ int file = memfd_create("kx_probe", MFD_CLOEXEC);
	char path[40];
	struct perf_event_attr attr = {
		.type = type,
		.size = PERF_ATTR_SIZE_VER3,
		.disabled = 1,
		.config1 = (uintptr_t)path,
	};

	if (file < 0 || ftruncate(file, sysconf(_SC_PAGESIZE)))
		return -errno;
	snprintf(path, sizeof(path), "/proc/self/fd/%d", file);
	return perf_open(&attr);
}

/* target: "kprobe" or "uprobe"; type: of the programs that go there. */
void probe_perf(const struct probe *probe, struct kbtf *kbtf,
		struct finding *out)
{
	_cleanup_close_ int prog_fd = prog_load(probe->type, 0);
	int pmu = pmu_type(probe->target);
	_cleanup_close_ int fd = -1;

	(void)kbtf;
	if (prog_fd < 0) {
		missing(out, prog_fd);
		return;
	}
	if (pmu < 0) {
		missing(out, -EOPNOTSUPP);
		return;
	}
	fd = probe->target[0] == 'k' ? open_kprobe(pmu) : open_uprobe(pmu);
	if (fd < 0)
		missing(out, fd);
	else
		available(out);
}

/*
 * A link to something that does not exist: a kernel that can do it complains
 * about that, another one about the request.
 */
void probe_multi(const struct probe *probe, struct kbtf *kbtf,
		 struct finding *out)
{
	_cleanup_close_ int prog_fd = prog_load(probe->type, probe->attach);
	bool kernel = probe->attach == KX_TRACE_KPROBE_MULTI;
	int expected = kernel ? -ESRCH : -EBADF;
	const char *symbol = "kx_no_such_function";
	const __u64 offset = 0;
	struct {
		__u32 prog_fd, target_fd, attach_type, flags;
		union {
			struct {
				__u32 flags, cnt;
				__u64 syms, addrs, cookies;
			} kprobe;
			struct {
				__u64 path, offsets, ref_ctr_offsets, cookies;
				__u32 cnt, flags, pid, pad;
			} uprobe;
		};
	} link;
	int fd;

	(void)kbtf;
	if (prog_fd < 0) {
		missing(out, prog_fd);
		return;
	}
	memset(&link, 0, sizeof(link));
	link.prog_fd = prog_fd;
	link.attach_type = probe->attach;
	if (kernel) {
		link.kprobe.cnt = 1;
		link.kprobe.syms = (uintptr_t)&symbol;
	} else {
		link.uprobe.path = (uintptr_t)"/";
		link.uprobe.offsets = (uintptr_t)&offset;
		link.uprobe.cnt = 1;
	}
	fd = bpf_call(BPF_LINK_CREATE, &link, sizeof(link));
	if (fd == expected)
		available(out);
	else
		missing(out, fd);
	if (fd >= 0)
		close(fd);
}

/* attach: a hook of a device. Asks what is attached to the loopback there. */
void probe_device(const struct probe *probe, struct kbtf *kbtf,
		  struct finding *out)
{
	union bpf_attr attr;
	int err;

	(void)kbtf;
	memset(&attr, 0, sizeof(attr));
	attr.query.target_fd = LOOPBACK;
	attr.query.attach_type = probe->attach;
	err = bpf_call(BPF_PROG_QUERY, &attr, sizeof(attr));

	/* ENXIO: knows netkit, and that the loopback is none. */
	if (!err || err == -ENXIO)
		available(out);
	else
		missing(out, err);
}

/* type: a command of bpf(2); flags: which word of its input is a descriptor. */
void probe_command(const struct probe *probe, struct kbtf *kbtf,
		   struct finding *out)
{
	__u32 words[8] = { 0 };
	int err;

	(void)kbtf;
	words[probe->flags] = -1;
	err = bpf_call(probe->type, words, sizeof(words));
	if (err == -EBADF)
		available(out);
	else
		missing(out, err);
}
