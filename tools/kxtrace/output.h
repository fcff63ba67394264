/* SPDX-License-Identifier: GPL-2.0-only */
/* Where text goes: a file, a program that reads it, or a file for each task. */
#ifndef KXTRACE_OUTPUT_H
#define KXTRACE_OUTPUT_H

#include "files.h"
#include "options.h"
#include "out.h"

struct output {
	const char *name;	/* as the user gave it */
	pid_t reader;		/* of a pipe; 0: none */
	struct files *files;	/* -ff; NULL: all goes to one place */
	int fd;			/* that was opened; 0: none */
};

/*
 * Opens what -o names, and has `out` write there; without -o nothing happens. On
 * failure one sentence has been printed.
 */
int output_open(struct output *output, const struct options *opt, struct out *out);

/* After the last text: waits for a reader, and tells how it failed. */
void output_close(struct output *output);

#endif
