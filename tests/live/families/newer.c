// SPDX-License-Identifier: GPL-2.0-only
/* Calls that are younger than strace 6.1: each prints, afterwards, what is to be seen of it. */
#include "family.h"

#include <stdarg.h>

static char expected[1 << 16];
static size_t len;

/* The line up to the result, which is what the call returned. */
static long expect(long ret, const char *format, ...)
{
	static const struct {
		int number;
		const char *name, *text;
	} errors[] = {
		{ EBADF, "EBADF", "Bad file descriptor" }, { EFAULT, "EFAULT", "Bad address" },
		{ EINVAL, "EINVAL", "Invalid argument" }, { ENOENT, "ENOENT", "No such file or directory" },
		{ ENOSYS, "ENOSYS", "Function not implemented" }, { E2BIG, "E2BIG", "Argument list too long" },
		{ EOPNOTSUPP, "EOPNOTSUPP", "Operation not supported" },
		{ ENODATA, "ENODATA", "No data available" }, { EPERM, "EPERM", "Operation not permitted" },
		{ EAGAIN, "EAGAIN", "Resource temporarily unavailable" },
		{ ERANGE, "ERANGE", "Numerical result out of range" },
		{ EOVERFLOW, "EOVERFLOW", "Value too large for defined data type" },
	};
	va_list args;
	size_t i;

	va_start(args, format);
	len += vsnprintf(expected + len, sizeof(expected) - len, format, args);
	va_end(args);
	if (ret >= 0) {
		len += snprintf(expected + len, sizeof(expected) - len, " = %ld\n", ret);
		return ret;
	}
	for (i = 0; i < sizeof(errors) / sizeof(errors[0]); i++)
		if (errors[i].number == -ret)
			len += snprintf(expected + len, sizeof(expected) - len, " = -1 %s (%s)\n",
					errors[i].name, errors[i].text);
	return ret;
}

static void caches(int fd)
{
	uint64_t range[2] = { 4096, 8192 }, stat[5] = {};
	long ret;

	ret = CALL(cachestat, fd, range, stat, 0);
	expect(ret, "cachestat(%d, {off=4096, len=8192}, {nr_cache=%lu, nr_dirty=%lu, nr_writeback=%lu, nr_evicted=%lu, nr_recently_evicted=%lu}, 0)",
	       fd, stat[0], stat[1], stat[2], stat[3], stat[4]);
	expect(CALL(cachestat, -1, range, stat, 5), "cachestat(-1, {off=4096, len=8192}, ADDR, 0x5)");
	expect(CALL(cachestat, fd, BAD, NULL, 0), "cachestat(%d, %#lx, NULL, 0)", fd, BAD);
}

static void modes(void)
{
	expect(CALL(fchmodat2, AT_FDCWD, "file", 0640, AT_SYMLINK_NOFOLLOW),
	       "fchmodat2(AT_FDCWD, \"file\", 0640, AT_SYMLINK_NOFOLLOW)");
	expect(CALL(fchmodat2, -1, "", 07777, 0x80000), "fchmodat2(-1, \"\", 07777, ADDR /* AT_??? */)");
}

struct xattr_args {
	uint64_t value;
	uint32_t size, flags;
};

static void attributes(void)
{
	char value[64] = "forty-one bytes of text, or nearly so ...", got[64] = {};
	struct xattr_args args = { (uintptr_t)value, 41, 1 }, get = { (uintptr_t)got, 64, 0 };
	struct { uint64_t xflags; uint32_t extsize, nextents, projid, cowextsize; } file = {};
	long ret;

	ret = expect(CALL(setxattrat, AT_FDCWD, "file", 0, "user.x", &args, sizeof(args)),
		     "setxattrat(AT_FDCWD, \"file\", 0, \"user.x\", {value=\"forty-one bytes of text, or near\"..., size=41, flags=XATTR_CREATE}, 16)");
	if (ret == 0)
		expect(CALL(getxattrat, AT_FDCWD, "file", 0, "user.x", &get, sizeof(get)),
		       "getxattrat(AT_FDCWD, \"file\", 0, \"user.x\", {value=\"forty-one bytes of text, or near\"..., size=64, flags=0}, 16)");
	expect(CALL(getxattrat, AT_FDCWD, "file", 0, "user.none", &get, sizeof(get)),
	       "getxattrat(AT_FDCWD, \"file\", 0, \"user.none\", {value=ADDR, size=64, flags=0}, 16)");
	expect(CALL(setxattrat, -1, NULL, 0, NULL, BAD, 16), "setxattrat(-1, NULL, 0, NULL, %#lx, 16)", BAD);
	expect(CALL(listxattrat, -1, BAD, 0x1000, NULL, 0), "listxattrat(-1, %#lx, AT_EMPTY_PATH, NULL, 0)", BAD);
	expect(CALL(removexattrat, -1, "file", 0x100, "user.x"),
	       "removexattrat(-1, \"file\", AT_SYMLINK_NOFOLLOW, \"user.x\")");
	expect(CALL(file_setattr, -1, "file", &file, 24, 0),
	       "file_setattr(-1, \"file\", {fa_xflags=0, fa_extsize=0, fa_nextents=0, fa_projid=0, fa_cowextsize=0}, 24, 0)");
	expect(CALL(file_getattr, -1, "file", &file, 24, 0), "file_getattr(-1, \"file\", %s, 24, 0)", "ADDR");
}

struct request {
	uint32_t size, fd;
	uint64_t id, param, namespace_id;
};

static void mounts(void)
{
	struct request all = { 24, 0, UINT64_MAX, 0 }, one = { 24, 0, 0, 0x3a };
	static uint64_t ids[2];
	static struct {
		uint32_t size, opts;
		uint64_t mask;
		uint32_t major, minor;
		uint64_t magic;
		uint32_t flags, type;
		uint64_t id, parent;
		uint32_t old, old_parent;
		uint64_t attr, propagation, peer, master, from;
		uint32_t root, point;
		uint64_t namespace_id[50];
		char text[3000];
	} mount;
	long ret = CALL(listmount, &all, ids, 2, 0);

	if (ret == -ENOSYS) {
		expect(ret, "listmount({size=24, mnt_id=LSMT_ROOT, param=0}, ADDR, 2, 0)");
		return;
	}
	expect(ret, "listmount({size=24, mnt_id=LSMT_ROOT, param=0}, [%#lx%s], 2, 0)", ids[0],
	       ret > 1 ? ", ADDR" : "");
	expect(CALL(listmount, NULL, NULL, 0, 3), "listmount(NULL, NULL, 0, LISTMOUNT_REVERSE|0x2)");
	one.id = ids[0];
	expect(CALL(statmount, &one, BAD, 8, 1), "statmount({size=24, mnt_id=%#lx, param=STATMOUNT_MNT_BASIC|STATMOUNT_MNT_ROOT|STATMOUNT_MNT_POINT|STATMOUNT_FS_TYPE}, %#lx, 8, 0x1)",
	       one.id, BAD);
	one.param = 0x38;
	ret = CALL(statmount, &one, &mount, sizeof(mount), 0);
	if (ret == 0)
		expect(ret, "statmount({size=24, mnt_id=%#lx, param=STATMOUNT_MNT_ROOT|STATMOUNT_MNT_POINT|STATMOUNT_FS_TYPE}, {size=%u, mask=STATMOUNT_MNT_ROOT|STATMOUNT_MNT_POINT|STATMOUNT_FS_TYPE, mnt_root=\"%s\", mnt_point=\"%s\", fs_type=\"%s\"}, %zu, 0)",
		       one.id, mount.size, mount.text + mount.root, mount.text + mount.point,
		       mount.text + mount.type, sizeof(mount));
}

static void waits(void)
{
	static uint32_t word = 7;

	expect(CALL(futex_wake, &word, 0xff, 1, 0x82), "futex_wake(ADDR, 0xff, 1, FUTEX_32|FUTEX_PRIVATE_FLAG)");
	expect(CALL(futex_wait, &word, 3, 0xff, 2, NULL, 1), "futex_wait(ADDR, 0x3, 0xff, FUTEX_32, NULL, CLOCK_MONOTONIC)");
	expect(CALL(futex_requeue, NULL, 0, 1, 2), "futex_requeue(NULL, 0, 1, 2)");
}

static void others(void)
{
	expect(CALL(mseal, 1, 4096, 0), "mseal(0x1, 4096, 0)");
	expect(CALL(lsm_list_modules, NULL, NULL, 1), "lsm_list_modules(NULL, NULL, 0x1)");
	expect(CALL(lsm_get_self_attr, 100, NULL, NULL, 0), "lsm_get_self_attr(LSM_ATTR_CURRENT, NULL, NULL, 0)");
	expect(CALL(lsm_set_self_attr, 101, NULL, 0, 0), "lsm_set_self_attr(LSM_ATTR_EXEC, NULL, 0, 0)");
	expect(CALL(open_tree_attr, -1, "x", 1, NULL, 0), "open_tree_attr(-1, \"x\", OPEN_TREE_CLONE, NULL, 0)");
	expect(CALL(listns, NULL, NULL, 0, 0), "listns(NULL, NULL, 0, 0)");
	expect(CALL(map_shadow_stack, NULL, 4096, 8), "map_shadow_stack(NULL, 4096, 0x8)");
}

int main(void)
{
	int fd = open("file", O_RDWR | O_CREAT, 0600);

	write(fd, expected, 20000);
	caches(fd);
	modes();
	attributes();
	mounts();
	waits();
	others();
	write(STDOUT_FILENO, expected, len);
	return 0;
}
