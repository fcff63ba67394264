// SPDX-License-Identifier: GPL-2.0-only
/* Records into an intake's ring, and the program that takes them out of it. */
#include <bpf/bpf.h>
#include <errno.h>
#include <string.h>
#include <time.h>

#include "channel/intake.h"

/* Somebody else may run the program for a while. */
#define BUSY_WAIT_MS	10000
#define BUSY_STEP_NS	100000

/* Upgrades that are followed in a row. */
#define FOLLOW_MAX	16

static int fail(const struct kx_intake *intake, int err, const char *why)
{
	return kx_fail(intake->kx, err, "%s.%s: %s", intake->instance, intake->name, why);
}

static int gone(struct kx_intake *intake)
{
	return kx_fail(intake->kx, -ENODEV, "%s: is not loaded any more", intake->instance);
}

static int follow_to(struct kx_intake *intake, struct kx_instance *inst)
{
	struct bpf_map_info info;
	int fd;

	if (inst->entry.kmid != intake->kmid || !inst->meta || !entry_active(&inst->entry))
		return gone(intake);
	fd = intake_ring(inst, intake->name, &info);
	if (fd >= 0)
		close(fd);
	if (fd == -ENOENT || !about_tag(&inst->meta->about, intake->name, "intake"))
		return fail(intake, -ESTALE, "an upgrade has taken it away; what waits is not taken");
	if (fd < 0)
		return fail(intake, fd, kx_why(fd));
	if (info.id != intake->ring_id)
		return fail(intake, -ESTALE, "an upgrade has begun it anew; what waits is not taken");
	fd = intake_program(inst, intake->name);
	if (fd < 0)
		return fail(intake, fd, kx_why(fd));
	close(intake->prog_fd);
	intake->prog_fd = fd;
	return 0;
}

/* The code that was asked is not the running one: another generation goes on. */
static int follow(struct kx_intake *intake)
{
	struct kx_instance *inst;
	int err = intake->held ? -ENOENT : kx_instance_open(intake->kx, intake->instance, &inst);

	if (err)
		return err == -ENOENT ? gone(intake) : err;
	err = follow_to(intake, inst);
	kx_instance_close(inst);
	return err;
}

/* One run takes 131072 records at most. Returns what the program did, or errno. */
static int run(struct kx_intake *intake, int *result)
{
	struct kx_taken taken = {};
	LIBBPF_OPTS(bpf_test_run_opts, opts, .ctx_in = &taken, .ctx_size_in = sizeof(taken));

	if (bpf_prog_test_run_opts(intake->prog_fd, &opts))
		return fail(intake, -errno, kx_why(-errno));
	*result = (int)opts.retval;
	if (*result == KX_STALE)
		return 0;
	intake->sum.taken += taken.taken;
	intake->sum.refused += taken.refused;
	return 0;
}

/* Progress, for the bounds of what is tried again. */
struct tries {
	int follows;
	int repairs;
	int waits;
};

static int again(struct kx_intake *intake, struct tries *tries, int result, bool moved)
{
	const struct timespec step = { .tv_nsec = BUSY_STEP_NS };

	if (result == KX_STALE) {
		if (tries->follows++ == FOLLOW_MAX)
			return fail(intake, -EBUSY, "one upgrade follows the other");
		return follow(intake);
	}
	if (result == -EBUSY) {
		if (tries->waits++ == BUSY_WAIT_MS * (1000000 / BUSY_STEP_NS))
			return fail(intake, -EBUSY, "somebody else runs its program, without an end");
		nanosleep(&step, NULL);
		return 0;
	}
	if (moved)
		return 0;
	/* It stands before what is no record. */
	if (tries->repairs++)
		return fail(intake, -EPROTO, "somebody else has written to its ring");
	intake_repair(intake);
	return 0;
}

static int empty(struct kx_intake *intake)
{
	struct tries tries = {};
	int err = 0, result = 0;

	while (!err && intake_tail(intake) != intake->head) {
		uint64_t before = intake->tail;

		err = run(intake, &result);
		if (!err)
			err = again(intake, &tries, result, intake_tail(intake) != before);
	}
	return err;
}

int kx_intake_flush(struct kx_intake *intake, uint64_t *taken, uint64_t *refused)
{
	int err = empty(intake);

	if (taken)
		*taken = intake->sum.taken;
	if (refused)
		*refused = intake->sum.refused;
	return err;
}

size_t kx_intake_size(const struct kx_intake *intake)
{
	return intake->place.size;
}

int kx_intake_put(struct kx_intake *intake, const void *record, size_t len)
{
	uint64_t all = ((uint64_t)len + BPF_RINGBUF_HDR_SZ + 7) & ~7ULL;
	__u32 *word;
	int err;

	if (len != intake->place.size)
		return kx_fail(intake->kx, -EINVAL, "%s.%s: a record of %zu bytes, its type has %u",
			       intake->instance, intake->name, len, intake->place.size);
	if (__atomic_load_n(intake->producer, __ATOMIC_RELAXED) != intake->head)
		return fail(intake, -EPROTO, "somebody else has written to its ring");
	if (intake->head + all - intake->tail > intake->room &&
	    intake->head + all - intake_tail(intake) > intake->room) {
		err = empty(intake);
		if (err)
			return err;
	}
	word = (__u32 *)(intake->data + (intake->head & (intake->room - 1)));
	word[0] = len;
	word[1] = 0;
	memcpy(word + 2, record, len);
	intake_move(intake, intake->head + all);
	return 0;
}

static int text_put(struct kx_intake *intake, const char *line, char *why, size_t why_len)
{
	size_t len = strlen(line);

	if (len >= intake->place.size) {
		snprintf(why, why_len, "%zu bytes, at most %u are allowed", len,
			 intake->place.size - 1);
		return -ERANGE;
	}
	memcpy(intake->record, line, len);
	return 0;
}

/* ".a=1,.b=2" as well as "{.a=1,.b=2}"; JSON begins in another way. */
static int value_put(struct kx_intake *intake, const char *line, char *why, size_t why_len)
{
	const char *first = line + strspn(line, " \t"), *second;
	_cleanup_free_ char *braced = NULL;

	second = *first ? first + 1 + strspn(first + 1, " \t") : first;
	if (*first == '[' || *first == '"' || (*first == '{' && (*second == '"' || *second == '}')))
		return value_from_json(intake->btf, intake->place.type_id, line, intake->record,
				       why, why_len);
	if (*first == '.' && asprintf(&braced, "{%s}", first) < 0) {
		snprintf(why, why_len, "no memory");
		return -ENOMEM;
	}
	return value_parse(intake->btf, &intake->place, NULL, braced ?: line, intake->record, why,
			   why_len);
}

int kx_intake_put_text(struct kx_intake *intake, const char *line)
{
	char why[256];
	int err;

	memset(intake->record, 0, intake->place.size);
	err = intake->is_text ? text_put(intake, line, why, sizeof(why)) :
				value_put(intake, line, why, sizeof(why));
	return err ? fail(intake, err, why) : kx_intake_put(intake, intake->record,
							      intake->place.size);
}
