/* SPDX-License-Identifier: GPL-2.0-only */
/* Channels of an extension: which there are, and the types that go through them. */
#ifndef KX_CHANNEL_H
#define KX_CHANNEL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "extension/about.h"

struct btf;

/* The block of a command or an intake: the context of its program. */
struct channel_block {
	uint32_t len;
	uint32_t in_id;		/* type of the input, or of an intake's record */
	uint32_t in_len;
	uint32_t out_id;
	uint32_t out_offset;
	uint32_t out_len;
};

/* -ENOENT: no such program; -EPROTO: its context is no block as the macros make it. */
int channel_block(const struct btf *btf, const char *program, struct channel_block *out);

/*
 * The same of a door: "in" is its request, "out" its reply, which begins behind a struct
 * kx_door_op; @out_offset is where a struct kx_door_out is.
 */
int channel_door(const struct btf *btf, const char *program, struct channel_block *out);

/* The type of a stream's records; 0: it is no stream. */
uint32_t channel_record(const struct btf *btf, const char *map);

/* The type of a share, and its bytes; 0: there is none. */
uint32_t channel_share(const struct btf *btf, const char *share, uint32_t *len);

/*
 * All of them, for channels_free(). @is_iterator tells of a program that is pinned as a
 * file, whether it has a tag or not.
 */
struct channels {
	struct kx_channel *rows;
	size_t nr;
};
int channels_make(const struct about *about, const struct btf *btf,
		  const char *const *iterators, size_t nr_iterators, struct channels *out);
void channels_free(struct channels *channels);

/* Is a program called by users, not attached? Is a map one that users do not see? */
bool channel_is_called(const struct about *about, const char *program);
bool channel_is_inner(const struct about *about, const char *map);

/*
 * "NAME: no command x; it has: a, b", with the one that was probably meant. Returns
 * -ENOENT.
 */
int channel_unknown(struct kx *kx, const char *who, const struct about *about, const char *tag,
		    const char *what, const char *name);

#endif
