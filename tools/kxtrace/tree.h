/* SPDX-License-Identifier: GPL-2.0-only */
/* Arguments as a tree: the printed text taken apart, written as JSON or back as text. */
#ifndef KXTRACE_TREE_H
#define KXTRACE_TREE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "out.h"

enum tree_kind {
	TREE_LIST,		/* the root: values between the brackets of a call */
	TREE_NULL,		/* NULL */
	TREE_NUMBER,		/* 12, -1, 0x1f, 0644, 0.25 */
	TREE_SYMBOL,		/* AT_FDCWD, &sin6_addr, ??? */
	TREE_STRING,		/* "text", @"text", "text"... */
	TREE_MORE,		/* ... */
	TREE_FLAGS,		/* A|B|0x40: two children or more */
	TREE_STRUCT,		/* {name=value, value, ...} */
	TREE_ARRAY,		/* [value, [INDEX]=value, ...] */
	TREE_SET,		/* [INT CHLD], ~[INT] */
	TREE_CALL,		/* makedev(0x8, 0x1) */
	TREE_CHANGED,		/* a => b: two children */
	TREE_COMMENT,		/* a, and a comment behind it: one child */
	TREE_DECORATED,		/* 3</etc/hosts>: one child */
	TREE_EXPRESSION,	/* 21<<26, A && B == 3: operands and operators in turn */
	TREE_OPERATOR,
	TREE_RAW,		/* what was not understood, as it is */
};

/* Properties of a node. */
#define TREE_CUT	1	/* STRING: there was more */
#define TREE_AT		2	/* STRING: an @ before it */
#define TREE_NOT	4	/* SET: all but these */
#define TREE_INDEX	8	/* its name stands in brackets: [VMIN]=1 */
#define TREE_HEX	16	/* NUMBER: 0x1f */
#define TREE_OCT	32	/* NUMBER: 0644 */
#define TREE_OPEN	64	/* LIST: ends with a comma, the call did not return */
#define TREE_DELETED	128	/* DECORATED: (deleted) behind it */

/* `at` and `name` are places in the text; 0 as `child` or `next`: none. */
struct tree_node {
	uint8_t kind;
	uint8_t flags;
	uint16_t name_len;	/* 0: no name */
	uint32_t name;
	uint32_t at;
	uint32_t len;
	uint32_t child;
	uint32_t next;
};

/* Node 0 is the root. The text is the caller's, and must stay. */
struct tree {
	const char *text;
	size_t len;
	struct tree_node *nodes;
	uint32_t nr;
	uint32_t cap;
	uint64_t raw;		/* texts that were not understood, so far */
};

int tree_init(struct tree *tree);
void tree_done(struct tree *tree);

/*
 * Takes a list of values apart. What is not understood, or is nested too deep,
 * becomes one raw node; it is never an error.
 */
void tree_parse(struct tree *tree, const char *text, size_t len);

/* The text again, from the nodes. */
void tree_write_text(struct out *o, const struct tree *tree, uint32_t node);

/* One value as JSON; for the root, an array. */
void tree_write_json(struct out *o, const struct tree *tree, uint32_t node);

/* A JSON string, with its quotes; what is not UTF-8 becomes U+FFFD. */
void json_string(struct out *o, const char *text, size_t len);
/* The same without the quotes. */
void json_body(struct out *o, const char *text, size_t len);

#endif
