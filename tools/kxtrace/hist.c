// SPDX-License-Identifier: GPL-2.0-only
/* --hist: how many calls took how long, from counts to text. */
#include "hist.h"

#include <stdio.h>

#define SUB_SLOTS	(1u << KXT_SLOT_BITS)
#define BAR_WIDTH	40

static unsigned int slot_of(uint64_t ns)
{
	unsigned int log, slot;

	if (ns < SUB_SLOTS)
		return ns;
	log = 63 - __builtin_clzll(ns);
	slot = (log - KXT_SLOT_BITS + 1) << KXT_SLOT_BITS |
	       (ns >> (log - KXT_SLOT_BITS) & (SUB_SLOTS - 1));
	return slot < KXT_NR_SLOTS ? slot : KXT_NR_SLOTS - 1;
}

/* Where a slot begins; it ends where the next one does. */
static uint64_t slot_start(unsigned int slot)
{
	if (slot < SUB_SLOTS)
		return slot;
	return (uint64_t)(SUB_SLOTS + slot % SUB_SLOTS) << (slot / SUB_SLOTS - 1);
}

void hist_add(struct kxt_hist *hist, uint64_t ns, int failed)
{
	struct kxt_sum *sum = &hist->sum;

	if (!sum->calls || ns < sum->min_ns)
		sum->min_ns = ns;
	if (ns > sum->max_ns)
		sum->max_ns = ns;
	sum->epoch = 1;
	sum->calls++;
	sum->errors += !!failed;
	sum->time_ns += ns;
	hist->slots[slot_of(ns)]++;
}

static uint64_t clamp_to_seen(const struct kxt_sum *sum, uint64_t ns)
{
	if (ns < sum->min_ns)
		return sum->min_ns;
	return ns > sum->max_ns ? sum->max_ns : ns;
}

/* Within a slot the calls are taken to lie evenly. */
uint64_t hist_percentile(const struct kxt_hist *hist, unsigned int percent)
{
	uint64_t all = 0, before = 0, start, width;
	unsigned int slot;
	double wanted;

	for (slot = 0; slot < KXT_NR_SLOTS; slot++)
		all += hist->slots[slot];
	wanted = all * (percent / 100.0);
	for (slot = 0; slot < KXT_NR_SLOTS; slot++) {
		if (!hist->slots[slot] || before + hist->slots[slot] < wanted) {
			before += hist->slots[slot];
			continue;
		}
		start = slot_start(slot);
		width = slot_start(slot + 1) - start;
		start += width * ((wanted - before) / hist->slots[slot]);
		return clamp_to_seen(&hist->sum, start);
	}
	return hist->sum.max_ns;
}

const char *duration_text(char text[DURATION_MAX], uint64_t ns)
{
	static const struct {
		const char *name;
		double ns;
	} units[] = { { "us", 1e3 }, { "ms", 1e6 }, { "s", 1e9 } };
	double value = ns;
	unsigned int i = 0;

	if (ns < 1000) {
		snprintf(text, DURATION_MAX, "%u ns", (unsigned int)ns);
		return text;
	}
	/* 999.9 us shown with three digits would be 1000 us. */
	while (i < 2 && value / units[i].ns >= 999.5)
		i++;
	value /= units[i].ns;
	snprintf(text, DURATION_MAX, "%.*f %s", value < 9.995 ? 2 : value < 99.95 ? 1 : 0,
		 value, units[i].name);
	return text;
}

/* Calls that took from 2^power to the next one. */
static uint64_t power_calls(const struct kxt_hist *hist, unsigned int power)
{
	unsigned int first = slot_of(1ull << power), end, slot;
	uint64_t calls = power ? 0 : hist->slots[0];

	end = slot_of(2ull << power);
	/* The last slot holds all that is longer. */
	if (end == KXT_NR_SLOTS - 1 && first <= end)
		end++;
	for (slot = first; slot < end; slot++)
		calls += hist->slots[slot];
	return calls;
}

#define NR_POWERS	(KXT_NR_SLOTS / SUB_SLOTS + KXT_SLOT_BITS - 1)

static void print_bar(struct out *o, unsigned int power, uint64_t calls, uint64_t most)
{
	char from[DURATION_MAX], to[DURATION_MAX], bar[BAR_WIDTH + 1];
	unsigned int len = (calls * BAR_WIDTH + most - 1) / most;

	memset(bar, '@', len);
	bar[len] = '\0';
	out_printf(o, "  %8s .. %-8s %10llu |%-*s|", duration_text(from, power ? 1ull << power : 0),
		   duration_text(to, 2ull << power), (unsigned long long)calls, BAR_WIDTH, bar);
	out_newline(o);
}

static void print_bars(struct out *o, const struct kxt_hist *hist)
{
	unsigned int power, first = NR_POWERS, last = 0;
	uint64_t calls, most = 0;

	for (power = 0; power < NR_POWERS; power++) {
		calls = power_calls(hist, power);
		if (!calls)
			continue;
		if (first == NR_POWERS)
			first = power;
		last = power;
		if (calls > most)
			most = calls;
	}
	for (power = first; power <= last && most; power++)
		print_bar(o, power, power_calls(hist, power), most);
}

static void print_figure(struct out *o, const char *name, uint64_t ns)
{
	char text[DURATION_MAX];

	out_printf(o, "  %s %s", name, duration_text(text, ns));
}

void hist_print(struct out *o, const char *name, const struct kxt_hist *hist)
{
	const struct kxt_sum *sum = &hist->sum;
	char text[DURATION_MAX];

	out_printf(o, "%s: %llu calls, %llu errors, %s in all", name,
		   (unsigned long long)sum->calls, (unsigned long long)sum->errors,
		   duration_text(text, sum->time_ns));
	out_newline(o);
	print_figure(o, "min", sum->min_ns);
	print_figure(o, "avg", sum->calls ? sum->time_ns / sum->calls : 0);
	print_figure(o, "p50", hist_percentile(hist, 50));
	print_figure(o, "p90", hist_percentile(hist, 90));
	print_figure(o, "p99", hist_percentile(hist, 99));
	print_figure(o, "max", sum->max_ns);
	out_newline(o);
	print_bars(o, hist);
}
