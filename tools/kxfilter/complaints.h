/* SPDX-License-Identifier: GPL-2.0-only */
/* What is wrong with a rule set, as the user sees it. */
#ifndef KXFILTER_COMPLAINTS_H
#define KXFILTER_COMPLAINTS_H

#include "rules.h"

struct complaints {
	bool json;		/* one object a line on stdout, else text on stderr */
	size_t errors;
	size_t warnings;
};

/* A complaint_fn, with a struct complaints. */
void complaints_tell(void *ctx, const struct complaint *complaint);

/* "; 2 errors, 1 warning", or nothing, on one line behind what was said. */
void complaints_sum(const struct complaints *complaints, char *out, size_t len);

#endif
