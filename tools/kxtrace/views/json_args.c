// SPDX-License-Identifier: GPL-2.0-only
/* --json: arguments, printed as text and taken apart. */
#include <stdio.h>

#include "../decode/args.h"
#include "../decode/fields.h"
#include "../decode/file.h"
#include "../decode/memory.h"
#include "../decode/mount.h"
#include "../decode/net.h"
#include "../decode/process.h"
#include "../line.h"
#include "json_view.h"

bool json_parse(struct json_view *json)
{
	/* More than the scratch holds has been thrown away. */
	if (json->text.error) {
		json->text.error = 0;
		json->text.len = 0;
		tree_parse(&json->tree, "(", 1);
		return false;
	}
	tree_parse(&json->tree, json->text.buf, json->text.len);
	return true;
}

/* Flags are an array also when there is one of them, or none. */
static bool takes_flags(const struct arg *arg)
{
	static arg_printer *const printers[] = {
		print_flags, print_flags64, print_open_flags, print_map_flags,
		print_mount_flags, print_statx_flags, print_clone_flags,
		print_unshare_flags, print_memfd_flags, print_socket_flags,
	};
	size_t i;

	for (i = 0; arg && i < sizeof(printers) / sizeof(printers[0]); i++)
		if (arg->print == printers[i])
			return true;
	return false;
}

static void write_value(struct json_view *json, const struct arg *arg, uint32_t at)
{
	const struct tree_node *node = &json->tree.nodes[at];
	struct out *o = out_of(json);

	if (node->kind == TREE_SYMBOL && takes_flags(arg)) {
		out_char(o, '[');
		json_string(o, json->tree.text + node->at, node->len);
		out_char(o, ']');
	} else if (node->kind == TREE_NUMBER && takes_flags(arg)) {
		out_char(o, '[');
		if (node->len != 1 || json->tree.text[node->at] != '0')
			tree_write_json(o, &json->tree, at);
		out_char(o, ']');
	} else {
		tree_write_json(o, &json->tree, at);
	}
}

/* One argument; a printer may print several values, or one with a name of its own. */
static void write_argument(struct json_view *json, const struct arg *arg, const char *name,
			   uint64_t raw, bool first)
{
	const struct tree_node *node;
	struct out *o = out_of(json);
	uint32_t at;

	json_parse(json);
	for (at = json->tree.nodes[0].child; at; at = node->next, first = false) {
		node = &json->tree.nodes[at];
		out_str(o, first ? "{\"name\":\"" : ",{\"name\":\"");
		if (node->name_len)
			out_mem(o, json->tree.text + node->name, node->name_len);
		else
			out_str(o, name);
		out_str(o, "\",\"value\":");
		write_value(json, arg, at);
		if (at == json->tree.nodes[0].child)
			json_udec(o, ",\"raw\":", raw);
		out_char(o, '}');
	}
}

static void write_unknown_arguments(struct json_view *json, const struct call *call)
{
	char name[8];
	unsigned int i;

	for (i = 0; i < KXT_NR_ARGS; i++) {
		json->text.len = 0;
		out_hex(&json->text, call->rec->args[i]);
		snprintf(name, sizeof(name), "arg%u", i);
		write_argument(json, NULL, name, call->rec->args[i], !i);
	}
}

static void write_arguments(struct json_view *json, const struct call *call)
{
	bool returned = !(call->rec->head.flags & KXT_F_NO_RETURN), first = true;
	const struct call_info *info = call->info;
	unsigned int i;

	for (i = 0; i < info->nr_args; i++) {
		if (!returned && !call->raw && call_awaits_return(call, i))
			return;
		json->text.len = json->text.line = 0;
		if (!call->raw)
			info->args[i].print(&json->text, call, i, &info->args[i]);
		else if (info->args[i].op.kind != KXT_CAP_BLOCKED)
			out_hex(&json->text, call->rec->args[i]);
		if (!json->text.len)
			continue;
		write_argument(json, call->raw ? NULL : &info->args[i], info->args[i].name,
			       call->rec->args[i], first);
		first = false;
	}
}

void json_arguments(struct json_view *json, const struct call *call)
{
	if (call->info)
		write_arguments(json, call);
	else
		write_unknown_arguments(json, call);
}
