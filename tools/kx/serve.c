// SPDX-License-Identifier: GPL-2.0-only
/* kx serve: answers what kernel code asks, by a command. */
#include <errno.h>
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "channel.h"
#include "cli/json.h"
#include "cli/own.h"
#include "serve.h"
#include "verb.h"

#define LOOK_MS		100	/* for commands that take too long, and instances that go */
#define HELD_MS		20	/* for the end of what was run */

static struct {
	bool keep;
	bool json;
	const char *count;
	const char *calls;
	const char *run;
	const char *deadline;
	const char *fallback;
} config;

static const struct flag flags[] = {
	{ "keep", 0, "one COMMAND, a line for each question", &config.keep },
	{ "count", 'n', "end after so many questions", NULL, &config.count, "NUMBER" },
	{ "run", 0, "hold the calls of what the shell runs", NULL, &config.run, "SCRIPT" },
	{ "calls", 0, "which calls, with --run", NULL, &config.calls, "LIST" },
	{ "deadline", 0, "for how long, with --run", NULL, &config.deadline, "MS" },
	{ "default", 0, "what they get then, with --run", NULL, &config.fallback, "ERRNO" },
	{ "json", 'j', "the account as a JSON object", &config.json },
	{ NULL },
};

static volatile sig_atomic_t stopped;

static void stop(int signal)
{
	(void)signal;
	stopped = 1;
}

/* What the command line says, and what became of it. */
struct service {
	struct serve serve;
	const char *shown;	/* "INSTANCE.DOOR", or "seccomp" */
	struct kx_instance *inst;
	char deadline_name[128];
	long deadline_ms;
	long count;
	pid_t held;		/* 0: none */
	int held_status;
	uint64_t over_ns;	/* no more questions come; those taken are answered until then */
	struct kx_door_counts before;
};

/* It may be changed while we serve. */
static int deadline_of(struct serve *serve)
{
	struct service *service = serve->ctx;
	_cleanup_free_ char *text = NULL;

	if (!service->inst ||
	    kx_param_get(serve->kx, service->inst, service->deadline_name, &text))
		return service->deadline_ms;
	return atoi(text);
}

static int number_read(const char *option, const char *text, long lowest, long highest, long *out)
{
	char *end;

	errno = 0;
	*out = strtol(text, &end, 10);
	if (*end || end == text || errno || *out < lowest || *out > highest)
		return tell_wrong("serve: --%s: %s: not a number from %ld to %ld", option, text,
				  lowest, highest);
	return DONE;
}

static int errno_read(const char *text, int *out)
{
	long number;

	for (int i = 1; i < 134; i++)
		if (strerrorname_np(i) && !strcmp(strerrorname_np(i), text)) {
			*out = -i;
			return DONE;
		}
	if (number_read("default", text, 0, 511, &number))
		return WRONG;
	*out = -number;
	return DONE;
}

static bool takes_more(const struct service *service)
{
	return !service->over_ns &&
	       !(service->count && (long)service->serve.taken >= service->count);
}

static bool has_enough(struct service *service)
{
	int status;

	if (!takes_more(service))
		return !jobs_owe(&service->serve) ||
		       (service->over_ns && serve_now() > service->over_ns);
	if (service->held && waitpid(service->held, &status, WNOHANG) == service->held) {
		service->held_status = status;
		service->held = 0;
		return true;
	}
	return false;
}

static int questions_take(struct service *service)
{
	struct serve *serve = &service->serve;
	int nr = 1;

	while (nr > 0 && jobs_have_room(serve) && takes_more(service))
		nr = kx_door_dispatch(serve->door);
	if (nr >= 0 || (nr == -ENODEV && service->held))
		return DONE;
	tell("%s", kx_error(serve->kx));
	/* Begun anew by an upgrade: who asked before it still waits at the door that we have. */
	if (nr != -ESTALE)
		return FAILED;
	service->over_ns = serve_now() + serve->deadline_ms(serve) * 1000000ULL;
	return DONE;
}

static int loop(struct service *service)
{
	struct serve *serve = &service->serve;
	struct pollfd fds[JOBS_MAX + 1];
	int status = DONE;

	while (!status && !stopped && !has_enough(service)) {
		size_t nr = jobs_poll(serve, fds);

		fds[nr] = (struct pollfd){ .fd = -1, .events = POLLIN };
		if (jobs_have_room(serve) && takes_more(service))
			fds[nr].fd = kx_door_fd(serve->door);
		if (poll(fds, nr + 1, LOOK_MS) < 0 && errno != EINTR)
			return tell("poll: %s", strerror(errno));
		status = jobs_look(serve, fds, nr);
		if (!status)
			status = questions_take(service);
	}
	return status ? status : service->over_ns ? FAILED : DONE;
}

/* One row for each thing that is counted. */
static const struct {
	const char *name;
	size_t offset;
	bool is_default;
} counts[] = {
	{ "answered", offsetof(struct kx_door_counts, answered) },
	{ "cached", offsetof(struct kx_door_counts, cached) },
	{ "nobody", offsetof(struct kx_door_counts, nobody), true },
	{ "deadline", offsetof(struct kx_door_counts, deadline), true },
	{ "full", offsetof(struct kx_door_counts, full), true },
	{ "died", offsetof(struct kx_door_counts, died), true },
	{ "garbage", offsetof(struct kx_door_counts, garbage), true },
	{ "cannot", offsetof(struct kx_door_counts, cannot), true },
	{ "gone", offsetof(struct kx_door_counts, gone), true },
	{ "exempt", offsetof(struct kx_door_counts, exempt) },
	{ "twice", offsetof(struct kx_door_counts, twice) },
	{ "late", offsetof(struct kx_door_counts, late) },
	{ "foreign", offsetof(struct kx_door_counts, foreign) },
	{ "told", offsetof(struct kx_door_counts, told) },
	{ "lost", offsetof(struct kx_door_counts, lost) },
};

#define NR_COUNTS (sizeof(counts) / sizeof(counts[0]))

/* Since we began. */
static uint64_t count_of(const struct service *service, const struct kx_door_counts *now, size_t at)
{
	return *(const uint64_t *)((const char *)now + at) -
	       *(const uint64_t *)((const char *)&service->before + at);
}

static void account_json(const struct service *service, const struct kx_door_counts *now)
{
	struct json json = { 0 };

	json_object(&json, NULL);
	json_text(&json, "door", service->shown);
	json_number(&json, "taken", service->serve.taken);
	json_number(&json, "asked", count_of(service, now, 0));
	for (size_t i = 0; i < NR_COUNTS; i++)
		json_number(&json, counts[i].name, count_of(service, now, counts[i].offset));
	json_close(&json);
}

/* "(deadline 1, died 2)": what is not 0 of one kind. */
static void kinds_print(const struct service *service, const struct kx_door_counts *now,
			bool defaults, const char *open, const char *close)
{
	bool any = false;

	for (size_t i = 2; i < NR_COUNTS; i++) {
		uint64_t nr = count_of(service, now, counts[i].offset);

		if (!nr || counts[i].is_default != defaults)
			continue;
		fprintf(stderr, "%s%s %" PRIu64, any ? ", " : open, counts[i].name, nr);
		any = true;
	}
	if (any)
		fputs(close, stderr);
}

static void account_text(const struct service *service, const struct kx_door_counts *now)
{
	uint64_t defaults = 0;

	for (size_t i = 0; i < NR_COUNTS; i++)
		defaults += counts[i].is_default ? count_of(service, now, counts[i].offset) : 0;
	fprintf(stderr, "%s: asked %" PRIu64 ": answered %" PRIu64 ", cached %" PRIu64
		", default %" PRIu64, service->shown, count_of(service, now, 0),
		count_of(service, now, counts[0].offset), count_of(service, now, counts[1].offset),
		defaults);
	kinds_print(service, now, true, " (", ")");
	kinds_print(service, now, false, "; ", "");
	fputc('\n', stderr);
}

static int serve_all(struct service *service)
{
	const struct sigaction action = { .sa_handler = stop };
	static const char *const ways[][2] = {
		{ "block", "who asks waits in the kernel" },
		{ "stop", "who asks is stopped by a signal" },
		{ "seccomp", "calls are held by seccomp" },
	};
	struct kx_door_counts now;
	int status;

	signal(SIGPIPE, SIG_IGN);
	sigaction(SIGINT, &action, NULL);
	sigaction(SIGTERM, &action, NULL);
	if (service->inst)
		kx_door_counts(service->serve.door, &service->before);
	status = jobs_begin(&service->serve);
	if (!status && !service->serve.door)
		return FAILED;
	if (!status && service->inst && kx_door_attach(service->serve.door))
		status = tell("%s", kx_error(service->serve.kx));
	if (!status) {
		for (size_t i = 0; i < sizeof(ways) / sizeof(ways[0]); i++)
			if (!strcmp(ways[i][0], kx_door_way(service->serve.door)))
				fprintf(stderr, "%s: serving (%s: %s)\n", service->shown,
					ways[i][0], ways[i][1]);
		status = loop(service);
		/* What still waits gets the default now, and is counted. */
		kx_door_revoke(service->serve.door);
		kx_door_counts(service->serve.door, &now);
		(config.json ? account_json : account_text)(service, &now);
	}
	jobs_end(&service->serve);
	return status;
}

static int serve_door(struct service *service, int argc, char **argv)
{
	_cleanup_instance_ struct kx_instance *inst = NULL;
	struct kx *kx = service->serve.kx;
	struct kx_status about;
	char shown[160];
	const char *name;
	int status;

	if (argc < 2 || strcmp(argv[1], "--") || argc < 3)
		return tell_wrong("serve: write INSTANCE.DOOR -- COMMAND");
	status = channel_get(kx, "serve", "DOOR", false, argv[0], &inst, &name);
	if (status)
		return status;
	service->serve.command = argv + 2;
	service->inst = inst;
	kx_instance_status(inst, &about);
	snprintf(shown, sizeof(shown), "%s.%s", about.name, name);
	service->shown = shown;
	snprintf(service->deadline_name, sizeof(service->deadline_name), "%.64s_deadline_ms", name);
	if (kx_door_create(kx, inst, name, jobs_ask, &service->serve, &service->serve.door))
		return tell("%s", kx_error(kx));
	status = serve_all(service);
	kx_door_close(service->serve.door);
	return status;
}

/*
 * Its calls get the default from here on. It goes on when there were questions enough;
 * else it is told to end, and what it has started goes on.
 */
static void held_wait(struct service *service, int status)
{
	bool told = false;

	while (service->held) {
		if ((status || stopped) && !told) {
			(void)kill(service->held, SIGTERM);
			told = true;
		}
		if (waitpid(service->held, &service->held_status, WNOHANG))
			service->held = 0;
		else
			(void)poll(NULL, 0, HELD_MS);
	}
}

/* The same for calls that seccomp holds; its status is that of what was run. */
static int serve_held(struct service *service, int argc, char **argv)
{
	int listener, status, fallback = 0;

	if (argc && !strcmp(argv[0], "--"))
		argc--, argv++;
	if (!argc || !config.calls)
		return tell_wrong("serve: write --run SCRIPT --calls LIST -- COMMAND");
	if (config.fallback && errno_read(config.fallback, &fallback))
		return WRONG;
	service->serve.command = argv;
	service->shown = "seccomp";
	fflush(stdout);
	status = held_start(service->serve.kx, config.calls, config.run, &service->held, &listener);
	if (status)
		return status;
	if (kx_door_listen(service->serve.kx, listener, service->deadline_ms, fallback, jobs_ask,
			   &service->serve, &service->serve.door)) {
		close(listener);
		return tell("%s", kx_error(service->serve.kx));
	}
	status = serve_all(service);
	kx_door_close(service->serve.door);
	held_wait(service, status);
	return status ? status : WIFEXITED(service->held_status) ?
	       WEXITSTATUS(service->held_status) : FAILED;
}

static int run(struct kx *kx, int argc, char **argv)
{
	struct service service = { .deadline_ms = 1000 };

	service.serve.kx = kx;
	service.serve.keep = config.keep;
	service.serve.deadline_ms = deadline_of;
	service.serve.ctx = &service;
	if (config.count && number_read("count", config.count, 1, 1000000000, &service.count))
		return WRONG;
	if (!config.run && (config.calls || config.deadline || config.fallback))
		return tell_wrong("serve: --calls, --deadline and --default belong to --run; a "
				  "door has parameters for them");
	if (config.deadline &&
	    number_read("deadline", config.deadline, 1, 600000, &service.deadline_ms))
		return WRONG;
	return config.run ? serve_held(&service, argc, argv) : serve_door(&service, argc, argv);
}

const struct verb verb_serve = {
	.name = "serve",
	.arguments = "[--keep] [-n N] [-j] INSTANCE.DOOR|--run --calls [--deadline] [--default] -- COMMAND",
	.summary = "answer what kernel code asks, by a command",
	.examples = "  kx serve door.ask -- ./answer\n"
		    "  kx serve --keep door.ask -- python3 answers.py\n"
		    "  kx serve --count 1 door.ask -- echo '{\"verdict\":\"EACCES\"}'\n"
		    "  kx serve --run 'cat secret' --calls openat -- ./answer\n",
	.flags = flags,
	.at_front = true,
	.min_args = 1,
	.max_args = MANY,
	.run = run,
};
