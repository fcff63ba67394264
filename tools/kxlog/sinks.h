/* SPDX-License-Identifier: GPL-2.0-only */
/* Making sinks from what the command line says. */
#ifndef KXLOG_SINKS_H
#define KXLOG_SINKS_H

#include "sink.h"

/*
 * A sink from "SCHEME:WHERE,option=value,...", ready. What is wrong was told: -EINVAL: a
 * word of it makes no sense; -ENOMEM.
 */
int sink_make(const char *spec, struct sink **out);
void sink_free(struct sink *sink);

/* The number of a level's name, or of a digit; -1: no such level. */
int level_parse(const char *name);
const char *level_name(int level);	/* "event" for what has none */

#endif
