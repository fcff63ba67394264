// SPDX-License-Identifier: GPL-2.0-only
/* The kernel half: an instance like anybody's, reached through libkx. */
#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/membarrier.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "../options.h"
#include "kernel.h"
#include "kxpolicy.skel.h"
#include "kxpolicy_fmod.skel.h"
#include "kxpolicy_stop.skel.h"

#define BEGUN_US	100000

static const char *const names[NR_TABLES] = {
	"entries", "classes", "nodes", "edges", "prefixes", "counters",
};

int kernel_fail(const struct kernel *kernel, int err)
{
	complain("policy: %s", kernel->kx ? kx_error(kernel->kx) : strerror(-err));
	return err;
}

static int open_maps(struct kernel *kernel)
{
	struct kx_reachable *list = NULL;
	size_t nr = 0, found = 0;
	int err = kx_instance_reachable(kernel->kx, kernel->inst, &list, &nr);

	if (err)
		return kernel_fail(kernel, err);
	for (size_t i = 0; i < nr; i++)
		for (size_t j = 0; j < NR_TABLES; j++)
			if (!strcmp(list[i].kind, "map") && !strcmp(list[i].name, names[j]) &&
			    kernel->maps[j] < 0) {
				kernel->maps[j] = bpf_map_get_fd_by_id(list[i].id);
				found += kernel->maps[j] >= 0;
			}
	free(list);
	if (found < NR_TABLES) {
		complain("policy: the tables of the kernel half cannot be opened: it takes root");
		return -EACCES;
	}
	err = kx_share_map(kernel->kx, kernel->inst, "control", KX_SHARE_WRITE, &kernel->share);
	if (err)
		return kernel_fail(kernel, err);
	kernel->control = kx_share_bytes(kernel->share, NULL);
	return 0;
}

static int begin(struct kernel *kernel)
{
	*kernel = (struct kernel){ .lock = -1 };
	for (size_t i = 0; i < NR_TABLES; i++)
		kernel->maps[i] = -1;
	return kx_new(&kernel->kx);
}

int kernel_open(struct kernel *kernel, const char *name)
{
	int err = begin(kernel);

	if (!err)
		err = kx_instance_open(kernel->kx, name, &kernel->inst);
	return err && err != -ENOENT ? kernel_fail(kernel, err) : err;
}

int kernel_find(struct kernel *kernel, const char *name)
{
	int err = kernel_open(kernel, name);

	if (err)
		return err;
	if (kernel_has_tables(kernel))
		return open_maps(kernel);
	complain("policy: the policy that acts is that of another build of kxtrace, and has other tables: use that build, or apply a policy with this one, or remove it");
	return -ESTALE;
}

bool kernel_has_tables(struct kernel *kernel)
{
	const struct kx_about *about;

	return !kx_instance_about(kernel->kx, kernel->inst, &about) && about->version &&
	       !strcmp(about->version, KXP_VERSION);
}

/* How the hooks of the security modules are reached; the first that this kernel allows. */
static const struct {
	const char *features[2];
	const void *(*elf)(size_t *len);
	const char *text;
} ways[] = {
	{ { "bpf_lsm", "door.block" }, kxpolicy_bpf__elf_bytes, "by the hooks of the security modules" },
	{ { "bpf_lsm" }, kxpolicy_stop_bpf__elf_bytes,
	  "by the hooks of the security modules; who waits for an answer is stopped" },
	{ { "fmod_ret" }, kxpolicy_fmod_bpf__elf_bytes,
	  "in front of the security modules; a call may pass while another is decided on its CPU" },
};

#define NR_WAYS	(sizeof(ways) / sizeof(ways[0]))

static bool is_possible(struct kx *kx, size_t way)
{
	for (size_t i = 0; i < 2 && ways[way].features[i]; i++)
		if (kx_feature_has(kx, ways[way].features[i]) != 1)
			return false;
	return true;
}

const char *kernel_way(struct kx *kx, const char **text)
{
	static const char *const needed[] = { "fexit", "loop" };

	for (size_t i = 0; i < sizeof(needed) / sizeof(needed[0]); i++)
		if (kx_feature_has(kx, needed[i]) != 1)
			return kx_error(kx);
	for (size_t i = 0; i < NR_WAYS; i++)
		if (is_possible(kx, i)) {
			*text = ways[i].text;
			return NULL;
		}
	return kx_error(kx);
}

bool kernel_has_code(struct kernel *kernel)
{
	const struct kx_about *about;
	bool same = false;

	if (kx_instance_about(kernel->kx, kernel->inst, &about))
		return false;
	for (size_t i = 0; i < NR_WAYS && !same; i++) {
		struct kx_extension *ext = NULL;
		size_t len;
		const void *elf = ways[i].elf(&len);

		same = !kx_extension_open_mem(kernel->kx, elf, len, POLICY_INSTANCE, &ext) &&
		       !strcmp(kx_extension_about(ext)->hash, about->hash);
		kx_extension_close(ext);
	}
	return same;
}

/* No two instances may have the same content: behind the end of a file nobody looks. */
static int load(struct kernel *kernel, const char *name, size_t way)
{
	struct kx_load_opts opts = { .size = sizeof(opts), .instance = name };
	size_t len, more = strcmp(name, POLICY_INSTANCE) ? 8 : 0;
	const void *elf = ways[way].elf(&len);
	struct kx_extension *ext = NULL;
	char *copy = calloc(1, len + more);
	int err;

	if (!copy)
		return -ENOMEM;
	memcpy(copy, elf, len);
	err = kx_extension_open_mem(kernel->kx, copy, len + more, name, &ext);
	if (!err)
		err = kx_load(kernel->kx, ext, &opts, &kernel->inst);
	kx_extension_close(ext);
	free(copy);
	return err;
}

int kernel_load(struct kernel *kernel, const char *name)
{
	int err = kernel_find(kernel, name);
	const char *why, *text;

	if (err != -ENOENT)
		return err;
	/* What makes it impossible is told before anything is tried. */
	why = kernel_way(kernel->kx, &text);
	if (why) {
		complain("policy: no rule can be enforced on this kernel: %s; check and test work, for one command kxtrace shows calls", why);
		return -EOPNOTSUPP;
	}
	/* Which hooks may sleep differs from kernel to kernel: it is tried. */
	for (size_t i = 0; i < NR_WAYS && err; i++) {
		if (!is_possible(kernel->kx, i))
			continue;
		err = load(kernel, name, i);
		if (!err && i == NR_WAYS - 1)
			complain("policy: warning: BPF is not among the security modules of this kernel: a call may pass while another is decided on the same CPU; boot with lsm=...,bpf");
	}
	return err ? kernel_fail(kernel, err) : open_maps(kernel);
}

int kernel_try(struct kernel *kernel)
{
	struct bpf_program *prog;
	const void *elf;
	size_t len;
	int err = begin(kernel);

	kernel->skel = err ? NULL : kxpolicy_bpf__open();
	if (!kernel->skel)
		return err ? err : -errno;
	bpf_object__for_each_program(prog, kernel->skel->obj)
		bpf_program__set_autoload(prog, bpf_program__type(prog) == BPF_PROG_TYPE_SYSCALL);
	/* Nothing is kept with inodes; kernels without that kind of map can test too. */
	bpf_map__set_autocreate(kernel->skel->maps.verdicts, false);
	err = kx_skeleton_load(kernel->kx, kernel->skel->skeleton, POLICY_INSTANCE);
	elf = kxpolicy_bpf__elf_bytes(&len);
	if (!err)
		err = kx_instance_hold(kernel->kx, kernel->skel->obj, elf, len, &kernel->inst);
	return err ? kernel_fail(kernel, err) : open_maps(kernel);
}

/* Whoever has it open, as a service has, is left with what it holds. */
int kernel_unload(struct kernel *kernel)
{
	int err = kx_unload(kernel->kx, kernel->inst, KX_UNLOAD_WITH_USERS);

	return err ? kernel_fail(kernel, err) : 0;
}

int kernel_remove(struct kernel *kernel)
{
	int err = 0;

	/* Where the gate is not looked at, this ends all at once. */
	if (kernel_has_tables(kernel))
		err = open_maps(kernel);
	if (!err && kernel->control)
		kernel->control->active = KXP_NO_BANK;
	if (!err)
		err = kernel_unload(kernel);
	kernel_close(kernel);
	return err;
}

void kernel_close(struct kernel *kernel)
{
	for (size_t i = 0; i < NR_TABLES; i++)
		if (kernel->maps[i] > 0)
			close(kernel->maps[i]);
	if (kernel->lock >= 0)
		close(kernel->lock);
	kx_share_unmap(kernel->share);
	kx_instance_close(kernel->inst);
	if (kernel->skel)
		kxpolicy_bpf__destroy(kernel->skel);
	kx_free(kernel->kx);
}

int kernel_identify(void *ctx, const char *path, struct kxp_file *out)
{
	struct kernel *kernel = ctx;
	struct kx_command *command = NULL;
	int result = -1, fd = open(path, O_RDONLY | O_CLOEXEC);
	__u32 in = fd;
	int err;

	if (fd < 0)
		return -errno;
	err = kx_command_open(kernel->kx, kernel->inst, "identify", &command);
	if (!err)
		err = kx_call(command, &in, sizeof(in), out, sizeof(*out), &result);
	kx_command_close(command);
	close(fd);
	return err ? err : result ? -EIO : 0;
}

/* The keys of a hash that are of a bank. */
static void clear(int fd, size_t key_len, size_t bank_at, uint32_t bank)
{
	char key[128], next[128];
	void *from = NULL;
	bool drop;

	while (!bpf_map_get_next_key(fd, from, next)) {
		drop = !memcmp(next + bank_at, &bank, sizeof(bank));
		if (!drop) {
			memcpy(key, next, key_len);
			from = key;
		} else {
			bpf_map_delete_elem(fd, next);
		}
	}
}

static int put(int fd, uint32_t bank, uint32_t room, uint32_t nr, const void *values, size_t len)
{
	for (uint32_t i = 0; i < nr; i++) {
		uint32_t key = bank * room + i;

		if (bpf_map_update_elem(fd, &key, (const char *)values + i * len, BPF_ANY))
			return -errno;
	}
	return 0;
}

static int put_hashes(struct kernel *kernel, const struct tables *tables, uint32_t bank)
{
	volatile struct kxp_bank *to = &kernel->control->banks[bank];

	for (size_t i = 0; i < tables->nr_edges; i++) {
		struct kxp_edge key = tables->edges[i].key;

		key.bank = bank;
		if (bpf_map_update_elem(kernel->maps[EDGES], &key, &tables->edges[i].to, BPF_ANY))
			return -errno;
	}
	for (size_t i = 0; i < 4; i++)
		to->lengths[i] = 0;
	for (size_t i = 0; i < tables->nr_prefixes; i++) {
		struct kxp_prefix key = tables->prefixes[i].key;

		key.bank = bank;
		to->lengths[key.bits / 64] |= 1ull << key.bits % 64;
		if (bpf_map_update_elem(kernel->maps[PREFIXES], &key,
				&tables->prefixes[i].class, BPF_ANY))
			return -errno;
	}
	return 0;
}

static int put_counters(struct kernel *kernel, const struct tables *tables)
{
	const struct kxp_counter none = {};

	for (size_t i = 0; i < tables->rules->nr; i++)
		if (bpf_map_update_elem(kernel->maps[COUNTERS], &tables->rules->list[i].id, &none,
					BPF_NOEXIST) && errno != EEXIST)
			return -errno;
	return 0;
}

int kernel_store(struct kernel *kernel, const struct tables *tables, uint32_t bank)
{
	int err;

	/*
	 * Programs that began under an earlier policy of this bank have ended then. Those of
	 * hooks that may sleep can be preempted on the way: they have a time for it, as in
	 * kx upgrade.
	 */
	syscall(SYS_membarrier, MEMBARRIER_CMD_GLOBAL, 0, 0);
	if (kernel->control->banks[bank].generation)
		usleep(BEGUN_US);
	clear(kernel->maps[EDGES], sizeof(struct kxp_edge), offsetof(struct kxp_edge, bank), bank);
	clear(kernel->maps[PREFIXES], sizeof(struct kxp_prefix), offsetof(struct
			kxp_prefix, bank), bank);
	err = put(kernel->maps[ENTRIES], bank, KXP_ENTRIES, tables->nr_entries, tables->entries,
		  sizeof(*tables->entries));
	if (!err)
		err = put(kernel->maps[CLASSES], bank, KXP_CLASSES, tables->nr_classes,
				tables->classes,
			  sizeof(*tables->classes));
	if (!err)
		err = put(kernel->maps[NODES], bank, KXP_NODES, tables->nr_nodes, tables->nodes,
			  sizeof(*tables->nodes));
	if (!err)
		err = put_hashes(kernel, tables, bank);
	if (!err)
		err = put_counters(kernel, tables);
	if (err)
		complain("policy: the kernel does not take the tables: %s", strerror(-err));
	return err;
}

static int compare_rules(const void *a, const void *b)
{
	const uint64_t *left = a, *right = b;

	return (*left > *right) - (*left < *right);
}

/* The rules of both banks, in order; how many. */
static size_t rules_of(const struct kernel *kernel, uint64_t *rules)
{
	struct kxp_entry entry;
	size_t nr = 0;

	for (uint32_t bank = 0; bank < KXP_BANKS; bank++)
		for (uint32_t i = 0; i < kernel->control->banks[bank].nr_entries &&
				     i < KXP_ENTRIES; i++) {
			uint32_t key = bank * KXP_ENTRIES + i;

			if (!bpf_map_lookup_elem(kernel->maps[ENTRIES], &key, &entry))
				rules[nr++] = entry.rule;
		}
	qsort(rules, nr, sizeof(*rules), compare_rules);
	return nr;
}

void kernel_forget(struct kernel *kernel)
{
	uint64_t *rules = calloc(KXP_BANKS * KXP_ENTRIES, sizeof(*rules));
	uint64_t key, next, *from = NULL;
	int fd = kernel->maps[COUNTERS];
	size_t nr = rules ? rules_of(kernel, rules) : 0;

	while (rules && !bpf_map_get_next_key(fd, from, &next)) {
		if (bsearch(&next, rules, nr, sizeof(*rules), compare_rules)) {
			key = next;
			from = &key;
		} else {
			bpf_map_delete_elem(fd, &next);
		}
	}
	free(rules);
}

int kernel_take_counters(struct kernel *kernel, const struct kernel *from)
{
	uint64_t key, *before = NULL;
	struct kxp_counter counter;

	while (!bpf_map_get_next_key(from->maps[COUNTERS], before, &key)) {
		before = &key;
		if (!bpf_map_lookup_elem(from->maps[COUNTERS], &key, &counter) &&
		    bpf_map_update_elem(kernel->maps[COUNTERS], &key, &counter, BPF_EXIST) &&
		    errno != ENOENT)
			return -errno;
	}
	return 0;
}

/* By the directory of the instance, which all that change the policy have in common. */
int kernel_lock(struct kernel *kernel)
{
	struct kx_status status;
	char path[64];

	kx_instance_status(kernel->inst, &status);
	snprintf(path, sizeof(path), "/sys/fs/bpf/kx/%s", status.name);
	kernel->lock = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (kernel->lock >= 0 && !flock(kernel->lock, LOCK_EX | LOCK_NB))
		return 0;
	complain("policy: another kxtrace policy is at work: try again when it has ended");
	return -EBUSY;
}
