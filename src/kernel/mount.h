/* SPDX-License-Identifier: GPL-2.0-only */
/* What the rest of libkx asks about mounts. */
#ifndef KX_MOUNT_H
#define KX_MOUNT_H

#include "base/context.h"

const char *mount_path(enum kx_mount which);
const char *mount_type(enum kx_mount which);

/* 1: mounted at its place; 0: something else is; or a negative errno. */
int mount_check(enum kx_mount which);

/*
 * 0; -EXDEV: we are where "ip netns exec" has mounted another /sys, so that the registry
 * is out of sight; the sentence says what to do.
 */
int mount_hidden(struct kx *kx);

#endif
