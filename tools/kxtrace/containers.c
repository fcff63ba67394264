// SPDX-License-Identifier: GPL-2.0-only
/* Names of cgroups by their number, and of the containers that they are. */
#include "containers.h"

#include <fcntl.h>
#include <fts.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

struct cgroup {
	uint64_t id;
	char *path;			/* NULL: there was none when it was looked for */
	struct container_name container;	/* without a runtime: none */
};

static struct cgroup *cgroups;
static size_t nr_cgroups, room;

/* Where the default hierarchy is mounted; "" when it is not. */
static const char *mount_point(void)
{
	static char point[256];
	static bool looked;
	char line[1024], type[32];
	FILE *f;

	if (looked)
		return point;
	looked = true;
	f = fopen("/proc/self/mounts", "re");
	while (f && fgets(line, sizeof(line), f)) {
		if (sscanf(line, "%*s %255s %31s", point, type) == 2 &&
		    !strcmp(type, "cgroup2"))
			break;
		point[0] = '\0';
	}
	if (f)
		fclose(f);
	return point;
}

/*
 * What runtimes name a container's cgroup: a prefix, its id, an end. Those that
 * have their own parent instead are told by it.
 */
static const struct {
	const char *prefix;
	const char *end;
	const char *parent;
	const char *runtime;
	bool hex;		/* the id is 64 hex digits, else a name */
} patterns[] = {
	{ "docker-", ".scope", NULL, "docker", true },
	{ "", "", "docker", "docker", true },
	{ "libpod-", ".scope", NULL, "podman", true },
	{ "libpod-", "", NULL, "podman", true },
	{ "crio-", ".scope", NULL, "cri-o", true },
	{ "crio-", "", NULL, "cri-o", true },
	{ "cri-containerd-", ".scope", NULL, "containerd", true },
	{ "nerdctl-", ".scope", NULL, "containerd", true },
	{ "lxc.payload.", "", NULL, "lxc", false },
	{ "systemd-nspawn@", ".service", NULL, "nspawn", false },
	{ "", "", NULL, "container", true },
};

#define NR_PATTERNS	(sizeof(patterns) / sizeof(patterns[0]))
#define HEX_DIGITS	64
#define SHORT_ID	12

static bool fits(size_t n, const char *part, size_t len, const char *parent,
		 size_t parent_len, struct container_name *name)
{
	size_t before = strlen(patterns[n].prefix), after = strlen(patterns[n].end);
	const char *id = part + before;

	if (len <= before + after || memcmp(part, patterns[n].prefix, before) ||
	    memcmp(part + len - after, patterns[n].end, after))
		return false;
	if (patterns[n].parent && (strlen(patterns[n].parent) != parent_len ||
				   memcmp(patterns[n].parent, parent, parent_len)))
		return false;
	len -= before + after;
	if (patterns[n].hex) {
		if (len != HEX_DIGITS || strspn(id, "0123456789abcdef") < len)
			return false;
		len = SHORT_ID;
	}
	if (len >= sizeof(name->id))
		len = sizeof(name->id) - 1;
	memcpy(name->id, id, len);
	name->id[len] = '\0';
	name->runtime = patterns[n].runtime;
	return true;
}

/* The innermost: a container may hold others. */
bool container_of_path(const char *path, struct container_name *name)
{
	const char *part = path, *parent = path;
	size_t len, parent_len = 0, n;
	bool found = false;

	while (*part) {
		part += strspn(part, "/");
		len = strcspn(part, "/");
		for (n = 0; len && n < NR_PATTERNS; n++) {
			if (!fits(n, part, len, parent, parent_len, name))
				continue;
			found = true;
			break;
		}
		parent = part;
		parent_len = len;
		part += len;
	}
	return found;
}

static struct cgroup *find(uint64_t id)
{
	size_t i;

	for (i = nr_cgroups; i-- > 0;)
		if (cgroups[i].id == id)
			return &cgroups[i];
	return NULL;
}

static void remember(uint64_t id, const char *path)
{
	struct cgroup *entry = find(id);

	if (!entry) {
		if (nr_cgroups == room) {
			size_t more = room ? 2 * room : 64;
			struct cgroup *grown = reallocarray(cgroups, more, sizeof(*grown));

			if (!grown)
				return;
			cgroups = grown;
			room = more;
		}
		entry = &cgroups[nr_cgroups++];
		*entry = (struct cgroup){ .id = id };
	}
	if (!path || entry->path)
		return;
	entry->path = strdup(path);
	if (entry->path && !container_of_path(path, &entry->container))
		entry->container.runtime = NULL;
}

/* A cgroup's number is that of its directory. */
static void walk(void)
{
	const char *top = mount_point();
	char *const roots[] = { (char *)top, NULL };
	FTSENT *entry;
	FTS *fts;

	if (!*top)
		return;
	fts = fts_open(roots, FTS_PHYSICAL | FTS_NOCHDIR | FTS_XDEV, NULL);
	while (fts && (entry = fts_read(fts))) {
		if (entry->fts_info != FTS_D)
			continue;
		remember(entry->fts_statp->st_ino,
			 entry->fts_path[strlen(top)] ? entry->fts_path + strlen(top) : "/");
	}
	if (fts)
		fts_close(fts);
}

static const struct cgroup *cgroup_of(uint64_t id)
{
	struct cgroup *entry = find(id);

	if (entry || !id)
		return entry;
	walk();
	remember(id, NULL);
	return find(id);
}

const char *cgroup_name(uint64_t id)
{
	const struct cgroup *entry = cgroup_of(id);

	return entry ? entry->path : NULL;
}

const struct container_name *container_of_cgroup(uint64_t id)
{
	const struct cgroup *entry = cgroup_of(id);

	return entry && entry->container.runtime ? &entry->container : NULL;
}

static size_t read_line(const char *path, char *line, size_t size)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	ssize_t len = fd < 0 ? -1 : read(fd, line, size - 1);

	if (fd >= 0)
		close(fd);
	if (len < 0)
		len = 0;
	line[len] = '\0';
	return len;
}

/* The line "0::/path" is of the default hierarchy. */
static uint64_t cgroup_of_task(uint32_t tid)
{
	char name[64], text[4096], path[4096 + 256], *line, *end;
	struct stat st;

	snprintf(name, sizeof(name), "/proc/%u/cgroup", tid);
	read_line(name, text, sizeof(text));
	line = strncmp(text, "0::", 3) ? strstr(text, "\n0::") : text;
	if (!line || !*mount_point())
		return 0;
	line = strchr(line, '/');
	if (!line)
		return 0;
	end = strchr(line, '\n');
	if (end)
		*end = '\0';
	snprintf(path, sizeof(path), "%s%s", mount_point(), line);
	return stat(path, &st) ? 0 : st.st_ino;
}

void name_task(struct task_info *task)
{
	char path[64], *end;

	if (task->known || task->comm[0])
		return;
	snprintf(path, sizeof(path), "/proc/%u/comm", task->tid);
	read_line(path, task->comm, sizeof(task->comm));
	end = strchr(task->comm, '\n');
	if (end)
		*end = '\0';
	task->cgroup_id = cgroup_of_task(task->tid);
}

void containers_done(void)
{
	while (nr_cgroups)
		free(cgroups[--nr_cgroups].path);
	free(cgroups);
	cgroups = NULL;
	room = 0;
}
