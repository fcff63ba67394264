// SPDX-License-Identifier: GPL-2.0-only
/* The verifier's rules in the words of somebody who writes C: a table. */
#include <ctype.h>
#include <stdbool.h>
#include <stddef.h>

#include "verdict/rules.h"

/*
 * What the verifier says, any version of it, and the rule. '#' stands for a
 * number, '?' for a character, '*' for anything; a pattern is looked for anywhere
 * in the text. The first that is found counts: special ones stand before general
 * ones.
 */
static const struct rule {
	const char *said;
	const char *rule;
} rules[] = {
	/* Pointers that may be NULL */
	{ "mem access 'map_value_or_null'",
	  "a map lookup may find nothing: compare its result with NULL before using it" },
	{ "mem access '*ringbuf_mem_or_null'",
	  "a ring buffer may be full: compare what bpf_ringbuf_reserve() returns with NULL before using it" },
	{ "mem access 'alloc_mem_or_null'",
	  "a ring buffer may be full: compare what bpf_ringbuf_reserve() returns with NULL before using it" },
	{ "mem access '*mem_or_null'",
	  "a function that is not static is checked alone, its pointers may be NULL: test them in it, or make it static" },
	{ "mem access '*_or_null*'",
	  "this pointer may be NULL: compare it with NULL before using it" },
	{ "Possibly NULL pointer passed to trusted arg#",
	  "this function takes no NULL: compare the pointer with NULL before the call" },
	{ "type=*_or_null* expected=",
	  "this function takes no NULL: compare the pointer with NULL before the call" },

	/* Addresses of the kernel, of processes, of nobody */
	{ "is ptr_* access user memory",
	  "this is memory of a process: copy it with bpf_probe_read_user()" },
	{ "is ptr_* access percpu memory",
	  "this is per-CPU memory: reach it with bpf_per_cpu_ptr() or bpf_this_cpu_ptr()" },
	{ "mem access 'scalar'",
	  "a number is no address: read kernel memory with BPF_CORE_READ(), a process's with bpf_probe_read_user()" },
	{ "mem access 'inv'",
	  "a number is no address: read kernel memory with BPF_CORE_READ(), a process's with bpf_probe_read_user()" },
	{ "mem access 'pkt_end'",
	  "data_end is there to be compared with: read the packet through a pointer made from data" },
	{ "mem access 'map_ptr'",
	  "this is the map, not a value: get a value with bpf_map_lookup_elem()" },
	{ "mem access '",
	  "this pointer cannot be used to reach memory: use the helper that is made for it" },
	{ "only read is supported",
	  "a kernel structure can be read, not written: change it through a helper, if there is one" },
	{ "access beyond struct",
	  "this is outside of the structure: use the member's name, and the type that the kernel passes" },
	{ "access beyond the end of member",
	  "this is outside of the member: an index has to stay within the array" },
	{ "is ptr_* invalid variable offset",
	  "a kernel structure is read at fixed places: with an index that varies use bpf_probe_read_kernel()" },
	{ "is ptr_* invalid negative access",
	  "this is in front of the structure: container_of() does not work on it, read with BPF_CORE_READ()" },
	{ "cannot access ptr member",
	  "this member cannot be reached directly: read it with BPF_CORE_READ()" },

	/* Bounds */
	{ "invalid access to packet",
	  "bytes of a packet count only after a comparison: if (pointer + size > data_end) return, on this path" },
	{ "offset is outside of the packet",
	  "bytes of a packet count only after a comparison: if (pointer + size > data_end) return, on this path" },
	{ "R# min value is negative",
	  "a size or index may not be negative: make it unsigned, or compare it with 0 first" },
	{ "unbounded memory access",
	  "this index or size has no limit: compare it with the array's size just before, or mask it (i & (SIZE - 1))" },
	{ "with unbounded m?? value is not allowed",
	  "this index has no limit: compare it with the array's size just before, or mask it (i & (SIZE - 1))" },
	{ "max value is outside of the allowed memory range",
	  "this index or size can get too big: compare it with the array's size, not with more" },
	{ "min value is outside of the allowed memory range",
	  "this is outside of the array or structure: an index goes from 0 to its size less 1" },
	{ "outside of the * range",
	  "this is outside of the array or structure: an index goes from 0 to its size less 1" },
	{ "unbounded min value",
	  "this index may be negative: make it unsigned and compare it with the array's size" },
	{ "pointer be out of bounds",
	  "this is far outside of the array: an index goes from 0 to its size less 1" },
	{ "unknown scalar with mixed signed bounds",
	  "this index may be negative: make it unsigned and compare it with the array's size" },
	{ "invalid access to map value",
	  "this is outside of the map's value: a value ends at its size (value_size)" },
	{ "invalid access to map key",
	  "this is outside of the map's key: a key ends at its size (key_size)" },
	{ "invalid access to memory, mem_size=",
	  "this is outside of the memory that was reserved or passed: an index has to stay below its size" },
	{ "R# invalid zero-sized read",
	  "a size may not be 0: compare it with 0 before the call" },
	{ "invalid zero-sized read",
	  "this map has no such keys or values: a ring buffer, for one, cannot be looked up" },

	/* The stack */
	{ "combined stack size of # calls is",
	  "all calls together have 512 bytes of stack: keep big data in a map (per-CPU array), or pass less on" },
	{ "the call stack of # frames is too deep",
	  "at most 8 functions may be in progress, and none calls itself: use a loop" },
	{ "invalid indirect read from stack",
	  "a helper would read bytes that were never set: initialize the variable, its padding too (= {})" },
	{ "invalid read from stack",
	  "a variable is read that was never set: initialize it (= {})" },
	{ "invalid write to stack",
	  "this is outside of the function's variables: an array on the stack ends at its size, the stack at 512 bytes" },
	{ "variable-offset * stack",
	  "an index into an array on the stack needs a limit: compare it with the array's size just before" },
	{ "invalid indirect access to stack",
	  "the size is more than the variable on the stack has: pass sizeof(variable)" },
	{ "invalid stack type",
	  "the size is more than the variable on the stack has: pass sizeof(variable)" },
	{ "invalid stack off=",
	  "this is outside of the stack, which has 512 bytes: keep big data in a map (per-CPU array)" },
	{ "misaligned stack access",
	  "a number on the stack stands at a multiple of its size: no casts to bigger types, no packed structures" },
	{ "misaligned * access",
	  "a number stands at a multiple of its size: copy it out with __builtin_memcpy()" },
	{ "corrupted spill memory",
	  "a pointer that was kept on the stack is written over in part: no casts and unions of pointers" },

	/* Control flow */
	{ "infinite loop detected",
	  "this loop does not end: nothing in it changes what it waits for" },
	{ "back-edge from insn",
	  "this kernel knows no such loop: give it a fixed number of rounds, or use bpf_loop()" },
	{ "loop detected",
	  "functions call one another in a circle: use a loop" },
	{ "program is too large. Processed",
	  "the verifier gave up after 1000000 steps: give loops a small fixed limit, or use bpf_loop()" },
	{ "sequence of # jumps is too complex",
	  "too many branches within one another: split the loop's body off, with bpf_loop() or a function that is not static" },
	{ "unreachable insn",
	  "code that can never run: a path without return, often after code that is not defined in C" },
	{ "jump out of range",
	  "a jump leads out of the function: often code that is not defined in C, as a path without return" },
	{ "last insn is not an exit",
	  "the function's end is reached without return: often code that is not defined in C" },
	{ "R0 !read_ok",
	  "a path ends without a result: each path needs its return, with a value" },
	{ "R# !read_ok",
	  "a variable is used that was never set: initialize it, and call functions with all their arguments" },
	{ "frame pointer is read only",
	  "assembly may not change the frame pointer" },

	/* Results */
	{ "At program exit the register R0",
	  "the result has to be in the range given: return constants, each by a return of its own" },
	{ "At callback return the register R0",
	  "a callback returns 0 to go on or 1 to stop, as constants" },
	{ "R0 leaks addr as return value",
	  "an address may not be the result: return a number" },
	{ "leaks addr",
	  "an address of the kernel may not get out: store a number instead, an id or a copy" },

	/* Arithmetic with pointers */
	{ "pointer arithmetic on *_or_null* prohibited",
	  "this pointer may be NULL: compare it with NULL before adding to it" },
	{ "pointer arithmetic on * prohibited",
	  "nothing may be added to this pointer: use it as it was given" },
	{ "bitwise operator * on pointer prohibited",
	  "a pointer cannot be masked or combined: add an index to it, and mask that" },
	{ "32-bit pointer arithmetic prohibited",
	  "a pointer has 64 bits: do not cast it to int" },
	{ "pointer *= pointer prohibited",
	  "two pointers cannot be added or subtracted here: count with an index" },
	{ "math between * pointer and",
	  "a number this big cannot be added to a pointer: limit it first" },
	{ "dereference of modified",
	  "the context or a kernel pointer is used where it was given, with nothing added: use its members" },
	{ "must have zero offset when passed to release",
	  "what is given back has to be the pointer that was received, with nothing added" },
	{ "variable ctx access",
	  "members of the context are reached by name: it cannot be indexed" },

	/* The context */
	{ "invalid bpf_context access",
	  "the hook has no such argument or member: compare names, number and types with its prototype" },
	{ "func '*' doesn't have #-th argument",
	  "the hook has fewer arguments than are asked for: see its prototype" },
	{ "arg# type * is not a struct",
	  "this argument of the hook cannot be followed: read it with bpf_probe_read_kernel()" },

	/* Helpers and kernel functions */
	{ "program of this type cannot use helper",
	  "this helper is not for programs of this kind: `bpftool feature probe` lists who may use it" },
	{ "unknown func",
	  "this kernel has no such helper, or not for programs of this kind: `bpftool feature probe` lists them" },
	{ "helper call is not allowed in probe",
	  "this helper is for programs that may sleep: take a section with .s, or another helper" },
	{ "might sleep in a non-sleepable prog",
	  "this helper may sleep, the program may not: take a section with .s, or another helper" },
	{ "in non-sleepable prog",
	  "this helper may sleep, the program may not: take a section with .s, or another helper" },
	{ "must be sleepable to call sleepable kfunc",
	  "this function may sleep, the program may not: take a section with .s, or another function" },
	{ "leepable programs can only use",
	  "a program that may sleep cannot use such a map: take another kind of map, or a section without .s" },
	{ "may be sleepable",
	  "programs on this hook may not sleep: take a section without .s" },
	{ "programs can be sleepable",
	  "programs on this hook may not sleep: take a section without .s" },
	{ "is not sleepable",
	  "programs on this hook may not sleep: take a section without .s" },
	{ "GPL-restricted function from non-GPL",
	  "this helper is for code under the GPL: KX_LICENSE(\"GPL\"), if you may" },
	{ "GPL compatible",
	  "this is for code under the GPL: KX_LICENSE(\"GPL\"), if you may" },
	{ "cannot pass map_type # into func",
	  "this helper is not for a map of this type" },
	{ "write into map forbidden",
	  "this map is read-only for programs: load-time parameters and constants cannot be changed" },
	{ "cannot write into",
	  "this memory is read-only: copy it and change the copy" },
	{ "read from map forbidden",
	  "this map is write-only for programs" },
	{ "does not point to a readonly map'",
	  "the format has to be a constant: static const char fmt[] = \"...\", or BPF_SNPRINTF()" },
	{ "R3 type=* expected=map_value",
	  "the format has to be a constant: static const char fmt[] = \"...\", or BPF_SNPRINTF()" },
	{ "doesn't point to a const string",
	  "the text has to be a constant: static const char text[] = \"...\"" },
	{ "invalid format string",
	  "the format has a conversion that kernel code does not know: %d %u %x %ld %llu %s %p are there" },
	{ "release kernel function * expects refcounted",
	  "only what this code has acquired can be released: acquire it first, and test the result" },
	{ "calling kernel function * is not allowed",
	  "this kernel function is not for programs of this kind" },
	{ "calling invalid kernel function",
	  "this kernel has no such function for programs, or not for this kind" },
	{ "kernel function * expected pointer to",
	  "an argument has another type than the kernel function takes" },
	{ "must be referenced or trusted",
	  "this pointer may be gone at any time: take it from the hook's own arguments, or acquire it first" },
	{ "must be a rcu pointer",
	  "this pointer is good only between bpf_rcu_read_lock() and bpf_rcu_read_unlock()" },
	{ "xpected an initialized dynptr",
	  "this takes a dynptr that was made by a bpf_dynptr_ function, on every path" },
	{ "tail_calls are not allowed",
	  "tail calls do not go together with functions on this kernel: make the functions inline" },
	{ "kernel subsystem misconfigured",
	  "this kernel was built without what the helper needs" },

	/* What is taken has to be given back */
	{ "Unreleased reference",
	  "what was acquired or reserved is not given back on some path: release, submit or discard it before each return" },
	{ "would lead to reference leak",
	  "what was acquired or reserved is not given back on some path: release, submit or discard it before each return" },
	{ "bpf_spin_lock is missing",
	  "a bpf_spin_lock() is not unlocked on some path: unlock before each return" },
	{ "bpf_spin_unlock is missing",
	  "a bpf_spin_lock() is not unlocked on some path: unlock before each return" },
	{ "inside bpf_spin_lock-ed region",
	  "a bpf_spin_lock() is not unlocked on some path: unlock before each return" },
	{ "bpf_rcu_read_unlock is missing",
	  "a bpf_rcu_read_lock() is not unlocked on some path: unlock before each return" },
	{ "inside bpf_rcu_read_lock-ed region",
	  "a bpf_rcu_read_lock() is not unlocked on some path: unlock before each return" },
	{ "while holding a lock",
	  "a function call may not come between bpf_spin_lock() and bpf_spin_unlock()" },

	/* Types of arguments */
	{ "R# type=scalar expected=func",
	  "this takes a function of the program, by its name" },
	{ "R# type=scalar expected=map_ptr",
	  "this takes the address of a map, known when it is compiled: &map" },
	{ "R# type=scalar expected=*fp",
	  "this takes an address of a variable, a map's value or a packet, not a number: pass &variable" },
	{ "R# type=ctx expected=",
	  "the context cannot be passed here: copy what is needed into a variable and pass that" },
	{ "R# type=* expected=",
	  "this argument has the wrong kind of value: pass one of those that are expected" },
	{ "BPF_ATOMIC stores into",
	  "this memory cannot be changed atomically: only map values and the stack can" },

	/* Functions that are checked alone */
	{ "Caller passes invalid args",
	  "a function that is not static is checked alone: make it static, or pass what its types promise" },
	{ "arg?# expected pointer to",
	  "a function that is not static is checked alone: make it static, or pass what its types promise" },
	{ "arg?# reference type",
	  "a function that is not static cannot take a pointer to this type: make the function static" },
	{ "invalid argument type * in Func",
	  "a function that is not static cannot take or return this type: make the function static" },

	/* Hooks */
	{ "attach_btf_id # is not a function",
	  "the section does not name a function of the kernel: it is a macro, inline, or something else" },
	{ "attach_btf_id # is not a typedef",
	  "the section does not name a tracepoint of the kernel" },
	{ "attach_btf_id # points to wrong type name",
	  "the section does not name a hook of the security modules: see lsm_hook_defs.h of the kernel" },
	{ "cannot modify return",
	  "the result of this function cannot be replaced: only error injection and security_ functions allow it" },
	{ "is not modifiable",
	  "the result of this function cannot be replaced: only error injection and security_ functions allow it" },
	{ "must be a global function",
	  "this takes a function that is not static" },
};

/* @said matches @text from its beginning on; the text may go on. */
static bool matches(const char *said, const char *text)
{
	const char *star = NULL, *resume = NULL;

	while (*said) {
		if (*said == '*') {
			star = said++;
			resume = text;
		} else if (*said == '#' && isdigit((unsigned char)*text)) {
			said++;
			while (isdigit((unsigned char)*text))
				text++;
		} else if (*text && (*said == *text || *said == '?')) {
			said++;
			text++;
		} else if (star && *resume) {
			said = star + 1;
			text = ++resume;
		} else {
			return false;
		}
	}
	return true;
}

static bool is_in(const char *said, const char *text)
{
	for (; *text; text++)
		if (matches(said, text))
			return true;
	return false;
}

const char *rule_explain(const char *reason)
{
	for (size_t i = 0; i < sizeof(rules) / sizeof(rules[0]); i++)
		if (is_in(rules[i].said, reason))
			return rules[i].rule;
	return NULL;
}
