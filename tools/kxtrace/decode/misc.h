/* SPDX-License-Identifier: GPL-2.0-only */
/* The system as a whole, its modules, keys, BPF, perf events, Landlock. */
#ifndef KXTRACE_MISC_H
#define KXTRACE_MISC_H

#include <linux/perf_event.h>
#include <sys/utsname.h>

#include "fields.h"
#include "../xlat/misc.h"

/* As far as it is shown: to expected_attach_type and what follows it. */
#define BPF_ATTR_LEN	120

/* Landlock and the security modules: as much as the newest kernels have. */
struct klandlock_ruleset {
	uint64_t fs;
	uint64_t net;
	uint64_t scoped;
};

struct klandlock_path {
	uint64_t access;
	int32_t parent_fd;
} __attribute__((packed));

arg_printer print_host_name, print_sysctl_args, print_utsname, print_sysinfo;
arg_printer print_syslog_action, print_syslog_buf, print_syslog_len;
arg_printer print_swap_flags, print_reboot_arg, print_random;
arg_printer print_kexec_segments, print_kexec_flags;
arg_printer print_key, print_keyctl_arg;
arg_printer print_perf_attr, print_bpf_attr;
arg_printer print_landlock_ruleset, print_landlock_rule;
arg_printer print_landlock_create_flags, print_u64_list;

#define HOST_NAME(n)	{ n, print_host_name, CAPTURE(BUF, IN, 1, 1) }
#define KEY(n)		{ n, print_key }
#define BPF_ATTR(n)							\
	{ n, print_bpf_attr, CAPTURE(BPF_ATTR, IN, KXT_FROM_NONE, BPF_ATTR_LEN) }

#endif
