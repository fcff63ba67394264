// SPDX-License-Identifier: GPL-2.0-only
/* The tracepoints of io_uring, which differ between kernels. */
#include "uring_points.h"

#include <bpf/btf.h>

/* How many values a tracepoint of the kernel gives; 0: it has none of that name. */
static unsigned int nr_values(const struct btf *btf, const char *tracepoint)
{
	int id = btf__find_by_name_kind(btf, tracepoint, BTF_KIND_TYPEDEF);
	const struct btf_type *type = id > 0 ? btf__type_by_id(btf, id) : NULL;

	/* A typedef of a pointer to a function. */
	type = type ? btf__type_by_id(btf, type->type) : NULL;
	type = type ? btf__type_by_id(btf, type->type) : NULL;
	return type ? btf_vlen(type) : 0;
}

void uring_points_find(struct uring_points *points)
{
	struct btf *btf = btf__load_vmlinux_btf();
	unsigned int nr_complete;

	*points = (struct uring_points){};
	if (!btf)
		return;
	nr_complete = nr_values(btf, "btf_trace_io_uring_complete");
	if (nr_complete) {
		points->submit_req = nr_values(btf, "btf_trace_io_uring_submit_req");
		points->submit_sqe = !points->submit_req &&
				     nr_values(btf, "btf_trace_io_uring_submit_sqe");
		points->complete = nr_complete <= 4;
		points->complete_old = nr_complete > 4;
	}
	btf__free(btf);
}
