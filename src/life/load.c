// SPDX-License-Identifier: GPL-2.0-only
/* kx_load(): a file becomes an instance, whole or not at all. */
#include <bpf/bpf.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>

#include "extension/elfcheck.h"
#include "extension/sha256.h"
#include "life/check.h"
#include "life/confirm.h"
#include "life/load.h"
#include "life/tc.h"
#include "stream/format.h"

/* The registry refuses a second instance of a name, or of the same content. */
static int refuse_second(struct kx *kx, const struct kx_extension *ext, const char *name,
			 bool own_name)
{
	struct kx_instance *inst = NULL;
	int err = instance_open_dir(kx, name, &inst);

	if (!err) {
		err = instance_refresh(kx, inst) ?:
		      kx_fail(kx, -EEXIST, "%s: is loaded already, kmid %u%s", name,
			      inst->entry.kmid,
			      memcmp(inst->meta->head.hash, ext->hash, 32) ?
			      ", from another file; kx upgrade replaces it, --as NAME loads a second "
			      "instance" : "; --as NAME loads a second instance");
		kx_instance_close(inst);
		return err;
	}
	if (err != -ENOENT)
		return err;
	if (own_name || instance_find_resident(kx, ext, &inst))
		return 0;
	err = kx_fail(kx, -EEXIST, "%s: this content is loaded already, as %s, kmid %u; --as NAME "
		      "loads a second instance", name, inst->name, inst->entry.kmid);
	kx_instance_close(inst);
	return err;
}

/* What a failed load leaves to the author's fini; its own failure is not worse. */
static int undo_init(struct generation *gen, uint32_t kmid, int err)
{
	char why[900];

	snprintf(why, sizeof(why), "%s", kx_error(gen->kx));
	(void)generation_fini(gen, kmid, KX_REASON_FAILED);
	return kx_fail(gen->kx, err, "%s", why);
}

static int publish(struct generation *gen, struct entry *entry)
{
	char staged[REGISTRY_PATH], path[REGISTRY_PATH], target[REGISTRY_PATH];
	int err;

	registry_path(staged, STAGING "/%s", gen->who);
	err = registry_mkdir(staged);
	if (err)
		return kx_fail(gen->kx, err, "%s: cannot make %s: %s", gen->who, staged,
			       kx_why(err));
	registry_path(path, "%s/entry", staged);
	if (bpf_obj_pin(entry->fd, path) || chmod(path, 0644))
		return kx_fail(gen->kx, -errno, "%s: cannot pin %s: %s", gen->who, path,
			       kx_why(-errno));
	registry_path(path, "%s/%u", staged, gen->number);
	err = generation_pin(gen, path);
	if (!err)
		err = generation_pin_hooks(gen, staged);
	if (err)
		return err;
	registry_path(path, "%s/current", staged);
	registry_path(target, "%u", gen->number);
	if (symlink(target, path))
		return kx_fail(gen->kx, -errno, "%s: cannot make %s: %s", gen->who, path,
			       kx_why(-errno));
	registry_path(path, REGISTRY "/%s", gen->who);
	if (renameat2(AT_FDCWD, staged, AT_FDCWD, path, RENAME_NOREPLACE))
		return kx_fail(gen->kx, -errno, "%s: cannot be put into the registry as %s: %s",
			       gen->who, path, kx_why(-errno));
	return 0;
}

/* Everything up to the moment it would act. Failing, it leaves nothing. */
static int bring(struct generation *gen, struct entry *entry)
{
	int err = generation_load(gen, entry) ?: generation_fill(gen);

	if (err)
		return err;
	err = generation_init(gen, entry->kmid, KX_REASON_LOAD);
	if (!err)
		err = generation_attach(gen);
	if (!err)
		err = generation_describe(gen);
	if (!err && !(entry->page->flags & KX_ENTRY_HELD)) {
		char staged[REGISTRY_PATH];

		err = publish(gen, entry);
		registry_path(staged, STAGING "/%s", gen->who);
		if (err && !tc_sweep(staged))
			(void)registry_remove(staged);
	}
	return err ? undo_init(gen, entry->kmid, err) : 0;
}

/* The store in the middle is the moment at which it begins to act. */
void instance_go_live(struct kx_instance *inst)
{
	inst->entry.page->seen[1] = 1;
	entry_activate(&inst->entry, 1);
	entry_set_state(&inst->entry, KX_STATE_LIVE);
}

static uint32_t map_id(int fd)
{
	struct bpf_map_info info = {};
	__u32 len = sizeof(info);

	return bpf_obj_get_info_by_fd(fd, &info, &len) ? 0 : info.id;
}

static int load_one(struct kx *kx, struct kx_extension *const *chain, size_t nr_chain,
		    const struct kx_load_opts *opts, const char *name, uint32_t flags,
		    struct kx_instance **out)
{
	struct entry entry = ENTRY_NONE;
	struct kx_instance *inst = NULL;
	struct generation *gen;
	int err;

	err = generation_new(kx, name, chain[nr_chain - 1], opts, NULL, &gen);
	if (err)
		return err;
	err = generation_link(gen, chain, nr_chain);
	if (!err)
		err = entry_make(kx, name, flags, &entry);
	if (!err)
		err = bring(gen, &entry);
	if (!err) {
		if (flags & KX_ENTRY_HELD)
			entry.page->meta_id = map_id(gen->meta_fd);
		err = instance_new(kx, &entry, &inst);
	}
	if (!err && inst->held) {
		/* The caller's string may go away before the instance does. */
		inst->own = gen;
		gen->who = gen->hooks.who = inst->name;
		gen->opts = NULL;
		gen->kx = NULL;
		gen->ext = NULL;
		gen = NULL;
	}
	generation_free(gen);
	entry_close(&entry);
	if (!err)
		*out = inst;
	return err;
}

int load_locked(struct kx *kx, struct kx_extension *const *chain, size_t nr_chain,
		const struct kx_load_opts *opts, uint32_t flags, struct kx_instance **out)
{
	const struct kx_extension *ext = chain[nr_chain - 1];
	bool own_name = opts && opts->instance;
	const char *name = own_name ? opts->instance : ext->name;
	struct kx_instance *inst = NULL;
	int err = 0;

	if (!name_is_valid(name))
		return kx_fail(kx, -EINVAL, "%.64s: cannot be the name of an instance: it takes a "
			       "letter, then letters, digits, _ and -, at most %d", name, KX_NAME_MAX);
	if (!(flags & KX_ENTRY_HELD))
		err = refuse_second(kx, ext, name, own_name);
	if (!err)
		err = load_one(kx, chain, nr_chain, opts, name, flags, &inst);
	if (!err)
		err = instance_refresh(kx, inst);
	if (err)
		kx_instance_close(inst);
	else
		*out = inst;
	return err;
}

void needed_go_live(struct kx *kx, struct kx_instance *inst)
{
	const struct meta_line *line = NULL;
	struct kx_instance **list;
	size_t nr;

	if (instance_refresh(kx, inst) || !meta_next(inst->meta, "uses", NULL) ||
	    instances_resident(kx, &list, &nr))
		return;
	while ((line = meta_next(inst->meta, "uses", line)))
		for (size_t i = 0; i < nr; i++)
			if (list[i]->entry.kmid == strtoul(line->fields[0], NULL, 10) &&
			    list[i]->entry.writable &&
			    entry_state(&list[i]->entry) == KX_STATE_LOADING) {
				instance_go_live(list[i]);
				needed_go_live(kx, list[i]);
			}
	kx_instances_free(list, nr);
}

/* The last step; undone if nobody confirms it. */
static int go_live(struct kx *kx, struct kx_instance *inst, const struct kx_load_opts *opts)
{
	int err = opts->confirm_s ? confirm_arm(kx, inst, 1, 0, opts->confirm_s) : 0;
	char why[sizeof(kx->error)];

	if (!err) {
		instance_go_live(inst);
		err = opts->confirm_s ? confirm_refuse_late(kx, inst) : 0;
	}
	if (!err)
		return 0;
	memcpy(why, kx->error, sizeof(why));
	(void)unload_locked(kx, inst, KX_REASON_FAILED);
	kx_instance_close(inst);
	(void)check_locked(kx);
	memcpy(kx->error, why, sizeof(why));
	return err;
}

int kx_load(struct kx *kx, struct kx_extension *ext, const struct kx_load_opts *opts,
	    struct kx_instance **out)
{
	struct kx_load_opts usual = { .size = sizeof(usual) };
	struct kx_extension *chain[] = { ext };
	struct kx_instance *inst;
	_cleanup_close_ int lock = -1;
	char why[sizeof(kx->error)];
	int err = 0;

	if (opts)
		memcpy(&usual, opts, opts->size < sizeof(usual) ? opts->size : sizeof(usual));
	if (usual.held && usual.confirm_s)
		return kx_fail(kx, -EINVAL, "%s: a held instance ends with its process, and has nothing "
			       "to confirm", ext->name);
	/* What is held and stands alone never touches the registry. */
	if (!usual.held || ext->pub.nr_needs)
		err = change_begin(kx, usual.wait_ms, &lock);
	if (err)
		return err;
	err = load_locked(kx, chain, 1, &usual, usual.held ? KX_ENTRY_HELD : 0, &inst);
	if (err) {
		/* What was loaded for it goes too, but its reason stays. */
		memcpy(why, kx->error, sizeof(why));
		if (lock >= 0)
			(void)check_locked(kx);
		memcpy(kx->error, why, sizeof(why));
		return err;
	}
	err = go_live(kx, inst, &usual);
	if (err)
		return err;
	needed_go_live(kx, inst);
	if (out)
		*out = inst;
	else
		kx_instance_close(inst);
	return 0;
}

/* The description lives as long as somebody holds it. */
static int hold_description(struct kx *kx, struct generation *gen, struct kx_instance *inst)
{
	inst->entry.page->meta_id = map_id(gen->meta_fd);
	inst->own = calloc(1, sizeof(*gen));
	if (!inst->own)
		return kx_fail(kx, -ENOMEM, "out of memory");
	*inst->own = (struct generation){ .borrowed = true, .meta_fd = take_fd(gen->meta_fd) };
	return 0;
}

static int hold(struct generation *gen, struct kx_instance **out)
{
	struct entry entry = ENTRY_NONE;
	struct kx_instance *inst = NULL;
	int err = generation_describe(gen);

	if (!err)
		err = entry_make(gen->kx, gen->who, KX_ENTRY_HELD, &entry);
	if (!err)
		err = instance_new(gen->kx, &entry, &inst);
	if (!err)
		err = hold_description(gen->kx, gen, inst);
	entry_close(&entry);
	if (err) {
		kx_instance_close(inst);
		return err;
	}
	instance_go_live(inst);
	*out = inst;
	return 0;
}

int kx_instance_hold(struct kx *kx, struct bpf_object *obj, const void *elf, size_t len,
		     struct kx_instance **out)
{
	struct generation gen = {
		.kx = kx, .number = 1, .slot = 1, .meta_fd = -1, .obj = obj, .borrowed = true,
	};
	struct about about;
	char why[160];
	int err;

	err = elf_check(elf, len, why, sizeof(why));
	if (err)
		return kx_fail(kx, err, "the object: %s", why);
	err = formats_check(kx, "the object", elf, len);
	err = err ?: about_read(kx, "the object", bpf_object__btf(obj), &about);
	if (err)
		return err;
	gen.who = gen.identity.name = about.name;
	gen.identity.license = extension_license(elf);
	gen.identity.about = &about;
	gen.identity.elf = elf;
	gen.identity.len = len;
	sha256(elf, len, gen.identity.hash);
	err = name_is_valid(about.name) ? hold(&gen, out) :
	      kx_fail(kx, -EINVAL, "the object has no KX_EXTENSION() and so no name");
	text_done(&gen.text);
	if (gen.meta_fd >= 0)
		close(gen.meta_fd);
	about_done(&about);
	return err;
}
