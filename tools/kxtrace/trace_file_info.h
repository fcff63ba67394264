/* SPDX-License-Identifier: GPL-2.0-only */
/* `kxtrace replay --info`: what a file of records says of itself. */
#ifndef KXTRACE_TRACE_FILE_INFO_H
#define KXTRACE_TRACE_FILE_INFO_H

#include "trace_file.h"

/* Reads the file to its end, prints on stdout; returns the exit status. */
int trace_file_info(struct trace_reader *reader);

#endif
