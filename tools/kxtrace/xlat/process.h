/* SPDX-License-Identifier: GPL-2.0-only */
/* Names around processes: cloning, waiting, scheduling, tracing, prctl. */
#ifndef KXTRACE_XLAT_PROCESS_H
#define KXTRACE_XLAT_PROCESS_H

#include "../xlat.h"

extern const struct xlat clone_flags, unshare_flags, setns_types;
extern const struct xlat wait_flags, waitid_types, execveat_flags;
extern const struct xlat sched_policies, sched_flags;
extern const struct xlat rlimit_resources, rusage_who, priority_which;
extern const struct xlat ioprio_who, ioprio_classes;
extern const struct xlat personalities, personality_flags;
extern const struct xlat kcmp_types, pidfd_open_flags;
extern const struct xlat seccomp_ops, seccomp_filter_flags, seccomp_actions;

extern const struct xlat caps, cap_versions;
extern const struct xlat cap_masks_low, cap_masks_high;	/* 1<<CAP_... */

extern const struct xlat ptrace_requests, ptrace_options, ptrace_events;
extern const struct xlat ptrace_info_ops, elf_note_types;

extern const struct xlat prctl_options, arch_prctl_codes, xfeatures;
extern const struct xlat pr_dumpable, pr_tsc, pr_securebits, pr_unalign;
extern const struct xlat pr_mce_kill, pr_mce_kill_policy, pr_set_mm;
extern const struct xlat pr_cap_ambient, pr_spec, pr_spec_state, pr_fp_mode;
extern const struct xlat pr_sched_core, pr_pid_types, pr_seccomp_mode;
extern const struct xlat pr_dispatch, pr_set_vma;

#endif
