// SPDX-License-Identifier: GPL-2.0-only
/* The kinds of sinks, and what they have in common. */
#include "sink.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <kx/abi.h>

#include "cli/own.h"
#include "sinks.h"
#include "cli/tell.h"

#define NR(array)	(sizeof(array) / sizeof((array)[0]))

extern const struct sink_kind sink_term, sink_file, sink_json, sink_syslog, sink_journal,
	sink_nats;

const struct sink_kind *const sink_kinds[] = {
	&sink_term,
	&sink_file,
	&sink_json,
	&sink_syslog,
	&sink_journal,
#ifdef HAVE_NATS
	&sink_nats,
#endif
	NULL,
};

/* What a kxlog may have been built without, and the package that it takes. */
static const struct {
	const char *scheme;
	const char *package;
} optional[] = {
	{ "nats", "libnats-dev" },
};

static const char *const levels[] = {
	"emerg", "alert", "crit", "err", "warning", "notice", "info", "debug",
};

int level_parse(const char *name)
{
	if (name[0] >= '0' && name[0] < (char)('0' + NR(levels)) && !name[1])
		return name[0] - '0';
	for (size_t i = 0; i < NR(levels); i++)
		if (!strcmp(name, levels[i]))
			return i;
	if (!strcmp(name, "warn"))
		return 4;
	if (!strcmp(name, "error"))
		return 3;
	return -1;
}

const char *level_name(int level)
{
	return level >= 0 && level < (int)NR(levels) ? levels[level] : "event";
}

int sink_fail(struct sink *sink, int err, const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	vsnprintf(sink->error, sizeof(sink->error), fmt, args);
	va_end(args);
	sink->failures++;
	return err;
}

int where_next(const char **rest, char *buf, size_t len, const char **key, const char **value)
{
	size_t part = strcspn(*rest, ",");
	char *equals;

	if (!**rest)
		return 0;
	if (part >= len)
		part = len - 1;
	memcpy(buf, *rest, part);
	buf[part] = '\0';
	*rest += strcspn(*rest, ",");
	*rest += **rest == ',';
	*key = buf;
	equals = value ? strchr(buf, '=') : NULL;
	if (equals)
		*equals++ = '\0';
	if (value)
		*value = equals;
	return 1;
}

static const struct sink_kind *kind_find(const char *scheme, size_t len)
{
	for (const struct sink_kind *const *kind = sink_kinds; *kind; kind++)
		if (strlen((*kind)->scheme) == len && !strncmp((*kind)->scheme, scheme, len))
			return *kind;
	return NULL;
}

static int kind_refuse(const char *spec, size_t len)
{
	char list[256] = "";
	size_t used = 0;

	if (spec[len] != ':') {
		tell("--to %s: no sink: SCHEME:WHERE is expected, as in file:/var/log/kx.log", spec);
		return -EINVAL;
	}
	for (size_t i = 0; i < NR(optional); i++)
		if (strlen(optional[i].scheme) == len && !strncmp(optional[i].scheme, spec, len)) {
			tell("--to %s: this kxlog was built without %s; build it where %s is installed",
			     spec, optional[i].scheme, optional[i].package);
			return -EINVAL;
		}
	for (const struct sink_kind *const *kind = sink_kinds; *kind; kind++)
		used += snprintf(list + used, sizeof(list) - used, "%s%s:", used ? ", " : "",
				 (*kind)->scheme);
	tell("--to %s: no such kind of sink; there are %s", spec, list);
	return -EINVAL;
}

/* What concerns all kinds is taken out of @where, the rest is left in it. */
static int options_take(struct sink *sink, const char *spec, char *where)
{
	char *option = strchr(where, ',');

	while (option) {
		char *next = strchr(option + 1, ',');
		size_t len = next ? (size_t)(next - option) : strlen(option);
		char value[16] = "";

		if (strncmp(option, ",level=", 7)) {
			option = next;
			continue;
		}
		if (len - 7 < sizeof(value))
			memcpy(value, option + 7, len - 7);
		sink->level = level_parse(value);
		if (sink->level < 0) {
			tell("--to %s: level=: no such level; emerg, alert, crit, err, warning, notice, info, debug", spec);
			return -EINVAL;
		}
		memmove(option, option + len, strlen(option + len) + 1);
		option = *option ? option : NULL;
	}
	return 0;
}

static int sink_open(struct sink *sink, const char *spec, size_t scheme_len)
{
	_cleanup_free_ char *where = strdup(spec + scheme_len + 1);
	int err;

	if (!where)
		return -ENOMEM;
	if (strcspn(spec, ",") >= sizeof(sink->name)) {
		tell("--to %s: too long; %zu bytes at most", spec, sizeof(sink->name) - 1);
		return -EINVAL;
	}
	memcpy(sink->name, spec, strcspn(spec, ","));
	if (!sink->name[scheme_len + 1])
		sink->name[scheme_len] = '\0';
	err = options_take(sink, spec, where);
	if (err)
		return err;
	err = sink->kind->open(sink, where);
	if (err)
		tell("%s", sink->error[0] ? sink->error : strerror(-err));
	return err;
}

int sink_make(const char *spec, struct sink **out)
{
	size_t len = strcspn(spec, ":,");
	const struct sink_kind *kind = spec[len] == ':' ? kind_find(spec, len) : NULL;
	struct sink *sink;
	int err;

	if (!kind)
		return kind_refuse(spec, len);
	sink = calloc(1, sizeof(*sink));
	if (!sink)
		return -ENOMEM;
	sink->kind = kind;
	sink->fd = -1;
	sink->retry_ms = -1;
	sink->level = KX_LEVEL_DEBUG;
	sink->synced = UINT64_MAX;
	err = sink_open(sink, spec, len);
	if (err) {
		free(sink);
		return err;
	}
	*out = sink;
	return 0;
}

void sink_free(struct sink *sink)
{
	if (!sink)
		return;
	sink->kind->close(sink);
	free(sink);
}
