/* SPDX-License-Identifier: GPL-2.0-only */
/* The filter of a device that the user names, as a whole. */
#ifndef KXFILTER_NAMED_H
#define KXFILTER_NAMED_H

#include <stdbool.h>

#include <kx/kx.h>

/* @inst is for kx_instance_close(). Return: DONE; else the status to exit with, and it was told. */
int named_open(struct kx *kx, const char *verb, const char *device, struct kx_instance **inst);

/* "eth0: removed", or as JSON. */
void named_done(const char *device, const char *result, bool json);

#endif
