/* SPDX-License-Identifier: GPL-2.0-only */
/* What a program says to its user: one sentence, one line, on stderr; and what it exits with. */
#ifndef CLI_TELL_H
#define CLI_TELL_H

#define DONE	0
#define FAILED	1
#define WRONG	2	/* usage */

/* Whose name stands before the sentence, from now on. @program stays the caller's. */
void tell_as(const char *program);

/* "PROGRAM: ..."; returns FAILED. */
int tell(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

/* The same for wrong usage; returns WRONG. */
int tell_wrong(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

/* The same for what is not a failure. */
void tell_note(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

#endif
