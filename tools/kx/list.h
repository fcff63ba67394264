/* SPDX-License-Identifier: GPL-2.0-only */
/* What kx list knows of the instances, and its two forms. */
#ifndef KX_TOOL_LIST_H
#define KX_TOOL_LIST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <kx/kx.h>

/* All there is to say of an instance. What could not be read stays zero. */
struct row {
	struct kx_instance *inst;
	struct kx_status status;
	struct kx_cost cost;
	bool has_cost;
	struct kx_user *users;
	size_t nr_users;
};

/* How far an instance's counters were when the measurement began. */
struct before {
	uint64_t kmid;
	uint64_t runs;
	uint64_t run_ns;
};

struct list {
	struct row *rows;
	size_t nr;
	bool counted;		/* the kernel counts runs */
	double measured_s;	/* cost is what came in this time; 0: since the load */
	struct before *before;
	size_t nr_before;
};

/* On stdout. Return: DONE or FAILED, which has been told. */
int list_text(const struct list *list);
int list_json(struct kx *kx, const struct list *list);

#endif
