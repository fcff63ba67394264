// SPDX-License-Identifier: GPL-2.0-only
/* The registry's directories, their lock, and the removal of what is in them. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>

#include "registry/registry.h"

#define WAIT_USUAL_MS	10000
#define WAIT_STEP_NS	2000000

void registry_path(char out[REGISTRY_PATH], const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	(void)vsnprintf(out, REGISTRY_PATH, fmt, args);
	va_end(args);
}

int registry_mkdir(const char *path)
{
	if (mkdir(path, 0755))
		return -errno;
	/* The umask is the user's, the registry everybody's. */
	return chmod(path, 0755) ? -errno : 0;
}

uint32_t generation_of(const char *name)
{
	uint32_t number = 0;

	if (!*name || *name == '0' || strlen(name) > 9)
		return 0;
	for (; *name; name++) {
		if (*name < '0' || *name > '9')
			return 0;
		number = number * 10 + (*name - '0');
	}
	return number;
}

static int by_name(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

void names_free(char **names, size_t nr)
{
	while (nr)
		free(names[--nr]);
	free(names);
}

static int names_add(struct names *list, const char *name)
{
	char **names = realloc(list->names, (list->nr + 1) * sizeof(*names));

	if (!names)
		return -ENOMEM;
	list->names = names;
	names[list->nr] = strdup(name);
	return names[list->nr] ? (list->nr++, 0) : -ENOMEM;
}

static void close_dir(DIR **dir)
{
	if (*dir)
		closedir(*dir);
}

int names_read(const char *path, char ***out, size_t *nr)
{
	_cleanup_names_ struct names list = {};
	_cleanup_(close_dir) DIR *dir = opendir(path);
	struct dirent *each;
	int err;

	if (!dir)
		return -errno;
	while ((each = readdir(dir))) {
		if (!strcmp(each->d_name, ".") || !strcmp(each->d_name, ".."))
			continue;
		err = names_add(&list, each->d_name);
		if (err)
			return err;
	}
	if (list.nr)
		qsort(list.names, list.nr, sizeof(*list.names), by_name);
	*nr = list.nr;
	list.nr = 0;
	*out = take_ptr(list.names);
	return 0;
}

static int remove_within(const char *path)
{
	_cleanup_names_ struct names list = {};
	int err = names_read(path, &list.names, &list.nr);

	for (size_t i = 0; !err && i < list.nr; i++) {
		char child[REGISTRY_PATH + 256];

		snprintf(child, sizeof(child), "%s/%s", path, list.names[i]);
		err = registry_remove(child);
	}
	return err == -ENOENT ? 0 : err;
}

int registry_remove(const char *path)
{
	int err;

	if (!unlink(path) || errno == ENOENT)
		return 0;
	if (errno != EISDIR && errno != EPERM)
		return -errno;
	err = remove_within(path);
	if (err)
		return err;
	return rmdir(path) && errno != ENOENT ? -errno : 0;
}

void registry_copy_modes(const char *from, const char *to)
{
	_cleanup_names_ struct names list = {};
	struct stat was, is;

	if (names_read(from, &list.names, &list.nr))
		return;
	for (size_t i = 0; i < list.nr; i++) {
		char one[REGISTRY_PATH + 256], other[REGISTRY_PATH + 256];

		snprintf(one, sizeof(one), "%s/%s", from, list.names[i]);
		snprintf(other, sizeof(other), "%s/%s", to, list.names[i]);
		if (lstat(one, &was) || lstat(other, &is) ||
		    (was.st_mode & S_IFMT) != (is.st_mode & S_IFMT) || S_ISLNK(was.st_mode))
			continue;
		/* The mode last: a change of owner may take bits away. */
		if (was.st_uid != is.st_uid || was.st_gid != is.st_gid)
			(void)!lchown(other, was.st_uid, was.st_gid);
		if (was.st_mode != is.st_mode)
			(void)chmod(other, was.st_mode & 07777);
		if (S_ISDIR(was.st_mode))
			registry_copy_modes(one, other);
	}
}

static int make_dirs(struct kx *kx)
{
	int err = kx_mount_ensure(kx, KX_MOUNT_BPFFS);

	if (err)
		return err;
	err = registry_mkdir(REGISTRY);
	if (err && err != -EEXIST)
		return kx_fail(kx, err, "%s: cannot be made: %s", REGISTRY, kx_why(err));
	if (mkdir(STAGING, 0700) && errno != EEXIST)
		return kx_fail(kx, -errno, "%s: cannot be made: %s%s", STAGING,
			       kx_why(-errno),
			       errno == EACCES ? "; changing what is loaded takes root" : "");
	return 0;
}

void registry_lock_owner(int fd, char owner[LOCK_OWNER])
{
	_cleanup_file_ FILE *locks = fopen("/proc/locks", "re");
	struct stat stat;
	char line[128];

	snprintf(owner, LOCK_OWNER, "another process");
	while (locks && !fstat(fd, &stat) && fgets(line, sizeof(line), locks)) {
		unsigned long ino;
		int pid;

		if (sscanf(line, "%*d: FLOCK ADVISORY WRITE %d %*x:%*x:%lu", &pid,
			   &ino) == 2 && ino == stat.st_ino && pid > 0)
			snprintf(owner, LOCK_OWNER, "process %d", pid);
	}
}

static int lock_busy(struct kx *kx, int fd)
{
	char owner[LOCK_OWNER];

	registry_lock_owner(fd, owner);
	return kx_fail(kx, -EBUSY, "the registry %s is locked by %s, which changes it; "
		       "try again when that is done", REGISTRY, owner);
}

/* flock(2) goes with the process, however that ends. */
static int lock(struct kx *kx, int fd, uint32_t wait_ms)
{
	const struct timespec step = { .tv_nsec = WAIT_STEP_NS };
	uint64_t tries = (wait_ms ? wait_ms : WAIT_USUAL_MS) * 1000000ULL / WAIT_STEP_NS;

	while (flock(fd, LOCK_EX | LOCK_NB)) {
		if (errno != EWOULDBLOCK && errno != EINTR)
			return kx_fail(kx, -errno, "%s: cannot be locked: %s", STAGING,
				       kx_why(-errno));
		if (!tries--)
			return lock_busy(kx, fd);
		nanosleep(&step, NULL);
	}
	return 0;
}

int registry_lock(struct kx *kx, uint32_t wait_ms, int *out)
{
	_cleanup_close_ int fd = -1;
	int err = make_dirs(kx);

	if (err)
		return err;
	fd = open(STAGING, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0)
		return kx_fail(kx, -errno, "%s: cannot be opened: %s%s", STAGING,
			       kx_why(-errno),
			       errno == EACCES ? "; changing what is loaded takes root" : "");
	err = lock(kx, fd, wait_ms);
	if (err)
		return err;
	*out = take_fd(fd);
	return 0;
}
