// SPDX-License-Identifier: GPL-2.0-only
/* -e trace=SET and -e signal=SET: names, %classes, regular expressions. */
#include <errno.h>
#include <regex.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "decode.h"
#include "decode/sigset.h"
#include "options.h"
#include "options/words.h"

static const struct {
	const char *name;
	uint32_t classes;
} classes[] = {
	{ "file", CLASS_FILE }, { "desc", CLASS_DESC },
	{ "process", CLASS_PROCESS }, { "net", CLASS_NET },
	{ "network", CLASS_NET }, { "signal", CLASS_SIGNAL },
	{ "ipc", CLASS_IPC }, { "memory", CLASS_MEMORY },
	{ "creds", CLASS_CREDS }, { "stat", CLASS_STAT },
	{ "lstat", CLASS_LSTAT }, { "fstat", CLASS_FSTAT },
	{ "statfs", CLASS_STATFS }, { "fstatfs", CLASS_FSTATFS },
	{ "%statfs", CLASS_STATFS_LIKE }, { "%stat", CLASS_STAT_LIKE },
	{ "clock", CLASS_CLOCK }, { "pure", CLASS_PURE },
};

/* Before %file there was file: strace still takes these without the %. */
static const char *const bare_classes[] = {
	"file", "desc", "process", "network", "signal", "ipc", "memory",
};

#define NR(array) (sizeof(array) / sizeof((array)[0]))

static bool is_bare_class(const char *word)
{
	size_t i;

	for (i = 0; i < NR(bare_classes); i++)
		if (!strcmp(word, bare_classes[i]))
			return true;
	return false;
}

/* The rows that a word is about: behind an @ may stand which personality. */
struct range {
	size_t from;
	size_t end;
};

static const struct range all_rows = { 0, KXT_NR_ROWS };

static const struct {
	const char *name;
	struct range range;
} personalities[] = {
	{ "64", { 0, KXT_I386_ROWS } },
	{ "32", { KXT_I386_ROWS, KXT_NR_ROWS } },
	/* Its calls cannot be told from those of 64-bit programs. */
	{ "x32", { 0, 0 } },
};

/* Takes the @ off a word; a regular expression may have one of its own. */
static int take_personality(const char *what, char *word, struct range *range)
{
	char *at = strrchr(word, '@');
	size_t i;

	*range = all_rows;
	if (!at)
		return 0;
	for (i = 0; i < NR(personalities); i++) {
		if (!strcmp(at + 1, personalities[i].name)) {
			*range = personalities[i].range;
			*at = '\0';
			return 0;
		}
	}
	if (*word == '/')
		return 0;
	complain("-e %s=%s: %s is no personality; @64, @32, @x32 are", what, word, at);
	return -EINVAL;
}

static void set_rows(bool *chosen, const struct range *range, const char *name)
{
	size_t i;

	for (i = range->from; i < range->end; i++)
		if (call_table[i].name && !strcmp(call_table[i].name, name))
			chosen[i] = true;
}

static int set_class(bool *chosen, const struct range *range, const char *what,
		     const char *name)
{
	uint32_t wanted = 0;
	size_t i;

	for (i = 0; i < NR(classes); i++)
		if (!strcmp(classes[i].name, name))
			wanted = classes[i].classes;
	if (!wanted) {
		complain("-e %s=%%%s: no such class; %%file %%desc %%process %%net %%signal %%ipc %%memory %%creds are some",
			 what, name);
		return -EINVAL;
	}
	for (i = range->from; i < range->end; i++)
		if (call_table[i].classes & wanted)
			chosen[i] = true;
	return 0;
}

static int set_matches(bool *chosen, const struct range *range, const char *what,
		       const char *pattern)
{
	bool any = range->from == range->end;
	regex_t regex;
	char why[128];
	int err;
	size_t i;

	err = regcomp(&regex, pattern, REG_EXTENDED | REG_NOSUB);
	if (err) {
		regerror(err, &regex, why, sizeof(why));
		complain("-e %s=/%s: %s", what, pattern, why);
		return -EINVAL;
	}
	for (i = range->from; i < range->end; i++) {
		if (call_table[i].name &&
		    !regexec(&regex, call_table[i].name, 0, NULL, 0))
			chosen[i] = any = true;
	}
	regfree(&regex);
	if (!any) {
		complain("-e %s=/%s: no system call matches", what, pattern);
		return -EINVAL;
	}
	return 0;
}

static unsigned int edit_distance(const char *a, const char *b)
{
	unsigned int row[64], i, j, diagonal, above;
	size_t len = strlen(b);

	if (len >= NR(row))
		return 99;
	for (j = 0; j <= len; j++)
		row[j] = j;
	for (i = 1; *a; a++, i++) {
		diagonal = row[0];
		row[0] = i;
		for (j = 1; j <= len; j++) {
			above = row[j];
			row[j] = diagonal + (*a != b[j - 1]);
			if (above + 1 < row[j])
				row[j] = above + 1;
			if (row[j - 1] + 1 < row[j])
				row[j] = row[j - 1] + 1;
			diagonal = above;
		}
	}
	return row[len];
}

static void complain_unknown(const char *what, const char *word)
{
	unsigned int distance, best = 3;
	const char *near = NULL;
	size_t i, len = strlen(word), other;

	for (i = 0; i < KXT_NR_ROWS; i++) {
		if (!call_table[i].name)
			continue;
		other = strlen(call_table[i].name);
		if (other > len + 2 || len > other + 2)
			continue;
		distance = edit_distance(word, call_table[i].name);
		if (distance < best) {
			best = distance;
			near = call_table[i].name;
		}
	}
	if (near)
		complain("-e %s=%s: no such system call; did you mean %s?", what, word,
			 near);
	else
		complain("-e %s=%s: no such system call on this architecture", what,
			 word);
}

/* A number is that of a call in each personality. */
static void set_number(bool *chosen, const struct range *range, size_t nr)
{
	size_t from;

	for (from = 0; from < KXT_NR_ROWS; from += KXT_I386_ROWS)
		if (from + nr >= range->from && from + nr < range->end)
			chosen[from + nr] = true;
}

static int set_word(bool *chosen, const char *what, char *word)
{
	bool optional = *word == '?';
	struct range range;
	unsigned long nr;
	char *end;
	int found;

	word += optional;
	if (take_personality(what, word, &range))
		return -EINVAL;
	if (*word == '%')
		return set_class(chosen, &range, what, word + 1);
	if (*word == '/')
		return set_matches(chosen, &range, what, word + 1);
	nr = strtoul(word, &end, 10);
	if (*word && !*end && nr < KXT_I386_ROWS) {
		set_number(chosen, &range, nr);
		return 0;
	}
	found = call_nr_by_name(word);
	if (found >= 0)
		set_rows(chosen, &range, word);
	else if (is_bare_class(word))
		return set_class(chosen, &range, what, word);
	else if (!optional) {
		complain_unknown(what, word);
		return -EINVAL;
	}
	return 0;
}

struct chosen_calls {
	bool rows[KXT_NR_ROWS];
	const char *what;
};

static int add_call(void *ctx, char *word)
{
	struct chosen_calls *chosen = ctx;

	return set_word(chosen->rows, chosen->what, word);
}

int select_calls(bool *selected, const char *what, const char *set)
{
	struct chosen_calls chosen = { .what = what };
	bool invert;
	int err = each_in_set(set, &invert, add_call, &chosen);
	size_t i;

	if (err)
		return err;
	for (i = 0; i < KXT_NR_ROWS; i++)
		selected[i] = chosen.rows[i] ^ invert;
	return 0;
}

/* SIGINT, INT, int or 2; 0 when there is no such signal. */
static int signal_by_name(const char *word)
{
	const char *name;
	unsigned long nr;
	char *end;
	int sig;

	nr = strtoul(word, &end, 10);
	if (*word && !*end)
		return nr >= 1 && nr <= 64 ? (int)nr : 0;
	if (!strncasecmp(word, "SIG", 3))
		word += 3;
	for (sig = 1; sig <= 64; sig++) {
		name = signal_name(sig);
		if (name && !strcasecmp(word, name + 3))
			return sig;
	}
	return 0;
}

static int add_signal(void *ctx, char *word)
{
	int sig = signal_by_name(word);
	uint64_t *chosen = ctx;

	if (sig) {
		*chosen |= 1ull << (sig - 1);
		return 0;
	}
	complain("-e signal=%s: no such signal; kill -l lists them", word);
	return -EINVAL;
}

int select_signals(uint64_t *signals, const char *set)
{
	uint64_t chosen = 0;
	bool invert;
	int err = each_in_set(set, &invert, add_signal, &chosen);

	if (!err)
		*signals = invert ? ~chosen : chosen;
	return err;
}
