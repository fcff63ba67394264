/* SPDX-License-Identifier: GPL-2.0-only */
/* perf_event_open: what is counted or sampled. */
#include <linux/perf_event.h>

#include "member.h"
#include "misc.h"

static void out_cache_event(struct out *o, uint64_t config)
{
	if (config >> 24) {
		out_hex(o, config >> 24);
		out_str(o, "<<24|");
	}
	xlat_value(o, &perf_cache_results, config >> 16 & 0xff);
	out_str(o, "<<16|");
	xlat_value(o, &perf_cache_ops, config >> 8 & 0xff);
	out_str(o, "<<8|");
	xlat_value(o, &perf_caches, config & 0xff);
}

static void out_config(struct out *o, uint32_t type, uint64_t config)
{
	member(o, "config");
	switch (type) {
	case PERF_TYPE_HARDWARE:
		if (config >> 32) {
			out_hex(o, config >> 32);
			out_str(o, "<<32|");
		}
		xlat_value(o, &perf_hw_events, (uint32_t)config);
		break;
	case PERF_TYPE_SOFTWARE:
		xlat_value(o, &perf_sw_events, config);
		break;
	case PERF_TYPE_TRACEPOINT:
		out_udec(o, config);
		break;
	case PERF_TYPE_HW_CACHE:
		out_cache_event(o, config);
		break;
	default:
		out_hex(o, config);
	}
}

#define FIRST_OF_MORE	17	/* behind the two bits of precise_ip */

/* The bits of the word behind read_format, those that are set. */
static void out_bits(struct out *o, uint64_t bits)
{
	static const char *const names[] = {
		"disabled", "inherit", "pinned", "exclusive", "exclude_user",
		"exclude_kernel", "exclude_hv", "exclude_idle", "mmap",
		"comm", "freq", "inherit_stat", "enable_on_exec", "task",
		"watermark",
	};
	static const char *const more[] = {
		"mmap_data", "sample_id_all", "exclude_host", "exclude_guest",
		"exclude_callchain_kernel", "exclude_callchain_user", "mmap2",
		"comm_exec", "use_clockid", "context_switch", "write_backward",
		"namespaces", "ksymbol", "bpf_event", "aux_output", "cgroup",
		"text_poke", "build_id", "inherit_thread", "remove_on_exec",
		"sigtrap",
	};
	static const char *const skids[] = {
		"arbitrary skid", "constant skid", "requested to have 0 skid",
		"must have 0 skid",
	};
	size_t i;

	for (i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		if (bits >> i & 1)
			member_udec(o, names[i], 1);
	}
	member_udec(o, "precise_ip", bits >> i & 3);
	out_mem(o, " /* ", 4);
	out_str(o, skids[bits >> i & 3]);
	out_mem(o, " */", 3);
	for (i = 0; i < sizeof(more) / sizeof(more[0]); i++) {
		if (bits >> (i + FIRST_OF_MORE) & 1)
			member_udec(o, more[i], 1);
	}
	if (bits >> (i + FIRST_OF_MORE)) {
		member_hex(o, "__reserved_1", bits >> (i + FIRST_OF_MORE));
		out_printf(o, " /* Bits 63..%zu */", i + FIRST_OF_MORE);
	}
}

void print_perf_attr(struct out *o, const struct call *c, unsigned int i,
		     const struct arg *arg)
{
	const struct perf_event_attr *a = arg_data(o, c, i,
						   PERF_ATTR_SIZE_VER0);
	uint64_t bits;

	(void)arg;
	if (!a)
		return;
	memcpy(&bits, (const char *)&a->read_format + sizeof(a->read_format),
	       sizeof(bits));
	out_char(o, '{');
	member_value(o, "type", &perf_types, a->type);
	member_value(o, "size", &perf_sizes, a->size);
	out_config(o, a->type, a->config);
	member_udec(o, a->freq ? "sample_freq" : "sample_period",
		    a->sample_period);
	member_flags(o, "sample_type", &perf_sample_types, a->sample_type);
	member_flags(o, "read_format", &perf_read_formats, a->read_format);
	out_bits(o, bits);
	out_str(o, ", ...}");
}
