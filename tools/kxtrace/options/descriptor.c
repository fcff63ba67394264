// SPDX-License-Identifier: GPL-2.0-only
/* Options: files behind descriptors, and selection by them. */
#include "family.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "words.h"

/* What strace 6.1 knows; later kinds are shown when they are asked for by name. */
#define SHOW_TWICE	(FD_SHOW_PATH | FD_SHOW_SOCKET | FD_SHOW_DEV | FD_SHOW_PIDFD)
#define SHOW_ALL	(SHOW_TWICE | FD_SHOW_EVENTFD | FD_SHOW_SIGNALFD)

static const struct {
	const char *name;
	unsigned int show;
} kinds[] = {
	{ "path", FD_SHOW_PATH }, { "socket", FD_SHOW_SOCKET }, { "dev", FD_SHOW_DEV },
	{ "eventfd", FD_SHOW_EVENTFD }, { "pidfd", FD_SHOW_PIDFD },
	{ "signalfd", FD_SHOW_SIGNALFD }, { "all", SHOW_ALL }, { "none", 0 },
};

static int add_kind(void *ctx, char *word)
{
	unsigned int *show = ctx;
	size_t i;

	for (i = 0; i < NR(kinds); i++) {
		if (strcmp(kinds[i].name, word))
			continue;
		*show |= kinds[i].show;
		return 0;
	}
	complain("--decode-fds=%s: the kinds are path, socket, dev, eventfd, pidfd, signalfd, all, none",
		 word);
	return -EINVAL;
}

static int take_decode_set(struct options *opt, const char *set)
{
	bool invert = *set == '!';
	unsigned int show = 0;
	int err = each_word(set + invert, add_kind, &show);

	if (!err)
		opt->descriptor.show = invert ? SHOW_ALL & ~show : show;
	return err;
}

/* -y, --decode-fds: paths; twice: more of them. */
static int take_decode(struct options *opt, const char *set)
{
	if (set)
		return take_decode_set(opt, set);
	opt->descriptor.show = opt->descriptor.show ? SHOW_TWICE : FD_SHOW_PATH;
	return 0;
}

static int add_path(struct descriptor_options *opt, const char *path)
{
	unsigned int i;

	for (i = 0; i < opt->nr_paths; i++)
		if (!strcmp(opt->paths[i], path))
			return 0;
	if (strlen(path) >= KXT_TARGET_MAX) {
		complain("-P %.40s...: longer than %d bytes, which is too long to be looked for",
			 path, KXT_TARGET_MAX - 1);
		return -EINVAL;
	}
	if (i == KXT_MAX_TARGETS) {
		complain("-P %s: at most %d paths at once, with those they resolve into",
			 path, KXT_MAX_TARGETS);
		return -EINVAL;
	}
	opt->holders[i] = open(path, O_PATH | O_CLOEXEC);
	opt->paths[i] = strdup(path);
	if (!opt->paths[i])
		return -ENOMEM;
	opt->nr_paths++;
	return 0;
}

static int take_path(struct options *opt, const char *path)
{
	if (!*path) {
		complain("-P: an empty PATH; it is that of a file");
		return -EINVAL;
	}
	return add_path(&opt->descriptor, path);
}

/* A number, or two with a - between. */
static int add_fds(void *ctx, char *word)
{
	uint64_t *fds = ctx;
	const char *dash = strchr(word, '-');
	char from_text[16] = "";
	uint64_t from, to;

	if (dash && dash - word < (long)sizeof(from_text))
		memcpy(from_text, word, dash - word);
	if (!parse_number(dash ? from_text : word, KXT_FD_WORDS * 64 - 1, &from) ||
	    !parse_number(dash ? dash + 1 : word, KXT_FD_WORDS * 64 - 1, &to) ||
	    from > to) {
		complain("--trace-fds=%s: not a descriptor; numbers up to %d and ranges, as in 0,3-5",
			 word, KXT_FD_WORDS * 64 - 1);
		return -EINVAL;
	}
	for (; from <= to; from++)
		fds[from / 64] |= 1ull << from % 64;
	return 0;
}

static int take_trace_fds(struct options *opt, const char *set)
{
	uint64_t fds[KXT_FD_WORDS] = {};
	bool invert;
	int i, err = each_in_set(set, &invert, add_fds, fds);

	if (err)
		return err;
	for (i = 0; i < KXT_FD_WORDS; i++)
		opt->descriptor.fds[i] = invert ? ~fds[i] : fds[i];
	opt->descriptor.beyond = invert;
	opt->descriptor.by_fd = true;
	return 0;
}

static int take_names(struct options *opt, const char *argument)
{
	(void)argument;
	opt->descriptor.names = true;
	return 0;
}

/* What a link leads to is meant as well: calls may name either. */
static int judge(struct options *opt)
{
	struct descriptor_options *own = &opt->descriptor;
	unsigned int i, given = own->nr_paths;
	char resolved[PATH_MAX];
	int err = 0;

	if (own->show && !opt->replay)
		own->show |= FD_ASK_PROC;
	for (i = 0; i < given && !err; i++) {
		if (!realpath(own->paths[i], resolved) ||
		    !strcmp(resolved, own->paths[i]))
			continue;
		if (!(opt->quiet & QUIET_PATHS))
			complain("Requested path \"%s\" resolved into \"%s\"",
				 own->paths[i], resolved);
		err = add_path(own, resolved);
	}
	return err;
}

bool fd_details(const struct descriptor_options *opt)
{
	return opt->show & ~(FD_SHOW_PATH | FD_ASK_PROC);
}

void descriptor_settings(const struct descriptor_options *opt,
			 struct kxt_fd_settings *settings, struct kxt_target *targets)
{
	unsigned int i;

	*settings = (struct kxt_fd_settings){
		.show = opt->show != 0,
		.details = fd_details(opt),
		.match = opt->nr_paths || opt->by_fd,
		.nr_targets = opt->nr_paths,
		.any_fd = opt->by_fd,
		.beyond = opt->beyond,
	};
	memcpy(settings->fds, opt->fds, sizeof(settings->fds));
	for (i = 0; i < opt->nr_paths; i++) {
		settings->holders[i] = opt->holders[i];
		strncpy(targets[i].path, opt->paths[i], KXT_TARGET_MAX - 1);
	}
}

static const struct option_row rows[] = {
	{ 'y', "decode-fds", "[WHICH]", "files behind descriptors; -yy: sockets, devices, pidfds too",
	  take_decode },
	{ 'P', "trace-path", "PATH", "only calls that name PATH or use a descriptor of it (repeat)",
	  take_path,
	  .rare = true },
	{ 0, "trace-fds", "SET", "only calls on these descriptors: 0,3-5 or !0-2", take_trace_fds,
	  .rare = true },
	{ 0, "names", NULL, "with the number of a task its name, and its container's", take_names,
	  .rare = true },
};

static const struct qualifier qualifiers[] = {
	{ "decode-fds\0", take_decode_set },
	{ "trace-fds\0trace-fd\0fds\0fd\0", take_trace_fds },
};

const struct option_family descriptor_options = {
	"Files behind descriptors", rows, NR(rows), qualifiers, NR(qualifiers), judge,
};
