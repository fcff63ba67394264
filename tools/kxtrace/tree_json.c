// SPDX-License-Identifier: GPL-2.0-only
/* A tree of arguments as JSON. */
#include "tree.h"

#define OUT_STR(o, text)	out_mem(o, text, sizeof(text) - 1)

/* Longer strings with escapes keep them. */
#define MAX_DECODED	8192

/* 1: stands for itself in JSON. */
static const uint8_t plain[256] = {
	[' ' ... '!'] = 1, ['#' ... '['] = 1, [']' ... '~'] = 1,
};

static const char hex[] = "0123456789abcdef";

/* The bytes of the UTF-8 character at `s`, 0: it is none. */
static size_t utf8_length(const unsigned char *s, size_t len)
{
	size_t i, n = s[0] >= 0xf0 ? 4 : s[0] >= 0xe0 ? 3 : 2;

	if (s[0] < 0xc2 || s[0] > 0xf4 || len < n)
		return 0;
	for (i = 1; i < n; i++)
		if ((s[i] & 0xc0) != 0x80)
			return 0;
	/* Longer than needed, surrogates, beyond the last character. */
	if ((s[0] == 0xe0 && s[1] < 0xa0) || (s[0] == 0xed && s[1] > 0x9f) ||
	    (s[0] == 0xf0 && s[1] < 0x90) || (s[0] == 0xf4 && s[1] > 0x8f))
		return 0;
	return n;
}

static bool is_utf8(const unsigned char *s, size_t len)
{
	size_t i = 0, n;

	while (i < len) {
		n = s[i] < 0x80 ? 1 : utf8_length(s + i, len - i);
		if (!n)
			return false;
		i += n;
	}
	return true;
}

static void escape(struct out *o, unsigned char c)
{
	const char *at = c ? strchr("\"\"\\\\\nn\tt\rr", c) : NULL;
	char text[6] = { '\\', 'u', '0', '0', hex[c >> 4], hex[c & 15] };

	if (!at) {
		out_mem(o, text, sizeof(text));
		return;
	}
	out_char(o, '\\');
	out_char(o, at[1]);
}

void json_body(struct out *o, const char *text, size_t len)
{
	const unsigned char *s = (const unsigned char *)text;
	size_t i = 0, from = 0, n;

	while (i < len) {
		n = plain[s[i]] ? 1 : s[i] < 0x80 ? 0 : utf8_length(s + i, len - i);
		if (n) {
			i += n;
			continue;
		}
		out_mem(o, s + from, i - from);
		if (s[i] < 0x80)
			escape(o, s[i]);
		else
			OUT_STR(o, "\\ufffd");
		from = ++i;
	}
	out_mem(o, s + from, len - from);
}

void json_string(struct out *o, const char *text, size_t len)
{
	out_char(o, '"');
	json_body(o, text, len);
	out_char(o, '"');
}

static unsigned int digit_of(char c)
{
	return c >= 'a' ? c - 'a' + 10 : c - '0';
}

/* One character behind a backslash; returns how many of the text it took. */
static size_t decode_escape(const char *s, size_t len, unsigned char *byte)
{
	static const char letters[] = "n\nt\tv\vf\fr\ra\ab\b";
	const char *at;
	size_t n;

	if (len > 2 && s[0] == 'x') {
		*byte = digit_of(s[1]) << 4 | (digit_of(s[2]) & 15);
		return 3;
	}
	for (n = 0, *byte = 0; n < len && n < 3 && s[n] >= '0' && s[n] <= '7'; n++)
		*byte = *byte << 3 | (s[n] - '0');
	if (n)
		return n;
	for (at = letters; *at && *at != s[0]; at += 2)
		;
	*byte = *at ? at[1] : s[0];
	return 1;
}

static size_t decode(unsigned char *to, const char *s, size_t len)
{
	size_t i = 0, n = 0;

	while (i < len) {
		if (s[i] != '\\' || i + 1 == len)
			to[n++] = s[i++];
		else
			i += 1 + decode_escape(s + i + 1, len - i - 1, &to[n++]);
	}
	return n;
}

static void write_hex(struct out *o, const unsigned char *bytes, size_t len)
{
	size_t i;

	out_char(o, '"');
	for (i = 0; i < len; i++) {
		out_char(o, hex[bytes[i] >> 4]);
		out_char(o, hex[bytes[i] & 15]);
	}
	out_char(o, '"');
}

/*
 * What is text is a JSON string, or with more to say an object; what is not
 * UTF-8 is {"kind":"bytes"}, in hexadecimal.
 */
static __attribute__((noinline)) void
write_string(struct out *o, const struct tree *tree, const struct tree_node *node)
{
	const char *text = tree->text + node->at;
	unsigned char bytes[MAX_DECODED];
	size_t len = node->len;
	bool escaped = memchr(text, '\\', len), is_text = true;
	bool more = node->flags & (TREE_CUT | TREE_AT);

	if (escaped && len <= sizeof(bytes)) {
		len = decode(bytes, text, len);
		text = (const char *)bytes;
		is_text = is_utf8(bytes, len);
		escaped = false;
	}
	if (escaped)
		OUT_STR(o, "{\"kind\":\"escaped\",\"text\":");
	else if (!is_text)
		OUT_STR(o, "{\"kind\":\"bytes\",\"hex\":");
	else if (more)
		OUT_STR(o, "{\"kind\":\"string\",\"text\":");
	if (is_text)
		json_string(o, text, len);
	else
		write_hex(o, (const unsigned char *)text, len);
	if (node->flags & TREE_CUT)
		OUT_STR(o, ",\"cut\":true");
	if (node->flags & TREE_AT)
		OUT_STR(o, ",\"abstract\":true");
	if (more || escaped || !is_text)
		out_char(o, '}');
}

/* Those that JSON cannot write as they are. */
static void write_based(struct out *o, const char *s, size_t len, unsigned int base)
{
	size_t i = base == 16 ? 2 : 1;
	uint64_t value = 0;

	for (; i < len; i++)
		value = value * base + digit_of(s[i]);
	OUT_STR(o, "{\"kind\":\"number\",\"value\":");
	out_udec(o, value);
	OUT_STR(o, ",\"text\":\"");
	out_mem(o, s, len);
	OUT_STR(o, "\"}");
}

static void write_number(struct out *o, const struct tree *tree, const struct tree_node *node)
{
	const char *s = tree->text + node->at;

	if (node->flags & (TREE_HEX | TREE_OCT))
		write_based(o, s, node->len, node->flags & TREE_HEX ? 16 : 8);
	else
		out_mem(o, s, node->len);
}

/* {"kind":"symbol","name":"AT_FDCWD"} and the like: a kind and one string. */
static void write_named(struct out *o, const struct tree *tree, const struct tree_node *node,
			const char *before)
{
	out_str(o, before);
	json_string(o, tree->text + node->at, node->len);
}

static void write_values(struct out *o, const struct tree *tree, const struct tree_node *node)
{
	const struct tree_node *child;
	uint32_t at;

	out_char(o, '[');
	for (at = node->child; at; at = child->next) {
		child = &tree->nodes[at];
		if (at != node->child)
			out_char(o, ',');
		/* Among others, a name is just a string. */
		if (child->kind == TREE_SYMBOL &&
		    (node->kind == TREE_FLAGS || node->kind == TREE_SET))
			json_string(o, tree->text + child->at, child->len);
		else
			tree_write_json(o, tree, at);
	}
	out_char(o, ']');
}

/* A member without a name has its place as its name. */
static void write_members(struct out *o, const struct tree *tree, const struct tree_node *node)
{
	const struct tree_node *child;
	unsigned int place = 0;
	uint32_t at;

	out_char(o, '{');
	for (at = node->child; at; at = child->next, place++) {
		child = &tree->nodes[at];
		if (place)
			out_char(o, ',');
		if (child->kind == TREE_MORE && !child->name_len) {
			OUT_STR(o, "\"...\":true");
			continue;
		}
		out_char(o, '"');
		if (child->name_len)
			out_mem(o, tree->text + child->name, child->name_len);
		else
			out_udec(o, place);
		/* "kind" tells what is no structure. */
		if (child->name_len == 4 && !memcmp(tree->text + child->name, "kind", 4))
			out_char(o, '_');
		OUT_STR(o, "\":");
		tree_write_json(o, tree, at);
	}
	out_char(o, '}');
}

static void write_set(struct out *o, const struct tree *tree, const struct tree_node *node)
{
	if (node->flags & TREE_NOT)
		OUT_STR(o, "{\"kind\":\"all_but\",\"names\":");
	write_values(o, tree, node);
	if (node->flags & TREE_NOT)
		out_char(o, '}');
}

static void write_changed(struct out *o, const struct tree *tree, const struct tree_node *node)
{
	OUT_STR(o, "{\"kind\":\"changed\",\"before\":");
	tree_write_json(o, tree, node->child);
	OUT_STR(o, ",\"after\":");
	tree_write_json(o, tree, tree->nodes[node->child].next);
	out_char(o, '}');
}

static void write_around(struct out *o, const struct tree *tree, const struct tree_node *node)
{
	if (node->kind == TREE_COMMENT)
		write_named(o, tree, node, "{\"kind\":\"comment\",\"text\":");
	else
		write_named(o, tree, node, "{\"kind\":\"known\",\"as\":");
	if (node->flags & TREE_DELETED)
		OUT_STR(o, ",\"deleted\":true");
	OUT_STR(o, ",\"value\":");
	tree_write_json(o, tree, node->child);
	out_char(o, '}');
}

void tree_write_json(struct out *o, const struct tree *tree, uint32_t index)
{
	const struct tree_node *node = &tree->nodes[index];
	const struct tree_node *child = node->child ? &tree->nodes[node->child] : NULL;

	switch ((enum tree_kind)node->kind) {
	case TREE_NULL:
		OUT_STR(o, "null");
		break;
	case TREE_NUMBER:
		write_number(o, tree, node);
		break;
	case TREE_STRING:
		write_string(o, tree, node);
		break;
	case TREE_LIST:
	case TREE_FLAGS:
		write_values(o, tree, node);
		break;
	case TREE_SET:
		write_set(o, tree, node);
		break;
	case TREE_ARRAY:
		if (child && child->name_len)
			write_members(o, tree, node);
		else
			write_values(o, tree, node);
		break;
	case TREE_STRUCT:
		write_members(o, tree, node);
		break;
	case TREE_CALL:
		write_named(o, tree, node, "{\"kind\":\"call\",\"name\":");
		OUT_STR(o, ",\"args\":");
		write_values(o, tree, node);
		out_char(o, '}');
		break;
	case TREE_CHANGED:
		write_changed(o, tree, node);
		break;
	case TREE_COMMENT:
	case TREE_DECORATED:
		write_around(o, tree, node);
		break;
	case TREE_MORE:
		OUT_STR(o, "{\"kind\":\"more\"}");
		break;
	case TREE_SYMBOL:
		write_named(o, tree, node, "{\"kind\":\"symbol\",\"name\":");
		out_char(o, '}');
		break;
	case TREE_EXPRESSION:
	case TREE_OPERATOR:
		write_named(o, tree, node, "{\"kind\":\"expression\",\"text\":");
		out_char(o, '}');
		break;
	case TREE_RAW:
		write_named(o, tree, node, "{\"kind\":\"raw\",\"text\":");
		out_char(o, '}');
		break;
	}
}
