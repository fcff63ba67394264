// SPDX-License-Identifier: GPL-2.0-only
/* Generations: settings, load, dispatchers, init, attachment, pins. */
#include <bpf/bpf.h>
#include <errno.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

#include "life/carry.h"
#include "life/dispatch.h"
#include "life/generation.h"
#include "life/tc.h"
#include "stream/format.h"
#include "value/settings.h"

/* What was set before, unless it is set again; recorded for the next one. */
static int settings_apply(struct generation *gen)
{
	const struct meta_line *line = NULL;
	const struct about *about = &gen->ext->about;
	int err = 0;

	while (!err && gen->before && (line = meta_next(gen->before, "set", line))) {
		err = setting_apply(gen->kx, gen->who, gen->obj, about, line->fields[0], 0);
		text_add(&gen->text, "set", "%s", line->fields[0]);
	}
	for (size_t i = 0; !err && gen->opts && i < gen->opts->nr_params; i++) {
		err = setting_apply(gen->kx, gen->who, gen->obj, about, gen->opts->params[i], 1);
		text_add(&gen->text, "set", "%s", gen->opts->params[i]);
	}
	return err;
}

/* The loader's own part in it. */
static int call_back(struct generation *gen, kx_object_fn fn, const char *what)
{
	int err = fn ? fn(gen->opts->ctx, gen->obj) : 0;

	if (!err)
		return 0;
	err = err < 0 ? err : -ECANCELED;
	return kx_fail(gen->kx, err, "%s: who loads it could not %s it: %s", gen->who, what,
		       kx_why(err));
}

int generation_fill(struct generation *gen)
{
	return gen->opts ? call_back(gen, gen->opts->fill, "fill") : 0;
}

int generation_new(struct kx *kx, const char *who, struct kx_extension *ext,
		   const struct kx_load_opts *opts, struct meta *before, struct generation **out)
{
	struct generation *gen = calloc(1, sizeof(*gen));
	int err;

	if (!gen)
		return kx_fail(kx, -ENOMEM, "out of memory");
	*gen = (struct generation){
		.kx = kx, .who = who, .ext = ext, .opts = opts, .before = before,
		.number = 1, .slot = 1, .meta_fd = -1,
		.identity = {
			.name = ext->pub.name, .license = ext->pub.license, .about = &ext->about,
			.elf = ext->elf, .len = ext->len,
		},
	};
	memcpy(gen->identity.hash, ext->hash, sizeof(ext->hash));
	err = extension_object(kx, ext, &gen->obj);
	if (!err)
		err = settings_apply(gen);
	if (!err && opts)
		err = call_back(gen, opts->prepare, "prepare");
	if (err) {
		generation_free(gen);
		return err;
	}
	*out = gen;
	return 0;
}

void generation_free(struct generation *gen)
{
	if (!gen)
		return;
	hooks_done(&gen->hooks);
	if (!gen->borrowed)
		bpf_object__close(gen->obj);
	text_done(&gen->text);
	if (gen->meta_fd >= 0)
		close(gen->meta_fd);
	free(gen);
}

/* For hooks_plan(): the text of a parameter that says where. */
static const char *setting_of(const void *ctx, const char *name)
{
	struct generation *gen = (struct generation *)ctx;
	const struct param *param = about_param(&gen->ext->about, name, strlen(name));
	const char *bytes = param ? setting_bytes(gen->obj, param) : NULL;

	if (!bytes)
		return NULL;
	if (strcmp(param->target, "pid"))
		return memchr(bytes, '\0', param->size) ? bytes : NULL;
	memcpy(&gen->pid, bytes, sizeof(gen->pid));
	snprintf(gen->pid_text, sizeof(gen->pid_text), "%d", gen->pid);
	return gen->pid_text;
}

/* A name in hooks/ and slots/ that no other generation has given to another place. */
static void pin_choose(const struct generation *gen, struct hook *hook)
{
	char path[REGISTRY_PATH], name[64];

	snprintf(name, sizeof(name), "%s", hook->pin);
	for (int nr = 2; ; nr++) {
		registry_path(path, REGISTRY "/%s/slots/%s", gen->who, hook->pin);
		if (access(path, F_OK))
			return;
		snprintf(hook->pin, sizeof(hook->pin), "%.40s-g%u-%d", name, gen->number, nr);
	}
}

/* Take over the dispatcher of the running generation, when it has that place. */
static int inherit(struct generation *gen, struct hook *hook)
{
	const struct meta_line *line = NULL;
	char path[REGISTRY_PATH];

	while ((line = meta_next(gen->before, "hook", line))) {
		if (strcmp(line->fields[0], hook->key) || strcmp(line->fields[2], "switched"))
			continue;
		snprintf(hook->pin, sizeof(hook->pin), "%s", line->fields[1]);
		registry_path(path, REGISTRY "/%s/slots/%s", gen->who, hook->pin);
		hook->slots_fd = bpf_obj_get(path);
		if (hook->slots_fd < 0)
			return kx_fail(gen->kx, -errno, "%s: the slots of %s are gone: %s; kx check "
				       "says more", gen->who, hook->pin, kx_why(-errno));
		hook->inherited = true;
		return 0;
	}
	pin_choose(gen, hook);
	return 0;
}

static int switch_on(struct generation *gen, struct hook *hook, struct entry *entry)
{
	int err = gen->before ? inherit(gen, hook) : 0;

	if (err)
		return err;
	if (hook->inherited)
		return dispatch_join(gen->kx, gen->who, hook, gen->slot);
	return dispatch_make(gen->kx, gen->who, hook, entry->fd, gen->slot);
}

/* kx/sleep.bpf.h: give the programs that ask the gate, and say who they are. */
static int gate_give(struct generation *gen, struct entry *entry)
{
	const struct {
		uint32_t slot, generation;
	} own = { gen->slot, gen->number };
	struct bpf_map *gate = bpf_object__find_map_by_name(gen->obj, "kx_gate");
	struct bpf_map *section = section_map(gen->obj, ".rodata.own");
	int err;

	if (!gate || !section)
		return 0;
	if (bpf_map__value_size(gate) != sizeof(struct kx_entry) ||
	    bpf_map__value_size(section) != sizeof(own))
		return kx_fail(gen->kx, -EINVAL, "%s: was built with a kx/sleep.bpf.h of another "
			       "version; build it anew", gen->who);
	err = bpf_map__reuse_fd(gate, entry->fd);
	if (!err)
		err = bpf_map__set_initial_value(section, &own, sizeof(own));
	return err ? kx_fail(gen->kx, err, "%s: cannot be given its gate: %s", gen->who,
			     kx_why(err)) : 0;
}

/* Does a loaded program use the gate? */
static bool asks(const struct hook *hook, const struct entry *entry)
{
	__u32 ids[64], len = sizeof(struct bpf_prog_info);
	struct bpf_prog_info info = {
		.map_ids = (__u64)(unsigned long)ids, .nr_map_ids = sizeof(ids) / sizeof(ids[0]),
	};

	if (bpf_obj_get_info_by_fd(bpf_program__fd(hook->prog), &info, &len))
		return false;
	for (size_t i = 0; i < info.nr_map_ids && i < sizeof(ids) / sizeof(ids[0]); i++)
		if (ids[i] == entry->kmid)
			return true;
	return false;
}

/* A ring for each CPU there may be; a map that is carried over has them already. */
static int streams_size(struct generation *gen)
{
	int nr_cpus = libbpf_num_possible_cpus(), err = 0;
	struct bpf_map *map;

	bpf_object__for_each_map(map, gen->obj)
		if (!err && bpf_map__fd(map) < 0 &&
		    about_tag(&gen->ext->about, bpf_map__name(map), "stream"))
			err = nr_cpus < 0 ? nr_cpus : bpf_map__set_max_entries(map, nr_cpus);
	return err ? kx_fail(gen->kx, err, "%s: its streams cannot be made: %s", gen->who,
			     kx_why(err)) : 0;
}

int generation_load(struct generation *gen, struct entry *entry)
{
	int err;

	err = hooks_plan(gen->kx, gen->who, gen->obj, &gen->ext->about, setting_of, gen,
			 &gen->hooks);
	if (!err)
		err = gate_give(gen, entry);
	if (!err)
		err = streams_size(gen);
	if (!err)
		err = kx_object_load(gen->kx, gen->obj, gen->who);
	for (size_t i = 0; !err && i < gen->hooks.nr; i++) {
		struct hook *hook = &gen->hooks.rows[i];

		if (hook->way == HOOK_SWITCHED)
			err = switch_on(gen, hook, entry);
		else if (hook->way == HOOK_DIRECT && asks(hook, entry))
			hook->way = HOOK_ASKING;
	}
	return err;
}

static int run_life(struct kx *kx, const char *who, const char *what, int fd,
		    const struct kx_life *life)
{
	struct kx_life copy = *life;
	LIBBPF_OPTS(bpf_test_run_opts, opts, .ctx_in = &copy, .ctx_size_in = sizeof(copy));

	if (bpf_prog_test_run_opts(fd, &opts))
		return kx_fail(kx, -errno, "%s: its %s cannot be run: %s", who, what,
			       kx_why(-errno));
	if (!opts.retval)
		return 0;
	return kx_fail(kx, -ECANCELED, "%s: its %s returned %d", who, what, (int)opts.retval);
}

/* KX_INIT and KX_FINI give the programs these names. */
static int run_own(struct generation *gen, const char *what, uint32_t kmid, enum kx_reason reason)
{
	const struct kx_life life = {
		.kmid = kmid, .generation = gen->number, .reason = reason,
	};
	struct bpf_program *prog;
	char name[16];

	snprintf(name, sizeof(name), "kx_%s", what);
	prog = bpf_object__find_program_by_name(gen->obj, name);
	if (!prog || bpf_program__fd(prog) < 0)
		return 0;
	return run_life(gen->kx, gen->who, what, bpf_program__fd(prog), &life);
}

int generation_init(struct generation *gen, uint32_t kmid, enum kx_reason reason)
{
	return run_own(gen, "init", kmid, reason);
}

int generation_fini(struct generation *gen, uint32_t kmid, enum kx_reason reason)
{
	return run_own(gen, "fini", kmid, reason);
}

int generation_run_pinned(struct kx *kx, const char *who, const char *dir, const char *prog,
			  const struct kx_life *life)
{
	_cleanup_close_ int fd = -1;
	char path[REGISTRY_PATH];

	registry_path(path, "%s/progs/%s", dir, prog);
	fd = bpf_obj_get(path);
	if (fd < 0)
		return errno == ENOENT ? 0 : kx_fail(kx, -errno, "%s: %s: %s", who, path,
						     kx_why(-errno));
	return run_life(kx, who, strcmp(prog, "kx_fini") ? "init" : "fini", fd, life);
}

int generation_attach(struct generation *gen)
{
	int err = 0;

	for (size_t i = 0; !err && i < gen->hooks.nr; i++) {
		gen->hooks.rows[i].is_resident = !gen->opts || !gen->opts->held;
		if (!gen->hooks.rows[i].inherited)
			err = hook_attach(gen->kx, gen->who, &gen->hooks.rows[i]);
	}
	return err;
}

static const char *const ways[] = {
	[HOOK_NONE] = "none", [HOOK_SWITCHED] = "switched",
	[HOOK_DIRECT] = "direct", [HOOK_ASKING] = "asking", [HOOK_FILE] = "file",
};

static uint32_t prog_id(int fd)
{
	struct bpf_prog_info info = {};
	__u32 len = sizeof(info);

	return bpf_obj_get_info_by_fd(fd, &info, &len) ? 0 : info.id;
}

static void describe_hooks(struct generation *gen)
{
	for (size_t i = 0; i < gen->hooks.nr; i++) {
		const struct hook *hook = &gen->hooks.rows[i];

		text_add(&gen->text, "hook", "%s\t%s\t%s", hook->key, hook->pin, ways[hook->way]);
		if (hook->stub_fd >= 0)
			text_add(&gen->text, "stub", "%s\t%u", hook->pin,
				 prog_id(hook->stub_fd));
	}
}

/* The parameters that say where, with blanks between. */
static void at_text(const struct about *about, const char *prog, char *out, size_t len)
{
	size_t at = 0;

	out[0] = '\0';
	for (size_t i = 0; i < about->nr_tagged && at < len; i++)
		if (!strcmp(about->tagged[i].name, prog) && !strcmp(about->tagged[i].tag, "at"))
			at += snprintf(out + at, len - at, "%s%s", at ? " " : "",
				       about->tagged[i].value);
}

static int describe_progs(struct generation *gen)
{
	struct bpf_program *prog;

	bpf_object__for_each_program(prog, gen->obj) {
		const char *name = bpf_program__name(prog);
		struct bpf_prog_info info = {};
		__u32 len = sizeof(info);
		char at[128];

		if (bpf_program__fd(prog) < 0)
			continue;
		if (bpf_obj_get_info_by_fd(bpf_program__fd(prog), &info, &len))
			return -errno;
		at_text(gen->identity.about, name, at, sizeof(at));
		text_add(&gen->text, "prog", "%s\t%s\t%s\t%u", name,
			 bpf_program__section_name(prog), at, info.id);
	}
	return 0;
}

/* Not the entry, which the object has where a program asks for its turn. */
static bool is_own(const struct bpf_map *map)
{
	return bpf_map__fd(map) >= 0 && strcmp(bpf_map__name(map), "kx_entry");
}

static int describe_maps(struct generation *gen)
{
	const struct about *about = gen->identity.about;
	struct bpf_map *map;

	bpf_object__for_each_map(map, gen->obj) {
		const char *name = map_section(map) ?: bpf_map__name(map);
		const char *from = about_tag(about, name, "import") ?: "";
		struct bpf_map_info info = {};
		__u32 len = sizeof(info);

		if (!is_own(map))
			continue;
		if (bpf_obj_get_info_by_fd(bpf_map__fd(map), &info, &len))
			return -errno;
		text_add(&gen->text, "map", "%s\t%s\t%s\t%u\t%u\t%u\t%d\t%u", name,
			 libbpf_bpf_map_type_str(info.type) ?: "?", from, info.key_size,
			 info.value_size, info.max_entries, !!about_tag(about, name, "export"),
			 info.id);
	}
	return 0;
}

static void describe_about(struct generation *gen)
{
	const struct about *about = gen->identity.about;

	text_add(&gen->text, "name", "%s", gen->identity.name);
	text_add(&gen->text, "version", "%s", about->version);
	text_add(&gen->text, "description", "%s", about->description);
	text_add(&gen->text, "license", "%s", gen->identity.license);
	for (size_t i = 0; i < about->nr_provides; i++)
		text_add(&gen->text, "provides", "%s", about->provides[i]);
	for (size_t i = 0; i < about->nr_needs; i++)
		text_add(&gen->text, "needs", "%s\t%s", about->needs[i].name,
			 about->needs[i].version);
}

int generation_describe(struct generation *gen)
{
	struct kx_meta head = {
		.generation = gen->number, .slot = gen->slot,
		.uid = getuid(), .pid = getpid(),
	};
	struct timespec now;
	int err;

	clock_gettime(CLOCK_REALTIME, &now);
	head.loaded_ns = now.tv_sec * 1000000000ULL + now.tv_nsec;
	memcpy(head.hash, gen->identity.hash, sizeof(head.hash));
	describe_about(gen);
	describe_hooks(gen);
	err = describe_progs(gen);
	if (!err)
		err = describe_maps(gen);
	formats_describe(&gen->text, gen->identity.elf, gen->identity.len);
	if (err)
		return kx_fail(gen->kx, err, "%s: cannot be described: %s", gen->who, kx_why(err));
	return meta_make(gen->kx, &head, &gen->text, bpf_object__btf(gen->obj), &gen->meta_fd);
}

/* A pin may not have a dot in its name. */
static int pin(struct generation *gen, int fd, mode_t mode, const char *dir, const char *sub,
	       const char *name)
{
	char path[REGISTRY_PATH], *dot;
	int err;

	registry_path(path, "%s/%s%s%s", dir, sub, *sub ? "/" : "", name);
	for (dot = path + strlen(path) - strlen(name); *dot; dot++)
		if (*dot == '.')
			*dot = '_';
	if (bpf_obj_pin(fd, path)) {
		err = -errno;
		return kx_fail(gen->kx, err, "%s: cannot pin %s: %s", gen->who, path, kx_why(err));
	}
	return mode && chmod(path, mode) ? -errno : 0;
}

static int make_dir(struct generation *gen, const char *dir, const char *sub)
{
	char path[REGISTRY_PATH];
	int err;

	registry_path(path, "%s%s%s", dir, *sub ? "/" : "", sub);
	err = registry_mkdir(path);
	return err && err != -EEXIST ? kx_fail(gen->kx, err, "%s: cannot make %s: %s", gen->who,
					       path, kx_why(err)) : 0;
}

static int pin_objects(struct generation *gen, const char *dir)
{
	struct bpf_program *prog;
	struct bpf_map *map;
	int err = 0;

	bpf_object__for_each_map(map, gen->obj)
		if (!err && is_own(map))
			err = pin(gen, bpf_map__fd(map), 0, dir, "maps",
				  map_section(map) ?: bpf_map__name(map));
	bpf_object__for_each_program(prog, gen->obj)
		if (!err && bpf_program__fd(prog) >= 0)
			err = pin(gen, bpf_program__fd(prog), 0, dir, "progs",
				  bpf_program__name(prog));
	return err;
}

static int pin_links(struct generation *gen, const char *dir)
{
	int err = 0;

	for (size_t i = 0; !err && i < gen->hooks.nr; i++) {
		struct hook *hook = &gen->hooks.rows[i];

		if (hook->way == HOOK_FILE)
			err = pin(gen, hook->link_fd, 0444, dir, "files", hook->pin);
		else if (hook->way == HOOK_DIRECT || hook->way == HOOK_ASKING)
			err = pin(gen, hook->link_fd, 0, dir, "links", hook->pin);
		else
			continue;
		hook->pinned = !err;
	}
	return err;
}

int generation_pin(struct generation *gen, const char *dir)
{
	static const char *const subs[] = { "", "progs", "maps", "files", "links" };
	int err = 0;

	for (size_t i = 0; !err && i < sizeof(subs) / sizeof(subs[0]); i++)
		err = make_dir(gen, dir, subs[i]);
	if (!err)
		err = pin(gen, gen->meta_fd, 0644, dir, "", "meta");
	if (!err)
		err = pin_objects(gen, dir);
	return err ?: pin_links(gen, dir);
}

/*
 * A directory for each intake, for nothing but its lock: all generations have the same.
 * For its owner, as pins are: who may not write shall not keep others from it.
 */
static int make_intakes(struct generation *gen, const char *dir)
{
	const struct about *about = gen->identity.about;
	char path[REGISTRY_PATH];

	for (size_t i = 0; i < about->nr_tagged; i++) {
		int err;

		if (strcmp(about->tagged[i].tag, "intake"))
			continue;
		err = make_dir(gen, dir, "intakes");
		if (err)
			return err;
		registry_path(path, "%s/intakes/%s", dir, about->tagged[i].name);
		if (mkdir(path, 0700) && errno != EEXIST)
			return kx_fail(gen->kx, -errno, "%s: cannot make %s: %s", gen->who, path,
				       kx_why(-errno));
	}
	return 0;
}

/* Slots first: a dispatcher whose slots nobody can reach could never be switched. */
int generation_pin_hooks(struct generation *gen, const char *dir)
{
	int err = make_dir(gen, dir, "slots") ?: make_dir(gen, dir, "hooks") ?:
		  make_intakes(gen, dir);

	for (size_t i = 0; !err && i < gen->hooks.nr; i++) {
		struct hook *hook = &gen->hooks.rows[i];

		if (hook->way != HOOK_SWITCHED || hook->inherited)
			continue;
		err = pin(gen, hook->slots_fd, 0, dir, "slots", hook->pin);
		if (!err && hook->record[0])
			err = tc_record_move(gen->kx, gen->who, hook, dir);
		else if (!err)
			err = pin(gen, hook->link_fd, 0, dir, "hooks", hook->pin);
		hook->pinned = !err;
	}
	return err;
}
