/* SPDX-License-Identifier: GPL-2.0-only */
/* What the extensions and the programs of the tests of shares and intakes agree on. */
#ifndef SHR_H
#define SHR_H

#define NR_PAIRS	8
#define FACTOR		7

struct pair {
	struct kx_seq seq;
	unsigned int unused;
	unsigned long long a;
	unsigned long long b;
};

/* A record that knows when half of it is another's. */
struct numbered {
	unsigned long long number;
	unsigned int unused;
	unsigned int check;	/* of number */
	unsigned char fill[112]; /* (unsigned char)number, each */
};

enum kind {
	KIND_NONE,
	KIND_EVEN,
	KIND_ODD,
};

struct entry_limits {
	unsigned char low;
	unsigned char high;
};

struct listed {
	unsigned int id;
	short weight;
	enum kind kind;
	char name[16];
	struct entry_limits limits[2];
};

#endif
