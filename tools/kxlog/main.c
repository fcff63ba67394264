// SPDX-License-Identifier: GPL-2.0-only
/* kxlog: from the streams of instances into the spool, from the spool to the sinks. */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include <kx/kx.h>

#include "deliver.h"
#include "exports.h"
#include "loop.h"
#include "metrics.h"
#include "options.h"
#include "origin.h"
#include "cli/own.h"
#include "sinks.h"
#include "source.h"
#include "spool.h"
#include "cli/tell.h"

#define FLUSH_MS	5000	/* that sinks have at the end */
#define BLOCKED_MS	1000	/* between two tries to write to a disk that is full */

struct program {
	struct options opt;
	struct kx *kx;
	int loop;
	struct watch signals;
	struct watch metrics_watch;
	struct metrics *metrics;
	struct exports exports;
	struct spool spool;
	struct origins origins;
	struct sources sources;
	struct delivery *deliveries[MAX_SINKS];
	struct sink *sinks[MAX_SINKS];
	size_t nr_sinks;
	bool reopen;
	bool end;
};

static void found(void *ctx, const struct entry *entry)
{
	origins_found(&((struct program *)ctx)->origins, entry);
}

static void refused(void *ctx, const struct entry *entry)
{
	sources_refused(&((struct program *)ctx)->sources, entry);
}

static void origins_keep(struct program *program)
{
	int err = origins_save(&program->origins, program->spool.dir_fd,
			       spool_last(&program->spool));

	if (err)
		tell("spool %s: what was read is not kept: %s; after a crash it may come twice",
		     program->opt.spool, strerror(-err));
}

/* What follows from the records alone is saved before they go. */
static void removing(void *ctx)
{
	struct program *program = ctx;

	origins_keep(program);
	for (size_t i = 0; i < program->nr_sinks; i++)
		delivery_save(program->deliveries[i]);
}

/* Segments that all sinks have gone through; @unsafe: as far as they know without a sync. */
static void retire(struct program *program, bool unsafe)
{
	uint64_t safe = UINT64_MAX;

	for (size_t i = 0; i < program->nr_sinks; i++) {
		const struct delivery *delivery = program->deliveries[i];
		uint64_t one = unsafe ? delivery->settled : delivery_safe(delivery);

		safe = one < safe ? one : safe;
	}
	spool_retire(&program->spool, safe);
}

/* Each sink has a turn; true: one of them has more to do. */
static bool deliver(struct program *program)
{
	bool more = false;

	for (size_t i = 0; i < program->nr_sinks; i++)
		more |= delivery_run(program->deliveries[i]);
	retire(program, false);
	return more;
}

/*
 * Reading is faster than sinks are: they have their turn before anything is given up.
 * What they have not made safe from a power cut yet is not waited for: its loss would
 * be counted.
 */
static void full(void *ctx)
{
	struct program *program = ctx;

	while (deliver(program))
		;
	retire(program, true);
}

static void signals_take(struct watch *watch)
{
	struct program *program = watch->ctx;
	struct signalfd_siginfo info;

	while (read(watch->fd, &info, sizeof(info)) == sizeof(info)) {
		if (info.ssi_signo == SIGHUP)
			program->reopen = true;
		else
			program->end = true;
	}
}

static int signals_open(struct program *program)
{
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGHUP);
	sigaddset(&set, SIGINT);
	sigaddset(&set, SIGTERM);
	sigprocmask(SIG_BLOCK, &set, NULL);
	signal(SIGPIPE, SIG_IGN);
	program->signals = (struct watch){
		signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK), signals_take, program,
	};
	if (program->signals.fd < 0)
		return -errno;
	return loop_watch(program->loop, &program->signals, false);
}

/* 0; the status to exit with: it was told. */
static int sinks_open(struct program *program)
{
	struct options *opt = &program->opt;

	for (size_t i = 0; i < opt->nr_sinks; i++) {
		int err = sink_make(opt->sinks[i], &program->sinks[i]);

		if (err == -ENOMEM)
			return tell("out of memory");
		if (err)
			return WRONG;
		program->nr_sinks++;
	}
	return 0;
}

static int deliveries_open(struct program *program)
{
	for (size_t i = 0; i < program->nr_sinks; i++)
		delivery_pass(&program->spool, program->sinks[i], program->origins.boot);
	for (size_t i = 0; i < program->nr_sinks; i++) {
		program->deliveries[i] = calloc(1, sizeof(struct delivery));
		if (!program->deliveries[i])
			return tell("out of memory");
		if (delivery_open(program->deliveries[i], program->sinks[i], &program->spool,
				  program->loop, program->origins.boot))
			return FAILED;
	}
	return 0;
}

static int spool_begin_use(struct program *program)
{
	const struct options *opt = &program->opt;

	program->spool.ops = (struct spool_ops){ found, refused, full, removing, program };
	program->spool.policy = opt->policy;
	program->spool.sync = opt->sync;
	if (spool_open(&program->spool, opt->spool, opt->spool_size))
		return FAILED;
	(void)origins_load(&program->origins, program->spool.dir_fd);
	return 0;
}

static void account_fill(void *ctx, struct account *out)
{
	struct program *program = ctx;

	for (size_t i = 0; i < program->nr_sinks; i++)
		delivery_account(program->deliveries[i]);
	*out = (struct account){
		.sinks = program->sinks, .nr_sinks = program->nr_sinks,
		.streams = program->sources.nr, .seen = program->sources.seen,
		.spooled = program->spool.spooled, .refused = program->spool.refused,
		.passed = program->sources.passed, .lost = program->sources.lost,
		.damaged = program->spool.damaged, .spool_bytes = program->spool.bytes,
		.spool_size = program->spool.size, .segments = program->spool.nr_segments,
	};
}

#ifdef HAVE_MICROHTTPD
static void metrics_fill(void *ctx, struct account *out, struct exposition *exported)
{
	struct program *program = ctx;

	exports_read(&program->exports, &program->sources, exported);
	account_fill(program, out);
	out->exports = &program->exports;
}

static void metrics_ready(struct watch *watch)
{
	metrics_work(((struct program *)watch->ctx)->metrics);
}

static int metrics_begin(struct program *program)
{
	if (!program->opt.metrics)
		return 0;
	if (metrics_open(program->opt.metrics, metrics_fill, program, &program->metrics))
		return FAILED;
	program->metrics_watch = (struct watch){
		metrics_fd(program->metrics), metrics_ready, program,
	};
	return loop_watch(program->loop, &program->metrics_watch, false) ? FAILED : 0;
}

static void metrics_end(struct program *program)
{
	if (program->metrics)
		metrics_close(program->metrics);
}
#else
static int metrics_begin(struct program *program)
{
	if (!program->opt.metrics)
		return 0;
	return tell_wrong("--metrics %s: this kxlog was built without metrics; build it where libmicrohttpd-dev is installed",
			  program->opt.metrics);
}

static void metrics_end(struct program *program)
{
	(void)program;
}
#endif

static int sources_begin(struct program *program)
{
	struct sources *sources = &program->sources;

	sources->kx = program->kx;
	sources->spool = &program->spool;
	sources->origins = &program->origins;
	sources->loop = program->loop;
	sources->patterns = program->opt.patterns;
	sources->nr_patterns = program->opt.nr_patterns;
	sources->level = program->opt.level;
	sources->events = program->opt.events;
	return sources_open(sources) ? tell("cannot start: %s", strerror(errno)) : 0;
}

/* What is not asked for is not there: else a pipe could take the place of stdout. */
static void descriptors_ensure(void)
{
	int fd;

	do
		fd = open("/dev/null", O_RDWR | O_CLOEXEC);
	while (fd >= 0 && fd <= STDERR_FILENO);
	own_close(&fd);
}

static int begin(struct program *program)
{
	int status;

	program->loop = loop_open();
	if (program->loop < 0 || signals_open(program) || origins_init(&program->origins))
		return tell("cannot start: %s", strerror(errno));
	if (kx_new(&program->kx))
		return tell("out of memory");
	status = sinks_open(program);
	status = status ?: spool_begin_use(program);
	status = status ?: deliveries_open(program);
	status = status ?: metrics_begin(program);
	return status ?: sources_begin(program);
}

/* Records that were read, and written to the spool; what does not fit waits. */
static long take(struct program *program)
{
	long nr;

	if (spool_flush(&program->spool))
		return 0;
	sources_look(&program->sources);
	nr = sources_read(&program->sources);
	(void)spool_flush(&program->spool);
	return nr;
}

static uint64_t next_turn(struct program *program)
{
	uint64_t until = program->spool.blocked ? loop_now() + BLOCKED_MS :
						  program->sources.look_at;

	for (size_t i = 0; i < program->nr_sinks; i++) {
		uint64_t due = delivery_due(program->deliveries[i]);

		until = due < until ? due : until;
	}
	return until;
}

static void run(struct program *program)
{
	while (!program->end) {
		bool more;

		(void)take(program);
		more = deliver(program);
		if (loop_wait(program->loop, more || program->sources.look ?
			      0 : next_turn(program)) < 0)
			break;
		for (size_t i = 0; program->reopen && i < program->nr_sinks; i++)
			delivery_reopen(program->deliveries[i]);
		program->reopen = false;
	}
}

static uint64_t waiting(struct program *program)
{
	struct account account;
	uint64_t nr = 0;

	account_fill(program, &account);
	for (size_t i = 0; i < account.nr_sinks; i++)
		nr += account.sinks[i]->waiting;
	return nr;
}

/* What is there is read; then sinks have time, anew with each record they take. */
static void run_once(struct program *program)
{
	uint64_t until = loop_now() + FLUSH_MS, left = UINT64_MAX, now;

	while (!program->end) {
		long nr = take(program);
		bool more = deliver(program);

		now = waiting(program);
		if (!nr && !now && !program->spool.blocked && !program->sources.look)
			return;
		if (nr || now < left)
			until = loop_now() + FLUSH_MS;
		left = now;
		if (loop_now() >= until)
			return;
		for (struct source *source = program->sources.first; source; source = source->next)
			source->ready = true;
		if (loop_wait(program->loop, nr || more ? 0 : loop_now() + 10) < 0)
			return;
	}
}

/* Sinks share the time that there is. */
static void flush(struct program *program)
{
	uint64_t until = loop_now() + FLUSH_MS, now;

	(void)spool_flush(&program->spool);
	(void)deliver(program);
	for (size_t i = 0; i < program->nr_sinks; i++) {
		now = loop_now();
		delivery_flush(program->deliveries[i], now < until ? until - now : 0);
	}
	retire(program, false);
	origins_keep(program);
}

static void sink_account(const struct sink *sink)
{
	char passed[64] = "";

	if (sink->passed)
		snprintf(passed, sizeof(passed), ", %" PRIu64 " below its level", sink->passed);
	tell("%s: %" PRIu64 " delivered, %" PRIu64 " dropped, %" PRIu64 " waiting%s", sink->name,
	     sink->delivered, sink->dropped, sink->waiting, passed);
}

static void account_tell(struct program *program)
{
	char refused[64] = "", passed[64] = "";
	struct account account;

	account_fill(program, &account);
	for (size_t i = 0; i < account.nr_sinks; i++)
		sink_account(account.sinks[i]);
	if (account.refused)
		snprintf(refused, sizeof(refused), ", refused %" PRIu64, account.refused);
	if (account.passed)
		snprintf(passed, sizeof(passed), ", below the level %" PRIu64, account.passed);
	tell("seen %" PRIu64 ", spooled %" PRIu64 ", lost %" PRIu64 "%s%s", account.seen,
	     account.spooled, account.lost, refused, passed);
}

static void done(struct program *program)
{
	metrics_end(program);
	sources_close(&program->sources);
	for (size_t i = 0; i < program->nr_sinks; i++) {
		if (program->deliveries[i] && program->deliveries[i]->sink)
			delivery_close(program->deliveries[i]);
		else
			sink_free(program->sinks[i]);
		free(program->deliveries[i]);
	}
	origins_done(&program->origins);
	spool_close(&program->spool);
	kx_free(program->kx);
	own_close(&program->signals.fd);
	own_close(&program->loop);
}

int main(int argc, char **argv)
{
	static struct program program = {
		.loop = -1, .signals.fd = -1, .sources.inotify.fd = -1,
		.spool = { .dir_fd = -1, .lock_fd = -1, .fd = -1 },
	};
	int status;

	tell_as("kxlog");
	descriptors_ensure();
	status = options_parse(&program.opt, argc, argv);
	if (status >= 0)
		return status;
	status = begin(&program);
	if (!status) {
		if (program.opt.once)
			run_once(&program);
		else
			run(&program);
		sources_close(&program.sources);
		flush(&program);
		account_tell(&program);
		status = program.opt.once && waiting(&program) ? FAILED : DONE;
	}
	done(&program);
	return status;
}
