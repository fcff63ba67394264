// SPDX-License-Identifier: GPL-2.0-only
/*
 * The processes in a trace, for unwinding: which code each has. Programs make
 * the same calls from the same places again and again, so what has been
 * unwound is kept: a stack is the same when it begins at the same place and has
 * the same return addresses where they were.
 */
#ifdef HAVE_LIBDW
#include "spaces.h"

#include <stdlib.h>
#include <string.h>

#include "unwind.h"

#define NR_BUCKETS	1024
#define NR_KNOWN	16384		/* buckets of stacks */
#define MAX_KNOWN	65536

struct space {
	struct space *next;
	uint32_t tgid;
	unsigned int tasks;
	uint64_t version;		/* another one each time that its code changes */
	struct code *codes;		/* by address, none overlaps */
	unsigned int nr;
	unsigned int cap;
	struct unwinder *unwinder;	/* NULL: made when needed */
};

/* A stack that has been unwound before. */
struct known {
	struct known *next;
	uint64_t version;
	uint64_t ip;
	uint64_t sp;
	uint64_t bp;
	uint32_t *slots;		/* where the return addresses are, from sp */
	struct stack_frames frames;
};

struct spaces {
	struct space *buckets[NR_BUCKETS];
	struct known *known[NR_KNOWN];
	unsigned int nr_known;
	struct known *last;		/* not among the known ones */
	struct binaries *binaries;
	uint64_t versions;
	struct unwound unwound;
};

struct spaces *spaces_new(bool sources)
{
	struct spaces *spaces = calloc(1, sizeof(*spaces));

	if (!spaces)
		return NULL;
	spaces->binaries = binaries_new(sources);
	if (spaces->binaries)
		return spaces;
	free(spaces);
	return NULL;
}

static void free_known(struct known *known)
{
	if (known)
		free(known->slots);
	if (known && known->frames.ending)
		free((char *)known->frames.ending);
	free(known);
}

static void forget_known(struct spaces *spaces)
{
	struct known *known, *next;
	unsigned int i;

	for (i = 0; i < NR_KNOWN; i++) {
		for (known = spaces->known[i]; known; known = next) {
			next = known->next;
			free_known(known);
		}
		spaces->known[i] = NULL;
	}
	spaces->nr_known = 0;
}

static void free_space(struct space *space)
{
	unwinder_free(space->unwinder);
	free(space->codes);
	free(space);
}

void spaces_free(struct spaces *spaces)
{
	struct space *space, *next;
	unsigned int i;

	if (!spaces)
		return;
	for (i = 0; i < NR_BUCKETS; i++) {
		for (space = spaces->buckets[i]; space; space = next) {
			next = space->next;
			free_space(space);
		}
	}
	forget_known(spaces);
	free_known(spaces->last);
	binaries_free(spaces->binaries);
	free(spaces);
}

static struct space **place_of(struct spaces *spaces, uint32_t tgid)
{
	struct space **place = &spaces->buckets[tgid % NR_BUCKETS];

	while (*place && (*place)->tgid != tgid)
		place = &(*place)->next;
	return place;
}

static struct space *space_of(struct spaces *spaces, uint32_t tgid)
{
	struct space **place = place_of(spaces, tgid);

	if (*place)
		return *place;
	*place = calloc(1, sizeof(**place));
	if (*place) {
		(*place)->tgid = tgid;
		(*place)->tasks = 1;
		(*place)->version = ++spaces->versions;
	}
	return *place;
}

static void drop_space(struct spaces *spaces, uint32_t tgid)
{
	struct space **place = place_of(spaces, tgid), *gone = *place;

	if (!gone)
		return;
	*place = gone->next;
	free_space(gone);
}

bool spaces_knows(struct spaces *spaces, uint32_t tgid)
{
	return *place_of(spaces, tgid);
}

/* libdwfl takes code only in addition; without what is gone it starts anew. */
static void reset_unwinder(struct space *space)
{
	unwinder_free(space->unwinder);
	space->unwinder = NULL;
}

static void remove_overlaps(struct space *space, uint64_t start, uint64_t end)
{
	unsigned int i, kept = 0;

	for (i = 0; i < space->nr; i++)
		if (space->codes[i].end <= start || space->codes[i].start >= end)
			space->codes[kept++] = space->codes[i];
	if (kept < space->nr)
		reset_unwinder(space);
	space->nr = kept;
}

static bool insert(struct space *space, const struct code *code)
{
	struct code *grown;
	unsigned int i;

	if (space->nr == space->cap) {
		grown = reallocarray(space->codes, space->cap + 16, sizeof(*grown));
		if (!grown)
			return false;
		space->codes = grown;
		space->cap += 16;
	}
	for (i = space->nr; i && space->codes[i - 1].start > code->start; i--)
		space->codes[i] = space->codes[i - 1];
	space->codes[i] = *code;
	space->nr++;
	return true;
}

static bool has(const struct space *space, const struct code *code)
{
	unsigned int i;

	for (i = 0; i < space->nr; i++)
		if (!memcmp(&space->codes[i], code, sizeof(*code)))
			return true;
	return false;
}

static bool add_code(struct spaces *spaces, struct space *space, const struct code *code)
{
	if (has(space, code))
		return true;
	space->version = ++spaces->versions;
	remove_overlaps(space, code->start, code->end);
	if (!insert(space, code))
		return false;
	if (space->unwinder)
		unwinder_add(space->unwinder, code);
	return true;
}

bool spaces_map(struct spaces *spaces, const struct kxt_map *map, const char *path)
{
	struct space *space = space_of(spaces, map->head.tgid);
	struct code code = { map->start, map->end, map->offset, NULL };
	struct code pieces[MAX_PIECES];
	unsigned int i, nr = 0;

	if (!space)
		return false;
	if (map->head.flags & KXT_F_NEW_PROGRAM) {
		space->nr = 0;
		reset_unwinder(space);
	}
	if (!path) {
		code.binary = binary_vdso(spaces->binaries);
		code.end = map->start + 8192;
	} else {
		code.binary = binary_get(spaces->binaries, path, map->size, map->head.tid);
	}
	if (!code.binary)
		return true;
	if (map->head.flags & KXT_F_WHOLE)
		nr = binary_pieces(&code, pieces);
	if (!nr)
		return add_code(spaces, space, &code);
	for (i = 0; i < nr; i++)
		if (!add_code(spaces, space, &pieces[i]))
			return false;
	return true;
}

void spaces_fork(struct spaces *spaces, uint32_t parent, uint32_t child, bool thread)
{
	struct space *from = *place_of(spaces, parent), *to;

	if (thread) {
		if (from)
			from->tasks++;
		return;
	}
	drop_space(spaces, child);
	if (!from)
		return;
	to = space_of(spaces, child);
	if (!to)
		return;
	to->codes = calloc(from->nr, sizeof(to->codes[0]));
	if (!to->codes)
		return;
	memcpy(to->codes, from->codes, from->nr * sizeof(to->codes[0]));
	to->nr = from->nr;
	to->cap = from->nr;
	/* The same code at the same addresses: what is known of one holds for both. */
	to->version = from->version;
}

void spaces_exit(struct spaces *spaces, uint32_t tgid)
{
	struct space *space = *place_of(spaces, tgid);

	if (space && !--space->tasks)
		drop_space(spaces, tgid);
}

static const struct code *code_at(const struct space *space, uint64_t address)
{
	unsigned int i;

	for (i = 0; i < space->nr; i++)
		if (address >= space->codes[i].start && address < space->codes[i].end)
			return &space->codes[i];
	return NULL;
}

static uint64_t word_at(const struct kxt_stack *stack, const char *memory, uint32_t at)
{
	uint64_t word = 0;

	if (stack->head.len >= sizeof(word) && at <= stack->head.len - sizeof(word))
		memcpy(&word, memory + at, sizeof(word));
	return word;
}

static bool is_same(const struct known *known, const struct space *space,
		    const struct kxt_stack *stack, const char *memory)
{
	unsigned int i;

	if (known->version != space->version || known->ip != stack->ip ||
	    known->sp != stack->regs[KXT_REG_SP] || known->bp != stack->regs[6])
		return false;
	for (i = 1; i < known->frames.nr; i++)
		if (word_at(stack, memory, known->slots[i]) != known->frames.list[i].pc)
			return false;
	return true;
}

static struct known **bucket_of(struct spaces *spaces, const struct space *space,
				const struct kxt_stack *stack)
{
	uint64_t hash = (stack->ip ^ stack->regs[KXT_REG_SP] * 31 ^ space->version) *
			0x9e3779b97f4a7c15ull;

	return &spaces->known[hash >> 50];
}

/* Only stacks that end as they should, with each return address in its slot. */
static bool find_slots(struct known *known, const struct unwound *unwound,
		       const struct kxt_stack *stack, const char *memory)
{
	uint64_t sp = stack->regs[KXT_REG_SP];
	unsigned int i;

	if (unwound->ending)
		return false;
	for (i = 1; i < unwound->nr; i++) {
		if (unwound->sp[i] < sp + 8 || unwound->sp[i] - 8 - sp > stack->head.len)
			return false;
		known->slots[i] = unwound->sp[i] - 8 - sp;
		if (word_at(stack, memory, known->slots[i]) != unwound->pc[i])
			return false;
	}
	return true;
}

static void name_frames(const struct space *space, const struct unwound *unwound,
			struct stack_frames *frames)
{
	struct stack_frame *frame;
	const struct code *code;
	uint64_t address;
	unsigned int i;

	for (i = 0; i < unwound->nr; i++) {
		frame = &frames->list[i];
		frame->pc = unwound->pc[i];
		address = unwound->exact[i] ? frame->pc : frame->pc - 1;
		code = code_at(space, address);
		if (code)
			binary_name(code->binary, code, address, frame);
	}
	frames->nr = unwound->nr;
	frames->ending = unwound->ending ? strdup(unwound->ending) : NULL;
}

static bool make_unwinder(struct space *space)
{
	unsigned int i;

	space->unwinder = unwinder_new(space->tgid);
	for (i = 0; space->unwinder && i < space->nr; i++)
		unwinder_add(space->unwinder, &space->codes[i]);
	return space->unwinder;
}

static struct known *new_known(const struct space *space, const struct kxt_stack *stack,
			       unsigned int nr)
{
	struct known *known = calloc(1, sizeof(*known) + nr * sizeof(struct stack_frame));

	if (!known)
		return NULL;
	known->slots = calloc(nr, sizeof(known->slots[0]));
	known->version = space->version;
	known->ip = stack->ip;
	known->sp = stack->regs[KXT_REG_SP];
	known->bp = stack->regs[6];
	if (known->slots)
		return known;
	free(known);
	return NULL;
}

static void run(struct space *space, const struct kxt_stack *stack, const char *memory,
		struct unwound *unwound)
{
	if (!(stack->head.flags & KXT_F_COMPAT) && (space->unwinder || make_unwinder(space))) {
		unwinder_run(space->unwinder, stack, memory, unwound);
		return;
	}
	unwound->nr = 1;
	unwound->pc[0] = stack->ip;
	unwound->exact[0] = true;
	unwound->ending = "a 32-bit call, which is not unwound";
}

const struct stack_frames *spaces_unwind(struct spaces *spaces, const struct kxt_stack *stack,
					 const void *memory)
{
	struct space *space = space_of(spaces, stack->head.tgid);
	struct known **bucket, *known;

	if (!space)
		return NULL;
	bucket = bucket_of(spaces, space, stack);
	for (known = *bucket; known; known = known->next)
		if (is_same(known, space, stack, memory))
			return &known->frames;
	run(space, stack, memory, &spaces->unwound);
	known = new_known(space, stack, spaces->unwound.nr);
	if (!known)
		return NULL;
	name_frames(space, &spaces->unwound, &known->frames);
	if (!find_slots(known, &spaces->unwound, stack, memory)) {
		free_known(spaces->last);
		spaces->last = known;
		return &known->frames;
	}
	if (spaces->nr_known++ == MAX_KNOWN) {
		forget_known(spaces);
		spaces->nr_known = 1;
	}
	known->next = *bucket;
	*bucket = known;
	return &known->frames;
}
#endif
