/* SPDX-License-Identifier: GPL-2.0-only */
/* Names of errors, those that the kernel keeps to itself among them. */
#ifndef KXTRACE_ERRNO_H
#define KXTRACE_ERRNO_H

/* "ENOENT"; NULL when there is no such error. */
const char *errno_name(int err);

/*
 * What the brackets after "= ? ERESTARTSYS" say: the signal's delivery decides
 * whether the program sees the call end. NULL for all other errors.
 */
const char *errno_restart_text(int err);

#endif
