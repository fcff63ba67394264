/* SPDX-License-Identifier: GPL-2.0-only */
/* What kxlog says to its user: one sentence, one line, on stderr. */
#ifndef KXLOG_TELL_H
#define KXLOG_TELL_H

#define DONE	0
#define FAILED	1
#define WRONG	2	/* usage */

/* "kxlog: ..."; returns FAILED. */
int tell(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

/* The same for wrong usage; returns WRONG. */
int tell_wrong(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

#endif
