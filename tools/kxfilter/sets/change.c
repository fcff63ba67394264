// SPDX-License-Identifier: GPL-2.0-only
/* kxfilter add, delete, flush: live sets are changed while the rules act. */
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../filter/acting.h"
#include "../verb.h"
#include "cli/own.h"

static struct {
	const char *file;
	const char *timeout;
	bool exist;
	bool json;
} config;

static const struct flag add_flags[] = {
	{ "timeout", 't', "they leave it after that: 30s, 10m, 2h, 1d, or never", NULL,
	  &config.timeout, "TIME" },
	{ "file", 'f', "and those of a file, one a line; -: standard input", NULL, &config.file,
	  "FILE" },
	{ "json", 'j', "one JSON object per line", &config.json },
	{ NULL },
};

static const struct flag delete_flags[] = {
	{ "exist", 'e', "those that are not there do not matter", &config.exist },
	{ "file", 'f', "and those of a file, one a line; -: standard input", NULL, &config.file,
	  "FILE" },
	{ "json", 'j', "one JSON object per line", &config.json },
	{ NULL },
};

static const struct flag flush_flags[] = {
	{ "json", 'j', "one JSON object per line", &config.json },
	{ NULL },
};

/* As many lines as there are arguments. */
static char *lines_of(int argc, char **argv)
{
	char *text = NULL;
	size_t len;
	FILE *out = open_memstream(&text, &len);

	for (int i = 0; out && i < argc; i++)
		fprintf(out, "%s\n", argv[i]);
	if (out && !fclose(out))
		return text;
	free(text);
	return NULL;
}

static int parse(const char *name, const char *text, struct element **list, size_t *nr)
{
	struct complaints complaints = { .json = config.json };
	struct element *more = NULL, *grown;
	size_t nr_more = 0;
	int err = elements_parse(name, text, complaints_tell, &complaints, &more, &nr_more);

	if (!err) {
		grown = reallocarray(*list, *nr + nr_more + 1, sizeof(*grown));
		err = grown ? 0 : -ENOMEM;
		if (grown) {
			if (nr_more)
				memcpy(grown + *nr, more, nr_more * sizeof(*grown));
			*list = grown;
			*nr += nr_more;
		}
	}
	free(more);
	if (err == -ENOMEM)
		tell("out of memory");
	return err;
}

/* All that is given, before anything is changed. DONE, or the status to exit with. */
static int collect(const char *verb, int argc, char **argv, struct element **list, size_t *nr)
{
	_cleanup_free_ char *text = lines_of(argc, argv);

	if (!text)
		return tell("out of memory");
	if (!argc && !config.file)
		return tell_wrong("%s: an element is missing: kxfilter %s DEV SET ELEMENT, or --file FILE",
				  verb, verb);
	if (parse("element", text, list, nr) ||
	    (config.file && parse(config.file, NULL, list, nr)))
		return tell("%s: nothing has changed", verb);
	return DONE;
}

static int parse_timeout(uint64_t usual, uint64_t *out)
{
	*out = usual;
	if (!config.timeout)
		return DONE;
	*out = 0;
	if (strcmp(config.timeout, "never") && duration_read(config.timeout, out))
		return tell_wrong("add: --timeout: %s: it takes a time, as 30s, 10m, 2h, 1d, or never",
				  config.timeout);
	return DONE;
}

static int open_set(struct kx *kx, char **argv, struct acting *acting, struct kxf_live **set)
{
	int err = acting_open(kx, argv[0], acting);

	if (err == -ENOENT)
		return tell_unfiltered(argv[0]);
	*set = err ? NULL : acting_set(acting, argv[1]);
	return *set ? DONE : FAILED;
}

static void say(char **argv, const char *result, size_t nr, const char *other, size_t nr_other)
{
	if (!config.json) {
		printf("%s: %s: %zu %s", argv[0], argv[1], nr, result);
		if (nr_other)
			printf(", %zu %s", nr_other, other);
		putchar('\n');
		return;
	}
	printf("{\"device\":");
	json_string(argv[0]);
	printf(",\"set\":");
	json_string(argv[1]);
	printf(",\"result\":\"%s\",\"elements\":%zu,\"others\":%zu}\n", result, nr, nr_other);
}

static int run_add(struct kx *kx, int argc, char **argv)
{
	_cleanup_acting_ struct acting acting = {};
	_cleanup_(elements_free) struct elements elements = {};
	_cleanup_free_ struct element *list = NULL;
	size_t nr = 0, nr_new = 0;
	struct kxf_live *set = NULL;
	uint64_t timeout;
	int err, status = parse_timeout(0, &timeout) ?: collect("add", argc - 2, argv + 2, &list,
								&nr) ?:
			  open_set(kx, argv, &acting, &set);

	if (status)
		return status;
	parse_timeout(set->timeout_ns, &timeout);
	err = sets_elements(list, nr, timeout, sets_now_ns(), &elements);
	if (!err)
		err = sets_add(&acting.sets, set, &elements, &nr_new);
	if (err == -E2BIG)
		return tell("%s: %s: there is no room for %zu more elements, it has room for %u: nothing has changed; \"size\" in the rules gives it more",
			    argv[0], argv[1], nr_new, set->size);
	if (err)
		return tell("%s: %s cannot be changed: %s", argv[0], argv[1], strerror(-err));
	say(argv, "added", nr_new, "there already, with a new time", elements.nr - nr_new);
	return DONE;
}

/* Why an element is not there. */
static int tell_missing(const struct acting *acting, const char *name,
			const struct kxf_element *element)
{
	struct rules *rules = acting_rules(acting);
	struct range range = sets_range(element);
	_cleanup_free_ char *text = NULL;
	bool is_said = false;
	size_t len;
	FILE *out = open_memstream(&text, &len);

	if (out) {
		address_print(out, &range);
		fclose(out);
	}
	for (size_t i = 0; rules && i < rules->nr_live; i++)
		is_said |= !strcmp(rules->live[i].name, name) &&
			   set_overlaps(rules->live[i].first, range.first, range.last);
	rules_free(rules);
	return tell(is_said ? "%s: %s: %s is there because the rules say so: take it out of them, and apply them; nothing has changed" :
		    "%s: %s: %s is not there: nothing has changed; --exist lets that pass",
		    acting->filter.device, name, text ?: "?");
}

static int run_delete(struct kx *kx, int argc, char **argv)
{
	_cleanup_acting_ struct acting acting = {};
	_cleanup_(elements_free) struct elements elements = {};
	_cleanup_free_ struct element *list = NULL;
	size_t nr = 0, missing = 0;
	struct kxf_live *set = NULL;
	long found;
	int err, status = collect("delete", argc - 2, argv + 2, &list, &nr) ?:
			  open_set(kx, argv, &acting, &set);

	if (status)
		return status;
	err = sets_elements(list, nr, 0, 0, &elements);
	found = err ? err : sets_count(&acting.sets, set, &elements, &missing);
	if (found >= 0 && (size_t)found < elements.nr && !config.exist)
		return tell_missing(&acting, argv[1], &elements.keys[missing]);
	err = found < 0 ? found : sets_remove(&acting.sets, set, &elements);
	if (err)
		return tell("%s: %s cannot be changed: %s", argv[0], argv[1], strerror(-err));
	say(argv, "deleted", found, "not there", elements.nr - found);
	return DONE;
}

static int run_flush(struct kx *kx, int argc, char **argv)
{
	_cleanup_acting_ struct acting acting = {};
	struct kxf_live *set = NULL;
	long nr;
	int err, status = open_set(kx, argv, &acting, &set);

	(void)argc;
	if (status)
		return status;
	nr = sets_sweep(&acting.sets, set);
	err = nr < 0 ? nr : sets_flush(&acting.sets, set);
	if (err)
		return tell("%s: %s cannot be changed: %s", argv[0], argv[1], strerror(-err));
	say(argv, "deleted", nr, "", 0);
	return DONE;
}

const struct verb verb_add = {
	.name = "add",
	.arguments = "DEV SET [ELEMENT ...] [--timeout TIME] [--file FILE] [--json]",
	.summary = "add addresses to a live set: all of them, or none",
	.examples = "  kxfilter add eth0 banned 192.0.2.1 2001:db8::/64 --timeout 10m\n"
		    "  kxfilter add eth0 banned --file blocklist.txt\n",
	.flags = add_flags,
	.min_args = 2,
	.max_args = INT_MAX,
	.run = run_add,
};

const struct verb verb_delete = {
	.name = "delete",
	.arguments = "DEV SET [ELEMENT ...] [--exist] [--file FILE] [--json]",
	.summary = "delete addresses from a live set: all of them, or none",
	.examples = "  kxfilter delete eth0 banned 192.0.2.1\n"
		    "  kxfilter delete eth0 banned --exist --file old.txt\n",
	.flags = delete_flags,
	.min_args = 2,
	.max_args = INT_MAX,
	.run = run_delete,
};

const struct verb verb_flush = {
	.name = "flush",
	.arguments = "DEV SET [--json]",
	.summary = "empty a live set, all at once",
	.examples = "  kxfilter flush eth0 banned\n",
	.flags = flush_flags,
	.min_args = 2,
	.max_args = 2,
	.run = run_flush,
};
