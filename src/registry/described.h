/* SPDX-License-Identifier: GPL-2.0-only */
/* What an instance says of itself: struct kx_about made from its description. */
#ifndef KX_DESCRIBED_H
#define KX_DESCRIBED_H

struct described;

void described_free(struct described *described);

#endif
