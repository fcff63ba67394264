/* SPDX-License-Identifier: GPL-2.0-only */
/* Files with code: where they are, which functions they have. */
#ifndef KXTRACE_SYMBOLS_H
#define KXTRACE_SYMBOLS_H

#include "unwind.h"

const char *binary_path(const struct binary *binary);
/* A new descriptor, or a negative errno. */
int binary_open(const struct binary *binary);
/* What is to be added to the file's addresses; false: no such segment. */
bool binary_bias(const struct code *code, int64_t *bias);

#endif
