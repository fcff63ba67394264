/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The table of i386 calls: the tables of x86-64 again, by the numbers of i386, and
 * i386.tbl over them. Calls that i386 has not get numbers behind its own, so that
 * others can be like them.
 */
#include <asm/unistd_32.h>
/* Before its numbers, or all.tbl would take those of x86-64. */
#define _ASM_X86_UNISTD_H 1

#define ABSENT(n)		(KXT_I386_ROWS + (n))
#define __NR_accept		ABSENT(0)
#define __NR_epoll_ctl_old	ABSENT(1)
#define __NR_epoll_wait_old	ABSENT(2)
#define __NR_kexec_file_load	ABSENT(3)
#define __NR_newfstatat		ABSENT(4)
#define __NR_security		ABSENT(5)
#define __NR_semop		ABSENT(6)
#define __NR_semtimedop		ABSENT(7)
#define __NR_tuxcall		ABSENT(8)
#define __NR_uretprobe		ABSENT(9)
#define __NR_uprobe		ABSENT(10)
#define __NR_ABSENT		11

#include "../../calls/nr.h"
#include "args.h"
#include "compat.h"
#include "compat_print.h"
#include "desc.h"
#include "file.h"
#include "ipc.h"
#include "memory.h"
#include "misc.h"
#include "mount.h"
#include "net.h"
#include "process.h"
#include "signal.h"
#include "time.h"

#define WITHIN_ROW	(KXT_WITHIN_ROW - KXT_I386_ROWS)

static const struct call_info same[KXT_I386_ROWS + __NR_ABSENT] = {
#include "../../calls/all.tbl"
};

#define LIKE(...)
#define WITHIN(...)
#define INFO(name_, classes_, result_, note, ...)			\
	{ .name = (name_), .classes = (classes_), .result = (result_),	\
	  .annotate = (note),						\
	  .nr_args = sizeof((struct arg[]){ __VA_ARGS__ }) / sizeof(struct arg), \
	  .args = { __VA_ARGS__ } },
#define OWN(call, classes, result, ...)					\
	[__NR_##call] = INFO(#call, classes, result, NULL, __VA_ARGS__)
#define OWN_NOTE(call, classes, result, note, ...)			\
	[__NR_##call] = INFO(#call, classes, result, note, __VA_ARGS__)
#define OWN_WITHIN(call, name, classes, result, ...)			\
	[WITHIN_ROW + KXT_WITHIN_##call] = INFO(name, classes, result, NULL, __VA_ARGS__)

static const struct call_info own[KXT_I386_ROWS] = {
#include "../../calls/i386.tbl"
};

#undef LIKE
#undef WITHIN
#undef OWN
#undef OWN_NOTE
#undef OWN_WITHIN
#define OWN(...)
#define OWN_NOTE(...)
#define OWN_WITHIN(...)
#define LIKE(call, like_, ...)						\
	[__NR_##call] = { .name = #call, .like = __NR_##like_, ##__VA_ARGS__ },
#define WITHIN(call, name_, like_, ...)					\
	[WITHIN_ROW + KXT_WITHIN_##call] =				\
		{ .name = (name_), .like = (like_), ##__VA_ARGS__ },

const struct compat_row compat_rows[KXT_I386_ROWS] = {
#include "../../calls/i386.tbl"
};

const struct call_info *compat_base(uint32_t nr)
{
	const struct compat_row *row = &compat_rows[nr];

	if (row->name)
		return row->flags & COMPAT_OWN ? &own[row->like] : &same[row->like];
	if (own[nr].name)
		return &own[nr];
	return &same[nr];
}
