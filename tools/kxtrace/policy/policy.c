// SPDX-License-Identifier: GPL-2.0-only
/* kxtrace policy: the words behind it, and what changes the policy that acts. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../options.h"
#include "apply.h"
#include "look.h"
#include "policy.h"

static int usage(FILE *out)
{
	fputs("Usage: kxtrace policy VERB ...\n"
	      "Rules for every process of the system, enforced inside the kernel.\n\n"
	      "  check FILE [--json]                   read it; say what is wrong\n"
	      "  apply FILE [--confirm SECONDS] [--monitor]\n"
	      "                                        let it act, instead of the one before\n"
	      "  confirm                               keep it; else it is rolled back in time\n"
	      "  show [--json]                         what acts, and what it has done\n"
	      "  test FILE op=OP [path=P|to=A] [port=N] [uid=N] [comm=C] [exe=F] [--json]\n"
	      "                                        which rule would decide, and why\n"
	      "  remove                                let everything be as without it\n"
	      "  features [--json]                     what this kernel can enforce\n\n"
	      "What was decided: kx events -f kxpolicy.decisions\n\n"
	      "Examples:\n"
	      "  kxtrace policy apply /etc/kx/policy --confirm 60 && kxtrace policy confirm\n"
	      "  kxtrace policy test /etc/kx/policy op=read path=/etc/shadow uid=1000\n", out);
	return out == stdout ? 0 : 2;
}

static int confirm(void)
{
	struct kernel kernel = { .lock = -1 };
	volatile struct kxp_bank *bank;
	uint32_t active;
	int err = policy_find(&kernel);

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

/* Takes the option out of the words, wherever it stands. */
static bool take_json(int *argc, char **argv)
{
	int kept = 0;

	for (int i = 0; i < *argc; i++)
		if (strcmp(argv[i], "--json"))
			argv[kept++] = argv[i];
	if (kept == *argc)
		return false;
	argv[kept] = NULL;
	*argc = kept;
	return true;
}

static int look(int argc, char **argv)
{
	bool json = take_json(&argc, argv);
	const char *verb = argc > 1 ? argv[1] : "";

	if (!strcmp(verb, "check") && argc == 3)
		return policy_check(argv[2], json);
	if (!strcmp(verb, "test") && argc > 3)
		return policy_test(argv[2], argv + 3, json);
	if (!strcmp(verb, "show") && argc == 2)
		return policy_show(json);
	if (!strcmp(verb, "features") && argc == 2)
		return policy_features(json);
	return usage(stderr);
}

int policy_main(int argc, char **argv)
{
	const char *verb = argc > 1 ? argv[1] : "";

	if (!strcmp(verb, "--help") || !strcmp(verb, "-h"))
		return usage(stdout);
	if (!strcmp(verb, "apply"))
		return apply_words(argc, argv);
	if (!strcmp(verb, "confirm") && argc == 2)
		return confirm();
	if (!strcmp(verb, "remove") && argc == 2)
		return remove_it();
	return look(argc, argv);
}
