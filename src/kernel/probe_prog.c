// SPDX-License-Identifier: GPL-2.0-only
/* Probes that load a program: assembled by hand, never run. */
#define _GNU_SOURCE 1

#include <errno.h>
#include <linux/btf.h>
#include <string.h>
#include <sys/syscall.h>

#include "base/cleanup.h"
#include "base/context.h"
#include "base/uapi.h"
#include "kernel/probe.h"
#include "verdict/verdict.h"

#define INSN(op, dst, src, offset, immediate)			\
	((struct bpf_insn){ .code = (op), .dst_reg = (dst),	\
			    .src_reg = (src), .off = (offset),	\
			    .imm = (immediate) })
#define MOV(dst, value)	INSN(BPF_ALU64 | BPF_MOV | BPF_K, dst, 0, 0, value)
#define CALL(helper)	INSN(BPF_JMP | BPF_CALL, 0, 0, 0, helper)
#define EXIT()		INSN(BPF_JMP | BPF_EXIT, 0, 0, 0, 0)

#define LOG_LEN	4096

/* One program to load; zeroes are left out. */
struct load {
	int type;
	int attach;
	unsigned int flags;
	const struct bpf_insn *insns;
	size_t nr_insns;
	int btf_id;		/* attach_btf_id */
	int target_fd;		/* attach_prog_fd */
	int btf_fd;		/* of the program's own types */
	int func_id;		/* in btf_fd: the type of the program */
};

int bpf_call(int cmd, void *attr, unsigned int len)
{
	long ret = syscall(SYS_bpf, cmd, attr, len);

	return ret < 0 ? -errno : ret;
}

static int load(const struct load *what, char *log, size_t log_len)
{
	struct bpf_func_info info = { .type_id = what->func_id };
	union bpf_attr attr;

	memset(&attr, 0, sizeof(attr));
	attr.prog_type = what->type;
	attr.expected_attach_type = what->attach;
	attr.prog_flags = what->flags;
	attr.insns = (uintptr_t)what->insns;
	attr.insn_cnt = what->nr_insns;
	attr.license = (uintptr_t)"GPL";
	strcpy(attr.prog_name, "kx_probe");
	attr.attach_btf_id = what->btf_id;
	attr.attach_prog_fd = what->target_fd;
	attr.prog_btf_fd = what->btf_fd;
	if (what->func_id) {
		attr.func_info_rec_size = sizeof(info);
		attr.func_info_cnt = 1;
		attr.func_info = (uintptr_t)&info;
	}
	if (log) {
		log[0] = '\0';
		attr.log_level = 1;
		attr.log_buf = (uintptr_t)log;
		attr.log_size = log_len;
	}
	return bpf_call(BPF_PROG_LOAD, &attr, sizeof(attr));
}

/* The verifier's own last words, or those that fit the errno. */
static void refused(const struct load *what, struct finding *out)
{
	char log[LOG_LEN], text[LOG_LEN + 64];
	struct verdict said;
	int err = load(what, log, sizeof(log));

	if (err >= 0)
		cleanup_close(&err);
	snprintf(text, sizeof(text), "-- BEGIN PROG LOAD LOG --\n%s", log);
	verdict_read(text, &said);
	if (said.reason[0])
		found(out, KX_FEATURE_MISSING, "the verifier: %.140s",
		      said.reason);
	else
		missing(out, err);
}

/* Types that programs are for, and what kind they are in BTF. */
static int target_find(const struct probe *probe, const char *target,
		       struct kbtf *kbtf, struct finding *out)
{
	unsigned int kind = BTF_KIND_FUNC;
	int id;

	if (probe->attach == BPF_TRACE_RAW_TP)
		kind = BTF_KIND_TYPEDEF;
	if (probe->type == BPF_PROG_TYPE_STRUCT_OPS)
		kind = BTF_KIND_STRUCT;

	id = kbtf_find(kbtf, target, kind);
	if (id == -ENOENT)
		found(out, KX_FEATURE_MISSING, "this kernel has no %s",
		      target);
	else if (id < 0)
		found(out, KX_FEATURE_MISSING, "this kernel has no usable BTF");
	return id;
}

static const struct bpf_insn return_0[] = { MOV(BPF_REG_0, 0), EXIT() };
static const struct bpf_insn return_1[] = { MOV(BPF_REG_0, 1), EXIT() };

/* cgroup and socket programs may only return certain numbers; 1 is in all. */
static const struct bpf_insn *harmless(int type)
{
	return type == BPF_PROG_TYPE_SK_LOOKUP ||
		       type == BPF_PROG_TYPE_CGROUP_SKB ||
		       type == BPF_PROG_TYPE_CGROUP_SYSCTL ||
		       type == KX_PROG_NETFILTER ?
		       return_1 :
		       return_0;
}

int prog_load(int type, int attach)
{
	struct load what = {
		.type = type,
		.attach = attach,
		.insns = harmless(type),
		.nr_insns = 2,
	};

	return load(&what, NULL, 0);
}

/*
 * Linux 6.1 loads and attaches sleepable programs at any tracepoint, where they
 * then sleep with preemption off. A kernel that means it refuses some.
 */
static bool control_passes(const struct probe *probe, struct load what,
			   struct kbtf *kbtf, struct finding *out)
{
	_cleanup_close_ int fd = -1;

	what.btf_id = target_find(probe, probe->control, kbtf, out);
	if (what.btf_id < 0)
		return false;
	fd = load(&what, NULL, 0);
	if (fd < 0)
		return true;
	found(out, KX_FEATURE_MISSING,
	      "unsafe: this kernel takes such programs even where they must not sleep");
	return false;
}

void probe_prog(const struct probe *probe, struct kbtf *kbtf,
		struct finding *out)
{
	struct load what = {
		.type = probe->type,
		.attach = probe->attach,
		.flags = probe->flags,
		.insns = harmless(probe->type),
		.nr_insns = 2,
	};
	_cleanup_close_ int fd = -1;
	int err = 0;

	if (probe->target) {
		what.btf_id = target_find(probe, probe->target, kbtf, out);
		if (what.btf_id < 0)
			return;
	}
	fd = load(&what, NULL, 0);
	if (fd < 0) {
		refused(&what, out);
		return;
	}
	if (probe->control && !control_passes(probe, what, kbtf, out))
		return;
	if (probe->then)
		err = probe->then(fd);
	if (err)
		found(out, KX_FEATURE_MISSING,
		      "loads, but cannot be attached: %s", kx_why(err));
	else
		available(out);
}

/* Say what is behind a bare EPERM. */
static void refused_trampoline(struct finding *out)
{
	found(out, KX_FEATURE_MISSING,
	      "refused: this kernel lets nobody load programs that need a trampoline (EPERM)");
}

void probe_trampoline(const struct probe *probe, struct kbtf *kbtf,
		      struct finding *out)
{
	struct load what = {
		.type = probe->type,
		.attach = probe->attach,
		.flags = probe->flags,
		.insns = return_0,
		.nr_insns = 2,
	};
	_cleanup_close_ int fd = -1;

	what.btf_id = target_find(probe, probe->target, kbtf, out);
	if (what.btf_id < 0)
		return;
	fd = load(&what, NULL, 0);
	if (fd >= 0)
		available(out);
	else if (fd == -EPERM)
		refused_trampoline(out);
	else
		refused(&what, out);
}

/*
 * The arguments of the call are not set up, so the load fails in any case: if
 * not for lack of the helper, then the helper is there.
 */
void probe_helper(const struct probe *probe, struct kbtf *kbtf,
		  struct finding *out)
{
	static const char *const words[] = {
		"invalid func ", "unknown func ", "cannot use helper ",
	};
	const struct bpf_insn insns[] = { CALL(probe->helper), EXIT() };
	struct load what = {
		.type = probe->type,
		.attach = probe->attach,
		.insns = insns,
		.nr_insns = 2,
	};
	char log[LOG_LEN];
	_cleanup_close_ int fd = load(&what, log, sizeof(log));

	(void)kbtf;
	if (fd < 0 && !log[0]) {
		missing(out, fd);
		return;
	}
	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
		if (fd >= 0 || !strstr(log, words[i]))
			continue;
		refused(&what, out);
		return;
	}
	available(out);
}

void probe_struct_ops(const struct probe *probe, struct kbtf *kbtf,
		      struct finding *out)
{
	/* Member 0 of tcp_congestion_ops: ssthresh(), at least 2. */
	static const struct bpf_insn insns[] = { MOV(BPF_REG_0, 2), EXIT() };
	struct load what = {
		.type = probe->type,
		.insns = insns,
		.nr_insns = 2,
	};
	_cleanup_close_ int fd = -1;

	what.btf_id = target_find(probe, probe->target, kbtf, out);
	if (what.btf_id < 0)
		return;
	fd = load(&what, NULL, 0);
	if (fd >= 0)
		available(out);
	else if (fd == -EPERM)
		refused_trampoline(out);
	else
		refused(&what, out);
}

/* BTF of `int f(struct xdp_md *ctx)`: a function that may be replaced. */
static const struct {
	struct btf_header head;
	__u32 types[4 + 3 + 3 + 3 + 2 + 3];
	char strings[20];
} function_btf = {
	.head = {
		.magic = BTF_MAGIC,
		.version = BTF_VERSION,
		.hdr_len = sizeof(struct btf_header),
		.type_len = 18 * sizeof(__u32),
		.str_off = 18 * sizeof(__u32),
		.str_len = 18,
	},
	.types = {
		/* 1: int */
		1, BTF_KIND_INT << 24, 4, BTF_INT_SIGNED << 24 | 32,
		/* 2: struct xdp_md, without members */
		5, BTF_KIND_STRUCT << 24, 0,
		/* 3: pointer to 2 */
		0, BTF_KIND_PTR << 24, 2,
		/* 4: int (3 ctx) */
		0, BTF_KIND_FUNC_PROTO << 24 | 1, 1, 12, 3,
		/* 5: global function f of type 4 */
		16, BTF_KIND_FUNC << 24 | BTF_FUNC_GLOBAL, 4,
	},
	.strings = "\0int\0xdp_md\0ctx\0f",
};

static int function_btf_load(void)
{
	union bpf_attr attr;

	memset(&attr, 0, sizeof(attr));
	attr.btf = (uintptr_t)&function_btf;
	attr.btf_size = function_btf.head.hdr_len + function_btf.head.type_len +
			function_btf.head.str_len;
	return bpf_call(BPF_BTF_LOAD, &attr, sizeof(attr));
}

void probe_freplace(const struct probe *probe, struct kbtf *kbtf,
		    struct finding *out)
{
	_cleanup_close_ int btf_fd = function_btf_load();
	struct load what = {
		.type = BPF_PROG_TYPE_XDP,
		.insns = return_0,
		.nr_insns = 2,
		.btf_fd = btf_fd,
		.func_id = 5,
	};
	_cleanup_close_ int target_fd = -1;
	_cleanup_close_ int fd = -1;

	(void)kbtf;
	if (btf_fd < 0) {
		missing(out, btf_fd);
		return;
	}
	target_fd = load(&what, NULL, 0);
	if (target_fd < 0) {
		refused(&what, out);
		return;
	}

	what.type = probe->type;
	what.target_fd = target_fd;
	what.btf_id = 5;
	fd = load(&what, NULL, 0);
	if (fd >= 0)
		available(out);
	else if (fd == -EPERM)
		refused_trampoline(out);
	else
		refused(&what, out);
}
