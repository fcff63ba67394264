/* SPDX-License-Identifier: GPL-2.0-only */
/* What instances count, as they say it in their file "metrics". */
#ifndef KXLOG_EXPORTS_H
#define KXLOG_EXPORTS_H

#include "exposition.h"
#include "source.h"

struct exports {
	size_t instances;	/* that have such a file */
	uint64_t refused;	/* lines, since kxlog was started */
	uint64_t failures;	/* to read one */
};

/* Of all instances that are followed; @out is for exposition_done(). */
void exports_read(struct exports *exports, const struct sources *sources, struct exposition *out);

#endif
