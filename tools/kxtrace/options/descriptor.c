// SPDX-License-Identifier: GPL-2.0-only
/* Options: files behind descriptors, and selection by them. */
#include "family.h"

static const struct option_row rows[] = {
	{ 'y', "decode-fds", "[WHICH]", NULL, NULL,
	  "paths behind descriptors are not shown yet", .rare = true },
	{ 'P', "trace-path", "PATH", NULL, NULL, "selection by path is not there yet",
	  .rare = true },
};

static const struct qualifier qualifiers[] = {
	{ "decode-fds\0", NULL, "is not there yet" },
};

const struct option_family descriptor_options = {
	"Files behind descriptors", rows, NR(rows), qualifiers, NR(qualifiers), NULL,
};
