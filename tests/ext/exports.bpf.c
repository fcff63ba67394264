// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* For a test: an extension with metrics, some of which are none. */
#include <vmlinux.h>
#include <kx/kx.bpf.h>
#include <kx/metrics.bpf.h>

KX_EXTENSION("kxfc-exports", "1.0.0", "counts");
KX_LICENSE("GPL");

KX_PARAM(__u64, nr, "what is counted") = 0;

KX_METRICS()
{
	kx_counter(file, "kxfc_things_total", "Things that were counted.", nr);
	kx_gauge(file, "kxfc_now", "What is now.", nr + 1);
	kx_metric(file, "kxfc_by_kind_total", "counter", "Things of each kind.");
	kx_print(file, "kxfc_by_kind_total{kind=\"a \\\"b\\\\\"} %llu\n", nr + 2);
	kx_print(file, "kxfc_by_kind_total{kind=\"a \\\"b\\\\\"} %llu\n", nr + 3);
	kx_print(file, "kxfc_by_kind_total{kx=\"me\"} 1\nkxlog_sinks 1\n9wrong 1\nkxfc_now 1 2\n");
	kx_print(file, "kxfc_by_kind_total{kind=\"open} 1\n# TYPE kxfc_now counter\nkxfc_bare 0x1\n");
	return 0;
}
