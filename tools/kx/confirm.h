/* SPDX-License-Identifier: GPL-2.0-only */
/* --confirm SECONDS of load and upgrade. */
#ifndef KX_TOOL_CONFIRM_H
#define KX_TOOL_CONFIRM_H

struct kx_instance;

/* Says on stderr what is still to be done; nothing without --confirm. */
void confirm_ask(struct kx_instance *inst, const char *word);

#endif
