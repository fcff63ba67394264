// SPDX-License-Identifier: GPL-2.0-only
/* What was seen of each stream, by CPU, kept over a restart. */
#include "origin.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "file.h"
#include "cli/own.h"

#define MAX_CPUS	65536
#define FILE_NAME	"streams"
#define FILE_HEAD	"kxlog-streams 1 "

int origins_init(struct origins *origins)
{
	_cleanup_close_ int fd = open("/proc/sys/kernel/random/boot_id", O_RDONLY | O_CLOEXEC);

	if (fd < 0)
		return -errno;
	if (read(fd, origins->boot, 8) != 8)
		return -EIO;
	return 0;
}

static void origin_free(struct origin *origin)
{
	free(origin->lanes);
	free(origin);
}

void origins_done(struct origins *origins)
{
	struct origin *next;

	for (struct origin *origin = origins->first; origin; origin = next) {
		next = origin->next;
		origin_free(origin);
	}
	origins->first = NULL;
}

struct origin *origins_get(struct origins *origins, uint64_t kmid, const char *stream)
{
	struct origin *origin = origins->first;

	while (origin && (origin->kmid != kmid || strcmp(origin->stream, stream)))
		origin = origin->next;
	if (origin)
		return origin;
	origin = calloc(1, sizeof(*origin));
	if (!origin)
		return NULL;
	origin->kmid = kmid;
	snprintf(origin->stream, sizeof(origin->stream), "%s", stream);
	origin->next = origins->first;
	origins->first = origin;
	return origin;
}

void origin_opened(struct origin *origin)
{
	for (uint32_t i = 0; i < origin->nr_lanes; i++) {
		struct lane *lane = &origin->lanes[i];

		lane->open_next = lane->next;
		lane->open_ns = lane->boot_ns;
		lane->begun = false;
	}
	origin->open = true;
}

struct lane *origin_lane(struct origin *origin, uint32_t cpu)
{
	struct lane *grown;

	if (cpu < origin->nr_lanes)
		return &origin->lanes[cpu];
	if (cpu >= MAX_CPUS)
		return NULL;
	grown = reallocarray(origin->lanes, cpu + 1, sizeof(*grown));
	if (!grown)
		return NULL;
	memset(grown + origin->nr_lanes, 0, (cpu + 1 - origin->nr_lanes) * sizeof(*grown));
	origin->lanes = grown;
	origin->nr_lanes = cpu + 1;
	return &grown[cpu];
}

static bool is_listed(uint64_t kmid, const uint64_t *kmids, size_t nr)
{
	for (size_t i = 0; i < nr; i++)
		if (kmids[i] == kmid)
			return true;
	return false;
}

void origins_prune(struct origins *origins, const uint64_t *kmids, size_t nr)
{
	struct origin **at = &origins->first, *origin;

	while ((origin = *at)) {
		if (origin->open || is_listed(origin->kmid, kmids, nr)) {
			at = &origin->next;
			continue;
		}
		*at = origin->next;
		origin_free(origin);
	}
}

static void lane_pass(struct origins *origins, uint64_t kmid, const char *stream, uint32_t cpu,
		      uint64_t next, uint64_t boot_ns)
{
	struct origin *origin = origins_get(origins, kmid, stream);
	struct lane *lane = origin ? origin_lane(origin, cpu) : NULL;

	if (!lane)
		return;
	lane->next = next > lane->next ? next : lane->next;
	lane->boot_ns = boot_ns > lane->boot_ns ? boot_ns : lane->boot_ns;
}

void origins_found(struct origins *origins, const struct entry *entry)
{
	if (!strncmp(entry->id, origins->boot, 8) && entry->id[8] == '.')
		lane_pass(origins, entry->kmid, entry->stream, entry->cpu, entry->nr + 1,
			  entry->boot_ns);
}

int origins_load(struct origins *origins, int dir_fd)
{
	_cleanup_free_ char *text = NULL;
	char head[32], *line, *rest;
	int err = file_read(dir_fd, FILE_NAME, &text);

	if (err)
		return err;
	snprintf(head, sizeof(head), FILE_HEAD "%s", origins->boot);
	rest = text;
	line = strsep(&rest, "\n");
	if (!line || strcmp(line, head))
		return -ENOENT;
	while ((line = strsep(&rest, "\n"))) {
		uint64_t kmid, next, boot_ns;
		char stream[64];
		uint32_t cpu;

		if (sscanf(line, "%" SCNu64 " %63s %" SCNu32 " %" SCNu64 " %" SCNu64, &kmid, stream,
			   &cpu, &next, &boot_ns) == 5)
			lane_pass(origins, kmid, stream, cpu, next, boot_ns);
	}
	return 0;
}

static void origin_print(const struct origin *origin, uint64_t last, FILE *to)
{
	for (uint32_t cpu = 0; cpu < origin->nr_lanes; cpu++) {
		const struct lane *lane = &origin->lanes[cpu];

		if (lane->next)
			fprintf(to, "%" PRIu64 " %s %u %" PRIu64 " %" PRIu64 "\n", origin->kmid,
				origin->stream, cpu,
				lane->position > last ? lane->batch_nr : lane->next,
				lane->boot_ns);
	}
}

int origins_save(const struct origins *origins, int dir_fd, uint64_t last)
{
	_cleanup_free_ char *text = NULL;
	size_t len = 0;
	FILE *to = open_memstream(&text, &len);

	if (!to)
		return -ENOMEM;
	fprintf(to, FILE_HEAD "%s\n", origins->boot);
	for (const struct origin *origin = origins->first; origin; origin = origin->next)
		origin_print(origin, last, to);
	if (fclose(to))
		return -ENOMEM;
	return file_replace(dir_fd, FILE_NAME, text, len, 0);
}
