// SPDX-License-Identifier: GPL-2.0-only
/* A tree of arguments as text again: the same that it was made from. */
#include "tree.h"

static void write_children(struct out *o, const struct tree *tree, const struct tree_node *node,
			   const char *separator)
{
	uint32_t at;

	for (at = node->child; at; at = tree->nodes[at].next) {
		if (at != node->child)
			out_str(o, separator);
		tree_write_text(o, tree, at);
	}
}

static void write_in(struct out *o, const struct tree *tree, const struct tree_node *node,
		     const char *brackets, const char *separator)
{
	out_char(o, brackets[0]);
	write_children(o, tree, node, separator);
	out_char(o, brackets[1]);
}

static void write_name(struct out *o, const struct tree *tree, const struct tree_node *node)
{
	if (!node->name_len)
		return;
	if (node->flags & TREE_INDEX)
		out_char(o, '[');
	out_mem(o, tree->text + node->name, node->name_len);
	if (node->flags & TREE_INDEX)
		out_char(o, ']');
	out_char(o, '=');
}

static void write_string(struct out *o, const struct tree *tree, const struct tree_node *node)
{
	if (node->flags & TREE_AT)
		out_char(o, '@');
	out_char(o, '"');
	out_mem(o, tree->text + node->at, node->len);
	out_char(o, '"');
	if (node->flags & TREE_CUT)
		out_mem(o, "...", 3);
}

static void write_around(struct out *o, const struct tree *tree, const struct tree_node *node,
			 const char *before, const char *after)
{
	tree_write_text(o, tree, node->child);
	out_str(o, before);
	out_mem(o, tree->text + node->at, node->len);
	out_str(o, after);
}

void tree_write_text(struct out *o, const struct tree *tree, uint32_t index)
{
	const struct tree_node *node = &tree->nodes[index];

	write_name(o, tree, node);
	switch ((enum tree_kind)node->kind) {
	case TREE_LIST:
		write_children(o, tree, node, ", ");
		if (node->flags & TREE_OPEN)
			out_mem(o, ", ", 2);
		break;
	case TREE_NULL:
	case TREE_NUMBER:
	case TREE_SYMBOL:
	case TREE_OPERATOR:
	case TREE_RAW:
	case TREE_MORE:
		out_mem(o, tree->text + node->at, node->len);
		break;
	case TREE_STRING:
		write_string(o, tree, node);
		break;
	case TREE_FLAGS:
		write_children(o, tree, node, "|");
		break;
	case TREE_STRUCT:
		write_in(o, tree, node, "{}", ", ");
		break;
	case TREE_ARRAY:
		write_in(o, tree, node, "[]", ", ");
		break;
	case TREE_SET:
		if (node->flags & TREE_NOT)
			out_char(o, '~');
		write_in(o, tree, node, "[]", " ");
		break;
	case TREE_CALL:
		out_mem(o, tree->text + node->at, node->len);
		write_in(o, tree, node, "()", ", ");
		break;
	case TREE_CHANGED:
		write_children(o, tree, node, " => ");
		break;
	case TREE_COMMENT:
		write_around(o, tree, node, " /* ", " */");
		break;
	case TREE_DECORATED:
		write_around(o, tree, node, "<", node->flags & TREE_DELETED ? ">(deleted)" : ">");
		break;
	case TREE_EXPRESSION:
		write_children(o, tree, node, "");
		break;
	}
}
