/* SPDX-License-Identifier: GPL-2.0-only */
/* What the parts of the language share: texts, tokens, values, and who reads them. */
#ifndef KXFILTER_LANGUAGE_H
#define KXFILTER_LANGUAGE_H

#include <sys/types.h>

#include "../rules.h"

#define COUNT_OF(array)	(sizeof(array) / sizeof((array)[0]))

/* More is no text that somebody wrote. */
#define MAX_FILE	(256UL << 20)
#define MAX_DEPTH	16
#define MAX_INCLUDES	1024
#define MAX_COMPLAINTS	200
#define MAX_RULES	65536
#define MAX_EXPANDED	(1UL << 20)

/* A text that is being read; stays until all is read. */
struct source {
	struct source *next;
	const char *name;	/* one of rules->files */
	char *text;
	size_t len;
	dev_t dev;
	ino_t ino;
};

enum token_kind {
	TOKEN_END,
	TOKEN_WORD,
	TOKEN_STRING,		/* without its quotes */
	TOKEN_OPEN,
	TOKEN_CLOSE,
	TOKEN_COMMA,
	TOKEN_EQUAL,
	TOKEN_NOT,		/* ! */
};

struct token {
	const char *at;
	unsigned int len;
	unsigned int line;
	enum token_kind kind;
	unsigned int through_len;
	const char *through;	/* the variable that brought it; NULL: it stands there */
	unsigned int through_line;
	const struct source *source;
};

/* Texts and a number for each. The texts stay with who made them. */
struct name {
	const char *text;
	size_t len;
	size_t value;
};

struct names {
	struct name *slots;
	size_t nr;
	size_t room;
};

struct variable {
	size_t named;		/* row of rules->named */
	struct token *tokens;
	size_t nr;
};

/* What a rule asks of the mark, until it is known which bits all rules look at. */
struct mark_match {
	uint32_t bits;
	bool is_not;
};

struct reader {
	struct rules *rules;
	complaint_fn *fn;
	void *ctx;
	struct source *sources;
	struct source *inside[MAX_DEPTH];	/* what includes what */
	unsigned int depth;
	unsigned int nr_includes;
	struct variable *variables;
	size_t nr_variables;
	struct names variable_names;
	struct names set_names;		/* rows of rules->named */
	struct names labels;
	struct mark_match *marks;	/* one for each rule */
	struct token *tokens;		/* the statement */
	size_t nr_tokens;
	size_t room;
	size_t at;
	const char *text;		/* where the statement is, without its label */
	const char *text_end;
	size_t nr_expanded;
	unsigned int nr_complaints;
	unsigned int nr_errors;
	bool said_in;
	bool said_out;
	bool said_malformed;
	bool said_protect;
	bool said_pickup;
};

/* A text of which statements are taken. */
struct lexer {
	const struct source *source;
	const char *at;
	const char *end;
	unsigned int line;
};

/* complain.c: an error is -EINVAL; at a token or a piece of it. */
__attribute__((format(printf, 3, 4)))
int wrong(struct reader *r, const struct token *at, const char *format, ...);
__attribute__((format(printf, 3, 4)))
void doubtful(struct reader *r, const struct token *at, const char *format, ...);
__attribute__((format(printf, 3, 4)))
int wrong_rule(struct reader *r, const struct rule *rule, const char *format, ...);
__attribute__((format(printf, 3, 4)))
int wrong_file(struct reader *r, int err, const char *format, ...);
struct token piece(const struct token *of, size_t from, size_t len);
int shown(const struct token *word);
char *line_of(const struct token *at, unsigned int *column);

/* The nearest of some words to one that is none of them. */
struct guess {
	const char *word;
	size_t len;
	const char *best;
	unsigned int distance;
	char text[80];
};
struct guess guess_for(const struct token *word);
void guess_try(struct guess *guess, const char *name);
const char *guess_text(struct guess *guess);	/* "", or ": did you mean ...?" */

/* names.c */
int names_add(struct names *names, const char *text, size_t len, size_t value);
struct name *names_find(const struct names *names, const char *text, size_t len);
void names_done(struct names *names);

/* source.c */
int source_read(struct reader *r, const char *path, const struct token *at, struct source **out);
int source_text(struct reader *r, const char *path, const char *text, struct source **out);
int source_path(struct reader *r, const struct token *at, char **out);
void sources_free(struct reader *r);

/* lexer.c: 1: a statement is in r->tokens; 0: there is none left; -EINVAL: told, ask again. */
int next_statement(struct reader *r, struct lexer *lexer);
char *statement_text(const struct reader *r);
bool token_is(const struct token *token, const char *word);
const struct token *look(const struct reader *r);
const struct token *take(struct reader *r);
bool take_if(struct reader *r, const char *word);
bool take_kind(struct reader *r, enum token_kind kind);
int take_end(struct reader *r);

/* A name of numbers. */
struct word {
	const char *name;
	uint32_t first;
	uint32_t last;
};

struct values;

/**
 * struct kind - what values can be of
 * @name: "port"; as a set of them is declared
 * @what: "a port"
 * @example: what could be written
 * @min: the first of the numbers that "not" is taken among
 * @max: the last of them
 * @words: names of numbers, up to one without name
 * @any_is_all: "any" is no condition; else all numbers
 * @has_set: sets of it can have a name
 * @add: takes a word as a value; NULL: numbers, ranges and @words
 * @print: a range of it; NULL: as @words have it, or numbers
 */
struct kind {
	const char *name;
	const char *what;
	const char *example;
	uint64_t min;
	uint64_t max;
	const struct word *words;
	bool any_is_all;
	bool has_set;
	int (*add)(struct values *values, const struct token *word);
	void (*print)(FILE *out, const struct range *range);
};

/* Values as they are read. */
struct values {
	struct reader *reader;
	const struct kind *kind;
	struct set *set;
	bool is_not;
	bool is_any;
	size_t nr;		/* that were written */
	struct named *named;	/* the first of them is this set */
	int live;		/* number of a live set; -1 */
	struct set *second;	/* of ICMP: the numbers of ICMPv6 */
	unsigned int families;	/* that options and headers are of */
	bool is_routing;	/* the source route of IPv6 is among them */
	uint32_t mark_bits;
};

extern const struct kind kind_address, kind_mac, kind_vlan, kind_ethertype, kind_protocol,
	kind_port, kind_flags, kind_icmp, kind_icmp4, kind_icmp6, kind_icmp_number, kind_fragment,
	kind_option, kind_option_number, kind_length, kind_dscp, kind_ttl, kind_mark, kind_state,
	kind_family;
extern const struct kind *const field_kind_of[FIELDS];

/* values.c: [not] VALUE, VALUE ... | [not] { ... } | [not] @NAME */
int take_values(struct reader *r, const struct kind *kind, struct values *out);
void values_free(struct values *values);
int take_braces(struct reader *r, struct values *values);
struct set *all_numbers(const struct kind *kind);

/* numbers.c */
int add_number(struct values *values, const struct token *word);
int add_fixed(struct values *values, uint64_t first, uint64_t last);
int add_masked(struct values *values, const struct token *word, uint64_t first, uint64_t last,
	       uint64_t mask, unsigned int bits);
bool read_number(const char *at, size_t len, uint64_t *out, size_t *used);
bool read_range(const char *at, size_t len, uint64_t *first, uint64_t *last);
int wrong_value(struct values *values, const struct token *word);
void print_plain(FILE *out, const struct range *range);
void print_number(const struct kind *kind, FILE *out, uint64_t first, uint64_t last);

/* addresses.c: the numbers of IPv4 are in the midst of those of IPv6 */
#define IP4_FIRST	0xffff00000000
#define IP4_LAST	0xffffffffffff

bool is_ip4(struct number number);
int add_address_range(struct set *set, struct number first, struct number last);
bool read_mac(const char *at, size_t len, uint64_t *out);
void print_address_range(FILE *out, const struct range *range);

/* icmp.c: of names that both protocols have */
struct set *known_icmp(bool is_6);
const char *icmp_name(bool is_6, unsigned int type);

/* rates.c */
int take_rate(struct reader *r, uint64_t *ns);
int take_share(struct reader *r, uint32_t *share);
int take_duration(struct reader *r, uint64_t *ns);
int read_duration(struct reader *r, const struct token *word, uint64_t *ns);
int take_count(struct reader *r, uint64_t max, uint64_t *out);
void print_rate(FILE *out, uint64_t ns);
void print_share(FILE *out, uint32_t share);
void print_duration(FILE *out, uint64_t ns);

/* A rule while its clauses are read. */
struct draft {
	struct reader *reader;
	struct rule *rule;
	const struct token *start;
	struct mark_match mark;
	const struct token *first[FIELDS];	/* of the clause that asks for it */
	const struct token *end[FIELDS];
	const struct token *rejects;
	const struct token *rewrites[REWRITES_MAX];
	const struct token *decides;
	const struct token *counts;
	const struct token *side;		/* the last from or to */
	enum field side_port;
	struct values icmp;			/* until the family is known */
	bool has_icmp;
	unsigned int families;			/* needed, and not said by a field */
};

/* rule.c */
int take_rule(struct reader *r, const struct token *label);
bool is_clause(const struct token *word);
void rule_done(struct rule *rule);

/* whole.c: what can only be judged of the whole rule, and of the whole rule set */
int finish_rule(struct draft *d);
int finish_icmp(struct draft *d);
unsigned int families_of_addresses(const struct set *set);
int finish_marks(struct reader *r);
int finish_ids(struct reader *r);

/* read.c */
void reader_done(struct reader *r);

/* statement.c */
int read_source(struct reader *r, struct source *source);

#endif
