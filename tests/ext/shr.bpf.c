/* SPDX-License-Identifier: GPL-2.0-only */
/* Shares and intakes for tests: pairs that belong together, records that are numbered. */
#include <vmlinux.h>
#include <kx/share.bpf.h>
#include <kx/intake.bpf.h>

#include "shr.h"

#ifndef SHR_VERSION
#define SHR_VERSION "1.0.0"
#endif

KX_EXTENSION("shr", SHR_VERSION, "shares and intakes for tests");
KX_LICENSE("GPL");

KX_PARAM(int, pid, "whose system calls write the pair; 0: nobody's") = 0;
KX_PARAM(u32, hold, "turns that a writer has the lock for longer") = 0;
KX_VALUE(u64, written, "times the pair was written");
KX_VALUE(u64, refused, "times another writer was in");
KX_VALUE(u64, seen, "records of `numbers` that came");
KX_VALUE(u64, doubled, "of those, came before");
KX_VALUE(u64, missed, "numbers that were left out");
KX_VALUE(u64, halves, "records with bytes of two");
KX_VALUE(u64, last, "the greatest number");
KX_VALUE(u64, generation, "of the code that took the last record");
KX_VALUE(struct listed, latest, "what `entries` had last");
KX_VALUE(char[32], line, "what `lines` had last");

KX_SHARE(struct pair, pair, "written at system calls: b is a times 7");
KX_SHARE(struct listed, plain, "without a lock");
KX_SHARE(u64, word, "a single number");

SEC("tp_btf/sys_enter")
int BPF_PROG(entered, struct pt_regs *regs, long nr)
{
	int wanted = pid;

	if (!wanted || bpf_get_current_pid_tgid() >> 32 != (u32)wanted)
		return 0;
	if (!kx_write_begin(&pair.seq)) {
		__sync_fetch_and_add(&refused, 1);
		return 0;
	}
	pair.a++;
	for (u32 i = 0; i < 64 && i < hold; i++)
		*(volatile u64 *)&word += 1;
	pair.b = pair.a * FACTOR;
	kx_write_end(&pair.seq);
	__sync_fetch_and_add(&written, 1);
	return 0;
}

KX_INTAKE(numbers, struct numbered, "numbers, each once and whole")
{
	u64 number = record->number;

	seen++;
	generation = kx_own.generation;
	if (record->check != (u32)(number * 2654435761u))
		halves++;
	for (u32 i = 0; i < sizeof(record->fill); i++)
		if (record->fill[i] != (u8)number) {
			halves++;
			break;
		}
	if (number <= last)
		doubled++;
	else
		missed += number - last - 1;
	last = number;
	return 0;
}

KX_INTAKE(entries, struct listed, "odd ones are refused")
{
	latest = *record;
	return record->id % 2;
}

typedef char text[32];

KX_INTAKE(lines, text, "lines")
{
	__builtin_memcpy((void *)line, *record, sizeof(*record));
	return 0;
}
