/* SPDX-License-Identifier: GPL-2.0-only */
/* Options: records in files, replayed later; when to stop. */
#ifndef KXTRACE_RECORDING_OPTIONS_H
#define KXTRACE_RECORDING_OPTIONS_H

struct recording_options {
	char nothing_yet;
};

#endif
