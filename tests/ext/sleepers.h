/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Numbered events for programs that may sleep. */
#ifndef TESTS_EXT_SLEEPERS_H
#define TESTS_EXT_SLEEPERS_H

#include "events.h"

#include <kx/sleep.bpf.h>

/* So that they do what only such programs may. */
static __always_inline void may_sleep(const void *user)
{
	char byte;

	bpf_copy_from_user(&byte, sizeof(byte), user);
}

#endif
