/* SPDX-License-Identifier: GPL-2.0-only */
/* Parameters of a loaded instance: what others in the library ask about them. */
#ifndef KX_PARAM_H
#define KX_PARAM_H

#include "registry/instance.h"

/* The mapped memory of a parameter's section; NULL, and a sentence. */
char *param_bytes(struct kx *kx, struct kx_instance *inst, const struct param *param,
		  bool writable);

/* To memory that programs read: of a scalar, they never see half. */
void param_store(char *to, const char *from, size_t len);

#endif
