// SPDX-License-Identifier: GPL-2.0-only
/* kxtrace policy test: a call that nobody makes, decided by the kernel half. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "../options.h"
#include "../views/json.h"
#include "look.h"

/* Names that are deeper than any pattern make no difference. */
static int split_path(struct kxp_test_in *in, const char *path)
{
	size_t at = 0;

	if (*path != '/' || strlen(path) >= KXP_TEST_PATH)
		return -EINVAL;
	strcpy(in->path, path);
	for (in->nr_names = 0; in->nr_names < KXP_DEPTH; in->nr_names++) {
		at += strspn(path + at, "/");
		if (!path[at])
			break;
		in->names[in->nr_names].at = at;
		in->names[in->nr_names].len = strcspn(path + at, "/");
		at += in->names[in->nr_names].len;
	}
	in->about = KXP_ABOUT_PATH;
	return 0;
}

static int read_word(struct kernel *kernel, struct kxp_test_in *in, const char *word)
{
	uint32_t high, port, bits;

	if (!strncmp(word, "op=", 3))
		return (in->op = op_by_name(word + 3, strlen(word + 3))) ? 0 : -EINVAL;
	if (!strncmp(word, "path=", 5))
		return split_path(in, word + 5);
	if (!strncmp(word, "to=", 3)) {
		in->about = KXP_ABOUT_ADDRESS;
		return address_parse(word + 3, in->address, &bits) || bits != 128 ? -EINVAL : 0;
	}
	if (!strncmp(word, "port=", 5)) {
		if (range_parse(word + 5, 65535, &port, &high))
			return -EINVAL;
		in->port = port;
		return 0;
	}
	if (!strncmp(word, "uid=", 4))
		return range_parse(word + 4, UINT32_MAX - 1, &in->caller.uid, &high);
	if (!strncmp(word, "comm=", 5) && strlen(word + 5) < KXP_COMM)
		return strcpy(in->caller.comm, word + 5), 0;
	if (!strncmp(word, "exe=", 4))
		return kernel_identify(kernel, word + 4, &in->caller.exe);
	return -EINVAL;
}

/* NULL: none decides. */
static const struct rule *rule_of(const struct rules *rules, const struct tables *tables,
				  int32_t entry)
{
	size_t i = 0;

	if (entry < 0 || (uint32_t)entry >= tables->nr_entries)
		return NULL;
	while (i < rules->nr && tables->first[i + 1] <= (uint32_t)entry)
		i++;
	return &rules->list[i];
}

static void put_rule(struct out *o, const struct rule *rule, uint32_t candidates)
{
	if (!rule) {
		out_printf(o, "allow: no rule matches (%u looked at)\n", candidates);
		return;
	}
	out_printf(o, "%s: line %u decides: ", action_name(rule->action), rule->line);
	out_str(o, rule->text);
	out_printf(o, "\n  the first of the %u that match its object\n", candidates);
}

/* Without a rule, its line and text are null. */
static void put_rule_json(struct out *o, const struct rule *rule, uint32_t candidates)
{
	json_text(o, "{\"action\":", rule ? action_name(rule->action) : "allow");
	if (rule) {
		json_udec(o, ",\"line\":", rule->line);
		json_text(o, ",\"rule\":", rule->text);
	} else {
		out_str(o, ",\"line\":null,\"rule\":null");
	}
	json_udec(o, ",\"candidates\":", candidates);
	out_str(o, "}\n");
}

static int ask_kernel(struct kernel *kernel, struct tables *tables, struct kxp_test_in *in,
		      struct kxp_test_out *out)
{
	struct kx_command *command = NULL;
	int result, err = kernel_store(kernel, tables, 0);

	if (err)
		return err;
	kernel->control->active = 0;
	err = kx_command_open(kernel->kx, kernel->inst, "test", &command);
	if (!err)
		err = kx_call(command, in, sizeof(*in), out, sizeof(*out), &result);
	kx_command_close(command);
	return err ? kernel_fail(kernel, err) : 0;
}

int policy_test(const char *file, char **words, bool json)
{
	struct kxp_test_out out = {};
	struct tables tables = {};
	struct kernel kernel = { .lock = -1 };
	struct rules rules = {};
	struct kxp_test_in in = {};
	struct out o;
	int err = out_init(&o, STDOUT_FILENO, 4096);

	if (!err)
		err = rules_read(&rules, file);
	if (!err)
		err = kernel_try(&kernel);
	if (!err)
		err = tables_make(&tables, &rules, kernel_identify, &kernel);
	for (; !err && *words; words++) {
		err = read_word(&kernel, &in, *words);
		if (err)
			complain("policy test: %s: not possible: write op=read path=/x uid=0 or to=127.0.0.1 port=22", *words);
	}
	if (!err && !in.op) {
		complain("policy test: op= is missing: write op=read, for example");
		err = -EINVAL;
	}
	if (!err)
		err = ask_kernel(&kernel, &tables, &in, &out);
	if (!err)
		(json ? put_rule_json : put_rule)(&o, rule_of(&rules, &tables, out.entry),
						  out.candidates);
	tables_free(&tables);
	rules_free(&rules);
	kernel_close(&kernel);
	return policy_end(&o, err);
}
