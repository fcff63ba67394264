/* SPDX-License-Identifier: GPL-2.0-only */
/* What libbpf's and the verifier's messages say about a failed load. */
#ifndef KX_VERDICT_H
#define KX_VERDICT_H

/* Parts are "" when the messages do not have them. */
struct verdict {
	char prog[64];		/* the program that was refused */
	char reason[256];	/* the verifier's last words */
	char source[160];	/* the line of C it was looking at */
	char where[80];		/* FILE:LINE of that, on kernels that tell */
	char map[64];		/* the map that could not be made */
	char hook[128];		/* what the program is for, missing in BTF */
	char cause[256];	/* libbpf's first and most specific complaint */
};

/* @log: text as libbpf prints it, untrusted: any bytes, any length. */
void verdict_read(const char *log, struct verdict *out);

#endif
