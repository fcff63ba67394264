/* SPDX-License-Identifier: GPL-2.0-only */
/* Parameters of a loaded instance: what others in the library ask about them. */
#ifndef KX_PARAM_H
#define KX_PARAM_H

#include "instance.h"

/* The mapped memory of a parameter's section; NULL, and a sentence. */
char *param_bytes(struct kx *kx, struct kx_instance *inst, const struct param *param,
		  bool writable);

#endif
