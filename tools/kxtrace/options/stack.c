// SPDX-License-Identifier: GPL-2.0-only
/* Options: where in the program a call was made; io_uring. */
#include "family.h"

static const struct option_row rows[] = {
	{ 'i', "instruction-pointer", NULL, NULL, NULL,
	  "instruction pointers are not recorded yet" },
	{ 'k', "stack-traces", NULL, NULL, NULL, "stack traces are not recorded yet" },
};

const struct option_family stack_options = {
	"Where it comes from", rows, NR(rows), NULL, 0, NULL,
};
