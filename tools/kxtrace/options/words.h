/* SPDX-License-Identifier: GPL-2.0-only */
/* Arguments that are words: one of several, or a set of them. */
#ifndef KXTRACE_WORDS_H
#define KXTRACE_WORDS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "show.h"

struct word {
	const char *name;
	uint64_t value;		/* in a set: its bits */
};

/* Hands each word of a list with commas to `take`, until that returns an error. */
typedef int word_fn(void *ctx, char *word);	/* a copy */
int each_word(const char *list, word_fn *take, void *ctx);

/*
 * The same for a set: a leading ! inverts it, and all is what none inverted is; those
 * two are no words. What is in the set is what `take` noted, or with `*invert` the rest.
 */
int each_in_set(const char *set, bool *invert, word_fn *take, void *ctx);

/*
 * 0, or -EINVAL after one sentence on stderr, which begins with `what`. A set
 * may be all or none, and a leading ! inverts it.
 */
int take_word(uint64_t *value, const char *what, const char *text, const struct word *words,
	      size_t nr);
int take_words(uint64_t *set, const char *what, const char *text, const struct word *words,
	       size_t nr);

/* Numbers of descriptors: 3,5 or all, none, !3. */
int take_fds(struct fd_bits *fds, const char *what, const char *text);
bool has_fd(const struct fd_bits *fds, uint64_t fd);

/* The words, in a list for people; it is cut to fit. */
const char *list_words(char *text, size_t len, const struct word *words, size_t nr);

#endif
