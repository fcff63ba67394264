/* SPDX-License-Identifier: GPL-2.0-only */
/* Options: formats other than text. */
#ifndef KXTRACE_FORMAT_OPTIONS_H
#define KXTRACE_FORMAT_OPTIONS_H

struct format_options {
	char nothing_yet;
};

#endif
