/* SPDX-License-Identifier: GPL-2.0-only */
/* Pieces of JSON objects: keys with values, separated by commas. */
#ifndef KXTRACE_VIEWS_JSON_H
#define KXTRACE_VIEWS_JSON_H

#include "../tree.h"
#include "../view.h"

#define JSON_NS_PER_S	1000000000ull

/* `key` is `"name":`, with the comma before it where one is needed. */
static inline void json_dec(struct out *o, const char *key, int64_t value)
{
	out_str(o, key);
	out_dec(o, value);
}

static inline void json_udec(struct out *o, const char *key, uint64_t value)
{
	out_str(o, key);
	out_udec(o, value);
}

static inline void json_text(struct out *o, const char *key, const char *text)
{
	out_str(o, key);
	json_string(o, text, strlen(text));
}

/* Seconds, exact to the nanosecond. */
static inline void json_seconds(struct out *o, const char *key, uint64_t ns)
{
	out_str(o, key);
	out_udec(o, ns / JSON_NS_PER_S);
	out_char(o, '.');
	out_udec_pad(o, ns % JSON_NS_PER_S, 9, '0');
}

/* What all ends of a trace tell: more members of an object that has some already. */
static inline void json_totals(struct out *o, const struct totals *totals)
{
	const struct kxt_stats *stats = &totals->stats;

	json_udec(o, ",\"seen\":", stats->seen);
	json_udec(o, ",\"shown\":", totals->delivered - totals->malformed - totals->beyond);
	json_udec(o, ",\"dropped\":", stats->dropped + totals->malformed);
	json_udec(o, ",\"uncaptured\":", stats->uncaptured);
	json_udec(o, ",\"unfollowed\":", stats->unfollowed);
	json_udec(o, ",\"lost_signals\":", stats->lost_signals);
	json_udec(o, ",\"over_rate\":", stats->over_rate);
}

#endif
