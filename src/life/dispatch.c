// SPDX-License-Identifier: GPL-2.0-only
/*
 * Dispatchers. For each hook a program of nine instructions is attached, which
 * reads the gate once and jumps to the program in that slot. So a store to the
 * gate moves every hook from one generation to the next between two events: none
 * is missed and none is seen twice. An event costs it about 10 ns.
 */
#include <bpf/bpf.h>
#include <errno.h>
#include <kx/abi.h>
#include <linux/bpf.h>
#include <stddef.h>
#include <string.h>

#include "life/dispatch.h"

/*
 * What an empty slot answers: as if the hook were not attached. 0 where nothing is
 * said: for security hooks, too, whatever their default is, for after a 0 the kernel
 * asks the next program and then the hook's own function, which has the default.
 */
static const struct {
	enum bpf_prog_type type;
	int verdict;
} verdicts[] = {
	{ BPF_PROG_TYPE_XDP, 2 },		/* XDP_PASS */
	{ BPF_PROG_TYPE_SCHED_CLS, -1 },	/* TCX_NEXT */
	{ BPF_PROG_TYPE_CGROUP_SKB, 1 },
	{ BPF_PROG_TYPE_CGROUP_SOCK, 1 },
	{ BPF_PROG_TYPE_CGROUP_SOCK_ADDR, 1 },
	{ BPF_PROG_TYPE_CGROUP_SOCKOPT, 1 },
	{ BPF_PROG_TYPE_CGROUP_SYSCTL, 1 },
	{ BPF_PROG_TYPE_CGROUP_DEVICE, 1 },
	{ BPF_PROG_TYPE_SOCK_OPS, 1 },
	{ BPF_PROG_TYPE_SK_LOOKUP, 1 },		/* SK_PASS */
	{ BPF_PROG_TYPE_FLOW_DISSECTOR, 129 },	/* BPF_FLOW_DISSECTOR_CONTINUE */
};

static int verdict_of(const struct bpf_prog_info *info, int attach)
{
	if (info->type == BPF_PROG_TYPE_LSM && attach == BPF_LSM_CGROUP)
		return 1;
	for (size_t i = 0; i < sizeof(verdicts) / sizeof(verdicts[0]); i++)
		if (verdicts[i].type == info->type)
			return verdicts[i].verdict;
	return 0;
}

#define INSN(code_, dst, src, off_, imm_)				\
	((struct bpf_insn){						\
		.code = code_, .dst_reg = dst, .src_reg = src,		\
		.off = off_, .imm = imm_,				\
	})

/* The BTF of the module that has the function the program is for; -1: vmlinux. */
static int module_btf(const struct bpf_prog_info *info)
{
	struct bpf_btf_info btf = {};
	__u32 len = sizeof(btf);
	char name[16] = "";
	int fd;

	if (!info->attach_btf_obj_id)
		return -1;
	fd = bpf_btf_get_fd_by_id(info->attach_btf_obj_id);
	btf.name = (__u64)(unsigned long)name;
	btf.name_len = sizeof(name);
	if (fd >= 0 && (bpf_obj_get_info_by_fd(fd, &btf, &len) || !strcmp(name, "vmlinux"))) {
		close(fd);
		fd = -1;
	}
	return fd;
}

static int stub_load(const struct hook *hook, const struct bpf_prog_info *info, int entry_fd)
{
	int attach = bpf_program__expected_attach_type(hook->prog);
	const struct bpf_insn insns[] = {
		INSN(BPF_LD | BPF_DW | BPF_IMM, BPF_REG_3, BPF_PSEUDO_MAP_VALUE, 0, entry_fd),
		INSN(0, 0, 0, 0, offsetof(struct kx_entry, active)),
		INSN(BPF_LDX | BPF_MEM | BPF_W, BPF_REG_3, BPF_REG_3, 0, 0),
		INSN(BPF_LD | BPF_DW | BPF_IMM, BPF_REG_2, BPF_PSEUDO_MAP_FD, 0, hook->slots_fd),
		INSN(0, 0, 0, 0, 0),
		INSN(BPF_JMP | BPF_CALL, 0, 0, 0, BPF_FUNC_tail_call),
		INSN(BPF_ALU64 | BPF_MOV | BPF_K, BPF_REG_0, 0, 0, verdict_of(info, attach)),
		INSN(BPF_JMP | BPF_EXIT, 0, 0, 0, 0),
	};
	_cleanup_close_ int module = module_btf(info);
	LIBBPF_OPTS(bpf_prog_load_opts, opts,
		.expected_attach_type = attach,
		.attach_btf_id = info->attach_btf_id,
		.attach_btf_obj_fd = module < 0 ? 0 : module,
		.prog_flags = bpf_program__flags(hook->prog));
	int fd;

	fd = bpf_prog_load(info->type, bpf_program__name(hook->prog), "GPL", insns,
			   sizeof(insns) / sizeof(insns[0]), &opts);
	return fd < 0 ? -errno : fd;
}

int dispatch_join(struct kx *kx, const char *who, struct hook *hook, uint32_t slot)
{
	int fd = bpf_program__fd(hook->prog);

	if (!bpf_map_update_elem(hook->slots_fd, &slot, &fd, BPF_ANY))
		return 0;
	return kx_fail(kx, -errno, "%s: program %s cannot be called by its dispatcher: %s%s", who,
		       bpf_program__name(hook->prog), kx_why(-errno),
		       errno == EINVAL ? "; it is of another kind than the one it replaces" : "");
}

int dispatch_leave(int slots_fd, uint32_t slot)
{
	return bpf_map_delete_elem(slots_fd, &slot) && errno != ENOENT ? -errno : 0;
}

int dispatch_make(struct kx *kx, const char *who, struct hook *hook, int entry_fd, uint32_t slot)
{
	_scope_ struct kx *outer = scope_enter(kx);
	struct bpf_prog_info info = {};
	__u32 len = sizeof(info);

	if (bpf_obj_get_info_by_fd(bpf_program__fd(hook->prog), &info, &len))
		return kx_fail(kx, -errno, "%s: program %s: %s", who, bpf_program__name(hook->prog),
			       kx_why(-errno));
	hook->slots_fd = bpf_map_create(BPF_MAP_TYPE_PROG_ARRAY, "kx_slots", sizeof(__u32),
					sizeof(__u32), KX_NR_SLOTS, NULL);
	if (hook->slots_fd < 0)
		return kx_fail(kx, -errno, "%s: cannot make the slots of %s: %s", who, hook->pin,
			       kx_why(-errno));
	hook->stub_fd = stub_load(hook, &info, entry_fd);
	if (hook->stub_fd < 0)
		return kx_fail(kx, hook->stub_fd, "%s: cannot load the dispatcher of %s: %s", who,
			       bpf_program__name(hook->prog), kx_why(hook->stub_fd));
	return dispatch_join(kx, who, hook, slot);
}
