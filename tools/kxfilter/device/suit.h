/* SPDX-License-Identifier: GPL-2.0-only */
/* Which hook suits a device and the rules for it. */
#ifndef KXFILTER_SUIT_H
#define KXFILTER_SUIT_H

#include "../rules.h"
#include "device.h"

/* As hook_choose(), but where the rules need more than XDP can do it is tc. NULL: no rules yet. */
enum hook hook_suit(const struct device *device, const struct rules *rules, char *why, size_t len);

/* What the rules need that the hook cannot do, as a sentence; false: nothing. */
bool hook_lacks(enum hook hook, const struct rules *rules, char *why, size_t len);

/* Is there a rule, or a default, of these directions that rejects? */
bool rejects(const struct rules *rules, unsigned int directions);

#endif
