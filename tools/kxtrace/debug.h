/* SPDX-License-Identifier: GPL-2.0-only */
/* -d: what was loaded, on stderr. */
#ifndef KXTRACE_DEBUG_H
#define KXTRACE_DEBUG_H

#include <kx/kx.h>

struct session;

/* libbpf's own lines first, when kx_log_debug() was on during the load. */
void debug_session(struct session *session, const struct kx *kx);

#endif
