// SPDX-License-Identifier: GPL-2.0-only
/* -e inject=: the seccomp filter, which holds the chosen calls of each personality. */
#include "inject.h"

#include <errno.h>
#include <linux/audit.h>
#include <linux/seccomp.h>
#include <stddef.h>

#include "../../bpf/kxtrace/within.h"

#define MAX_CHANGES	2048
#define PASSED		(sizeof(((struct seccomp_data *)0)->args) / 8 - 1)	/* the key's */

/* From this number on calls are held, or are not, up to the next change. */
struct change {
	__u32 from;
	bool held;
};

struct writer {
	struct sock_fprog *program;
	struct change changes[MAX_CHANGES];
	unsigned int nr_changes;
	unsigned int holds[MAX_CHANGES];	/* instructions that jump to the end */
	unsigned int nr_holds;
	bool full;
};

static unsigned int emit(struct writer *w, __u16 code, __u32 k, __u8 jt, __u8 jf)
{
	if (w->program->len == INJECT_MAX_INSNS) {
		w->full = true;
		return 0;
	}
	w->program->filter[w->program->len] = (struct sock_filter)BPF_JUMP(code, k, jt, jf);
	return w->program->len++;
}

static void load(struct writer *w, size_t offset)
{
	emit(w, BPF_LD | BPF_W | BPF_ABS, offset, 0, 0);
}

static void land(struct writer *w, unsigned int jump)
{
	w->program->filter[jump].k = w->program->len - jump - 1;
}

static void emit_leaf(struct writer *w, const struct change *change)
{
	if (!change->held) {
		emit(w, BPF_RET | BPF_K, SECCOMP_RET_ALLOW, 0, 0);
		return;
	}
	if (w->nr_holds < MAX_CHANGES)
		w->holds[w->nr_holds++] = emit(w, BPF_JMP | BPF_JA, 0, 0, 0);
}

/* The number is in the accumulator; by halves to the change that it comes after. */
static void emit_search(struct writer *w, unsigned int first, unsigned int last)
{
	unsigned int middle = (first + last + 1) / 2, jump;

	if (w->full)
		return;
	if (first == last) {
		emit_leaf(w, &w->changes[first]);
		return;
	}
	emit(w, BPF_JMP | BPF_JGE | BPF_K, w->changes[middle].from, 0, 1);
	jump = emit(w, BPF_JMP | BPF_JA, 0, 0, 0);
	emit_search(w, first, middle - 1);
	land(w, jump);
	emit_search(w, middle, last);
}

static void note(struct writer *w, __u32 nr, bool held)
{
	if (w->nr_changes && w->changes[w->nr_changes - 1].held == held)
		return;
	if (w->nr_changes == MAX_CHANGES)
		w->full = true;
	else
		w->changes[w->nr_changes++] = (struct change){ nr, held };
}

bool inject_holds(const struct inject_options *opt, unsigned int row)
{
	bool compat = row >= KXT_I386_ROWS;
	__u32 i, inner;

	if (opt->of_row[row])
		return true;
	for (i = 0; compat && i < KXT_MAX_WITHIN; i++) {
		inner = kxt_call_within(row - KXT_I386_ROWS, i);
		if (inner && opt->of_row[kxt_row_index(inner, true)])
			return true;
	}
	return false;
}

unsigned int inject_row(__u32 nr, bool compat, __u64 first)
{
	__u32 inner = compat ? kxt_call_within(nr, first & 0xffff) : 0;

	return kxt_row_index(inner ? inner : nr, compat);
}

static void note_numbers(struct writer *w, const struct inject_options *opt, __u32 from,
			 bool compat)
{
	__u32 nr;

	for (nr = from; nr < from + KXT_I386_ROWS + KXT_NR_X32_ROWS; nr++)
		note(w, nr, inject_holds(opt, kxt_row_index(nr, compat)));
	note(w, nr, false);
}

static void emit_personality(struct writer *w, const struct inject_options *opt, __u32 arch)
{
	bool compat = arch == AUDIT_ARCH_I386;
	unsigned int jump;

	load(w, offsetof(struct seccomp_data, arch));
	emit(w, BPF_JMP | BPF_JEQ | BPF_K, arch, 1, 0);
	jump = emit(w, BPF_JMP | BPF_JA, 0, 0, 0);
	w->nr_changes = 0;
	note_numbers(w, opt, 0, compat);
	if (!compat)
		note_numbers(w, opt, KXT_X32_BIT, false);
	load(w, offsetof(struct seccomp_data, nr));
	emit_search(w, 0, w->nr_changes - 1);
	land(w, jump);
}

/* Arguments are looked at last: what is decided by the number alone the kernel remembers. */
static void emit_hold(struct writer *w, __u64 key)
{
	size_t at = offsetof(struct seccomp_data, args[PASSED]);
	unsigned int i;

	for (i = 0; i < w->nr_holds; i++)
		land(w, w->holds[i]);
	load(w, at);
	emit(w, BPF_JMP | BPF_JEQ | BPF_K, key, 0, 3);
	load(w, at + 4);
	emit(w, BPF_JMP | BPF_JEQ | BPF_K, key >> 32, 0, 1);
	emit(w, BPF_RET | BPF_K, SECCOMP_RET_ALLOW, 0, 0);
	emit(w, BPF_RET | BPF_K, SECCOMP_RET_USER_NOTIF, 0, 0);
}

int inject_filter(struct sock_fprog *program, const struct inject_options *opt, __u64 key)
{
	struct writer w = { .program = program };

	program->len = 0;
	emit_personality(&w, opt, AUDIT_ARCH_X86_64);
	emit_personality(&w, opt, AUDIT_ARCH_I386);
	emit(&w, BPF_RET | BPF_K, SECCOMP_RET_ALLOW, 0, 0);
	emit_hold(&w, key);
	return w.full ? -E2BIG : 0;
}
