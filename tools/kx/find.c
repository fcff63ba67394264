// SPDX-License-Identifier: GPL-2.0-only
/* From the words of a command line to extensions and instances. */
#include "find.h"

#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <kx/abi.h>

#include "verb.h"

int search_open(struct search *out)
{
	/* Not for a kx that was given capabilities: its user has fewer rights. */
	const char *path = secure_getenv("KX_PATH");
	struct search search = { 0 };
	char *rest, *dir;

	if (!path || !path[strspn(path, ":")]) {
		*out = search;
		return 0;
	}
	search.text = strdup(path);
	search.dirs = calloc(strlen(path), sizeof(*search.dirs));
	if (!search.text || !search.dirs) {
		search_done(&search);
		return -ENOMEM;
	}
	for (rest = search.text; (dir = strsep(&rest, ":"));)
		if (*dir)
			search.dirs[search.nr++] = dir;
	*out = search;
	return 0;
}

void search_done(struct search *search)
{
	free(search->dirs);
	free(search->text);
}

bool word_is_file(const char *word)
{
	size_t len = strlen(word);

	return strchr(word, '/') || (len > 2 && !strcmp(word + len - 2, ".o"));
}

bool word_is_name(const char *word)
{
	size_t len = 0;

	while (isalnum((unsigned char)word[len]) || word[len] == '_' ||
	       word[len] == '-')
		len++;
	return len && len <= KX_NAME_MAX && !word[len] && word[0] != '-';
}

int extension_get(struct kx *kx, const char *verb, const char *word,
		  const struct search *search, struct kx_extension **out)
{
	int err;

	if (word_is_file(word))
		err = kx_extension_open(kx, word, out);
	else if (word_is_name(word))
		err = kx_extension_find(kx, word, search->dirs, search->nr, out);
	else
		return tell_wrong("%s: %s: neither a file nor a name; files are written with a slash or end in .o",
				  verb, word);
	return err ? tell("%s", kx_error(kx)) : DONE;
}

int instance_check(const char *verb, const char *word)
{
	if (word_is_name(word))
		return DONE;
	return tell_wrong("%s: %s: not the name or kmid of an instance; kx list shows them",
			  verb, word);
}

int instance_get(struct kx *kx, const char *verb, const char *word,
		 struct kx_instance **out)
{
	int status = instance_check(verb, word);

	if (status)
		return status;
	return kx_instance_open(kx, word, out) ? tell("%s", kx_error(kx)) : DONE;
}

int settings_check(const char *verb, int argc, char **argv)
{
	for (int i = 0; i < argc; i++)
		if (argv[i][0] == '=' || !strchr(argv[i], '='))
			return tell_wrong("%s: %s: not a setting; write NAME=VALUE",
					  verb, argv[i]);
	return DONE;
}
