// SPDX-License-Identifier: GPL-2.0-only
/* Commands called with text: arguments to the bytes of the input, the output to JSON. */
#include <bpf/btf.h>
#include <errno.h>
#include <string.h>

#include "base/cleanup.h"
#include "channel/command.h"
#include "value/value.h"

#define WHY_ROOM	256

/* @name: of the argument, with ": " behind it, or "". */
static int refuse(const struct kx_command *command, int err, const char *name, const char *why)
{
	_cleanup_free_ char *takes = NULL;

	if (err == -ENOENT)
		takes = value_range_text(command->btf, command->block.in_id, NULL);
	return kx_fail(command->kx, err, "%s: %s%s%s%s", command->shown, name, why,
		       takes ? "; it takes " : "", takes ?: "");
}

/* "name=value", "limits.rate=5", "ports[2]=80". */
static int set_member(const struct kx_command *command, const char *arg, char *bytes)
{
	const char *equals = strchr(arg, '=');
	struct value_place place;
	char why[WHY_ROOM], path[128];
	int len = equals ? (int)(equals - arg) : 0, err;

	if (!len)
		return kx_fail(command->kx, -EINVAL, "%s: %.64s: write NAME=VALUE, or JSON",
			       command->shown, arg);
	if (snprintf(path, sizeof(path), ".%.*s", len, arg) >= (int)sizeof(path))
		return kx_fail(command->kx, -ENOENT, "%s: %.64s...: its input has no such member",
			       command->shown, arg);
	err = value_find(command->btf, command->block.in_id, path, &place, why, sizeof(why));
	if (!err)
		err = value_parse(command->btf, &place, NULL, equals + 1, bytes + place.offset, why,
				  sizeof(why));
	/* ".name" is not needed any more: what the sentence begins with. */
	snprintf(path, sizeof(path), "%.*s: ", len, arg);
	return err ? refuse(command, err, err == -ENOENT ? "" : path, why) : 0;
}

/* Is it a structure, whose members are given one by one? */
static bool has_members(const struct kx_command *command)
{
	struct value_place place;

	return !value_find(command->btf, command->block.in_id, "", &place, NULL, 0) &&
	       btf_is_composite(btf__type_by_id(command->btf, place.type_id));
}

/* {"a":1} and [1,2] are JSON; {.a=1} and {1,2} are text. */
static bool is_json(const char *arg)
{
	size_t first = strspn(arg, " \t\r\n"), next;

	if (arg[first] == '[' || arg[first] == '"')
		return true;
	if (arg[first] != '{')
		return false;
	next = first + 1 + strspn(arg + first + 1, " \t\r\n");
	return arg[next] == '"' || arg[next] == '}' || !arg[next];
}

static int set_whole(const struct kx_command *command, const char *arg, char *bytes)
{
	struct value_place place;
	char why[WHY_ROOM] = "";
	int err;

	if (is_json(arg)) {
		err = value_from_json(command->btf, command->block.in_id, arg, bytes, why,
				      sizeof(why));
		return err ? refuse(command, err, "", why) : 0;
	}
	err = value_find(command->btf, command->block.in_id, "", &place, why, sizeof(why));
	if (!err)
		err = value_parse(command->btf, &place, NULL, arg, bytes, why, sizeof(why));
	return err ? refuse(command, err, "", why) : 0;
}

static int fill(const struct kx_command *command, const char *const *args, size_t nr_args,
		char *bytes)
{
	int err = 0;

	if (!nr_args)
		return 0;
	if (!command->block.in_len)
		return kx_fail(command->kx, -EINVAL, "%s: %.64s: it takes no input",
			       command->shown, args[0]);
	if (nr_args == 1 && (!has_members(command) || args[0][strspn(args[0], " \t\r\n")] == '{'))
		return set_whole(command, args[0], bytes);
	if (!has_members(command))
		return kx_fail(command->kx, -EINVAL, "%s: %.64s: it takes one value",
			       command->shown, args[1]);
	for (size_t i = 0; !err && i < nr_args; i++)
		err = set_member(command, args[i], bytes);
	return err;
}

static char *output_json(const struct kx_command *command, const char *bytes)
{
	struct value_place place;

	if (!command->block.out_len ||
	    value_find(command->btf, command->block.out_id, "", &place, NULL, 0))
		return strdup("null");
	return value_json(command->btf, &place, bytes);
}

int kx_call_text(struct kx_command *command, const char *const *args, size_t nr_args, char **out,
		 int *result)
{
	/* Followed through upgrades, the block stays as large as it is. */
	_cleanup_free_ char *in = calloc(1, command->block.in_len + 8);
	_cleanup_free_ char *output = calloc(1, command->block.out_len + 8);
	char *json;
	int err;

	if (!in || !output)
		return kx_fail(command->kx, -ENOMEM, "out of memory");
	err = fill(command, args, nr_args, in);
	if (!err)
		err = kx_call(command, in, command->block.in_len, output, command->block.out_len,
			      result);
	if (err || !out)
		return err;
	json = output_json(command, output);
	if (!json)
		return kx_fail(command->kx, -ENOMEM, "out of memory");
	*out = json;
	return 0;
}
