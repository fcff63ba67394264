/* SPDX-License-Identifier: GPL-2.0-only */
/* Memory: mappings, advice, policies of NUMA nodes. */
#ifndef KXTRACE_MEMORY_H
#define KXTRACE_MEMORY_H

#include "../xlat/memory.h"
#include "fields.h"

arg_printer print_map_flags;
arg_printer print_mremap_addr;
arg_printer print_mincore_vec;
arg_printer print_membarrier_cpu;
void note_membarrier(struct out *o, struct call *c);
arg_printer print_memfd_flags;
arg_printer print_iovec_addrs;

/* Masks of nodes, in whole longs; their bits are counted by another argument. */
arg_printer print_node_mask, print_mempolicy, print_mempolicy_out;
arg_printer print_pages, print_nodes, print_page_status;

#define MAP_FLAGS(n)	{ n, print_map_flags }
#define MREMAP_ADDR(n)	{ n, print_mremap_addr }
/* One byte per page; the length of the range, in bytes, bounds them. */
#define MINCORE_VEC(n)	{ n, print_mincore_vec, CAPTURE(ARRAY, OUT, 1, 1) }
#define MEMBARRIER_CPU(n) { n, print_membarrier_cpu }
#define MEMFD_FLAGS(n)	{ n, print_memfd_flags }
#define NODE_MASK(n, when, from) { n, print_node_mask, CAPTURE(BITS, when, from, 0) }
#define MEMPOLICY(n)	{ n, print_mempolicy }
#define MEMPOLICY_OUT(n) { n, print_mempolicy_out, CAPTURE(FIXED, OUT, KXT_FROM_NONE, 4) }
#define PAGES(n, from)	{ n, print_pages, CAPTURE(ARRAY, IN, from, 8) }
#define NODES(n, from)	{ n, print_nodes, CAPTURE(ARRAY, IN, from, 4) }
#define PAGE_STATUS(n, from) { n, print_page_status, CAPTURE(ARRAY, OUT, from, 4) }
/* Ranges of memory that are not data of the call. */
#define IOVEC_ADDRS(n, from) { n, print_iovec_addrs, CAPTURE(ARRAY, IN, from, 16) }

#endif
