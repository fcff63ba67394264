/* SPDX-License-Identifier: GPL-2.0-only */
/* Names within the structures of ioctl calls. */
#ifndef KXTRACE_XLAT_IOCTL_H
#define KXTRACE_XLAT_IOCTL_H

#include "../xlat.h"

extern const struct xlat inode_flags, fsx_flags, fiemap_flags, iff_flags;
extern const struct xlat arp_hardware, uffd_features;

#endif
