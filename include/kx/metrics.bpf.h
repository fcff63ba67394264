/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Metrics: what an extension counts, for Prometheus. kxlog --metrics serves those of all
 * instances that it follows.
 *
 *	KX_METRICS()
 *	{
 *		kx_counter(file, "execs_started_total", "Programs that were started.", started);
 *		kx_gauge(file, "execs_running", "Programs that run.", running);
 *		return 0;
 *	}
 *
 * It is a file as those of kx/file.bpf.h, called "metrics"; `kx cat INSTANCE.metrics` shows it,
 * in the text format of Prometheus. Values are unsigned integers of 64 bits. Several with labels
 * have one head and a line for each, printed by hand; an iterator over a map
 * (SEC("iter/bpf_map_elem") KX_OVER(map), a program called "metrics") prints those of each element,
 * as long as all that it prints for one is under 32 KiB:
 *
 *		kx_metric(file, "execs_by_user_total", "counter", "Programs of each user.");
 *		kx_print(file, "execs_by_user_total{uid=\"%u\"} %llu\n", uid, nr);
 *
 * Names of counters end with _total; bytes, seconds and their like are part of the name. The
 * instance is a label that kxlog adds: kx="execs".
 */
#ifndef KX_METRICS_BPF_H
#define KX_METRICS_BPF_H

#include <kx/file.bpf.h>

#define KX_METRICS_TEXT		"what it counts, in the text format of Prometheus"

#define KX_METRICS()		KX_FILE(metrics, KX_METRICS_TEXT)

#define kx_metric(file, name, type, help)				\
	kx_print(file, "# HELP " name " " help "\n# TYPE " name " " type "\n")

#define kx_counter(file, name, help, value)				\
	kx_print(file, "# HELP " name " " help "\n# TYPE " name " counter\n" name " %llu\n", \
		 (__u64)(value))

#define kx_gauge(file, name, help, value)				\
	kx_print(file, "# HELP " name " " help "\n# TYPE " name " gauge\n" name " %llu\n", \
		 (__u64)(value))

#endif
