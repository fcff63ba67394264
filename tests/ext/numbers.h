/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* What the events' maker and those who look on agree on. */
#ifndef TESTS_EXT_NUMBERS_H
#define TESTS_EXT_NUMBERS_H

#define EVENTS_HOOKS	4
#define EVENTS_THREADS	2
#define EVENTS_OPTION	0x6b780000	/* of prctl(2), unknown to the kernel */
#define EVENTS_PORT	7777		/* of UDP: { magic, thread, number } */
#define EVENTS_MAGIC	0x6b78657674000000ULL

#endif
