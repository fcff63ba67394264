// SPDX-License-Identifier: GPL-2.0-only
/* kx new: a first extension to change, from a template. */
#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <kx/abi.h>

#include "author.h"
#include "verb.h"

/* What a template has where the name belongs. */
#define PLACE	"NAME"

static struct {
	bool force;
	const char *kind;
} config;

static const struct flag flags[] = {
	{ "kind", 'k', "tracepoint (if not given), xdp, cgroup, uprobe or lsm",
	  .word = &config.kind, .what = "KIND" },
	{ "force", 'f', "replace a file that is there", .value = &config.force },
	{ NULL },
};

static const char *const kinds[] = {
	"tracepoint", "xdp", "cgroup", "uprobe", "lsm",
};

#define NR_KINDS	(sizeof(kinds) / sizeof(kinds[0]))

static bool kind_exists(const char *kind)
{
	for (size_t i = 0; i < NR_KINDS; i++)
		if (!strcmp(kind, kinds[i]))
			return true;
	return false;
}

static int kind_unknown(const char *kind)
{
	const char *meant = guess(kind, kinds, NR_KINDS);

	if (meant)
		return tell_wrong("new: --kind %s: no such kind; did you mean %s?",
				  kind, meant);
	return tell_wrong("new: --kind %s: no such kind; see kx new --help",
			  kind);
}

/* Why it cannot be a name, or NULL. */
static const char *name_fault(const char *name)
{
	if (!isalpha((unsigned char)*name))
		return "a name begins with a letter";
	for (const char *c = name; *c; c++)
		if (!isalnum((unsigned char)*c) && *c != '_' && *c != '-')
			return "a name has letters, digits, _ and - only";
	if (strlen(name) > KX_NAME_MAX)
		return "a name has at most 48 characters";
	return NULL;
}

/* What is told about a name may not play tricks on the terminal. */
static int name_wrong(const char *name, const char *fault)
{
	char shown[64];
	size_t len = 0;

	for (; name[len] && len + 1 < sizeof(shown); len++)
		shown[len] = isprint((unsigned char)name[len]) ? name[len] : '?';
	shown[len] = '\0';
	return tell_wrong("new: %s: %s", shown, fault);
}

static void print_named(FILE *to, const char *text, const char *name)
{
	const char *place;

	for (; (place = strstr(text, PLACE)); text = place + strlen(PLACE)) {
		fwrite(text, 1, place - text, to);
		fputs(name, to);
	}
	fputs(text, to);
}

/* The template with the name in it, into a file. */
static int write_named(const char *path, const char *text, const char *name)
{
	char *named = NULL;
	size_t len;
	FILE *file = open_memstream(&named, &len);
	int status;

	if (!file)
		return tell("out of memory");
	print_named(file, text, name);
	if (fclose(file)) {
		free(named);
		return tell("out of memory");
	}
	status = file_write(path, named, len);
	free(named);
	return status;
}

static int template_read(const char *kind, char **out)
{
	struct home home;
	int status = home_find(&home);
	char *path;

	if (status != DONE)
		return status;
	if (asprintf(&path, "%s/%s.bpf.c", home.templates, kind) < 0) {
		status = tell("out of memory");
	} else {
		status = file_read(path, out, NULL);
		free(path);
	}
	home_done(&home);
	return status;
}

static void print_next(const char *path, const char *name)
{
	if (!isatty(STDOUT_FILENO))
		return;
	printf("%s is written. Next:\n"
	       "  kx build %s\n"
	       "  kx load %s.bpf.o\n"
	       "  kx get %s\n"
	       "  kx unload %s\n",
	       path, path, name, name, name);
}

static int run(struct kx *kx, int argc, char **argv)
{
	const char *name = argv[0], *fault = name_fault(name);
	const char *kind = config.kind ? config.kind : kinds[0];
	char path[KX_NAME_MAX + 8], *text;
	struct stat st;
	int status;

	(void)kx, (void)argc;
	if (fault)
		return name_wrong(name, fault);
	if (!kind_exists(kind))
		return kind_unknown(kind);

	snprintf(path, sizeof(path), "%s.bpf.c", name);
	if (!config.force && !lstat(path, &st))
		return tell("new: %s: is there already; --force replaces it", path);
	status = template_read(kind, &text);
	if (status != DONE)
		return status;
	status = write_named(path, text, name);
	free(text);
	if (status == DONE)
		print_next(path, name);
	return status;
}

const struct verb verb_new = {
	.name = "new",
	.arguments = "[--kind KIND] [--force] NAME",
	.summary = "write NAME.bpf.c, an extension to start from",
	.examples = "  kx new execs\n"
		    "  kx new --kind xdp packets\n",
	.flags = flags,
	.min_args = 1,
	.max_args = 1,
	.run = run,
};
