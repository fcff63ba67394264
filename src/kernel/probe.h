/* SPDX-License-Identifier: GPL-2.0-only */
/* How one feature of the kernel is tried: a row names a way and its operands. */
#ifndef KX_PROBE_H
#define KX_PROBE_H

#include <linux/bpf.h>
#include <stdbool.h>

#include <kx/kx.h>

#include "kernel/kbtf.h"

/* What a probe hands back. */
struct finding {
	enum kx_feature_state state;
	char reason[160];
};

struct probe {
	const char *name;
	const char *group;
	const char *summary;
	unsigned int needs;	/* enum kx_need: without them it is not tried */
	void (*try)(const struct probe *probe, struct kbtf *kbtf,
		    struct finding *out);

	/* Operands: what each means is said where the way is declared. */
	int type;
	int attach;
	unsigned int flags;
	const char *target;
	const char *control;
	int helper;
	int (*then)(int prog_fd);
};

/* Set the whole finding; @fmt is the reason. */
void found(struct finding *out, enum kx_feature_state state, const char *fmt,
	   ...) __attribute__((format(printf, 3, 4)));

void available(struct finding *out);

/* MISSING for negative errno @err, in words that fit most calls. */
void missing(struct finding *out, int err);

/* bpf(2) itself: a descriptor, 0, or a negative errno. */
int bpf_call(int cmd, void *attr, unsigned int len);

/*
 * probe_prog.c: load a program that does nothing.
 * type, attach, flags: as in bpf(2); target: a type in the kernel's BTF, which
 * the program is for, or NULL; control: one for which the kernel must refuse it,
 * or it does not check at all; then: what else must work with the program's
 * descriptor, returns a negative errno.
 */
void probe_prog(const struct probe *, struct kbtf *, struct finding *);

/* As probe_prog(), for types that need a trampoline. */
void probe_trampoline(const struct probe *, struct kbtf *, struct finding *);

/* A program that calls a helper. helper: BPF_FUNC_*; type, attach as above. */
void probe_helper(const struct probe *, struct kbtf *, struct finding *);

/* A program that replaces a function of another program. */
void probe_freplace(const struct probe *, struct kbtf *, struct finding *);

/* A program of a kernel structure's function pointers. */
void probe_struct_ops(const struct probe *, struct kbtf *, struct finding *);

/* Load @type without more; the descriptor or a negative errno. */
int prog_load(int type, int attach);

/*
 * probe_map.c: make a map. type, flags: as in bpf(2).
 */
void probe_map(const struct probe *, struct kbtf *, struct finding *);
void probe_map_mmap(const struct probe *, struct kbtf *, struct finding *);
void probe_map_storage(const struct probe *, struct kbtf *, struct finding *);

/*
 * probe_attach.c: what loading a program does not tell.
 */
void probe_perf(const struct probe *, struct kbtf *, struct finding *);
void probe_multi(const struct probe *, struct kbtf *, struct finding *);
void probe_device(const struct probe *, struct kbtf *, struct finding *);
void probe_command(const struct probe *, struct kbtf *, struct finding *);
int try_iter(int prog_fd);
int try_xdp(int prog_fd);
int try_tc(int prog_fd);

/*
 * probe_env.c: what the rest of the system is set to.
 */
void probe_btf(const struct probe *, struct kbtf *, struct finding *);
void probe_kfunc(const struct probe *, struct kbtf *, struct finding *);
void probe_members(const struct probe *, struct kbtf *, struct finding *);
void probe_mount(const struct probe *, struct kbtf *, struct finding *);
void probe_cgroup(const struct probe *, struct kbtf *, struct finding *);
void probe_lsm(const struct probe *, struct kbtf *, struct finding *);
void probe_lockdown(const struct probe *, struct kbtf *, struct finding *);
void probe_unprivileged(const struct probe *, struct kbtf *, struct finding *);
void probe_jit(const struct probe *, struct kbtf *, struct finding *);
void probe_seccomp(const struct probe *, struct kbtf *, struct finding *);

/*
 * probe_door.c: ways to wait for a service. The second one has the operands of
 * probe_trampoline().
 */
void probe_door_block(const struct probe *, struct kbtf *, struct finding *);
void probe_door_stop(const struct probe *, struct kbtf *, struct finding *);

#endif
