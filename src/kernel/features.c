// SPDX-License-Identifier: GPL-2.0-only
/* What the running kernel can do: the list, and the results of one context. */
#include <errno.h>
#include <linux/bpf.h>
#include <stdarg.h>
#include <string.h>

#include "base/context.h"
#include "base/uapi.h"
#include "kernel/caps.h"
#include "kernel/probe.h"

#define MAPS	KX_NEED_BPF
#define TRACE	(KX_NEED_BPF | KX_NEED_PERFMON)
#define NET	(KX_NEED_BPF | KX_NEED_NET_ADMIN)
#define ALL	(TRACE | NET)

static const struct probe probes[] = {
/* programs */
{ "tracepoint", "programs", "SEC(\"tp/...\"): stable tracepoints", TRACE,
  probe_prog, BPF_PROG_TYPE_TRACEPOINT },
{ "tracepoint_missed", "programs", "runs that the kernel skips there are counted", 0,
  probe_members, .target = "func_name", .control = "missed" },
{ "raw_tp", "programs", "SEC(\"raw_tp/...\"): tracepoints, raw arguments", TRACE,
  probe_prog, BPF_PROG_TYPE_RAW_TRACEPOINT },
{ "tp_btf", "programs", "SEC(\"tp_btf/...\"): tracepoints, typed arguments",
  TRACE, probe_prog, BPF_PROG_TYPE_TRACING, BPF_TRACE_RAW_TP,
  .target = "btf_trace_sys_enter" },
{ "tp_btf.s", "programs", "the same on system calls, may fault memory in",
  TRACE, probe_prog, BPF_PROG_TYPE_TRACING, BPF_TRACE_RAW_TP, KX_F_SLEEPABLE,
  "btf_trace_sys_enter", .control = "btf_trace_sched_switch" },
{ "fentry", "programs", "SEC(\"fentry/...\"): entry of kernel functions", TRACE,
  probe_trampoline, BPF_PROG_TYPE_TRACING, BPF_TRACE_FENTRY,
  .target = "security_file_open" },
{ "fexit", "programs", "SEC(\"fexit/...\"): return of kernel functions", TRACE,
  probe_trampoline, BPF_PROG_TYPE_TRACING, BPF_TRACE_FEXIT,
  .target = "security_file_open" },
{ "fmod_ret", "programs", "SEC(\"fmod_ret/...\"): replace a hook's result",
  TRACE, probe_trampoline, BPF_PROG_TYPE_TRACING, BPF_MODIFY_RETURN,
  .target = "security_file_open" },
{ "lsm", "programs", "SEC(\"lsm/...\"): security decisions", TRACE,
  probe_trampoline, BPF_PROG_TYPE_LSM, BPF_LSM_MAC,
  .target = "bpf_lsm_file_open" },
{ "lsm.s", "programs", "the same, may sleep", TRACE, probe_trampoline,
  BPF_PROG_TYPE_LSM, BPF_LSM_MAC, KX_F_SLEEPABLE, "bpf_lsm_file_open" },
{ "freplace", "programs", "SEC(\"freplace/...\"): replace a BPF function", ALL,
  probe_freplace, BPF_PROG_TYPE_EXT },
{ "iter", "programs", "SEC(\"iter/task\"): files that kernel code writes", TRACE,
  probe_prog, BPF_PROG_TYPE_TRACING, BPF_TRACE_ITER,
  .target = "bpf_iter_task", .then = try_iter },
{ "syscall", "programs", "SEC(\"syscall\"): kernel code that a user calls",
  MAPS, probe_prog, BPF_PROG_TYPE_SYSCALL, .flags = KX_F_SLEEPABLE },
{ "kprobe", "programs", "SEC(\"kprobe/...\"): any kernel instruction", TRACE,
  probe_perf, BPF_PROG_TYPE_KPROBE, .target = "kprobe" },
{ "kprobe.multi", "programs", "many kernel functions with one link", TRACE,
  probe_multi, BPF_PROG_TYPE_KPROBE, KX_TRACE_KPROBE_MULTI },
{ "uprobe", "programs", "SEC(\"uprobe/...\"): any user instruction", TRACE,
  probe_perf, BPF_PROG_TYPE_KPROBE, .target = "uprobe" },
{ "uprobe.multi", "programs", "many user functions with one link", TRACE,
  probe_multi, BPF_PROG_TYPE_KPROBE, KX_TRACE_UPROBE_MULTI },
{ "perf_event", "programs", "SEC(\"perf_event\"): samples of a CPU", TRACE,
  probe_prog, BPF_PROG_TYPE_PERF_EVENT },
{ "struct_ops", "programs", "SEC(\"struct_ops\"): a kernel interface in BPF",
  TRACE | KX_NEED_NET_ADMIN, probe_struct_ops, BPF_PROG_TYPE_STRUCT_OPS,
  .target = "tcp_congestion_ops" },

/* network */
{ "xdp", "network", "SEC(\"xdp\"): packets before the stack", NET, probe_prog,
  BPF_PROG_TYPE_XDP, BPF_XDP, .then = try_xdp },
{ "tc", "network", "SEC(\"tc\"): packets at a clsact qdisc", NET, probe_prog,
  BPF_PROG_TYPE_SCHED_CLS, .then = try_tc },
{ "tcx", "network", "SEC(\"tcx/...\"): packets of a device, with links", NET,
  probe_device, BPF_PROG_TYPE_SCHED_CLS, KX_TCX_INGRESS },
{ "netkit", "network", "SEC(\"netkit/...\"): devices made for containers", NET,
  probe_device, BPF_PROG_TYPE_SCHED_CLS, KX_NETKIT_PRIMARY },
{ "netfilter", "network", "SEC(\"netfilter\"): packets at netfilter hooks", NET,
  probe_prog, KX_PROG_NETFILTER, KX_NETFILTER },
{ "sk_lookup", "network", "SEC(\"sk_lookup\"): choose the listening socket",
  NET, probe_prog, BPF_PROG_TYPE_SK_LOOKUP, BPF_SK_LOOKUP },
{ "cgroup_skb", "network", "SEC(\"cgroup_skb/...\"): packets of a cgroup", NET,
  probe_prog, BPF_PROG_TYPE_CGROUP_SKB, BPF_CGROUP_INET_INGRESS },
{ "cgroup_sysctl", "network", "SEC(\"cgroup/sysctl\"): sysctls of a cgroup",
  NET, probe_prog, BPF_PROG_TYPE_CGROUP_SYSCTL, BPF_CGROUP_SYSCTL },

/* maps */
{ "ringbuf", "maps", "one ring for records of all CPUs", MAPS, probe_map,
  BPF_MAP_TYPE_RINGBUF },
{ "ringbuf_overwrite", "maps", "a ring that keeps the newest records", MAPS,
  probe_map, BPF_MAP_TYPE_RINGBUF, .flags = KX_F_RB_OVERWRITE },
{ "user_ringbuf", "maps", "a ring from user space into the kernel", MAPS,
  probe_map, KX_MAP_USER_RINGBUF },
{ "mmap", "maps", "map values as memory of a process", MAPS, probe_map_mmap,
  BPF_MAP_TYPE_ARRAY, .flags = KX_F_MMAPABLE },
{ "task_storage", "maps", "a value per task, freed with it", MAPS,
  probe_map_storage, BPF_MAP_TYPE_TASK_STORAGE },
{ "arena", "maps", "memory with pointers, shared with a process", MAPS,
  probe_map, KX_MAP_ARENA, .flags = KX_F_MMAPABLE },

/* helpers */
{ "loop", "helpers", "bpf_loop(): loops that cost the verifier nothing", TRACE,
  probe_helper, BPF_PROG_TYPE_RAW_TRACEPOINT, .helper = BPF_FUNC_loop },
{ "send_signal", "helpers", "bpf_send_signal(): signal the current task", TRACE,
  probe_helper, BPF_PROG_TYPE_TRACEPOINT, .helper = BPF_FUNC_send_signal },
{ "ns_pid", "helpers", "bpf_get_ns_current_pid_tgid(): pids as seen inside",
  TRACE, probe_helper, BPF_PROG_TYPE_RAW_TRACEPOINT,
  .helper = BPF_FUNC_get_ns_current_pid_tgid },
{ "override_return", "helpers", "bpf_override_return(): inject results", TRACE,
  probe_helper, BPF_PROG_TYPE_KPROBE, .helper = BPF_FUNC_override_return },
{ "probe_write_user", "helpers", "bpf_probe_write_user(): write user memory",
  TRACE | KX_NEED_SYS_ADMIN, probe_helper, BPF_PROG_TYPE_TRACEPOINT,
  .helper = BPF_FUNC_probe_write_user },

/* kfuncs */
{ "copy_from_user_str", "kfuncs", "bpf_copy_from_user_str(): strings, sleeping",
  0, probe_kfunc, .target = "bpf_copy_from_user_str" },
{ "file_xattr", "kfuncs", "bpf_get_file_xattr(): extended attributes", 0,
  probe_kfunc, .target = "bpf_get_file_xattr" },
{ "task_work", "kfuncs", "run later, in a task, allowed to sleep", 0,
  probe_kfunc, .target = "bpf_task_work_schedule_signal" },
{ "arena_alloc", "kfuncs", "bpf_arena_alloc_pages(): pages of an arena", 0,
  probe_kfunc, .target = "bpf_arena_alloc_pages" },

/* doors */
{ "door.block", "doors", "who asks a service waits within the kernel", 0, probe_door_block },
{ "door.stop", "doors", "who asks is stopped, and its call begins again", TRACE,
  probe_door_stop, BPF_PROG_TYPE_LSM, BPF_LSM_MAC, .target = "bpf_lsm_file_open" },
{ "door.seccomp", "doors", "calls of started commands are held", 0, probe_seccomp },

/* system */
{ "btf", "system", "/sys/kernel/btf/vmlinux: the kernel's types", 0, probe_btf },
{ "jit", "system", "programs run as machine code", MAPS, probe_jit,
  BPF_PROG_TYPE_SOCKET_FILTER },
{ "token", "system", "BPF tokens: rights handed to a user namespace", 0,
  probe_command, KX_CMD_TOKEN_CREATE, .flags = 1 },
{ "streams", "system", "a program's own stdout and stderr", MAPS,
  probe_command, KX_CMD_STREAM_READ, .flags = 4 },
{ "unprivileged_bpf", "system", "users without rights may load programs", 0,
  probe_unprivileged },
{ "bpf_lsm", "system", "security modules include bpf: lsm programs decide", 0,
  probe_lsm },
{ "lockdown", "system", "kernel lockdown is on", 0, probe_lockdown },
{ "seccomp_notify", "system", "system calls that wait for user space", 0,
  probe_seccomp },
{ "bpffs", "system", "mounted: pins outlive processes", 0, probe_mount,
  KX_MOUNT_BPFFS },
{ "tracefs", "system", "mounted: tracepoints by name", 0, probe_mount,
  KX_MOUNT_TRACEFS },
{ "securityfs", "system", "mounted: state of security modules", 0, probe_mount,
  KX_MOUNT_SECURITYFS },
{ "cgroup2", "system", "mounted: programs per cgroup", 0, probe_cgroup },
};

#define NR_PROBES	(sizeof(probes) / sizeof(probes[0]))

/* Results, in the order of the list. */
struct features {
	bool tried[NR_PROBES];
	struct finding findings[NR_PROBES];
	struct kx_feature list[NR_PROBES];
};

void features_free(struct features *features)
{
	free(features);
}

void found(struct finding *out, enum kx_feature_state state, const char *fmt,
	   ...)
{
	va_list args;

	out->state = state;
	va_start(args, fmt);
	vsnprintf(out->reason, sizeof(out->reason), fmt, args);
	va_end(args);
}

void available(struct finding *out)
{
	out->state = KX_FEATURE_AVAILABLE;
	out->reason[0] = '\0';
}

void missing(struct finding *out, int err)
{
	switch (-err) {
	case EINVAL:
	case E2BIG:
	case EOPNOTSUPP:
	case 524: /* ENOTSUPP, the kernel's own */
		found(out, KX_FEATURE_MISSING, "this kernel does not have it");
		break;
	case EPERM:
	case EACCES:
		found(out, KX_FEATURE_MISSING,
		      "refused, though no capability is missing (%s)",
		      err == -EPERM ? "EPERM" : "EACCES");
		break;
	case ENOMEM:
	case EMFILE:
	case ENFILE:
	case EAGAIN:
		found(out, KX_FEATURE_UNKNOWN, "could not be tried: %s",
		      kx_why(err));
		break;
	default:
		found(out, KX_FEATURE_MISSING, "refused: %s", kx_why(err));
	}
}

static struct features *features_of(struct kx *kx)
{
	struct features *features = kx->features;

	if (features)
		return features;
	features = calloc(1, sizeof(*features));
	if (!features)
		return NULL;
	for (size_t i = 0; i < NR_PROBES; i++) {
		features->list[i].name = probes[i].name;
		features->list[i].group = probes[i].group;
		features->list[i].summary = probes[i].summary;
		features->list[i].reason = features->findings[i].reason;
	}
	return kx->features = features;
}

static void try(struct features *features, size_t i, struct kbtf *kbtf)
{
	const struct probe *probe = &probes[i];
	struct finding *finding = &features->findings[i];
	unsigned int lacking = caps_missing(probe->needs);
	char names[64];

	if (features->tried[i])
		return;
	if (lacking)
		found(finding, KX_FEATURE_UNKNOWN, "cannot be tried without %s",
		      caps_names(lacking, names, sizeof(names)));
	else
		probe->try(probe, kbtf, finding);

	if (finding->state == KX_FEATURE_MISSING && probe->needs &&
	    caps_in_user_namespace())
		found(finding, KX_FEATURE_UNKNOWN,
		      "cannot be tried inside a user namespace");
	features->list[i].state = finding->state;
	/* With more rights the answer may be another one. */
	features->tried[i] = finding->state != KX_FEATURE_UNKNOWN;
}

int kx_features_probe(struct kx *kx, const struct kx_feature **out, size_t *nr)
{
	_cleanup_(kbtf_done) struct kbtf kbtf = { 0 };
	_scope_ struct kx *outer = scope_enter(kx);
	struct features *features = features_of(kx);

	if (!features)
		return kx_fail(kx, -ENOMEM, "features: out of memory");
	for (size_t i = 0; i < NR_PROBES; i++)
		try(features, i, &kbtf);
	*out = features->list;
	*nr = NR_PROBES;
	return 0;
}

int kx_feature_has(struct kx *kx, const char *name)
{
	_cleanup_(kbtf_done) struct kbtf kbtf = { 0 };
	_scope_ struct kx *outer = scope_enter(kx);
	struct features *features = features_of(kx);
	const struct kx_feature *feature;

	if (!features)
		return kx_fail(kx, -ENOMEM, "features: out of memory");
	for (size_t i = 0; i < NR_PROBES; i++) {
		if (strcmp(probes[i].name, name))
			continue;
		try(features, i, &kbtf);
		feature = &features->list[i];
		if (feature->state == KX_FEATURE_AVAILABLE)
			return 1;
		return kx_fail(kx,
			       feature->state == KX_FEATURE_MISSING ? 0 : -EPERM,
			       "feature %s: %s", name, feature->reason);
	}
	return kx_fail(kx, -ENOENT,
		       "feature %s: no such feature; kx features lists them",
		       name);
}
