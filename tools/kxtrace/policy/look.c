// SPDX-License-Identifier: GPL-2.0-only
/* kxtrace policy check, show, features: what there is, as text and as JSON. */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <bpf/bpf.h>

#include "../options.h"
#include "../views/json.h"
#include "apply.h"
#include "look.h"

int policy_end(struct out *o, int err)
{
	out_flush(o);
	if (o->error && !err) {
		complain("policy: cannot write: %s", strerror(-o->error));
		err = o->error;
	}
	out_done(o);
	return err ? 1 : 0;
}

static void put_check(struct out *o, const char *file, const struct tables *tables, bool json)
{
	if (json)
		json_text(o, "{\"file\":", file);
	else
		out_str(o, file);
	out_printf(o, json ? ",\"rules\":%zu,\"entries\":%u,\"classes\":%u,\"states\":%u}\n" :
		   ": %zu rules, %u entries, %u classes, %u states\n", tables->rules->nr,
		   tables->nr_entries, tables->nr_classes, tables->nr_nodes);
}

int policy_check(const char *file, bool json)
{
	struct tables tables = {};
	struct rules rules = {};
	struct out o;
	int err = out_init(&o, STDOUT_FILENO, 4096);

	if (!err)
		err = policy_make(&rules, &tables, file);
	if (!err) {
		tables_warn(&tables);
		put_check(&o, file, &tables, json);
	}
	tables_free(&tables);
	rules_free(&rules);
	return policy_end(&o, err);
}

int policy_find(struct kernel *kernel)
{
	int err = kernel_find(kernel, POLICY_INSTANCE);

	if (err == -ENOENT)
		complain("policy: none acts: kxtrace policy apply FILE");
	return err;
}

static void put_rule(struct out *o, const struct kernel *kernel, const struct kxp_entry *entry,
		     bool json)
{
	struct kxp_counter counter = {};

	bpf_map_lookup_elem(kernel->maps[COUNTERS], &entry->rule, &counter);
	out_printf(o, json ? "{\"line\":%u,\"action\":\"%s\",\"matched\":%llu,\"refused\":%llu,\"killed\":%llu,\"limited\":%llu}\n" :
		   "line %-5u %-6s matched %llu, refused %llu, killed %llu, limited %llu\n",
		   entry->line, action_name(entry->action), counter.matched, counter.refused,
		   counter.killed, counter.limited);
}

static void put_bank_json(struct out *o, const struct kernel *kernel,
			  const volatile struct kxp_bank *bank)
{
	json_udec(o, "{\"policy\":", bank->generation);
	json_text(o, ",\"source\":", (const char *)bank->source);
	out_printf(o, ",\"rules\":%u,\"monitor\":%s,\"unconfirmed\":%s,\"rolled_back\":%u,\"walks\":%llu,\"undecided\":%u}\n",
		   bank->nr_rules, bank->flags & KXP_MONITOR ? "true" : "false",
		   bank->deadline_ns ? "true" : "false", kernel->control->rolled_back,
		   kernel->control->walks, kernel->control->undecided);
}

static void put_bank(struct out *o, const struct kernel *kernel,
		     const volatile struct kxp_bank *bank)
{
	out_str(o, (const char *)bank->source);
	out_printf(o, ": %u rules%s%s, rolled back %u times, %llu paths looked up",
		   bank->nr_rules,
		   bank->flags & KXP_MONITOR ? ", reporting only" : "",
		   bank->deadline_ns ? ", not confirmed yet" : "",
		   kernel->control->rolled_back, kernel->control->walks);
	if (kernel->control->undecided)
		out_printf(o, ", %u calls that could not be decided", kernel->control->undecided);
	out_newline(o);
}

static void put_policy(struct out *o, const struct kernel *kernel, uint32_t active, bool json)
{
	const volatile struct kxp_bank *bank = &kernel->control->banks[active];
	struct kxp_entry entry = {};
	uint32_t line = 0;

	if (json)
		put_bank_json(o, kernel, bank);
	else
		put_bank(o, kernel, bank);
	/* A rule may have several entries, one behind the other. */
	for (uint32_t i = 0; i < bank->nr_entries; i++) {
		uint32_t key = active * KXP_ENTRIES + i;

		if (!bpf_map_lookup_elem(kernel->maps[ENTRIES], &key, &entry) && entry.line != line)
			put_rule(o, kernel, &entry, json);
		line = entry.line;
	}
}

int policy_show(bool json)
{
	struct kernel kernel = { .lock = -1 };
	struct out o;
	uint32_t active;
	int err = out_init(&o, STDOUT_FILENO, 65536);

	if (!err)
		err = policy_find(&kernel);
	if (!err) {
		active = policy_settle(&kernel);
		if (active < KXP_BANKS)
			put_policy(&o, &kernel, active, json);
		else
			out_printf(&o, json ? "{\"policy\":null,\"rolled_back\":%u}\n" :
				   "no policy acts; rolled back %u times\n",
				   kernel.control->rolled_back);
	}
	kernel_close(&kernel);
	return policy_end(&o, err);
}

static void put_feature(struct out *o, const char *op, const char *why, const char *how, bool json)
{
	if (!json) {
		out_printf(o, "%-8s %s", op, why ? "no: " : "yes, ");
		out_str(o, why ?: how);
		out_newline(o);
		return;
	}
	json_text(o, "{\"op\":", op);
	out_str(o, why ? ",\"enforced\":false" : ",\"enforced\":true");
	json_text(o, why ? ",\"why\":" : ",\"how\":", why ?: how);
	out_str(o, "}\n");
}

int policy_features(bool json)
{
	const char *why, *how = NULL;
	struct kx *kx = NULL;
	struct out o;
	int err = out_init(&o, STDOUT_FILENO, 4096);

	if (!err)
		err = kx_new(&kx);
	if (!err) {
		why = kernel_way(kx, &how);
		for (uint32_t i = 0; i < KXP_NR_OPS; i++)
			put_feature(&o, op_name(1u << i), why, how, json);
	}
	kx_free(kx);
	return policy_end(&o, err);
}
