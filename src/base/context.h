/* SPDX-License-Identifier: GPL-2.0-only */
/* The inside of a context, for libkx only. */
#ifndef KX_CONTEXT_H
#define KX_CONTEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include <kx/kx.h>

#include "base/cleanup.h"

struct features;

struct kx {
	char error[1024];
	char *log;		/* NULL, or terminated */
	size_t log_len;
	size_t log_room;
	bool log_debug;
	struct features *features; /* NULL until the first probe */
};

/*
 * Set the context's sentence and hand @err back, so that a failing function
 * ends with `return kx_fail(kx, -EINVAL, "...")`. A NULL context is fine.
 */
int kx_fail(struct kx *kx, int err, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));

/* What errno value -@err means, in lower case, to stand within a sentence. */
const char *kx_why(int err);

/*
 * While a scope lasts, what libbpf says in this thread belongs to @kx:
 * `_scope_ struct kx *outer = scope_enter(kx);` as the first local.
 */
#define _scope_	_cleanup_(scope_leave) __attribute__((unused))
struct kx *scope_enter(struct kx *kx);
void scope_leave(struct kx **outer);

void features_free(struct features *features);

#endif
