// SPDX-License-Identifier: GPL-2.0-only
/* The kernel half, from user space: loaded, attached, asked, taken away. */
#include "session.h"

#include <bpf/bpf.h>
#include <bpf/btf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <linux/bpf.h>
#include <linux/types.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "counters.h"
#include "decode.h"
#include "decode/fd.h"
#include "filter.h"
#include "hooks.h"
#include "rows.h"
#include "uring_points.h"

typedef __u8 u8;
typedef __u16 u16;
typedef __u32 u32;
typedef __u64 u64;
typedef __s32 s32;

#include "kxtrace.skel.h"

/* Stacks are larger than calls by an order. */
#define STACKS_RING	(64 << 20)

#define MAX_LINKS	1024	/* --hooks=calls: two for each call */

struct session {
	struct kx *kx;
	const struct options *opt;
	struct kxtrace_bpf *skel;
	struct kx_ring *ring;
	struct kx_instance *instance;
	struct bpf_link *links[MAX_LINKS];
	unsigned int nr_links;
	enum hooks hooks;		/* CALLS or PAIR, once chosen */
	bool entries;			/* of calls, not only their ends */
	bool casts;			/* -y, and programs may read by type */
};

/* What this kernel has no tracepoint for is not loaded. */
static void choose_uring(struct kxtrace_bpf *skel, bool wanted)
{
	struct uring_points points = {};

	if (wanted)
		uring_points_find(&points);
	bpf_program__set_autoload(skel->progs.uring_req, points.submit_req);
	bpf_program__set_autoload(skel->progs.uring_sqe, points.submit_sqe);
	bpf_program__set_autoload(skel->progs.uring_create,
				  points.submit_req || points.submit_sqe);
	bpf_program__set_autoload(skel->progs.uring_done, points.complete);
	bpf_program__set_autoload(skel->progs.uring_done_old, points.complete_old);
}

/* What is not wanted is not loaded. */
static void choose_programs(struct session *session)
{
	const struct options *opt = session->opt;
	struct kxtrace_bpf *skel = session->skel;
	bool preemptible = skel->rodata->settings.preemptible;
	bool perf = session->hooks != HOOKS_PAIR;
	bool signals = opt->signals && !opt->summary;

	bpf_program__set_autoload(skel->progs.process_fork, opt->follow || opt->all);
	bpf_program__set_autoload(skel->progs.fork_again,
				  preemptible && (opt->follow || opt->all));
	bpf_program__set_autoload(skel->progs.exec_again, preemptible);
	bpf_program__set_autoload(skel->progs.perf_exit, preemptible && perf);
	bpf_program__set_autoload(skel->progs.process_exit, !(preemptible && perf));
	bpf_program__set_autoload(skel->progs.task_renamed, options_want_tasks(opt));
	bpf_program__set_autoload(skel->progs.task_switched,
				  skel->rodata->counting.sums && !opt->wall_clock);
	bpf_program__set_autoload(skel->progs.sys_enter,
				  session->hooks == HOOKS_PAIR && session->entries);
	bpf_program__set_autoload(skel->progs.sys_exit, session->hooks == HOOKS_PAIR);
	bpf_program__set_autoload(skel->progs.perf_call, perf);
	bpf_program__set_autoload(skel->progs.signal_deliver, signals);
	bpf_program__set_autoload(skel->progs.signal_generate, signals);
	bpf_program__set_autoload(skel->progs.exec_maps, opt->stack.traces && !opt->summary);
	bpf_program__set_autoload(skel->progs.mmap_maps, opt->stack.traces && !opt->summary);
	choose_uring(skel, opt->stack.uring && !opt->summary);
	if (opt->stack.traces)
		bpf_map__set_max_entries(skel->maps.records, STACKS_RING);
	if (opt->summary)
		bpf_map__set_max_entries(skel->maps.records, 1 << 20);
	bpf_program__set_autoload(skel->progs.sys_exit_wait,
				  skel->rodata->settings.sleepable && !opt->summary);
	bpf_program__set_flags(skel->progs.sys_exit_wait, BPF_F_SLEEPABLE);
}

static enum kxt_stacks stacks_wanted(const struct options *opt)
{
	if (opt->summary)
		return KXT_STACKS_NONE;
	if (opt->stack.traces)
		return KXT_STACKS_WHOLE;
	return opt->stack.instruction_pointer ? KXT_STACKS_IP : KXT_STACKS_NONE;
}

/* A function of the kernel, told by its types. */
static bool has_casts(void)
{
	struct btf *btf = btf__load_vmlinux_btf();
	bool has = btf && btf__find_by_name_kind(btf, "bpf_rdonly_cast", BTF_KIND_FUNC) > 0;

	btf__free(btf);
	return has;
}

/*
 * The kernel skips a program whose CPU is within another one. Without a count of
 * that only the call's entry tells that its end was missed.
 */
static bool may_miss_ends(const struct session *session)
{
	if (session->hooks == HOOKS_PAIR)
		return session->skel->rodata->settings.preemptible;
	return kx_feature_has(session->kx, "tracepoint_missed") != 1;
}

static void configure(struct session *session)
{
	const struct options *opt = session->opt;
	bool preemptible = hooks_may_be_preempted(session->kx);
	struct kxtrace_bpf *skel = session->skel;
	unsigned int hists;

	skel->rodata->settings = (struct kxt_settings){
		.strsize = opt->strsize,
		/* Dumps show all of a buffer, not only -s of it. */
		.bufsize = opt->show.read.any || opt->show.written.any ?
			   KXT_STRING_MAX : 0,
		.times = rows_take_times(opt),
		.summary = opt->summary,
		.wall_clock = opt->wall_clock,
		.sleepable = session->hooks != HOOKS_CALLS && preemptible,
		.preemptible = preemptible,
		.some_calls = session->hooks == HOOKS_CALLS,
		.all = opt->all,
		.follow = opt->follow,
		.tasks = options_want_tasks(opt),
		.filtered = filter_is_set(&opt->filter),
		.detach_on_exec = opt->start.detach_on_exec,
		.stacks = stacks_wanted(opt),
		.stack_size = opt->stack.size,
		.inject = opt->inject.nr_rules != 0,
	};
	memcpy((void *)&skel->rodata->filter, &opt->filter, sizeof(opt->filter));
	rows_choose((struct kxt_row *)skel->rodata->rows, opt, may_miss_ends(session));
	hists = counters_choose((struct kxt_counting *)&skel->rodata->counting, opt);
	bpf_map__set_max_entries(skel->maps.hists, hists);
	if (opt->inject.nr_rules)
		bpf_map__set_max_entries(skel->maps.marks, KXT_NR_MARKS);
	if (opt->counting.top)
		bpf_map__set_max_entries(skel->maps.processes, KXT_MAX_PROCESSES);
	operations_choose((struct kxt_row *)skel->rodata->rows + KXT_NR_ROWS,
			  (__u8 (*)[8])skel->rodata->uring_args, opt);
	fill_fd_rows((struct kxt_fd_row *)skel->rodata->fd_rows,
		     (struct kxt_row *)skel->rodata->rows, opt);
	descriptor_settings(&opt->descriptor, &skel->rodata->fd_settings,
			    (struct kxt_target *)skel->rodata->fd_targets);
	skel->rodata->fd_settings.casts = session->casts;
	session->entries = rows_need_entry((struct kxt_row *)skel->rodata->rows);
	if (opt->verbose)
		hooks_say(session->hooks, session->entries, opt);
	choose_programs(session);
}

/* What the library could not do, it says in a sentence. */
static int tell(struct kx *kx, int err)
{
	if (err)
		complain("%s", kx_error(kx));
	return err;
}

static int keep_link(struct session *session, struct bpf_link *link,
		     const char *hook)
{
	if (!link) {
		int err = -errno;

		complain("%s: cannot be attached to: %s", hook, strerror(-err));
		return err;
	}
	session->links[session->nr_links++] = link;
	return 0;
}

static int attach_perf(struct session *session, const struct bpf_program *prog,
		       const char *group, const char *name, bool entry)
{
	LIBBPF_OPTS(bpf_tracepoint_opts, opts,
		    .bpf_cookie = entry ? KXT_COOKIE_ENTRY : KXT_COOKIE_EXIT);

	return keep_link(session, bpf_program__attach_tracepoint_opts(prog, group, name, &opts),
			 name);
}

static int attach_one(struct session *session, const char *call, bool entry)
{
	char name[64];

	snprintf(name, sizeof(name), "sys_%s_%s", entry ? "enter" : "exit", call);
	return attach_perf(session, session->skel->progs.perf_call, "syscalls", name, entry);
}

/* Exits before entries: then no call's end is missed whose beginning was seen. */
static int attach_calls(struct session *session)
{
	const struct kxt_row *rows = (struct kxt_row *)session->skel->rodata->rows;
	unsigned int nr;
	int err = 0;

	for (nr = 0; nr < KXT_I386_ROWS && !err; nr++) {
		if (!call_table[nr].name || !session->opt->selected[nr])
			continue;
		err = attach_one(session, hook_of_call(call_table[nr].name), false);
		if (!err && row_needs_entry(&rows[nr]))
			err = attach_one(session, hook_of_call(call_table[nr].name), true);
	}
	return err;
}

static int attach_program(struct session *session, struct bpf_program *prog)
{
	int err;

	if (!bpf_program__autoload(prog))
		return 0;
	err = tell(session->kx, kx_object_attach(session->kx, prog,
						 &session->links[session->nr_links]));
	if (!err)
		session->nr_links++;
	return err;
}

/* sys_exit_wait runs after the other, in the order of their attachment. */
static int attach_pair(struct session *session)
{
	struct kxtrace_bpf *skel = session->skel;
	int err;

	err = attach_program(session, skel->progs.sys_exit);
	if (!err)
		err = attach_program(session, skel->progs.sys_exit_wait);
	if (!err)
		err = attach_program(session, skel->progs.sys_enter);
	return err;
}

static int attach_perf_pair(struct session *session)
{
	struct kxtrace_bpf *skel = session->skel;
	int err;

	err = attach_perf(session, skel->progs.perf_call, "raw_syscalls", "sys_exit", false);
	if (!err)
		err = attach_program(session, skel->progs.sys_exit_wait);
	if (!err && session->entries)
		err = attach_perf(session, skel->progs.perf_call, "raw_syscalls", "sys_enter",
				  true);
	return err;
}

/* The system call hooks come last: all that they rely on is there by then. */
static int attach(struct session *session)
{
	struct kxtrace_bpf *skel = session->skel;
	struct bpf_program *const order[] = {
		skel->progs.process_exit,
		skel->progs.process_exec, skel->progs.exec_again,
		skel->progs.process_fork, skel->progs.fork_again,
		skel->progs.signal_deliver, skel->progs.signal_generate,
		skel->progs.task_renamed, skel->progs.task_switched,
		skel->progs.exec_maps, skel->progs.mmap_maps,
		skel->progs.uring_create, skel->progs.uring_done,
		skel->progs.uring_done_old, skel->progs.uring_req,
		skel->progs.uring_sqe,
	};
	int err = 0;
	size_t i;

	for (i = 0; i < sizeof(order) / sizeof(order[0]) && !err; i++)
		err = attach_program(session, order[i]);
	if (!err && bpf_program__autoload(skel->progs.perf_exit))
		err = attach_perf(session, skel->progs.perf_exit, "sched", "sched_process_exit",
				  false);
	if (err)
		return err;
	if (session->hooks == HOOKS_CALLS)
		return attach_calls(session);
	return session->hooks == HOOKS_PERF_PAIR ? attach_perf_pair(session) : attach_pair(session);
}

/* From now on `kx list` shows it, until it ends. */
static int hold(struct session *session)
{
	const void *elf;
	size_t len;

	elf = kxtrace_bpf__elf_bytes(&len);
	return kx_instance_hold(session->kx, session->skel->obj, elf, len,
				&session->instance);
}

/* One pass over all tasks; returns how many were new, or a negative errno. */
static int mark_once(struct session *session, attached_fn *attached, void *ctx)
{
	struct kxt_attached attached_tasks[64];
	int link, iter, nr = 0;
	ssize_t len;

	link = bpf_link_create(bpf_program__fd(session->skel->progs.attach_tasks),
			       0, BPF_TRACE_ITER, NULL);
	if (link < 0)
		return -errno;
	iter = bpf_iter_create(link);
	close(link);
	if (iter < 0)
		return -errno;
	while ((len = read(iter, attached_tasks, sizeof(attached_tasks))) > 0) {
		for (size_t i = 0; i < len / sizeof(attached_tasks[0]); i++, nr++)
			if (attached)
				attached(ctx, &attached_tasks[i]);
	}
	if (len < 0)
		nr = -errno;
	close(iter);
	return nr;
}

/* The iterator runs in our name: it learns whom not to trace. */
static int know_itself(struct session *session)
{
	int nr;

	session->skel->bss->attach_tgid = 0;
	session->skel->bss->attach_tid = 0;
	nr = mark_once(session, NULL, NULL);
	if (nr < 0)
		complain("--all: kxtrace cannot find itself: %s", strerror(-nr));
	return nr < 0 ? nr : 0;
}

/*
 * With the few kernel types that it needs, which is twice as fast; with all of
 * them where the kernel is told their numbers.
 */
static struct kxtrace_bpf *open_skeleton(struct kx *kx, bool all_types)
{
	LIBBPF_OPTS(bpf_object_open_opts, opts);
	struct kxtrace_bpf *skel;
	const void *elf;
	char path[32];
	size_t len;
	int types;

	if (all_types)
		return kxtrace_bpf__open();
	elf = kxtrace_bpf__elf_bytes(&len);
	types = kx_core_types(kx, elf, len);
	snprintf(path, sizeof(path), "/proc/self/fd/%d", types);
	if (types >= 0)
		opts.btf_custom_path = path;
	skel = kxtrace_bpf__open_opts(&opts);
	return skel;
}

int session_open(struct session **out, struct kx *kx,
		 const struct options *opt, kx_ring_fn fn, void *ctx)
{
	struct session *session = calloc(1, sizeof(*session));
	int err;

	if (!session)
		return -ENOMEM;
	session->kx = kx;
	session->opt = opt;
	session->casts = opt->descriptor.show && has_casts();
	err = hooks_choose(&session->hooks, kx, opt);
	if (err) {
		free(session);
		return err;
	}
	session->skel = open_skeleton(kx, session->casts);
	if (!session->skel) {
		err = -errno;
		complain("the built-in BPF object cannot be opened: %s", strerror(-err));
		session_close(session);
		return err;
	}
	configure(session);
	err = tell(kx, kx_skeleton_load(kx, session->skel->skeleton, "the kernel half"));
	if (!err)
		err = tell(kx, hold(session));
	if (!err)
		err = tell(kx, kx_ring_open(kx, bpf_map__fd(session->skel->maps.records),
					    fn, ctx, &session->ring));
	if (!err && opt->all)
		err = know_itself(session);
	if (!err)
		err = attach(session);
	if (err) {
		session_close(session);
		return err;
	}
	*out = session;
	return 0;
}

void session_detach(struct session *session)
{
	while (session->nr_links)
		bpf_link__destroy(session->links[--session->nr_links]);
}

void session_close(struct session *session)
{
	if (!session)
		return;
	session_detach(session);
	kx_ring_close(session->ring);
	kx_instance_close(session->instance);
	kxtrace_bpf__destroy(session->skel);
	free(session);
}

/* Again while the kernel has no memory to mark a task with: it never waits. */
static int mark_tasks(struct session *session, attached_fn *attached, void *ctx)
{
	const struct timespec pause = { .tv_nsec = 1000000 };
	int nr, total = 0, tries;

	for (tries = 0; tries < 1000; tries++) {
		session->skel->bss->attach_failed = 0;
		nr = mark_once(session, attached, ctx);
		if (nr < 0)
			return nr;
		total += nr;
		if (!session->skel->bss->attach_failed)
			return total;
		nanosleep(&pause, NULL);
	}
	return -ENOMEM;
}

int session_start_child(struct session *session, pid_t pid)
{
	struct kxtrace_bpf *skel = session->skel;
	int nr;

	skel->bss->attach_tgid = 0;
	skel->bss->attach_tid = pid;
	skel->bss->attach_flags = KXT_STARTING;
	nr = mark_tasks(session, NULL, NULL);
	return nr < 0 ? nr : nr ? 0 : -ESRCH;
}

/* The process of a task; 0 when it is gone. */
static pid_t process_of(pid_t pid)
{
	char path[64], line[128];
	int tgid = 0;
	FILE *f;

	snprintf(path, sizeof(path), "/proc/%d/status", pid);
	f = fopen(path, "re");
	while (f && !tgid && fgets(line, sizeof(line), f))
		(void)sscanf(line, "Tgid: %d", &tgid);
	if (f)
		fclose(f);
	return tgid;
}

int session_attach_task(struct session *session, pid_t pid,
			attached_fn *attached, void *ctx)
{
	struct kxtrace_bpf *skel = session->skel;
	int nr, total = 0;

	skel->bss->attach_tgid = session->opt->follow ? process_of(pid) : 0;
	skel->bss->attach_tid = pid;
	skel->bss->attach_flags = KXT_ATTACHED;
	/* Again, until no thread was missed: one may start during the pass. */
	do {
		nr = mark_tasks(session, attached, ctx);
		if (nr < 0)
			return nr;
		total += nr;
	} while (nr && session->opt->follow);
	return total ? 0 : -ESRCH;
}

struct kx_ring *session_ring(struct session *session)
{
	return session->ring;
}

uint32_t session_live_tasks(const struct session *session)
{
	return __atomic_load_n(&session->skel->bss->live_tasks, __ATOMIC_ACQUIRE);
}

void session_ask_for_wakeup(struct session *session)
{
	__atomic_store_n(&session->skel->bss->reader_waiting, 1, __ATOMIC_SEQ_CST);
	atomic_thread_fence(memory_order_seq_cst);
}

void session_stop_asking(struct session *session)
{
	__atomic_store_n(&session->skel->bss->reader_waiting, 0, __ATOMIC_RELAXED);
}

int session_stats(struct session *session, struct kxt_stats *stats)
{
	int cpu, nr_cpus = libbpf_num_possible_cpus();
	struct kxt_stats *each;
	__u32 key = 0;

	memset(stats, 0, sizeof(*stats));
	if (nr_cpus < 0)
		return nr_cpus;
	each = calloc(nr_cpus, sizeof(*each));
	if (!each)
		return -ENOMEM;
	if (bpf_map_lookup_elem(bpf_map__fd(session->skel->maps.stats), &key, each)) {
		free(each);
		return -errno;
	}
	for (cpu = 0; cpu < nr_cpus; cpu++) {
		stats->seen += each[cpu].seen;
		stats->dropped += each[cpu].dropped;
		stats->uncaptured += each[cpu].uncaptured;
		stats->unfollowed += each[cpu].unfollowed;
		stats->lost_signals += each[cpu].lost_signals;
		stats->over_rate += each[cpu].over_rate;
	}
	free(each);
	return 0;
}

uint64_t session_skipped(struct session *session)
{
	struct kxtrace_bpf *skel = session->skel;
	const struct bpf_program *const progs[] = {
		skel->progs.sys_enter, skel->progs.sys_exit,
		skel->progs.perf_call, skel->progs.sys_exit_wait,
		skel->progs.process_fork, skel->progs.process_exec,
		skel->progs.process_exit,
	};
	uint64_t skipped = 0;
	size_t i;

	for (i = 0; i < sizeof(progs) / sizeof(progs[0]); i++) {
		struct bpf_prog_info info = {};
		__u32 len = sizeof(info);
		int fd = bpf_program__fd(progs[i]);

		if (fd >= 0 && !bpf_obj_get_info_by_fd(fd, &info, &len))
			skipped += info.recursion_misses;
	}
	return skipped;
}

uint32_t session_unseen_programs(const struct session *session)
{
	return session->hooks == HOOKS_CALLS ? session->skel->bss->compat_execs : 0;
}

struct bpf_object *session_object(const struct session *session)
{
	return session->skel->obj;
}

int session_marks(const struct session *session)
{
	return bpf_map__fd(session->skel->maps.marks);
}

const struct kxt_counting *session_counting(const struct session *session)
{
	return &session->skel->rodata->counting;
}

uint32_t *session_epoch(struct session *session)
{
	return &session->skel->bss->epoch;
}

uint32_t session_uncounted(const struct session *session)
{
	return __atomic_load_n(&session->skel->bss->uncounted, __ATOMIC_RELAXED);
}
