/* SPDX-License-Identifier: GPL-2.0-only */
/* Filters of a clsact qdisc, counted. */
#ifndef KX_TC_LIST_H
#define KX_TC_LIST_H

/* How many messages about filters there are for ingress and egress; a negative errno. */
int tc_filters_count(int ifindex);

/* Is there one, or an ingress qdisc, in whose place it would be? A negative errno. */
int tc_has_qdisc(int ifindex);

#endif
