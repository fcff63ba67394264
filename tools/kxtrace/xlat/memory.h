/* SPDX-License-Identifier: GPL-2.0-only */
/* Names for calls on memory: protections, mappings, advice, policies. */
#ifndef KXTRACE_XLAT_MEMORY_H
#define KXTRACE_XLAT_MEMORY_H

#include "../xlat.h"

extern const struct xlat prot_flags, map_types, map_flags, mremap_flags;
extern const struct xlat msync_flags, madvise_values, mlockall_flags;
extern const struct xlat mlock2_flags, mempolicy_modes, mempolicy_mode_flags;
extern const struct xlat mbind_flags, get_mempolicy_flags, move_pages_flags;
extern const struct xlat membarrier_cmds, membarrier_flags, pkey_rights;
extern const struct xlat memfd_flags, memfd_secret_flags, userfaultfd_flags;

#endif
