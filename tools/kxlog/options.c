// SPDX-License-Identifier: GPL-2.0-only
/* The command line: one table for parsing, help and refusals. */
#include "options.h"

#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <kx/abi.h>
#include <kx/kx.h>

#include "sinks.h"
#include "cli/tell.h"

#define NR(array)	(sizeof(array) / sizeof((array)[0]))
#define SPOOL_DIR	"/var/lib/kx/log"
#define SPOOL_SIZE	(64ULL << 20)

enum {
	OPT_EVENTS = 256,
	OPT_NO_EVENTS,
	OPT_SPOOL,
	OPT_SPOOL_SIZE,
	OPT_WHEN_FULL,
	OPT_SYNC,
	OPT_METRICS,
	OPT_ONCE,
};

static const struct option_row {
	int id;			/* the letter, or one of the above */
	const char *name;
	const char *argument;	/* NULL: takes none */
	const char *group;	/* starts a group in the help */
	const char *help;
} table[] = {
	{ 'l', "level", "LEVEL", "What",
	  "no less urgent messages: emerg alert crit err warning notice info debug" },
	{ OPT_EVENTS, "events", NULL, NULL, "messages and other records (default)" },
	{ OPT_NO_EVENTS, "no-events", NULL, NULL, "messages only" },
	{ OPT_ONCE, "once", NULL, NULL, "deliver what is there, and end" },
	{ 't', "to", "SINK", "Where to",
	  "SCHEME:WHERE[,option=value...], any number of times; on a terminal: term:" },
	{ OPT_METRICS, "metrics", "ADDR:PORT", NULL, "serve the account to Prometheus" },
	{ OPT_SPOOL, "spool", "DIR", "What is kept until all sinks have it",
	  "where (default " SPOOL_DIR ")" },
	{ OPT_SPOOL_SIZE, "spool-size", "BYTES", NULL, "how much at most, K, M, G (default 64M)" },
	{ OPT_WHEN_FULL, "when-full", "POLICY", NULL,
	  "drop-oldest (default), drop-newest, or block" },
	{ OPT_SYNC, "sync", "WHEN", NULL,
	  "safe from a power cut: each segment (default), batch, or never" },
	{ 'h', "help", NULL, "Other", "this text" },
	{ 'V', "version", NULL, NULL, "the version" },
};

/* A word, and what it stands for. */
struct word {
	const char *word;
	int value;
};

static const struct word policies[] = {
	{ "drop-oldest", SPOOL_DROP_OLDEST }, { "drop-newest", SPOOL_DROP_NEWEST },
	{ "block", SPOOL_BLOCK }, { NULL },
};

static const struct word syncs[] = {
	{ "segment", SPOOL_SYNC_SEGMENT }, { "batch", SPOOL_SYNC_BATCH },
	{ "never", SPOOL_SYNC_NEVER }, { NULL },
};

static const char examples[] =
	"\nexamples:\n"
	"  kxlog                                     all instances, on this terminal\n"
	"  kxlog -l warning 'net*' guard.denied      some of them, and one stream\n"
	"  kxlog --to file:/var/log/kx.log,size=10M,keep=7,compress --to json:/run/kx.json\n"
	"  kxlog --once --to json:-                  what there is, as JSON\n";

static void print_help(void)
{
	printf("usage: kxlog [OPTION ...] [INSTANCE[.STREAM] ...]\n"
	       "Follow the logs and events of instances; names may be patterns.\n");
	for (size_t i = 0; i < NR(table); i++) {
		char left[64];

		if (table[i].group)
			printf("\n%s:\n", table[i].group);
		snprintf(left, sizeof(left), "--%s%s%s", table[i].name,
			 table[i].argument ? " " : "", table[i].argument ? table[i].argument : "");
		if (table[i].id < 256)
			printf("  -%c, %-20s %s\n", table[i].id, left, table[i].help);
		else
			printf("      %-20s %s\n", left, table[i].help);
	}
	printf("\nSinks; each takes level=LEVEL, too:\n");
	for (const struct sink_kind *const *kind = sink_kinds; *kind; kind++) {
		char left[80];

		snprintf(left, sizeof(left), "%s:%s", (*kind)->scheme, (*kind)->where);
		printf("  %-44s %s\n", left, (*kind)->help);
	}
	fputs(examples, stdout);
}

static const char *option_name(int id)
{
	for (size_t i = 0; i < NR(table); i++)
		if (table[i].id == id)
			return table[i].name;
	return "";
}

static int word_parse(int id, const struct word *words, const char *text, int *out)
{
	char list[128] = "";
	size_t used = 0;

	for (const struct word *word = words; word->word; word++) {
		if (!strcmp(word->word, text)) {
			*out = word->value;
			return -1;
		}
		used += snprintf(list + used, sizeof(list) - used, "%s%s", used ? ", " : "",
				 word->word);
	}
	return tell_wrong("--%s %s: not one of %s", option_name(id), text, list);
}

static int size_parse(const char *text, uint64_t *out)
{
	static const char units[] = "KMG";
	char *end;
	const char *unit;
	uint64_t value;

	errno = 0;
	value = strtoull(text, &end, 10);
	unit = *end ? strchr(units, *end) : NULL;
	if (text[0] < '0' || text[0] > '9' || errno || (*end && (!unit || end[1])) ||
	    value > UINT64_MAX >> 31)
		return tell_wrong("--spool-size %s: not a size; a number of bytes, or with K, M, G", text);
	if (unit)
		value <<= 10 * (unit - units + 1);
	if (value < SPOOL_SIZE_MIN)
		return tell_wrong("--spool-size %s: too small; 64K at least", text);
	*out = value;
	return -1;
}

static int level_read(const char *text, int *out)
{
	*out = level_parse(text);
	if (*out >= 0)
		return -1;
	return tell_wrong("-l %s: no such level; emerg, alert, crit, err, warning, notice, info, debug", text);
}

static int sink_add(struct options *opt, const char *spec)
{
	if (opt->nr_sinks == MAX_SINKS)
		return tell_wrong("--to %s: %d sinks at most", spec, MAX_SINKS);
	opt->sinks[opt->nr_sinks++] = spec;
	return -1;
}

static int apply(struct options *opt, int id, const char *argument)
{
	int value = 0, status;

	switch (id) {
	case 'l':
		return level_read(argument, &opt->level);
	case OPT_EVENTS:
	case OPT_NO_EVENTS:
		opt->events = id == OPT_EVENTS;
		return -1;
	case OPT_ONCE:
		opt->once = true;
		return -1;
	case 't':
		return sink_add(opt, argument);
	case OPT_METRICS:
		opt->metrics = argument;
		return -1;
	case OPT_SPOOL:
		opt->spool = argument;
		return argument[0] ? -1 : tell_wrong("--spool: a directory is needed");
	case OPT_SPOOL_SIZE:
		return size_parse(argument, &opt->spool_size);
	case OPT_WHEN_FULL:
		status = word_parse(id, policies, argument, &value);
		opt->policy = value;
		return status;
	case OPT_SYNC:
		status = word_parse(id, syncs, argument, &value);
		opt->sync = value;
		return status;
	case 'V':
		printf("kxlog %s\n", kx_version());
		return DONE;
	}
	print_help();
	return DONE;
}

static void spell(struct option *longs, char *letters)
{
	*letters++ = ':';	/* a missing argument is told from a wrong option */
	for (size_t i = 0; i < NR(table); i++) {
		*longs++ = (struct option){ table[i].name,
			table[i].argument ? required_argument : no_argument, NULL, table[i].id };
		if (table[i].id >= 256)
			continue;
		*letters++ = table[i].id;
		if (table[i].argument)
			*letters++ = ':';
	}
	*letters = '\0';
	*longs = (struct option){ 0 };
}

static int refuse(int found, const char *word)
{
	if (found == ':')
		return tell_wrong("%s: an argument is missing after it", word);
	if (optopt && strncmp(word, "--", 2))
		return tell_wrong("-%c: no such option; kxlog --help lists them", optopt);
	if (optopt || strchr(word, '='))
		return tell_wrong("%s: takes no value", word);
	return tell_wrong("%s: no such option; kxlog --help lists them", word);
}

/* What all of it means together. */
static int judge(struct options *opt)
{
	for (size_t i = 0; i < opt->nr_patterns; i++)
		if (!opt->patterns[i][0])
			return tell_wrong("an INSTANCE without a name; kx list shows them");
	for (size_t i = 0; i < opt->nr_sinks; i++)
		for (size_t j = 0; j < i; j++) {
			size_t len = strcspn(opt->sinks[i], ",");

			if (strcspn(opt->sinks[j], ",") == len &&
			    !strncmp(opt->sinks[i], opt->sinks[j], len))
				return tell_wrong("--to %.*s: twice; each sink has one cursor", (int)len, opt->sinks[i]);
		}
	if (opt->nr_sinks)
		return -1;
	if (!isatty(STDOUT_FILENO))
		return tell_wrong("no sink: standard output is no terminal; --to term: writes there anyway, kxlog --help lists others");
	return sink_add(opt, "term:");
}

int options_parse(struct options *opt, int argc, char **argv)
{
	struct option longs[NR(table) + 1];
	char letters[2 * NR(table) + 2];
	int found, status;

	*opt = (struct options){
		.level = KX_LEVEL_DEBUG, .events = true, .spool = SPOOL_DIR,
		.spool_size = SPOOL_SIZE,
	};
	spell(longs, letters);
	opterr = 0;
	while ((found = getopt_long(argc, argv, letters, longs, NULL)) >= 0) {
		if (found == '?' || found == ':')
			return refuse(found, argv[optind - 1]);
		status = apply(opt, found, optarg);
		if (status >= 0)
			return status;
	}
	opt->patterns = argv + optind;
	opt->nr_patterns = argc - optind;
	return judge(opt);
}
