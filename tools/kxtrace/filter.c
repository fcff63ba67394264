// SPDX-License-Identifier: GPL-2.0-only
/* The filters of the kernel half again, for calls that come from a file. */
#include "filter.h"

bool filter_passes(const struct options *opt, const struct call *call)
{
	uint32_t nr = call->rec->nr;

	return nr >= KXT_NR_ROWS || opt->selected[nr];
}
