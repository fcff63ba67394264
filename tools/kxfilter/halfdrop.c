// SPDX-License-Identifier: GPL-2.0-only
/* kxfilter halfdrop: every second IP packet is dropped, each is printed. */
#include <errno.h>
#include <inttypes.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include <bpf/libbpf.h>
#include <kx/abi.h>

#include "cli/own.h"
#include "device/device.h"
#include "kxfilter_halfdrop.skel.h"
#include "verb.h"

#define DEVICE_LOOK_MS	1000	/* between two looks whether the device is still there */

static struct {
	const char *count;
	const char *hook;
	bool json;
} config;

static const struct flag flags[] = {
	{ "count", 'c', "end after so many packets; no other one is dropped", NULL, &config.count,
	  "N" },
	{ "hook", 0, "tc, xdp or xdp-generic instead of what suits the device", NULL, &config.hook,
	  "HOOK" },
	{ "json", 'j', "one JSON object per line", &config.json },
	{ NULL },
};

struct demo {
	struct kx *kx;
	struct device device;
	enum hook hook;
	uint64_t count;			/* 0: no end */
	struct kx_instance *inst;
	struct kx_stream *stream;
	int signal_fd;
	bool is_gone;			/* somebody else has removed it */
};

/* Only the program for the hook is loaded. */
static int prepare(void *ctx, struct bpf_object *obj)
{
	const struct demo *demo = ctx;
	const char *other = demo->hook == HOOK_TC ? "halfdrop_xdp" : "halfdrop_tc";
	struct bpf_program *prog = bpf_object__find_program_by_name(obj, other);

	return prog ? bpf_program__set_autoload(prog, false) : -ENOENT;
}

static int refuse_second(struct demo *demo, const char *name)
{
	_cleanup_instance_ struct kx_instance *inst = NULL;
	struct kx_status status;
	int err = kx_instance_open(demo->kx, name, &inst);

	if (err == -ENOENT)
		return DONE;
	if (err)
		return tell("%s", kx_error(demo->kx));
	kx_instance_status(inst, &status);
	return tell("%s: is filtered already, by \"%s\" (pid %u); kxfilter remove %s ends that",
		    demo->device.name, status.command, status.pid, demo->device.name);
}

static int load(struct demo *demo)
{
	_cleanup_extension_ struct kx_extension *ext = NULL;
	char device[DEVICE_PARAM], count[32], name[INSTANCE_NAME];
	const char *const params[] = { device, count };
	struct kx_load_opts opts = {
		.size = sizeof(opts), .instance = name, .params = params, .nr_params = 2,
		.prepare = prepare, .ctx = demo,
	};
	size_t len;
	const void *elf = kxfilter_halfdrop_bpf__elf_bytes(&len);
	int status;

	if (device_instance(demo->device.name, name))
		return tell("%s: not the name of a device", demo->device.name);
	status = refuse_second(demo, name);
	if (status)
		return status;
	device_param(demo->device.name, demo->hook, device);
	snprintf(count, sizeof(count), "count=%" PRIu64, demo->count);
	if (kx_extension_open_mem(demo->kx, elf, len, "halfdrop", &ext) ||
	    kx_load(demo->kx, ext, &opts, &demo->inst))
		return tell("%s", kx_error(demo->kx));
	return DONE;
}

/* The numbers stay readable through this handle, also after the unload. */
static uint64_t value(struct demo *demo, const char *name)
{
	_cleanup_free_ char *text = NULL;

	return kx_param_get(demo->kx, demo->inst, name, &text) ? 0 : strtoull(text, NULL, 10);
}

static int print(void *ctx, struct kx_stream *stream, const struct kx_event *event)
{
	char line[256], from[64], to[64], verdict[16];

	(void)ctx;
	kx_event_text(stream, event, line, sizeof(line));
	if (!config.json)
		printf("%s\n", line);
	else if (sscanf(line, "ip packet from %63s to %63s %15s", from, to, verdict) == 3)
		printf("{\"time_ns\":%" PRIu64 ",\"from\":\"%s\",\"to\":\"%s\",\"verdict\":\"%s\"}\n",
		       event->time_ns, from, to, verdict[0] == 'D' ? "dropped" : "passed");
	return 0;
}

/* Is the account complete? */
static bool is_over(const struct demo *demo)
{
	struct kx_loss loss;

	kx_stream_loss(demo->stream, &loss);
	return demo->count && loss.delivered + loss.dropped >= demo->count;
}

/* 1: go on; 0: asked to end, or there is nothing more to see. */
static int wait_for(const struct demo *demo, int timeout_ms)
{
	struct pollfd fds[] = {
		{ .fd = demo->signal_fd, .events = POLLIN },
		{ .fd = kx_stream_fd(demo->stream), .events = POLLIN },
	};

	if (poll(fds, 2, timeout_ms) < 0 && errno != EINTR)
		return 0;
	if (fds[0].revents)
		return 0;
	if ((int)if_nametoindex(demo->device.name) == demo->device.ifindex)
		return 1;
	tell_note("%s: the device is gone", demo->device.name);
	return 0;
}

static int follow(struct demo *demo)
{
	int nr;

	do {
		nr = kx_stream_dispatch(demo->stream, print, NULL);
		if (nr == -ENODEV) {
			demo->is_gone = true;
			tell_note("%s: the filter was removed", demo->device.name);
			return DONE;
		}
		if (nr < 0)
			return tell("%s: its log cannot be read: %s", demo->device.name,
				    strerror(-nr));
		/* Nobody listens any more: main() tells why. */
		if (fflush(stdout))
			return FAILED;
	} while (!is_over(demo) && wait_for(demo, nr ? 0 : DEVICE_LOOK_MS));
	return DONE;
}

/* Somebody else may just have done it. */
static int unload(struct demo *demo)
{
	int err = kx_unload(demo->kx, demo->inst, KX_UNLOAD_WITH_USERS);

	return err && err != -ENOENT ? tell("%s", kx_error(demo->kx)) : DONE;
}

/* What was said until the end is still there. */
static void drain(struct demo *demo)
{
	while (kx_stream_dispatch(demo->stream, print, NULL) > 0)
		;
}

static void totals(struct demo *demo)
{
	uint64_t passed = value(demo, "passed"), dropped = value(demo, "dropped");
	struct kx_loss loss;

	kx_stream_loss(demo->stream, &loss);
	if (config.json)
		printf("{\"device\":\"%s\",\"packets\":%" PRIu64 ",\"passed\":%" PRIu64
		       ",\"dropped\":%" PRIu64 ",\"printed\":%" PRIu64 ",\"lost\":%" PRIu64 "}\n",
		       demo->device.name, passed + dropped, passed, dropped, loss.delivered,
		       loss.dropped);
	else
		printf("%s: %" PRIu64 " IP packets: %" PRIu64 " passed, %" PRIu64 " dropped; %" PRIu64
		       " printed, %" PRIu64 " lost\n", demo->device.name, passed + dropped, passed,
		       dropped, loss.delivered, loss.dropped);
}

/* From here on it ends by what signals_open() reads, not in the middle of something. */
static int signals_open(void)
{
	static const int ends[] = { SIGINT, SIGTERM, SIGHUP };
	sigset_t set;

	sigemptyset(&set);
	for (size_t i = 0; i < sizeof(ends) / sizeof(ends[0]); i++) {
		struct sigaction action;

		sigaction(ends[i], NULL, &action);
		if (action.sa_handler != SIG_IGN)
			sigaddset(&set, ends[i]);
	}
	sigprocmask(SIG_BLOCK, &set, NULL);
	/* A reader that goes away must not leave the filter behind. */
	signal(SIGPIPE, SIG_IGN);
	return signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
}

static int demo_run(struct demo *demo)
{
	int status;

	(void)value(demo, "passed");
	if (kx_stream_open(demo->kx, demo->inst, "log", 0, &demo->stream)) {
		status = tell("%s", kx_error(demo->kx));
		(void)unload(demo);
		return status;
	}
	status = follow(demo);
	if (!demo->is_gone)
		status = unload(demo) ?: status;
	drain(demo);
	totals(demo);
	kx_stream_close(demo->stream);
	return status;
}

static void demo_done(struct demo *demo)
{
	kx_instance_close(demo->inst);
	if (demo->signal_fd >= 0)
		close(demo->signal_fd);
}

static int choose(struct demo *demo, char *why, size_t len)
{
	demo->hook = hook_choose(&demo->device, why, len);
	if (!config.hook)
		return DONE;
	snprintf(why, len, "--hook asks for it");
	if (hook_parse(config.hook, &demo->hook))
		return tell_wrong("halfdrop: --hook: %s: no such hook; it takes tc, xdp or "
				  "xdp-generic", config.hook);
	return DONE;
}

static int count_parse(struct demo *demo)
{
	char *end;

	if (!config.count)
		return DONE;
	errno = 0;
	demo->count = strtoull(config.count, &end, 10);
	if (errno || *end || !demo->count || config.count[0] < '0' || config.count[0] > '9')
		return tell_wrong("halfdrop: --count: %s: not a number of packets", config.count);
	return DONE;
}

static int run(struct kx *kx, int argc, char **argv)
{
	_cleanup_(demo_done) struct demo demo = { .kx = kx, .signal_fd = -1 };
	char why[256];
	int status = count_parse(&demo), err;

	(void)argc;
	if (status)
		return status;
	err = device_look(argv[0], &demo.device);
	if (err)
		return tell("%s: %s%s", argv[0], strerror(-err),
			    err == -ENODEV ? "; ip link lists the devices" : "");
	status = choose(&demo, why, sizeof(why));
	if (status)
		return status;
	demo.signal_fd = signals_open();
	if (demo.signal_fd < 0)
		return tell("%s: signals cannot be waited for: %s", argv[0], strerror(errno));
	status = load(&demo);
	if (status)
		return status;
	tell_note("%s: at %s, because %s; Ctrl-C ends it", demo.device.name, hook_names[demo.hook],
		  why);
	return demo_run(&demo);
}

const struct verb verb_halfdrop = {
	.name = "halfdrop",
	.arguments = "DEV [--count N] [--hook HOOK] [--json]",
	.summary = "drop every second IP packet that arrives, and print each",
	.examples = "  kxfilter halfdrop eth0\n"
		    "  kxfilter halfdrop eth0 --count 200 --json\n",
	.flags = flags,
	.min_args = 1,
	.max_args = 1,
	.run = run,
};
