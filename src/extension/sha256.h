/* SPDX-License-Identifier: GPL-2.0-only */
/* SHA-256 (FIPS 180-4): the identity of an extension's content. */
#ifndef KX_SHA256_H
#define KX_SHA256_H

#include <stddef.h>
#include <stdint.h>

void sha256(const void *data, size_t len, uint8_t out[32]);

#endif
