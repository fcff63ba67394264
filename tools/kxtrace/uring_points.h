/* SPDX-License-Identifier: GPL-2.0-only */
/* The tracepoints of io_uring, which differ between kernels. */
#ifndef KXTRACE_URING_POINTS_H
#define KXTRACE_URING_POINTS_H

#include <stdbool.h>

struct uring_points {
	bool submit_req;	/* one of these two */
	bool submit_sqe;
	bool complete;		/* one of these two: with the completion, or its values */
	bool complete_old;
};

/* All are false where this kernel does not tell. */
void uring_points_find(struct uring_points *points);

#endif
