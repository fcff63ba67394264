// SPDX-License-Identifier: GPL-2.0-only
/*
 * The kernel half of kxtrace by itself: loads under every setting, traces this
 * very process, and looks at the raw records.
 */
#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <unistd.h>

#include <kx/kx.h>

#include "../../bpf/kxtrace.h"

typedef __u8 u8;
typedef __u16 u16;
typedef __u32 u32;
typedef __u64 u64;
typedef __s32 s32;

#include "kxtrace.skel.h"

static int nr_tests, nr_failed;

static void ok(bool good, const char *what)
{
	nr_tests++;
	nr_failed += !good;
	printf("%sok %d - %s\n", good ? "" : "not ", nr_tests, what);
	fflush(stdout);
}

static char records[64][KXT_RECORD_MAX];
static unsigned int nr_records;

static int keep(void *ctx, const void *record, size_t len)
{
	(void)ctx;
	if (nr_records < 64 && len <= KXT_RECORD_MAX)
		memcpy(records[nr_records++], record, len);
	return 0;
}

/* Which calls are selected, and what is read with them. */
static void set_row(struct kxtrace_bpf *skel, int nr, int nr_args, int arg,
		    struct kxt_op op)
{
	struct kxt_row *row = (struct kxt_row *)&skel->rodata->rows[nr];

	row->flags = KXT_ROW_SELECTED | KXT_ROW_ENTERS;
	row->nr_args = nr_args;
	if (op.kind == KXT_CAP_NONE)
		return;
	row->ops[arg] = op;
	if (op.when & KXT_AT_ENTER)
		row->at_enter |= 1 << arg;
	if (op.when & KXT_AT_EXIT)
		row->at_exit |= 1 << arg;
}

static struct kxtrace_bpf *load(struct kx *kx, struct kxt_settings settings)
{
	struct kxtrace_bpf *skel = kxtrace_bpf__open();

	if (!skel)
		return NULL;
	settings.preemptible = settings.sleepable;
	skel->rodata->settings = settings;
	bpf_map__set_max_entries(skel->maps.records, 64 << 10);
	bpf_program__set_autoload(skel->progs.sys_exit_wait, settings.sleepable);
	bpf_program__set_autoload(skel->progs.perf_call, false);
	bpf_program__set_autoload(skel->progs.perf_exit, false);
	bpf_program__set_autoload(skel->progs.task_switched,
				  settings.summary && !settings.wall_clock);
	bpf_program__set_autoload(skel->progs.fork_again, settings.preemptible);
	bpf_program__set_autoload(skel->progs.exec_again, settings.preemptible);
	bpf_program__set_flags(skel->progs.sys_exit_wait, BPF_F_SLEEPABLE);
	set_row(skel, SYS_getppid, 0, 0, (struct kxt_op){});
	set_row(skel, SYS_openat, 4, 1, (struct kxt_op){ KXT_CAP_PATH, KXT_AT_EXIT, 7, 7, 0 });
	set_row(skel, SYS_pwrite64, 4, 1, (struct kxt_op){ KXT_CAP_BUF, KXT_AT_EXIT, 2, 7, 1 });
	set_row(skel, SYS_pipe2, 2, 0, (struct kxt_op){ KXT_CAP_FIXED,
		KXT_AT_EXIT | KXT_ON_SUCCESS, 7, 7, 8 });
	set_row(skel, SYS_writev, 3, 1, (struct kxt_op){ KXT_CAP_IOVEC, KXT_AT_EXIT, 2, 7, 0 });
	if (kx_skeleton_load(kx, skel->skeleton, "kxtrace")) {
		printf("# %s\n", kx_error(kx));
		kxtrace_bpf__destroy(skel);
		return NULL;
	}
	return skel;
}

static void test_settings(struct kx *kx, bool sleepable)
{
	struct kxtrace_bpf *skel;
	struct kxt_settings settings;
	char what[128];
	int bits;

	for (bits = 0; bits < 8; bits++) {
		settings = (struct kxt_settings){
			.strsize = bits & 4 ? KXT_STRING_MAX : 32,
			.times = bits & 1,
			.summary = !!(bits & 2),
			.wall_clock = bits & 1,
			.sleepable = sleepable,
		};
		skel = load(kx, settings);
		snprintf(what, sizeof(what), "loads: strings %u%s%s%s", settings.strsize,
			 settings.times ? ", times" : "", settings.summary ? ", summary" : "",
			 sleepable ? ", sleepable" : "");
		ok(skel, what);
		kxtrace_bpf__destroy(skel);
	}
}

static void attach_self(struct kxtrace_bpf *skel)
{
	char buf[256];
	int link, iter;

	skel->bss->attach_tid = syscall(SYS_gettid);
	link = bpf_link_create(bpf_program__fd(skel->progs.attach_tasks), 0,
			       BPF_TRACE_ITER, NULL);
	iter = bpf_iter_create(link);
	ok(read(iter, buf, sizeof(buf)) == sizeof(struct kxt_attached) &&
	   *(u32 *)buf == skel->bss->attach_tid,
	   "the iterator names the one task it marked");
	ok(read(iter, buf, sizeof(buf)) == 0, "and no other");
	close(iter);
	close(link);
}

static const struct kxt_call *find_call(u32 nr)
{
	unsigned int i;

	for (i = 0; i < nr_records; i++) {
		const struct kxt_call *rec = (void *)records[i];

		if (rec->head.kind == KXT_CALL && rec->nr == nr)
			return rec;
	}
	return NULL;
}

static const struct kxt_chunk *chunk_of(const struct kxt_call *rec)
{
	return (const void *)&rec->args[rec->head.nr_args];
}

static void check_records(int wrong_fd)
{
	const struct kxt_chunk *chunk;
	const struct kxt_item *item;
	const struct kxt_call *rec;

	rec = find_call(SYS_getppid);
	ok(rec && rec->ret == getppid() && rec->head.nr_args == 0, "getppid: result, no arguments");
	ok(rec && rec->head.tid == (u32)syscall(SYS_gettid) && rec->head.tgid == (u32)getpid(),
	   "getppid: whose");
	ok(rec && rec->enter_ns && rec->exit_ns >= rec->enter_ns, "getppid: times");

	rec = find_call(SYS_openat);
	chunk = rec ? chunk_of(rec) : NULL;
	ok(rec && rec->ret == -ENOENT && (int)rec->args[0] == AT_FDCWD, "openat: result, arguments");
	ok(chunk && chunk->arg == 1 && !chunk->status && chunk->len == 10 &&
	   !strcmp((char *)(chunk + 1), "/nosuch/x"), "openat: its path, with the NUL");

	rec = find_call(SYS_pwrite64);
	chunk = rec ? chunk_of(rec) : NULL;
	ok(rec && rec->ret == -EBADF && (int)rec->args[0] == wrong_fd, "pwrite64: result, arguments");
	ok(chunk && chunk->len == 32 && chunk->status == KXT_MORE &&
	   !memcmp(chunk + 1, "0123456789abcdef0123456789abcdef", 32), "pwrite64: 32 bytes of 40, and more");

	rec = find_call(SYS_pipe2);
	chunk = rec ? chunk_of(rec) : NULL;
	ok(rec && rec->ret == -EINVAL && rec->head.len == 0, "pipe2: failed, so nothing was read back");
	(void)chunk;

	rec = find_call(SYS_writev);
	chunk = rec ? chunk_of(rec) : NULL;
	item = chunk ? (const void *)(chunk + 1) : NULL;
	ok(item && item->total == 3 && item->len == 3 && !memcmp(item + 1, "abc", 3), "writev: its first part");
	item = item ? (const void *)((const char *)(item + 1) + 8) : NULL;
	ok(item && item->total == 5 && item->status == KXT_FAULT && !item->len, "writev: its second, unreadable");
}

static void test_records(struct kx *kx, bool sleepable)
{
	struct kxt_settings settings = { .strsize = 32, .times = 1, .follow = 1,
					 .sleepable = sleepable };
	struct kxtrace_bpf *skel = load(kx, settings);
	struct iovec iov[2] = { { "abc", 3 }, { (void *)8, 5 } };
	struct kx_ring *ring = NULL;
	const int wrong_fd = 999;
	int fds[2];

	ok(skel && !kxtrace_bpf__attach(skel), "attaches");
	if (!skel)
		return;
	ok(!kx_ring_open(kx, bpf_map__fd(skel->maps.records), keep, NULL, &ring), "its ring opens");
	ok(kx_ring_dispatch(ring) == 0, "before a task is marked there are no records");
	attach_self(skel);
	syscall(SYS_getppid);
	syscall(SYS_openat, AT_FDCWD, "/nosuch/x", O_RDONLY, 0);
	syscall(SYS_pwrite64, wrong_fd, "0123456789abcdef0123456789abcdef01234567", 40, 0);
	syscall(SYS_pipe2, fds, -1);
	syscall(SYS_writev, wrong_fd, iov, 2);
	kxtrace_bpf__detach(skel);
	kx_ring_dispatch(ring);
	check_records(wrong_fd);
	ok(skel->bss->live_tasks == 1, "one task is counted as traced");
	kx_ring_close(ring);
	kxtrace_bpf__destroy(skel);
}

/*
 * A kernel that cannot give memory when it is asked: a new task's state is
 * elsewhere, calls use the spare scratches. Nothing may be lost.
 */
static void test_starved(struct kx *kx)
{
	struct kxt_settings settings = { .strsize = 32, .follow = 1, .starved = 1 };
	struct kxtrace_bpf *skel = load(kx, settings);
	struct kxt_stats stats[256] = {}, sum = {};
	const struct kxt_chunk *chunk;
	const struct kxt_call *rec;
	struct kx_ring *ring = NULL;
	bool forked = false, ended = false;
	unsigned int i;
	u32 zero = 0;
	pid_t child;

	nr_records = 0;
	if (!skel || kxtrace_bpf__attach(skel) ||
	    kx_ring_open(kx, bpf_map__fd(skel->maps.records), keep, NULL, &ring)) {
		ok(false, "starved: starts");
		return;
	}
	attach_self(skel);
	child = fork();
	if (!child) {
		syscall(SYS_openat, AT_FDCWD, "/nosuch/child", O_RDONLY, 0);
		_exit(7);
	}
	waitpid(child, NULL, 0);
	ok(skel->bss->nr_orphans == 0, "starved: nothing is left of the new task");
	ok(skel->bss->live_tasks == 1, "starved: and its end was seen");
	kxtrace_bpf__detach(skel);
	kx_ring_dispatch(ring);
	for (i = 0; i < nr_records; i++) {
		const struct kxt_task_event *event = (void *)records[i];

		if (event->head.tid != (u32)child)
			continue;
		forked |= event->head.kind == KXT_FORK;
		ended |= event->head.kind == KXT_EXIT && event->value == 7 << 8;
	}
	ok(forked && ended, "starved: its fork and its exit status are told");
	rec = find_call(SYS_openat);
	chunk = rec ? chunk_of(rec) : NULL;
	ok(rec && rec->head.tid == (u32)child && chunk && chunk->arg == 1 &&
	   !strcmp((char *)(chunk + 1), "/nosuch/child"), "starved: its call has its path");
	bpf_map_lookup_elem(bpf_map__fd(skel->maps.stats), &zero, stats);
	for (i = 0; i < 256; i++) {
		sum.dropped += stats[i].dropped;
		sum.uncaptured += stats[i].uncaptured;
		sum.unfollowed += stats[i].unfollowed;
	}
	ok(!sum.dropped && !sum.uncaptured && !sum.unfollowed, "starved: nothing was lost");
	kx_ring_close(ring);
	kxtrace_bpf__destroy(skel);
}

int main(void)
{
	bool sleepable;
	struct kx *kx;

	if (kx_new(&kx))
		return 1;
	if (kx_caps_check(kx, KX_NEED_BPF | KX_NEED_PERFMON)) {
		printf("1..0 # SKIP %s\n", kx_error(kx));
		return 0;
	}
	sleepable = kx_feature_has(kx, "tp_btf.s") == 1;
	test_settings(kx, false);
	if (sleepable)
		test_settings(kx, true);
	else
		ok(true, "loads: sleepable # SKIP this kernel has no sleepable tracepoints");
	test_records(kx, false);
	if (sleepable) {
		nr_records = 0;
		test_records(kx, true);
	}
	test_starved(kx);
	kx_free(kx);
	printf("1..%d\n", nr_tests);
	return nr_failed != 0;
}
