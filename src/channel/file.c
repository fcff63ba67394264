// SPDX-License-Identifier: GPL-2.0-only
/* Files of an instance: iterators that are read, programs that take what is written. */
#include <bpf/bpf.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>

#include "channel/command.h"

/* Its line in the description, after @after; NULL: it has no more. */
static const struct meta_line *file_next(const struct kx_instance *inst,
					 const struct meta_line *after)
{
	do
		after = meta_next(inst->meta, "hook", after);
	while (after && strcmp(after->fields[2], "file"));
	return after;
}

static bool has_file(const struct kx_instance *inst, const char *name)
{
	const struct meta_line *line = NULL;

	while ((line = file_next(inst, line)))
		if (!strcmp(line->fields[1], name))
			return true;
	return false;
}

static int unknown(struct kx *kx, const struct kx_instance *inst, const char *name)
{
	const struct meta_line *line = NULL;
	char list[512] = "";
	size_t at = 0;

	while (at < sizeof(list) && (line = file_next(inst, line)))
		at += snprintf(list + at, sizeof(list) - at, "%s%s", at ? ", " : "",
			       line->fields[1]);
	return kx_fail(kx, -ENOENT, "%s: no file %.64s; it has %s%s", inst->name, name,
		       at ? "these: " : "none", list);
}

/* The running generation, and a file that it has. */
static int find(struct kx *kx, struct kx_instance *inst, const char *name)
{
	int err = instance_refresh(kx, inst);

	if (!err && !has_file(inst, name))
		err = unknown(kx, inst, name);
	return err;
}

static int open_pinned(struct kx *kx, const struct kx_instance *inst, const char *name)
{
	char path[REGISTRY_PATH];
	int fd;

	registry_path(path, REGISTRY "/%s/%u/files/%s", inst->name, inst->meta->head.generation,
		      name);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd >= 0)
		return fd;
	if (errno == EACCES)
		return kx_fail(kx, -EACCES, "%s.%s: is not for this user: the mode of %s decides "
			       "who may read it", inst->name, name, path);
	return -errno;
}

/* The program that makes a file's text; 0: not known. */
static uint32_t program_of(const struct kx_instance *inst, const char *name)
{
	const struct meta_line *line = NULL;

	while ((line = meta_next(inst->meta, "prog", line)))
		if (!strcmp(line->fields[0], name))
			return strtoul(line->fields[3], NULL, 10);
	return 0;
}

/* Only its process has the link, and nobody else knows its number. */
static int link_of(uint32_t prog_id)
{
	uint32_t id = 0;
	int fd;

	while (!bpf_link_get_next_id(id, &id)) {
		struct bpf_link_info info = {};
		__u32 len = sizeof(info);

		fd = bpf_link_get_fd_by_id(id);

		if (fd < 0)
			continue;
		if (!bpf_obj_get_info_by_fd(fd, &info, &len) && info.prog_id == prog_id)
			return fd;
		close(fd);
	}
	return -errno;
}

static int own_link(const struct generation *own, const char *name)
{
	for (size_t i = 0; own && i < own->hooks.nr; i++)
		if (own->hooks.rows[i].way == HOOK_FILE && !strcmp(own->hooks.rows[i].pin, name))
			return own->hooks.rows[i].link_fd;
	return -1;
}

static int open_held(struct kx *kx, const struct kx_instance *inst, const char *name)
{
	int own = own_link(inst->own, name), fd;
	_cleanup_close_ int link = own >= 0 ? -1 : link_of(program_of(inst, name));

	if (own < 0 && link < 0)
		return kx_fail(kx, link == -ENOENT ? -ENODEV : link, "%s.%s: cannot be opened: %s",
			       inst->name, name, link == -ENOENT ? "its process has ended" :
			       "a held instance's files take root");
	fd = bpf_iter_create(own >= 0 ? own : link);
	return fd < 0 ? -errno : fd;
}

int kx_file_open(struct kx *kx, struct kx_instance *inst, const char *name)
{
	int fd = -ENOENT;

	/* A generation may go between two looks, but not twice. */
	for (int tries = 0; fd == -ENOENT && tries < 3; tries++) {
		int err = find(kx, inst, name);

		if (err)
			return err;
		fd = inst->held ? open_held(kx, inst, name) : open_pinned(kx, inst, name);
	}
	if (fd < 0 && fd != -EACCES && fd != -EPERM && fd != -ENODEV)
		return kx_fail(kx, fd, "%s.%s: cannot be opened: %s", inst->name, name,
			       kx_why(fd));
	return fd;
}

/*
 * Writing
 */

/* The program that takes what is written; NULL: it cannot be written to. */
static const char *writer_of(const struct about *about, const char *name)
{
	for (size_t i = 0; i < about->nr_tagged; i++)
		if (!strcmp(about->tagged[i].tag, "write") &&
		    !strcmp(about->tagged[i].value, name))
			return about->tagged[i].name;
	return NULL;
}

/* A piece as full as it can be, so that only the last one is short. */
static int read_piece(struct kx *kx, kx_source_fn source, void *ctx, struct kx_write *piece)
{
	piece->len = 0;
	while (piece->len < sizeof(piece->bytes)) {
		size_t room = sizeof(piece->bytes) - piece->len;
		long got = source(ctx, piece->bytes + piece->len, room);

		if (got < 0)
			return kx_fail(kx, (int)got, "what is to be written cannot be read: %s",
				       kx_why((int)got));
		if (!got)
			break;
		if ((size_t)got > room)
			return kx_fail(kx, -EINVAL, "what is to be written is more than was asked "
				       "for");
		piece->len += got;
	}
	return 0;
}

static int write_piece(struct kx_command *command, const struct kx_write *piece)
{
	int result, err = kx_call(command, piece, sizeof(*piece), NULL, 0, &result);

	if (err || result >= 0)
		return err;
	return kx_fail(command->kx, -EIO, "%s: refused what was written from byte %llu on: it "
		       "returned %d (%s)", command->shown, (unsigned long long)piece->offset,
		       result, kx_why(result));
}

/* One piece is read ahead: whoever takes the last one has to know that it is. */
static int write_all(struct kx_command *command, kx_source_fn source, void *ctx)
{
	_cleanup_free_ struct kx_write *pieces = calloc(2, sizeof(*pieces));
	struct kx_write *now = pieces, *next = pieces + 1, *other;
	int err;

	if (!pieces)
		return kx_fail(command->kx, -ENOMEM, "out of memory");
	for (err = read_piece(command->kx, source, ctx, now); !err; ) {
		err = read_piece(command->kx, source, ctx, next);
		if (err)
			break;
		next->offset = now->offset + now->len;
		now->more = next->len > 0;
		memset(now->bytes + now->len, 0, sizeof(now->bytes) - now->len);
		err = write_piece(command, now);
		if (!now->more)
			break;
		other = now;
		now = next;
		next = other;
	}
	return err;
}

int kx_file_write(struct kx *kx, struct kx_instance *inst, const char *name, kx_source_fn source,
		  void *ctx)
{
	struct kx_command *command;
	const char *program;
	int err = find(kx, inst, name);

	if (err)
		return err;
	program = writer_of(&inst->meta->about, name);
	if (!program)
		return kx_fail(kx, -EOPNOTSUPP, "%s.%s: cannot be written to", inst->name, name);
	err = command_open(kx, inst, program, "write", name, &command);
	if (err)
		return err;
	if (command->block.in_len == sizeof(struct kx_write))
		err = write_all(command, source, ctx);
	else
		err = kx_fail(kx, -EPROTO, "%s.%s: cannot be written to: its program takes another "
			      "structure than struct kx_write", inst->name, name);
	kx_command_close(command);
	return err;
}
