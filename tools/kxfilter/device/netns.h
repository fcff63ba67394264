/* SPDX-License-Identifier: GPL-2.0-only */
/* Goes into a network namespace before anything else is done. */
#ifndef KXFILTER_NETNS_H
#define KXFILTER_NETNS_H

/* One of "ip netns". Return: DONE; else the status to exit with, and it was told. */
int netns_enter(const char *name);

#endif
