/* SPDX-License-Identifier: GPL-2.0-only */
/* The verbs of kxfilter: a row each of the table in main.c. */
#ifndef KXFILTER_VERB_H
#define KXFILTER_VERB_H

#include "cli/json.h"
#include "cli/program.h"

extern const struct verb verb_add;
extern const struct verb verb_apply;
extern const struct verb verb_capture;
extern const struct verb verb_check;
extern const struct verb verb_confirm;
extern const struct verb verb_connections;
extern const struct verb verb_delete;
extern const struct verb verb_flush;
extern const struct verb verb_forget;
extern const struct verb verb_halfdrop;
extern const struct verb verb_hook;
extern const struct verb verb_log;
extern const struct verb verb_remove;
extern const struct verb verb_restore;
extern const struct verb verb_save;
extern const struct verb verb_set;
extern const struct verb verb_show;
extern const struct verb verb_test;
extern const struct verb verb_top;

#endif
