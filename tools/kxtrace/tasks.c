// SPDX-License-Identifier: GPL-2.0-only
/* What is known of the tasks in a trace, by their number: an open hash. */
#include "tasks.h"

#include <stdlib.h>
#include <string.h>

/* Entries stay where they are: the slots point to them. */
struct task_table {
	struct task_info **slots;
	uint32_t mask;
	uint32_t nr;
	struct task_info *last;		/* the one that was looked up last */
};

#define FIRST_SLOTS	256

static uint32_t slot_of(uint32_t tid, uint32_t mask)
{
	return tid * 2654435761u >> 7 & mask;
}

struct task_table *tasks_new(void)
{
	struct task_table *table = calloc(1, sizeof(*table));

	if (!table)
		return NULL;
	table->slots = calloc(FIRST_SLOTS, sizeof(table->slots[0]));
	table->mask = FIRST_SLOTS - 1;
	if (table->slots)
		return table;
	free(table);
	return NULL;
}

static void free_task(struct task_info *task)
{
	if (task) {
		free(task->stack);
		free(task->frames);
	}
	free(task);
}

void tasks_free(struct task_table *table)
{
	uint32_t i;

	for (i = 0; table && i <= table->mask; i++)
		free_task(table->slots[i]);
	if (table)
		free(table->slots);
	free(table);
}

static struct task_info **place_of(struct task_table *table, uint32_t tid)
{
	uint32_t i = slot_of(tid, table->mask);

	while (table->slots[i] && table->slots[i]->tid != tid)
		i = (i + 1) & table->mask;
	return &table->slots[i];
}

static bool grow(struct task_table *table)
{
	struct task_info **old = table->slots;
	uint32_t i, old_mask = table->mask;

	table->slots = calloc(2 * (old_mask + 1ul), sizeof(old[0]));
	if (!table->slots) {
		table->slots = old;
		return false;
	}
	table->mask = 2 * old_mask + 1;
	for (i = 0; i <= old_mask; i++)
		if (old[i])
			*place_of(table, old[i]->tid) = old[i];
	free(old);
	return true;
}

struct task_info *tasks_find(struct task_table *table, uint32_t tid)
{
	if (!table->last || table->last->tid != tid) {
		struct task_info *found = *place_of(table, tid);

		if (!found)
			return NULL;
		table->last = found;
	}
	return table->last;
}

struct task_info *tasks_get(struct task_table *table, uint32_t tid)
{
	struct task_info *task = tasks_find(table, tid);

	if (task)
		return task;
	if (table->nr >= table->mask / 4 * 3 && !grow(table))
		return NULL;
	task = calloc(1, sizeof(*task));
	if (!task)
		return NULL;
	task->tid = tid;
	*place_of(table, tid) = task;
	table->nr++;
	table->last = task;
	return task;
}

/* What comes behind the hole moves up, or it would not be found any more. */
void tasks_forget(struct task_table *table, uint32_t tid)
{
	struct task_info **place = place_of(table, tid), *moved;
	uint32_t i;

	if (!*place)
		return;
	table->last = NULL;
	free_task(*place);
	*place = NULL;
	table->nr--;
	for (i = (place - table->slots + 1) & table->mask; table->slots[i];
	     i = (i + 1) & table->mask) {
		moved = table->slots[i];
		table->slots[i] = NULL;
		*place_of(table, moved->tid) = moved;
	}
}

void tasks_each(struct task_table *table, void (*fn)(void *ctx, struct task_info *task),
		void *ctx)
{
	uint32_t i;

	for (i = 0; i <= table->mask; i++)
		if (table->slots[i])
			fn(ctx, table->slots[i]);
}
