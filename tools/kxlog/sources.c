// SPDX-License-Identifier: GPL-2.0-only
/* Which instances there are, those that come later too, and reading all of them. */
#include <errno.h>
#include <fnmatch.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/inotify.h>
#include <unistd.h>

#include "cli/own.h"
#include "source.h"
#include "cli/tell.h"

#define REGISTRY	"/sys/fs/bpf/kx"
#define LOOK_MS		5000	/* also for held instances, which have no directory */
#define SOON_MS		100	/* one that is being loaded */

static bool pattern_matches(const char *pattern, const char *instance, const char *stream)
{
	const char *dot = strrchr(pattern, '.');
	char name[256];

	if (!dot)
		return !fnmatch(pattern, instance, 0);
	snprintf(name, sizeof(name), "%.*s", (int)(dot - pattern), pattern);
	return !fnmatch(name, instance, 0) && !fnmatch(dot + 1, stream, 0);
}

bool sources_want(const struct sources *sources, const char *instance, const char *name)
{
	for (size_t i = 0; i < sources->nr_patterns; i++)
		if (pattern_matches(sources->patterns[i], instance, name))
			return true;
	return !sources->nr_patterns;
}

static bool is_wanted(const struct sources *sources, const char *instance,
		      const struct kx_channel *channel)
{
	const char *stream = channel->kind == KX_CHANNEL_LOG ? "log" : channel->name;

	if (channel->kind != KX_CHANNEL_LOG &&
	    (channel->kind != KX_CHANNEL_STREAM || !sources->events))
		return false;
	return sources_want(sources, instance, stream);
}

static bool is_open(const struct sources *sources, uint64_t kmid, const char *stream)
{
	for (const struct source *source = sources->first; source; source = source->next)
		if (source->origin->kmid == kmid && !strcmp(source->origin->stream, stream))
			return true;
	return false;
}

/* Its streams, those that are not read yet. */
static void instance_follow(struct sources *sources, struct kx_instance *inst,
			    const struct kx_status *status)
{
	const struct kx_about *about;
	int err = kx_instance_about(sources->kx, inst, &about);

	if (err) {
		if (err != -ENOENT && err != -ENODEV)
			tell("%s: cannot be followed: %s", status->name, kx_error(sources->kx));
		return;
	}
	for (size_t i = 0; i < about->nr_channels; i++) {
		const struct kx_channel *channel = &about->channels[i];
		const char *name = channel->kind == KX_CHANNEL_LOG ? "log" : channel->name;

		if (!is_wanted(sources, status->name, channel) ||
		    is_open(sources, status->kmid, name))
			continue;
		err = source_open(sources, inst, name);
		if (err == -ENOMEM)
			tell("%s.%s: cannot be followed: out of memory", status->name, name);
		else if (err && err != -ENODEV && err != -ENOENT)
			tell("%s", kx_error(sources->kx));
	}
}

static struct known *known_find(struct sources *sources, uint64_t kmid)
{
	for (size_t i = 0; i < sources->nr_known; i++)
		if (sources->known[i].kmid == kmid)
			return &sources->known[i];
	return NULL;
}

/* Each generation is looked at once: it may have streams that the one before had not. */
static void instance_look(struct sources *sources, struct kx_instance *inst, struct known *now)
{
	const struct known *before;
	struct kx_status status;

	kx_instance_status(inst, &status);
	*now = (struct known){ status.kmid, status.generation };
	if (!strcmp(status.state, "loading")) {
		now->generation = 0;
		sources->look_at = loop_now() + SOON_MS;
		return;
	}
	before = known_find(sources, status.kmid);
	if (!before || before->generation != status.generation)
		instance_follow(sources, inst, &status);
}

static void kmids_prune(struct sources *sources)
{
	_cleanup_free_ uint64_t *kmids = calloc(sources->nr_known + 1, sizeof(*kmids));

	for (size_t i = 0; i < sources->nr_known && kmids; i++)
		kmids[i] = sources->known[i].kmid;
	if (kmids)
		origins_prune(sources->origins, kmids, sources->nr_known);
}

void sources_look(struct sources *sources)
{
	struct kx_instance **list;
	struct known *known;
	size_t nr;

	if (!sources->look && loop_now() < sources->look_at)
		return;
	sources->look = false;
	sources->look_at = loop_now() + LOOK_MS;
	/* The first instance makes the registry, perhaps later than kxlog is started. */
	if (sources->inotify.fd >= 0)
		(void)inotify_add_watch(sources->inotify.fd, REGISTRY, IN_CREATE | IN_MOVED_TO);
	if (kx_instances_list(sources->kx, &list, &nr)) {
		tell("%s", kx_error(sources->kx));
		return;
	}
	known = calloc(nr + 1, sizeof(*known));
	for (size_t i = 0; i < nr && known; i++)
		instance_look(sources, list[i], &known[i]);
	kx_instances_free(list, nr);
	if (!known)
		return;
	free(sources->known);
	sources->known = known;
	sources->nr_known = nr;
	kmids_prune(sources);
}

static void registry_changed(struct watch *watch)
{
	struct sources *sources = watch->ctx;
	char events[4096] __attribute__((aligned(__alignof__(struct inotify_event))));

	while (read(watch->fd, events, sizeof(events)) > 0)
		sources->look = true;
}

static void registry_watch(struct sources *sources)
{
	int fd = inotify_init1(IN_NONBLOCK | IN_CLOEXEC);

	sources->inotify = (struct watch){ fd, registry_changed, sources };
	if (fd < 0)
		return;
	(void)loop_watch(sources->loop, &sources->inotify, false);
}

int sources_open(struct sources *sources)
{
	if (gethostname(sources->host, sizeof(sources->host) - 1))
		return -errno;
	registry_watch(sources);
	sources->look = true;
	return 0;
}

/* Ended: what it said was read. */
static bool source_ended(struct sources *sources, const struct source *source, long result)
{
	if (result >= 0 || result == -EAGAIN)
		return false;
	if (result != -ENODEV)
		tell("%s.%s: cannot be followed any more: %s",
		     kx_stream_instance(source->stream), kx_stream_name(source->stream),
		     result == -EPROTO ? "its content is not possible" : strerror(-result));
	sources->look = true;
	return true;
}

long sources_read(struct sources *sources)
{
	struct source **at = &sources->first, *source;
	long nr = 0, result;

	while ((source = *at)) {
		result = source->ready ? source_read(source) : 0;
		if (source_ended(sources, source, result)) {
			*at = source->next;
			source_free(source);
			continue;
		}
		if (result == -EAGAIN)
			return -EAGAIN;
		nr += result;
		at = &source->next;
	}
	return nr;
}

void sources_close(struct sources *sources)
{
	struct source *next;

	for (struct source *source = sources->first; source; source = next) {
		next = source->next;
		source_free(source);
	}
	sources->first = NULL;
	free(take_ptr(sources->known));
	sources->nr_known = 0;
	own_close(&sources->inotify.fd);
	sources->inotify.fd = -1;
}
