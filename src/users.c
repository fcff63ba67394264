// SPDX-License-Identifier: GPL-2.0-only
/* kx_instance_users(): instances that stand on one, processes that have it open. */
#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>

#include "instance.h"

struct users {
	struct kx_user *rows;
	size_t nr;
};

static struct kx_user *users_add(struct users *users)
{
	struct kx_user *rows = realloc(users->rows, (users->nr + 1) * sizeof(*rows));

	if (!rows)
		return NULL;
	users->rows = rows;
	rows[users->nr] = (struct kx_user){};
	return &rows[users->nr++];
}

static bool stands_on(const struct kx_instance *user, uint32_t kmid)
{
	const struct meta_line *line = NULL;

	while (user->meta && (line = meta_next(user->meta, "uses", line)))
		if (strtoul(line->fields[0], NULL, 10) == kmid)
			return true;
	return false;
}

static int find_instances(struct kx *kx, struct kx_instance *inst, struct users *users)
{
	struct kx_instance **list;
	char path[REGISTRY_PATH];
	size_t nr;
	int err;

	/* To look for held ones is dear, and most are used by none, ever. */
	registry_path(path, REGISTRY "/%s/held", inst->name);
	if (access(path, F_OK) && errno == ENOENT)
		err = instances_resident(kx, &list, &nr);
	else
		err = kx_instances_list(kx, &list, &nr);
	if (err)
		return err;
	for (size_t i = 0; !err && i < nr; i++) {
		struct kx_user *user;

		if (!stands_on(list[i], inst->entry.kmid))
			continue;
		user = users_add(users);
		if (user)
			snprintf(user->instance, sizeof(user->instance), "%s", list[i]->name);
		else
			err = -ENOMEM;
	}
	kx_instances_free(list, nr);
	return err;
}

/* Is a number in the instance's own lines of that key, in that field? */
static bool has_id(const struct meta *meta, const char *key, int field, unsigned long id)
{
	const struct meta_line *line = NULL;

	while ((line = meta_next(meta, key, line))) {
		bool imported = !strcmp(key, "map") && line->fields[2][0];

		if (!imported && strtoul(line->fields[field], NULL, 10) == id)
			return true;
	}
	return false;
}

/* What a descriptor leads to: 1: something of bpf(2). -EACCES: nobody's business here. */
static int is_bpf(int fds, const char *name)
{
	char target[14];
	ssize_t len = readlinkat(fds, name, target, sizeof(target));

	if (len < 0)
		return -errno;
	return len == sizeof(target) && !memcmp(target, "anon_inode:bpf", sizeof(target));
}

/* "map_id: 12" or "prog_id: 12" of one descriptor, when it is the instance's. */
static bool is_open_here(const struct kx_instance *inst, int fds, const char *name)
{
	_cleanup_file_ FILE *info = NULL;
	_cleanup_close_ int fd = -1;
	char path[32], line[128];
	unsigned long id;

	snprintf(path, sizeof(path), "../fdinfo/%.10s", name);
	fd = openat(fds, path, O_RDONLY | O_CLOEXEC);
	info = fd < 0 ? NULL : fdopen(fd, "r");
	if (!info)
		return false;
	(void)take_fd(fd);
	while (fgets(line, sizeof(line), info)) {
		if (sscanf(line, "map_id: %lu", &id) == 1)
			return id == inst->entry.kmid || has_id(inst->meta, "map", 7, id);
		if (sscanf(line, "prog_id: %lu", &id) == 1)
			return has_id(inst->meta, "prog", 3, id);
	}
	return false;
}

/* Kernel threads, most of /proc on a small machine, execute no file and open none. */
static bool is_kernel_thread(const char *pid)
{
	char path[64], byte;

	snprintf(path, sizeof(path), "/proc/%.16s/exe", pid);
	return readlink(path, &byte, sizeof(byte)) < 0 && errno == ENOENT;
}

static bool process_uses(const struct kx_instance *inst, const char *pid)
{
	struct dirent *each;
	char path[64];
	bool found = false;
	int bpf = 0;
	DIR *dir;

	if (is_kernel_thread(pid))
		return false;
	snprintf(path, sizeof(path), "/proc/%.16s/fd", pid);
	dir = opendir(path);
	/* The kernel refuses to tell of all descriptors of a process, or of none. */
	while (dir && !found && bpf != -EACCES && (each = readdir(dir))) {
		if (!isdigit((unsigned char)each->d_name[0]))
			continue;
		bpf = is_bpf(dirfd(dir), each->d_name);
		found = bpf > 0 && is_open_here(inst, dirfd(dir), each->d_name);
	}
	if (dir)
		closedir(dir);
	return found;
}

static void command_of(const char *pid, char out[16])
{
	_cleanup_file_ FILE *file = NULL;
	char path[64];

	snprintf(path, sizeof(path), "/proc/%.16s/comm", pid);
	file = fopen(path, "re");
	if (!file || !fgets(out, 16, file))
		snprintf(out, 16, "?");
	out[strcspn(out, "\n")] = '\0';
}

static int find_processes(struct kx_instance *inst, struct users *users)
{
	uint32_t owner = inst->held ? inst->entry.page->pid : 0, self = getpid();
	DIR *dir = opendir("/proc");
	struct dirent *each;
	int err = 0;

	while (dir && !err && (each = readdir(dir))) {
		uint32_t pid = strtoul(each->d_name, NULL, 10);
		struct kx_user *user;

		if (!pid || pid == self || pid == owner ||
		    !process_uses(inst, each->d_name))
			continue;
		user = users_add(users);
		if (user) {
			user->pid = pid;
			command_of(each->d_name, user->command);
		} else {
			err = -ENOMEM;
		}
	}
	if (dir)
		closedir(dir);
	return err;
}

int kx_instance_users(struct kx *kx, struct kx_instance *inst, struct kx_user **out, size_t *nr)
{
	struct users users = {};
	int err = find_instances(kx, inst, &users);

	/* A damaged one has no ids to look for. */
	if (!err && !instance_refresh(kx, inst))
		err = find_processes(inst, &users);
	if (err) {
		free(users.rows);
		return kx_fail(kx, err, "%s: its users cannot be found: %s", inst->name,
			       kx_why(err));
	}
	*out = users.rows;
	*nr = users.nr;
	return 0;
}
