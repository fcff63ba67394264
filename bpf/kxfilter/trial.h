/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Time and chance: the kernel's, or in a trial those that user space gives. */
#ifndef KXFILTER_TRIAL_CODE_H
#define KXFILTER_TRIAL_CODE_H

#include "maps.h"

static __always_inline struct kxf_trial *trial_get(void)
{
	__u32 zero = 0;

	return bpf_map_lookup_elem(&trial, &zero);
}

static __always_inline __u64 now_ns(void)
{
	struct kxf_trial *given;

	if (!setup.trial)
		return bpf_ktime_get_ns();
	given = trial_get();
	return given ? given->now_ns : 0;
}

/* As exact as a jiffy, and cheaper: enough for what lasts seconds. */
static __always_inline __u64 coarse_ns(void)
{
	return setup.trial ? now_ns() : bpf_ktime_get_coarse_ns();
}

static __always_inline __u32 chance(void)
{
	struct kxf_trial *given;

	if (!setup.trial)
		return bpf_get_prandom_u32();
	given = trial_get();
	return given ? given->random : 0;
}

#endif
