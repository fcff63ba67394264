// SPDX-License-Identifier: GPL-2.0-only
/* Where calls were made: raw stacks become frames, with names of functions. */
#include "stacks.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "spaces.h"

/* Without libdw there is no unwinding, and nobody can ask for it. */
#ifndef HAVE_LIBDW
struct spaces *spaces_new(bool sources)
{
	(void)sources;
	return NULL;
}

void spaces_free(struct spaces *spaces)
{
	(void)spaces;
}

bool spaces_knows(struct spaces *spaces, uint32_t tgid)
{
	(void)spaces, (void)tgid;
	return true;
}

bool spaces_map(struct spaces *spaces, const struct kxt_map *map, const char *path)
{
	(void)spaces, (void)map, (void)path;
	return true;
}

void spaces_fork(struct spaces *spaces, uint32_t parent, uint32_t child, bool thread)
{
	(void)spaces, (void)parent, (void)child, (void)thread;
}

void spaces_exit(struct spaces *spaces, uint32_t tgid)
{
	(void)spaces, (void)tgid;
}

const struct stack_frames *spaces_unwind(struct spaces *spaces, const struct kxt_stack *stack,
					 const void *memory)
{
	(void)spaces, (void)stack, (void)memory;
	return NULL;
}
#endif

struct stacks {
	struct spaces *spaces;		/* NULL: stacks are not asked for */
	bool unwinds;			/* somebody looks at them now, not in a record */
};

struct stacks *stacks_new(const struct options *opt)
{
	struct stacks *stacks = calloc(1, sizeof(*stacks));

	if (!stacks || !opt->stack.traces)
		return stacks;
	stacks->unwinds = (!opt->recording.file || opt->output) &&
			  !recording_in_flight(&opt->recording);
	stacks->spaces = spaces_new(opt->stack.traces == TRACES_SOURCE);
	if (stacks->spaces)
		return stacks;
	free(stacks);
	return NULL;
}

void stacks_free(struct stacks *stacks)
{
	if (stacks)
		spaces_free(stacks->spaces);
	free(stacks);
}

/* Unwound at once: when the call's record comes, its code may be gone. */
static void keep_frames(struct stacks *stacks, struct task_info *task,
			const struct kxt_stack *stack, const void *memory)
{
	const struct stack_frames *frames = spaces_unwind(stacks->spaces, stack, memory);
	struct stack_frames *copy;
	size_t size, fixed, text;

	if (!frames)
		return;
	fixed = sizeof(*frames) + frames->nr * sizeof(frames->list[0]);
	text = frames->ending ? strlen(frames->ending) + 1 : 0;
	size = fixed + text;
	if (size > task->frames_size) {
		copy = realloc(task->frames, size);
		if (!copy)
			return;
		task->frames = copy;
		task->frames_size = size;
	}
	memcpy(task->frames, frames, fixed);
	if (text)
		task->frames->ending = memcpy((char *)task->frames + fixed, frames->ending, text);
	task->framed_seq = stack->seq;
}

bool stacks_take(struct stacks *stacks, struct task_info *task, const void *record, size_t len)
{
	const size_t least = offsetof(struct kxt_stack, regs);
	const struct kxt_stack *stack = record;

	if (len < least || (stack->head.nr_args && stack->head.nr_args != KXT_NR_REGS) ||
	    (stack->head.nr_args && (len < sizeof(*stack) ||
				     stack->head.len > len - sizeof(*stack))))
		return false;
	if (!task->stack)
		task->stack = calloc(1, sizeof(*task->stack));
	if (!task->stack)
		return true;
	memcpy(task->stack, stack, stack->head.nr_args ? sizeof(*stack) : least);
	if (stacks->spaces && stacks->unwinds && stack->head.nr_args)
		keep_frames(stacks, task, stack, stack + 1);
	return true;
}

bool stacks_map(struct stacks *stacks, const void *record, size_t len)
{
	const struct kxt_map *map = record;
	char path[KXT_MAP_PATH + 16];

	if (len < sizeof(*map) || map->head.len > len - sizeof(*map) ||
	    map->head.len > KXT_MAP_PATH)
		return false;
	if (!stacks->spaces)
		return true;
	if (map->head.flags & KXT_F_VDSO)
		return spaces_map(stacks->spaces, map, NULL);
	snprintf(path, sizeof(path), "%.*s%s", (int)map->head.len,
		 (const char *)record + len - map->head.len,
		 map->head.flags & KXT_F_DELETED ? " (deleted)" : "");
	return spaces_map(stacks->spaces, map, path);
}

void stacks_forked(struct stacks *stacks, const struct kxt_task_event *event)
{
	if (stacks->spaces)
		spaces_fork(stacks->spaces, event->value, event->head.tgid,
			    event->head.flags & KXT_F_THREAD);
}

void stacks_exited(struct stacks *stacks, const struct kxt_task_event *event)
{
	if (stacks->spaces)
		spaces_exit(stacks->spaces, event->head.tgid);
}

bool stacks_knows(struct stacks *stacks, uint32_t tgid)
{
	return !stacks->spaces || spaces_knows(stacks->spaces, tgid);
}

struct map_record {
	struct kxt_map map;
	char path[KXT_MAP_PATH];
};

/* A line of /proc/PID/maps; false: not code, or not in a file. */
static bool parse_line(const char *line, struct map_record *rec)
{
	unsigned long start, end, offset;
	char rights[8], path[KXT_MAP_PATH];

	if (sscanf(line, "%lx-%lx %7s %lx %*s %*s %1023[^\n]", &start, &end, rights, &offset,
		   path) != 5 || rights[2] != 'x')
		return false;
	rec->map.start = start;
	rec->map.end = end;
	rec->map.offset = offset;
	if (!strcmp(path, "[vdso]")) {
		rec->map.head.flags = KXT_F_VDSO;
		return true;
	}
	if (*path != '/')
		return false;
	rec->map.head.len = strlen(path);
	memcpy(rec->path + sizeof(rec->path) - rec->map.head.len, path, rec->map.head.len);
	return true;
}

/* Of the file that is mapped, as its process sees it. */
static uint64_t size_of(uint32_t tgid, const struct map_record *rec)
{
	char path[KXT_MAP_PATH + 64];
	struct stat st;

	snprintf(path, sizeof(path), "/proc/%u/root%.*s", tgid, (int)rec->map.head.len,
		 rec->path + sizeof(rec->path) - rec->map.head.len);
	if (!stat(path, &st) || !stat(strchr(path + 6, '/') + strlen("/root"), &st))
		return st.st_size;
	return 0;
}

void stacks_ask(uint32_t tgid, int (*fn)(void *ctx, const void *record, size_t len), void *ctx)
{
	struct map_record rec;
	char line[KXT_MAP_PATH + 128];
	FILE *maps;

	snprintf(line, sizeof(line), "/proc/%u/maps", tgid);
	maps = fopen(line, "re");
	while (maps && fgets(line, sizeof(line), maps)) {
		memset(&rec, 0, sizeof(rec));
		rec.map.head.kind = KXT_MAP;
		rec.map.head.tid = tgid;
		rec.map.head.tgid = tgid;
		if (!parse_line(line, &rec))
			continue;
		rec.map.size = size_of(tgid, &rec);
		fn(ctx, &rec, sizeof(rec));
	}
	if (maps)
		fclose(maps);
}

const struct stack_frames *stack_of(const struct call *call)
{
	const struct task_info *task = call->task;

	if (!call->stack || !task->frames || task->framed_seq != call->rec->seq)
		return NULL;
	return task->frames;
}

static void print_frame(struct out *o, const struct stack_frame *frame)
{
	out_mem(o, " > ", 3);
	if (frame->path) {
		out_str(o, frame->path);
		out_char(o, '(');
		if (frame->symbol) {
			out_str(o, frame->symbol);
			out_printf(o, "+0x%llx", (unsigned long long)frame->symbol_offset);
		}
		out_mem(o, ") ", 2);
	}
	out_printf(o, "[0x%llx]", (unsigned long long)(frame->path ? frame->offset : frame->pc));
	if (frame->source) {
		out_char(o, ' ');
		out_str(o, frame->source);
		out_char(o, ':');
		out_udec(o, frame->line);
	}
	out_newline(o);
}

void print_stack(struct out *o, const struct stack_frames *frames)
{
	unsigned int i;

	for (i = 0; i < frames->nr; i++)
		print_frame(o, &frames->list[i]);
	if (frames->ending) {
		out_mem(o, " > (", 4);
		out_str(o, frames->ending);
		out_mem(o, ")", 1);
		out_newline(o);
	}
}
