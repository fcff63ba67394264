/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The kernel's types: generated from BTF at build time, or written by hand. */
#ifndef KX_VMLINUX_H
#define KX_VMLINUX_H

#ifdef KX_MINIMAL
#include "minimal.h"
#else
#include "vmlinux_btf.h"
#endif

#endif
