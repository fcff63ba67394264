/* SPDX-License-Identifier: GPL-2.0-only */
/* Hooks of network devices: XDP and tc. */
#ifndef KX_DEVICE_H
#define KX_DEVICE_H

#include "life/hook.h"

/*
 * Attach what is behind the program's descriptor to the device that hook->target names:
 * "eth0", "eth0:native", "eth0:generic". A descriptor of a link; -1, and hook->record, where
 * the kernel has no such links; on failure a negative errno and *told if there is a
 * sentence already.
 */
int device_attach(struct kx *kx, const char *who, struct hook *hook, bool *told);

/* Whose program has the XDP hook of a device: the rest of a sentence. */
void xdp_owner(struct kx *kx, int ifindex, char *out, size_t len);

#endif
