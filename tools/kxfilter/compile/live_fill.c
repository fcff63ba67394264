// SPDX-License-Identifier: GPL-2.0-only
/* Live sets in the kernel: those of a rule set before go on, others begin empty. */
#include <bpf/bpf.h>
#include <errno.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "elements.h"
#include "live.h"

#define ALL_BYTES	(KXF_LIVE_SLOTS * sizeof(struct kxf_live))

/* All of one map into another one: -errno. */
static int copy(int from, int to, bool is_again)
{
	struct elements elements = {};
	int err = elements_read(from, &elements);
	long put;

	if (!err && is_again) {
		err = elements_fill_up(to, &elements);
	} else if (!err) {
		put = elements_put(to, &elements);
		err = put < 0 ? put : (size_t)put < elements.nr ? -E2BIG : 0;
	}
	elements_free(&elements);
	return err;
}

/*
 * It only grows. The larger one is full before it takes the place of the other; what rules have
 * added to that meanwhile is brought afterwards: the kernel waits for programs that still have it.
 */
static int resize(const struct made_live *made, struct kxf_live *set, int outer)
{
	int from = elements_open(outer, made->slot), to = elements_make(made->size);
	uint64_t added = __atomic_load_n(&set->added, __ATOMIC_SEQ_CST);
	int err = from < 0 ? from : to < 0 ? to : copy(from, to, false);

	if (!err)
		err = elements_give(outer, made->slot, to);
	if (!err && __atomic_load_n(&set->added, __ATOMIC_SEQ_CST) != added)
		err = copy(from, to, true);
	if (!err)
		set->size = made->size;
	if (from >= 0)
		close(from);
	if (to >= 0)
		close(to);
	return err;
}

static int fill_one(const struct compiled *compiled, const struct made_live *made,
		    struct kxf_live *sets, int outer)
{
	struct kxf_live *set = &sets[made->slot];
	int err = 0;

	if (made->is_new) {
		err = elements_new(outer, made->slot, made->size);
		memset(set, 0, sizeof(*set));
		memcpy(set->name, made->name, sizeof(set->name));
		set->size = made->size;
	} else if (made->size > set->size) {
		err = resize(made, set, outer);
	}
	set->timeout_ns = made->timeout_ns;
	set->used = compiled->serial;
	return err;
}

/* What neither this rule set nor one of the last two has. */
static void forget(struct kxf_live *set, uint32_t slot, int outer, uint64_t serial)
{
	if (!set->name[0] || set->used + 2 >= serial)
		return;
	memset(set, 0, sizeof(*set));
	(void)bpf_map_delete_elem(outer, &slot);
}

int live_fill(const struct compiled *compiled, int sets, int elements)
{
	struct kxf_live *mapped;
	int err = 0;

	if (sets < 0 || elements < 0)
		return -ENOENT;
	mapped = mmap(NULL, ALL_BYTES, PROT_READ | PROT_WRITE, MAP_SHARED, sets, 0);
	if (mapped == MAP_FAILED)
		return -errno;
	for (uint32_t i = 0; i < compiled->nr_live && !err; i++)
		err = fill_one(compiled, &compiled->live[i], mapped, elements);
	for (uint32_t i = 0; i < KXF_LIVE_SLOTS && !err; i++)
		forget(&mapped[i], i, elements, compiled->serial);
	munmap(mapped, ALL_BYTES);
	return err;
}
