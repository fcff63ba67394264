/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A rule set as the language is read into it: names, variables and files are
 * resolved, "not" is turned into the complement, so that each field of a rule is a set
 * of numbers. What compiles it, what interprets it and what prints it start from here.
 */
#ifndef KXFILTER_RULES_H
#define KXFILTER_RULES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

/* A number of at most 128 bits. An IPv4 address is ::ffff:a.b.c.d. */
struct number {
	uint64_t high;
	uint64_t low;
};

/* From first to last, both within. */
struct range {
	struct number first;
	struct number last;
};

/* Ascending, without overlap, none adjoins the next. Shared by all who refer to it. */
struct set {
	unsigned int users;
	size_t nr;
	size_t room;
	struct range *ranges;
};

/*
 * What a rule can compare. A packet that does not have a field has the number "none" of
 * the table below for it, so "not port 80" is true of a packet without ports
 * only where the language says so: it never does (see kx-rules(5)).
 */
enum field {
	FIELD_FAMILY,		/* enum family */
	FIELD_SOURCE,		/* address; of ARP: who asks, who is asked for */
	FIELD_DESTINATION,
	FIELD_SOURCE_MAC,
	FIELD_DESTINATION_MAC,
	FIELD_VLAN,		/* of the outermost tag */
	FIELD_INNER_VLAN,	/* of the second one */
	FIELD_ETHERTYPE,	/* behind all tags */
	FIELD_PROTOCOL,		/* behind all extension headers */
	FIELD_SOURCE_PORT,
	FIELD_DESTINATION_PORT,
	FIELD_TCP_FLAGS,
	FIELD_ICMP,		/* type * 256 + code, of ICMP and ICMPv6 */
	FIELD_FRAGMENT,		/* enum fragment */
	FIELD_EXTRAS,		/* bits of enum extra: options, extension headers */
	FIELD_LENGTH,		/* of the packet without its link header and tags */
	FIELD_DSCP,
	FIELD_TTL,		/* or hop limit */
	FIELD_MARK,		/* those of its bits that are in rules->mark_bits */
	FIELD_STATE,		/* enum state */
	FIELDS,
	/* Not of the language: live sets that have the address, a bit each. The compiler's. */
	FIELD_LIVE_SOURCE = FIELDS,
	FIELD_LIVE_DESTINATION,
	FIELDS_MADE,
};

enum family { FAMILY_OTHER, FAMILY_IP4, FAMILY_IP6, FAMILY_ARP, FAMILIES };

/* FRAGMENT_FIRST has the ports, FRAGMENT_LATER has not. */
enum fragment { FRAGMENT_NONE, FRAGMENT_FIRST, FRAGMENT_LATER, FRAGMENTS };

enum extra {
	EXTRA_OPTION = 1 << 0,		/* IPv4: any */
	EXTRA_SOURCE_ROUTE = 1 << 1,	/* IPv4 LSRR, SSRR; IPv6 routing header */
	EXTRA_RECORD_ROUTE = 1 << 2,
	EXTRA_TIMESTAMP = 1 << 3,
	EXTRA_ROUTER_ALERT = 1 << 4,	/* IPv4 option, IPv6 hop-by-hop option */
	EXTRA_HOP_BY_HOP = 1 << 5,
	EXTRA_DESTINATION = 1 << 6,
	EXTRA_AH = 1 << 7,
	EXTRA_MALFORMED = 1 << 8,	/* cut short, lengths that contradict, too many headers */
	EXTRAS = 1 << 9,
};

/* Without connection tracking in the rule set all are STATE_UNTRACKED. */
enum state { STATE_UNTRACKED, STATE_NEW, STATE_ESTABLISHED, STATE_RELATED, STATE_INVALID, STATES };

/**
 * struct field_kind - what is known of a field; one row each, in fields.c
 * @name: as the language has it
 * @numbers: how many values, "none" not counted; 0: more than a table can have
 * @none: what a packet has that has no such field; UINT64_MAX: every packet has it
 * @bits: of a value that is found by search: 32, 48, 128; 0: by a table
 */
struct field_kind {
	const char *name;
	uint32_t numbers;
	uint64_t none;
	uint32_t bits;
};

extern const struct field_kind field_kinds[FIELDS_MADE];

/* A packet, as far as rules can see it. */
struct packet_fields {
	struct number of[FIELDS];
};

enum verdict {
	VERDICT_CONTINUE,	/* the next rule that matches decides */
	VERDICT_PASS,
	VERDICT_DROP,
	VERDICT_REJECT,
	VERDICT_REDIRECT,
};

enum direction { DIRECTION_IN = 1 << 0, DIRECTION_OUT = 1 << 1 };

enum reject { REJECT_USUAL, REJECT_RESET, REJECT_PORT, REJECT_HOST, REJECT_NET, REJECT_ADMIN };

/*
 * Of the packets that match all fields, those that the rule takes; the others go on to the
 * next rule. Looked at in this order.
 */
struct share {
	uint32_t every;		/* each Nth; 0: all */
	bool every_per_cpu;	/* each CPU counts for itself; else exact */
	uint32_t random;	/* of 2^32; 0: all */
	uint32_t flow;		/* of 2^32, by flow; 0: all */
	uint64_t limit_ns;	/* between two; 0: no limit */
	uint64_t limit_burst;	/* packets, at least 1 */
	bool limit_per_source;
	bool limit_is_above;	/* takes what is beyond the limit instead */
};

enum rewrite_kind {
	REWRITE_SOURCE,		/* NAT with state: address, and port where last_port is not 0 */
	REWRITE_DESTINATION,
	REWRITE_TTL,
	REWRITE_DSCP,
};

struct rewrite {
	enum rewrite_kind kind;
	struct range addresses;
	uint16_t first_port;
	uint16_t last_port;
	uint8_t value;
};

#define RULE_ID_MAX	32
#define REWRITES_MAX	4

#define LIVE_SIZE	65536		/* elements, where nothing is said */
#define LIVE_SIZE_MAX	16777216

/* A set that is changed while the rule set acts: looked up by the kernel, not compiled. */
struct live_set {
	char name[RULE_ID_MAX];
	struct set *first;	/* what is in it as long as the text says so: compiled */
	uint64_t timeout_ns;	/* of an element that is added without one; 0: stays */
	uint32_t size;		/* elements that there is room for */
};

/* Which end of a packet a rule adds to a live set. */
enum add { ADD_NONE, ADD_SOURCE, ADD_DESTINATION };

struct rule {
	char id[RULE_ID_MAX];	/* given, or made from what the rule says: stable over reloads */
	const char *file;
	unsigned int line;
	unsigned int column;
	unsigned int width;
	char *source;		/* that line */
	char *text;		/* as it was written, on one line, without the id */
	unsigned int directions;
	struct set *match[FIELDS_MADE];	/* NULL: any */
	int live_source;	/* number of a live set; -1: none */
	int live_destination;
	bool live_source_not;
	bool live_destination_not;
	enum add add;
	unsigned int add_to;	/* number of a live set */
	uint64_t add_ns;	/* how long it stays there; 0: as the set says */
	struct share share;
	enum verdict verdict;
	enum reject reject;
	char device[16];	/* VERDICT_REDIRECT */
	bool redirect_ingress;
	bool log;
	uint64_t log_ns;	/* between two lines of the log; 0: the usual limit */
	bool has_mark;
	uint32_t mark;		/* new mark = (old & ~mark_mask) | mark */
	uint32_t mark_mask;
	struct rewrite rewrites[REWRITES_MAX];
	size_t nr_rewrites;
};

enum named_kind { NAMED_VARIABLE, NAMED_SET, NAMED_LIVE };

/* What has a name in the text: for what prints it and what looks for faults. */
struct named {
	char name[RULE_ID_MAX];
	enum named_kind kind;
	const char *of;		/* "address", "port", ...; of a variable NULL */
	struct set *set;	/* NAMED_SET: what rules share that ask for it */
	struct set *others;	/* its complement, once a rule asked for it */
	size_t live;		/* NAMED_LIVE: number of the live set */
	bool used;
	const char *file;
	unsigned int line;
	unsigned int column;
	unsigned int width;
	char *source;
};

struct rules {
	struct rule *rows;
	size_t nr;
	struct named *named;
	size_t nr_named;
	uint32_t connections;	/* that there is room for, if they are tracked; 0: not said */
	uint32_t mark_bits;	/* of the mark that rules look at; 0: none does */
	struct named default_in;	/* where it was said; line 0: nowhere */
	struct live_set *live;
	size_t nr_live;
	enum verdict fallback[2];	/* in, out: where no rule decides */
	enum verdict malformed;		/* VERDICT_CONTINUE: rules decide */
	bool protect;			/* ARP, neighbour discovery, who applies it */
	bool picks_up;			/* TCP whose beginning was not seen is new, not invalid */
	bool tracks;			/* a rule asks for the state, or rewrites with state */
	char **files;			/* that were read; the first one was asked for */
	size_t nr_files;
};

#define CONNECTIONS_MAX	(16u << 20)

/* In sentences. A warning does not keep a rule set from being applied. */
struct complaint {
	bool is_warning;
	const char *file;
	unsigned int line;	/* 0: the file as a whole */
	unsigned int column;	/* from 1, of the first letter */
	unsigned int width;
	const char *source;	/* the line; NULL: line is 0 */
	const char *text;
};

typedef void complaint_fn(void *ctx, const struct complaint *complaint);

/**
 * rules_read() - a file, and what it includes
 * @path: the file; "-": standard input
 * @text: its content, or NULL to read it
 * @fn: gets every complaint, not only the first
 * @out: receives the rule set, for rules_free()
 *
 * Return: 0; -EINVAL: it has errors; -ENOENT and others of open(2): told to @fn too; -ENOMEM.
 */
int rules_read(const char *path, const char *text, complaint_fn *fn, void *ctx,
	       struct rules **out);
void rules_free(struct rules *rules);

/* Warn of rules that can never decide anything, whatever the packet. */
void rules_examine(const struct rules *rules, complaint_fn *fn, void *ctx);

/**
 * rules_print() - the rule set as text; what is read from it is equal to it
 *
 * Names of sets stay, variables and files are resolved, each rule has its id.
 *
 * Return: for free(); NULL: no memory.
 */
char *rules_print(const struct rules *rules);

/* An element of a live set, as a user gives it: whole addresses, prefixes, ranges. */
struct element {
	struct range range;
	uint64_t timeout_ns;
	bool has_timeout;
};

/**
 * elements_parse() - a line each: an address, a prefix or a range, and "timeout TIME"
 * @path: the file; "-": standard input; with @text only its name
 * @text: its content, or NULL to read it
 * @out: receives them, in order, for free()
 *
 * Return: as rules_read().
 */
int elements_parse(const char *path, const char *text, complaint_fn *fn, void *ctx,
		  struct element **out, size_t *nr);

/* "10m" of it; "192.0.2.0/24" of an element. */
void duration_print(FILE *out, uint64_t ns);
int duration_read(const char *text, uint64_t *ns);
void address_print(FILE *out, const struct range *range);
/* Values of a named set, with commas between. */
void set_print(const struct named *named, const struct set *set, FILE *out);

/* One rule of it on a line; the same as members of a JSON object, without its braces. */
int rule_print(const struct rules *rules, const struct rule *rule, FILE *out);
int rule_json(const struct rules *rules, const struct rule *rule, FILE *out);

struct set *set_new(void);
struct set *set_use(struct set *set);
void set_drop(struct set *set);

/* Ranges in any order; 0 or -ENOMEM. set_end() sorts and joins. */
int set_add(struct set *set, struct number first, struct number last);
int set_end(struct set *set);
bool set_has(const struct set *set, struct number number);

/* Whether it has any number from @first to @last. */
bool set_overlaps(const struct set *set, struct number first, struct number last);

/* The same for numbers of at most 64 bits. */
int set_add_low(struct set *set, uint64_t first, uint64_t last);
bool set_has_low(const struct set *set, uint64_t number);

/* Of sets that were ended. set_join() adds: set_end() @set afterwards. */
bool set_equal(const struct set *a, const struct set *b);
bool set_is_within(const struct set *inner, const struct set *outer);
int set_join(struct set *set, const struct set *other);

/* A new set, or NULL: no memory. What is in both; what is in @set, but not in @other. */
struct set *set_both(const struct set *a, const struct set *b);
struct set *set_without(const struct set *set, const struct set *other);

/* -1, 0, 1: below, equal, above. The neighbours wrap around. */
int number_compare(struct number a, struct number b);
struct number number_after(struct number number);
struct number number_before(struct number number);

#endif
