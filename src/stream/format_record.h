/* SPDX-License-Identifier: GPL-2.0-only */
/* One message that is known, and what a record of it holds. */
#ifndef KX_FORMAT_RECORD_H
#define KX_FORMAT_RECORD_H

#include "stream/format_internal.h"
#include "stream/symbols.h"

/**
 * struct format - a message, ready to be filled in
 * @bytes: what the ops and @source refer to, escaped
 */
struct format {
	int level;
	uint32_t nr_args;
	uint32_t nr_ops;
	struct piece source;	/* as JSON */
	uint8_t args[KX_LOG_ARGS];
	struct format_op ops[FORMAT_OPS];
	char bytes[];
};

struct formats {
	struct format **rows;	/* by number; NULL: there is no such */
	size_t nr;
	struct symbols *symbols;
	bool has_symbols;	/* they were asked for, whether there are any or not */
};

#endif
