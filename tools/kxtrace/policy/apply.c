// SPDX-License-Identifier: GPL-2.0-only
/* A policy comes to act: in the kernel half that is there, or instead of that of another build. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "../options.h"
#include "apply.h"

static uint64_t now_ns(clockid_t clock)
{
	struct timespec now;

	clock_gettime(clock, &now);
	return now.tv_sec * 1000000000ull + now.tv_nsec;
}

static int plain_identify(void *ctx, const char *path, struct kxp_file *out)
{
	(void)ctx;
	(void)out;
	return access(path, F_OK) ? -errno : 0;
}

int policy_make(struct rules *rules, struct tables *tables, const char *file)
{
	int err = rules_read(rules, file);

	return err ? err : tables_make(tables, rules, plain_identify, NULL);
}

static void fill_bank(struct kernel *kernel, const struct tables *tables, uint32_t bank,
		      const char *file, unsigned int confirm_s, bool monitor)
{
	volatile struct kxp_bank *to = &kernel->control->banks[bank];
	char *path = realpath(file, NULL);

	to->generation = ++kernel->control->generation;
	to->applied_ns = now_ns(CLOCK_REALTIME);
	to->deadline_ns = confirm_s ? now_ns(CLOCK_BOOTTIME) + confirm_s * 1000000000ull : 0;
	to->ops = tables->ops;
	to->flags = monitor ? KXP_MONITOR : 0;
	to->before = kernel->control->active;
	to->nr_entries = tables->nr_entries;
	to->nr_rules = tables->rules->nr;
	to->start = 0;
	to->confirm_s = confirm_s;
	snprintf((char *)to->source, sizeof(to->source), "%s", path ? path : file);
	free(path);
}

uint32_t policy_settle(struct kernel *kernel)
{
	uint32_t active = kernel->control->active & 3;
	uint64_t deadline = kernel->control->banks[active].deadline_ns;

	if (!deadline || now_ns(CLOCK_BOOTTIME) < deadline)
		return active;
	if (__sync_bool_compare_and_swap(&kernel->control->active, active,
					 kernel->control->banks[active].before))
		__sync_fetch_and_add(&kernel->control->rolled_back, 1);
	return kernel->control->active & 3;
}

/* What is to act, and how. */
struct request {
	const char *file;
	unsigned int confirm_s;
	bool monitor;
	struct rules rules;
};

static int switch_to(struct kernel *kernel, struct tables *tables, const struct request *request,
		     const struct kernel *before)
{
	uint32_t active = policy_settle(kernel), bank = active == 0 ? 1 : 0;
	struct kxp_file tool = {};
	int err;

	if (kernel->control->banks[active].deadline_ns) {
		complain("policy: the policy that acts is not confirmed yet: kxtrace policy confirm, or remove, first");
		return -EBUSY;
	}
	err = kernel_identify(kernel, "/proc/self/exe", &tool);
	if (!err)
		err = kernel_store(kernel, tables, bank);
	if (!err && before)
		err = kernel_take_counters(kernel, before);
	if (err)
		return err;
	kernel->control->banks[bank].tool.ino = tool.ino;
	kernel->control->banks[bank].tool.dev = tool.dev;
	fill_bank(kernel, tables, bank, request->file, request->confirm_s, request->monitor);
	__sync_synchronize();
	kernel->control->active = bank;
	kernel_forget(kernel);
	return 0;
}

/* In the kernel half of that name; counters go on from those of @before. */
static int act(const struct request *request, const char *name, const struct kernel *before)
{
	struct tables tables = {};
	struct kernel kernel = { .lock = -1 };
	int err = kernel_load(&kernel, name);

	if (!err)
		err = kernel_lock(&kernel);
	if (!err)
		err = tables_make(&tables, &request->rules, kernel_identify, &kernel);
	if (!err && !before)
		tables_warn(&tables);
	if (!err)
		err = switch_to(&kernel, &tables, request, before);
	tables_free(&tables);
	kernel_close(&kernel);
	return err;
}

int policy_remove(const char *name)
{
	struct kernel kernel = { .lock = -1 };
	int err = kernel_open(&kernel, name);

	if (!err)
		err = kernel_lock(&kernel);
	if (!err)
		return kernel_remove(&kernel);
	kernel_close(&kernel);
	return err;
}

static bool has_asks(const struct rules *rules)
{
	for (size_t i = 0; i < rules->nr; i++)
		if (rules->list[i].action == KXP_ASK)
			return true;
	return false;
}

/*
 * The kernel half is that of another build. A second one acts beside it, then instead of
 * it, until this build's has its name: at each moment one of them does.
 */
static int replace(const struct request *request, struct kernel *old)
{
	struct kernel *before = NULL, tables = { .lock = -1 };
	bool both = false;
	int err = kernel_lock(old);

	if (!err && request->confirm_s) {
		complain("policy: the policy that acts is that of another build of kxtrace, to which nothing can be rolled back: apply without --confirm first");
		err = -EBUSY;
	}
	if (!err) {
		err = act(request, POLICY_MEANWHILE, NULL);
		both = true;
	}
	if (!err && kernel_has_tables(old)) {
		err = kernel_find(&tables, POLICY_INSTANCE);
		before = &tables;
	}
	if (!err) {
		err = kernel_unload(old);
		both = err;
	}
	/* What acted before goes on alone. */
	if (err && both)
		(void)policy_remove(POLICY_MEANWHILE);
	if (!err)
		err = act(request, POLICY_INSTANCE, before);
	if (!err && has_asks(&request->rules))
		complain("policy: a service of kxpolicy.ask has to be started again: it served the kernel half of another build");
	kernel_close(&tables);
	return err;
}

static int apply_rules(const struct request *request)
{
	struct kernel old = { .lock = -1 };
	int err = kernel_open(&old, POLICY_INSTANCE);
	bool other = !err && !kernel_has_code(&old);

	/* What was left by one that was killed: not needed while the other one acts. */
	if (!err)
		err = policy_remove(POLICY_MEANWHILE);
	if (!err || err == -ENOENT)
		err = other ? replace(request, &old) : act(request, POLICY_INSTANCE, NULL);
	kernel_close(&old);
	if (!err)
		err = policy_remove(POLICY_MEANWHILE);
	return err == -ENOENT ? 0 : err;
}

int policy_apply(const char *file, unsigned int confirm_s, bool monitor)
{
	struct request request = { .file = file, .confirm_s = confirm_s, .monitor = monitor };
	struct tables tables = {};
	int err = policy_make(&request.rules, &tables, file);

	tables_free(&tables);
	if (!err)
		err = apply_rules(&request);
	if (!err) {
		printf("%s: %zu rules act%s", file, request.rules.nr,
		       monitor ? ", reporting only" : "");
		if (confirm_s)
			printf("; rolled back in %u s if not confirmed: kxtrace policy confirm",
			       confirm_s);
		putchar('\n');
	}
	rules_free(&request.rules);
	return err ? 1 : 0;
}
