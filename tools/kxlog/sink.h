/* SPDX-License-Identifier: GPL-2.0-only */
/* Sinks: where records go. The spool keeps them until every sink has them. */
#ifndef KXLOG_SINK_H
#define KXLOG_SINK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * A record, as the spool has it. What it points to is valid until the function it was
 * given to returns.
 */
struct entry {
	uint64_t position;	/* in the spool; grows from one to the next, never 0 */
	const char *id;		/* BOOT.KMID.STREAM.GENERATION.CPU.NR: the same after a restart */
	const char *host;
	const char *instance;
	const char *extension;
	const char *stream;	/* "log" for messages */
	uint64_t kmid;
	uint64_t nr;
	uint64_t boot_ns;	/* CLOCK_BOOTTIME, as kernel code has seen it */
	uint64_t time_ns;	/* CLOCK_REALTIME of that, as it was when it was read */
	uint64_t lost;		/* missing before it, on that CPU */
	uint32_t generation;
	uint32_t cpu;
	int level;		/* enum kx_level; -1 of events */
	const char *text;	/* the message, or the record as text: one line */
	const char *json;	/* kx_event_json()'s object */
};

struct sink;

/* A kind of sink: one row of the table in sink.c. */
struct sink_kind {
	const char *scheme;	/* as in --to SCHEME:WHERE */
	const char *where;	/* for help: "PATH", "HOST[:PORT][/SUBJECT]", ... */
	const char *help;
	/*
	 * Make ready; a receiver that is not there yet is no failure. @where is
	 * "" when nothing was given, "WHERE,option=value,..." else, without level=:
	 * where_next() takes it apart. Sets sink->state. -EINVAL and sink_fail(): it makes
	 * no sense.
	 */
	int (*open)(struct sink *sink, const char *where);
	/*
	 * Hand over as many of @entries as go without waiting, in their order. Return:
	 * how many; 0: none now, sink->retry_ms or its fd says when it is worth to try
	 * again; a negative errno: the receiver refuses or is gone, sink_fail() says
	 * why: all that is not done comes again, from sink->done on.
	 */
	long (*put)(struct sink *sink, const struct entry *entries, size_t nr);
	/* sink->fd is ready, or sink->retry_ms is over. As put(), without entries. */
	int (*work)(struct sink *sink);
	/* Something like SIGHUP: open files anew. May be NULL. */
	int (*reopen)(struct sink *sink);
	/* Everything that was taken is to be safe; wait up to @timeout_ms for that. */
	int (*flush)(struct sink *sink, int timeout_ms);
	void (*close)(struct sink *sink);
};

struct sink {
	const struct sink_kind *kind;
	char name[128];		/* as given: "file:/var/log/kx.log", "term" */
	void *state;		/* the kind's own */
	int fd;			/* to poll for reading; -1 */
	bool want_write;	/* poll it for writing, too */
	int retry_ms;		/* call work() after that time; -1: not by time */
	int level;		/* less urgent messages are passed over */
	uint64_t done;		/* position of the last entry that is safe with the receiver,
				 * and all before it; kept by the kind */
	uint64_t synced;	/* the same, also after a power cut of this machine; as open()
				 * finds it, UINT64_MAX: all that is done is */
	char error[256];	/* the last failure, one sentence; "" when all is well */
	uint64_t records;	/* counters: what put() took, by who calls it */
	uint64_t bytes;		/* of that; by the kind */
	uint64_t failures;	/* by sink_fail() */
	uint64_t dropped;	/* never handed over: the spool was full, or damaged */
	uint64_t passed;	/* less urgent than its level; put() is not given them */
	uint64_t delivered;	/* up to @done, by who calls put() */
	uint64_t waiting;	/* in the spool, behind @done */
};

/*
 * The next part of "WHERE,option=value,flag". @rest is the text, and goes on to what is
 * left. @key and @value are cut out of a copy in @buf; @value is NULL where there is no
 * "="; with NULL for @value itself, as for WHERE, "=" is a character like others.
 * Return: 1; 0 at the end.
 */
int where_next(const char **rest, char *buf, size_t len, const char **key, const char **value);

/* Set sink->error ("file:/x: cannot be written: no space left"), count, return @err. */
int sink_fail(struct sink *sink, int err, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));

/* The kinds, each in its own file: sink_file.c and so on. NULL-terminated list. */
extern const struct sink_kind *const sink_kinds[];

#endif
