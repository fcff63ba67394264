// SPDX-License-Identifier: GPL-2.0-only
/* What is counted from records: tables and histograms of a replay; files of many tasks. */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "feed.h"
#include "files.h"
#include "hist.h"
#include "summary.h"

static int nr_tests, nr_failed;

static void ok(bool good, const char *what)
{
	nr_tests++;
	nr_failed += !good;
	printf("%sok %d - %s\n", good ? "" : "not ", nr_tests, what);
}

static void is(const char *got, const char *expected, const char *what)
{
	bool good = !strcmp(got, expected);

	ok(good, what);
	if (!good)
		printf("# got:\n%s\n# expected:\n%s\n", got, expected);
}

static void feed_call(struct feed *feed, uint32_t nr, int64_t ret, uint64_t took_ns, uint8_t flags)
{
	static uint32_t seq;
	struct kxt_call rec = {
		.head = { KXT_CALL, flags, KXT_NR_ARGS, 0, 10, 10, 0 },
		.enter_ns = 1000, .exit_ns = 1000 + took_ns, .ret = ret, .nr = nr, .seq = ++seq,
	};

	if (!took_ns)
		rec.enter_ns = 0;
	feed_record(feed, &rec, sizeof(rec));
}

/* The text that a replay of a few calls leaves; static. */
static const char *replay(const struct options *opt)
{
	static char text[16384];
	struct totals totals = {};
	struct feed feed = {};
	int fd = memfd_create("replay", 0);
	ssize_t len;

	if (feed_open(&feed, opt, fd, false))
		exit(1);
	feed_call(&feed, SYS_read, 1, 3000, 0);
	feed_call(&feed, SYS_read, -11, 5000, 0);
	feed_call(&feed, SYS_read, 1, 100, 0);
	feed_call(&feed, SYS_close, 0, 12000, 0);
	feed_call(&feed, SYS_getuid, -1, 1000, 0);
	feed_call(&feed, 500, 0, 1000, 0);
	feed_call(&feed, SYS_write, 0, 0, 0);
	feed_call(&feed, SYS_exit_group, 0, 1000, KXT_F_NO_RETURN);
	feed_call(&feed, 20, 0, 2000, KXT_F_COMPAT);
	feed_call(&feed, 0xffffffff, 0, 2000, 0);
	if (feed_finish(&feed, &totals))
		exit(1);
	feed_close(&feed);
	len = pread(fd, text, sizeof(text) - 1, 0);
	text[len > 0 ? len : 0] = '\0';
	close(fd);
	return text;
}

static void test_replay(void)
{
	struct options opt = { .strsize = 32, .column = 40, .signals = ~0ull, .replay = true,
			       .summary = true, .quiet = 3 };

	memset(opt.selected, true, sizeof(opt.selected));
	opt.counting.table = true;
	is(replay(&opt),
	   "% time     seconds  usecs/call     calls    errors syscall\n"
	   "------ ----------- ----------- --------- --------- ----------------\n"
	   " 49.79    0.000012          12         1           close\n"
	   " 33.61    0.000008           2         3         1 read\n"
	   "  8.30    0.000002           2         1           (unknown)\n"
	   "  4.15    0.000001           1         1           getuid\n"
	   "  4.15    0.000001           1         1           (unknown)\n"
	   "  0.00    0.000000           0         1           write\n"
	   "------ ----------- ----------- --------- --------- ----------------\n"
	   "100.00    0.000024           3         8         1 total\n"
	   "System call usage summary for 32 bit mode:\n"
	   "% time     seconds  usecs/call     calls    errors syscall\n"
	   "------ ----------- ----------- --------- --------- ----------------\n"
	   "100.00    0.000002           2         1           getpid\n"
	   "------ ----------- ----------- --------- --------- ----------------\n"
	   "100.00    0.000002           2         1           total\n",
	   "-c of a replay: counted from the records");
	opt.counting.overhead_ns = 2500;
	opt.counting.columns[0] = COLUMN_MIN_TIME;
	opt.counting.columns[1] = COLUMN_NAME;
	opt.counting.columns[2] = COLUMN_MAX_TIME;
	opt.counting.nr_columns = 3;
	opt.counting.sort = COLUMN_NAME;
	is(replay(&opt),
	   "shortest syscall           longest\n"
	   "-------- ---------------- --------\n"
	   "0.000000 (unknown)        0.000000\n"
	   "0.000000 (unknown)        0.000000\n"
	   "0.000010 close            0.000010\n"
	   "0.000000 getuid           0.000000\n"
	   "0.000000 read             0.000003\n"
	   "0.000000 write            0.000000\n"
	   "-------- ---------------- --------\n"
	   "0.000000 total            0.000010\n"
	   "System call usage summary for 32 bit mode:\n"
	   "shortest syscall           longest\n"
	   "-------- ---------------- --------\n"
	   "0.000000 getpid           0.000000\n"
	   "-------- ---------------- --------\n"
	   "0.000000 total            0.000000\n",
	   "-O -U -S of a replay; the table is as wide as its names");
	opt.counting = (struct counting_options){ .hist = true };
	memset(opt.selected, false, sizeof(opt.selected));
	opt.selected[SYS_read] = opt.selected[SYS_write] = true;
	is(replay(&opt),
	   "read: 3 calls, 1 errors, 8.10 us in all\n"
	   "  min 100 ns  avg 2.70 us  p50 2.82 us  p90 4.81 us  p99 5.00 us  max 5.00 us\n"
	   "     64 ns .. 128 ns            1 |@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@|\n"
	   "    128 ns .. 256 ns            0 |                                        |\n"
	   "    256 ns .. 512 ns            0 |                                        |\n"
	   "    512 ns .. 1.02 us           0 |                                        |\n"
	   "   1.02 us .. 2.05 us           0 |                                        |\n"
	   "   2.05 us .. 4.10 us           1 |@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@|\n"
	   "   4.10 us .. 8.19 us           1 |@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@|\n",
	   "--hist of a replay: what is selected");
}

/* Whatever the times are, the figures are near them, and the bars hold all. */
static void test_figures(void)
{
	static const uint64_t times[] = {
		0, 1, 2, 3, 4, 7, 8, 1000, 123456, 1ull << 40, 1ull << 43, UINT64_MAX,
	};
	struct kxt_hist hist;
	char text[8192];
	struct out o;
	bool near = true;
	size_t i, n;

	for (i = 0; i < sizeof(times) / sizeof(times[0]); i++) {
		memset(&hist, 0, sizeof(hist));
		for (n = 0; n < 100; n++)
			hist_add(&hist, times[i], 0);
		near = near && hist_percentile(&hist, 50) == times[i] &&
		       hist_percentile(&hist, 99) == times[i];
	}
	ok(near, "equal times: every percentile is that time");
	memset(&hist, 0, sizeof(hist));
	for (n = 1; n <= 100000; n++)
		hist_add(&hist, n * 37, n % 10 == 0);
	for (i = 1; i <= 100; i++) {
		double ratio = hist_percentile(&hist, i) / (i * 37000.0);

		near = near && ratio > 0.8 && ratio < 1.25;
	}
	ok(near, "even times: every percentile within a fifth");
	ok(hist.sum.errors == 10000, "and the errors");
	out_init(&o, open("/dev/null", O_WRONLY), sizeof(text));
	for (i = 0; i < sizeof(times) / sizeof(times[0]); i++)
		hist_add(&hist, times[i], 0);
	hist_print(&o, "all", &hist);
	ok(o.lines == 2 + 43 && o.len < sizeof(text), "bars from nothing to two hours");
	close(o.fd);
	out_done(&o);
}

static void test_files(void)
{
	char prefix[] = "/tmp/kx-test-files-XXXXXX", path[64], name[128], got[64];
	struct rlimit few = { 200, 200 };
	struct files *files;
	bool good = true;
	int i, round, fd, len;

	if (!mkdtemp(prefix) || setrlimit(RLIMIT_NOFILE, &few))
		exit(1);
	snprintf(path, sizeof(path), "%s/t", prefix);
	if (files_open(&files, path, false))
		exit(1);
	for (round = 0; round < 3; round++) {
		for (i = 1; i <= 500; i++) {
			len = snprintf(got, sizeof(got), "%d-%d\n", i, round);
			good = good && !files_add(files, i * 7, got, len);
		}
		good = good && !files_flush(files);
	}
	good = good && !files_end(files, 7) && !files_add(files, 7, "again\n", 6);
	files_close(files);
	ok(good, "500 files with 200 descriptors");
	for (i = 1; i <= 500; i++) {
		snprintf(name, sizeof(name), "%s.%d", path, i * 7);
		fd = open(name, O_RDONLY);
		len = read(fd, got, sizeof(got) - 1);
		got[len > 0 ? len : 0] = '\0';
		close(fd);
		unlink(name);
		snprintf(name, sizeof(name), "%d-0\n%d-1\n%d-2\n%s", i, i, i, i == 1 ? "again\n" : "");
		good = good && !strcmp(got, name);
	}
	ok(good, "each with its text, in order; also of a number that comes again");
	rmdir(prefix);
}

int main(void)
{
	test_replay();
	test_figures();
	test_files();
	printf("1..%d\n", nr_tests);
	return nr_failed != 0;
}
