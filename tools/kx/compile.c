// SPDX-License-Identifier: GPL-2.0-only
/* Runs clang with the flags that an extension needs. */
#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>
#include <sys/wait.h>
#include <unistd.h>

#include "author.h"
#include "verb.h"

extern char **environ;

/* Ours, without the author's and CLANG's. */
#define MAX_WORDS	48

struct words {
	char **at;
	size_t nr;
	char *kept[8];		/* those that were put together here */
	size_t nr_kept;
	bool failed;		/* no memory for one of them */
};

/*
 * The object must not depend on the directory it was made in: its content is its
 * identity. Tags that an old clang would drop are no warning.
 */
static char *const flags[] = {
	"-target", "bpf", "-mcpu=v3", "-O2", "-g", "-Wall",
	/* Newer kernels have members without a name whose structure has one. */
	"-fms-extensions", "-Wno-microsoft-anon-tag",
	"-Werror=unknown-attributes", "-fdebug-compilation-dir=.",
};

/* uname's word, and libbpf's for the same machine. */
static const char *const machines[][2] = {
	{ "x86_64", "x86" },	{ "aarch64", "arm64" }, { "riscv64", "riscv" },
	{ "s390x", "s390" },	{ "ppc64le", "powerpc" },
	{ "loongarch64", "loongarch" },
};

static void add(struct words *words, char *word)
{
	words->at[words->nr++] = word;
}

static void add_joined(struct words *words, const char *a, const char *b,
		       const char *c)
{
	char *word;

	if (asprintf(&word, "%s%s%s", a, b, c) < 0) {
		words->failed = true;
		return;
	}
	words->kept[words->nr_kept++] = word;
	add(words, word);
}

/* CLANG may have words of its own: "ccache clang". */
static void add_clang(struct words *words, char *clang)
{
	char *rest, *word = strtok_r(clang, " ", &rest);

	for (; word; word = strtok_r(NULL, " ", &rest))
		add(words, word);
	if (!words->nr)
		add(words, "clang");
}

static void add_machine(struct words *words)
{
	struct utsname host;

	if (uname(&host))
		return;
	for (size_t i = 0; i < sizeof(machines) / sizeof(machines[0]); i++)
		if (!strcmp(machines[i][0], host.machine))
			add_joined(words, "-D__TARGET_ARCH_", machines[i][1],
				   "");
	/* Where Debian keeps <asm/types.h>, which a -target bpf does not know. */
	add(words, "-idirafter");
	add_joined(words, "/usr/include/", host.machine, "-linux-gnu");
}

/* Lines are known to the kernel by the file's name, wherever it is. */
static void add_place(struct words *words, const char *file)
{
	const char *slash = strrchr(file, '/');
	char *dir = slash ? strndup(file, slash + 1 - file) : NULL;

	if (dir)
		add_joined(words, "-ffile-prefix-map=", dir, "=");
	words->failed |= slash && !dir;
	free(dir);
}

static void add_all(struct words *words, const struct source *source,
		    char *clang)
{
	add_clang(words, clang);
	for (size_t i = 0; i < sizeof(flags) / sizeof(flags[0]); i++)
		add(words, flags[i]);
	if (isatty(STDERR_FILENO))
		add(words, "-fcolor-diagnostics");
	add_machine(words);
	add_place(words, source->file);
	add_joined(words, "-I", source->home->vmlinux, "");
	if (source->types)
		add_joined(words, "-I", source->types, "");
	else
		add(words, "-DKX_MINIMAL");
	add_joined(words, "-I", source->home->include, "");
	for (char *const *flag = source->flags; *flag; flag++)
		add(words, *flag);
	add(words, "-c");
	add(words, (char *)source->file);
	add(words, "-o");
	add(words, "-");
	add(words, NULL);
}

/* What clang has said so far, and how it summed it up. */
struct said {
	char line[512];
	size_t len;
	unsigned int errors;
	bool no_libbpf;
};

/* "1 warning and 2 errors generated." */
static void line_read(struct said *said)
{
	char *end = strstr(said->line, " generated."), *at;

	if (strstr(said->line, "'bpf/bpf_") && strstr(said->line, "not found"))
		said->no_libbpf = true;
	at = end ? strstr(said->line, " error") : NULL;
	if (!at)
		return;
	while (at > said->line && isdigit((unsigned char)at[-1]))
		at--;
	said->errors = strtoul(at, NULL, 10);
}

static void line_add(struct said *said, char c)
{
	if (c != '\n') {
		if (said->len + 1 < sizeof(said->line))
			said->line[said->len++] = c;
		return;
	}
	said->line[said->len] = '\0';
	line_read(said);
	said->len = 0;
}

/* Clang's own words go through. */
static void listen_to(int fd, struct said *said)
{
	char text[4096];
	ssize_t len;

	while ((len = read(fd, text, sizeof(text))) > 0 ||
	       (len < 0 && errno == EINTR)) {
		if (len < 0)
			continue;
		fwrite(text, 1, len, stderr);
		for (ssize_t i = 0; i < len; i++)
			line_add(said, text[i]);
	}
}

/* An errno, 0 when it ran; *@status as from waitpid(). */
static int run(char **words, int to, struct said *said, int *status)
{
	posix_spawn_file_actions_t actions;
	int pipes[2], err;
	pid_t pid;

	if (pipe2(pipes, O_CLOEXEC))
		return errno;
	posix_spawn_file_actions_init(&actions);
	posix_spawn_file_actions_adddup2(&actions, to, STDOUT_FILENO);
	posix_spawn_file_actions_adddup2(&actions, pipes[1], STDERR_FILENO);
	err = posix_spawnp(&pid, words[0], &actions, NULL, words, environ);
	posix_spawn_file_actions_destroy(&actions);
	close(pipes[1]);
	if (!err) {
		listen_to(pipes[0], said);
		while (waitpid(pid, status, 0) < 0 && errno == EINTR)
			;
	}
	close(pipes[0]);
	return err;
}

static int tell_not_run(const char *clang, int err)
{
	if (err == ENOENT)
		return tell("build: %s: no such compiler; install the package clang, or set CLANG to one",
			    clang);
	return tell("build: %s: cannot be run: %s", clang, strerror(err));
}

static int tell_refused(const char *file, const struct said *said, int status)
{
	if (WIFSIGNALED(status))
		return tell("build: %s: not compiled: the compiler died of signal %d",
			    file, WTERMSIG(status));
	if (said->no_libbpf)
		return tell("build: %s: not compiled: libbpf's headers are missing; install the package libbpf-dev",
			    file);
	if (!said->errors)
		return tell("build: %s: not compiled", file);
	return tell("build: %s: not compiled: %u error%s", file, said->errors,
		    said->errors == 1 ? "" : "s");
}

static size_t count(char *const *words)
{
	size_t nr = 0;

	while (words[nr])
		nr++;
	return nr;
}

int compile(const struct source *source, int to)
{
	const char *named = getenv("CLANG");
	char *clang = strdup(named && *named ? named : "clang");
	struct words words = { 0 };
	struct said said = { 0 };
	int err = ENOMEM, status = 0;

	if (clang)
		words.at = calloc(MAX_WORDS + strlen(clang) +
				  count(source->flags), sizeof(char *));
	if (words.at) {
		add_all(&words, source, clang);
		err = words.failed ? ENOMEM : run(words.at, to, &said, &status);
	}
	if (err)
		err = tell_not_run(words.at ? words.at[0] : "clang", err);
	else if (status)
		err = tell_refused(source->file, &said, status);

	for (size_t i = 0; i < words.nr_kept; i++)
		free(words.kept[i]);
	free(words.at);
	free(clang);
	return err ? FAILED : DONE;
}
