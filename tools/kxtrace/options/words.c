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

int each_word(const char *list, word_fn *take, void *ctx)
{
	char *copy = strdup(list), *rest = copy, *word;
	int err = copy ? 0 : -ENOMEM;

	while (!err && (word = strsep(&rest, ",")))
		err = take(ctx, word);
	free(copy);
	return err;
}

int each_in_set(const char *set, bool *invert, word_fn *take, void *ctx)
{
	bool inverted = *set == '!';

	set += inverted;
	*invert = inverted ^ !strcmp(set, "all");
	if (!strcmp(set, "all") || !strcmp(set, "none"))
		return 0;
	return each_word(set, take, ctx);
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

/* A set of words, as far as it is known. */
struct chosen_words {
	uint64_t bits;
	const char *what;
	const struct word *words;
	size_t nr;
};

static int add_word(void *ctx, char *name)
{
	struct chosen_words *chosen = ctx;
	const struct word *word = find_word(name, chosen->words, chosen->nr);
	char list[256];

	if (word) {
		chosen->bits |= word->value;
		return 0;
	}
	complain("%s=%s: not one of all, none, %s", chosen->what, name,
		 list_words(list, sizeof(list), chosen->words, chosen->nr));
	return -EINVAL;
}

int take_words(uint64_t *set, const char *what, const char *text, const struct word *words,
	       size_t nr)
{
	struct chosen_words chosen = { .what = what, .words = words, .nr = nr };
	bool invert;
	int err = each_in_set(text, &invert, add_word, &chosen);

	if (!err)
		*set = invert ? all_of(words, nr) & ~chosen.bits : chosen.bits;
	return err;
}

struct chosen_fds {
	struct fd_bits fds;
	const char *what;
};

static int add_fd(void *ctx, char *word)
{
	struct chosen_fds *chosen = ctx;
	uint64_t fd;

	if (parse_number(word, MAX_DUMP_FD - 1, &fd)) {
		chosen->fds.bits[fd / 64] |= 1ull << fd % 64;
		return 0;
	}
	complain("-e %s=%s: not a descriptor; numbers up to %d, all, none", chosen->what, word,
		 MAX_DUMP_FD - 1);
	return -EINVAL;
}

int take_fds(struct fd_bits *fds, const char *what, const char *text)
{
	struct chosen_fds taken = { .what = what };
	struct fd_bits chosen;
	unsigned int i;
	bool invert;
	int err = each_in_set(text, &invert, add_fd, &taken);

	if (err)
		return err;
	chosen = taken.fds;
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
