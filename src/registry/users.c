// SPDX-License-Identifier: GPL-2.0-only
/* kx_instance_users(): instances that stand on one, processes that have it open. */
#include <errno.h>
#include <string.h>

#include "registry/instance.h"
#include "registry/procfd.h"

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
	size_t nr;
	int err = kx_instances_list(kx, &list, &nr);

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

/* Who reads a stream does not keep its instance from going, no more than dmesg does. */
static bool is_read_only(const struct meta *meta, const char *map)
{
	return about_tag(&meta->about, map, "stream") || !strcmp(map, "kx_wake");
}

/* Is a number in the instance's own lines of that key, in that field? */
static bool has_id(const struct meta *meta, const char *key, int field, uint32_t id)
{
	const struct meta_line *line = NULL;

	while ((line = meta_next(meta, key, line))) {
		bool passed_over = !strcmp(key, "map") &&
			(line->fields[2][0] || is_read_only(meta, line->fields[0]));

		if (!passed_over && strtoul(line->fields[field], NULL, 10) == id)
			return true;
	}
	return false;
}

static void command_of(uint32_t pid, char out[16])
{
	_cleanup_file_ FILE *file = NULL;
	char path[64];

	snprintf(path, sizeof(path), "/proc/%u/comm", pid);
	file = fopen(path, "re");
	if (!file || !fgets(out, 16, file))
		snprintf(out, 16, "?");
	out[strcspn(out, "\n")] = '\0';
}

struct search {
	const struct kx_instance *inst;
	struct users *users;
	uint32_t self;
	uint32_t owner;		/* of a held one */
	uint32_t last;		/* process that was listed */
};

/* The entry does not count: whoever looks at the registry has that open. */
static int take_process(void *ctx, const struct procfd *fd)
{
	struct search *search = ctx;
	const struct meta *meta = search->inst->meta;
	struct kx_user *user;

	/* A link has the number of its program, which is not open for that. */
	if (fd->is_link || fd->pid == search->self || fd->pid == search->owner ||
	    fd->pid == search->last || !(fd->is_map ? has_id(meta, "map", 7, fd->id) : has_id(meta, "prog", 3, fd->id)))
		return 0;
	user = users_add(search->users);
	if (!user)
		return -ENOMEM;
	search->last = user->pid = fd->pid;
	command_of(fd->pid, user->command);
	return 0;
}

static int find_processes(struct kx_instance *inst, struct users *users)
{
	struct search search = {
		.inst = inst, .users = users, .self = getpid(),
		.owner = inst->held ? inst->entry.page->pid : 0,
	};

	return procfd_walk(take_process, &search);
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
