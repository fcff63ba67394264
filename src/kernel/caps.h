/* SPDX-License-Identifier: GPL-2.0-only */
/* What the rest of libkx asks about capabilities. */
#ifndef KX_CAPS_H
#define KX_CAPS_H

#include "base/context.h"

/* Of @needs (enum kx_need), the bits that the calling thread lacks. */
unsigned int caps_missing(unsigned int needs);

/* "cap_bpf,cap_perfmon" into @buf; returns @buf. */
const char *caps_names(unsigned int needs, char *buf, size_t len);

/* Capabilities held here count only inside a user namespace? */
bool caps_in_user_namespace(void);

#endif
