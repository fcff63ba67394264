// SPDX-License-Identifier: GPL-2.0-only
/*
 * --trigger=LIST, where any of the list is enough:
 *
 *	CALL		a call that is over; CALL: a name, %CLASS, or * for all
 *	CALL:ERROR	one that failed with this error
 *	CALL:!0		one that failed
 *	CALL>DURATION	one that took longer; `latency` is the same as *
 *	signal:NAME	a signal
 *	exit:N, exit:!N	the end of a task with status N, or with another
 */
#include "trigger.h"

#include <errno.h>
#include <string.h>

#include "../decode.h"
#include "../decode/errno.h"
#include "../decode/sigset.h"
#include "family.h"

#define MAX_ERROR	530
#define WORD_MAX	64

struct place {
	const char *list;
	const char *at;		/* in the list: what is wrong begins here */
};

static int complain_at(const struct place *place, const char *word, const char *what)
{
	complain("--trigger=%s: character %zu: %s: %s", place->list,
		 place->at - place->list + 1, word, what);
	return -EINVAL;
}

static int take_calls(struct trigger *trigger, const struct place *place, const char *word)
{
	int nr;

	if (!strcmp(word, "*") || !strcmp(word, "latency")) {
		memset(trigger->calls, true, sizeof(trigger->calls));
		return 0;
	}
	if (*word == '%')
		return select_calls(trigger->calls, "trigger", word);
	nr = call_nr_by_name(word);
	if (nr < 0)
		return complain_at(place, *word ? word : "nothing", "no such system call; also: signal, exit, latency, * or %CLASS");
	trigger->calls[nr] = true;
	return 0;
}

static int take_result(struct trigger *trigger, const struct place *place, const char *word)
{
	int i;

	if (!strcmp(word, "!0")) {
		trigger->any_error = true;
		return 0;
	}
	for (i = 1; i <= MAX_ERROR; i++) {
		if (!errno_name(i) || strcmp(errno_name(i), word))
			continue;
		trigger->error = i;
		return 0;
	}
	return complain_at(place, word, "no such error; a name like ENOENT, or !0 for any");
}

static int take_signal_name(struct trigger *trigger, const struct place *place,
			    const char *word)
{
	uint64_t number;
	int sig;

	trigger->kind = TRIGGER_SIGNAL;
	if (parse_number(word, 64, &number) && number) {
		trigger->number = number;
		return 0;
	}
	if (!strncasecmp(word, "SIG", 3))
		word += 3;
	for (sig = 1; sig <= 64; sig++) {
		if (!signal_name(sig) || strcasecmp(signal_name(sig) + 3, word))
			continue;
		trigger->number = sig;
		return 0;
	}
	return complain_at(place, word, "no such signal; kill -l lists them");
}

static int take_status(struct trigger *trigger, const struct place *place, const char *word)
{
	uint64_t status;

	trigger->kind = TRIGGER_EXIT;
	trigger->invert = *word == '!';
	if (!parse_number(word + trigger->invert, 255, &status))
		return complain_at(place, word, "no exit status; 0 to 255, or !0 for any other than 0");
	trigger->number = status;
	return 0;
}

static int take_latency(struct trigger *trigger, const struct place *place, const char *word)
{
	if (parse_duration(word, &trigger->above_ns) && trigger->above_ns)
		return 0;
	return complain_at(place, word, "not a duration; 100ms, 1.5s, 20us");
}

/* `word` is one of the list, without what is behind it. */
static int take_one(struct trigger *trigger, struct place *place, char *word)
{
	size_t len = strcspn(word, ":>");
	char sign = word[len];
	const char *value = word + len + 1;
	int err;

	word[len] = '\0';
	if (sign != ':' || (strcmp(word, "signal") && strcmp(word, "exit"))) {
		err = take_calls(trigger, place, word);
		if (err || !sign)
			return err;
		place->at += len + 1;
		return sign == '>' ? take_latency(trigger, place, value) :
				     take_result(trigger, place, value);
	}
	place->at += len + 1;
	if (*word == 's')
		return take_signal_name(trigger, place, value);
	return take_status(trigger, place, value);
}

int trigger_parse(struct options *opt, const char *list)
{
	struct place place = { .list = list };
	struct trigger *trigger;
	char word[WORD_MAX];
	const char *at = list;
	size_t len;
	int err;

	for (;; at += len + 1) {
		len = strcspn(at, ",");
		place.at = at;
		if (len >= sizeof(word))
			return complain_at(&place, "this", "is too long for a trigger");
		memcpy(word, at, len);
		word[len] = '\0';
		if (opt->recording.nr_triggers == MAX_TRIGGERS)
			return complain_at(&place, word, "one trigger too many; there can be 16");
		trigger = &opt->recording.triggers[opt->recording.nr_triggers++];
		*trigger = (struct trigger){ .text = at, .len = len };
		err = take_one(trigger, &place, word);
		if (err)
			return err;
		if (!at[len])
			return 0;
	}
}
