// SPDX-License-Identifier: GPL-2.0-only
/* Hooks: which programs are attached, to what, and the system calls for it. */
#include <bpf/bpf.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/bpf.h>
#include <string.h>

#include "life/device.h"
#include "life/tc.h"

/* Programs by what they attach to. The first row that fits. */
static const struct place {
	enum bpf_prog_type type;
	int attach;		/* -1: any */
	enum hook_way way;
	const char *target;	/* what it takes to attach it; NULL: its section tells */
	const char *usual;	/* the target when no parameter names one, or NULL */
} places[] = {
	{ BPF_PROG_TYPE_RAW_TRACEPOINT, -1, HOOK_SWITCHED },
	{ BPF_PROG_TYPE_RAW_TRACEPOINT_WRITABLE, -1, HOOK_SWITCHED },
	{ BPF_PROG_TYPE_TRACING, BPF_TRACE_ITER, HOOK_FILE },
	{ BPF_PROG_TYPE_TRACING, -1, HOOK_SWITCHED },
	{ BPF_PROG_TYPE_LSM, BPF_LSM_CGROUP, HOOK_SWITCHED, "cgroup" },
	{ BPF_PROG_TYPE_LSM, -1, HOOK_SWITCHED },
	{ BPF_PROG_TYPE_TRACEPOINT, -1, HOOK_SWITCHED },
	{ BPF_PROG_TYPE_KPROBE, -1, HOOK_SWITCHED },
	{ BPF_PROG_TYPE_XDP, BPF_XDP, HOOK_SWITCHED, "device" },
	{ BPF_PROG_TYPE_SCHED_CLS, -1, HOOK_SWITCHED, "device" },
	{ BPF_PROG_TYPE_CGROUP_SKB, -1, HOOK_SWITCHED, "cgroup" },
	{ BPF_PROG_TYPE_CGROUP_SOCK, -1, HOOK_SWITCHED, "cgroup" },
	{ BPF_PROG_TYPE_CGROUP_SOCK_ADDR, -1, HOOK_SWITCHED, "cgroup" },
	{ BPF_PROG_TYPE_CGROUP_SOCKOPT, -1, HOOK_SWITCHED, "cgroup" },
	{ BPF_PROG_TYPE_CGROUP_SYSCTL, -1, HOOK_SWITCHED, "cgroup" },
	{ BPF_PROG_TYPE_CGROUP_DEVICE, -1, HOOK_SWITCHED, "cgroup" },
	{ BPF_PROG_TYPE_SOCK_OPS, -1, HOOK_SWITCHED, "cgroup" },
	{ BPF_PROG_TYPE_SK_LOOKUP, -1, HOOK_SWITCHED, "path", "/proc/self/ns/net" },
	{ BPF_PROG_TYPE_FLOW_DISSECTOR, -1, HOOK_SWITCHED, "path", "/proc/self/ns/net" },
};

static const struct place nowhere = { .way = HOOK_NONE };

static const struct place *place_of(const struct bpf_program *prog)
{
	for (size_t i = 0; i < sizeof(places) / sizeof(places[0]); i++)
		if (places[i].type == bpf_program__type(prog) &&
		    (places[i].attach < 0 ||
		     places[i].attach == (int)bpf_program__expected_attach_type(prog)))
			return &places[i];
	return &nowhere;
}

/* "lsm.s/file_open", or made so by flags. */
static bool may_sleep(const struct bpf_program *prog)
{
	const char *section = bpf_program__section_name(prog);
	size_t len = strcspn(section, "/");

	return bpf_program__flags(prog) & BPF_F_SLEEPABLE ||
	       (len > 2 && !memcmp(section + len - 2, ".s", 2));
}

/* A program that came without a slash names no probe: its user attaches it. */
static bool is_unnamed_probe(const struct bpf_program *prog)
{
	return bpf_program__type(prog) == BPF_PROG_TYPE_KPROBE &&
	       !strchr(bpf_program__section_name(prog), '/');
}

/*
 * libbpf switches the perf event of a probe off when it destroys the link, pinned
 * or not. Of a link that is disconnected first it closes nothing: the link itself
 * is closed here, but the descriptor of that event stays open until the process
 * ends, which libbpf offers no way around.
 */
static void hook_done(const char *who, struct hook *hook)
{
	if (hook->record[0] && !hook->pinned)
		tc_undo(who, hook);
	if (hook->link && hook->pinned) {
		bpf_link__disconnect(hook->link);
		close(hook->link_fd);
	}
	if (hook->link)
		(void)bpf_link__destroy(hook->link);
	else if (hook->link_fd >= 0)
		close(hook->link_fd);
	if (hook->slots_fd >= 0)
		close(hook->slots_fd);
	if (hook->stub_fd >= 0)
		close(hook->stub_fd);
	free(hook->key);
	free(hook->target);
}

void hooks_done(struct hooks *hooks)
{
	while (hooks->nr)
		hook_done(hooks->who, &hooks->rows[--hooks->nr]);
	free(hooks->rows);
	*hooks = (struct hooks){};
}

/*
 * The kernel gives up a link some time after its last pin has gone; the program acts until then.
 * Links of tracing cannot be detached otherwise; it is no matter if that fails.
 */
static void links_detach(const char *path)
{
	_cleanup_names_ struct names list = {};
	_cleanup_close_ int fd = -1;
	int err = names_read(path, &list.names, &list.nr);

	for (size_t i = 0; i < list.nr; i++) {
		char child[REGISTRY_PATH + 256];

		snprintf(child, sizeof(child), "%s/%s", path, list.names[i]);
		links_detach(child);
	}
	if (err != -ENOTDIR)
		return;
	fd = bpf_obj_get(path);
	if (fd >= 0)
		(void)bpf_link_detach(fd);
}

int hooks_remove(const char *path)
{
	int err = tc_sweep(path);

	if (err)
		return err;
	links_detach(path);
	return registry_remove(path);
}

static const struct hook *hook_by(const struct hooks *hooks, const char *key, const char *pin)
{
	for (size_t i = 0; i < hooks->nr; i++)
		if ((key && !strcmp(hooks->rows[i].key, key)) ||
		    (pin && !strcmp(hooks->rows[i].pin, pin)))
			return &hooks->rows[i];
	return NULL;
}

/* Several programs may have the same place: they are told apart by number. */
static int key_make(struct hooks *hooks, struct hook *hook)
{
	const char *at = hook->target ? "@" : "", *target = hook->target ?: "";
	char pid[24] = "";
	int nr = 1;

	if (hook->pid)
		snprintf(pid, sizeof(pid), "@%d", hook->pid);
	do {
		free(hook->key);
		hook->key = NULL;
		if ((nr == 1 ? asprintf(&hook->key, "%s%s%s%s", hook->section, at, target, pid) :
			       asprintf(&hook->key, "%s%s%s%s#%d", hook->section, at, target, pid,
					nr)) < 0) {
			hook->key = NULL;
			return -ENOMEM;
		}
		nr++;
	} while (hook_by(hooks, hook->key, NULL));
	return 0;
}

static void pin_make(struct hooks *hooks, struct hook *hook)
{
	const char *name = bpf_program__name(hook->prog);

	snprintf(hook->pin, sizeof(hook->pin), "%.48s", name);
	for (int nr = 2; hook_by(hooks, NULL, hook->pin); nr++)
		snprintf(hook->pin, sizeof(hook->pin), "%.48s-%d", name, nr);
}

static int hooks_add(struct hooks *hooks, const struct hook *what, const char *target,
		     size_t target_len)
{
	struct hook *rows = realloc(hooks->rows, (hooks->nr + 1) * sizeof(*rows)), *hook;

	if (!rows)
		return -ENOMEM;
	hooks->rows = rows;
	hook = &rows[hooks->nr];
	*hook = *what;
	if (target) {
		hook->target = strndup(target, target_len);
		if (!hook->target)
			return -ENOMEM;
	}
	if (key_make(hooks, hook)) {
		free(hook->target);
		return -ENOMEM;
	}
	pin_make(hooks, hook);
	hooks->nr++;
	return 0;
}

/* What the program's KX_AT()s say. */
static int targets_read(struct kx *kx, const char *who, const struct about *about,
			struct hook *hook, hook_setting *setting, const void *ctx,
			const char **targets)
{
	const char *name = bpf_program__name(hook->prog);

	for (size_t i = 0; i < about->nr_tagged; i++) {
		const struct tagged *tagged = &about->tagged[i];
		const struct param *param;
		const char *text;

		if (strcmp(tagged->name, name) || strcmp(tagged->tag, "at"))
			continue;
		param = about_param(about, tagged->value, strlen(tagged->value));
		text = param ? setting(ctx, param->name) : NULL;
		if (!text)
			return kx_fail(kx, -EINVAL, "%s: program %s: %s is no parameter", who, name,
				       tagged->value);
		if (!strcmp(param->target, "pid")) {
			hook->pid = atoi(text);
			continue;
		}
		if (!*text)
			return kx_fail(kx, -EINVAL,
				       "%s: program %s is attached where the parameter %s says, "
				       "which is empty: give it a value, %s=%s", who, name,
				       param->name, param->name, param->target);
		hook->target_kind = param->target;
		*targets = text;
	}
	return 0;
}

static int plan_program(struct kx *kx, const char *who, const struct about *about,
			struct bpf_object *obj, struct bpf_program *prog, hook_setting *setting,
			const void *ctx, struct hooks *out)
{
	const struct place *place = place_of(prog);
	const char *over = about_tag(about, bpf_program__name(prog), "over");
	struct hook hook = {
		.way = place->way,
		.prog = prog,
		.section = bpf_program__section_name(prog),
		.target_kind = place->target,
		.slots_fd = -1,
		.stub_fd = -1,
		.link_fd = -1,
	};
	const char *targets = place->usual;
	int err;

	if (place->way == HOOK_NONE || is_unnamed_probe(prog))
		return 0;
	if (place->way == HOOK_SWITCHED && may_sleep(prog))
		hook.way = HOOK_DIRECT;
	if (over) {
		hook.over = bpf_object__find_map_by_name(obj, over);
		if (place->way != HOOK_FILE || !hook.over)
			return kx_fail(kx, -EINVAL, "%s: program %s (%s) cannot go over map %s: %s",
				       who, bpf_program__name(prog), hook.section, over,
				       hook.over ? "it is no iterator" : "there is no such map");
	}
	err = targets_read(kx, who, about, &hook, setting, ctx, &targets);
	if (err)
		return err;
	if (place->target && !targets)
		return kx_fail(kx, -EINVAL, "%s: program %s (%s) says nowhere which %s it is for: "
			       "it takes KX_AT() and a parameter", who, bpf_program__name(prog),
			       hook.section, place->target);
	if (!targets)
		return hooks_add(out, &hook, NULL, 0);
	while (*targets) {
		size_t len = strcspn(targets, ",");

		err = len ? hooks_add(out, &hook, targets, len) : 0;
		if (err)
			return err;
		targets += len + (targets[len] == ',');
	}
	return 0;
}

int hooks_plan(struct kx *kx, const char *who, struct bpf_object *obj,
	       const struct about *about, hook_setting *setting, const void *ctx,
	       struct hooks *out)
{
	_cleanup_hooks_ struct hooks hooks = { .who = who };
	struct bpf_program *prog;

	bpf_object__for_each_program(prog, obj) {
		int err;

		if (!bpf_program__autoload(prog))
			continue;
		err = plan_program(kx, who, about, obj, prog, setting, ctx, &hooks);
		if (err == -ENOMEM)
			return kx_fail(kx, err, "%s: out of memory", who);
		if (err)
			return err;
	}
	*out = hooks;
	hooks = (struct hooks){};
	return 0;
}

/* Ways to attach by libbpf. Each returns a link, or NULL with errno set. */
static struct bpf_link *attach_opened(const struct hook *hook,
				      struct bpf_link *(*attach)(const struct bpf_program *, int))
{
	_cleanup_close_ int fd = open(hook->target, O_RDONLY | O_CLOEXEC);
	struct bpf_link *link;
	int saved;

	if (fd < 0)
		return NULL;
	link = attach(hook->prog, fd);
	/* Closing may change it. */
	saved = errno;
	close(take_fd(fd));
	errno = saved;
	return link;
}

/* "uprobe/BINARY:FUNCTION+OFFSET", where BINARY may be left to a parameter. */
static struct bpf_link *attach_uprobe(const struct hook *hook)
{
	const char *spec = strchr(hook->section, '/');
	const char *colon = spec ? strrchr(spec, ':') : NULL;
	LIBBPF_OPTS(bpf_uprobe_opts, opts,
		.retprobe = !strncmp(hook->section, "uretprobe", 9));
	char function[128], *plus, path[256];
	size_t offset = 0;

	if (!colon || !colon[1]) {
		errno = EOPNOTSUPP;
		return NULL;
	}
	snprintf(function, sizeof(function), "%s", colon + 1);
	snprintf(path, sizeof(path), "%.*s", (int)(colon - spec - 1), spec + 1);
	plus = strchr(function, '+');
	if (plus) {
		*plus = '\0';
		offset = strtoul(plus + 1, NULL, 0);
	}
	opts.func_name = function;
	return bpf_program__attach_uprobe_opts(hook->prog, hook->pid ?: -1,
					       hook->target ?: path, offset, &opts);
}

static bool is_uprobe(const struct hook *hook)
{
	return !strncmp(hook->section, "uprobe", 6) || !strncmp(hook->section, "uretprobe", 9);
}

static struct bpf_link *attach_file(const struct hook *hook)
{
	union bpf_iter_link_info info = {};
	LIBBPF_OPTS(bpf_iter_attach_opts, opts, .link_info = &info, .link_info_len = sizeof(info));

	if (hook->over)
		info.map.map_fd = bpf_map__fd(hook->over);
	return bpf_program__attach_iter(hook->prog, hook->over ? &opts : NULL);
}

static struct bpf_link *attach(const struct hook *hook)
{
	switch (hook->way) {
	case HOOK_FILE:
		return attach_file(hook);
	case HOOK_DIRECT:
	case HOOK_ASKING:
	case HOOK_SWITCHED:
		if (is_uprobe(hook) && (hook->target || hook->pid))
			return attach_uprobe(hook);
		if (!hook->target)
			return bpf_program__attach(hook->prog);
		if (!strcmp(hook->target_kind, "cgroup"))
			return attach_opened(hook, bpf_program__attach_cgroup);
		return attach_opened(hook, bpf_program__attach_netns);
	default:
		errno = EOPNOTSUPP;
		return NULL;
	}
}

static const char *attach_hint(int err, const struct hook *hook)
{
	bool device = hook->target && !strcmp(hook->target_kind, "device");

	switch (-err) {
	case EPERM:
	case EACCES:
		return "; it takes root, or cap_bpf and cap_perfmon (network: cap_net_admin)";
	case ENODEV:
		return device ? "; ip link lists the devices" : "";
	case ENOENT:
		return hook->target ? "" : "; this kernel does not have that hook";
	case EBUSY:
	case EEXIST:
		return "; another program is attached there";
	case EOPNOTSUPP:
		return "; its section names no hook that can be attached to";
	default:
		return "";
	}
}

static bool is_at_device(const struct hook *hook)
{
	return hook->target && !strcmp(hook->target_kind, "device");
}

/* 0; *told: there is a sentence already. */
static int attach_program(struct kx *kx, const char *who, struct hook *hook, bool *told)
{
	int fd;

	if (is_at_device(hook)) {
		fd = device_attach(kx, who, hook, told);
		hook->link_fd = fd < 0 ? -1 : fd;
		return fd < 0 && !hook->record[0] ? fd : 0;
	}
	errno = 0;
	hook->link = attach(hook);
	if (!hook->link)
		return errno ? -errno : -EINVAL;
	hook->link_fd = bpf_link__fd(hook->link);
	return 0;
}

/*
 * What is attached is what is behind a program's descriptor, so the dispatcher takes
 * that place meanwhile: libbpf knows more ways to attach than are written here.
 */
static int attach_stub(struct kx *kx, const char *who, struct hook *hook, bool *told)
{
	int prog_fd = bpf_program__fd(hook->prog), err;
	_cleanup_close_ int own = fcntl(prog_fd, F_DUPFD_CLOEXEC, 0);

	if (own < 0 || dup3(hook->stub_fd, prog_fd, O_CLOEXEC) < 0)
		return -errno;
	err = attach_program(kx, who, hook, told);
	return dup3(own, prog_fd, O_CLOEXEC) < 0 ? -errno : err;
}

int hook_attach(struct kx *kx, const char *who, struct hook *hook)
{
	_scope_ struct kx *outer = scope_enter(kx);
	bool told = false;
	int err;

	/* libbpf looks there for tracepoints and probes; without it the attachment says why. */
	if (bpf_program__type(hook->prog) == BPF_PROG_TYPE_TRACEPOINT ||
	    bpf_program__type(hook->prog) == BPF_PROG_TYPE_KPROBE)
		(void)kx_mount_ensure(kx, KX_MOUNT_TRACEFS);
	err = hook->stub_fd >= 0 ? attach_stub(kx, who, hook, &told) :
				   attach_program(kx, who, hook, &told);
	if (!err || told)
		return err;
	return kx_fail(kx, err, "%s: cannot attach program %s to %s%s%s: %s%s", who,
		       bpf_program__name(hook->prog), hook->section,
		       hook->target ? " " : "", hook->target ?: "", kx_why(err),
		       attach_hint(err, hook));
}
