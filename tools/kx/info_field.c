// SPDX-License-Identifier: GPL-2.0-only
/* One field of an extension: bare values, one per line. */
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include "info.h"
#include "text.h"
#include "verb.h"

static void needs_print(const struct kx_about *about)
{
	for (size_t i = 0; i < about->nr_needs; i++)
		text_line("%s%s%s", about->needs[i].name,
			   about->needs[i].version[0] ? ">=" : "",
			   about->needs[i].version);
}

static void provides_print(const struct kx_about *about)
{
	for (size_t i = 0; i < about->nr_provides; i++)
		text_line("%s", about->provides[i]);
}

static void params_print(const struct kx_about *about)
{
	for (size_t i = 0; i < about->nr_params; i++)
		text_line("%s", about->params[i].name);
}

static void channels_print(const struct kx_about *about)
{
	for (size_t i = 0; i < about->nr_channels; i++)
		text_line("%s %s", channel_kind_text(about->channels[i].kind),
			  about->channels[i].name);
}

static void hooks_print(const struct kx_about *about)
{
	for (size_t i = 0; i < about->nr_hooks; i++)
		text_line("%s", about->hooks[i].section);
}

static void maps_print(const struct kx_about *about)
{
	for (size_t i = 0; i < about->nr_maps; i++)
		text_line("%s", about->maps[i].name);
}

static const struct {
	const char *name;
	size_t text;		/* where the text is in struct kx_about, or: */
	void (*print)(const struct kx_about *about);
} fields[] = {
	{ "name", offsetof(struct kx_about, name) },
	{ "version", offsetof(struct kx_about, version) },
	{ "description", offsetof(struct kx_about, description) },
	{ "license", offsetof(struct kx_about, license) },
	{ "hash", offsetof(struct kx_about, hash) },
	{ "needs", 0, needs_print },
	{ "provides", 0, provides_print },
	{ "params", 0, params_print },
	{ "channels", 0, channels_print },
	{ "hooks", 0, hooks_print },
	{ "maps", 0, maps_print },
};

#define NR_FIELDS	(sizeof(fields) / sizeof(fields[0]))

int info_field_check(const char *field)
{
	const char *names[NR_FIELDS], *meant;

	for (size_t i = 0; i < NR_FIELDS; i++) {
		if (!strcmp(fields[i].name, field))
			return DONE;
		names[i] = fields[i].name;
	}
	meant = guess(field, names, NR_FIELDS);
	if (meant)
		return tell_wrong("info: -F: %s: no such field; did you mean %s?",
				  field, meant);
	return tell_wrong("info: -F: %s: no such field; man kx-info lists them",
			  field);
}

/* What the extension does not say is no line. */
static void text_field(const struct kx_about *about, size_t offset)
{
	const char *text = *(const char *const *)((const char *)about + offset);

	if (*text)
		text_line("%s", text);
}

void info_field(const struct info *info, const char *field)
{
	for (size_t i = 0; i < NR_FIELDS; i++) {
		if (strcmp(fields[i].name, field))
			continue;
		if (fields[i].print)
			fields[i].print(info->about);
		else
			text_field(info->about, fields[i].text);
	}
}
