/* SPDX-License-Identifier: GPL-2.0-only */
/* The name of shr.bpf.c, with another type of `word`, and of a record. */
#include <vmlinux.h>
#include <kx/share.bpf.h>
#include <kx/intake.bpf.h>

#include "shr.h"

KX_EXTENSION("shr", "3.0.0", "other types");
KX_LICENSE("GPL");

struct longer {
	u64 number;
	u64 another;
};

KX_SHARE(struct entry_limits, word, "no number any more");
KX_VALUE(u64, seen, "records that came");

KX_INTAKE(numbers, struct longer, "of another type")
{
	seen++;
	return record->another;
}
