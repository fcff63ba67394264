// SPDX-License-Identifier: GPL-2.0-only
/* Options: how the command is started. */
#include "family.h"

#include <errno.h>
#include <grp.h>
#include <pwd.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "../tips.h"
#include "words.h"

/* The value of a word, or -1. */
static int value_of(const struct word *words, size_t nr, const char *name)
{
	size_t i;

	for (i = 0; i < nr; i++)
		if (!strcmp(words[i].name, name))
			return words[i].value;
	return -1;
}

static int take_detach_on(struct options *opt, const char *call)
{
	if (strcmp(call, "execve")) {
		complain("-b %s: only at an execve can a task be let go: -b execve", call);
		return -EINVAL;
	}
	opt->start.detach_on_exec = true;
	return 0;
}

static int take_daemonize(struct options *opt, const char *how)
{
	static const struct word words[] = {
		{ "grandchild", DAEMONIZE_GRANDCHILD }, { "pgroup", DAEMONIZE_PGROUP },
		{ "pgrp", DAEMONIZE_PGROUP }, { "session", DAEMONIZE_SESSION },
	};
	int value;

	if (!how) {
		if (opt->start.daemonize < DAEMONIZE_SESSION)
			opt->start.daemonize++;
		return 0;
	}
	value = value_of(words, NR(words), how);
	if (value < 0) {
		complain("--daemonize=%s: one of grandchild, pgroup, session", how);
		return -EINVAL;
	}
	opt->start.daemonize = value;
	return 0;
}

static int take_env(struct options *opt, const char *variable)
{
	if (!*variable || *variable == '=') {
		complain("-E '%s': a name is missing: NAME=VALUE, or NAME to remove it", variable);
		return -EINVAL;
	}
	if (opt->start.nr_env == MAX_ENV) {
		complain("-E %s: at most %d variables", variable, MAX_ENV);
		return -EINVAL;
	}
	opt->start.env[opt->start.nr_env++] = variable;
	return 0;
}

static int take_interruptible(struct options *opt, const char *how)
{
	static const struct word words[] = {
		{ "1", INTERRUPT_ANYWHERE }, { "anywhere", INTERRUPT_ANYWHERE },
		{ "2", INTERRUPT_WAITING }, { "waiting", INTERRUPT_WAITING },
		{ "3", INTERRUPT_NEVER }, { "never", INTERRUPT_NEVER },
		{ "4", INTERRUPT_NEVER_TSTP }, { "never_tstp", INTERRUPT_NEVER_TSTP },
	};
	int value = value_of(words, NR(words), how);

	if (value < 0) {
		complain("-I %s: one of 1 (anywhere), 2 (waiting), 3 (never), 4 (never_tstp)", how);
		return -EINVAL;
	}
	opt->start.interruptible = value;
	return 0;
}

static int take_user(struct options *opt, const char *user)
{
	struct command_options *start = &opt->start;
	const char *colon = strchr(user, ':');
	const struct passwd *entry;
	uint64_t uid, gid;
	char number[16];

	start->user = user;
	if (!colon) {
		entry = getpwnam(user);
		if (!entry && parse_number(user, UINT32_MAX - 1, &uid))
			entry = getpwuid(uid);
		if (!entry) {
			complain("-u %s: no such user; for numbers without a name: UID:GID", user);
			return -EINVAL;
		}
		start->user_name = strdup(entry->pw_name);
		start->uid = entry->pw_uid;
		start->gid = entry->pw_gid;
		return start->user_name ? 0 : -ENOMEM;
	}
	if (colon - user < (int)sizeof(number)) {
		*stpncpy(number, user, colon - user) = '\0';
		if (parse_number(number, UINT32_MAX - 1, &uid) &&
		    parse_number(colon + 1, UINT32_MAX - 1, &gid)) {
			start->uid = uid;
			start->gid = gid;
			return 0;
		}
	}
	complain("-u %s: not UID:GID, two numbers", user);
	return -EINVAL;
}

static int take_argv0(struct options *opt, const char *name)
{
	opt->start.argv0 = name;
	return 0;
}

static int take_kill_on_exit(struct options *opt, const char *argument)
{
	(void)argument;
	opt->start.kill_on_exit = true;
	return 0;
}

static int take_debug(struct options *opt, const char *argument)
{
	(void)argument;
	opt->start.debug = true;
	return 0;
}

/* One word of --tips=[[id:]ID][,[format:]FORMAT] */
static int take_tip_word(void *ctx, char *word)
{
	struct command_options *start = ctx;
	static const struct word formats[] = {
		{ "none", TIPS_NOT }, { "compact", TIPS_COMPACT }, { "full", TIPS_FULL },
	};
	bool id = !strncmp(word, "id:", 3), format = !strncmp(word, "format:", 7);
	uint64_t number;
	int value;

	word += id ? 3 : format ? 7 : 0;
	value = id ? -1 : value_of(formats, NR(formats), word);
	if (value >= 0) {
		start->tips = value;
		return 0;
	}
	if (format)
		return -EINVAL;
	if (!strcmp(word, "random"))
		start->tip = -1;
	else if (parse_number(word, 1000000, &number))
		start->tip = number;
	else
		return -EINVAL;
	return 0;
}

static int take_tips(struct options *opt, const char *how)
{
	int err;

	opt->start.tips = TIPS_COMPACT;
	opt->start.tip = -1;
	err = how ? each_word(how, take_tip_word, &opt->start) : 0;
	if (err == -EINVAL)
		complain("--tips=%s: a number or random, then none, compact or full: --tips=3,full",
			 how);
	return err;
}

static const struct option_row rows[] = {
	{ 'E', "env", "NAME=VALUE", "set a variable of the command; NAME alone: remove it",
	  take_env, .rare = true },
	{ 'u', "user", "USER", "run the command as USER, or UID:GID", take_user, .rare = true },
	{ 0, "argv0", "NAME", "its argv[0]", take_argv0, .rare = true },
	{ 'b', "detach-on", "CALL", "execve: trace each task until it executes a program",
	  take_detach_on, .rare = true },
	{ 'D', NULL, NULL, "the tracer in the background; -DD: in its own group; -DDD: session",
	  take_daemonize, .rare = true },
	{ 0, "daemonize", "[HOW]", NULL, take_daemonize, .rare = true },
	{ 'I', "interruptible", "HOW", "signals: 1 or 2: end the trace; 3: do not; 4: nor SIGTSTP",
	  take_interruptible, .rare = true },
	{ 0, "kill-on-exit", NULL, "the command is killed when the tracer ends", take_kill_on_exit,
	  .rare = true },
	{ 'd', "debug", NULL, "tell on stderr what is loaded, attached and asked", take_debug,
	  .rare = true },
	{ 0, "tips", "[WHICH]", "show a hint for use at the end", take_tips, .rare = true },
};

/* What is said of a command that there is none of. */
static const char *of_command(const struct command_options *start)
{
	if (start->nr_env)
		return "-E";
	if (start->user)
		return "-u";
	if (start->argv0)
		return "--argv0";
	if (start->daemonize)
		return "-D";
	return start->kill_on_exit ? "--kill-on-exit" : NULL;
}

static int judge(struct options *opt)
{
	struct command_options *start = &opt->start;
	const char *option = opt->command ? NULL : of_command(start);

	if (option) {
		complain("%s: needs a COMMAND, which it is about", option);
		return -EINVAL;
	}
	if (start->user && geteuid()) {
		complain("-u %s: only root can run a command as another user", start->user);
		return -EPERM;
	}
	if (start->kill_on_exit && start->daemonize) {
		complain("--kill-on-exit and -D: the command is then not the tracer's; leave one out");
		return -EINVAL;
	}
	if (start->daemonize && start->interruptible == INTERRUPT_DEFAULT)
		start->interruptible = INTERRUPT_NEVER_TSTP;
	if (!start->tips || opt->command || opt->nr_pids || opt->all || opt->replay)
		return 0;
	tips_show(start->tips == TIPS_FULL, start->tip);
	return 1;
}

const struct option_family command_options = {
	"How the command is started", rows, NR(rows), NULL, 0, judge,
};
