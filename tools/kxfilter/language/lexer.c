// SPDX-License-Identifier: GPL-2.0-only
/* Takes statements from a text as tokens; variables are replaced by what they stand for. */
#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "language.h"

/* A statement: what is known of it while it is taken. */
struct taking {
	struct reader *r;
	struct lexer *lexer;
	unsigned int depth;
	struct token brace;	/* the outermost that is open */
	int err;
};

static bool is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\r';
}

/* What can be in a word. Bytes above 0x7f are refused with the word. */
static bool is_letter(char c)
{
	return (unsigned char)c > ' ' && c != 0x7f && !strchr("#{},;=!\"\\", c);
}

static struct token token_at(const struct lexer *lexer, enum token_kind kind, size_t len)
{
	return (struct token){ .at = lexer->at, .len = len, .line = lexer->line,
			       .source = lexer->source, .kind = kind };
}

static int add_token(struct reader *r, const struct token *token)
{
	if (r->nr_tokens == r->room) {
		size_t room = r->room ? 2 * r->room : 64;
		struct token *grown = reallocarray(r->tokens, room, sizeof(*grown));

		if (!grown)
			return -ENOMEM;
		r->tokens = grown;
		r->room = room;
	}
	r->tokens[r->nr_tokens++] = *token;
	return 0;
}

static int unknown_variable(struct reader *r, const struct token *at, const struct token *name)
{
	struct guess guess = guess_for(name);

	if (!name->len)
		return wrong(r, at, "the name of a variable is missing behind $");
	for (size_t i = 0; i < r->nr_variables && r->nr_complaints < MAX_COMPLAINTS; i++)
		guess_try(&guess, r->rules->named[r->variables[i].named].name);
	if (guess.best)
		return wrong(r, at, "there is no variable %.*s%s", shown(name), name->at, guess_text(&guess));
	return wrong(r, at, "there is no variable %.*s: \"define %.*s = ...\" in a line before makes it",
		     shown(name), name->at, shown(name), name->at);
}

static int expand(struct reader *r, const struct token *at)
{
	struct token name = piece(at, 1, at->len - 1);
	struct name *found = names_find(&r->variable_names, name.at, name.len);
	struct variable *variable;
	int err = 0;

	if (!found)
		return unknown_variable(r, at, &name);
	variable = &r->variables[found->value];
	r->rules->named[variable->named].used = true;
	r->nr_expanded += variable->nr;
	if (r->nr_expanded > MAX_EXPANDED)
		return wrong(r, at, "the variables are more than a million words by now: make this one a set");
	for (size_t i = 0; i < variable->nr && !err; i++) {
		struct token token = variable->tokens[i];

		token.through = at->at;
		token.through_len = at->len;
		token.through_line = at->line;
		err = add_token(r, &token);
	}
	return err;
}

static void note(struct taking *t, int err)
{
	if (err && t->err != -ENOMEM)
		t->err = err;
}

static void take_letters(struct taking *t)
{
	struct lexer *lexer = t->lexer;
	const char *stop = lexer->at;
	struct token token;

	while (stop < lexer->end && is_letter(*stop))
		stop++;
	token = token_at(lexer, TOKEN_WORD, stop - lexer->at);
	lexer->at = stop;
	note(t, *token.at == '$' ? expand(t->r, &token) : add_token(t->r, &token));
}

static void take_string(struct taking *t)
{
	struct lexer *lexer = t->lexer;
	const char *stop = ++lexer->at;
	struct token token;

	while (stop < lexer->end && *stop != '"' && *stop != '\n')
		stop++;
	token = token_at(lexer, TOKEN_STRING, stop - lexer->at);
	lexer->at = stop;
	if (stop < lexer->end && *stop == '"') {
		lexer->at++;
		note(t, add_token(t->r, &token));
		return;
	}
	token.at--;
	token.len = 1;
	note(t, wrong(t->r, &token, "the quotes are not closed: write another \" at the end of the name"));
}

static void open_or_close(struct taking *t, const struct token *token)
{
	if (token->kind == TOKEN_OPEN && !t->depth++)
		t->brace = *token;
	if (token->kind != TOKEN_CLOSE)
		return;
	if (t->depth)
		t->depth--;
	else
		note(t, wrong(t->r, token, "this brace closes none: take it away, or write { before"));
}

static void take_sign(struct taking *t)
{
	static const char signs[] = "{},=!";
	static const enum token_kind kinds[] = {
		TOKEN_OPEN, TOKEN_CLOSE, TOKEN_COMMA, TOKEN_EQUAL, TOKEN_NOT,
	};
	const char *sign = *t->lexer->at ? strchr(signs, *t->lexer->at) : NULL;
	struct token token = token_at(t->lexer, sign ? kinds[sign - signs] : TOKEN_WORD, 1);

	t->lexer->at++;
	open_or_close(t, &token);
	if (sign)
		note(t, add_token(t->r, &token));
	else if (*token.at == ';')
		note(t, wrong(t->r, &token, "between braces values are separated by commas: ; ends a statement"));
	else if (*token.at == '\\')
		note(t, wrong(t->r, &token, "a backslash is the last of its line: the statement goes on in the next one"));
	else if (!t->err)
		note(t, wrong(t->r, &token, "a byte 0x%02x, which no text has: is this file a text?",
			      (unsigned char)*token.at));
}

/* What begins a line between braces only if the brace was forgotten. */
static bool begins_statement(const struct lexer *lexer)
{
	static const char *const words[] = {
		"pass", "drop", "reject", "set", "define", "default", "include", "protect",
		"connections", "pickup",
	};
	const char *at = lexer->at;
	size_t len = 0;

	while (at < lexer->end && is_blank(*at))
		at++;
	while (at + len < lexer->end && is_letter(at[len]))
		len++;
	for (size_t i = 0; i < COUNT_OF(words); i++)
		if (strlen(words[i]) == len && !memcmp(words[i], at, len))
			return true;
	return false;
}

/* Whether the statement goes on behind the end of the line. */
static bool goes_on(struct taking *t)
{
	if (!t->depth)
		return false;
	t->lexer->at++;
	t->lexer->line++;
	if (!begins_statement(t->lexer))
		return true;
	t->lexer->at--;
	t->lexer->line--;
	return false;
}

static void skip_comment(struct lexer *lexer)
{
	while (lexer->at < lexer->end && *lexer->at != '\n')
		lexer->at++;
}

/* A backslash takes the end of its line away. */
static bool skip_line_end(struct lexer *lexer)
{
	const char *at = lexer->at;

	if (*at++ != '\\')
		return false;
	at += at < lexer->end && *at == '\r';
	if (at >= lexer->end || *at != '\n')
		return false;
	lexer->at = at + 1;
	lexer->line++;
	return true;
}

/* Up to the end of a line outside of braces, or a semicolon there. */
static void take_tokens(struct taking *t)
{
	struct lexer *lexer = t->lexer;

	while (lexer->at < lexer->end) {
		char c = *lexer->at;

		if (c == '\n' ? !goes_on(t) : c == ';' && !t->depth)
			return;
		if (c == '\n' || skip_line_end(lexer))
			continue;
		if (is_blank(c))
			lexer->at++;
		else if (c == '#')
			skip_comment(lexer);
		else if (c == '"')
			take_string(t);
		else if (is_letter(c))
			take_letters(t);
		else
			take_sign(t);
	}
}

/* The place where something is missing at the end. */
static int add_end(struct reader *r, const struct lexer *lexer)
{
	const struct token *last = r->nr_tokens ? &r->tokens[r->nr_tokens - 1] : NULL;
	struct token end = token_at(lexer, TOKEN_END, 0);

	end.at = r->text;
	if (last) {
		end.at = last->through ? last->through + last->through_len : last->at + last->len;
		end.line = last->through ? last->through_line : last->line;
	}
	return add_token(r, &end);
}

static void skip_between(struct lexer *lexer)
{
	while (lexer->at < lexer->end) {
		if (*lexer->at == '#') {
			skip_comment(lexer);
		} else if (skip_line_end(lexer)) {
			continue;
		} else if (*lexer->at == '\n' || *lexer->at == ';' || is_blank(*lexer->at)) {
			lexer->line += *lexer->at == '\n';
			lexer->at++;
		} else {
			return;
		}
	}
}

int next_statement(struct reader *r, struct lexer *lexer)
{
	struct taking t = { .r = r, .lexer = lexer };

	skip_between(lexer);
	r->nr_tokens = 0;
	r->at = 0;
	r->text = lexer->at;
	if (lexer->at == lexer->end)
		return 0;
	take_tokens(&t);
	r->text_end = lexer->at;
	if (t.depth && t.err != -ENOMEM)
		note(&t, wrong(r, &t.brace, "the brace is not closed: write } behind the last value"));
	note(&t, add_end(r, lexer));
	return t.err ? t.err : 1;
}

/* What is no part of the statement: blanks, comments, ends of lines. */
static const char *skip_nothing(const char *at, const char *end)
{
	while (at < end) {
		if (*at == '#')
			at = memchr(at, '\n', end - at) ? (char *)memchr(at, '\n', end - at) : end;
		else if (is_blank(*at) || *at == '\n' || (*at == '\\' && strchr("\r\n", at[1])))
			at++;
		else
			break;
	}
	return at;
}

/* On one line, without comments, blanks made one. */
char *statement_text(const struct reader *r)
{
	const char *at = skip_nothing(r->text, r->text_end), *next;
	char *text = malloc(r->text_end - r->text + 1), *to = text;
	bool quoted = false;

	while (text && at < r->text_end) {
		quoted ^= *at == '"';
		*to++ = *at++;
		next = quoted ? at : skip_nothing(at, r->text_end);
		if (next > at && next < r->text_end)
			*to++ = ' ';
		at = next;
	}
	if (text)
		*to = 0;
	return text;
}

bool token_is(const struct token *token, const char *word)
{
	return token->kind == TOKEN_WORD && strlen(word) == token->len &&
		!memcmp(token->at, word, token->len);
}

const struct token *look(const struct reader *r)
{
	return &r->tokens[r->at];
}

/* The end is never passed. */
const struct token *take(struct reader *r)
{
	return &r->tokens[r->tokens[r->at].kind == TOKEN_END ? r->at : r->at++];
}

bool take_if(struct reader *r, const char *word)
{
	if (!token_is(look(r), word))
		return false;
	r->at++;
	return true;
}

bool take_kind(struct reader *r, enum token_kind kind)
{
	if (look(r)->kind != kind)
		return false;
	r->at++;
	return true;
}

int take_end(struct reader *r)
{
	const struct token *token = look(r);

	if (token->kind == TOKEN_END)
		return 0;
	return wrong(r, token, "nothing more is expected here: begin a new line, or take it away");
}
