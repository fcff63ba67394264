// SPDX-License-Identifier: GPL-2.0-only
/* Options: formats other than text. */
#include "family.h"

static const struct option_row rows[] = {
	{ 0, "json", NULL, NULL, NULL, "is not there yet" },
};

const struct option_family format_options = {
	"Other forms", rows, NR(rows), NULL, 0, NULL,
};
