// SPDX-License-Identifier: GPL-2.0-only
/* kx_instance_about(): the description in the kernel, as users of the library see it. */
#include <errno.h>
#include <string.h>

#include "channel/channel.h"
#include "registry/described.h"
#include "registry/instance.h"
#include "value/param.h"

/* Strings are the meta's, or were made here and are listed in @made. */
struct described {
	struct kx_about about;
	struct kx_param *params;
	struct channels channels;
	struct kx_hook *hooks;
	struct kx_map *maps;
	struct kx_dependency *needs;
	const char **provides;
	char hash[65];
	char **made;
	size_t nr_made;
};

void described_free(struct described *d)
{
	if (!d)
		return;
	while (d->nr_made)
		free(d->made[--d->nr_made]);
	free(d->made);
	free(d->params);
	channels_free(&d->channels);
	free(d->hooks);
	free(d->maps);
	free(d->needs);
	free(d->provides);
	free(d);
}

/* Keeps a string that was made; "" when there was no memory for it. */
static const char *keep(struct described *d, char *text)
{
	char **made = text ? realloc(d->made, (d->nr_made + 1) * sizeof(*made)) : NULL;

	if (!made) {
		free(text);
		return "";
	}
	d->made = made;
	made[d->nr_made++] = text;
	return text;
}

static size_t count(const struct meta *meta, const char *key)
{
	const struct meta_line *line = NULL;
	size_t nr = 0;

	while ((line = meta_next(meta, key, line)))
		nr++;
	return nr;
}

static void fill_params(struct described *d, struct kx *kx, struct kx_instance *inst)
{
	const struct about *about = &inst->meta->about;

	for (size_t i = 0; i < about->nr_params; i++) {
		const struct param *param = &about->params[i];
		char *value = NULL;

		(void)kx_param_get(kx, inst, param->name, &value);
		d->params[i] = (struct kx_param){
			.name = param->name,
			.type = keep(d, value_type_text(inst->meta->btf, param->type_id)),
			.text = param->text,
			.range = keep(d, value_range_text(inst->meta->btf, param->type_id,
							  &param->range)),
			.target = param->target,
			.value = keep(d, value),
			.kind = param->kind,
		};
	}
	d->about.nr_params = about->nr_params;
}

static void fill_lines(struct described *d, const struct meta *meta)
{
	const struct meta_line *line = NULL;
	struct kx_about *about = &d->about;

	while ((line = meta_next(meta, "prog", line))) {
		if (about_tag(&meta->about, line->fields[0], "init"))
			about->has_init = 1;
		else if (about_tag(&meta->about, line->fields[0], "fini"))
			about->has_fini = 1;
		else if (!channel_is_called(&meta->about, line->fields[0]))
			d->hooks[about->nr_hooks++] = (struct kx_hook){
				line->fields[0], line->fields[1], line->fields[2],
			};
	}
	while ((line = meta_next(meta, "map", line))) {
		if (line->fields[0][0] == '.' ||
		    channel_is_inner(&meta->about, line->fields[0]))
			continue;
		d->maps[about->nr_maps++] = (struct kx_map){
			.name = line->fields[0],
			.type = line->fields[1],
			.from = line->fields[2],
			.key_size = strtoul(line->fields[3], NULL, 10),
			.value_size = strtoul(line->fields[4], NULL, 10),
			.max_entries = strtoul(line->fields[5], NULL, 10),
			.exported = line->fields[6][0] == '1',
		};
	}
	while ((line = meta_next(meta, "needs", line)))
		d->needs[about->nr_needs++] = (struct kx_dependency){
			line->fields[0], line->fields[1],
		};
	while ((line = meta_next(meta, "provides", line)))
		d->provides[about->nr_provides++] = line->fields[0];
}

static int fill_channels(struct described *d, const struct meta *meta)
{
	_cleanup_free_ const char **iterators = calloc(count(meta, "hook") + 1,
						       sizeof(*iterators));
	const struct meta_line *line = NULL;
	size_t nr = 0;
	int err;

	if (!iterators)
		return -ENOMEM;
	while ((line = meta_next(meta, "hook", line)))
		if (!strcmp(line->fields[2], "file"))
			iterators[nr++] = line->fields[1];
	err = channels_make(&meta->about, meta->btf, iterators, nr, &d->channels);
	d->about.channels = d->channels.rows;
	d->about.nr_channels = d->channels.nr;
	return err;
}

int kx_instance_about(struct kx *kx, struct kx_instance *inst, const struct kx_about **out)
{
	struct described *d;
	struct meta *meta;
	int err = instance_refresh(kx, inst);

	if (err)
		return err;
	meta = inst->meta;
	d = calloc(1, sizeof(*d));
	if (d) {
		d->params = calloc(meta->about.nr_params + 1, sizeof(*d->params));
		d->hooks = calloc(count(meta, "prog") + 1, sizeof(*d->hooks));
		d->maps = calloc(count(meta, "map") + 1, sizeof(*d->maps));
		d->needs = calloc(count(meta, "needs") + 1, sizeof(*d->needs));
		d->provides = calloc(count(meta, "provides") + 1, sizeof(*d->provides));
	}
	if (!d || !d->params || !d->hooks || !d->maps || !d->needs || !d->provides ||
	    fill_channels(d, meta)) {
		described_free(d);
		return kx_fail(kx, -ENOMEM, "out of memory");
	}
	for (size_t i = 0; i < sizeof(meta->head.hash); i++)
		snprintf(d->hash + 2 * i, 3, "%02x", meta->head.hash[i]);
	fill_params(d, kx, inst);
	fill_lines(d, meta);
	d->about.name = meta_get(meta, "name");
	d->about.version = meta_get(meta, "version");
	d->about.description = meta_get(meta, "description");
	d->about.license = meta_get(meta, "license");
	d->about.hash = d->hash;
	d->about.params = d->params;
	d->about.hooks = d->hooks;
	d->about.maps = d->maps;
	d->about.needs = d->needs;
	d->about.provides = d->provides;
	described_free(inst->described);
	inst->described = d;
	*out = &d->about;
	return 0;
}
