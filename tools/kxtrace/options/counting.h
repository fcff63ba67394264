/* SPDX-License-Identifier: GPL-2.0-only */
/* Options: counting instead of showing. */
#ifndef KXTRACE_COUNTING_H
#define KXTRACE_COUNTING_H

struct counting_options {
	char nothing_yet;
};

#endif
