// SPDX-License-Identifier: GPL-2.0-only
/* The verifier's words and the rules they stand for; words that nobody wrote. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The table itself, to see that no row hides another. */
#include "../../src/verdict/rules.c"

#include "../../src/verdict/verdict.h"

static int nr_tests, nr_failed;

static void ok(bool good, const char *what)
{
	nr_tests++;
	nr_failed += !good;
	printf("%sok %d - %s\n", good ? "" : "not ", nr_tests, what);
}

/* Texts of kernels from 5.10 to 7.2, and a piece of the rule. */
static const char *const texts[][2] = {
	{ "R0 invalid mem access 'map_value_or_null'", "map lookup" },
	{ "R0 invalid mem access 'ringbuf_mem_or_null'", "ring buffer may be full" },
	{ "R0 invalid mem access 'mem_or_null'", "is checked alone" },
	{ "R1 invalid mem access 'mem_or_null'", "is checked alone" },
	{ "R0 invalid mem access 'sock_or_null'", "may be NULL" },
	{ "R8 invalid mem access 'ptr_or_null_'", "may be NULL" },
	{ "R1 invalid mem access 'rcu_ptr_or_null_'", "may be NULL" },
	{ "Possibly NULL pointer passed to trusted arg0", "takes no NULL" },
	{ "R1 type=map_value_or_null expected=map_ptr", "takes no NULL" },
	{ "R2 is ptr_task_struct access user memory: off=0", "bpf_probe_read_user" },
	{ "R0 invalid mem access 'scalar'", "BPF_CORE_READ" },
	{ "R2 invalid mem access 'inv'", "BPF_CORE_READ" },
	{ "R1 invalid mem access 'pkt_end'", "data_end" },
	{ "R1 invalid mem access 'map_ptr'", "bpf_map_lookup_elem" },
	{ "only read is supported", "read, not written" },
	{ "access beyond struct task_struct at off 1000000 size 4", "outside of the structure" },
	{ "R1 is ptr_task_struct invalid variable offset: off=0, var_off=(0x0; 0xffffffff)",
	  "bpf_probe_read_kernel" },
	{ "R1 is ptr_task_struct invalid negative access: off=-8", "container_of" },
	{ "invalid access to packet, off=12 size=2, R1(id=0,off=12,r=0)", "data_end" },
	{ "R1 offset is outside of the packet", "data_end" },
	{ "R2 min value is negative, either use unsigned or 'var &= const'", "unsigned" },
	{ "R1 min value is negative, either use unsigned index or do a if (index >=0) check.",
	  "unsigned" },
	{ "R2 unbounded memory access, use 'var &= const' or 'if (var < const)'", "no limit" },
	{ "R2 unbounded memory access, make sure to bounds check any such access", "no limit" },
	{ "R0 max value is outside of the allowed memory range", "can get too big" },
	{ "R0 min value is outside of the allowed memory range", "outside of the array" },
	{ "R1 max value is outside of the array range", "outside of the array" },
	{ "math between map_value pointer and register with unbounded min value is not allowed",
	  "no limit" },
	{ "value -2147483648 makes map_value pointer be out of bounds", "outside of the array" },
	{ "math between fp pointer and 4294967295 is not allowed", "this big" },
	{ "R1 has unknown scalar with mixed signed bounds, pointer arithmetic with it prohibited for !root",
	  "unsigned" },
	{ "invalid access to map value, value_size=64 off=64 size=1", "value_size" },
	{ "invalid access to memory, mem_size=8 off=8 size=8", "below its size" },
	{ "R2 invalid zero-sized read: u64=[0,7]", "may not be 0" },
	{ "R2 invalid zero-sized read", "may not be 0" },
	{ "combined stack size of 2 calls is 624. Too large", "512 bytes" },
	{ "the call stack of 9 frames is too deep !", "8 functions" },
	{ "invalid indirect read from stack R2 off -8+4 size 8", "never set" },
	{ "invalid read from stack R10 off=-8 size=8", "never set" },
	{ "invalid read from stack off -16+0 size 8", "never set" },
	{ "invalid write to stack R10 off=-520 size=8", "stack at 512 bytes" },
	{ "invalid unbounded variable-offset read from stack R2", "needs a limit" },
	{ "invalid variable-offset write to stack R2 var_off=(0x0; 0xff) off=-8 size=1",
	  "needs a limit" },
	{ "invalid stack type R2 off=-8 access_size=16", "sizeof" },
	{ "invalid indirect access to stack R2 off=-8 size=16", "sizeof" },
	{ "misaligned stack access off (0x0; 0x0)+-15+0 size 4", "multiple of its size" },
	{ "misaligned packet access off 0+2+15+0 size 4", "__builtin_memcpy" },
	{ "infinite loop detected at insn 3", "does not end" },
	{ "back-edge from insn 12 to 4", "bpf_loop" },
	{ "loop detected", "circle" },
	{ "BPF program is too large. Processed 1000001 insn", "bpf_loop" },
	{ "The sequence of 8193 jumps is too complex.", "too many branches" },
	{ "unreachable insn 2", "never run" },
	{ "jump out of range from insn 1 to 102", "without return" },
	{ "last insn is not an exit or jmp", "without return" },
	{ "R0 !read_ok", "each path" },
	{ "R4 !read_ok", "never set" },
	{ "At program exit the register R0 has value (0x2; 0x0) should have been in (0x0; 0x1)",
	  "in the range" },
	{ "At program exit the register R0 has smin=1 smax=255 should have been in [0, 1]",
	  "in the range" },
	{ "At callback return the register R0 has smin=2 smax=2 should have been in [0, 1]",
	  "callback" },
	{ "R0 leaks addr as return value", "return a number" },
	{ "R2 leaks addr into helper function", "may not get out" },
	{ "R1 pointer arithmetic on map_value_or_null prohibited, null-check it first",
	  "NULL before adding" },
	{ "R2 pointer arithmetic on pkt_end prohibited", "nothing may be added" },
	{ "R1 bitwise operator |= on pointer prohibited", "mask that" },
	{ "R1 32-bit pointer arithmetic prohibited", "64 bits" },
	{ "R1 pointer += pointer prohibited", "index" },
	{ "dereference of modified ctx ptr R1 off=8 disallowed", "nothing added" },
	{ "variable ctx access var_off=(0x0; 0x4) disallowed", "by name" },
	{ "invalid bpf_context access off=32 size=8", "prototype" },
	{ "func 'sched_process_exec' doesn't have 4-th argument", "fewer arguments" },
	{ "func 'security_file_open' arg0 type INT is not a struct", "bpf_probe_read_kernel" },
	{ "program of this type cannot use helper bpf_redirect#23", "bpftool feature probe" },
	{ "unknown func bpf_redirect#23", "bpftool feature probe" },
	{ "helper call is not allowed in probe", "may sleep" },
	{ "helper call might sleep in a non-sleepable prog", "may sleep" },
	{ "sleepable helper bpf_copy_from_user#148 in non-sleepable prog", "may sleep" },
	{ "Sleepable programs can only use array, hash, ringbuf and local storage maps",
	  "another kind of map" },
	{ "Only fentry/fexit/fmod_ret, lsm, iter, uprobe, and struct_ops programs can be sleepable",
	  "without .s" },
	{ "cannot call GPL-restricted function from non-GPL compatible program", "KX_LICENSE" },
	{ "cannot pass map_type 27 into func bpf_map_lookup_elem#1", "map of this type" },
	{ "write into map forbidden, value_size=4 off=0 size=4", "read-only" },
	{ "R1 cannot write into rdonly_mem", "read-only" },
	{ "R3 does not point to a readonly map'", "constant" },
	{ "R3 type=fp expected=map_value", "constant" },
	{ "release kernel function bpf_task_release expects refcounted PTR_TO_BTF_ID",
	  "acquire it first" },
	{ "calling kernel function bpf_ct_release is not allowed", "kind" },
	{ "R1 must be referenced or trusted", "hook's own arguments" },
	{ "Expected an initialized dynptr as arg #2", "dynptr" },
	{ "Unreleased reference id=2 alloc_insn=5", "before each return" },
	{ "BPF_EXIT instruction in main prog would lead to reference leak", "before each return" },
	{ "bpf_spin_unlock is missing", "unlock before each return" },
	{ "BPF_EXIT instruction in main prog cannot be used inside bpf_spin_lock-ed region",
	  "unlock before each return" },
	{ "function calls are not allowed while holding a lock", "bpf_spin_lock" },
	{ "R2 type=scalar expected=fp, pkt, pkt_meta, map_key, map_value", "&variable" },
	{ "R2 type=inv expected=fp, pkt, pkt_meta", "wrong kind of value" },
	{ "R1 type=scalar expected=map_ptr", "&map" },
	{ "R2 type=scalar expected=func", "function of the program" },
	{ "R1 type=ctx expected=fp", "copy what is needed" },
	{ "BPF_ATOMIC stores into R1 ctx is not allowed", "atomically" },
	{ "Caller passes invalid args into func#1 ('g')", "make it static" },
	{ "arg#0 expected pointer to ctx, but got scalar", "make it static" },
	{ "attach_btf_id 12 is not a function", "not name a function" },
	{ "security_nosuch() is not modifiable", "error injection" },
};

static void test_texts(void)
{
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		const char *rule = rule_explain(texts[i][0]);

		ok(rule && strstr(rule, texts[i][1]), texts[i][0]);
		if (!rule || !strstr(rule, texts[i][1]))
			printf("# %s\n", rule ? rule : "no rule");
	}
}

/* What a row stands for, word by word, must not be caught by a row before. */
static void test_rows(void)
{
	size_t nr = sizeof(rules) / sizeof(rules[0]);
	bool clear = true, apt = true;

	for (size_t i = 0; i < nr; i++) {
		const char *rule = rules[i].rule;
		char text[256] = "";

		for (const char *c = rules[i].said; *c; c++)
			sprintf(text + strlen(text), "%c",
				*c == '#' ? '7' : *c == '*' ? 'Z' :
				*c == '?' ? 'z' : *c);
		if (rule_explain(text) != rule && strcmp(rule_explain(text), rule)) {
			printf("# %s: %s\n", text, rule_explain(text));
			clear = false;
		}
		if (strlen(rule) > 160 || rule[strlen(rule) - 1] == '.') {
			printf("# %s\n", rule);
			apt = false;
		}
	}
	ok(nr >= 30, "there are at least thirty rules");
	ok(clear, "no rule hides another");
	ok(apt, "rules are clauses that fit a sentence");
}

static void test_others(void)
{
	static const char hostile[] = "R# type=*******#######*'mem access '";
	char *text = malloc(257);
	bool same = true;

	ok(!rule_explain(""), "no words, no rule");
	ok(!rule_explain("something that no kernel says"), "unknown words, no rule");
	ok(!rule_explain("R !read_ok"), "a number has digits");
	ok(rule_explain("R10 !read_ok"), "and any number of them");

	for (size_t i = 0; i < 256; i++)
		text[i] = hostile[i % (sizeof(hostile) - 1)];
	text[256] = '\0';
	for (size_t i = 0; i < 256; i++)
		same &= rule_explain(text + i) == rule_explain(text + i);
	ok(same, "hostile words end");
	memset(text, 0xff, 256);
	ok(!rule_explain(text), "bytes that are no text");
	free(text);
}

static void test_verdicts(void)
{
	struct verdict said;

	verdict_read("libbpf: prog 'p': BPF program load failed: x\n"
		     "libbpf: prog 'p': -- BEGIN PROG LOAD LOG --\n"
		     "0: R1=ctx() R10=fp0\n"
		     "infinite loop detected at insn 0\n"
		     "cur state: R1=ctx() R10=fp0\nold state: R1=ctx() R10=fp0\n"
		     "processed 2 insns\n-- END PROG LOAD LOG --\n",
		     &said);
	ok(!strcmp(said.reason, "infinite loop detected at insn 0"),
	   "states after the reason are not the reason");

	/* More than a context keeps: the oldest lines are gone. */
	verdict_read("; for (;;) @ x.bpf.c:7\n4: (61) r4 = *(u32 *)(r3 +0)\n"
		     "BPF program is too large. Processed 1000001 insn\n"
		     "processed 1000001 insns\n-- END PROG LOAD LOG --\n"
		     "libbpf: prog 'p': failed to load: -7\n",
		     &said);
	ok(!strcmp(said.prog, "p") && !strcmp(said.where, "x.bpf.c:7") &&
	   !strncmp(said.reason, "BPF program is too large", 24),
	   "a log without its beginning still has a verdict");
}

int main(void)
{
	test_texts();
	test_rows();
	test_others();
	test_verdicts();
	printf("1..%d\n", nr_tests);
	return nr_failed != 0;
}
