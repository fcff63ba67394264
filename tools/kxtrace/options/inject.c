// SPDX-License-Identifier: GPL-2.0-only
/* Options: what is done to calls, not only shown of them. */
#include "family.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "../decode/errno.h"

#define MAX_ERRNO	4095
#define MAX_WHEN	65535

/* One expression, while it is read. */
struct expression {
	const char *what;	/* inject or fault */
	const char *text;	/* all of it, for messages */
	struct inject_rule rule;
	bool enter;		/* delay_enter= was there */
	bool exit;
};

static int complain_word(const struct expression *e, const char *word, const char *why)
{
	complain("-e %s=%s: %s: %s", e->what, e->text, word, why);
	return -EINVAL;
}

static int errno_by_name(const char *word)
{
	uint64_t nr;
	int err;

	if (parse_number(word, MAX_ERRNO, &nr))
		return nr;
	for (err = 1; err <= MAX_ERRNO; err++)
		if (errno_name(err) && !strcasecmp(errno_name(err), word))
			return err;
	return 0;
}

static int take_error(struct expression *e, const char *value)
{
	int err = errno_by_name(value);

	if (e->rule.answered)
		return complain_word(e, "error", "there is one result only, of error= or retval=");
	if (!err)
		return complain_word(e, value, "no such error; ENOENT, EACCES or a number up to 4095");
	e->rule.answered = true;
	e->rule.result = -err;
	return 0;
}

/* As strace reads it: also hexadecimal, octal and negative. */
static int take_retval(struct expression *e, const char *value)
{
	char *end;

	if (e->rule.answered)
		return complain_word(e, "retval", "there is one result only, of error= or retval=");
	errno = 0;
	e->rule.result = strtoull(value, &end, 0);
	if (errno || end == value || *end)
		return complain_word(e, value, "not a number that a call can return");
	e->rule.answered = true;
	if (e->rule.result < 0 && e->rule.result >= -MAX_ERRNO)
		complain("-e %s=%s: programs take %s for error %d", e->what, e->text, value,
			 (int)-e->rule.result);
	return 0;
}

static int take_signal(struct expression *e, const char *value)
{
	uint64_t signals = 0;

	if (e->rule.signal)
		return complain_word(e, "signal", "there is one signal only");
	if (!*value || strpbrk(value, ",!") || !strcmp(value, "all") || !strcmp(value, "none"))
		return complain_word(e, value, "one signal is needed; kill -l lists them");
	if (select_signals(&signals, value))
		return -EINVAL;
	e->rule.signal = __builtin_ctzll(signals) + 1;
	return 0;
}

/* A number alone is in microseconds. */
static bool parse_delay(const char *text, uint64_t *ns)
{
	char us[32];

	if (!text[strspn(text, "0123456789.")] && strlen(text) < sizeof(us) - 2) {
		strcpy(stpcpy(us, text), "us");
		text = us;
	}
	return parse_duration(text, ns);
}

static int take_delay(struct expression *e, const char *name, const char *value, bool *seen,
		      uint64_t *ns)
{
	if (*seen)
		return complain_word(e, name, "it is there twice");
	if (!parse_delay(value, ns))
		return complain_word(e, value, "not a time; 500 or 500us, 20ms, 1.5s");
	*seen = true;
	e->rule.delayed = true;
	return 0;
}

static int take_delay_enter(struct expression *e, const char *value)
{
	return take_delay(e, "delay_enter", value, &e->enter, &e->rule.enter_ns);
}

static int take_delay_exit(struct expression *e, const char *value)
{
	return take_delay(e, "delay_exit", value, &e->exit, &e->rule.exit_ns);
}

/* A number of a call, and what follows it. */
static bool parse_count(const char **at, uint32_t max, uint32_t *value)
{
	unsigned long n;
	char *end;

	if (**at < '0' || **at > '9')
		return false;
	errno = 0;
	n = strtoul(*at, &end, 10);
	if (errno || !n || n > max)
		return false;
	*at = end;
	*value = n;
	return true;
}

/* FIRST[..LAST][+[STEP]] */
static int take_when(struct expression *e, const char *value)
{
	struct inject_rule *rule = &e->rule;
	const char *at = value;
	bool good;

	rule->last = rule->step = 0;
	good = parse_count(&at, MAX_WHEN, &rule->first);
	if (good && !strncmp(at, "..", 2)) {
		at += 2;
		rule->step = 1;
		good = parse_count(&at, MAX_WHEN - 1, &rule->last) && rule->last >= rule->first;
	}
	if (good && *at == '+') {
		at++;
		rule->step = 1;
		good = !*at || parse_count(&at, MAX_WHEN, &rule->step);
	}
	if (!good || *at)
		return complain_word(e, value, "not FIRST[..LAST][+[STEP]], as 3, 3+, 1..9+2, of 1 to 65535");
	return 0;
}

static const struct {
	const char *name;
	int (*take)(struct expression *e, const char *value);
	bool of_fault;
	const char *refusal;
} actions[] = {
	{ "error", take_error, true },
	{ "retval", take_retval },
	{ "signal", take_signal },
	{ "delay_enter", take_delay_enter },
	{ "delay_exit", take_delay_exit },
	{ "when", take_when, true },
	{ "syscall", .refusal = "the kernel puts no other call in a call's place here; error= and retval= make none at all" },
	{ "poke_enter", .refusal = "memory of the traced process is not written to, by design" },
	{ "poke_exit", .refusal = "memory of the traced process is not written to, by design" },
};

static int take_action(struct expression *e, const char *word)
{
	const char *value = strchr(word, '=');
	bool fault = !strcmp(e->what, "fault");
	size_t i, len = value ? (size_t)(value++ - word) : strlen(word);

	for (i = 0; i < NR(actions); i++) {
		if (strlen(actions[i].name) != len || memcmp(actions[i].name, word, len))
			continue;
		if (!value)
			return complain_word(e, word, "= and a value are missing");
		if (actions[i].refusal)
			return complain_word(e, actions[i].name, actions[i].refusal);
		if (fault && !actions[i].of_fault)
			return complain_word(e, actions[i].name, "fault= takes error= and when=; inject= takes this");
		return actions[i].take(e, value);
	}
	return complain_word(e, word, "one of error=, retval=, signal=, delay_enter=, delay_exit=, when=");
}

static int judge_rule(struct expression *e)
{
	struct inject_rule *rule = &e->rule;

	if (!rule->answered && !strcmp(e->what, "fault")) {
		rule->answered = true;
		rule->result = -ENOSYS;
	}
	if (!rule->answered && !rule->signal && !rule->delayed)
		return complain_word(e, "nothing to do", "error=, retval=, signal=, delay_enter= or delay_exit= is needed");
	if (!rule->answered && rule->exit_ns > MAX_EXIT_DELAY_NS)
		return complain_word(e, "delay_exit", "a call that was made waits in the kernel, at most 10ms; delay_enter= has no limit, nor has delay_exit= with error= or retval=");
	return 0;
}

static int add_rule(struct inject_options *inject, const struct expression *e, const char *set)
{
	bool chosen[KXT_NR_ROWS];
	unsigned int row;

	if (inject->nr_rules == MAX_INJECTS)
		return complain_word(e, set, "there are 64 of these already");
	if (select_calls(chosen, e->what, set))
		return -EINVAL;
	inject->rules[inject->nr_rules++] = e->rule;
	for (row = 0; row < KXT_NR_ROWS; row++)
		if (chosen[row])
			inject->of_row[row] = inject->nr_rules;
	return 0;
}

static int take_expression(struct options *opt, const char *what, const char *text)
{
	struct expression e = { .what = what, .text = text, .rule = { .first = 1, .step = 1 } };
	char *words = strdup(text), *rest = words, *set, *word;
	int err = words ? 0 : -ENOMEM;

	set = strsep(&rest, ":");
	while (!err && (word = strsep(&rest, ":")))
		err = *word ? take_action(&e, word) : 0;
	if (!err)
		err = judge_rule(&e);
	if (!err)
		err = add_rule(&opt->inject, &e, set);
	free(words);
	return err;
}

static int take_inject(struct options *opt, const char *text)
{
	return take_expression(opt, "inject", text);
}

static int take_fault(struct options *opt, const char *text)
{
	return take_expression(opt, "fault", text);
}

static const struct option_row rows[] = {
	{ 0, "inject", "SET:DO", "a command's calls: error=E, retval=N, signal=S, delay_enter=T, when=N", take_inject,
	  .rare = true },
	{ 0, "fault", "SET[:DO]", "the same for error= and when=; the error is ENOSYS unless told", take_fault,
	  .rare = true },
};

static const struct qualifier qualifiers[] = {
	{ "inject\0", take_inject },
	{ "fault\0", take_fault },
};

/* Why calls cannot be tampered with in a trace like this; NULL: they can. */
static const char *obstacle(const struct options *opt)
{
	if (opt->replay)
		return "what is in a record has happened; it is for a COMMAND";
	if (opt->nr_pids || opt->all || !opt->command)
		return "calls can be answered only in a COMMAND that kxtrace starts; for processes that run already: kxtrace policy";
	if (opt->start.detach_on_exec)
		return "does not end with -b execve, when a task is let go; leave one out";
	if (opt->descriptor.nr_paths || opt->descriptor.by_fd)
		return "cannot go by -P or --trace-fds, and would be of all files; leave them out";
	if (opt->hooks == HOOKS_CALLS)
		return "needs the hooks on all calls; leave out --hooks=calls";
	return NULL;
}

/* As in strace, a call that is not traced is not tampered with. */
static void leave_untraced(struct options *opt)
{
	unsigned int row;

	for (row = 0; row < KXT_NR_ROWS; row++)
		if (!opt->selected[row])
			opt->inject.of_row[row] = 0;
}

static int judge(struct options *opt)
{
	const char *why = opt->inject.nr_rules ? obstacle(opt) : NULL;

	leave_untraced(opt);
	if (!why)
		return 0;
	complain("-e inject=: %s", why);
	return -EINVAL;
}

const struct option_family inject_options = {
	"Tamper with the calls of a command", rows, NR(rows), qualifiers, NR(qualifiers), judge,
};
