// SPDX-License-Identifier: GPL-2.0-only
/* Reads a share, and fills a map by an intake, each beside what one does without kx. */
#include <bpf/bpf.h>
#include <fcntl.h>
#include <kx/kx.h>
#include <kx/seq.h>
#include <unistd.h>

#include "sample.h"

#define READS	10000000UL
#define CALLS	200000UL
#define RECORDS	500000UL
#define MAPS	"/sys/fs/bpf/kx/shrbench/1/maps/"

/* As in tests/ext/shrbench.bpf.c. */
struct table {
	struct kx_seq seq;
	uint32_t unused;
	uint64_t packets;
	uint64_t bytes;
};

struct entry {
	uint32_t key;
	uint32_t value;
};

static struct kx *kx;

static int pin(const char *path)
{
	int fd = bpf_obj_get(path);

	if (fd < 0)
		give_up("%s: cannot be opened", path);
	return fd;
}

static void read_share(const struct table *table)
{
	uint64_t from = now_ns(), sum = 0;

	for (unsigned long i = 0; i < READS; i++) {
		struct table copy;
		__u32 count;

		do {
			count = kx_read_begin(&table->seq);
			copy.packets = *(volatile const uint64_t *)&table->packets;
			copy.bytes = *(volatile const uint64_t *)&table->bytes;
		} while (kx_read_retry(&table->seq, count));
		sum += copy.packets + copy.bytes;
	}
	sample("share", from, READS);
	if (sum != READS * (table->packets + table->bytes))
		give_up("the share has changed");
}

static void read_map(int fd)
{
	uint64_t from = now_ns();
	struct table copy;

	for (unsigned long i = 0; i < CALLS; i++)
		if (bpf_map_lookup_elem(fd, &(uint32_t){ 0 }, &copy))
			give_up("the map cannot be read");
	sample("lookup", from, CALLS);
}

static void read_file(void)
{
	int fd = open("/proc/loadavg", O_RDONLY);
	uint64_t from = now_ns();
	char text[128];

	for (unsigned long i = 0; i < CALLS; i++)
		if (pread(fd, text, sizeof(text), 0) <= 0)
			give_up("/proc/loadavg: cannot be read");
	sample("proc", from, CALLS);
	close(fd);
}

static void fill_intake(struct kx_intake *intake)
{
	uint64_t from = now_ns(), taken, refused, before;

	if (kx_intake_flush(intake, &before, NULL))
		give_up("%s", kx_error(kx));
	from = now_ns();
	for (uint32_t i = 0; i < RECORDS; i++) {
		struct entry entry = { i % 4096, i };

		if (kx_intake_put(intake, &entry, sizeof(entry)))
			give_up("%s", kx_error(kx));
	}
	if (kx_intake_flush(intake, &taken, &refused))
		give_up("%s", kx_error(kx));
	sample("intake", from, RECORDS);
	if (taken - before != RECORDS || refused)
		give_up("%lu records, %lu taken, %lu refused", RECORDS,
			(unsigned long)(taken - before), (unsigned long)refused);
}

static void fill_map(int fd)
{
	uint64_t from = now_ns();

	for (uint32_t i = 0; i < RECORDS; i++) {
		uint32_t key = i % 4096;

		if (bpf_map_update_elem(fd, &key, &i, BPF_ANY))
			give_up("the map cannot be written");
	}
	sample("update", from, RECORDS);
}

int main(int argc, char **argv)
{
	unsigned long rounds = argc == 2 ? strtoul(argv[1], NULL, 10) : 0;
	int table = pin(MAPS "_data_share_table"), filled = pin(MAPS "filled");
	struct kx_instance *inst;
	struct kx_intake *intake;
	struct kx_share *share;

	if (!rounds || kx_new(&kx))
		give_up("usage: sharing ROUNDS");
	if (kx_instance_open(kx, "shrbench", &inst) ||
	    kx_share_map(kx, inst, "table", 0, &share) ||
	    kx_intake_open(kx, inst, "entries", &intake))
		give_up("%s", kx_error(kx));
	while (rounds--) {
		read_share(kx_share_bytes(share, NULL));
		read_map(table);
		read_file();
		fill_intake(intake);
		fill_map(filled);
	}
	kx_intake_close(intake);
	kx_share_unmap(share);
	kx_instance_close(inst);
	return 0;
}
