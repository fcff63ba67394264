// SPDX-License-Identifier: GPL-2.0-only
/* Filters of a clsact qdisc: attached, recorded by the name of a pin, found again, removed. */
#include <bpf/bpf.h>
#include <dirent.h>
#include <errno.h>
#include <linux/bpf.h>
#include <string.h>
#include <sys/stat.h>

#include "base/uapi.h"
#include "kernel/probe.h"
#include "life/tc.h"
#include "life/tc_list.h"

#define PRIORITY	27512	/* "kx"; all filters of ours have it */
#define HANDLES		256	/* of ours at one device and direction */

struct record {
	int ifindex;
	bool egress;
	uint32_t handle;
	unsigned long netns;
	bool made;		/* the qdisc too */
};

static const char *const directions[] = { "ingress", "egress" };

static unsigned long own_netns(void)
{
	struct stat st;

	return stat("/proc/self/ns/net", &st) ? 0 : st.st_ino;
}

static void record_name(const struct record *record, char out[64])
{
	snprintf(out, 64, "%d-%s-%u-%lu%s", record->ifindex, directions[record->egress],
		 record->handle, record->netns, record->made ? "-made" : "");
}

static bool record_parse(const char *name, struct record *out)
{
	struct record record;
	char again[64];

	for (int egress = 0; egress < 2; egress++) {
		const char *fmt = egress ? "%d-egress-%u-%lu" : "%d-ingress-%u-%lu";

		record = (struct record){ .egress = egress };
		if (sscanf(name, fmt, &record.ifindex, &record.handle, &record.netns) != 3)
			continue;
		record.made = strstr(name, "-made");
		record_name(&record, again);
		if (strcmp(again, name))
			return false;
		*out = record;
		return true;
	}
	return false;
}

bool tc_is_record(const char *name)
{
	struct record record;

	return record_parse(name, &record);
}

bool tc_has_links(int ifindex)
{
	union bpf_attr attr;

	memset(&attr, 0, sizeof(attr));
	attr.query.target_fd = ifindex;
	attr.query.attach_type = KX_TCX_INGRESS;
	return !bpf_call(BPF_PROG_QUERY, &attr, sizeof(attr));
}

static struct bpf_tc_hook place(const struct record *record)
{
	return (struct bpf_tc_hook){
		.sz = sizeof(struct bpf_tc_hook), .ifindex = record->ifindex,
		.attach_point = record->egress ? BPF_TC_EGRESS : BPF_TC_INGRESS,
	};
}

static struct bpf_tc_opts filter(const struct record *record)
{
	return (struct bpf_tc_opts){
		.sz = sizeof(struct bpf_tc_opts), .handle = record->handle,
		.priority = PRIORITY,
	};
}

static uint32_t prog_id(int fd)
{
	struct bpf_prog_info info = {};
	__u32 len = sizeof(info);

	return bpf_obj_get_info_by_fd(fd, &info, &len) ? 0 : info.id;
}

/* Calls @fn for each record at @path or below, until it does not return 0. */
typedef int record_fn(const void *ctx, const char *path, const struct record *record);
static int walk(const char *path, record_fn *fn, const void *ctx)
{
	_cleanup_names_ struct names list = {};
	const char *name = strrchr(path, '/');
	struct record record;
	int err;

	if (name && record_parse(name + 1, &record))
		return fn(ctx, path, &record);
	err = names_read(path, &list.names, &list.nr);
	if (err)
		return err == -ENOTDIR || err == -ENOENT ? 0 : err;
	for (size_t i = 0; !err && i < list.nr; i++) {
		char child[REGISTRY_PATH + 256];

		snprintf(child, sizeof(child), "%s/%s", path, list.names[i]);
		err = walk(child, fn, ctx);
	}
	return err;
}

static int has_made(const void *ctx, const char *path, const struct record *record)
{
	const struct record *wanted = ctx;

	(void)path;
	return record->made && record->ifindex == wanted->ifindex &&
	       record->netns == wanted->netns;
}

/* The qdisc will be made, was made by another instance, or is there for reasons not ours. */
static bool is_to_be_made(const struct record *record)
{
	return tc_has_qdisc(record->ifindex) == 0 || walk(REGISTRY, has_made, record) == 1;
}

static int qdisc_make(const struct record *record)
{
	struct bpf_tc_hook hook = place(record);
	int err = record->made ? bpf_tc_hook_create(&hook) : 0;

	return err == -EEXIST ? 0 : err;
}

static void qdisc_leave(const struct record *record)
{
	struct bpf_tc_hook hook = place(record);

	if (!record->made || tc_filters_count(record->ifindex))
		return;
	hook.attach_point = BPF_TC_INGRESS | BPF_TC_EGRESS;
	(void)bpf_tc_hook_destroy(&hook);
}

/* The pin comes first: whatever happens then, there is something that tells of the rest. */
static int filter_add(struct hook *hook, const char *dir, const struct record *record)
{
	struct bpf_tc_hook where = place(record);
	struct bpf_tc_opts what = filter(record);
	char name[64];
	int err;

	record_name(record, name);
	registry_path(hook->record, "%s/%s", dir, name);
	if (bpf_obj_pin(bpf_program__fd(hook->prog), hook->record))
		return -errno;
	what.prog_fd = bpf_program__fd(hook->prog);
	err = qdisc_make(record) ?: bpf_tc_attach(&where, &what);
	if (err) {
		(void)registry_remove(hook->record);
		hook->record[0] = '\0';
	}
	return err;
}

static int record_dir(const char *who, const struct hook *hook, char out[REGISTRY_PATH])
{
	int err;

	registry_path(out, STAGING "/%s-hooks", who);
	err = registry_mkdir(out);
	if (err && err != -EEXIST)
		return err;
	registry_path(out, STAGING "/%s-hooks/%s", who, hook->pin);
	err = registry_mkdir(out);
	return err == -EEXIST ? 0 : err;
}

int tc_attach(const char *who, struct hook *hook, int ifindex)
{
	struct record record = {
		.ifindex = ifindex, .egress = strstr(hook->section, "egress"),
		.netns = own_netns(),
	};
	char dir[REGISTRY_PATH];
	int err;

	record.made = is_to_be_made(&record);
	err = record_dir(who, hook, dir);
	do {
		record.handle++;
		err = err == -EEXIST ? 0 : err;
		err = err ?: filter_add(hook, dir, &record);
	} while (err == -EEXIST && record.handle < HANDLES);
	if (err)
		qdisc_leave(&record);
	return err;
}

int tc_record_move(struct kx *kx, const char *who, struct hook *hook, const char *dir)
{
	char from[REGISTRY_PATH], to[REGISTRY_PATH];

	registry_path(from, STAGING "/%s-hooks/%s", who, hook->pin);
	registry_path(to, "%s/hooks/%s", dir, hook->pin);
	if (rename(from, to))
		return kx_fail(kx, -errno, "%s: cannot make %s: %s", who, to, kx_why(-errno));
	registry_path(from, STAGING "/%s-hooks", who);
	(void)rmdir(from);
	return 0;
}

void tc_undo(const char *who, struct hook *hook)
{
	char dir[REGISTRY_PATH];

	(void)tc_sweep(hook->record);
	(void)registry_remove(hook->record);
	registry_path(dir, STAGING "/%s-hooks/%s", who, hook->pin);
	(void)rmdir(dir);
	registry_path(dir, STAGING "/%s-hooks", who);
	(void)rmdir(dir);
}

/* A namespace that no process is in and that has no name in /run/netns is over. */
static bool netns_is_there(unsigned long number)
{
	static const struct {
		const char *dir, *below;
	} places[] = { { "/proc", "/ns/net" }, { "/run/netns", "" } };
	bool found = false;

	for (size_t i = 0; !found && i < sizeof(places) / sizeof(places[0]); i++) {
		DIR *dir = opendir(places[i].dir);
		struct dirent *each;

		while (dir && !found && (each = readdir(dir))) {
			char path[300];
			struct stat st;

			snprintf(path, sizeof(path), "%s/%s%s", places[i].dir, each->d_name,
				 places[i].below);
			found = !stat(path, &st) && st.st_ino == number;
		}
		if (dir)
			closedir(dir);
	}
	return found;
}

static int detach(const void *ctx, const char *path, const struct record *record)
{
	struct bpf_tc_hook where = place(record);
	struct bpf_tc_opts what = filter(record);
	_cleanup_close_ int fd = -1;

	(void)ctx;
	if (record->netns != own_netns())
		return netns_is_there(record->netns) ? -EXDEV : 0;
	fd = bpf_obj_get(path);
	if (fd < 0)
		return errno == ENOENT ? 0 : -errno;
	/* It may never have come to it, or somebody has put another one there. */
	if (!bpf_tc_query(&where, &what) && what.prog_id == prog_id(fd)) {
		what = filter(record);
		if (bpf_tc_detach(&where, &what))
			return -EBUSY;
	}
	qdisc_leave(record);
	return 0;
}

int tc_sweep(const char *path)
{
	return walk(path, detach, NULL);
}

static int is_elsewhere(const void *ctx, const char *path, const struct record *record)
{
	(void)ctx;
	(void)path;
	return record->netns != own_netns() && netns_is_there(record->netns);
}

bool tc_is_elsewhere(const char *path)
{
	return walk(path, is_elsewhere, NULL) == 1;
}
