// SPDX-License-Identifier: GPL-2.0-only
/* Options: records in files, replayed later; when to stop. */
#include "family.h"

static const struct option_row rows[] = {
	{ 0, "record", "FILE", NULL, NULL, "is not there yet" },
};

const struct option_family recording_options = {
	"Records and limits", rows, NR(rows), NULL, 0, NULL,
};
