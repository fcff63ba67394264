/* SPDX-License-Identifier: GPL-2.0-only */
/* Names around keys, modules, rebooting, BPF, perf events and Landlock. */
#ifndef KXTRACE_XLAT_MISC_H
#define KXTRACE_XLAT_MISC_H

#include "../xlat.h"

extern const struct xlat syslog_actions, log_levels, swap_flags, reboot_magics1;
extern const struct xlat reboot_magics2, reboot_cmds, module_init_flags;
extern const struct xlat module_delete_flags, getrandom_flags, kexec_archs;
extern const struct xlat kexec_flags, kexec_file_flags, keyctl_ops, key_specs;
extern const struct xlat key_perms, key_reqkeys, keyctl_move_flags;
extern const struct xlat landlock_rules, landlock_access_fs;
extern const struct xlat landlock_access_net, landlock_scopes;
extern const struct xlat landlock_create_flags, lsm_attrs, lsm_flags;
extern const struct xlat perf_types, perf_sizes, perf_hw_events, perf_sw_events;
extern const struct xlat perf_caches, perf_cache_ops, perf_cache_results;
extern const struct xlat perf_sample_types, perf_read_formats, perf_open_flags;
extern const struct xlat bpf_cmds, bpf_map_types, bpf_prog_types;
extern const struct xlat bpf_attach_types, bpf_map_flags, bpf_file_flags;
extern const struct xlat bpf_update_flags, bpf_lookup_flags, bpf_prog_flags;
extern const struct xlat bpf_attach_flags;

extern const struct xlat bpf_test_flags, bpf_query_flags, bpf_fd_types;

#endif
