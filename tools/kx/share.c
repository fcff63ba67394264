// SPDX-License-Identifier: GPL-2.0-only
/* kx share: shows memory that kernel code shares, follows it, writes to it. */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "find.h"
#include "cli/json.h"
#include "cli/own.h"
#include "verb.h"

#define INTERVAL_MS	200

static struct {
	bool json;
	bool follow;
	const char *interval;
	const char *count;
} config;

static const struct flag flags[] = {
	{ "follow", 'f', "again and again: what has changed", &config.follow },
	{ "interval", 'i', "between two looks, 200", NULL, &config.interval, "MS" },
	{ "count", 'n', "end after so many lines", NULL, &config.count, "COUNT" },
	{ "json", 'j', "one JSON object per line", &config.json },
	{ NULL },
};

static volatile sig_atomic_t stopped;

static void stop(int signal)
{
	(void)signal;
	stopped = 1;
}

static void own_share(struct kx_share **share)
{
	kx_share_unmap(*share);
}

#define _cleanup_share_	_cleanup_(own_share)

/* A share of an instance, and a part of it. */
struct target {
	const char *instance;
	uint64_t kmid;
	const char *name;	/* of the share */
	const char *path;	/* from the "." or "[" on; "" for all */
	char *full;		/* both, for free() */
};

static void target_done(struct target *target)
{
	free((char *)target->name);
	free(target->full);
}

#define _cleanup_target_ _cleanup_(target_done)

static int number_read(const char *flag, const char *word, unsigned long *out)
{
	char *end;

	if (!word)
		return DONE;
	errno = 0;
	*out = strtoul(word, &end, 10);
	if (errno || *end || word[0] < '0' || word[0] > '9' || !*out || *out > 1000000000)
		return tell_wrong("share: --%s: %s: not a number from 1 on", flag, word);
	return DONE;
}

static int text_of(struct kx_share *share, const char *path, char **out)
{
	return config.json ? kx_share_json(share, path, out) : kx_share_text(share, path, out);
}

static void value_print(const struct target *target, const char *value, bool named)
{
	struct json json = { 0 };

	if (!config.json) {
		printf("%s%s%s\n", named ? target->full : "", named ? "=" : "", value);
		return;
	}
	json_object(&json, NULL);
	json_text(&json, "instance", target->instance);
	json_number(&json, "kmid", target->kmid);
	json_text(&json, "name", target->full);
	json_raw(&json, "value", value);
	json_close(&json);
}

/* On a terminal, in place: the members one below the other. */
static void value_draw(const struct target *target, const char *value)
{
	bool quoted = false;
	int depth = 0;

	printf("\033[H\033[J%s.%s\n\n  ", target->instance, target->full);
	for (const char *c = value; *c; c++) {
		if (*c == '"' && (c == value || c[-1] != '\\'))
			quoted = !quoted;
		depth += quoted ? 0 : (*c == '{') - (*c == '}');
		if (!quoted && ((*c == '{' && depth == 1) || (*c == '}' && !depth)))
			continue;
		if (!quoted && *c == ',' && depth == 1)
			fputs("\n  ", stdout);
		else
			putchar(*c);
	}
	putchar('\n');
}

static int show(struct kx *kx, struct kx_share *share, const struct target *target, bool named)
{
	_cleanup_free_ char *value = NULL;

	if (text_of(share, target->path, &value))
		return tell("%s", kx_error(kx));
	value_print(target, value, named);
	return DONE;
}

/* After an upgrade that began it anew, what is there now. */
static int look(struct kx *kx, const struct target *target, struct kx_share **share)
{
	_cleanup_instance_ struct kx_instance *inst = NULL;
	int err = kx_share_refresh(*share);

	if (err >= 0)
		return 0;
	if (err != -ESTALE)
		return err;
	err = kx_instance_open(kx, target->instance, &inst);
	if (err)
		return err;
	kx_share_unmap(*share);
	*share = NULL;
	return kx_share_map(kx, inst, target->name, 0, share);
}

static int follow(struct kx *kx, struct kx_share **share, const struct target *target,
		  unsigned long interval, unsigned long count)
{
	const struct timespec pause = { interval / 1000, interval % 1000 * 1000000 };
	const struct sigaction action = { .sa_handler = stop };
	bool draws = isatty(STDOUT_FILENO) && !config.json;
	_cleanup_free_ char *last = NULL;

	sigaction(SIGINT, &action, NULL);
	sigaction(SIGTERM, &action, NULL);
	while (!stopped) {
		_cleanup_free_ char *value = NULL;

		if (look(kx, target, share) || text_of(*share, target->path, &value))
			return tell("%s", kx_error(kx));
		if (!last || strcmp(last, value)) {
			if (draws)
				value_draw(target, value);
			else
				value_print(target, value, false);
			fflush(stdout);
			if (count && !--count)
				break;
			free(last);
			last = value;
			value = NULL;
		}
		nanosleep(&pause, NULL);
	}
	return DONE;
}

static int target_read(const char *word, struct kx_instance *inst, struct target *out)
{
	size_t len = strcspn(word, ".[");
	struct kx_status status;

	kx_instance_status(inst, &status);
	*out = (struct target){
		.instance = status.name, .kmid = status.kmid,
		.name = strndup(word, len), .full = strdup(word),
	};
	if (!out->name || !out->full)
		return tell("out of memory");
	out->path = out->full + len;
	return DONE;
}

static int show_one(struct kx *kx, struct kx_instance *inst, const char *word,
		    unsigned long interval, unsigned long count)
{
	_cleanup_target_ struct target target = { 0 };
	_cleanup_share_ struct kx_share *share = NULL;

	if (target_read(word, inst, &target))
		return FAILED;
	if (kx_share_map(kx, inst, target.name, 0, &share))
		return tell("%s", kx_error(kx));
	return config.follow ? follow(kx, &share, &target, interval, count) :
			       show(kx, share, &target, false);
}

static int show_named(struct kx *kx, struct kx_instance *inst, const char *name)
{
	_cleanup_target_ struct target target = { 0 };
	_cleanup_share_ struct kx_share *share = NULL;

	if (target_read(name, inst, &target))
		return FAILED;
	if (kx_share_map(kx, inst, target.name, 0, &share))
		return tell("%s", kx_error(kx));
	return show(kx, share, &target, true);
}

static int show_all(struct kx *kx, struct kx_instance *inst)
{
	const struct kx_about *about;
	size_t nr = 0;

	for (size_t i = 0; ; i++) {
		/* Asked each time: another call with the instance may end it. */
		if (kx_instance_about(kx, inst, &about))
			return tell("%s", kx_error(kx));
		if (i >= about->nr_channels)
			break;
		if (about->channels[i].kind != KX_CHANNEL_SHARE)
			continue;
		if (show_named(kx, inst, about->channels[i].name))
			return FAILED;
		nr++;
	}
	return nr ? DONE : tell("%s: has no share", about->name);
}

static int store(struct kx *kx, struct kx_instance *inst, const char *word, const char *value)
{
	_cleanup_target_ struct target target = { 0 };
	_cleanup_share_ struct kx_share *share = NULL;

	if (target_read(word, inst, &target))
		return FAILED;
	if (kx_share_map(kx, inst, target.name, KX_SHARE_WRITE, &share) ||
	    kx_share_set(share, target.path, value))
		return tell("%s", kx_error(kx));
	return DONE;
}

/* What does not go together, before anything is done. */
static int usage_check(const char *word, const char *name, const char *value)
{
	if (name && !*name)
		return tell_wrong("share: %s.: a share is missing after the dot", word);
	if (value && !name)
		return tell_wrong("share: %s=%s: write INSTANCE.SHARE=VALUE", word, value);
	if (value && (config.follow || config.json))
		return tell_wrong("share: --%s does not go with a value",
				  config.follow ? "follow" : "json");
	if (config.follow && !name)
		return tell_wrong("share: --follow takes INSTANCE.SHARE");
	if ((config.interval || config.count) && !config.follow)
		return tell_wrong("share: --%s goes with --follow",
				  config.interval ? "interval" : "count");
	return DONE;
}

static int run(struct kx *kx, int argc, char **argv)
{
	_cleanup_instance_ struct kx_instance *inst = NULL;
	unsigned long interval = INTERVAL_MS, count = 0;
	char *value = strchr(argv[0], '='), *name;
	int status;

	(void)argc;
	if (value)
		*value++ = '\0';
	name = strchr(argv[0], '.');
	if (name)
		*name++ = '\0';
	status = usage_check(argv[0], name, value);
	if (!status)
		status = number_read("interval", config.interval, &interval);
	if (!status)
		status = number_read("count", config.count, &count);
	if (!status)
		status = instance_get(kx, "share", argv[0], &inst);
	if (status)
		return status;
	if (value)
		return store(kx, inst, name, value);
	return name ? show_one(kx, inst, name, interval, count) : show_all(kx, inst);
}

const struct verb verb_share = {
	.name = "share",
	.arguments = "INSTANCE[.SHARE[.PART][=VALUE]] [-f] [--interval MS] [--count COUNT] [--json]",
	.summary = "show or write memory that kernel code shares",
	.examples = "  kx share stats.table\n"
		    "  kx share stats.table.packets\n"
		    "  kx share stats.limits.rate=5\n"
		    "  kx share -f -n 10 stats.table\n",
	.flags = flags,
	.min_args = 1,
	.max_args = 1,
	.run = run,
};
