/* SPDX-License-Identifier: GPL-2.0-only */
/* Futexes: the command decides which of the arguments there are. */
#include <linux/futex.h>

#include "ipc.h"
#include "member.h"

#define FLAGS_	(FUTEX_PRIVATE_FLAG | FUTEX_CLOCK_REALTIME)

enum { UADDR, OP, VAL, TIMEOUT, UADDR2, VAL3 };

/* Which arguments a command has, and what is in them. */
static const struct form {
	bool val;
	enum { NOTHING, TIME, NUMBER, ADDRESS } timeout;
	bool addr2;
	enum { NO_VAL3, NUMBER3, BITSET, OPERATION } val3;
} forms[] = {
	[FUTEX_WAIT] = { true, TIME },
	[FUTEX_WAKE] = { true },
	[FUTEX_FD] = { true },
	[FUTEX_REQUEUE] = { true, NUMBER, true },
	[FUTEX_CMP_REQUEUE] = { true, NUMBER, true, NUMBER3 },
	[FUTEX_WAKE_OP] = { true, NUMBER, true, OPERATION },
	[FUTEX_LOCK_PI] = { false, TIME },
	[FUTEX_UNLOCK_PI] = { false },
	[FUTEX_TRYLOCK_PI] = { false },
	[FUTEX_WAIT_BITSET] = { true, TIME, false, BITSET },
	[FUTEX_WAKE_BITSET] = { true, NOTHING, false, BITSET },
	[FUTEX_WAIT_REQUEUE_PI] = { true, TIME, true },
	[FUTEX_CMP_REQUEUE_PI] = { true, NUMBER, true, NUMBER3 },
	[13 /* FUTEX_LOCK_PI2 */] = { false, TIME },
};

static const struct form *form_of(const struct call *c)
{
	static const struct form plain = { true, ADDRESS, true, BITSET };
	uint32_t cmd = c->rec->args[OP] & (FUTEX_PRIVATE_FLAG - 1);

	return cmd < sizeof(forms) / sizeof(forms[0]) ? &forms[cmd] : &plain;
}

/* The commands that wait for a time that may be that of the wall's clock. */
static bool takes_clock(uint32_t cmd)
{
	return cmd == FUTEX_WAIT || cmd == FUTEX_WAIT_BITSET || cmd == FUTEX_WAIT_REQUEUE_PI ||
	       cmd == FUTEX_LOCK_PI2;
}

void print_futex_op(struct out *o, const struct call *c, unsigned int i,
		    const struct arg *arg)
{
	uint32_t op = c->rec->args[i], cmd = op & ~(uint32_t)FLAGS_;
	const char *name = xlat_name(&futex_cmds, cmd);

	(void)arg;
	if (!name || (op & FUTEX_CLOCK_REALTIME && !takes_clock(cmd))) {
		out_unknown(o, op, futex_cmds.unknown);
		return;
	}
	if (o->constants)
		out_hex(o, op);
	if (!names_begin(o))
		return;
	out_str(o, name);
	/* All but the oldest command have a name of their own for it. */
	if (op & FUTEX_PRIVATE_FLAG)
		out_str(o, cmd == FUTEX_FD ? "|FUTEX_PRIVATE_FLAG" :
			"_PRIVATE");
	if (op & FUTEX_CLOCK_REALTIME)
		out_str(o, "|FUTEX_CLOCK_REALTIME");
	names_end(o);
}

void print_futex_val(struct out *o, const struct call *c, unsigned int i,
		     const struct arg *arg)
{
	if (form_of(c)->val)
		print_uint(o, c, i, arg);
}

void print_futex_timeout(struct out *o, const struct call *c, unsigned int i,
			 const struct arg *arg)
{
	switch (form_of(c)->timeout) {
	case TIME:
		print_timespec(o, c, i, arg);
		break;
	case NUMBER:
		out_udec(o, (uint32_t)c->rec->args[i]);
		break;
	case ADDRESS:
		out_addr(o, c->rec->args[i]);
		break;
	case NOTHING:
		break;
	}
}

void print_futex_addr2(struct out *o, const struct call *c, unsigned int i,
		       const struct arg *arg)
{
	(void)arg;
	if (form_of(c)->addr2)
		out_addr(o, c->rec->args[i]);
}

static void out_shifted(struct out *o, const struct xlat *x, uint32_t value,
			const char *shift)
{
	const char *name = xlat_name(x, value);

	if (name)
		out_str(o, name);
	else
		out_hex(o, value);
	out_str(o, shift);
	if (!name) {
		out_mem(o, " /* ", 4);
		out_str(o, x->unknown);
		out_mem(o, " */", 3);
	}
}

/* What FUTEX_WAKE_OP does to the second futex, and compares it with. */
static void out_operation(struct out *o, uint32_t op)
{
	if (op >> 28 & FUTEX_OP_OPARG_SHIFT)
		out_str(o, "FUTEX_OP_OPARG_SHIFT<<28|");
	out_shifted(o, &futex_wake_ops, op >> 28 & 7, "<<28");
	out_char(o, '|');
	out_hex(o, op >> 12 & 0xfff);
	out_str(o, "<<12|");
	out_shifted(o, &futex_wake_cmps, op >> 24 & 15, "<<24");
	out_char(o, '|');
	out_hex(o, op & 0xfff);
}

void print_futex_val3(struct out *o, const struct call *c, unsigned int i,
		      const struct arg *arg)
{
	uint32_t val = c->rec->args[i];

	(void)arg;
	switch (form_of(c)->val3) {
	case NUMBER3:
		out_udec(o, val);
		break;
	case BITSET:
		out_name_hex(o, val, val == FUTEX_BITSET_MATCH_ANY ?
			     "FUTEX_BITSET_MATCH_ANY" : NULL);
		break;
	case OPERATION:
		out_operation(o, val);
		break;
	case NO_VAL3:
		break;
	}
}

void print_futex_waitv(struct out *o, const struct call *c, unsigned int i,
		       const struct arg *arg)
{
	uint32_t count = arg->aux < KXT_NR_ARGS ? c->rec->args[arg->aux] : 2;
	size_t nr = arg_len(c, i) / sizeof(struct kfutex_waitv), n;
	const struct kfutex_waitv *w = call_in(c, i, nr * sizeof(*w));

	if (!c->rec->args[i] || (count && !nr)) {
		out_addr(o, c->rec->args[i]);
		return;
	}
	out_char(o, '[');
	for (n = 0; n < count && n < nr && n < c->strsize; n++) {
		list_comma(o, n);
		out_char(o, '{');
		member_hex(o, "val", w[n].val);
		member_addr(o, "uaddr", w[n].uaddr);
		member_flags(o, "flags", &futex_waitv_flags, w[n].flags);
		if (w[n].reserved)
			member_hex(o, "__reserved", w[n].reserved);
		out_char(o, '}');
	}
	if (n < count)
		out_str(o, ", ...");
	out_char(o, ']');
}
