// SPDX-License-Identifier: GPL-2.0-only
/* Arguments that are words: one of several, or a set of them. */
#include "words.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "family.h"

const char *list_words(char *text, size_t len, const struct word *words, size_t nr)
{
	size_t i, at = 0;
	int n;

	*text = '\0';
	for (i = 0; i < nr; i++) {
		n = snprintf(text + at, len - at, "%s%s", i ? ", " : "", words[i].name);
		if (n < 0 || (size_t)n >= len - at)
			break;
		at += n;
	}
	return text;
}

static const struct word *find_word(const char *text, const struct word *words, size_t nr)
{
	size_t i;

	for (i = 0; i < nr; i++)
		if (!strcmp(text, words[i].name))
			return &words[i];
	return NULL;
}

int take_word(uint64_t *value, const char *what, const char *text, const struct word *words,
	      size_t nr)
{
	const struct word *word = find_word(text, words, nr);
	char list[256];

	if (!word) {
		complain("%s=%s: one of %s", what, text,
			 list_words(list, sizeof(list), words, nr));
		return -EINVAL;
	}
	*value = word->value;
	return 0;
}

static uint64_t all_of(const struct word *words, size_t nr)
{
	uint64_t all = 0;
	size_t i;

	for (i = 0; i < nr; i++)
		all |= words[i].value;
	return all;
}

static int add_words(uint64_t *set, const char *what, const char *text,
		     const struct word *words, size_t nr)
{
	char *copy = strdup(text), *rest = copy, *name, list[256];
	const struct word *word;
	int err = copy ? 0 : -ENOMEM;

	while (!err && (name = strsep(&rest, ","))) {
		word = find_word(name, words, nr);
		if (word) {
			*set |= word->value;
			continue;
		}
		complain("%s=%s: not one of all, none, %s", what, name,
			 list_words(list, sizeof(list), words, nr));
		err = -EINVAL;
	}
	free(copy);
	return err;
}

int take_words(uint64_t *set, const char *what, const char *text, const struct word *words,
	       size_t nr)
{
	uint64_t all = all_of(words, nr), chosen = 0;
	bool invert = *text == '!';
	int err = 0;

	text += invert;
	if (!strcmp(text, "all"))
		chosen = all;
	else if (strcmp(text, "none"))
		err = add_words(&chosen, what, text, words, nr);
	if (!err)
		*set = invert ? all & ~chosen : chosen;
	return err;
}

static int add_fds(struct fd_bits *fds, const char *what, const char *text)
{
	char *copy = strdup(text), *rest = copy, *word;
	int err = copy ? 0 : -ENOMEM;
	uint64_t fd;

	while (!err && (word = strsep(&rest, ","))) {
		if (parse_number(word, MAX_DUMP_FD - 1, &fd)) {
			fds->bits[fd / 64] |= 1ull << fd % 64;
			continue;
		}
		complain("-e %s=%s: not a descriptor; numbers up to %d, all, none", what, word,
			 MAX_DUMP_FD - 1);
		err = -EINVAL;
	}
	free(copy);
	return err;
}

int take_fds(struct fd_bits *fds, const char *what, const char *text)
{
	bool invert = *text == '!';
	struct fd_bits chosen = {};
	unsigned int i;
	int err = 0;

	text += invert;
	if (!strcmp(text, "all"))
		invert = !invert;
	else if (strcmp(text, "none"))
		err = add_fds(&chosen, what, text);
	if (err)
		return err;
	chosen.others = invert;
	chosen.any = invert;
	for (i = 0; i < NR(chosen.bits); i++) {
		if (invert)
			chosen.bits[i] = ~chosen.bits[i];
		chosen.any |= chosen.bits[i];
	}
	*fds = chosen;
	return 0;
}

bool has_fd(const struct fd_bits *fds, uint64_t fd)
{
	if (fd >= MAX_DUMP_FD)
		return fds->others;
	return fds->bits[fd / 64] >> fd % 64 & 1;
}
