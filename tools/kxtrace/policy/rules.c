// SPDX-License-Identifier: GPL-2.0-only
/* Reads a policy file: one rule a line, "ACTION OPERATIONS [CONDITION VALUES]...". */
#include <ctype.h>
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../options.h"
#include "rules.h"

#define MAX_SETS	128
#define MAX_LINE	8192

static const struct {
	const char *name;
	uint32_t ops;
} ops[] = {
	{ "read", KXP_READ }, { "write", KXP_WRITE }, { "create", KXP_CREATE },
	{ "exec", KXP_EXEC }, { "unlink", KXP_UNLINK }, { "rename", KXP_RENAME },
	{ "link", KXP_LINK }, { "chmod", KXP_CHMOD }, { "chown", KXP_CHOWN },
	{ "mount", KXP_MOUNT }, { "umount", KXP_UMOUNT }, { "ptrace", KXP_PTRACE },
	{ "kill", KXP_KILL }, { "connect", KXP_CONNECT }, { "bind", KXP_BIND },
	{ "bpf", KXP_BPF }, { "open", KXP_READ | KXP_WRITE },
};

#define ON_PATHS	(KXP_CONNECT - 1)
#define ON_ADDRESSES	(KXP_CONNECT | KXP_BIND)
#define ON_ALL		(ON_PATHS | ON_ADDRESSES | KXP_BPF)

/* Hooks that run where no task can be made to wait. */
#define NOT_ASKED	(KXP_PTRACE | KXP_KILL | KXP_BPF)

static const struct {
	const char *word;
	uint32_t ops;		/* that have such a thing */
} conditions[] = {
	[ON_PATH] = { "path", ON_PATHS },
	[ON_ADDRESS] = { "to", ON_ADDRESSES },
	[ON_PORT] = { "port", ON_ADDRESSES },
	[ON_UID] = { "uid", ON_ALL },
	[ON_COMM] = { "comm", ON_ALL },
	[ON_EXE] = { "exe", ON_ALL },
	[ON_CGROUP] = { "cgroup", ON_ALL },
	[ON_UNDER] = { "under", ON_ALL },
};

static const char *const actions[] = {
	[KXP_ALLOW] = "allow", [KXP_LOG] = "log", [KXP_ERROR] = "error",
	[KXP_KILL_IT] = "kill", [KXP_LIMIT] = "limit", [KXP_ASK] = "ask",
};

#define COUNT_OF(array)	(sizeof(array) / sizeof((array)[0]))

uint32_t op_by_name(const char *name, size_t len)
{
	for (size_t i = 0; i < COUNT_OF(ops); i++)
		if (strlen(ops[i].name) == len && !strncmp(ops[i].name, name, len))
			return ops[i].ops;
	return 0;
}

const char *op_name(uint32_t op)
{
	for (size_t i = 0; i < COUNT_OF(ops); i++)
		if (ops[i].ops & op)
			return ops[i].name;
	return "?";
}

const char *action_name(uint32_t action)
{
	return action < COUNT_OF(actions) ? actions[action] : "?";
}

struct set {
	char *name;
	struct values values;
};

/* A file that is being read, at one of its lines. */
struct parser {
	struct rules *rules;
	const char *file;
	const char *text;	/* the line */
	const char *at;
	unsigned int line;
	struct set sets[MAX_SETS];
	size_t nr_sets;
};

static void show_place(const char *file, unsigned int line, unsigned int column)
{
	fprintf(stderr, "kxtrace: %s:%u:%u: ", file, line, column + 1);
}

static void show_caret(const char *text, unsigned int column)
{
	fprintf(stderr, "\n  %s\n  ", text);
	for (unsigned int i = 0; i < column && text[i]; i++)
		fputc(text[i] == '\t' ? '\t' : ' ', stderr);
	fputs("^\n", stderr);
}

__attribute__((format(printf, 3, 4)))
static int refuse(const struct parser *p, const char *at, const char *format, ...)
{
	va_list args;

	show_place(p->file, p->line, at - p->text);
	va_start(args, format);
	vfprintf(stderr, format, args);
	va_end(args);
	show_caret(p->text, at - p->text);
	return -EINVAL;
}

int rule_refuse(const struct rule *rule, const struct value *value, const char *format, ...)
{
	va_list args;

	show_place(rule->file, rule->line, value->column);
	va_start(args, format);
	vfprintf(stderr, format, args);
	va_end(args);
	show_caret(rule->text, value->column);
	return -EINVAL;
}

static void skip(struct parser *p)
{
	while (isspace((unsigned char)*p->at))
		p->at++;
	if (*p->at == '#')
		p->at += strlen(p->at);
}

/* A word: up to a blank, a comma or a brace; or what is between quotes. */
static int take_word(struct parser *p, const char **word, size_t *len)
{
	const char *end;

	skip(p);
	if (*p->at == '"') {
		end = strchr(p->at + 1, '"');
		if (!end)
			return refuse(p, p->at, "the quotes are not closed: write another \" at its end");
		*word = p->at + 1;
		*len = end - *word;
		p->at = end + 1;
		return 0;
	}
	*word = p->at;
	*len = strcspn(p->at, " \t\r\n,{}\"");
	p->at += *len;
	return 0;
}

static void values_free(struct values *values)
{
	for (size_t i = 0; i < values->nr; i++)
		free(values->list[i].text);
	free(values->list);
	*values = (struct values){};
}

static int values_add(struct parser *p, struct values *values, const char *text, size_t len,
		      const char *at)
{
	struct value *grown;

	if (values->nr >= MAX_VALUES)
		return refuse(p, at, "more than %d values: divide them among several rules", MAX_VALUES);
	grown = reallocarray(values->list, values->nr + 1, sizeof(*grown));
	if (!grown)
		return -ENOMEM;
	values->list = grown;
	grown[values->nr].column = at - p->text;
	grown[values->nr].text = strndup(text, len);
	return grown[values->nr].text ? (values->nr++, 0) : -ENOMEM;
}

static int add_set(struct parser *p, struct values *values, const char *name, size_t len)
{
	int err = 0;

	for (size_t i = 0; i < p->nr_sets; i++) {
		struct set *set = &p->sets[i];

		if (strlen(set->name) != len || strncmp(set->name, name, len))
			continue;
		for (size_t j = 0; j < set->values.nr && !err; j++)
			err = values_add(p, values, set->values.list[j].text,
					 strlen(set->values.list[j].text), name - 1);
		return err;
	}
	return refuse(p, name - 1, "there is no set %.*s: write \"set %.*s = { ... }\" in a line before",
		      (int)len, name, (int)len, name);
}

static int add_value(struct parser *p, struct values *values)
{
	const char *word;
	bool quoted;
	size_t len;
	int err;

	skip(p);
	quoted = *p->at == '"';
	err = take_word(p, &word, &len);
	if (err)
		return err;
	if (!len)
		return refuse(p, p->at, "a value is missing here");
	if (!quoted && *word == '$')
		return add_set(p, values, word + 1, len - 1);
	return values_add(p, values, word, len, word);
}

/* VALUE, VALUE,VALUE or { VALUE, VALUE ... } */
static int take_values(struct parser *p, struct values *values)
{
	const char *open;
	bool braces;
	int err;

	skip(p);
	open = p->at;
	braces = *p->at == '{';
	p->at += braces;
	do {
		err = add_value(p, values);
		if (err)
			return err;
		skip(p);
	} while ((*p->at == ',' && *p->at++) || (braces && *p->at && *p->at != '}'));
	if (!braces)
		return 0;
	if (*p->at != '}')
		return refuse(p, open, "the brace is not closed: write } at the end of the set");
	p->at++;
	return 0;
}

static int take_set(struct parser *p)
{
	struct set *set = &p->sets[p->nr_sets];
	const char *name;
	size_t len;
	int err;

	err = take_word(p, &name, &len);
	if (err)
		return err;
	if (!len || p->nr_sets == MAX_SETS)
		return refuse(p, name, len ? "there are too many sets" : "the set has no name");
	skip(p);
	if (*p->at++ != '=')
		return refuse(p, p->at - 1, "= is missing between the set's name and its values");
	set->name = strndup(name, len);
	set->values = (struct values){};
	if (!set->name)
		return -ENOMEM;
	p->nr_sets++;
	return take_values(p, &set->values);
}

static int take_error(struct parser *p, struct rule *rule, bool needed)
{
	const char *start, *word;
	size_t len;
	int err;

	skip(p);
	start = p->at;
	err = take_word(p, &word, &len);
	if (err)
		return err;
	for (uint32_t nr = 1; nr < 134; nr++) {
		const char *name = strerrorname_np(nr);

		if (name && strlen(name) == len && !strncmp(name, word, len)) {
			rule->error = nr;
			return 0;
		}
	}
	p->at = start;
	return needed ? refuse(p, word, "not an error: write EACCES, EPERM, ENOENT or another of errno(3)") : 0;
}

static int take_rate(struct parser *p, struct rule *rule)
{
	const char *word;
	char *end;
	size_t len;
	long rate;
	int err = take_word(p, &word, &len);

	if (err)
		return err;
	rate = strtol(word, &end, 10);
	if (end == word || strncmp(end, "/s", 2) || end + 2 != word + len || rate < 1 || rate > 1000000)
		return refuse(p, word, "not a rate: write 1/s to 1000000/s");
	rule->rate = rate;
	rule->error = EAGAIN;
	return take_error(p, rule, false);
}

static int take_door(struct parser *p, struct rule *rule)
{
	const char *word;
	size_t len;
	int err = take_word(p, &word, &len);

	if (err)
		return err;
	if (!len || len >= sizeof(rule->door))
		return refuse(p, word, "ask needs a word of at most %zu bytes, by which the service knows the question",
			      sizeof(rule->door) - 1);
	memcpy(rule->door, word, len);
	return 0;
}

static int take_action(struct parser *p, struct rule *rule)
{
	const char *word;
	size_t len;
	int err = take_word(p, &word, &len);

	if (err)
		return err;
	for (rule->action = 0; rule->action < COUNT_OF(actions); rule->action++)
		if (strlen(actions[rule->action]) == len &&
				!strncmp(actions[rule->action], word, len))
			break;
	rule->error = rule->action == KXP_KILL_IT ? EPERM : 0;
	switch (rule->action) {
	case COUNT_OF(actions):
		return refuse(p, word, "a rule begins with allow, log, error, kill, limit or ask; a set with set");
	case KXP_ERROR:
		return take_error(p, rule, true);
	case KXP_LIMIT:
		return take_rate(p, rule);
	case KXP_ASK:
		return take_door(p, rule);
	default:
		return 0;
	}
}

static int take_ops(struct parser *p, struct rule *rule)
{
	const char *word;
	size_t len;
	uint32_t op;
	int err;

	do {
		err = take_word(p, &word, &len);
		if (err)
			return err;
		op = op_by_name(word, len);
		if (!op)
			return refuse(p, word, "not an operation: open, read, write, create, exec, unlink, rename, link, chmod, chown, mount, umount, ptrace, kill, connect, bind or bpf");
		if (rule->action == KXP_ASK && op & NOT_ASKED)
			return refuse(p, word, "nobody can be asked about %.*s: the kernel cannot wait there",
				      (int)len, word);
		rule->ops |= op;
	} while (*p->at == ',' && p->at++);
	return 0;
}

static int take_condition(struct parser *p, struct rule *rule)
{
	const char *word;
	size_t i, len;
	int err = take_word(p, &word, &len);

	if (err)
		return err;
	for (i = 0; i < NR_CONDITIONS; i++)
		if (strlen(conditions[i].word) == len && !strncmp(conditions[i].word, word, len))
			break;
	if (i == NR_CONDITIONS)
		return refuse(p, word, "not a condition: path, to, port, uid, comm, exe, cgroup or under");
	if (rule->ops & ~conditions[i].ops)
		return refuse(p, word, "%s has no %s: this condition can never be true; take that operation out of the rule",
			      op_name(rule->ops & ~conditions[i].ops), conditions[i].word);
	if (rule->on[i].nr)
		return refuse(p, word, "%s is there twice: write all its values after the first", conditions[i].word);
	return take_values(p, &rule->on[i]);
}

/* Of the text without comment and with single blanks, so that it stays over a reload. */
static uint64_t id_of(const char *text)
{
	uint64_t hash = 0xcbf29ce484222325;

	for (; *text && *text != '#'; text++)
		if (!isspace((unsigned char)*text))
			hash = (hash ^ (unsigned char)*text) * 0x100000001b3;
	return hash;
}

static int take_rule(struct parser *p)
{
	struct rules *rules = p->rules;
	struct rule *rule;
	int err;

	if (rules->nr == MAX_RULES)
		return refuse(p, p->at, "more than %d rules", MAX_RULES);
	rule = reallocarray(rules->list, rules->nr + 1, sizeof(*rule));
	if (!rule)
		return -ENOMEM;
	rules->list = rule;
	rule += rules->nr++;
	*rule = (struct rule){ .file = p->file, .line = p->line, .id = id_of(p->text) };
	rule->text = strdup(p->text);
	err = rule->text ? take_action(p, rule) : -ENOMEM;
	if (!err)
		err = take_ops(p, rule);
	while (!err && (skip(p), *p->at))
		err = take_condition(p, rule);
	return err;
}

static int take_line(struct parser *p)
{
	int err;

	skip(p);
	if (!*p->at)
		return 0;
	if (strncmp(p->at, "set", 3) || !isspace((unsigned char)p->at[3]))
		return take_rule(p);
	p->at += 3;
	err = take_set(p);
	skip(p);
	if (!err && *p->at)
		return refuse(p, p->at, "nothing may follow a set");
	return err;
}

int rules_parse(struct rules *rules, FILE *file, const char *path)
{
	struct parser p = { .rules = rules, .file = path };
	char line[MAX_LINE];
	int err = 0;

	while (!err && fgets(line, sizeof(line), file)) {
		p.line++;
		p.text = line;
		p.at = line;
		if (strlen(line) == sizeof(line) - 1)
			err = refuse(&p, line, "the line is longer than %d bytes: make it a set and several rules", MAX_LINE - 2);
		line[strcspn(line, "\n")] = 0;
		if (!err)
			err = take_line(&p);
	}
	if (!err && ferror(file)) {
		err = -EIO;
		complain("policy: %s: cannot be read", path);
	}
	for (size_t i = 0; i < p.nr_sets; i++) {
		free(p.sets[i].name);
		values_free(&p.sets[i].values);
	}
	return err;
}

int rules_read(struct rules *rules, const char *path)
{
	FILE *file = fopen(path, "re");
	int err;

	if (!file) {
		err = -errno;
		complain("policy: %s: cannot be read: %s", path, strerror(-err));
		return err;
	}
	err = rules_parse(rules, file, path);
	fclose(file);
	return err;
}

void rules_free(struct rules *rules)
{
	for (size_t i = 0; i < rules->nr; i++) {
		free(rules->list[i].text);
		for (size_t j = 0; j < NR_CONDITIONS; j++)
			values_free(&rules->list[i].on[j]);
	}
	free(rules->list);
}
