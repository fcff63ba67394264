/* SPDX-License-Identifier: GPL-2.0-only */
/* The bytes that the kernel reads as tables, and where in them is what. */
#ifndef KXFILTER_PLACE_H
#define KXFILTER_PLACE_H

#include <stdint.h>

#include "../../../bpf/kxfilter.h"
#include "classes.h"

/**
 * struct image - bytes that grow
 * @bytes: of them
 * @len: how many; what is placed begins at a multiple of 8, nothing at 0
 * @room: of @bytes
 */
struct image {
	uint8_t *bytes;
	size_t len;
	size_t room;
};

#define IMAGE_MAX	(256u << 20)	/* a value of a map, on all kernels */

/* Each returns 0, -ENOMEM, or -E2BIG: longer than IMAGE_MAX. What is placed is zeros at first. */
int image_place(struct image *image, size_t len, uint32_t *at);

/* A field that has at most 65,537 numbers. */
int place_table(struct image *image, const struct classes *classes, uint32_t last,
		struct kxf_table *out);
/* A field of up to 128 bits. */
int place_search(struct image *image, const struct classes *classes, struct kxf_search *out);
/* A row that has all @nr rules. */
int place_every(struct image *image, uint32_t nr, uint32_t row, uint32_t *at);
/* The rows of all classes. */
int place_rows(struct image *image, const struct classes *classes, uint32_t row, uint32_t *at);

#endif
