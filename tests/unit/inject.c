// SPDX-License-Identifier: GPL-2.0-only
/* -e inject=: the filter holds what was chosen and nothing else; counts are each task's own. */
#include <linux/audit.h>
#include <linux/seccomp.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "decode.h"
#include "inject.h"

#define KEY	0x0123456789abcdefull

static int nr_tests, nr_failed;
static struct inject_options options;

static void ok(bool good, const char *what)
{
	nr_tests++;
	nr_failed += !good;
	printf("%sok %d - %s\n", good ? "" : "not ", nr_tests, what);
}

/* The kernel's machine, as far as such filters need it; ~0: not a filter. */
static __u32 judge(const struct sock_fprog *program, const struct seccomp_data *data)
{
	const struct sock_filter *insn;
	unsigned int at = 0;
	__u32 a = 0;

	while (at < program->len) {
		insn = &program->filter[at++];
		if (insn->code == (BPF_RET | BPF_K))
			return insn->k;
		if (insn->code == (BPF_LD | BPF_W | BPF_ABS) && insn->k + 4 <= sizeof(*data))
			memcpy(&a, (const char *)data + insn->k, 4);
		else if (insn->code == (BPF_JMP | BPF_JA))
			at += insn->k;
		else if (insn->code == (BPF_JMP | BPF_JEQ | BPF_K))
			at += a == insn->k ? insn->jt : insn->jf;
		else if (insn->code == (BPF_JMP | BPF_JGE | BPF_K))
			at += a >= insn->k ? insn->jt : insn->jf;
		else
			return ~0u;
	}
	return ~0u;
}

static bool holds(const struct sock_fprog *program, __u32 arch, __u32 nr, __u64 sixth)
{
	struct seccomp_data data = { .nr = nr, .arch = arch, .args[5] = sixth };

	return judge(program, &data) == SECCOMP_RET_USER_NOTIF;
}

static bool is_right(const struct sock_fprog *program, __u32 arch, __u32 nr)
{
	bool compat = arch == AUDIT_ARCH_I386;
	bool wanted = inject_holds(&options, kxt_row_index(nr, compat));

	return holds(program, arch, nr, 0) == wanted && !holds(program, arch, nr, KEY) &&
	       holds(program, arch, nr, KEY + 1) == wanted &&
	       holds(program, arch, nr, KEY + (1ull << 32)) == wanted;
}

/* All numbers that a call may have, in each of the personalities. */
static void test_set(const char *set)
{
	static struct sock_filter insns[INJECT_MAX_INSNS];
	struct sock_fprog program = { .filter = insns };
	bool chosen[KXT_NR_ROWS], good = true;
	char text[128];
	__u32 nr;

	memset(&options, 0, sizeof(options));
	if (select_calls(chosen, "inject", set))
		exit(1);
	for (nr = 0; nr < KXT_NR_ROWS; nr++)
		options.of_row[nr] = chosen[nr];
	good = !inject_filter(&program, &options, KEY);
	for (nr = 0; nr < KXT_I386_ROWS + KXT_NR_X32_ROWS && good; nr++)
		good = is_right(&program, AUDIT_ARCH_X86_64, nr) &&
		       is_right(&program, AUDIT_ARCH_X86_64, nr | KXT_X32_BIT) &&
		       is_right(&program, AUDIT_ARCH_I386, nr);
	good = good && !holds(&program, AUDIT_ARCH_AARCH64, 0, 0);
	snprintf(text, sizeof(text), "%s: these calls are held, in %u instructions", set,
		 program.len);
	ok(good, text);
}

static void test_rows(void)
{
	ok(inject_row(102, true, 3) == kxt_row_index(362, true), "socketcall is a connect");
	ok(inject_row(102, true, 99) == kxt_row_index(102, true), "or one that there is not");
	ok(inject_row(117, true, 1 << 16 | 2) == kxt_row_index(393, true),
	   "ipc is a semget, of any version");
	ok(inject_row(102, false, 3) == 102, "not in 64 bits");
}

static void test_counts(void)
{
	struct inject_counts *counts;
	unsigned int row;
	bool good = true;
	int i;

	memset(&options, 0, sizeof(options));
	options.of_row[1] = options.of_row[7] = 1;
	counts = inject_counts_new(&options);
	if (!counts)
		exit(1);
	for (i = 1; i <= 3; i++)
		for (row = 1; row <= 7; row += 6)
			good = good && inject_count(counts, getpid(), row, 1000) == (__u32)i;
	ok(good, "each call is counted by itself");
	ok(inject_count(counts, getppid(), 1, 1000) == 1, "and each task");
	ok(inject_count(counts, getpid(), 1, 5000000000) == 4,
	   "a task that was silent for long is still the same");
	/* More than are kept: those who do not live are forgotten, others are not. */
	for (i = 0; i < 10000; i++)
		(void)inject_count(counts, (1 << 22) + i, 1, 5000000000);
	ok(inject_count(counts, getpid(), 1, 5000000000) == 5, "nor is it forgotten among many");
	ok(inject_count(counts, 1 << 22, 1, 5000000000) == 1, "one that has ended is");
	inject_counts_free(counts);
}

int main(void)
{
	test_set("getppid");
	test_set("all");
	test_set("none");
	test_set("!read,write");
	test_set("%file,%net");
	test_set("/e");
	test_set("socket@32,connect@32,shmat,semop");
	test_set("read@64,rt_sigaction,ioctl");
	test_set("0,2,4,6,8,10,12,14,500");
	test_rows();
	test_counts();
	printf("1..%d\n", nr_tests);
	return nr_failed != 0;
}
