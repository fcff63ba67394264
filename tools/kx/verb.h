/* SPDX-License-Identifier: GPL-2.0-only */
/* The verbs of the kx command: a row each of the table in main.c. */
#ifndef KX_TOOL_VERB_H
#define KX_TOOL_VERB_H

#include "cli/json.h"
#include "cli/program.h"

extern const struct verb verb_build;
extern const struct verb verb_call;
extern const struct verb verb_cat;
extern const struct verb verb_check;
extern const struct verb verb_confirm;
extern const struct verb verb_events;
extern const struct verb verb_features;
extern const struct verb verb_feed;
extern const struct verb verb_get;
extern const struct verb verb_info;
extern const struct verb verb_list;
extern const struct verb verb_load;
extern const struct verb verb_log;
extern const struct verb verb_new;
extern const struct verb verb_query;
extern const struct verb verb_rollback;
extern const struct verb verb_serve;
extern const struct verb verb_set;
extern const struct verb verb_share;
extern const struct verb verb_syscall;
extern const struct verb verb_syscalls;
extern const struct verb verb_unload;
extern const struct verb verb_upgrade;
extern const struct verb verb_write;

#endif
