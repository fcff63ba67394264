/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* What is counted, as the file "metrics": kxlog hands it to Prometheus. */
#ifndef KXFILTER_METRICS_H
#define KXFILTER_METRICS_H

#include <kx/metrics.bpf.h>

#include "watch.h"

#define CPUS	8192
#define LABEL	64	/* a device's name, escaped */

struct sums {
	struct kxf_counter rule;
	struct kxf_totals total;
	struct kxf_looked look;
	__u64 records;
	__u64 dropped;
	__u32 which;
	__u32 connections;
	__u32 now;
};

static long add_rule(__u32 cpu, struct sums *sums)
{
	struct kxf_counter *one = counter_get(cpu, sums->which);

	if (!one)
		return 1;
	sums->rule.packets += one->packets;
	sums->rule.bytes += one->bytes;
	return 0;
}

static long add_total(__u32 cpu, struct sums *sums)
{
	struct kxf_totals *one = bpf_map_lookup_percpu_elem(&totals, &sums->which, cpu);
	struct kxf_looked *look = bpf_map_lookup_percpu_elem(&looked, &sums->which, cpu);

	if (!one || !look)
		return 1;
	sums->total.bytes += one->bytes;
	sums->total.passed += one->passed;
	sums->total.dropped += one->dropped;
	sums->total.redirected += one->redirected;
	sums->total.rejected += one->rejected;
	sums->total.malformed += one->malformed;
	sums->total.fallback += one->fallback;
	sums->look.captured += look->captured;
	sums->look.lost += look->lost;
	return 0;
}

static long add_stream(__u32 cpu, struct sums *sums)
{
	struct kx_stream_head *ring = bpf_map_lookup_elem(&packets, &cpu);

	if (!ring)
		return 1;
	sums->records += ring->entered >> 16;
	sums->dropped += ring->dropped;
	return 0;
}

static long add_bin(__u32 number, struct sums *sums)
{
	const struct kxf_bin *bin = bin_get(number);

	if (!bin)
		return 1;
	for (__u32 way = 0; way < KXF_WAYS_OF_BIN; way++)
		if (bin->phase[way] && bin->phase[way] != KXF_FRAGMENTS &&
		    !is_over(bin, way, sums->now) && !(bin->slot[way].flags & KXF_SLOT_ALIAS))
			sums->connections++;
	return 0;
}

/* As a value of a label; the device is as the load was told it: "eth0", "eth0:generic". */
static __always_inline void device_label(char *out)
{
	__u32 at = 0;

	for (__u32 i = 0; i < 16; i++) {
		char c = device[i];

		if (!c || c == ':')
			break;
		if (c == '"' || c == '\\')
			out[at++ & (LABEL - 1)] = '\\';
		out[at++ & (LABEL - 1)] = c;
	}
	out[at & (LABEL - 1)] = 0;
}

static __always_inline void print_way(struct seq_file *file, const char *label, __u32 way)
{
	const char *name = way == KXF_OUT ? "out" : "in";
	struct sums sums = { .which = way };

	bpf_loop(CPUS, add_total, &sums, 0);
	kx_print(file, "kxfilter_packets_total{device=\"%s\",direction=\"%s\",verdict=\"pass\"} %llu\n"
		 "kxfilter_packets_total{device=\"%s\",direction=\"%s\",verdict=\"drop\"} %llu\n"
		 "kxfilter_packets_total{device=\"%s\",direction=\"%s\",verdict=\"reject\"} %llu\n"
		 "kxfilter_packets_total{device=\"%s\",direction=\"%s\",verdict=\"redirect\"} %llu\n",
		 label, name, sums.total.passed, label, name, sums.total.dropped, label, name,
		 sums.total.rejected, label, name, sums.total.redirected);
	kx_print(file, "kxfilter_bytes_total{device=\"%s\",direction=\"%s\"} %llu\n"
		 "kxfilter_malformed_packets_total{device=\"%s\",direction=\"%s\"} %llu\n"
		 "kxfilter_unmatched_packets_total{device=\"%s\",direction=\"%s\"} %llu\n",
		 label, name, sums.total.bytes, label, name, sums.total.malformed, label, name,
		 sums.total.fallback);
	kx_print(file, "kxfilter_captured_packets_total{device=\"%s\",direction=\"%s\"} %llu\n"
		 "kxfilter_capture_lost_packets_total{device=\"%s\",direction=\"%s\"} %llu\n",
		 label, name, sums.look.captured, label, name, sums.look.lost);
}

static __always_inline void print_log(struct seq_file *file, const char *label)
{
	struct sums sums = {};

	bpf_loop(CPUS, add_stream, &sums, 0);
	kx_print(file, "kxfilter_log_records_total{device=\"%s\"} %llu\n"
		 "kxfilter_log_dropped_records_total{device=\"%s\"} %llu\n", label, sums.records,
		 label, sums.dropped);
}

static long add_tracked(__u32 cpu, struct kxf_tracked *sum)
{
	__u32 zero = 0;
	struct kxf_tracked *one = bpf_map_lookup_percpu_elem(&tracked, &zero, cpu);

	if (!one)
		return 1;
	sum->made += one->made;
	sum->pushed_out += one->pushed_out;
	sum->refused += one->refused + one->busy + one->no_port + one->unwritten;
	return 0;
}

static __always_inline void print_connections(struct seq_file *file, const char *label)
{
	struct sums sums = { .now = bpf_ktime_get_ns() >> KXF_TICK_SHIFT };
	struct kxf_tracked sum = {};

	bpf_loop(tracking.bins, add_bin, &sums, 0);
	bpf_loop(CPUS, add_tracked, &sum, 0);
	kx_metric(file, "kxfilter_connections", "gauge", "Connections that are open.");
	kx_metric(file, "kxfilter_connection_places", "gauge", "Places for connections.");
	kx_metric(file, "kxfilter_connections_made_total", "counter", "Connections that began.");
	kx_metric(file, "kxfilter_connections_pushed_out_total", "counter",
		  "Connections that were not answered or closing, and gave way to new ones.");
	kx_metric(file, "kxfilter_connections_refused_total", "counter",
		  "Packets that were dropped because their connection had no room, or no port.");
	kx_print(file, "kxfilter_connections{device=\"%s\"} %u\n"
		 "kxfilter_connection_places{device=\"%s\"} %u\n", label, sums.connections, label,
		 tracking.bins * KXF_WAYS_OF_BIN);
	kx_print(file, "kxfilter_connections_made_total{device=\"%s\"} %llu\n"
		 "kxfilter_connections_pushed_out_total{device=\"%s\"} %llu\n"
		 "kxfilter_connections_refused_total{device=\"%s\"} %llu\n", label, sum.made, label,
		 sum.pushed_out, label, sum.refused);
}

static __always_inline void print_heads(struct seq_file *file)
{
	kx_metric(file, "kxfilter_packets_total", "counter",
		  "Packets that came by, and what was decided for them.");
	kx_metric(file, "kxfilter_bytes_total", "counter", "Bytes of packets that came by.");
	kx_metric(file, "kxfilter_malformed_packets_total", "counter",
		  "Packets that were malformed.");
	kx_metric(file, "kxfilter_unmatched_packets_total", "counter",
		  "Packets that no rule decided for.");
	kx_metric(file, "kxfilter_captured_packets_total", "counter",
		  "Packets that captures wanted.");
	kx_metric(file, "kxfilter_capture_lost_packets_total", "counter",
		  "Packets that captures wanted and that found no room.");
	kx_metric(file, "kxfilter_log_records_total", "counter",
		  "Records of the log that were begun.");
	kx_metric(file, "kxfilter_log_dropped_records_total", "counter",
		  "Records of the log that found no room.");
	kx_metric(file, "kxfilter_rule_packets_total", "counter",
		  "Packets that a rule has taken.");
	kx_metric(file, "kxfilter_rule_bytes_total", "counter",
		  "Bytes of packets that a rule has taken.");
	kx_metric(file, "kxfilter_rule_unlogged_packets_total", "counter",
		  "Packets that the limit of a rule's log kept back.");
}

static __always_inline void print_rule(struct seq_file *file, const char *label, const char *id,
				       const char *way, const char *verdict, __u32 slot)
{
	struct kxf_rule_state *state = bpf_map_lookup_elem(&states, &slot);
	struct sums sums = { .which = slot };
	__u64 unlogged = state ? state->unlogged : 0;

	bpf_loop(CPUS, add_rule, &sums, 0);
	kx_print(file, "kxfilter_rule_packets_total{device=\"%s\",rule=\"%s\",direction=\"%s\",verdict=\"%s\"} %llu\n"
		 "kxfilter_rule_bytes_total{device=\"%s\",rule=\"%s\",direction=\"%s\",verdict=\"%s\"} %llu\n",
		 label, id, way, verdict, sums.rule.packets, label, id, way, verdict,
		 sums.rule.bytes);
	kx_print(file, "kxfilter_rule_unlogged_packets_total{device=\"%s\",rule=\"%s\",direction=\"%s\",verdict=\"%s\"} %llu\n",
		 label, id, way, verdict, unlogged);
}


SEC("iter/bpf_map_elem") KX_TAG("kx.file=" KX_METRICS_TEXT) KX_OVER(about)
int metrics(struct bpf_iter__bpf_map_elem *ctx)
{
	const struct kxf_about *rule = ctx->value;
	const __u32 *number = ctx->key;
	struct seq_file *file = ctx->meta->seq;
	char label[LABEL], id[KXF_ID + 1] = {};

	if (!rule || !number)
		return 0;
	device_label(label);
	if (!*number) {
		print_heads(file);
		print_way(file, label, KXF_IN);
		print_way(file, label, KXF_OUT);
		print_log(file, label);
		if (setup.rules[KXF_IN].flags & KXF_HAS_STATES)
			print_connections(file, label);
	}
	if (!rule->id[0])
		return 0;
	__builtin_memcpy(id, rule->id, KXF_ID);
	print_rule(file, label, id, rule->directions == 3 ? "both" : rule->directions == 2 ? "out" : "in",
		   rule->verdict == KXF_PASS ? "pass" : rule->verdict == KXF_DROP ? "drop" :
		   rule->verdict == KXF_REJECT ? "reject" :
		   rule->verdict == KXF_REDIRECT ? "redirect" : "continue", rule->slot);
	return 0;
}

#endif
