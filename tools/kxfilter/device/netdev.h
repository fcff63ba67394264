/* SPDX-License-Identifier: GPL-2.0-only */
/* The kernel's family "netdev" of generic netlink: what a driver can do. */
#ifndef KXFILTER_NETDEV_H
#define KXFILTER_NETDEV_H

#include "device.h"

/* ANSWER_UNKNOWN: the kernel does not have that family (before 6.3), or cannot be asked. */
enum answer netdev_native_xdp(int ifindex);

/* Does it send what native XDP of another device redirects to it? */
enum answer netdev_takes_frames(int ifindex);

#endif
