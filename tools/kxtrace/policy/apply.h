/* SPDX-License-Identifier: GPL-2.0-only */
/* What changes the policy that acts. */
#ifndef KXTRACE_POLICY_APPLY_H
#define KXTRACE_POLICY_APPLY_H

#include "kernel.h"

/* Reads a file and makes tables of it, without a kernel half. */
int policy_make(struct rules *rules, struct tables *tables, const char *file);
/* The exit status. */
int policy_apply(const char *file, unsigned int confirm_s, bool monitor);
/* Whatever of that name is loaded, of any build. 0, -ENOENT; others after a sentence. */
int policy_remove(const char *name);
/* The bank that acts. Not confirmed in time: what the next call would find is stored now. */
uint32_t policy_settle(struct kernel *kernel);

#endif
