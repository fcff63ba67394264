// SPDX-License-Identifier: GPL-2.0-only
/* The context: one sentence for the last failure, and libbpf's messages. */
#include <ctype.h>
#include <errno.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <bpf/libbpf.h>

#include "base/context.h"

#define LOG_MAX	(32u << 20)

/*
 * libbpf has one print callback per process. It finds the context through the
 * thread it is called in.
 */
static _Thread_local struct kx *in_use;
static libbpf_print_fn_t print_before;
static pthread_once_t print_once = PTHREAD_ONCE_INIT;

/* Forget the older half, up to the end of a line. */
static void log_shorten(struct kx *kx)
{
	char *from = memchr(kx->log + kx->log_len / 2, '\n', kx->log_len / 2);

	from = from ? from + 1 : kx->log + kx->log_len;
	kx->log_len -= from - kx->log;
	memmove(kx->log, from, kx->log_len + 1);
}

static int log_reserve(struct kx *kx, size_t len)
{
	size_t room = kx->log_room ? kx->log_room : 4096;
	char *log;

	while (room < kx->log_len + len + 1)
		room *= 2;
	if (room == kx->log_room)
		return 0;

	log = realloc(kx->log, room);
	if (!log)
		return -ENOMEM;
	kx->log = log;
	kx->log_room = room;
	return 0;
}

static void log_append(struct kx *kx, const char *fmt, va_list args)
{
	va_list again;
	int len;

	va_copy(again, args);
	len = vsnprintf(NULL, 0, fmt, again);
	va_end(again);
	if (len <= 0 || log_reserve(kx, len))
		return;

	vsnprintf(kx->log + kx->log_len, len + 1, fmt, args);
	kx->log_len += len;
	if (kx->log_len > LOG_MAX)
		log_shorten(kx);
}

__attribute__((format(printf, 2, 0)))
static int print(enum libbpf_print_level level, const char *fmt, va_list args)
{
	struct kx *kx = in_use;

	if (!kx)
		return print_before ? print_before(level, fmt, args) : 0;
	if (level != LIBBPF_DEBUG || kx->log_debug)
		log_append(kx, fmt, args);
	return 0;
}

static void print_install(void)
{
	print_before = libbpf_set_print(print);
}

struct kx *scope_enter(struct kx *kx)
{
	struct kx *outer = in_use;

	in_use = kx;
	return outer;
}

void scope_leave(struct kx **outer)
{
	in_use = *outer;
}

int kx_new(struct kx **out)
{
	struct kx *kx = calloc(1, sizeof(*kx));

	if (!kx)
		return -ENOMEM;
	pthread_once(&print_once, print_install);
	if (!in_use)
		in_use = kx;
	*out = kx;
	return 0;
}

void kx_free(struct kx *kx)
{
	if (!kx)
		return;
	if (in_use == kx)
		in_use = NULL;
	features_free(kx->features);
	free(kx->log);
	free(kx);
}

const char *kx_version(void)
{
	return KX_VERSION;
}

const char *kx_error(const struct kx *kx)
{
	return kx->error;
}

const char *kx_log(const struct kx *kx)
{
	return kx->log ? kx->log : "";
}

void kx_log_debug(struct kx *kx, int on)
{
	kx->log_debug = on;
}

int kx_fail(struct kx *kx, int err, const char *fmt, ...)
{
	va_list args;

	if (!kx)
		return err;
	va_start(args, fmt);
	vsnprintf(kx->error, sizeof(kx->error), fmt, args);
	va_end(args);
	return err;
}

/* strerror() says "No such file or directory" where a device is meant. */
static const struct {
	int err;
	const char *text;
} whys[] = {
	{ EPERM, "not permitted" },
	{ ENOENT, "not found" },
	{ ESRCH, "not found" },
	{ EBADF, "not an open descriptor" },
	{ ENOMEM, "out of memory" },
	{ EACCES, "permission denied" },
	{ EBUSY, "busy" },
	{ EEXIST, "already exists" },
	{ ENODEV, "no such device" },
	{ EINVAL, "invalid argument" },
	{ EMFILE, "too many open files in this process" },
	{ ENFILE, "too many open files in the system" },
	{ EOPNOTSUPP, "not supported" },
	{ 524, "not supported" }, /* ENOTSUPP, the kernel's own */
};

const char *kx_why(int err)
{
	static _Thread_local char other[128];

	for (size_t i = 0; i < sizeof(whys) / sizeof(whys[0]); i++)
		if (whys[i].err == -err)
			return whys[i].text;
	libbpf_strerror(-err, other, sizeof(other));
	if (islower((unsigned char)other[1]))
		other[0] = tolower((unsigned char)other[0]);
	return other;
}
