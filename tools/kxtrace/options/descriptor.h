/* SPDX-License-Identifier: GPL-2.0-only */
/* Options: files behind descriptors, and selection by them. */
#ifndef KXTRACE_DESCRIPTOR_OPTIONS_H
#define KXTRACE_DESCRIPTOR_OPTIONS_H

struct descriptor_options {
	char nothing_yet;
};

#endif
