// SPDX-License-Identifier: GPL-2.0-only
/* Options: what a call must be like to be shown; looked at in the kernel. */
#include "family.h"

static const struct option_row rows[] = {
	{ 0, "comm", "NAME", NULL, NULL, "is not there yet" },
};

const struct option_family filtering_options = {
	"Filters, in the kernel", rows, NR(rows), NULL, 0, NULL,
};
