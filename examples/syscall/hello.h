/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* What the caller and the kernel side hand to each other. */
#ifndef HELLO_H
#define HELLO_H

struct hello_in {
	char name[100];
};

struct hello_out {
	char text[64];
	unsigned int len;	/* of the name, as the kernel side saw it */
};

#endif
