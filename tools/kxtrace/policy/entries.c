// SPDX-License-Identifier: GPL-2.0-only
/* Entries: each rule, once for each combination of its values about the caller. */
#include <arpa/inet.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "tables.h"

int range_parse(const char *text, uint32_t most, uint32_t *low, uint32_t *high)
{
	char *end;
	unsigned long value = strtoul(text, &end, 10);

	if (end == text || *text == '-' || value > most)
		return -EINVAL;
	*low = *high = value;
	if (*end == '-') {
		text = end + 1;
		value = strtoul(text, &end, 10);
		if (end == text || value > most || value < *low)
			return -EINVAL;
		*high = value;
	}
	return *end ? -EINVAL : 0;
}

int address_parse(const char *text, uint8_t *address, uint32_t *bits)
{
	char copy[64], *slash, *end;
	unsigned long length = 128, most = 128;

	if (strlen(text) >= sizeof(copy))
		return -EINVAL;
	strcpy(copy, text);
	slash = strchr(copy, '/');
	if (slash)
		*slash++ = 0;
	memset(address, 0, 16);
	if (inet_pton(AF_INET, copy, address + 12) == 1) {
		address[10] = address[11] = 0xff;
		most = 32;
	} else if (inet_pton(AF_INET6, copy, address) != 1) {
		return -EINVAL;
	}
	if (slash) {
		length = strtoul(slash, &end, 10);
		if (end == slash || *end || length > most)
			return -EINVAL;
		length += 128 - most;
	}
	*bits = length;
	for (uint32_t bit = length; bit < 128; bit++)
		address[bit >> 3] &= ~(0x80 >> (bit & 7));
	return 0;
}

int cgroup_find(const char *path, __u64 *id, uint32_t *level)
{
	static const char *const roots[] = { "/sys/fs/cgroup/unified", "/sys/fs/cgroup" };
	char full[4096];
	struct stat st;

	for (size_t i = 0; i < 2; i++) {
		snprintf(full, sizeof(full), "%s/cgroup.controllers", roots[i]);
		if (stat(full, &st))
			continue;
		snprintf(full, sizeof(full), "%s/%s", roots[i], path);
		if (stat(full, &st) || !S_ISDIR(st.st_mode))
			return -ENOENT;
		*id = st.st_ino;
		*level = 0;
		for (const char *at = path; *at; at++)
			*level += *at != '/' && (at == path || at[-1] == '/');
		return 0;
	}
	return -ENOENT;
}

static int set_under(const struct rule *rule, const struct value *value, struct kxp_entry *entry,
		     identify_fn identify, void *ctx)
{
	char path[64], text[1024] = "", *at;
	unsigned long long start = 0;
	uint32_t high;
	FILE *file;

	if (*value->text == '/') {
		entry->has |= KXP_HAS_UNDER_EXE;
		if (identify(ctx, value->text, &entry->under_exe))
			return rule_refuse(rule, value, "%s cannot be found: name an executable that is there", value->text);
		return 0;
	}
	if (range_parse(value->text, 4194304, &entry->under_pid, &high) || entry->under_pid != high)
		return rule_refuse(rule, value, "neither a process nor an executable: write its number, or its path from / on");
	snprintf(path, sizeof(path), "/proc/%u/stat", high);
	file = fopen(path, "r");
	if (file) {
		text[fread(text, 1, sizeof(text) - 1, file)] = 0;
		fclose(file);
	}
	at = strrchr(text, ')');
	if (!at || sscanf(at + 1, " %*c %*d %*d %*d %*d %*d %*u %*u %*u %*u %*u %*u %*u %*d %*d %*d %*d %*d %*d %llu", &start) != 1)
		return rule_refuse(rule, value, "there is no process %u: rules about processes are for those that run", high);
	entry->under_start_ns = start * 10000000;
	entry->has |= KXP_HAS_UNDER_PID;
	return 0;
}

static int set_value(const struct rule *rule, enum condition on, const struct value *value,
		     struct kxp_entry *entry, identify_fn identify, void *ctx)
{
	uint32_t low, high;

	switch (on) {
	case ON_PORT:
		if (range_parse(value->text, 65535, &low, &high))
			return rule_refuse(rule, value, "not a port: write 0 to 65535, or a range as 1-1023");
		entry->port_low = low;
		entry->port_high = high;
		entry->has |= KXP_HAS_PORT;
		return 0;
	case ON_UID:
		if (range_parse(value->text, UINT32_MAX - 1, &entry->uid_low, &entry->uid_high))
			return rule_refuse(rule, value, "not a user's number: write one, or a range as 1000-1999");
		entry->has |= KXP_HAS_UID;
		return 0;
	case ON_COMM:
		if (strlen(value->text) >= KXP_COMM)
			return rule_refuse(rule, value, "longer than 15 bytes: the kernel keeps no more of a command's name");
		memcpy(entry->comm, value->text, strlen(value->text));
		entry->has |= KXP_HAS_COMM;
		return 0;
	case ON_EXE:
		if (*value->text != '/' || identify(ctx, value->text, &entry->exe))
			return rule_refuse(rule, value, "%s cannot be found: name an executable that is there, from / on", value->text);
		entry->has |= KXP_HAS_EXE;
		return 0;
	case ON_CGROUP:
		if (cgroup_find(value->text, &entry->cgroup, &entry->cgroup_level))
			return rule_refuse(rule, value, "there is no control group %s: make it first, below /sys/fs/cgroup", value->text);
		entry->has |= KXP_HAS_CGROUP;
		return 0;
	case ON_UNDER:
		return set_under(rule, value, entry, identify, ctx);
	default:
		return 0;
	}
}

static size_t combinations(const struct rule *rule)
{
	size_t nr = 1;

	for (size_t i = ON_PORT; i < NR_CONDITIONS; i++)
		if (rule->on[i].nr)
			nr *= rule->on[i].nr;
	return nr;
}

static int make_entry(const struct rule *rule, size_t which, struct kxp_entry *entry,
		      identify_fn identify, void *ctx)
{
	int err = 0;

	*entry = (struct kxp_entry){
		.rule = rule->id, .ops = rule->ops, .action = rule->action,
		.error = rule->error, .line = rule->line,
	};
	memcpy(entry->door, rule->door, sizeof(entry->door));
	if (rule->rate) {
		entry->interval_ns = 1000000000ull / rule->rate;
		entry->burst_ns = 1000000000ull;
	}
	for (size_t i = ON_PORT; i < NR_CONDITIONS && !err; i++) {
		if (!rule->on[i].nr)
			continue;
		err = set_value(rule, i, &rule->on[i].list[which % rule->on[i].nr],
				entry, identify, ctx);
		which /= rule->on[i].nr;
	}
	return err;
}

int entries_make(struct tables *tables, identify_fn identify, void *ctx)
{
	const struct rules *rules = tables->rules;
	const struct value start = {};
	int err = 0;

	for (size_t i = 0; i < rules->nr && !err; i++) {
		size_t nr = combinations(&rules->list[i]);

		if (nr > KXP_ENTRIES - tables->nr_entries)
			return rule_refuse(&rules->list[i], &start, "too many combinations of values: %d in all are possible", KXP_ENTRIES);
		tables->first[i] = tables->nr_entries;
		for (size_t j = 0; j < nr && !err; j++)
			err = make_entry(&rules->list[i], j,
					&tables->entries[tables->nr_entries++], identify, ctx);
		tables->ops |= rules->list[i].ops;
	}
	tables->first[rules->nr] = tables->nr_entries;
	return err;
}
