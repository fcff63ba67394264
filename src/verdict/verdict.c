// SPDX-License-Identifier: GPL-2.0-only
/* Finds the few words that matter in what libbpf and the verifier print. */
#define _GNU_SOURCE 1

#include <ctype.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "verdict/verdict.h"

/* A line within the log: not terminated. */
struct line {
	const char *at;
	size_t len;
};

static bool line_next(const char **rest, struct line *line)
{
	const char *end;

	if (!**rest)
		return false;
	end = strchrnul(*rest, '\n');
	line->at = *rest;
	line->len = end - *rest;
	*rest = *end ? end + 1 : end;
	return true;
}

static bool begins(const struct line *line, const char *with)
{
	size_t len = strlen(with);

	return line->len >= len && !memcmp(line->at, with, len);
}

static bool contains(const struct line *line, const char *what)
{
	return memmem(line->at, line->len, what, strlen(what));
}

/* Copies without spaces at both ends; what is not printable becomes '?'. */
static void copy(char *to, size_t room, const char *from, size_t len)
{
	size_t used = 0;

	while (len && isspace((unsigned char)*from))
		from++, len--;
	while (len && isspace((unsigned char)from[len - 1]))
		len--;
	for (; used < len && used + 1 < room; used++)
		to[used] = isprint((unsigned char)from[used]) ? from[used] : '?';
	to[used] = '\0';
}

/* Copies what stands between @before and the next @after. */
static bool between(const struct line *line, const char *before,
		    const char *after, char *to, size_t room)
{
	const char *end = line->at + line->len, *from, *until;

	from = memmem(line->at, line->len, before, strlen(before));
	if (!from)
		return false;
	from += strlen(before);
	until = memmem(from, end - from, after, strlen(after));
	if (!until)
		return false;
	copy(to, room, from, until - from);
	return true;
}

/* "12: (85) call", "12: R0=inv", "R1_w=ctx": the state, not the reason. */
static bool is_state(const struct line *line)
{
	size_t i = 0;

	if (line->len && line->at[0] == 'R') {
		for (i = 1; i < line->len && isdigit((unsigned char)line->at[i]);)
			i++;
		return i > 1 && i < line->len &&
		       (line->at[i] == '=' || line->at[i] == '_');
	}
	while (i < line->len && isdigit((unsigned char)line->at[i]))
		i++;
	return i && i < line->len && line->at[i] == ':';
}

static bool is_noise(const struct line *line)
{
	static const char *const noise[] = {
		"processed ", "verification time", "stack depth", "from ",
		"mark_precise", "last_idx", "regs=", "parent ", "func#",
		"caller:", "callee:", "frame", "returning from callee",
		"to caller at", "max_states", "propagating ", "-- ",
		"cur state:", "old state:",
	};

	if (!line->len || is_state(line))
		return true;
	for (size_t i = 0; i < sizeof(noise) / sizeof(noise[0]); i++)
		if (begins(line, noise[i]))
			return true;
	return false;
}

/* "; x = *p; @ name.bpf.c:12": the file and line since Linux 6.9. */
static void read_source(const struct line *line, struct verdict *out)
{
	const char *text = line->at + 2, *end = line->at + line->len;
	const char *at = NULL, *next = text;

	while ((next = memmem(next, end - next, " @ ", 3)))
		at = next, next += 3;
	out->where[0] = '\0';
	if (at)
		copy(out->where, sizeof(out->where), at + 3, end - at - 3);
	copy(out->source, sizeof(out->source), text, (at ?: end) - text);
}

/* libbpf's complaints go from the cause to its consequences. */
static void read_complaint(const struct line *line, struct verdict *out)
{
	static const char head[] = "libbpf: ";

	(void)between(line, "map '", "': failed to create", out->map,
		      sizeof(out->map));
	if (between(line, "failed to find kernel BTF type ID of '", "'",
		    out->hook, sizeof(out->hook)))
		(void)between(line, "prog '", "'", out->prog,
			      sizeof(out->prog));
	if (!out->prog[0] && contains(line, "': failed to load: "))
		(void)between(line, "prog '", "'", out->prog,
			      sizeof(out->prog));
	if (out->cause[0] || contains(line, "Retrying without BTF") ||
	    contains(line, "PROG LOAD LOG") || contains(line, "elf: skipping "))
		return;
	copy(out->cause, sizeof(out->cause), line->at + sizeof(head) - 1,
	     line->len - sizeof(head) + 1);
}

static const char log_begin[] = "-- BEGIN PROG LOAD LOG --";
static const char log_end[] = "-- END PROG LOAD LOG --";

/* Of a very long log the beginning may have been forgotten. */
static bool begins_inside(const char *log)
{
	const char *begin = strstr(log, log_begin), *end = strstr(log, log_end);

	return end && (!begin || end < begin);
}

void verdict_read(const char *log, struct verdict *out)
{
	bool inside = begins_inside(log);
	struct line line;

	memset(out, 0, sizeof(*out));
	while (line_next(&log, &line)) {
		if (contains(&line, log_begin)) {
			inside = true;
			out->reason[0] = out->source[0] = out->where[0] = '\0';
		} else if (contains(&line, log_end)) {
			inside = false;
		} else if (!inside && begins(&line, "libbpf: ")) {
			(void)between(&line, "prog '",
				      "': BPF program load failed", out->prog,
				      sizeof(out->prog));
			read_complaint(&line, out);
		} else if (inside && begins(&line, "; ")) {
			read_source(&line, out);
		} else if (inside && !is_noise(&line)) {
			copy(out->reason, sizeof(out->reason), line.at,
			     line.len);
		}
	}
}
