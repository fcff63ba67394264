/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Programs of tc on kernels without tcx (before 6.6): filters of a clsact qdisc.
 *
 * No link belongs to such a filter and nothing can be pinned but its program, the
 * dispatcher. So the name of that pin says where the filter is:
 * "IFINDEX-DIRECTION-HANDLE-NAMESPACE", and "-made" if the qdisc is ours too. It is there
 * before the filter is, in STAGING/WHO-hooks/HOOK, and becomes WHO/hooks/HOOK later. A
 * filter is known as ours by the number of its program.
 */
#ifndef KX_TC_H
#define KX_TC_H

#include "life/hook.h"

/* Does the kernel have links to tc? */
bool tc_has_links(int ifindex);

/* Attach what is behind the program's descriptor; hook->record says where. */
int tc_attach(const char *who, struct hook *hook, int ifindex);

/* Move the record, from where tc_attach() has made it, to @dir/hooks. */
int tc_record_move(struct kx *kx, const char *who, struct hook *hook, const char *dir);

/* Detach what was attached and not moved. */
void tc_undo(const char *who, struct hook *hook);

/*
 * Detach all filters that are recorded at @path or below. -EXDEV: one is in another network
 * namespace.
 */
int tc_sweep(const char *path);

/* Is a filter that is recorded below @path in another network namespace? */
bool tc_is_elsewhere(const char *path);

/* Is it the name of such a record? */
bool tc_is_record(const char *name);

#endif
