// SPDX-License-Identifier: GPL-2.0-only
/* Options: what a call must be like to be shown; looked at in the kernel. */
#include "family.h"

#include <errno.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "../decode/errno.h"
#include "words.h"

struct name_list {
	struct options *opt;
	const char *list;
	const char *option;
	int (*take)(struct options *opt, const char *word);
};

static int take_name(void *ctx, char *word)
{
	const struct name_list *names = ctx;

	if (*word)
		return names->take(names->opt, word);
	complain("--%s=%s: a name is missing", names->option, names->list);
	return -EINVAL;
}

static int each_name(struct options *opt, const char *list, const char *option,
		     int (*take)(struct options *opt, const char *word))
{
	return each_word(list, take_name, &(struct name_list){ opt, list, option, take });
}

static int complain_full(const char *option, const char *word, unsigned int max)
{
	complain("--%s: %s is one too many, at most %u are looked for", option, word, max);
	return -EINVAL;
}

static int add_comm(struct options *opt, const char *word)
{
	struct kxt_filter *f = &opt->filter;

	if (f->nr_comms == KXT_MAX_MATCHES)
		return complain_full("comm", word, KXT_MAX_MATCHES);
	if (strlen(word) >= KXT_COMM_MAX) {
		complain("--comm=%s: names of tasks have at most %d characters: %.15s",
			 word, KXT_COMM_MAX - 1, word);
		return -EINVAL;
	}
	strncpy(f->comms[f->nr_comms++], word, KXT_COMM_MAX);
	return 0;
}

static int take_comm(struct options *opt, const char *list)
{
	return each_name(opt, list, "comm", add_comm);
}

static int add_uid(struct options *opt, const char *word)
{
	struct kxt_filter *f = &opt->filter;
	struct passwd *user;
	uint64_t uid;

	if (f->nr_uids == KXT_MAX_MATCHES)
		return complain_full("uid", word, KXT_MAX_MATCHES);
	if (!parse_number(word, UINT32_MAX, &uid)) {
		user = getpwnam(word);
		if (!user) {
			complain("--uid=%s: no such user", word);
			return -EINVAL;
		}
		uid = user->pw_uid;
	}
	f->uids[f->nr_uids++] = uid;
	return 0;
}

static int take_uid(struct options *opt, const char *list)
{
	return each_name(opt, list, "uid", add_uid);
}

/* The kernel numbers a cgroup like its directory. */
static int take_cgroup(struct options *opt, const char *path)
{
	struct kxt_filter *f = &opt->filter;
	char absolute[4096];
	struct stat st;

	if (f->nr_cgroups == KXT_MAX_MATCHES)
		return complain_full("cgroup", path, KXT_MAX_MATCHES);
	snprintf(absolute, sizeof(absolute), "%s%s",
		 *path == '/' && !strncmp(path, "/sys/", 5) ? "" : "/sys/fs/cgroup/", path);
	if (stat(absolute, &st) || !S_ISDIR(st.st_mode)) {
		complain("--cgroup=%s: %s: %s", path, absolute,
			 errno ? strerror(errno) : "not a directory");
		return -EINVAL;
	}
	f->cgroups[f->nr_cgroups++] = st.st_ino;
	return 0;
}

static int take_path(struct options *opt, const char *prefix)
{
	struct kxt_filter *f = &opt->filter;
	size_t len = strlen(prefix);

	if (f->nr_prefixes == KXT_MAX_MATCHES)
		return complain_full("path", prefix, KXT_MAX_MATCHES);
	if (!len || len > KXT_PREFIX_MAX) {
		complain("--path=%s: 1 to %d bytes of a path's beginning", prefix,
			 KXT_PREFIX_MAX);
		return -EINVAL;
	}
	memcpy(f->prefixes[f->nr_prefixes].text, prefix, len);
	f->prefixes[f->nr_prefixes++].len = len;
	return 0;
}

static int add_fd(struct options *opt, const char *word)
{
	struct kxt_filter *f = &opt->filter;
	uint64_t fd;

	if (f->nr_fds == KXT_MAX_FDS)
		return complain_full("fd", word, KXT_MAX_FDS);
	if (!parse_number(word, INT32_MAX, &fd)) {
		complain("--fd=%s: not the number of a descriptor", word);
		return -EINVAL;
	}
	f->fds[f->nr_fds++] = fd;
	return 0;
}

static int take_fd(struct options *opt, const char *list)
{
	return each_name(opt, list, "fd", add_fd);
}

static int add_errno(struct options *opt, const char *word)
{
	uint64_t err, nr;

	if (!parse_number(word, KXT_ERRNO_WORDS * 64 - 1, &err)) {
		for (err = 0, nr = 1; nr < KXT_ERRNO_WORDS * 64 && !err; nr++)
			if (errno_name(nr) && !strcasecmp(errno_name(nr), word))
				err = nr;
	}
	if (!err) {
		complain("--errno=%s: no such error; ENOENT, EACCES and the like", word);
		return -EINVAL;
	}
	opt->filter.any_errno = 1;
	opt->filter.errnos[err / 64] |= 1ull << (err & 63);
	return 0;
}

static int take_errno(struct options *opt, const char *list)
{
	return each_name(opt, list, "errno", add_errno);
}

/* 3, -1, 100..200, 4096.. */
static int add_result(struct options *opt, const char *word)
{
	struct kxt_filter *f = &opt->filter;
	int64_t from, to;
	char *end;

	if (f->nr_results == KXT_MAX_MATCHES)
		return complain_full("return", word, KXT_MAX_MATCHES);
	from = to = strtoll(word, &end, 0);
	if (end != word && !strncmp(end, "..", 2)) {
		const char *second = end + 2;

		to = *second ? strtoll(second, &end, 0) : INT64_MAX;
		if (!*second)
			end = (char *)second;
	}
	if (end == word || *end || from > to) {
		complain("--return=%s: a number, or a range such as 0..9 or 4096..", word);
		return -EINVAL;
	}
	f->results[f->nr_results].from = from;
	f->results[f->nr_results++].to = to;
	return 0;
}

static int take_return(struct options *opt, const char *list)
{
	return each_name(opt, list, "return", add_result);
}

/* 10ms: at least; 10ms..20ms: between; ..1ms: at most. */
static int take_latency(struct options *opt, const char *range)
{
	struct kxt_filter *f = &opt->filter;
	const char *dots = strstr(range, "..");
	char first[32] = "0";
	bool good = true;

	if (!dots) {
		good = parse_duration(range, (uint64_t *)&f->min_ns);
	} else if (dots - range >= (long)sizeof(first)) {
		good = false;
	} else {
		if (dots > range)
			snprintf(first, sizeof(first), "%.*s", (int)(dots - range), range);
		good = parse_duration(first, (uint64_t *)&f->min_ns) &&
		       (!dots[2] || parse_duration(dots + 2, (uint64_t *)&f->max_ns));
	}
	if (good && (!f->max_ns || f->min_ns <= f->max_ns))
		return 0;
	complain("--latency=%s: a time such as 10ms, or a range such as 1ms..1s", range);
	return -EINVAL;
}

static int take_rate(struct options *opt, const char *argument)
{
	uint64_t rate;

	if (!parse_number(argument, UINT32_MAX, &rate) || !rate) {
		complain("--rate=%s: calls per second, a number", argument);
		return -EINVAL;
	}
	opt->filter.rate = rate;
	return 0;
}

static const struct option_row rows[] = {
	{ 0, "comm", "NAME,...", "calls of tasks with one of these names", take_comm },
	{ 0, "uid", "USER,...", "of these users, by name or number", take_uid, .rare = true },
	{ 0, "cgroup", "PATH", "of tasks in this cgroup or below it (repeat)", take_cgroup,
	  .rare = true },
	{ 0, "path", "PREFIX", "with a path that begins so, as written (repeat)", take_path },
	{ 0, "fd", "N,...", "on these file descriptors", take_fd, .rare = true },
	{ 0, "return", "N|A..B,...", "that return this", take_return, .rare = true },
	{ 0, "errno", "NAME,...", "that fail with one of these errors", take_errno },
	{ 0, "latency", "TIME", "that take this long or longer; A..B: between", take_latency },
	{ 0, "rate", "N", "not more than N calls per second; the others are counted", take_rate,
	  .rare = true },
};

static int judge(struct options *opt)
{
	if (opt->filter.rate && opt->summary) {
		complain("--rate: has no meaning with -c, which shows no calls");
		return -EINVAL;
	}
	return 0;
}

const struct option_family filtering_options = {
	"Filters, in the kernel", rows, NR(rows), NULL, 0, judge,
};
