/* SPDX-License-Identifier: GPL-2.0-only */
/* What only looks: at a file, at the policy that acts, at the kernel; the exit status. */
#ifndef KXTRACE_POLICY_LOOK_H
#define KXTRACE_POLICY_LOOK_H

#include "../out.h"
#include "kernel.h"

int policy_check(const char *file, bool json);
int policy_show(bool json);
int policy_features(bool json);
/* @words: op=read path=/x ..., up to NULL. */
int policy_test(const char *file, char **words, bool json);

/* The policy that acts. -ENOENT: none does, after a sentence. */
int policy_find(struct kernel *kernel);
/* Writes the rest of @o and frees it; what could not be written is an error too. */
int policy_end(struct out *o, int err);

#endif
