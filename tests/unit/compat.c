// SPDX-License-Identifier: GPL-2.0-only
/* 32-bit calls: numbers, structures, and records that nobody should trust. */
#include <errno.h>

#ifndef __X32_SYSCALL_BIT
#define __X32_SYSCALL_BIT	0x40000000
#endif
#include <asm/unistd_x32.h>

#include "decode.h"
#include "decode/compat.h"
#include "frame.h"
#include "line.h"

static struct options opt = { .strsize = 32, .column = 1, .signals = ~0ull };
static struct line_context line;
static struct out out;

/* The record is at the end of its memory: what reads beyond it is seen. */
static const char *text_of(const void *record, size_t len)
{
	void *copy = malloc(len ? len : 1);
	struct call call;

	if (!out.buf && (out_init(&out, -1, 256 << 10) || line_init(&line, &opt, &out)))
		exit(1);
	memcpy(copy, record, len);
	out.len = out.line = 0;
	if (call_parse(&call, copy, len))
		line_call(&line, &call);
	out.buf[out.len < 4096 ? out.len : 4095] = '\0';
	free(copy);
	return out.buf;
}

static struct {
	struct kxt_call rec;
	struct kxt_chunk chunk;
	char data[256];
} space;

/* A 32-bit call with one chunk. */
static const char *show(uint32_t nr, int64_t ret, const uint64_t *args, int arg,
			const void *data, size_t len)
{
	memset(&space, 0, sizeof(space));
	space.rec.head.kind = KXT_CALL;
	space.rec.head.flags = KXT_F_COMPAT;
	space.rec.head.nr_args = KXT_NR_ARGS;
	space.rec.nr = nr;
	space.rec.ret = ret;
	memcpy(space.rec.args, args, sizeof(space.rec.args));
	if (arg < 0)
		return text_of(&space.rec, sizeof(space.rec));
	space.rec.head.len = sizeof(space.chunk) + len;
	space.chunk = (struct kxt_chunk){ arg, KXT_AT_EXIT, 0, 0, len };
	memcpy(space.data, data, len);
	return text_of(&space, offsetof(typeof(space), data) + len);
}

#define ARGS(...)	((const uint64_t[KXT_NR_ARGS]){ __VA_ARGS__ })

TEST(x32_has_the_rows_of_64_bits)
{
#define SAME(name)	CHECK(kxt_row_index(__NR_##name, 0) == (uint32_t)call_nr_by_name(#name))
	SAME(read);
	SAME(openat);
	SAME(rt_sigaction);
	SAME(rt_sigreturn);
	SAME(ioctl);
	SAME(readv);
	SAME(writev);
	SAME(recvfrom);
	SAME(sendmsg);
	SAME(recvmsg);
	SAME(execve);
	SAME(ptrace);
	SAME(rt_sigpending);
	SAME(rt_sigtimedwait);
	SAME(rt_sigqueueinfo);
	SAME(sigaltstack);
	SAME(timer_create);
	SAME(mq_notify);
	SAME(kexec_load);
	SAME(waitid);
	SAME(set_robust_list);
	SAME(get_robust_list);
	SAME(vmsplice);
	SAME(move_pages);
	SAME(preadv);
	SAME(pwritev);
	SAME(rt_tgsigqueueinfo);
	SAME(recvmmsg);
	SAME(sendmmsg);
	SAME(process_vm_readv);
	SAME(process_vm_writev);
	SAME(setsockopt);
	SAME(getsockopt);
	SAME(io_setup);
	SAME(io_submit);
	SAME(execveat);
	SAME(preadv2);
	SAME(pwritev2);
}

TEST(each_number_has_a_row)
{
	static const uint32_t numbers[] = {
		0, 471, 472, 511, 512, 547, 548, 600, 1023, 1024, KXT_X32_BIT | 471,
		KXT_X32_BIT | 511, KXT_X32_BIT | 548, KXT_WITHIN - 1, KXT_WITHIN,
		KXT_WITHIN + KXT_NR_WITHIN - 1, KXT_WITHIN + KXT_NR_WITHIN, 1u << 31, UINT32_MAX,
	};
	size_t i;

	for (i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++) {
		CHECK(kxt_row_index(numbers[i], 0) < KXT_I386_ROWS);
		CHECK(kxt_row_index(numbers[i], 1) >= KXT_I386_ROWS);
		CHECK(kxt_row_index(numbers[i], 1) < KXT_NR_ROWS);
	}
	/* The last row of each half is nobody's. */
	CHECK(!call_info_by_row(KXT_I386_ROWS - 1));
	CHECK(!call_info_by_row(KXT_NR_ROWS - 1));
}

TEST(orders_fit_the_registers)
{
	unsigned int row, i;

	for (row = KXT_I386_ROWS; row < KXT_NR_ROWS; row++) {
		const struct call_info *info = call_info_by_row(row);

		if (!info)
			continue;
		CHECK(compat_nr_registers(row) <= KXT_NR_ARGS);
		for (i = 0; i < info->nr_args; i++) {
			CHECK(compat_register(row, i) < compat_nr_registers(row));
			CHECK(info->args[i].print);
		}
	}
}

TEST(arguments)
{
	CHECK_TEXT(show(180, 0, ARGS(3, 0, 4, 5, 1), -1, NULL, 0), "pread64(3, NULL, 4, 4294967301) = 0\n");
	CHECK_TEXT(show(140, -9, ARGS(3, 1, 5, 0, 0), -1, NULL, 0),
		   "_llseek(3, 4294967301, NULL, SEEK_SET) = -1 EBADF (Bad file descriptor)\n");
	CHECK_TEXT(show(19, 4, ARGS(3, 0xffffffff, 1), -1, NULL, 0), "lseek(3, -1, SEEK_CUR) = 4\n");
	CHECK_TEXT(show(192, 0xf7f00000, ARGS(0, 4096, 1, 2, 3, 2), -1, NULL, 0),
		   "mmap2(NULL, 4096, PROT_READ, MAP_PRIVATE, 3, 0x2000) = 0xf7f00000\n");
	CHECK_TEXT(show(16, 0, ARGS(0, 0xffff, 7), -1, NULL, 0), "lchown(NULL, -1, 7) = 0\n");
	CHECK_TEXT(show(198, 0, ARGS(0, 0xffff, 7), -1, NULL, 0), "lchown32(NULL, 65535, 7) = 0\n");
	CHECK_TEXT(show(339, -22, ARGS(3, 1, 8, 0, 0xffffff9c, 0), -1, NULL, 0),
		   "fanotify_mark(3, FAN_MARK_ADD, FAN_CLOSE_WRITE, AT_FDCWD, NULL) = -1 EINVAL (Invalid argument)\n");
	CHECK_TEXT(show(500, -38, ARGS(1, 2), -1, NULL, 0),
		   "syscall_0x1f4(0x1, 0x2, 0, 0, 0, 0) = -1 ENOSYS (Function not implemented)\n");
	CHECK_TEXT(show(KXT_WITHIN + KXT_WITHIN_SEND, 5, ARGS(3, 0, 5, 0), -1, NULL, 0),
		   "send(3, NULL, 5, 0) = 5\n");
}

TEST(structures)
{
	static const int32_t time[2] = { -1, 5 };
	static const int64_t time64[2] = { 1ll << 33, 5 };
	static const uint32_t limits[2] = { 4096, UINT32_MAX };
	static const uint16_t ids[1] = { 0xffff };

	CHECK_TEXT(show(265, 0, ARGS(1, 0x1000), 1, time, 8),
		   "clock_gettime(CLOCK_MONOTONIC, {tv_sec=-1, tv_nsec=5}) = 0\n");
	CHECK_TEXT(show(403, 0, ARGS(1, 0x1000), 1, time64, 16),
		   "clock_gettime64(CLOCK_MONOTONIC, {tv_sec=8589934592, tv_nsec=5}) = 0\n");
	CHECK_TEXT(show(265, 0, ARGS(1, 0x1000), 1, time, 7), "clock_gettime(CLOCK_MONOTONIC, 0x1000) = 0\n");
	CHECK_TEXT(show(191, 0, ARGS(3, 0x1000), 1, limits, 8),
		   "ugetrlimit(RLIMIT_STACK, {rlim_cur=4*1024, rlim_max=RLIM_INFINITY}) = 0\n");
	CHECK_TEXT(show(80, 1, ARGS(1, 0x1000), 1, ids, 2), "getgroups(1, [-1]) = 1\n");
}

TEST(random_records)
{
	unsigned int round, i, seed = 3, row;
	char bytes[sizeof(struct kxt_call) + 400];
	struct kxt_call *rec = (void *)bytes;
	struct kxt_chunk *chunk = (void *)(rec + 1);

	for (round = 0; round < 100000; round++) {
		size_t len = sizeof(*rec) + 8 * (rand_r(&seed) % 50);

		for (i = 0; i < sizeof(bytes); i++)
			bytes[i] = rand_r(&seed) & 1 ? rand_r(&seed) >> 8 : 0;
		row = rand_r(&seed) % KXT_I386_ROWS;
		rec->nr = row >= 480 ? KXT_WITHIN + row - 480 : row;
		rec->head.nr_args = KXT_NR_ARGS;
		rec->head.flags = KXT_F_COMPAT | (rand_r(&seed) % 8 ? 0 : KXT_F_NO_RETURN);
		rec->head.len = len - sizeof(*rec);
		rec->ret = (int)rand_r(&seed) % 100;
		if (rec->head.len >= sizeof(*chunk)) {
			chunk->arg = rand_r(&seed) % 6;
			chunk->when = 1 + rand_r(&seed) % 2;
			chunk->status &= 6;
			chunk->len = rec->head.len - sizeof(*chunk);
		}
		text_of(bytes, len);
	}
}
