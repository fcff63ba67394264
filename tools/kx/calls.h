/* SPDX-License-Identifier: GPL-2.0-only */
/* The system calls: number, name, arguments. */
#ifndef KX_TOOL_CALLS_H
#define KX_TOOL_CALLS_H

#include <stdbool.h>
#include <stddef.h>

#define CALL_ARGS	6

struct call_arg {
	char name[24];
	const char *type;	/* as in C; "?": the table has a kind without one */
};

struct call {
	int number;
	const char *name;
	struct call_arg args[CALL_ARGS];
	size_t nr_args;
};

/* The next one after @number, -1 to begin with. false: there is none. */
bool call_next(int number, struct call *out);

/* By name or number. Return: 0; -ENOENT. */
int call_find(const char *word, struct call *out);

/* The name that was probably meant; NULL. */
const char *call_guess(const char *word);

#endif
