/* SPDX-License-Identifier: GPL-2.0-only */
/* The table of the calls, with how their arguments are captured and printed. */
#include <errno.h>
#include <string.h>

#include "../../calls/nr.h"
#include "args.h"
#include "desc.h"
#include "file.h"
#include "ipc.h"
#include "memory.h"
#include "mount.h"
#include "misc.h"
#include "net.h"
#include "process.h"
#include "signal.h"
#include "time.h"

struct call_info call_table[KXT_NR_ROWS] = {
#include "../../calls/all.tbl"
};

const struct call_info *call_info_by_nr(uint32_t nr)
{
	return nr < KXT_I386_ROWS ? call_info_by_row(nr) : NULL;
}

const struct call_info *call_info_by_row(uint32_t row)
{
	if (row >= KXT_NR_ROWS || !call_table[row].name)
		return NULL;
	return &call_table[row];
}

int call_nr_by_name(const char *name)
{
	int nr;

	for (nr = 0; nr < KXT_NR_ROWS; nr++) {
		if (call_table[nr].name && !strcmp(call_table[nr].name, name))
			return nr;
	}
	return -ENOENT;
}
