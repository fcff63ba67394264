// SPDX-License-Identifier: GPL-2.0-only
/* kxtrace policy: apply, confirm, show, remove, check, test, features. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <bpf/bpf.h>

#include "../options.h"
#include "apply.h"
#include "policy.h"

static int usage(FILE *out)
{
	fputs("Usage: kxtrace policy VERB ...\n"
	      "Rules for every process of the system, enforced inside the kernel.\n\n"
	      "  check FILE                            read it; say what is wrong\n"
	      "  apply FILE [--confirm SECONDS] [--monitor]\n"
	      "                                        let it act, instead of the one before\n"
	      "  confirm                               keep it; else it is rolled back in time\n"
	      "  show [--json]                         what acts, and what it has done\n"
	      "  test FILE op=OP [path=P|to=A] [port=N] [uid=N] [comm=C] [exe=F]\n"
	      "                                        which rule would decide, and why\n"
	      "  remove                                let everything be as without it\n"
	      "  features                              what this kernel can enforce\n\n"
	      "What was decided: kx events -f kxpolicy.decisions\n\n"
	      "Examples:\n"
	      "  kxtrace policy apply /etc/kx/policy --confirm 60 && kxtrace policy confirm\n"
	      "  kxtrace policy test /etc/kx/policy op=read path=/etc/shadow uid=1000\n", out);
	return out == stdout ? 0 : 2;
}

static int check(const char *file)
{
	struct tables tables = {};
	struct rules rules = {};
	int err = policy_make(&rules, &tables, file);

	if (!err) {
		tables_warn(&tables);
		printf("%s: %zu rules, %u entries, %u classes, %u states\n", file, rules.nr,
		       tables.nr_entries, tables.nr_classes, tables.nr_nodes);
	}
	tables_free(&tables);
	rules_free(&rules);
	return err ? 1 : 0;
}

static int found(struct kernel *kernel)
{
	int err = kernel_find(kernel, POLICY_INSTANCE);

	if (err == -ENOENT)
		complain("policy: none acts: kxtrace policy apply FILE");
	return err;
}

static int confirm(void)
{
	struct kernel kernel = { .lock = -1 };
	volatile struct kxp_bank *bank;
	uint32_t active;
	int err = found(&kernel);

	if (!err)
		err = kernel_lock(&kernel);
	if (!err) {
		active = kernel.control->active & 3;
		bank = &kernel.control->banks[active];
		if (!bank->deadline_ns || policy_settle(&kernel) != active) {
			complain("policy: there is nothing to confirm%s", bank->deadline_ns ?
				 ": the time was over, it was rolled back" : "");
			err = -ENOENT;
		} else {
			bank->deadline_ns = 0;
			puts("confirmed");
		}
	}
	kernel_close(&kernel);
	return err ? 1 : 0;
}

static int remove_it(void)
{
	int meanwhile = policy_remove(POLICY_MEANWHILE), err = policy_remove(POLICY_INSTANCE);

	if (err == -ENOENT && meanwhile == -ENOENT)
		complain("policy: none acts: kxtrace policy apply FILE");
	if (err == -ENOENT)
		err = meanwhile;
	if (!err)
		puts("removed");
	return err ? 1 : 0;
}

static void show_rule(struct kernel *kernel, const struct kxp_entry *entry, bool json)
{
	struct kxp_counter counter = {};

	bpf_map_lookup_elem(kernel->maps[COUNTERS], &entry->rule, &counter);
	printf(json ? "{\"line\":%u,\"action\":\"%s\",\"matched\":%llu,\"refused\":%llu,\"killed\":%llu,\"limited\":%llu}\n" :
	       "line %-5u %-6s matched %llu, refused %llu, killed %llu, limited %llu\n",
	       entry->line, action_name(entry->action), counter.matched, counter.refused,
	       counter.killed, counter.limited);
}

/* Nothing, mostly. */
static const char *undecided_text(const struct kernel *kernel, char *out, size_t len)
{
	*out = '\0';
	if (kernel->control->undecided)
		snprintf(out, len, ", %u calls that could not be decided", kernel->control->undecided);
	return out;
}

static int show(bool json)
{
	struct kernel kernel = { .lock = -1 };
	char undecided[64];
	volatile struct kxp_bank *bank;
	uint32_t active;
	int err = found(&kernel);

	if (!err) {
		struct kxp_entry entry = {};
		uint32_t line = 0;

		active = policy_settle(&kernel);
		bank = &kernel.control->banks[active];
		if (active >= KXP_BANKS)
			printf(json ? "{\"policy\":null,\"rolled_back\":%u}\n" :
			       "no policy acts; rolled back %u times\n", kernel.control->rolled_back);
		else if (json)
			printf("{\"policy\":%llu,\"rules\":%u,\"monitor\":%s,\"unconfirmed\":%s,\"rolled_back\":%u,\"walks\":%llu,\"undecided\":%u}\n",
			       bank->generation, bank->nr_rules, bank->flags & KXP_MONITOR ? "true" : "false",
			       bank->deadline_ns ? "true" : "false", kernel.control->rolled_back,
			       kernel.control->walks, kernel.control->undecided);
		else
			printf("%s: %u rules%s%s, rolled back %u times, %llu paths looked up%s\n",
			       (const char *)bank->source, bank->nr_rules,
			       bank->flags & KXP_MONITOR ? ", reporting only" : "",
			       bank->deadline_ns ? ", not confirmed yet" : "",
			       kernel.control->rolled_back, kernel.control->walks,
			       undecided_text(&kernel, undecided, sizeof(undecided)));
		for (uint32_t i = 0; active < KXP_BANKS && i < bank->nr_entries; i++) {
			uint32_t key = active * KXP_ENTRIES + i;

			if (!bpf_map_lookup_elem(kernel.maps[ENTRIES], &key, &entry) &&
					entry.line != line)
				show_rule(&kernel, &entry, json);
			line = entry.line;
		}
	}
	kernel_close(&kernel);
	return err ? 1 : 0;
}

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

static void say(const struct rules *rules, const struct tables *tables, const struct
		kxp_test_out *out)
{
	size_t i;

	if (out->entry < 0 || (uint32_t)out->entry >= tables->nr_entries) {
		printf("allow: no rule matches (%u looked at)\n", out->candidates);
		return;
	}
	for (i = 0; i < rules->nr && tables->first[i + 1] <= (uint32_t)out->entry; i++)
		;
	printf("%s: line %u decides: %s\n  the first of the %u that match its object\n",
	       action_name(rules->list[i].action), rules->list[i].line, rules->list[i].text,
	       out->candidates);
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

static int test(const char *file, char **words)
{
	struct kxp_test_out out = {};
	struct tables tables = {};
	struct kernel kernel = { .lock = -1 };
	struct rules rules = {};
	struct kxp_test_in in = {};
	int err = rules_read(&rules, file);

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
		say(&rules, &tables, &out);
	tables_free(&tables);
	rules_free(&rules);
	kernel_close(&kernel);
	return err ? 1 : 0;
}

static int features(void)
{
	const char *why, *how = NULL;
	struct kx *kx = NULL;

	if (kx_new(&kx))
		return 1;
	why = kernel_way(kx, &how);
	for (uint32_t i = 0; i < KXP_NR_OPS; i++)
		printf("%-8s %s%s\n", op_name(1u << i), why ? "no: " : "yes, ", why ? why : how);
	kx_free(kx);
	return 0;
}

static int apply_words(int argc, char **argv)
{
	unsigned long confirm_s = 0;
	const char *file = NULL;
	bool monitor = false;
	char *end;

	for (int i = 2; i < argc; i++) {
		if (!strcmp(argv[i], "--monitor")) {
			monitor = true;
		} else if (!strcmp(argv[i], "--confirm") && i + 1 < argc) {
			confirm_s = strtoul(argv[++i], &end, 10);
			if (*end || confirm_s < 1 || confirm_s > 86400) {
				complain("policy apply: --confirm %s: write 1 to 86400 seconds", argv[i]);
				return 2;
			}
		} else if (*argv[i] != '-' && !file) {
			file = argv[i];
		} else {
			return usage(stderr);
		}
	}
	return file ? policy_apply(file, confirm_s, monitor) : usage(stderr);
}

int policy_main(int argc, char **argv)
{
	const char *verb = argc > 1 ? argv[1] : "";

	if (!strcmp(verb, "--help") || !strcmp(verb, "-h"))
		return usage(stdout);
	if (!strcmp(verb, "apply"))
		return apply_words(argc, argv);
	if (!strcmp(verb, "check") && argc == 3)
		return check(argv[2]);
	if (!strcmp(verb, "test") && argc > 3)
		return test(argv[2], argv + 3);
	if (!strcmp(verb, "show") && (argc == 2 || (argc == 3 && !strcmp(argv[2], "--json"))))
		return show(argc == 3);
	if (!strcmp(verb, "confirm") && argc == 2)
		return confirm();
	if (!strcmp(verb, "remove") && argc == 2)
		return remove_it();
	if (!strcmp(verb, "features") && argc == 2)
		return features();
	return usage(stderr);
}
