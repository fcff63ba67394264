/* SPDX-License-Identifier: GPL-2.0-only */
/* Options: how arguments and lines look. */
#ifndef KXTRACE_SHOW_H
#define KXTRACE_SHOW_H

struct show_options {
	char nothing_yet;
};

#endif
