// SPDX-License-Identifier: GPL-2.0-only
/*
 * Fuzzing of what a service's command prints: the answer to a question, as JSON. The first
 * byte says whether the question is known beforehand, and which type the reply has.
 */
#include <bpf/btf.h>
#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "../../src/door/door.h"
#include "../../src/door/places.h"

#define ID	0x27b54eb31dd5057eULL
#define ASKED	(1U << 8 | PLACE_ASKED)

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static struct kx_door doors[2];

/* A reply of all kinds of members. */
static void rich(struct kx_door *door)
{
	struct btf *btf = door->btf;
	int u16 = btf__add_int(btf, "__u16", 2, 0), s8 = btf__add_int(btf, "__s8", 1, BTF_INT_SIGNED);
	int text = btf__add_array(btf, s8, btf__add_int(btf, "char", 1, BTF_INT_SIGNED), 16);
	int list = btf__add_array(btf, u16, u16, 4), kind, inner;

	kind = btf__add_enum(btf, "kind", 4);
	(void)btf__add_enum_value(btf, "SMALL", 1);
	(void)btf__add_enum_value(btf, "LARGE", 7);
	inner = btf__add_struct(btf, "inner", 8);
	(void)btf__add_field(btf, "kind", kind, 0, 0);
	(void)btf__add_field(btf, "bits", u16, 32, 3);
	door->block.out_id = btf__add_struct(btf, "rich", 36);
	(void)btf__add_field(btf, "text", text, 0, 0);
	(void)btf__add_field(btf, "list", list, 128, 0);
	(void)btf__add_field(btf, "inner", inner, 192, 0);
	if (btf__add_field(btf, "small", s8, 256, 0))
		abort();
	door->block.out_len = 36;
}

static void make(struct kx_door *door)
{
	pthread_mutex_init(&door->lock, NULL);
	snprintf(door->shown, sizeof(door->shown), "fuzz");
	door->is_seccomp = true;
	door->listener = -1;	/* as if who asked had gone */
	door->block.out_len = sizeof(struct kx_call_reply);
	door->places = places_new(1000, -EACCES);
	if (!door->places || kx_new(&door->kx) || door_types_make(door))
		abort();
	if (door == &doors[1])
		rich(door);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct kx_door *door = &doors[size && data[0] & 2 ? 1 : 0];
	bool known = size && data[0] & 1;
	struct place *place;
	char *text;
	int err;

	if (!size)
		return 0;
	if (!door->kx)
		make(door);
	place = &door->places->places[3];
	*place = (struct place){ .word = ASKED, .notice.id = ID };
	text = malloc(size);
	if (!text)
		return 0;
	memcpy(text, data + 1, size - 1);
	text[size - 1] = '\0';
	err = kx_door_answer_json(door, known ? ID : 0, text);
	/* Nobody is there to take it; and whatever it is, who asked does not wait any more. */
	if (err != -EINVAL && err != -ESTALE)
		abort();
	if (known && place->word == ASKED)
		abort();
	if (err == -EINVAL && !strlen(kx_error(door->kx)))
		abort();
	free(text);
	return 0;
}
