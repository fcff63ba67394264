/* SPDX-License-Identifier: GPL-2.0-only */
/* Calls of 32-bit programs, as calls of 64-bit programs: the table, the records. */
#include "compat.h"

#include <string.h>

#include "args.h"
#include "creds.h"
#include "file.h"

/* What all converted memory of a call takes: twice the record, and structures. */
#define ROOM		(4 * KXT_RECORD_MAX)

static struct kxt_call wide;
static uint64_t memory[ROOM / sizeof(uint64_t)];
static size_t used;

static const struct compat_row *row_of(uint32_t row)
{
	return &compat_rows[row - KXT_I386_ROWS];
}

static bool has_narrow_pointers(uint8_t kind)
{
	return kind == KXT_CAP_STRVEC || kind == KXT_CAP_COUNTVEC ||
	       kind == KXT_CAP_IOVEC || kind == KXT_CAP_MSGHDR ||
	       kind == KXT_CAP_MMSGHDR || kind == KXT_CAP_BITS;
}

static void adapt_arg(const struct compat_row *row, struct arg *arg)
{
	const struct shape *shape = shape_find(row, arg);

	if (shape)
		arg->op.size = shape_size(shape);
	if (has_narrow_pointers(arg->op.kind))
		arg->op.when |= KXT_NARROW;
}

/* Before main(): whoever looks into the table finds it whole. */
__attribute__((constructor)) static void make_rows(void)
{
	const struct call_info *base;
	struct call_info *info;
	unsigned int nr, i;

	for (nr = 0; nr < KXT_I386_ROWS; nr++) {
		base = compat_base(nr);
		if (!base->name)
			continue;
		info = &call_table[KXT_I386_ROWS + nr];
		*info = *base;
		if (compat_rows[nr].name)
			info->name = compat_rows[nr].name;
		if (compat_rows[nr].order)
			info->nr_args = strlen(compat_rows[nr].order);
		for (i = 0; i < info->nr_args; i++)
			adapt_arg(&compat_rows[nr], &info->args[i]);
	}
}

/* An argument's place, by its letter in an order. */
static unsigned int place_of(char letter)
{
	if (letter >= 'a')
		return letter - 'a';
	if (letter >= 'N')
		return letter - 'N';
	return letter >= 'A' ? letter - 'A' : letter - '0';
}

static bool is_pair(char letter)
{
	return letter >= 'A' && letter < 'a';
}

static const char *order_of(uint32_t row)
{
	return row < KXT_I386_ROWS ? NULL : row_of(row)->order;
}

unsigned int compat_register(uint32_t row, unsigned int i)
{
	const char *order = order_of(row);

	return order && i < strlen(order) ? place_of(order[i]) % KXT_NR_ARGS : i;
}

unsigned int compat_nr_registers(uint32_t row)
{
	const char *order = order_of(row);
	unsigned int nr = 0, end;

	if (!order)
		return call_table[row].nr_args;
	for (; *order; order++) {
		end = place_of(*order) + (is_pair(*order) ? 2 : 1);
		if (end > nr)
			nr = end;
	}
	return nr;
}

static uint64_t take_pair(const struct kxt_call *rec, unsigned int low, unsigned int high)
{
	return (uint32_t)rec->args[low % KXT_NR_ARGS] |
	       (uint64_t)(uint32_t)rec->args[high % KXT_NR_ARGS] << 32;
}

static uint64_t take_letter(const struct kxt_call *rec, char letter)
{
	unsigned int at = place_of(letter);

	if (letter >= 'a')
		return (uint64_t)(uint32_t)rec->args[at % KXT_NR_ARGS] << 12;
	return letter >= 'N' ? take_pair(rec, at + 1, at) : take_pair(rec, at, at + 1);
}

static uint64_t take_arg(const struct kxt_call *rec, uint32_t row, unsigned int i,
			 const struct arg *arg)
{
	const char *order = order_of(row);
	uint64_t value;

	if (order && order[i] >= 'A')
		return take_letter(rec, order[i]);
	value = (uint32_t)rec->args[compat_register(row, i)];
	if (arg->print == print_long)
		return (int64_t)(int32_t)value;
	if (row_of(row)->flags & COMPAT_ID16 &&
	    (arg->print == print_id || arg->print == print_owner))
		return (uint16_t)value == UINT16_MAX ? UINT32_MAX : (uint16_t)value;
	return value;
}

/* Where a copy of a chunk may be made, and how much room there is; NULL: nowhere. */
static struct kxt_chunk *new_chunk(const struct kxt_chunk *chunk, size_t *room)
{
	struct kxt_chunk *copy = (struct kxt_chunk *)((char *)memory + used);

	if (!chunk || chunk->status & KXT_FAULT || sizeof(memory) - used < sizeof(*copy))
		return NULL;
	*room = sizeof(memory) - used - sizeof(*copy);
	*copy = *chunk;
	return copy;
}

static void keep_chunk(const struct kxt_chunk *copy)
{
	used += (sizeof(*copy) + copy->len + 7) & ~7ul;
	if (used > sizeof(memory))
		used = sizeof(memory);
}

/* Sets of bits end with a whole long. */
static const struct kxt_chunk *pad_chunk(const struct kxt_chunk *chunk)
{
	struct kxt_chunk *copy;
	size_t room = 0;

	copy = chunk && chunk->len % 8 ? new_chunk(chunk, &room) : NULL;
	if (!copy || room < chunk->len + 8ul)
		return chunk;
	memset((char *)(copy + 1) + chunk->len, 0, 8);
	memcpy(copy + 1, chunk + 1, chunk->len);
	copy->len = (chunk->len + 7) & ~7u;
	keep_chunk(copy);
	return copy;
}

/* A copy of a chunk, with what 64-bit programs have in it. */
static const struct kxt_chunk *widen_chunk(const struct kxt_chunk *chunk,
					   const struct shape *shape, const struct arg *arg)
{
	size_t room = 0;
	struct kxt_chunk *copy = new_chunk(chunk, &room);

	if (!copy)
		return chunk;
	copy->len = shape_widen(shape, arg, &wide, copy + 1, room, chunk + 1, chunk->len);
	keep_chunk(copy);
	return copy;
}

static void widen_arg(struct call *call, const struct call *narrow, unsigned int i)
{
	const struct arg *arg = &call->info->args[i];
	const struct shape *shape = shape_find(row_of(call->row), arg);
	unsigned int at = compat_register(call->row, i);

	call->in[i] = narrow->in[at];
	call->out[i] = narrow->out[at];
	call->fds[i] = narrow->fds[at];
	if (arg->op.kind == KXT_CAP_BITS) {
		call->in[i] = pad_chunk(call->in[i]);
		call->out[i] = pad_chunk(call->out[i]);
	}
	if (!shape || arg->op.kind == KXT_CAP_DIRENTS)
		return;
	call->in[i] = widen_chunk(call->in[i], shape, arg);
	call->out[i] = widen_chunk(call->out[i], shape, arg);
}

/* Within ipc, shmat tells the address behind a pointer. */
static void take_address(const struct call *call)
{
	const uint32_t *addr;

	if (call->rec->nr != KXT_WITHIN + KXT_WITHIN_SHMAT || call->failed)
		return;
	addr = call_out(call, 3, sizeof(*addr));
	if (addr)
		wide.ret = *addr;
}

void compat_widen(struct call *call)
{
	const struct kxt_call *rec = call->rec;
	struct call narrow = *call;
	unsigned int i;

	memset(&wide, 0, sizeof(wide));
	memcpy(&wide, rec, offsetof(struct kxt_call, args) +
	       rec->head.nr_args * sizeof(rec->args[0]));
	used = 0;
	call->rec = &wide;
	if (!call->info)
		return;
	for (i = 0; i < call->info->nr_args; i++)
		wide.args[i] = take_arg(rec, call->row, i, &call->info->args[i]);
	for (i = 0; i < call->info->nr_args; i++)
		widen_arg(call, &narrow, i);
	take_address(call);
}
