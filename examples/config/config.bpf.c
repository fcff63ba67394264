/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* A driver's configuration: numbered commands with a block of data, init and term. */
#include <vmlinux.h>
#include <kx/command.bpf.h>

KX_EXTENSION("config", "1.0.0", "parameters of a device, set and read by commands");
KX_LICENSE("GPL");

#define EINVAL	22
#define EAGAIN	11

#define LINK_MAX	4

enum duplex {
	DUPLEX_AUTO,
	DUPLEX_HALF,
	DUPLEX_FULL,
};

/* What CFGDD hands over: the device-dependent structure. */
struct parms {
	char name[16];
	enum duplex duplex;
	u32 buffers;
	bool promiscuous;
};

struct query {
	u32 link;
};

struct vital {
	char product[16];
	char serial[16];
	u64 changes;
};

static struct parms now;
static u64 busy;
u64 changes;

/* Who has it may look at all members, or change all of them. */
static bool enter(void)
{
	return !__sync_lock_test_and_set(&busy, 1);
}

static void leave(void)
{
	__sync_lock_test_and_set(&busy, 0);
}

/* CFG_INIT: the device is made ready; another result than 0 undoes the load. */
KX_INIT(life)
{
	if (life->reason != KX_REASON_LOAD)
		return 0;
	__builtin_memcpy(now.name, "ent0", 5);
	now.buffers = 64;
	return 0;
}

/* CFG_TERM: before it goes. */
KX_FINI(life)
{
	return 0;
}

KX_COMMAND(get_parms, KX_NONE, struct parms, "the parameters as they are", KX_NUMBER(1))
{
	if (!enter())
		return -EAGAIN;
	*out = now;
	leave();
	return 0;
}

static bool is_right(const struct parms *parms)
{
	return parms->name[0] && !parms->name[sizeof(parms->name) - 1] &&
	       parms->duplex <= DUPLEX_FULL && parms->buffers >= 16 && parms->buffers <= 4096;
}

/* The answer has what was before. */
KX_COMMAND(set_parms, struct parms, struct parms, "new parameters, all of them", KX_NUMBER(2))
{
	if (!is_right(in))
		return -EINVAL;
	if (!enter())
		return -EAGAIN;
	*out = now;
	now = *in;
	changes++;
	leave();
	return 0;
}

/* CFG_QVPD: vital product data, of one of several links. */
KX_COMMAND(query_vpd, struct query, struct vital, "what it is", KX_NUMBER(3))
{
	if (in->link >= LINK_MAX)
		return -EINVAL;
	BPF_SNPRINTF(out->product, sizeof(out->product), "kx-ethernet");
	BPF_SNPRINTF(out->serial, sizeof(out->serial), "%04d-%02d", 1717, in->link);
	out->changes = changes;
	return 0;
}
