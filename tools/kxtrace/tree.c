// SPDX-License-Identifier: GPL-2.0-only
/* The printed arguments of a call, taken apart: a parser by recursive descent. */
#include "tree.h"

#include <errno.h>
#include <stdlib.h>

#define MAX_DEPTH	48
#define MAX_COMMENTS	3	/* behind one value */
#define MAX_NODES	(1u << 20)
#define FIRST_NODES	256

struct parser {
	struct tree *tree;
	const char *text;
	uint32_t at;
	uint32_t end;
	unsigned int depth;
};

int tree_init(struct tree *tree)
{
	*tree = (struct tree){ .cap = FIRST_NODES };
	tree->nodes = malloc(FIRST_NODES * sizeof(*tree->nodes));
	return tree->nodes ? 0 : -ENOMEM;
}

void tree_done(struct tree *tree)
{
	free(tree->nodes);
	tree->nodes = NULL;
}

/* Its index, or 0: no memory, which the caller takes as "not understood". */
static uint32_t add(struct parser *p, enum tree_kind kind, uint32_t at, uint32_t len)
{
	struct tree *tree = p->tree;
	struct tree_node *grown;

	if (tree->nr == tree->cap) {
		if (tree->cap >= MAX_NODES)
			return 0;
		grown = reallocarray(tree->nodes, tree->cap * 2, sizeof(*grown));
		if (!grown)
			return 0;
		tree->nodes = grown;
		tree->cap *= 2;
	}
	tree->nodes[tree->nr] = (struct tree_node){ .kind = kind, .at = at, .len = len };
	return tree->nr++;
}

static struct tree_node *node_of(struct parser *p, uint32_t node)
{
	return &p->tree->nodes[node];
}

/* A new parent with `node` as its first child. */
static uint32_t wrap(struct parser *p, enum tree_kind kind, uint32_t node)
{
	uint32_t parent = add(p, kind, 0, 0);

	if (parent)
		node_of(p, parent)->child = node;
	return parent;
}

static char peek(const struct parser *p, uint32_t ahead)
{
	return ahead < p->end - p->at ? p->text[p->at + ahead] : '\0';
}

static bool sees(const struct parser *p, const char *word, uint32_t len)
{
	return p->end - p->at >= len && !memcmp(p->text + p->at, word, len);
}

static bool take(struct parser *p, const char *word, uint32_t len)
{
	if (!sees(p, word, len))
		return false;
	p->at += len;
	return true;
}

#define SEES(p, word)	sees(p, word, sizeof(word) - 1)
#define TAKE(p, word)	take(p, word, sizeof(word) - 1)

/* What a word is made of: 1; what also a member's name is: 2. */
static const uint8_t word_chars[256] = {
	['a' ... 'z'] = 2, ['A' ... 'Z'] = 2, ['0' ... '9'] = 2, ['_'] = 2,
	['.'] = 2, ['?'] = 1, ['&'] = 1, ['-'] = 1, ['+'] = 1, [':'] = 1,
	['/'] = 1, ['%'] = 1, ['#'] = 1, ['!'] = 1, ['$'] = 1, [';'] = 1,
};

static uint32_t word_length(const struct parser *p, uint32_t from, uint8_t least)
{
	uint32_t at = from;

	while (at < p->end && word_chars[(unsigned char)p->text[at]] >= least)
		at++;
	return at - from;
}

static uint32_t parse_value(struct parser *p);

static bool all_digits(const char *s, uint32_t len, char last)
{
	uint32_t i;

	for (i = 0; i < len; i++)
		if (s[i] < '0' || s[i] > last)
			return false;
	return len > 0;
}

static bool all_hex(const char *s, uint32_t len)
{
	uint32_t i;

	for (i = 0; i < len; i++)
		if (!((s[i] >= '0' && s[i] <= '9') || (s[i] >= 'a' && s[i] <= 'f')))
			return false;
	return len > 0 && len <= 16;
}

/* 12 and 0.25, as JSON has them. */
static bool is_decimal(const char *s, uint32_t len)
{
	uint32_t whole = 0;

	if (len && *s == '-')
		s++, len--;
	while (whole < len && s[whole] >= '0' && s[whole] <= '9')
		whole++;
	if (!whole || (*s == '0' && whole > 1))
		return false;
	return whole == len || (s[whole] == '.' && all_digits(s + whole + 1, len - whole - 1, '9'));
}

static uint32_t add_word(struct parser *p, uint32_t at, uint32_t len)
{
	const char *s = p->text + at;
	uint8_t flags = 0;
	uint32_t node;

	if (len == 4 && !memcmp(s, "NULL", 4))
		return add(p, TREE_NULL, at, len);
	if (len > 2 && s[0] == '0' && s[1] == 'x' && all_hex(s + 2, len - 2))
		flags = TREE_HEX;
	else if (len > 1 && s[0] == '0' && len <= 22 && all_digits(s + 1, len - 1, '7'))
		flags = TREE_OCT;
	else if (!is_decimal(s, len))
		return add(p, TREE_SYMBOL, at, len);
	node = add(p, TREE_NUMBER, at, len);
	if (node)
		node_of(p, node)->flags = flags;
	return node;
}

static uint32_t parse_string(struct parser *p, uint8_t flags)
{
	uint32_t from = ++p->at, node;

	while (p->at < p->end && p->text[p->at] != '"')
		p->at += p->text[p->at] == '\\' ? 2 : 1;
	if (p->at >= p->end) {
		p->at = p->end;
		return 0;
	}
	node = add(p, TREE_STRING, from, p->at - from);
	p->at++;
	if (TAKE(p, "..."))
		flags |= TREE_CUT;
	if (node)
		node_of(p, node)->flags = flags;
	return node;
}

/* </path>, <TCP:[1->2]>, <char 1:3<x>>: the angles within are in pairs, but for arrows. */
static uint32_t parse_decoration(struct parser *p, uint32_t node)
{
	uint32_t from = ++p->at, depth = 1, parent;

	for (; p->at < p->end && depth; p->at++) {
		if (p->text[p->at] == '<')
			depth++;
		else if (p->text[p->at] == '>' && p->text[p->at - 1] != '-')
			depth--;
	}
	if (depth)
		return 0;
	parent = wrap(p, TREE_DECORATED, node);
	if (!parent)
		return 0;
	node_of(p, parent)->at = from;
	node_of(p, parent)->len = p->at - 1 - from;
	if (TAKE(p, "(deleted)"))
		node_of(p, parent)->flags = TREE_DELETED;
	return parent;
}

/* name= or [INDEX]= before a value; false: neither. */
static bool parse_name(struct parser *p, uint32_t *name, uint32_t *len, bool *index)
{
	uint32_t from = p->at + (peek(p, 0) == '['), end;

	*index = from != p->at;
	*len = word_length(p, from, 2);
	end = from + *len + *index;
	*name = from;
	if (!*len || *len > UINT16_MAX || end >= p->end || p->text[end] != '=' ||
	    (*index && p->text[end - 1] != ']'))
		return false;
	p->at = end + 1;
	return true;
}

static uint32_t parse_item(struct parser *p)
{
	uint32_t name = 0, len = 0, node;
	bool index = false, named = parse_name(p, &name, &len, &index);

	node = parse_value(p);
	if (node && named) {
		node_of(p, node)->name = name;
		node_of(p, node)->name_len = len;
		node_of(p, node)->flags |= index ? TREE_INDEX : 0;
	}
	return node;
}

/* A list has one kind of separator: names with a space between them are a set. */
static bool take_separator(struct parser *p, uint32_t parent, char close, char *separator)
{
	char before = *separator;

	*separator = TAKE(p, ", ") ? ',' : close == ']' && TAKE(p, " ") ? ' ' : '\0';
	if (*separator == ' ')
		node_of(p, parent)->kind = TREE_SET;
	else if (node_of(p, parent)->kind == TREE_SET)
		return false;
	return *separator && (!before || before == *separator);
}

/* Items up to the closing bracket; 0 unless it is there. */
static uint32_t parse_items(struct parser *p, uint32_t parent, char close)
{
	uint32_t node, last = 0;
	char separator = '\0';

	if (!parent)
		return 0;
	while (peek(p, 0) != close || last) {
		node = parse_item(p);
		if (!node)
			return 0;
		if (last)
			node_of(p, last)->next = node;
		else
			node_of(p, parent)->child = node;
		last = node;
		if (peek(p, 0) == close)
			break;
		if (!take_separator(p, parent, close, &separator))
			return 0;
	}
	p->at++;
	return parent;
}

static uint32_t parse_word(struct parser *p)
{
	uint32_t from = p->at, len = word_length(p, from, 1), node;

	if (!len)
		return 0;
	p->at += len;
	if (peek(p, 0) == '(') {
		node = add(p, TREE_CALL, from, len);
		p->at++;
		return parse_items(p, node, ')');
	}
	if (len == 3 && !memcmp(p->text + from, "...", 3))
		node = add(p, TREE_MORE, from, len);
	else
		node = add_word(p, from, len);
	if (node && peek(p, 0) == '<' && peek(p, 1) != '<')
		return parse_decoration(p, node);
	return node;
}

static uint32_t parse_primary(struct parser *p)
{
	uint32_t node;

	switch (peek(p, 0)) {
	case '"':
		return parse_string(p, 0);
	case '@':
		p->at++;
		return peek(p, 0) == '"' ? parse_string(p, TREE_AT) : 0;
	case '{':
		p->at++;
		return parse_items(p, add(p, TREE_STRUCT, 0, 0), '}');
	case '[':
		p->at++;
		return parse_items(p, add(p, TREE_ARRAY, 0, 0), ']');
	case '~':
		if (!TAKE(p, "~["))
			return 0;
		node = parse_items(p, add(p, TREE_SET, 0, 0), ']');
		if (node)
			node_of(p, node)->flags = TREE_NOT;
		return node;
	}
	return parse_word(p);
}

/* The length of an operator that is next, with its spaces; 0: none is. */
static uint32_t operator_length(const struct parser *p)
{
	static const char *const spaced[] = { " && ", " == ", " | ", " * ", " or " };
	size_t i;

	if (SEES(p, "<<"))
		return 2;
	if (peek(p, 0) == '*')
		return 1;
	if (peek(p, 0) != ' ')
		return 0;
	for (i = 0; i < sizeof(spaced) / sizeof(spaced[0]); i++)
		if (sees(p, spaced[i], strlen(spaced[i])))
			return strlen(spaced[i]);
	return 0;
}

static uint32_t parse_comment(struct parser *p, uint32_t node)
{
	uint32_t from, parent, nr;
	const char *end;

	for (nr = 0; node && nr < MAX_COMMENTS && SEES(p, " /* "); nr++) {
		from = p->at + 4;
		end = memmem(p->text + from, p->end - from, " */", 3);
		parent = end ? wrap(p, TREE_COMMENT, node) : 0;
		if (!parent)
			return 0;
		node_of(p, parent)->at = from;
		node_of(p, parent)->len = end - p->text - from;
		p->at = end - p->text + 3;
		node = parent;
	}
	return node;
}

/* Operands with operators between them, in one row; no precedence is known. */
static uint32_t parse_term(struct parser *p)
{
	uint32_t from = p->at, node = parse_primary(p), parent = 0, last = node, next, len;

	while (node && (len = operator_length(p))) {
		if (!parent)
			parent = wrap(p, TREE_EXPRESSION, node);
		next = parent ? add(p, TREE_OPERATOR, p->at, len) : 0;
		if (!next)
			return 0;
		node_of(p, last)->next = next;
		p->at += len;
		last = parse_primary(p);
		if (!last)
			return 0;
		node_of(p, next)->next = last;
		node_of(p, parent)->at = from;
		node_of(p, parent)->len = p->at - from;
	}
	node = parse_comment(p, parent ? parent : node);
	/* The number of AT_FDCWD, its name as a comment, its path. */
	if (node && node_of(p, node)->kind == TREE_COMMENT && peek(p, 0) == '<')
		return parse_comment(p, parse_decoration(p, node));
	return node;
}

static uint32_t parse_flags(struct parser *p)
{
	uint32_t node = parse_term(p), parent, last = node;

	if (!node || peek(p, 0) != '|')
		return node;
	parent = wrap(p, TREE_FLAGS, node);
	while (parent && TAKE(p, "|")) {
		node = parse_term(p);
		if (!node)
			return 0;
		node_of(p, last)->next = node;
		last = node;
	}
	return parent;
}

static uint32_t parse_value(struct parser *p)
{
	uint32_t node, parent, after;

	if (p->depth++ >= MAX_DEPTH)
		return 0;
	node = parse_flags(p);
	if (node && TAKE(p, " => ")) {
		parent = wrap(p, TREE_CHANGED, node);
		after = parent ? parse_value(p) : 0;
		if (after)
			node_of(p, node)->next = after;
		node = after ? parent : 0;
	}
	p->depth--;
	return node;
}

static bool parse_list(struct parser *p)
{
	uint32_t node, last = 0;

	while (p->at < p->end) {
		node = parse_item(p);
		if (!node)
			return false;
		if (last)
			node_of(p, last)->next = node;
		else
			node_of(p, 0)->child = node;
		last = node;
		if (p->at == p->end)
			return true;
		if (!TAKE(p, ", "))
			return false;
		if (p->at == p->end)
			node_of(p, 0)->flags |= TREE_OPEN;
	}
	return true;
}

void tree_parse(struct tree *tree, const char *text, size_t len)
{
	struct parser p = { .tree = tree, .text = text, .end = len };

	tree->text = text;
	tree->len = len;
	tree->nr = 1;
	tree->nodes[0] = (struct tree_node){ .kind = TREE_LIST };
	if (len < UINT32_MAX / 2 && parse_list(&p))
		return;
	tree->nr = 1;
	tree->nodes[0] = (struct tree_node){ .kind = TREE_LIST };
	tree->nodes[0].child = add(&p, TREE_RAW, 0, len < UINT32_MAX ? len : UINT32_MAX);
	tree->raw++;
}
