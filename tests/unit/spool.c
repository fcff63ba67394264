// SPDX-License-Identifier: GPL-2.0-only
/* Unit tests of kxlog's spool: what is written is read, torn and damaged spools, being full. */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define DEADLINE_S	60

#include "frame.h"

#include "cursor.h"
#include "lines.h"
#include "origin.h"
#include "sinks.h"
#include "spool.h"

static char dir[64];
static uint64_t nr_found, nr_refused, nr_full;

static void count_found(void *ctx, const struct entry *entry)
{
	(void)ctx;
	(void)entry;
	nr_found++;
}

static void count_refused(void *ctx, const struct entry *entry)
{
	(void)ctx;
	(void)entry;
	nr_refused++;
}

static void count_full(void *ctx)
{
	(void)ctx;
	nr_full++;
}

static void nothing(void *ctx)
{
	(void)ctx;
}

static struct spool open_spool(uint64_t size, enum spool_policy policy)
{
	struct spool spool = {
		.policy = policy, .sync = SPOOL_SYNC_NEVER,
		.ops = { count_found, count_refused, count_full, nothing, NULL },
	};

	if (!dir[0]) {
		snprintf(dir, sizeof(dir), "/tmp/kx-spool-XXXXXX");
		CHECK(mkdtemp(dir));
	}
	nr_found = nr_refused = nr_full = 0;
	CHECK(freopen("/dev/null", "w", stderr));	/* what is told is not looked at here */
	CHECK(!spool_open(&spool, dir, size));
	return spool;
}

static void remove_spool(void)
{
	char command[128];

	snprintf(command, sizeof(command), "rm -rf %s", dir);
	CHECK(!system(command));
	dir[0] = '\0';
}

static int put(struct spool *spool, uint64_t nr)
{
	struct entry entry = { .kmid = 5, .nr = nr, .time_ns = nr * 3, .cpu = nr % 4, .level = 6 };
	struct record_room room;
	char text[64];

	CHECK(!spool_begin(spool, &room));
	snprintf(text, sizeof(text), "record %" PRIu64, nr);
	for (int i = 0; i < RECORD_STRINGS; i++)
		CHECK(!record_string(&room, i, text, strlen(text)));
	return spool_put(spool, &room, &entry);
}

static void put_many(struct spool *spool, uint64_t from, uint64_t to)
{
	for (uint64_t nr = from; nr < to; nr++)
		CHECK(!put(spool, nr));
	CHECK(!spool_flush(spool));
}

/* All that can be read from @reader: how many, each as it was put. */
static uint64_t read_all(struct spool_reader *reader)
{
	struct entry entries[16];
	uint64_t nr = 0, last = 0;
	char text[64];
	long n;

	while ((n = reader_read(reader, entries, 16)) > 0)
		for (long i = 0; i < n; i++, nr++) {
			snprintf(text, sizeof(text), "record %" PRIu64, entries[i].nr);
			CHECK_TEXT(entries[i].text, text);
			CHECK_TEXT(entries[i].json, text);
			CHECK(entries[i].cpu == entries[i].nr % 4 && entries[i].kmid == 5);
			CHECK(entries[i].position > last);
			last = entries[i].position;
		}
	CHECK(!n);
	return nr;
}

static uint64_t read_from(struct spool *spool, uint64_t next, uint64_t *missing)
{
	struct spool_reader reader;
	uint64_t nr;

	reader_init(&reader, spool, next);
	nr = read_all(&reader);
	*missing = reader.missing;
	reader_done(&reader);
	return nr;
}

TEST(what_is_put_is_read)
{
	struct spool spool = open_spool(1 << 20, SPOOL_BLOCK);
	struct spool_reader reader;
	uint64_t missing;

	reader_init(&reader, &spool, 1);
	CHECK(read_all(&reader) == 0);
	put_many(&spool, 0, 10);
	CHECK(read_all(&reader) == 10);
	CHECK(read_all(&reader) == 0);
	put_many(&spool, 10, 2000);
	CHECK(spool.nr_segments > 1);
	CHECK(read_all(&reader) == 1990 && !reader.missing);
	CHECK(spool_last(&spool) == 2000 && spool_oldest(&spool) == 1);
	CHECK(read_from(&spool, 1001, &missing) == 1000 && !missing);
	reader_done(&reader);
	spool_close(&spool);
	spool = open_spool(1 << 20, SPOOL_BLOCK);
	CHECK(nr_found == 2000 && spool.next == 2001 && !spool.damaged && !spool.cut);
	put_many(&spool, 2000, 2010);
	CHECK(read_from(&spool, 1, &missing) == 2010 && !missing);
	spool_close(&spool);
	remove_spool();
}

TEST(what_all_sinks_have_goes)
{
	struct spool spool = open_spool(1 << 20, SPOOL_BLOCK);
	uint64_t missing;

	put_many(&spool, 0, 2000);
	spool_retire(&spool, 1000);
	CHECK(spool_oldest(&spool) > 1 && spool_oldest(&spool) <= 1001);
	CHECK(read_from(&spool, 1001, &missing) == 1000 && !missing);
	spool_retire(&spool, 2000);
	CHECK(spool.nr_segments == 1);
	spool_close(&spool);
	spool = open_spool(1 << 20, SPOOL_BLOCK);
	spool_retire(&spool, 2000);
	CHECK(!spool.nr_segments && spool.next == 2001 && spool_oldest(&spool) == 2001);
	spool_close(&spool);
	remove_spool();
}

TEST(drop_oldest)
{
	struct spool spool = open_spool(SPOOL_SIZE_MIN, SPOOL_DROP_OLDEST);
	uint64_t missing, nr;

	for (uint64_t i = 0; i < 5000; i++) {
		CHECK(!put(&spool, i));
		CHECK(spool.bytes <= SPOOL_SIZE_MIN);
	}
	CHECK(!spool_flush(&spool) && spool.spooled == 5000 && !nr_refused && nr_full);
	nr = read_from(&spool, 1, &missing);
	CHECK(nr > 50 && nr + missing == 5000);
	spool_close(&spool);
	remove_spool();
}

TEST(drop_newest)
{
	struct spool spool = open_spool(SPOOL_SIZE_MIN, SPOOL_DROP_NEWEST);
	uint64_t missing, nr;

	put_many(&spool, 0, 5000);
	CHECK(spool.refused == nr_refused && spool.spooled + nr_refused == 5000);
	nr = read_from(&spool, 1, &missing);
	CHECK(nr == spool.spooled && !missing);
	spool_retire(&spool, spool_last(&spool));
	put_many(&spool, 5000, 5010);
	CHECK(read_from(&spool, nr + 1, &missing) == 10 && !missing);
	spool_close(&spool);
	remove_spool();
}

TEST(block)
{
	struct spool spool = open_spool(SPOOL_SIZE_MIN, SPOOL_BLOCK);
	uint64_t missing, nr = 0;
	int err = 0;

	while (!err && nr < 5000)
		err = put(&spool, nr++);
	CHECK(err == -EAGAIN && spool.blocked && nr < 5000);
	CHECK(spool_flush(&spool) == -EAGAIN);
	CHECK(read_from(&spool, 1, &missing) == spool_last(&spool));
	spool_retire(&spool, spool_last(&spool));
	CHECK(!spool_flush(&spool) && !spool.blocked && spool_last(&spool) == nr);
	CHECK(read_from(&spool, 1, &missing) + missing == nr && !spool.refused);
	spool_close(&spool);
	remove_spool();
}

static void segment_file(const struct spool *spool, size_t i, char path[128])
{
	char name[32];

	segment_path(spool->segments[i].first, name);
	snprintf(path, 128, "%s/%s", dir, name);
}

/* A power cut at each byte of the last records: what is whole is there, nothing else. */
TEST(torn_at_any_byte)
{
	struct spool spool = open_spool(1 << 20, SPOOL_BLOCK);
	uint64_t whole, len, missing;
	char path[128];

	put_many(&spool, 100, 120);
	segment_file(&spool, 0, path);
	len = spool.segments[0].bytes;
	spool_close(&spool);
	whole = (len - sizeof(struct segment_head)) / 20;
	for (uint64_t at = len - 1; at > len - 3 * whole; at--) {
		uint64_t left = (at - sizeof(struct segment_head)) / whole;

		CHECK(!truncate(path, at));
		spool = open_spool(1 << 20, SPOOL_BLOCK);
		CHECK(nr_found == left && spool.next == left + 1);
		CHECK(read_from(&spool, 1, &missing) == left && !missing);
		CHECK(spool.cut == (at - sizeof(struct segment_head)) % whole);
		spool_close(&spool);
	}
	remove_spool();
}

/* Each byte of a record in the middle: that one is passed over, no other. */
TEST(damaged_at_any_byte)
{
	struct spool spool = open_spool(1 << 20, SPOOL_BLOCK);
	uint64_t whole, len, missing, nr;
	char path[128], byte;
	int fd;

	put_many(&spool, 100, 120);
	segment_file(&spool, 0, path);
	len = spool.segments[0].bytes;
	spool_close(&spool);
	fd = open(path, O_RDWR);
	whole = (len - sizeof(struct segment_head)) / 20;
	for (uint64_t at = sizeof(struct segment_head) + 7 * whole; at < len - 12 * whole; at++) {
		CHECK(pread(fd, &byte, 1, at) == 1);
		byte ^= 0x55;
		CHECK(pwrite(fd, &byte, 1, at) == 1);
		spool = open_spool(1 << 20, SPOOL_BLOCK);
		nr = read_from(&spool, 1, &missing);
		CHECK(nr_found == 19 && spool.damaged == 1 && nr == 19 && missing == 1);
		spool_close(&spool);
		byte ^= 0x55;
		CHECK(pwrite(fd, &byte, 1, at) == 1);
	}
	close(fd);
	remove_spool();
}

TEST(damaged_while_it_is_used)
{
	struct spool spool = open_spool(1 << 20, SPOOL_BLOCK);
	uint64_t missing;
	char path[128];
	int fd;

	put_many(&spool, 0, 1900);
	segment_file(&spool, 0, path);
	fd = open(path, O_RDWR);
	CHECK(pwrite(fd, "damaged", 7, spool.segments[0].bytes - 300) == 7);
	close(fd);
	CHECK(read_from(&spool, 1, &missing) + missing == 1900 && missing && missing < 4);
	CHECK(!truncate(path, 1000));
	CHECK(read_from(&spool, 1, &missing) + missing == 1900 && missing > 100);
	CHECK(!unlink(path));
	CHECK(read_from(&spool, spool.segments[1].first, &missing) > 100 && !missing);
	spool_close(&spool);
	remove_spool();
}

TEST(another_version)
{
	struct spool spool = open_spool(1 << 20, SPOOL_BLOCK);
	const uint32_t version = SEGMENT_VERSION + 1;
	struct spool again = { .ops = spool.ops };
	char path[128];
	int fd;

	put_many(&spool, 0, 3);
	segment_file(&spool, 0, path);
	spool_close(&spool);
	fd = open(path, O_RDWR);
	CHECK(pwrite(fd, &version, 4, offsetof(struct segment_head, version)) == 4);
	close(fd);
	CHECK(spool_open(&again, dir, 1 << 20) == -EPROTONOSUPPORT);
	spool_close(&again);
	remove_spool();
}

TEST(one_at_a_time)
{
	struct spool spool = open_spool(1 << 20, SPOOL_BLOCK);
	struct spool second = { .ops = spool.ops };

	CHECK(spool_open(&second, dir, 1 << 20) == -EBUSY);
	spool_close(&second);
	spool_close(&spool);
	second = open_spool(1 << 20, SPOOL_BLOCK);
	spool_close(&second);
	remove_spool();
}

TEST(cursors)
{
	const struct cursor cursor = { 100, 90 };
	struct cursor got;
	int fd;

	snprintf(dir, sizeof(dir), "/tmp/kx-spool-XXXXXX");
	CHECK(mkdtemp(dir));
	fd = open(dir, O_RDONLY | O_DIRECTORY);
	CHECK(cursor_load(fd, "file:/x", "01234567", &got) == -ENOENT);
	CHECK(!cursor_save(fd, "file:/x", "01234567", &cursor, 1));
	CHECK(!cursor_load(fd, "file:/x", "01234567", &got) && got.done == 100);
	CHECK(!cursor_load(fd, "file:/x", "76543210", &got) && got.done == 90);
	CHECK(cursor_load(fd, "file:_x", "01234567", &got) == -ENOENT);
	close(fd);
	remove_spool();
}

TEST(levels)
{
	CHECK(level_parse("emerg") == 0 && level_parse("debug") == 7 && level_parse("warn") == 4);
	CHECK(level_parse("3") == 3 && level_parse("8") == -1 && level_parse("") == -1);
	CHECK_TEXT(level_name(-1), "event");
}

TEST(json_of_any_bytes)
{
	const struct entry entry = {
		.position = 7, .id = "i", .host = "h\n", .instance = "a", .extension = "b",
		.stream = "log", .level = 4, .text = "\xff\"\\\x01\xc3\xa4", .json = "{}",
		.time_ns = 1,
	};
	struct lines lines = {};

	lines_json(&lines, &entry);
	lines_put(&lines, "", 1);
	CHECK_TEXT(lines.buf, "{\"time\":\"1970-01-01T00:00:00.000000001Z\",\"id\":\"i\",\"host\":\"h\\u000a\","
		   "\"instance\":\"a\",\"extension\":\"b\",\"stream\":\"log\",\"level\":\"warning\","
		   "\"text\":\"\\ufffd\\\"\\\\\\u0001\xc3\xa4\",\"record\":{},\"lost\":0,\"kmid\":0,"
		   "\"generation\":0,\"cpu\":0,\"nr\":0,\"boot_ns\":0,\"time_ns\":1,\"position\":7}\n");
	lines_done(&lines);
}

TEST(options_of_sinks)
{
	const char *rest = "/a=b,size=10M,compress", *key, *value;
	char buf[32];

	CHECK(where_next(&rest, buf, sizeof(buf), &key, NULL) == 1);
	CHECK_TEXT(key, "/a=b");
	CHECK(where_next(&rest, buf, sizeof(buf), &key, &value) == 1);
	CHECK_TEXT(value, "10M");
	CHECK(where_next(&rest, buf, sizeof(buf), &key, &value) == 1 && !value);
	CHECK(!where_next(&rest, buf, sizeof(buf), &key, &value));
}
