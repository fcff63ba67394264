/* SPDX-License-Identifier: GPL-2.0-only */
/* Users, groups and capabilities. */
#ifndef KXTRACE_CREDS_H
#define KXTRACE_CREDS_H

#include <linux/capability.h>

#include "args.h"

arg_printer print_id, print_id_pointer, print_id_list;
arg_printer print_cap_header, print_cap_data;

#define ID(n)		{ n, print_id }
#define ID_PTR(n)							\
	{ n, print_id_pointer, CAPTURE(FIXED, OUT, KXT_FROM_NONE, 4) }
/* A version that it does not know the kernel replaces. */
#define CAP_HEADER(n)							\
	STRUCT(n, print_cap_header, IN_EARLY, struct __user_cap_header_struct)
/* Two of them since version 2, which everyone uses. */
#define CAP_DATA(n, when)						\
	STRUCT(n, print_cap_data, when, struct __user_cap_data_struct[2])
#define ID_LIST(n, when, from)	ARRAY(n, print_id_list, when, from, uint32_t)

#endif
