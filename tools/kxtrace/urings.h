/* SPDX-License-Identifier: GPL-2.0-only */
/* Operations of io_uring: submissions and completions put together. */
#ifndef KXTRACE_URINGS_H
#define KXTRACE_URINGS_H

#include <stddef.h>

#include "decode.h"

struct urings;

struct urings *urings_new(void);
void urings_free(struct urings *urings);

/*
 * Takes a record of kind KXT_URING. Returns 1 when an operation has completed:
 * `call` is filled, its memory is valid until the next record. 0: nothing to
 * show yet; or -EINVAL, -ENOMEM.
 */
int urings_take(struct urings *urings, const void *record, size_t len, struct call *call);

#endif
