// SPDX-License-Identifier: GPL-2.0-only
/* Streams opened, waited for, and read in turn. */
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/inotify.h>
#include <sys/signalfd.h>
#include <time.h>
#include <unistd.h>

#include "follow.h"
#include "follow_line.h"
#include "cli/own.h"
#include "verb.h"

#define REGISTRY	"/sys/fs/bpf/kx"
#define MS		1000000LL
#define RESCAN_NS	(2000 * MS)	/* held instances come without a sign */
#define LOADING_NS	(20 * MS)	/* one that was seen to come is loaded soon */

static int64_t clock_ns(clockid_t clock)
{
	struct timespec now;

	clock_gettime(clock, &now);
	return now.tv_sec * 1000000000LL + now.tv_nsec;
}

int follow_add(struct follow *follow, struct kx_instance *inst, const char *name)
{
	struct source *sources, *source;
	unsigned int flags = follow->only_new ? KX_STREAM_NEW : 0;

	sources = realloc(follow->sources, (follow->nr_sources + 1) * sizeof(*sources));
	if (!sources)
		return tell("out of memory");
	follow->sources = sources;
	source = &sources[follow->nr_sources];
	*source = (struct source){};
	if (kx_stream_open(follow->kx, inst, name, flags, &source->stream))
		return tell("%s", kx_error(follow->kx));
	follow->nr_sources++;
	return DONE;
}

static bool is_followed(const struct follow *follow, uint64_t kmid)
{
	for (size_t i = 0; i < follow->nr_sources; i++)
		if (kx_stream_kmid(follow->sources[i].stream) == kmid)
			return true;
	return false;
}

static bool has_log(struct kx *kx, struct kx_instance *inst)
{
	const struct kx_about *about;

	if (kx_instance_about(kx, inst, &about))
		return false;
	for (size_t i = 0; i < about->nr_channels; i++)
		if (about->channels[i].kind == KX_CHANNEL_LOG)
			return true;
	return false;
}

int follow_add_logs(struct follow *follow)
{
	struct kx_instance **list;
	int status = DONE;
	size_t nr;

	if (kx_instances_list(follow->kx, &list, &nr))
		return tell("%s", kx_error(follow->kx));
	follow->scan_ns = clock_ns(CLOCK_BOOTTIME) + RESCAN_NS;
	for (size_t i = 0; i < nr; i++) {
		struct kx_status where;

		kx_instance_status(list[i], &where);
		if (!strcmp(where.state, "loading"))
			follow->scan_ns = clock_ns(CLOCK_BOOTTIME) + LOADING_NS;
		if (strcmp(where.state, "live") || is_followed(follow, where.kmid) ||
		    !has_log(follow->kx, list[i]))
			continue;
		/* One that is not for this user is told of, the others are shown. */
		if (follow_add(follow, list[i], "log"))
			status = FAILED;
	}
	kx_instances_free(list, nr);
	return status;
}

void follow_done(struct follow *follow)
{
	for (size_t i = 0; i < follow->nr_sources; i++)
		source_done(&follow->sources[i]);
	free(follow->sources);
	free(follow->line);
	follow->sources = NULL;
	follow->line = NULL;
	follow->nr_sources = 0;
}

static void add_loss(struct follow *follow, const struct source *source)
{
	struct kx_loss loss;

	kx_stream_loss(source->stream, &loss);
	follow->ended.produced += loss.produced;
	follow->ended.delivered += loss.delivered;
	follow->ended.dropped += loss.dropped;
}

/* Its stream has ended: the instance is gone. */
static void source_drop(struct follow *follow, size_t i)
{
	struct source *source = &follow->sources[i];

	if (follow->follow)
		fprintf(stderr, "kx: %s: is not loaded any more\n",
			kx_stream_instance(source->stream));
	add_loss(follow, source);
	source_done(source);
	memmove(source, source + 1, (--follow->nr_sources - i) * sizeof(*source));
}

/* Return: records; -1: enough, or nobody listens any more. */
static int read_all(struct follow *follow)
{
	int nr = 0, status = 0;

	follow->tells = follow->nr_sources > 1 || follow->all;
	follow->wall_ns = clock_ns(CLOCK_REALTIME) - clock_ns(CLOCK_BOOTTIME);
	for (size_t i = 0; i < follow->nr_sources && status >= 0; i++) {
		status = source_read(follow, &follow->sources[i]);
		if (status == -ENODEV) {
			source_drop(follow, i--);
			status = 0;
		} else if (status < 0 && status != SOURCE_ENOUGH) {
			tell("%s.%s: cannot be read: %s", kx_stream_instance(follow->sources[i].stream),
			     kx_stream_name(follow->sources[i].stream), strerror(-status));
		} else if (status > 0) {
			nr += status;
		}
	}
	lines_print(follow);
	if (fflush(stdout) || status < 0)
		return -1;
	return nr;
}

/* The signals that end it, as a descriptor. */
static int signals_open(void)
{
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGINT);
	sigaddset(&set, SIGTERM);
	sigprocmask(SIG_BLOCK, &set, NULL);
	return signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
}

static int registry_watch(const struct follow *follow)
{
	int fd = follow->all ? inotify_init1(IN_CLOEXEC | IN_NONBLOCK) : -1;

	if (fd >= 0)
		(void)inotify_add_watch(fd, REGISTRY, IN_MOVED_TO | IN_CREATE);
	return fd;
}

static void forget_events(int fd)
{
	char events[4096];

	while (read(fd, events, sizeof(events)) > 0)
		;
}

static int scan_timeout_ms(const struct follow *follow)
{
	int64_t left = follow->scan_ns - clock_ns(CLOCK_BOOTTIME);

	return !follow->all ? -1 : left <= 0 ? 0 : left / MS + 1;
}

/* Return: 0: interrupted; 1: there is something to do; a negative errno. */
static int wait_for(struct follow *follow, int signal_fd, int registry_fd)
{
	_cleanup_free_ struct pollfd *fds = calloc(follow->nr_sources + 2, sizeof(*fds));
	int nr;

	if (!fds)
		return -ENOMEM;
	fds[0] = (struct pollfd){ .fd = signal_fd, .events = POLLIN };
	fds[1] = (struct pollfd){ .fd = registry_fd, .events = POLLIN };
	for (size_t i = 0; i < follow->nr_sources; i++)
		fds[i + 2] = (struct pollfd){
			.fd = kx_stream_fd(follow->sources[i].stream), .events = POLLIN,
		};
	nr = poll(fds, follow->nr_sources + 2, scan_timeout_ms(follow));
	if (nr < 0)
		return -errno;
	if (fds[0].revents)
		return 0;
	if (follow->all && (fds[1].revents || !scan_timeout_ms(follow))) {
		forget_events(registry_fd);
		/* One that is already gone again is no matter. */
		(void)follow_add_logs(follow);
	}
	return 1;
}

static void account(struct follow *follow)
{
	char text[128];

	for (size_t i = 0; i < follow->nr_sources; i++)
		add_loss(follow, &follow->sources[i]);
	if (!follow->follow && !follow->ended.dropped)
		return;
	kx_loss_text(&follow->ended, text, sizeof(text));
	fprintf(stderr, "kx: %s: %s\n", follow->verb, text);
}

int follow_run(struct follow *follow)
{
	int signal_fd = follow->follow ? signals_open() : -1;
	int registry_fd = follow->follow ? registry_watch(follow) : -1;
	int nr = read_all(follow), on = 1;

	while (nr >= 0 && follow->follow && (follow->nr_sources || follow->all)) {
		on = wait_for(follow, signal_fd, registry_fd);
		if (on < 0)
			break;
		nr = read_all(follow);
		if (!on)
			break;
	}
	if (signal_fd >= 0)
		close(signal_fd);
	if (registry_fd >= 0)
		close(registry_fd);
	account(follow);
	return on < 0 ? tell("%s: cannot wait: %s", follow->verb, strerror(-on)) : DONE;
}
