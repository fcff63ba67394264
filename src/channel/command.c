// SPDX-License-Identifier: GPL-2.0-only
/* Commands: programs found by name or number, and run with a block by bpf(2) itself. */
#include <bpf/bpf.h>
#include <bpf/btf.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/syscall.h>
#include <time.h>

#include "channel/command.h"
#include "value/layout.h"

/* Others may load and upgrade as fast as we look, but not for long: a second. */
#define FOLLOW_TRIES	1000
#define FOLLOW_PAUSE_NS	1000000

static int refuse_user(const struct kx_command *command, const char *path)
{
	return kx_fail(command->kx, -EACCES,
		       "%s: is not for this user: the mode of %s decides who may read, and so "
		       "call it", command->shown, path);
}

/* Of a generation that may go at any time: -ENOENT. */
static int open_pinned(const struct kx_command *command, const struct kx_instance *inst)
{
	LIBBPF_OPTS(bpf_obj_get_opts, read_only, .file_flags = BPF_F_RDONLY);
	char path[REGISTRY_PATH];
	int fd;

	registry_path(path, REGISTRY "/%s/%u/progs/%s", inst->name, inst->meta->head.generation,
		      command->program);
	fd = bpf_obj_get_opts(path, &read_only);
	if (fd >= 0)
		return fd;
	return errno == EACCES ? refuse_user(command, path) : -errno;
}

/* Its process has it, and no pin; this one perhaps. */
static int open_held(const struct kx_command *command, const struct kx_instance *inst)
{
	const struct meta_line *line = NULL;
	struct bpf_program *prog = NULL;
	int fd = -1;

	if (inst->own && inst->own->obj)
		prog = bpf_object__find_program_by_name(inst->own->obj, command->program);
	if (prog) {
		fd = fcntl(bpf_program__fd(prog), F_DUPFD_CLOEXEC, 0);
		return fd < 0 ? -errno : fd;
	}
	while ((line = meta_next(inst->meta, "prog", line)))
		if (!strcmp(line->fields[0], command->program))
			fd = bpf_prog_get_fd_by_id(strtoul(line->fields[3], NULL, 10));
	return fd < 0 ? -errno : fd;
}

/* What is found out of a generation, and then belongs to a command. */
struct found {
	int fd;
	struct btf *btf;
	struct channel_block block;
	char *bytes;
};

static void found_done(struct found *found)
{
	if (found->fd >= 0)
		close(found->fd);
	btf__free(found->btf);
	free(found->bytes);
}

#define _cleanup_found_ _cleanup_(found_done)

static int find(const struct kx_command *command, const struct kx_instance *inst,
		struct found *found)
{
	const void *raw;
	__u32 len;
	int err = channel_block(inst->meta->btf, command->program, &found->block);

	if (err)
		return kx_fail(command->kx, -EPROTO, "%s: cannot be called: it takes no block as "
			       "kx/command.bpf.h makes them", command->shown);
	found->fd = inst->held ? open_held(command, inst) : open_pinned(command, inst);
	if (found->fd < 0)
		return found->fd;
	raw = btf__raw_data(inst->meta->btf, &len);
	found->btf = raw ? btf__new(raw, len) : NULL;
	found->bytes = calloc(1, found->block.len + 8);
	if (!found->btf || !found->bytes)
		return kx_fail(command->kx, -ENOMEM, "out of memory");
	return 0;
}

/* From now on this is what runs; the block keeps its content. */
static void take(struct kx_command *command, struct found *found)
{
	struct found before = { command->fd, command->btf, command->block, command->bytes };

	if (before.bytes)
		memcpy(found->bytes, before.bytes, found->block.len);
	command->fd = found->fd;
	command->btf = found->btf;
	command->block = found->block;
	command->bytes = found->bytes;
	*found = before;
	memset(&command->attr, 0, sizeof(command->attr));
	command->attr.test.prog_fd = command->fd;
	command->attr.test.ctx_size_in = command->block.len;
	if (command->block.len)
		command->attr.test.ctx_in = (uintptr_t)command->bytes;
}

/*
 * Following an instance
 */

static int gone(const struct kx_command *command, const char *why)
{
	return kx_fail(command->kx, -ENODEV, "%s: %s %s", command->shown, command->instance, why);
}

static bool is_same(const struct kx_command *command, const struct found *found, char *why,
		    size_t why_len)
{
	const struct channel_block *was = &command->block, *is = &found->block;

	if (was->len != is->len || was->in_len != is->in_len || was->out_len != is->out_len ||
	    was->out_offset != is->out_offset) {
		snprintf(why, why_len, "its blocks have another size");
		return false;
	}
	return layout_same_type(command->btf, was->in_id, found->btf, is->in_id, why, why_len) &&
	       layout_same_type(command->btf, was->out_id, found->btf, is->out_id, why, why_len);
}

/* The program of the generation that runs now. -EAGAIN: it went between two looks. */
static int find_again(struct kx_command *command, const struct kx_instance *inst)
{
	_cleanup_found_ struct found found = { .fd = -1 };
	char why[256] = "";
	int err;

	if (!about_tag(&inst->meta->about, command->program, command->tag))
		return kx_fail(command->kx, -ESTALE, "%s: an upgrade has taken it away",
			       command->shown);
	err = find(command, inst, &found);
	if (err == -ENOENT)
		return -EAGAIN;
	if (err)
		return err;
	if (!is_same(command, &found, why, sizeof(why)))
		return kx_fail(command->kx, -ESTALE, "%s: an upgrade has changed its types: %s; "
			       "open it again", command->shown, why);
	take(command, &found);
	return 0;
}

static int reopen(struct kx_command *command)
{
	struct kx_instance *inst;
	int err;

	/* It has one generation: its gate is closed because it ends. */
	if (command->held)
		return gone(command, "is not loaded any more");
	err = instance_open_dir(command->kx, command->instance, &inst);
	if (err)
		return err == -ENOENT ? gone(command, "is not loaded any more") : err;
	if (inst->entry.kmid != command->kmid)
		err = gone(command, "was unloaded and loaded again; open it again");
	else if (entry_state(&inst->entry) == KX_STATE_UNLOADING)
		err = gone(command, "is being unloaded");
	else
		err = instance_refresh(command->kx, inst);
	/* Its description went between two looks: so did it, or its generation. */
	err = err == -ENOENT ? -EAGAIN : err ?: find_again(command, inst);
	kx_instance_close(inst);
	return err;
}

static int run(struct kx_command *command, int *result)
{
	union bpf_attr *attr = &command->attr;

	if (syscall(__NR_bpf, BPF_PROG_TEST_RUN, attr, sizeof(attr->test)))
		return kx_fail(command->kx, -errno, "%s: cannot be called: %s", command->shown,
			       kx_why(-errno));
	*result = (int)attr->test.retval;
	return 0;
}

int command_run(struct kx_command *command, int *result)
{
	static const struct timespec pause = { .tv_nsec = FOLLOW_PAUSE_NS };
	int err = run(command, result);

	for (int tries = 0; !err && *result == KX_STALE; tries++) {
		if (tries == FOLLOW_TRIES)
			return gone(command, "is being loaded or unloaded");
		if (tries)
			nanosleep(&pause, NULL);
		err = reopen(command);
		if (err == -EAGAIN)
			err = 0;
		else if (!err)
			err = run(command, result);
	}
	return err;
}

/*
 * What others see
 */

static void command_free(struct kx_command **command)
{
	kx_command_close(*command);
}

int command_open(struct kx *kx, struct kx_instance *inst, const char *program, const char *tag,
		 const char *name, struct kx_command **out)
{
	_cleanup_(command_free) struct kx_command *command = calloc(1, sizeof(*command));
	_cleanup_found_ struct found found = { .fd = -1 };
	int err;

	if (!command)
		return kx_fail(kx, -ENOMEM, "out of memory");
	command->kx = kx;
	command->fd = -1;
	command->tag = tag;
	command->kmid = inst->entry.kmid;
	command->held = inst->held;
	snprintf(command->instance, sizeof(command->instance), "%s", inst->name);
	snprintf(command->program, sizeof(command->program), "%s", program);
	snprintf(command->shown, sizeof(command->shown), "%s.%.*s", inst->name, KX_NAME_MAX, name);
	err = find(command, inst, &found);
	/* A generation that went meanwhile: the next one has it, or the sentence. */
	if (err == -ENOENT && !inst->held) {
		err = instance_refresh(kx, inst) ?: find(command, inst, &found);
	}
	if (err == -EPROTO || err == -EACCES || err == -ENOMEM)
		return err;
	if (err)
		return kx_fail(kx, err, "%s: cannot be opened: %s%s", command->shown, kx_why(err),
			       err == -EPERM ? "; a held instance's takes root" : "");
	take(command, &found);
	*out = take_ptr(command);
	return 0;
}

static bool is_number(const char *name, int64_t *out)
{
	char *end;

	if (*name < '0' || *name > '9')
		return false;
	errno = 0;
	*out = strtoll(name, &end, 0);
	return !*end && !errno;
}

static int unknown_number(struct kx *kx, const struct kx_instance *inst,
			  const struct channels *list, const char *name)
{
	char numbers[256] = "";
	size_t at = 0;

	for (size_t i = 0; i < list->nr && at < sizeof(numbers); i++)
		if (list->rows[i].number >= 0)
			at += snprintf(numbers + at, sizeof(numbers) - at, "%s%lld (%s)",
				       at ? ", " : "", (long long)list->rows[i].number,
				       list->rows[i].name);
	return kx_fail(kx, -ENOENT, "%s: no command has the number %.32s; %s%s", inst->name, name,
		       at ? "it has: " : "none has one", numbers);
}

/* The name of the command that has a number; its room is the caller's. */
static int name_of(struct kx *kx, const struct kx_instance *inst, const char *name,
		   int64_t number, char out[64])
{
	struct channels list;
	int err = channels_make(&inst->meta->about, inst->meta->btf, NULL, 0, &list);

	if (err)
		return kx_fail(kx, err, "out of memory");
	err = -ENOENT;
	for (size_t i = 0; err && i < list.nr; i++) {
		if (list.rows[i].kind != KX_CHANNEL_COMMAND || list.rows[i].number != number)
			continue;
		snprintf(out, 64, "%s", list.rows[i].name);
		err = 0;
	}
	if (err)
		err = unknown_number(kx, inst, &list, name);
	channels_free(&list);
	return err;
}

int kx_command_open(struct kx *kx, struct kx_instance *inst, const char *name,
		    struct kx_command **out)
{
	char of_number[64];
	int64_t number;
	int err = instance_refresh(kx, inst);

	if (err)
		return err;
	if (is_number(name, &number)) {
		err = name_of(kx, inst, name, number, of_number);
		if (err)
			return err;
		name = of_number;
	}
	if (!about_tag(&inst->meta->about, name, "command"))
		return channel_unknown(kx, inst->name, &inst->meta->about, "command", "command",
				       name);
	return command_open(kx, inst, name, "command", name, out);
}

void kx_command_sizes(const struct kx_command *command, size_t *in_len, size_t *out_len)
{
	*in_len = command->block.in_len;
	*out_len = command->block.out_len;
}

static int refuse_size(const struct kx_command *command, const char *what, size_t is, size_t len)
{
	return kx_fail(command->kx, -EINVAL, "%s: its %s has %zu bytes, %zu were given%s",
		       command->shown, what, is, len, is == len ? " at NULL" : "");
}

int kx_call(struct kx_command *command, const void *in, size_t in_len, void *out, size_t out_len,
	    int *result)
{
	const struct channel_block *block = &command->block;
	int answer, err;

	if (in_len != block->in_len || (in_len && !in))
		return refuse_size(command, "input", block->in_len, in_len);
	if (out_len && (out_len != block->out_len || !out))
		return refuse_size(command, "output", block->out_len, out_len);
	if (in_len)
		memcpy(command->bytes, in, in_len);
	memset(command->bytes + in_len, 0, block->len - in_len);
	err = command_run(command, &answer);
	if (err)
		return err;
	if (out_len)
		memcpy(out, command->bytes + block->out_offset, out_len);
	if (result)
		*result = answer;
	return 0;
}

void kx_command_close(struct kx_command *command)
{
	if (!command)
		return;
	if (command->fd >= 0)
		close(command->fd);
	btf__free(command->btf);
	free(command->bytes);
	free(command);
}
