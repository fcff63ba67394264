// SPDX-License-Identifier: GPL-2.0-only
/* Numbers, times and names as people read them. */
#include "text.h"

#include <grp.h>
#include <inttypes.h>
#include <pwd.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

#include "verb.h"

void text_clean(char *text)
{
	for (; *text; text++)
		if ((unsigned char)*text < 0x20 || *text == 0x7f)
			*text = '?';
}

void text_line(const char *fmt, ...)
{
	va_list args;
	char *text;
	int len;

	va_start(args, fmt);
	len = vasprintf(&text, fmt, args);
	va_end(args);
	if (len < 0) {
		tell("out of memory");
		return;
	}
	text_clean(text);
	puts(text);
	free(text);
}

void text_bytes(uint64_t bytes, char out[TEXT_LEN])
{
	static const char units[] = "KMGTPE";
	double value = bytes / 1024.0;
	size_t unit = 0;

	if (bytes < 1024) {
		snprintf(out, TEXT_LEN, "%" PRIu64, bytes);
		return;
	}
	/* 1023.5K would be shown as 1024K. */
	for (; value >= 1023.5; value /= 1024)
		unit++;
	snprintf(out, TEXT_LEN, "%.*f%c", value < 9.95 ? 1 : 0, value,
		 units[unit]);
}

static bool broken_down(uint64_t ns, struct tm *(*how)(const time_t *, struct tm *),
			struct tm *out)
{
	time_t seconds = ns / 1000000000;

	return how(&seconds, out);
}

void text_local_time(uint64_t ns, char out[TEXT_LEN])
{
	struct tm tm;
	size_t len;

	snprintf(out, TEXT_LEN, "-");
	if (!broken_down(ns, localtime_r, &tm))
		return;
	len = strftime(out, TEXT_LEN, "%FT%T%z", &tm);
	/* +0100 to +01:00 */
	memmove(out + len - 1, out + len - 2, 3);
	out[len - 2] = ':';
}

void text_time(uint64_t ns, char out[TEXT_LEN])
{
	struct tm tm;
	size_t len;

	snprintf(out, TEXT_LEN, "-");
	if (!broken_down(ns, gmtime_r, &tm))
		return;
	len = strftime(out, TEXT_LEN, "%FT%T", &tm);
	snprintf(out + len, TEXT_LEN - len, ".%09" PRIu64 "Z", ns % 1000000000);
}

void text_mode(uint32_t mode, char out[TEXT_LEN])
{
	static const char letters[] = "rwxrwxrwx";

	snprintf(out, TEXT_LEN, "-");
	if (!mode)
		return;
	out[0] = S_ISDIR(mode) ? 'd' : '-';
	for (size_t i = 0; letters[i]; i++)
		out[i + 1] = mode & (0400 >> i) ? letters[i] : '-';
	out[sizeof(letters)] = '\0';
}

void text_user(uint32_t uid, char out[TEXT_LEN])
{
	const struct passwd *user = getpwuid(uid);

	if (user)
		snprintf(out, TEXT_LEN, "%s", user->pw_name);
	else
		snprintf(out, TEXT_LEN, "%" PRIu32, uid);
}

void text_group(uint32_t gid, char out[TEXT_LEN])
{
	const struct group *group = getgrgid(gid);

	if (group)
		snprintf(out, TEXT_LEN, "%s", group->gr_name);
	else
		snprintf(out, TEXT_LEN, "%" PRIu32, gid);
}
