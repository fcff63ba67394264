/* SPDX-License-Identifier: GPL-2.0-only */
/* The kernel half: loaded for good, or without its hooks for a test. */
#ifndef KXTRACE_POLICY_KERNEL_H
#define KXTRACE_POLICY_KERNEL_H

#include <kx/kx.h>

#include "tables.h"

#define POLICY_INSTANCE	"kxpolicy"
/* Acts while the kernel half of another build makes room for that of this one. */
#define POLICY_MEANWHILE "kxpolicy-meanwhile"

enum table { ENTRIES, CLASSES, NODES, EDGES, PREFIXES, COUNTERS, NR_TABLES };

struct kxpolicy_bpf;

struct kernel {
	struct kx *kx;
	struct kx_instance *inst;
	struct kxpolicy_bpf *skel;	/* only of a test */
	struct kx_share *share;
	volatile struct kxp_control *control;
	int maps[NR_TABLES];
	int lock;
};

/* The one that is loaded. 0, -ENOENT: none is; others after a sentence. */
int kernel_find(struct kernel *kernel, const char *name);
/* The same, loaded if need be; refused in one sentence where the kernel has no such hooks. */
int kernel_load(struct kernel *kernel, const char *name);
/* Without its tables, which may be those of another build: it can be asked of, and removed. */
int kernel_open(struct kernel *kernel, const char *name);
/* Whose tables it has, and whose code. */
bool kernel_has_tables(struct kernel *kernel);
bool kernel_has_code(struct kernel *kernel);
/* Its programs are detached, one after the other. */
int kernel_unload(struct kernel *kernel);
/* Nothing of it acts any more, at once where its tables are known; closes it. */
int kernel_remove(struct kernel *kernel);
/* One that nothing is attached of, for this process. */
int kernel_try(struct kernel *kernel);
void kernel_close(struct kernel *kernel);

/* NULL: rules can be enforced, and @text says how; else why not. */
const char *kernel_way(struct kx *kx, const char **text);

/* An identify_fn; ctx: struct kernel. */
int kernel_identify(void *ctx, const char *path, struct kxp_file *out);
/* Puts tables into a bank that does not act. */
int kernel_store(struct kernel *kernel, const struct tables *tables, uint32_t bank);
/* The counters of another: those of rules that both have. */
int kernel_take_counters(struct kernel *kernel, const struct kernel *from);
/* Counters of rules that are in no bank any more. */
void kernel_forget(struct kernel *kernel);
/* Until it is closed no other process changes the policy; -EBUSY after a sentence. */
int kernel_lock(struct kernel *kernel);
int kernel_fail(const struct kernel *kernel, int err);

#endif
