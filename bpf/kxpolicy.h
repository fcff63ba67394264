/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * A policy as kernel code has it: what the compiler of kxtrace makes of the rules of
 * a file, and what the programs of kxpolicy.bpf.c decide by.
 *
 * The kernel looks at no rule that cannot match. What a call is about, a path or an
 * address, leads to a class: by an automaton over the names of the path, or by the
 * longest prefix of the address. A class is the set of all entries that match it, one
 * bit each; only those that are left are compared with the caller. An entry is
 * a rule, or one combination of values of a rule that has sets of them.
 */
#ifndef KXPOLICY_H
#define KXPOLICY_H

#ifndef __VMLINUX_H__
#include <linux/types.h>
#endif

/*
 * Of the tables and of all that is here: another one with every change. A tool leaves
 * the tables of another version alone.
 */
#define KXP_VERSION	"0.2.0"

/* There are two of each table, so that a policy can be made while another acts. */
#define KXP_BANKS	2
#define KXP_NO_BANK	2	/* no rules: everything is allowed */
#define KXP_ENTRIES	2048
#define KXP_WORDS	(KXP_ENTRIES / 64)
#define KXP_CLASSES	4096
#define KXP_NODES	16384
#define KXP_EDGES	65536
#define KXP_PREFIXES	8192
#define KXP_RULES	4096	/* counters, of both policies */

#define KXP_PIECE	56	/* bytes of a name that are looked up at once */
#define KXP_DEPTH	32	/* a pattern has fewer names */
#define KXP_LEVELS	16	/* of control groups */
#define KXP_ANCESTORS	16	/* processes above that are looked at */
#define KXP_PATH	256	/* bytes of a path in a record */
#define KXP_COMM	16

enum kxp_op {
	KXP_READ = 1 << 0,
	KXP_WRITE = 1 << 1,
	KXP_CREATE = 1 << 2,
	KXP_EXEC = 1 << 3,
	KXP_UNLINK = 1 << 4,
	KXP_RENAME = 1 << 5,
	KXP_LINK = 1 << 6,
	KXP_CHMOD = 1 << 7,
	KXP_CHOWN = 1 << 8,
	KXP_MOUNT = 1 << 9,
	KXP_UMOUNT = 1 << 10,
	KXP_PTRACE = 1 << 11,
	KXP_KILL = 1 << 12,
	KXP_CONNECT = 1 << 13,
	KXP_BIND = 1 << 14,
	KXP_BPF = 1 << 15,
};

#define KXP_NR_OPS	16

enum kxp_action {
	KXP_ALLOW,
	KXP_LOG,
	KXP_ERROR,
	KXP_KILL_IT,
	KXP_LIMIT,
	KXP_ASK,
};

/* What an entry compares: bits of kxp_entry.has. */
enum kxp_has {
	KXP_HAS_UID = 1 << 0,
	KXP_HAS_COMM = 1 << 1,
	KXP_HAS_EXE = 1 << 2,
	KXP_HAS_CGROUP = 1 << 3,
	KXP_HAS_UNDER_PID = 1 << 4,
	KXP_HAS_UNDER_EXE = 1 << 5,
	KXP_HAS_PORT = 1 << 6,
};

/* A file, as the kernel knows it: numbers of its file system and in it. */
struct kxp_file {
	__u64 ino;
	__u32 dev;
	__u32 unused;
};

/**
 * struct kxp_entry - one combination of values of a rule
 * @rule: whose; the key of its counters
 * @interval_ns: KXP_LIMIT: between two calls
 * @burst_ns: KXP_LIMIT: how far ahead of that one may be
 * @cgroup: id
 * @under_start_ns: KXP_HAS_UNDER_PID: when that process began, CLOCK_BOOTTIME
 * @exe: of the caller
 * @under_exe: of a process above the caller, or of it
 * @ops: enum kxp_op, any of them
 * @has: enum kxp_has
 * @action: enum kxp_action
 * @error: what a refused caller gets
 * @uid_low: KXP_HAS_UID: with @uid_high: a range
 * @under_pid: as the first pid namespace counts
 * @cgroup_level: how far below the root
 * @line: of the rule in its file
 * @port_low: KXP_HAS_PORT: with @port_high: a range
 * @comm: padded by zeros
 * @door: KXP_ASK: what a service knows the question by, padded by zeros
 */
struct kxp_entry {
	__u64 rule;
	__u64 interval_ns;
	__u64 burst_ns;
	__u64 cgroup;
	__u64 under_start_ns;
	struct kxp_file exe;
	struct kxp_file under_exe;
	__u32 ops;
	__u32 has;
	__u32 action;
	__u32 error;
	__u32 uid_low;
	__u32 uid_high;
	__u32 under_pid;
	__u32 cgroup_level;
	__u32 line;
	__u16 port_low;
	__u16 port_high;
	char comm[KXP_COMM];
	char door[KXP_COMM];
};

/* @ops: of all entries in it, so that most calls need not look at these. */
struct kxp_class {
	__u32 ops;
	__u32 unused;
	__u64 entries[KXP_WORDS];
};

/**
 * struct kxp_node - a state of the automaton that reads the names of a path
 * @other: where a name leads to that has no edge
 * @class: of a path that ends here
 * @last: whatever comes, the path is still here
 */
struct kxp_node {
	__u32 other;
	__u32 class;
	__u32 last;
};

/* A name leads from one state to another; a long one in pieces, all but the last with @more. */
struct kxp_edge {
	__u32 bank;
	__u32 node;
	__u8 len;
	__u8 more;
	__u8 unused[6];
	char piece[KXP_PIECE];
};

/* The first @bits of an address, the others 0; an IPv4 address is mapped. */
struct kxp_prefix {
	__u32 bits;
	__u32 bank;
	__u8 address[16];
};

enum kxp_bank_flags {
	KXP_MONITOR = 1 << 0,
};

/**
 * struct kxp_bank - a policy
 * @generation: never used twice; 0: none
 * @deadline_ns: CLOCK_BOOTTIME; not confirmed by then, the one before acts again; 0: none
 * @applied_ns: CLOCK_REALTIME
 * @tool: the executable that may do all for user 0
 * @ops: of all entries
 * @flags: enum kxp_bank_flags
 * @before: the bank that acted before
 * @nr_entries: of it
 * @nr_rules: of the file
 * @start: the automaton's first state
 * @confirm_s: as it was asked for
 * @lengths: of prefixes, a bit for each that there is
 * @source: the file
 */
struct kxp_bank {
	__u64 generation;
	__u64 deadline_ns;
	__u64 applied_ns;
	struct kxp_file tool;
	__u32 ops;
	__u32 flags;
	__u32 before;
	__u32 nr_entries;
	__u32 nr_rules;
	__u32 start;
	__u32 confirm_s;
	__u32 unused;
	__u64 lengths[4];
	char source[128];
};

/**
 * struct kxp_control - which policy acts
 * @active: the bank; a store here lets another policy act, for all hooks at once
 * @rolled_back: how often a policy was not confirmed
 * @generation: the last one that was used
 * @moves: counts what changes the path of files that are not named in the call
 * @walks: paths that were looked up name by name
 * @zero: always 0; the verifier does not know, so it follows no counter through loops
 * @undecided: calls that were refused, or in monitor mode would have been, because it could
 *	not be told what decides: their path did not stand still, or no memory was to be had
 * @banks: the last two are empty
 */
struct kxp_control {
	__u32 active;
	__u32 rolled_back;
	__u64 generation;
	__u64 moves;
	__u64 walks;
	__u32 zero;
	__u32 undecided;
	struct kxp_bank banks[4];
};

/* What became of a rule, over all policies that had it. */
struct kxp_counter {
	__u64 matched;
	__u64 refused;
	__u64 killed;
	__u64 limited;
	__u64 limit_ns;		/* the limiter's: when the next call is due */
};

/**
 * struct kxp_caller - who is asked about, for the command "test"
 * @exe: its executable
 * @cgroups: ids, from the root on
 * @under: executables of the processes above, and of itself
 * @under_pid: a process above, or 0
 * @under_start_ns: of that
 * @uid: of it
 * @comm: padded by zeros
 */
struct kxp_caller {
	struct kxp_file exe;
	__u64 cgroups[KXP_LEVELS];
	struct kxp_file under[KXP_ANCESTORS];
	__u64 under_start_ns;
	__u32 under_pid;
	__u32 uid;
	char comm[KXP_COMM];
};

#define KXP_TEST_PATH	1024

enum kxp_about {
	KXP_ABOUT_NOTHING,
	KXP_ABOUT_PATH,
	KXP_ABOUT_ADDRESS,
};

/*
 * @nr_names: how many of @names are used, from the root on: where in @path each begins, and
 * its length.
 */
struct kxp_test_in {
	__u32 op;
	__u32 about;
	__u16 port;
	__u16 nr_names;
	__u32 unused;
	__u8 address[16];
	struct kxp_caller caller;
	struct {
		__u16 at;
		__u16 len;
	} names[KXP_DEPTH];
	char path[KXP_TEST_PATH];
};

/* @entry: the one that decides; -1: none, it is allowed. */
struct kxp_test_out {
	__s32 entry;
	__u32 class;
	__u32 candidates;
	__u32 unused;
};

/**
 * struct kxp_decision - a record: what was decided, but by "allow"
 * @rule: its counters' key
 * @op: enum kxp_op
 * @action: enum kxp_action
 * @error: what the caller got; 0: it was allowed
 * @line: of the rule
 * @pid: process
 * @tid: thread
 * @uid: of it
 * @monitor: 1: nothing was refused, it is only reported
 * @port: of connect and bind
 * @about: enum kxp_about: which of @address and @path there is
 * @comm: of the process
 * @address: an IPv4 one as ::ffff:a.b.c.d
 * @path: as the kernel has it, cut at its end
 */
struct kxp_decision {
	__u64 rule;
	__u32 op;
	__u32 action;
	__u32 error;
	__u32 line;
	__u32 pid;
	__u32 tid;
	__u32 uid;
	__u16 port;
	__u8 about;
	__u8 monitor;
	char comm[KXP_COMM];
	__u8 address[16];
	char path[KXP_PATH];
};

/**
 * struct kxp_question - KXP_ASK: what a service is asked, by the door "ask"
 * @door: the word in the rule
 * @op: enum kxp_op
 * @line: of the rule
 * @uid: of who asks; its process and comm are in the head of each question
 * @port: of connect and bind
 * @about: enum kxp_about: which of @address and @path there is
 * @unused: 0
 * @address: an IPv4 one as ::ffff:a.b.c.d
 * @path: as the kernel has it, cut at its end
 */
struct kxp_question {
	char door[KXP_COMM];
	__u32 op;
	__u32 line;
	__u32 uid;
	__u16 port;
	__u8 about;
	__u8 unused;
	__u8 address[16];
	char path[KXP_PATH];
};

/* Beside the verdict there is nothing to say. */
struct kxp_answer {
	__u32 unused;
};

#endif
