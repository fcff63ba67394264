/* SPDX-License-Identifier: GPL-2.0-only */
/* kxtrace policy: rules for the whole system. */
#ifndef KXTRACE_POLICY_POLICY_H
#define KXTRACE_POLICY_POLICY_H

/* What is behind the word "policy"; the exit status. */
int policy_main(int argc, char **argv);

#endif
