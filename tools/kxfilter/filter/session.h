/* SPDX-License-Identifier: GPL-2.0-only */
/* Who applies a rule set, if from far away. */
#ifndef KXFILTER_SESSION_H
#define KXFILTER_SESSION_H

#include "../compile/compile.h"

/* The connection over which the caller is logged in by ssh. false: there is none. */
bool session_find(struct protected_session *out);

/* The same from sshd's variable: "ADDRESS PORT ADDRESS PORT". */
bool session_parse(const char *text, struct protected_session *out);

#endif
