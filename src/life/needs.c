// SPDX-License-Identifier: GPL-2.0-only
/* What an extension needs: instances that are there, or loaded on demand. */
#include <errno.h>
#include <string.h>

#include "life/carry.h"
#include "life/load.h"

static bool version_will_do(const struct kx_instance *inst, const struct kx_dependency *need)
{
	return !need->version[0] ||
	       version_compare(meta_get(inst->meta, "version"), need->version) >= 0;
}

/* A resident instance by that name, or one that this load has brought. @old: too old. */
static int find_loaded(struct kx *kx, const struct kx_dependency *need, struct kx_instance **out,
		       char old[64])
{
	struct kx_instance **list;
	size_t nr;
	int err = instances_resident(kx, &list, &nr);

	if (err)
		return err;
	err = -ENOENT;
	for (size_t i = 0; err && i < nr; i++) {
		if (!list[i]->meta ||
		    entry_state(&list[i]->entry) == KX_STATE_UNLOADING ||
		    !instance_is_called(list[i], need->name))
			continue;
		if (!version_will_do(list[i], need)) {
			snprintf(old, 64, "%.60s", meta_get(list[i]->meta, "version"));
			continue;
		}
		*out = take_ptr(list[i]);
		err = 0;
	}
	kx_instances_free(list, nr);
	return err;
}

/* The chain of those that are being loaded, for the sentence: "a needs b needs a". */
static int circle(struct generation *gen, struct kx_extension *const *chain, size_t nr_chain,
		  const char *name)
{
	char text[256] = "";
	size_t at = 0;

	for (size_t i = 0; i < nr_chain && at < sizeof(text); i++)
		at += snprintf(text + at, sizeof(text) - at, "%s needs ", chain[i]->name);
	return kx_fail(gen->kx, -ELOOP, "%s: needs go in a circle: %.200s%s", gen->who, text, name);
}

static int load_needed(struct generation *gen, struct kx_extension *const *chain, size_t nr_chain,
		       const struct kx_dependency *need, struct kx_instance **out)
{
	struct kx_load_opts opts = { .size = sizeof(opts) };
	struct kx_extension *ext, *longer[LOAD_CHAIN_MAX];
	char why[800];
	int err;

	for (size_t i = 0; i < nr_chain; i++)
		if (!strcmp(chain[i]->name, need->name))
			return circle(gen, chain, nr_chain, need->name);
	if (nr_chain == LOAD_CHAIN_MAX)
		return kx_fail(gen->kx, -ELOOP, "%s: more than %d extensions need each other",
			       gen->who, LOAD_CHAIN_MAX);
	if (gen->opts) {
		opts.path = gen->opts->path;
		opts.nr_path = gen->opts->nr_path;
	}
	err = kx_extension_find(gen->kx, need->name, opts.path, opts.nr_path, &ext);
	if (err) {
		snprintf(why, sizeof(why), "%s", kx_error(gen->kx));
		return kx_fail(gen->kx, err, "%s: needs %s, which is not loaded: %s", gen->who,
			       need->name, why);
	}
	if (need->version[0] && version_compare(ext->about.version, need->version) < 0) {
		err = kx_fail(gen->kx, -ENOENT, "%s: needs %s %s, the one found is %s", gen->who,
			      need->name, need->version, ext->about.version);
		kx_extension_close(ext);
		return err;
	}
	memcpy(longer, chain, nr_chain * sizeof(*chain));
	longer[nr_chain] = ext;
	err = load_locked(gen->kx, longer, nr_chain + 1, &opts, KX_ENTRY_ON_DEMAND, out);
	kx_extension_close(ext);
	if (err) {
		snprintf(why, sizeof(why), "%s", kx_error(gen->kx));
		return kx_fail(gen->kx, err, "%s: needs %s: %s", gen->who, need->name, why);
	}
	return 0;
}

static int need_one(struct generation *gen, struct kx_extension *const *chain, size_t nr_chain,
		    const struct kx_dependency *need)
{
	struct kx_instance *inst = NULL;
	char old[64] = "";
	int err = find_loaded(gen->kx, need, &inst, old);

	if (err == -ENOENT && old[0])
		return kx_fail(gen->kx, -ENOENT, "%s: needs %s %s, loaded is %s; kx upgrade brings a "
			       "newer one", gen->who, need->name, need->version, old);
	if (err == -ENOENT)
		err = load_needed(gen, chain, nr_chain, need, &inst);
	if (err)
		return err;
	text_add(&gen->text, "uses", "%u\t", inst->entry.kmid);
	for (size_t i = 0; !err && i < gen->ext->about.nr_tagged; i++) {
		const struct tagged *tagged = &gen->ext->about.tagged[i];

		if (!strcmp(tagged->tag, "import") && !strcmp(tagged->value, need->name))
			err = carry_import(gen, inst, tagged->name);
	}
	kx_instance_close(inst);
	return err;
}

int generation_link(struct generation *gen, struct kx_extension *const *chain, size_t nr_chain)
{
	const struct kx_about *about = &gen->ext->pub;
	int err = 0;

	for (size_t i = 0; !err && i < about->nr_needs; i++)
		err = need_one(gen, chain, nr_chain, &about->needs[i]);
	return err;
}
