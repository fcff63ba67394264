// SPDX-License-Identifier: GPL-2.0-only
/*
 * Prints the messages of an instance that nobody writes to: `format text|json NAME`.
 * Each line: the level, the generation, a TAB, the message.
 */
#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <kx/kx.h>

#include "../../src/stream/format.h"

#define ROOM	4096

typedef size_t print_fn(struct formats *, const struct kx_record *, size_t, char *, size_t);

static int open_pin(const char *name, const char *what)
{
	char path[256];

	snprintf(path, sizeof(path), "/sys/fs/bpf/kx/%s/current/%s", name, what);
	return bpf_obj_get(path);
}

/* From the beginning: there are not so many that any was overwritten. */
static void print_ring(struct formats *formats, const char *ring, size_t room, print_fn *print)
{
	const struct kx_stream_head *head = (const void *)ring;
	const struct kx_record *record;
	char line[ROOM];

	for (size_t at = 0; at < head->head && at < room; at += record->len) {
		record = (const void *)(ring + sizeof(*head) + at);
		if (record->stamp != (at | 1) || !record->len) {
			printf("at %zu: no record\n", at);
			return;
		}
		if (record->format == KX_RECORD_PAD)
			continue;
		print(formats, record, record->len, line, sizeof(line));
		printf("%d %u\t%s\n", formats_level(formats, record->format),
		       (unsigned int)(record->nr & 0xffff), line);
	}
}

static int print_log(struct formats *formats, int fd, print_fn *print)
{
	struct bpf_map_info info = {};
	__u32 len = sizeof(info);
	char *ring;

	if (bpf_obj_get_info_by_fd(fd, &info, &len))
		return -1;
	ring = malloc(info.value_size);
	for (__u32 cpu = 0; ring && cpu < info.max_entries; cpu++) {
		if (bpf_map_lookup_elem(fd, &cpu, ring))
			return -1;
		print_ring(formats, ring, info.value_size - sizeof(struct kx_stream_head) -
			   KX_RECORD_MAX, print);
	}
	free(ring);
	return 0;
}

int main(int argc, char **argv)
{
	struct formats *formats;
	struct meta *meta;
	struct kx *kx;
	int err;

	if (argc != 3 || kx_new(&kx)) {
		fputs("usage: format text|json NAME\n", stderr);
		return 2;
	}
	if (meta_read(kx, argv[2], open_pin(argv[2], "meta"), &meta)) {
		fprintf(stderr, "%s\n", kx_error(kx));
		return 1;
	}
	if (formats_read(meta, &formats))
		return 1;
	err = print_log(formats, open_pin(argv[2], "maps/kx_log"),
			strcmp(argv[1], "json") ? formats_text : formats_json);
	formats_free(formats);
	meta_free(meta);
	kx_free(kx);
	return err != 0;
}
