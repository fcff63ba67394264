// SPDX-License-Identifier: GPL-2.0-only
/* A live trace: from the options to the last record. */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <kx/kx.h>

#include "command.h"
#include "counters.h"
#include "debug.h"
#include "feed.h"
#include "inject.h"
#include "live.h"
#include "options.h"
#include "output.h"
#include "session.h"
#include "tips.h"

/* --all: of the reader, among the processes that it reads of. */
#define READER_NICE	(-20)

/*
 * While records come, they are taken this often. The kernel half wakes nobody
 * meanwhile: a wake-up costs the traced task more than its call.
 */
#define NAP_MS		10

struct tracer {
	const struct options *opt;
	struct command command;
	struct output output;
	struct session *session;
	struct feed feed;
	struct kx *kx;
	uint64_t delivered;		/* records taken from the ring */
	bool failed;			/* a view could not end its work */
	int interrupted;		/* the signal that asked us to stop */
	bool timed_out;			/* --for */
};

static int take_record(void *ctx, const void *record, size_t len)
{
	struct tracer *tracer = ctx;

	tracer->delivered++;
	return feed_record(&tracer->feed, record, len);
}

/* Late, so that no file is made or emptied by a trace that cannot begin. */
static int open_output(struct tracer *tracer)
{
	int err = output_open(&tracer->output, tracer->opt, &tracer->feed.trace.out);

	tracer->feed.trace.files = tracer->output.files;
	return err;
}

/* Refuses early what could not work later; nothing has been touched yet. */
static int check_pids(const struct options *opt)
{
	unsigned int i;

	for (i = 0; i < opt->nr_pids; i++) {
		if (opt->pids[i] == getpid()) {
			complain("-p %d: kxtrace cannot trace itself", opt->pids[i]);
			return -EINVAL;
		}
		if (kill(opt->pids[i], 0) && errno == ESRCH) {
			complain("-p %d: no such process", opt->pids[i]);
			return -ESRCH;
		}
	}
	return 0;
}

static uint64_t monotonic_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * 1000000000ull + now.tv_nsec;
}

/* Kept until the message of the attach is out, which tells how many there are. */
struct attach_list {
	struct tracer *tracer;
	struct kxt_attached *tasks;
	size_t nr;
};

static void keep_attached(void *ctx, const struct kxt_attached *attached)
{
	struct attach_list *list = ctx;
	struct kxt_attached *grown;

	list->tracer->feed.trace.nr_tasks++;
	grown = reallocarray(list->tasks, list->nr + 1, sizeof(*grown));
	if (!grown)
		return;
	list->tasks = grown;
	list->tasks[list->nr++] = *attached;
}

/*
 * What the tasks wait for right now is what one attaches to a hanging process
 * for. The call's own line comes when it is over.
 */
static void show_going_on(struct tracer *tracer, const struct attach_list *list)
{
	struct kxt_call rec;
	size_t i;

	for (i = 0; i < list->nr && !tracer->opt->summary; i++) {
		const struct kxt_attached *task = &list->tasks[i];

		if (task->nr == KXT_NO_CALL ||
		    !tracer->opt->selected[kxt_row_index(task->nr, task->flags)])
			continue;
		rec = (struct kxt_call){
			.head = { KXT_CALL, KXT_F_NO_RETURN | KXT_F_GOING_ON | task->flags,
				  KXT_NR_ARGS, 0, task->tid, task->tgid, 0 },
			.nr = task->nr,
			.enter_ns = monotonic_ns(),
		};
		memcpy(rec.args, task->args, sizeof(rec.args));
		feed_record(&tracer->feed, &rec, sizeof(rec));
	}
}

static int attach_pids(struct tracer *tracer)
{
	const struct options *opt = tracer->opt;
	struct attach_list list = { .tracer = tracer };
	unsigned int i;
	size_t before;
	int err = 0;

	for (i = 0; i < opt->nr_pids; i++) {
		before = list.nr;
		err = session_attach_task(tracer->session, opt->pids[i],
					  keep_attached, &list);
		if (err) {
			complain("-p %d: cannot be traced: %s", opt->pids[i],
				 strerror(-err));
			break;
		}
		if (opt->quiet & QUIET_ATTACH)
			continue;
		if (list.nr - before > 1)
			feed_message(&tracer->feed, "Process %d attached with %zu threads",
			    opt->pids[i], list.nr - before);
		else
			feed_message(&tracer->feed, "Process %d attached", opt->pids[i]);
	}
	if (!err)
		show_going_on(tracer, &list);
	free(list.tasks);
	return err;
}

static int start_command(struct tracer *tracer)
{
	int err;

	if (!tracer->opt->command)
		return 0;
	err = tracer->opt->start.daemonize ? 0 : command_fork(&tracer->command);
	if (!err && tracer->command.injector)
		err = injector_start(tracer->command.injector,
				     session_marks(tracer->session), tracer->command.task);
	if (err)
		return err;
	err = session_start_child(tracer->session, tracer->command.task);
	if (err) {
		complain("%s: cannot be traced: %s", tracer->command.path,
			 strerror(-err));
		return err;
	}
	tracer->feed.trace.nr_tasks++;
	if (tracer->opt->start.daemonize && !tracer->opt->quiet)
		feed_message(&tracer->feed, "Process %d attached", tracer->command.task);
	command_go(&tracer->command);
	return 0;
}

/*
 * Like strace: our child gets the signal as well, so it ends, and its last
 * records still come; other processes are let go.
 */
static void interrupt(struct tracer *tracer, int sig)
{
	if (tracer->opt->start.interruptible >= INTERRUPT_NEVER)
		return;
	tracer->interrupted = sig;
	if (tracer->command.pid) {
		kill(tracer->command.pid, SIGCONT);
		kill(tracer->command.pid, sig);
	}
}

static void take_signals(struct tracer *tracer, int fd)
{
	struct signalfd_siginfo info;

	while (read(fd, &info, sizeof(info)) == sizeof(info)) {
		if (info.ssi_signo == SIGCHLD)
			command_reap(&tracer->command);
		else if (info.ssi_signo == SIGALRM)
			tracer->timed_out = true;
		else if (info.ssi_signo == SIGUSR1)
			tracer->feed.trace.dump = true;
		else
			interrupt(tracer, info.ssi_signo);
	}
}

static int open_signals(const struct options *opt)
{
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGHUP);
	sigaddset(&set, SIGINT);
	sigaddset(&set, SIGQUIT);
	sigaddset(&set, SIGTERM);
	sigaddset(&set, SIGCHLD);
	sigaddset(&set, SIGALRM);
	if (recording_in_flight(&opt->recording))
		sigaddset(&set, SIGUSR1);
	sigprocmask(SIG_BLOCK, &set, NULL);
	signal(SIGPIPE, SIG_IGN);
	if (opt->start.interruptible == INTERRUPT_NEVER_TSTP)
		signal(SIGTSTP, SIG_IGN);
	return signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
}

/* --for: an alarm, which children do not inherit. */
static void set_alarm(const struct options *opt)
{
	uint64_t us = opt->recording.for_ns / 1000;
	struct itimerval timer = {
		.it_value = { .tv_sec = us / 1000000, .tv_usec = us % 1000000 },
	};

	if (!opt->recording.for_ns)
		return;
	if (!us)
		timer.it_value.tv_usec = 1;
	setitimer(ITIMER_REAL, &timer, NULL);
}

/* The end that a limit asked for: what is traced goes on. */
static bool is_stopped(const struct tracer *tracer)
{
	return tracer->timed_out || tracer->feed.trace.over;
}

static bool is_over(struct tracer *tracer)
{
	if (tracer->feed.trace.out.error || is_stopped(tracer))
		return true;
	if (tracer->interrupted && !tracer->command.pid)
		return true;
	if (tracer->opt->all)
		return false;
	return !session_live_tasks(tracer->session) &&
	       (!tracer->opt->command || command_reap(&tracer->command));
}

/* Waits for records or signals; not at all when there was much to do. */
static void wait_for_more(struct tracer *tracer, int epoll, int signals, int taken)
{
	struct epoll_event events[MAX_WAKE_FDS + 2];
	int i, n, timeout = NAP_MS;

	if (taken > 1000)
		return;
	if (!taken) {
		session_ask_for_wakeup(tracer->session);
		/* Records that came before the question woke nobody. */
		if (kx_ring_dispatch(session_ring(tracer->session)) ||
		    is_over(tracer))
			timeout = NAP_MS;
		else
			timeout = -1;
	}
	n = epoll_wait(epoll, events, MAX_WAKE_FDS + 2, timeout);
	session_stop_asking(tracer->session);
	for (i = 0; i < n; i++)
		if (events[i].data.fd == signals)
			take_signals(tracer, signals);
}

static int watch(int epoll, int fd, uint32_t events)
{
	struct epoll_event event = { .events = events, .data.fd = fd };

	return epoll_ctl(epoll, EPOLL_CTL_ADD, fd, &event) ? -errno : 0;
}

/* What a view waits for: its clock, its keys. */
static int watch_views(struct tracer *tracer, int epoll)
{
	const struct trace *trace = &tracer->feed.trace;
	unsigned int i;
	int err = 0;

	for (i = 0; i < trace->nr_wake_fds && !err; i++)
		err = watch(epoll, trace->wake_fds[i], EPOLLIN | EPOLLET);
	return err;
}

static int run(struct tracer *tracer, int signals)
{
	struct kx_ring *ring = session_ring(tracer->session);
	int epoll = epoll_create1(EPOLL_CLOEXEC);
	bool over;
	int n;

	if (epoll < 0 || watch(epoll, signals, EPOLLIN) ||
	    watch(epoll, kx_ring_fd(ring), EPOLLIN | EPOLLET) ||
	    watch_views(tracer, epoll)) {
		complain("cannot wait for events: %s", strerror(errno));
		return -errno;
	}
	do {
		/* Asked before the ring is emptied: then nothing is left in it. */
		over = is_over(tracer);
		n = kx_ring_dispatch(ring);
		feed_pass(&tracer->feed);
		if (n < 0) {
			complain("the ring buffer is damaged: %s", strerror(-n));
			break;
		}
		if (!over)
			wait_for_more(tracer, epoll, signals, n);
	} while (!over);
	close(epoll);
	return n < 0 ? n : 0;
}

static void say_detached(struct tracer *tracer)
{
	unsigned int i;

	for (i = 0; i < tracer->opt->nr_pids && !(tracer->opt->quiet & QUIET_ATTACH); i++)
		if (!kill(tracer->opt->pids[i], 0))
			feed_message(&tracer->feed, "Process %d detached", tracer->opt->pids[i]);
}

static void say_totals(struct tracer *tracer, const struct totals *totals, bool lost)
{
	const struct kxt_stats *stats = &totals->stats;
	uint64_t skipped;
	uint32_t unseen;

	if (lost || tracer->opt->verbose)
		complain("seen %llu, shown %llu, dropped %llu",
			 (unsigned long long)stats->seen,
			 (unsigned long long)(totals->delivered - totals->malformed -
					      totals->beyond),
			 (unsigned long long)(stats->dropped + totals->malformed));
	if (totals->beyond && (lost || tracer->opt->verbose))
		complain("%llu more came when it was over, and are not shown",
			 (unsigned long long)totals->beyond);
	skipped = session_skipped(tracer->session);
	if (skipped && (lost || tracer->opt->verbose))
		complain("the kernel skipped %llu runs of the programs, for traced and other tasks",
			 (unsigned long long)skipped);
	if (stats->uncaptured)
		complain("%llu calls are shown without their memory: the kernel had none to spare",
			 (unsigned long long)stats->uncaptured);
	if (stats->unfollowed)
		complain("%llu new tasks were not followed: the kernel had no memory to spare",
			 (unsigned long long)stats->unfollowed);
	if (stats->lost_signals)
		complain("%llu ignored signals are not shown: they came faster than calls ended",
			 (unsigned long long)stats->lost_signals);
	unseen = session_unseen_programs(tracer->session);
	if (unseen)
		complain("%u programs of 32 bits were begun, whose calls are not shown: --hooks=pair sees them",
			 unseen);
	if (stats->over_rate)
		complain("%llu calls are not shown: they were over the rate",
			 (unsigned long long)stats->over_rate);
}

/* Everything that the kernel half still knows, then what was lost. */
static bool finish(struct tracer *tracer)
{
	struct totals totals = { .delivered = tracer->delivered,
				 .malformed = tracer->feed.malformed };
	struct kxt_stats *stats = &totals.stats;
	struct kxt_sum sums[KXT_NR_ROWS];
	bool lost;

	injector_stop(tracer->command.injector);
	if (tracer->interrupted || is_stopped(tracer))
		say_detached(tracer);
	session_detach(tracer->session);
	(void)kx_ring_dispatch(session_ring(tracer->session));
	totals.delivered = tracer->delivered;
	totals.malformed = tracer->feed.malformed;
	totals.beyond = tracer->feed.beyond;
	if (tracer->opt->counting.table && !session_sums(tracer->session, sums))
		totals.sums = sums;
	if (session_stats(tracer->session, stats))
		return true;
	lost = stats->dropped || stats->uncaptured || stats->unfollowed ||
	       stats->lost_signals || totals.malformed ||
	       session_unseen_programs(tracer->session);
	if (feed_finish(&tracer->feed, &totals))
		tracer->failed = true;
	say_totals(tracer, &totals, lost);
	return lost;
}

/* It goes on untraced; signals that we get are still for it. */
static void wait_for_command(struct tracer *tracer, int signals)
{
	struct pollfd pollfd = { .fd = signals, .events = POLLIN };

	while (!command_reap(&tracer->command)) {
		if (poll(&pollfd, 1, -1) < 0 && errno != EINTR)
			break;
		take_signals(tracer, signals);
	}
	command_wait(&tracer->command);
}

/* The command's own status becomes ours, also when a signal killed it. */
static int exit_status(const struct tracer *tracer)
{
	int status = tracer->command.status, sig;
	struct sigaction fate = { .sa_handler = SIG_DFL };
	sigset_t set;

	if (!tracer->opt->command)
		return 0;
	if (WIFEXITED(status))
		return WEXITSTATUS(status);
	sig = WTERMSIG(status);
	sigaction(sig, &fate, NULL);
	sigemptyset(&set);
	sigaddset(&set, sig);
	sigprocmask(SIG_UNBLOCK, &set, NULL);
	/* A core file of ours would tell nothing. */
	if (sig != SIGQUIT && sig != SIGABRT && !WCOREDUMP(status))
		raise(sig);
	return 128 + sig;
}

static void show_tips(const struct options *opt)
{
	if (opt->start.tips)
		tips_show(opt->start.tips == TIPS_FULL, opt->start.tip);
}

static int trace(struct tracer *tracer)
{
	int signals = open_signals(tracer->opt);
	bool lost;
	int err;

	if (signals < 0) {
		complain("cannot wait for signals: %s", strerror(errno));
		return 1;
	}
	err = feed_open(&tracer->feed, tracer->opt, STDERR_FILENO, true);
	if (!err)
		err = session_open(&tracer->session, tracer->kx, tracer->opt,
				   take_record, tracer);
	tracer->feed.trace.session = tracer->session;
	tracer->feed.trace.begun_ns = monotonic_ns();
	if (!err && tracer->opt->start.debug)
		debug_session(tracer->session, tracer->kx);
	if (!err)
		err = attach_pids(tracer);
	if (!err)
		err = open_output(tracer);
	if (!err && tracer->opt->all && !tracer->opt->quiet)
		feed_message(&tracer->feed, "All processes are traced, but this one");
	if (!err)
		err = feed_begin(&tracer->feed);
	if (!err)
		err = start_command(tracer);
	/* Who is to see all others must not wait for them; refused: then it waits. */
	if (!err && tracer->opt->all)
		(void)setpriority(PRIO_PROCESS, 0, READER_NICE);
	if (!err && kx_caps_drop(tracer->kx)) {
		complain("%s", kx_error(tracer->kx));
		err = -EPERM;
	}
	set_alarm(tracer->opt);
	if (!err)
		err = run(tracer, signals);
	if (err)
		return 1;
	lost = finish(tracer);
	output_close(&tracer->output);
	wait_for_command(tracer, signals);
	show_tips(tracer->opt);
	if (tracer->feed.trace.out.error && tracer->feed.trace.out.error != -EPIPE) {
		complain("%s: cannot be written: %s",
			 tracer->opt->output ? tracer->opt->output : "stderr",
			 strerror(-tracer->feed.trace.out.error));
		return 1;
	}
	if (tracer->failed || (lost && tracer->opt->fail_on_loss))
		return 1;
	return exit_status(tracer);
}

int live_trace(struct options *opt)
{
	struct tracer tracer = { .opt = opt };
	int err, status;

	if (kx_new(&tracer.kx)) {
		complain("out of memory");
		return 1;
	}
	err = kx_caps_check(tracer.kx, KX_NEED_BPF | KX_NEED_PERFMON);
	if (err)
		complain("%s", kx_error(tracer.kx));
	if (!err)
		err = check_pids(opt);
	if (!err && opt->command)
		err = command_find(&tracer.command, opt);
	opt->program = tracer.command.path;
	if (!err)
		err = injector_new(&tracer.command.injector, opt);
	if (!err && opt->start.daemonize)
		err = command_daemonize(&tracer.command);
	kx_log_debug(tracer.kx, opt->start.debug);
	status = err ? 1 : trace(&tracer);

	output_close(&tracer.output);
	injector_free(tracer.command.injector);
	command_done(&tracer.command);
	session_close(tracer.session);
	feed_close(&tracer.feed);
	kx_free(tracer.kx);
	return status;
}
