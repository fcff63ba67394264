/* SPDX-License-Identifier: GPL-2.0-only */
/* Mappings: their kinds, sizes of pages, what is done to ranges. */
#include "memory.h"

#include <linux/membarrier.h>
#include <linux/memfd.h>
#include <sys/mman.h>

#include "member.h"

#define HUGE_SHIFT	26	/* of mmap and memfd_create alike */
#define HUGE_MASK	63u
#define PAGE_BYTES	4096

/* The size of a huge page: a power of two, in the highest bits of the flags. */
static void huge_size(struct out *o, unsigned int size, const char *shift, bool first)
{
	if (!size)
		return;
	if (!first)
		out_char(o, '|');
	out_udec(o, size);
	out_mem(o, "<<", 2);
	out_str(o, shift);
}

void print_map_flags(struct out *o, const struct call *c, unsigned int i,
		     const struct arg *arg)
{
	uint64_t flags = (uint32_t)c->rec->args[i];
	unsigned int size = flags >> HUGE_SHIFT & HUGE_MASK;

	(void)arg;
	if (o->constants)
		out_hex(o, flags);
	if (!names_begin(o))
		return;
	xlat_value(o, &map_types, flags & MAP_TYPE);
	flags &= ~(MAP_TYPE | (uint64_t)HUGE_MASK << HUGE_SHIFT);
	out_more_flags(o, &map_flags, flags);
	huge_size(o, size, "MAP_HUGE_SHIFT", false);
	names_end(o);
}

void print_memfd_flags(struct out *o, const struct call *c, unsigned int i,
		       const struct arg *arg)
{
	uint32_t all = c->rec->args[i], flags = all & ~(HUGE_MASK << HUGE_SHIFT);
	unsigned int size = all >> HUGE_SHIFT & HUGE_MASK;

	(void)arg;
	if (flags || !size)
		xlat_flags(o, &memfd_flags, flags);
	huge_size(o, size, "MFD_HUGE_SHIFT", !flags);
}

/* The new address is asked for only where it is fixed or the old one stays. */
void print_mremap_addr(struct out *o, const struct call *c, unsigned int i,
		       const struct arg *arg)
{
	if (c->rec->args[i - 1] & (MREMAP_FIXED | MREMAP_DONTUNMAP))
		print_addr(o, c, i, arg);
}

/* One page is shown by its byte; of more, that there are more. */
void print_mincore_vec(struct out *o, const struct call *c, unsigned int i,
		       const struct arg *arg)
{
	uint64_t len = c->rec->args[1];
	uint64_t pages = len / PAGE_BYTES + (len % PAGE_BYTES != 0);
	const uint8_t *vec;
	uint64_t n;

	(void)arg;
	if (!c->rec->args[i] || (c->failed && pages)) {
		out_addr(o, c->rec->args[i]);
		return;
	}
	vec = pages ? arg_data_out(o, c, i, 1) : NULL;
	if (pages && !vec)
		return;
	out_char(o, '[');
	for (n = 0; n < pages && n < arg_len_out(c, i) && n < c->strsize; n++) {
		list_comma(o, n);
		out_udec(o, vec[n] & 1);
	}
	if (n < pages)
		out_str(o, n ? ", ..." : "...");
	out_char(o, ']');
}

/* Only one command takes a processor, and only with a flag. */
void print_membarrier_cpu(struct out *o, const struct call *c, unsigned int i,
			  const struct arg *arg)
{
	if ((uint32_t)c->rec->args[1] & 1)
		print_int(o, c, i, arg);
}

void note_membarrier(struct out *o, struct call *c)
{
	if ((uint32_t)c->rec->args[0] != MEMBARRIER_CMD_QUERY || c->failed)
		return;
	c->hex_result = true;
	xlat_flags(o, &membarrier_cmds, c->rec->ret);
}

void print_iovec_addrs(struct out *o, const struct call *c, unsigned int i,
		       const struct arg *arg)
{
	uint64_t count = arg_count(c, arg);
	const uint64_t *iov;
	size_t n, nr = 0;

	iov = arg_elements(c, i, arg, &nr);
	if (!c->rec->args[i] || (!iov && count)) {
		out_addr(o, c->rec->args[i]);
		return;
	}
	out_char(o, '[');
	for (n = 0; n < nr && n < count && n < c->strsize; n++) {
		out_str(o, n ? ", {iov_base=" : "{iov_base=");
		out_addr(o, iov[2 * n]);
		member_udec(o, "iov_len", iov[2 * n + 1]);
		out_char(o, '}');
	}
	if (n < count)
		out_str(o, n ? ", ..." : "...");
	out_char(o, ']');
}
