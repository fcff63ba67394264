/* SPDX-License-Identifier: GPL-2.0-only */
/* The rules of a policy file, as they were written. */
#ifndef KXTRACE_POLICY_RULES_H
#define KXTRACE_POLICY_RULES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "../../../bpf/kxpolicy.h"

#define MAX_RULES	2048
#define MAX_VALUES	1024

/* The conditions that a rule may have; the words are in the table of rules.c. */
enum condition {
	ON_PATH,
	ON_ADDRESS,
	ON_PORT,
	ON_UID,
	ON_COMM,
	ON_EXE,
	ON_CGROUP,
	ON_UNDER,
	NR_CONDITIONS,
};

struct value {
	char *text;
	unsigned int column;
};

struct values {
	struct value *list;
	size_t nr;
};

struct rule {
	uint64_t id;		/* of its text without blanks: the key of its counters */
	char *text;
	const char *file;
	unsigned int line;
	uint32_t ops;
	uint32_t action;
	uint32_t error;
	uint32_t rate;
	char door[KXP_COMM];
	struct values on[NR_CONDITIONS];
};

struct rules {
	struct rule *list;
	size_t nr;
};

/*
 * Reads a policy file. 0, or a negative errno after the place, the line, a caret, and
 * what is wrong on stderr.
 */
int rules_read(struct rules *rules, const char *path);
/* The same of an open file, which stays open; it is called `path`, which has to live on. */
int rules_parse(struct rules *rules, FILE *file, const char *path);
void rules_free(struct rules *rules);

/* One operation or "open"; 0: there is none of that name. */
uint32_t op_by_name(const char *name, size_t len);
const char *op_name(uint32_t op);
const char *action_name(uint32_t action);

/* Complains of a value: the file, the line, the column, the rule and a caret. */
int rule_refuse(const struct rule *rule, const struct value *value, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

#endif
