// SPDX-License-Identifier: GPL-2.0-only
/* Options: records in files, replayed later; when to stop. */
#include "family.h"

#include <errno.h>
#include <string.h>

static int take_record(struct options *opt, const char *argument)
{
	opt->recording.file = argument;
	return 0;
}

static int take_info(struct options *opt, const char *argument)
{
	(void)argument;
	opt->recording.info = true;
	return 0;
}

/* A number alone is calls; its unit says what else it is. */
static int take_last(struct options *opt, const char *argument)
{
	struct recording_options *recording = &opt->recording;

	recording->last_calls = 0;
	recording->last_bytes = 0;
	recording->last_ns = 0;
	if (parse_number(argument, UINT64_MAX, &recording->last_calls) ||
	    parse_size(argument, &recording->last_bytes) ||
	    parse_duration(argument, &recording->last_ns)) {
		if (recording_in_flight(recording))
			return 0;
	}
	complain("--last=%s: not a number of calls (100000), a size (64M) or a duration (30s)",
		 argument);
	return -EINVAL;
}

static int take_trigger(struct options *opt, const char *argument)
{
	return trigger_parse(opt, argument);
}

static int take_for(struct options *opt, const char *argument)
{
	if (parse_duration(argument, &opt->recording.for_ns) && opt->recording.for_ns)
		return 0;
	complain("--for=%s: not a duration; 10s, 1.5m, 100ms", argument);
	return -EINVAL;
}

static int take_count(struct options *opt, const char *argument)
{
	if (parse_number(argument, UINT64_MAX, &opt->recording.count) && opt->recording.count)
		return 0;
	complain("--count=%s: not a number of calls", argument);
	return -EINVAL;
}

static int take_size(struct options *opt, const char *argument)
{
	if (parse_size(argument, &opt->recording.size) && opt->recording.size)
		return 0;
	complain("--size=%s: not a size; 100000, 64k, 16M, 1G", argument);
	return -EINVAL;
}

static const struct option_row rows[] = {
	{ 0, "record", "FILE", "the records into FILE, for `kxtrace replay FILE`", take_record },
	{ 0, "info", NULL, "replay: only what the file says of itself", take_info, .rare = true },
	{ 0, "last", "N|SIZE|TIME", "keep the last calls in memory, show them at SIGUSR1", take_last,
	  .rare = true },
	{ 0, "trigger", "LIST", "--last: or when openat:ENOENT, latency>1s, signal:SEGV, exit:!0",
	  take_trigger, .rare = true },
	{ 0, "for", "TIME", "stop after so long", take_for, .rare = true },
	{ 0, "count", "N", "stop after so many calls", take_count, .rare = true },
	{ 0, "size", "BYTES", "stop after so much output", take_size, .rare = true },
	{ 0, "syscall-limit", "N", NULL, take_count, .rare = true },
};

static int judge_replay(const struct options *opt)
{
	const char *wrong = opt->nr_pids ? "-p" : opt->all ? "--all" :
			    opt->recording.file ? "--record" :
			    opt->descriptor.nr_paths ? "-P" :
			    opt->descriptor.by_fd ? "--trace-fds" : NULL;

	if (!opt->command || opt->command[1]) {
		complain("replay: takes one FILE, behind the options, as kxtrace --record writes it");
		return -EINVAL;
	}
	if (wrong) {
		complain("%s: is for a live trace, and `replay` shows one from a file", wrong);
		return -EINVAL;
	}
	if (recording_in_flight(&opt->recording) && !opt->recording.nr_triggers) {
		complain("--last: in a replay it needs --trigger, there is nobody to send a signal");
		return -EINVAL;
	}
	return 0;
}

/* A trigger that can never come is a mistake. */
static int judge_triggers(const struct options *opt)
{
	const struct trigger *trigger;
	unsigned int i, nr;
	bool possible;

	if (opt->recording.nr_triggers && !recording_in_flight(&opt->recording)) {
		complain("--trigger: needs --last, which keeps what is to be shown then");
		return -EINVAL;
	}
	for (i = 0; i < opt->recording.nr_triggers; i++) {
		trigger = &opt->recording.triggers[i];
		possible = trigger->kind == TRIGGER_EXIT ||
			   (trigger->kind == TRIGGER_SIGNAL &&
			    opt->signals & 1ull << (trigger->number - 1));
		for (nr = 0; nr < KXT_NR_ROWS && trigger->kind == TRIGGER_CALL; nr++)
			possible |= trigger->calls[nr] && opt->selected[nr];
		if (possible)
			continue;
		complain("--trigger=%.*s: can never come, -e leaves it out", trigger->len,
			 trigger->text);
		return -EINVAL;
	}
	return 0;
}

static int judge(struct options *opt)
{
	const struct recording_options *recording = &opt->recording;
	int err;

	err = opt->replay ? judge_replay(opt) : 0;
	if (!err)
		err = judge_triggers(opt);
	if (err)
		return err;
	if (recording->info && !opt->replay) {
		complain("--info: is for a file: kxtrace replay --info FILE");
		return -EINVAL;
	}
	if (opt->summary && (recording->file || recording_in_flight(recording))) {
		complain("-c: counts in the kernel and makes no records, so there is nothing for %s",
			 recording->file ? "--record; use `replay -c FILE` afterwards" : "--last");
		return -EINVAL;
	}
	/* What a file is for needs no messages about processes. */
	if (recording->file && opt->command && !opt->quiet)
		opt->quiet = 1;
	return 0;
}

const struct option_family recording_options = {
	"Records and limits", rows, NR(rows), NULL, 0, judge,
};
