/* SPDX-License-Identifier: GPL-2.0-only */
/* select and pselect6: sets of descriptors and what is left of the time. */
#include "desc.h"

#include "fd.h"
#include "member.h"

#define BITS_PER_LONG	64
#define SETS		3	/* arguments 1 to 3 */
#define TIME_ARG	4

/* How many descriptors the call looks at; the kernel takes an int. */
static unsigned int nr_fds(const struct call *c, size_t len)
{
	int32_t nr = c->rec->args[0];

	if (nr < 0)
		return 0;
	return (size_t)nr < len * 8 ? (size_t)nr : len * 8;
}

/* With a call, its descriptors are explained; without, they are numbers. */
static void print_bits(struct out *o, const struct call *c, const uint64_t *bits,
		       unsigned int nr)
{
	unsigned int word, fd;
	bool first = true;
	uint64_t left;

	out_char(o, '[');
	for (word = 0; word * BITS_PER_LONG < nr; word++) {
		for (left = bits[word]; left; left &= left - 1) {
			fd = word * BITS_PER_LONG + __builtin_ctzll(left);
			if (fd >= nr)
				break;
			if (!first)
				out_char(o, ' ');
			first = false;
			if (c)
				out_fd(o, c, fd);
			else
				out_udec(o, fd);
		}
	}
	out_char(o, ']');
}

static size_t whole_words(size_t len)
{
	return len & ~(size_t)(BITS_PER_LONG / 8 - 1);
}

void print_fd_set(struct out *o, const struct call *c, unsigned int i,
		  const struct arg *arg)
{
	int32_t nr = c->rec->args[0];
	const uint64_t *bits = call_in(c, i, 0);

	(void)arg;
	if (!c->rec->args[i] || nr < 0 || (!bits && nr))
		out_addr(o, c->rec->args[i]);
	else if (bits)
		print_bits(o, c, bits, nr_fds(c, whole_words(arg_len(c, i))));
	else
		out_mem(o, "[]", 2);
}

/* At entry; what is left is shown with the result. */
static const struct ktimespec *time_in(const struct call *c, unsigned int i)
{
	return call_in(c, i, sizeof(struct ktimespec));
}

void print_select_time(struct out *o, const struct call *c, unsigned int i,
		       const struct arg *arg)
{
	const struct ktimespec *tv = time_in(c, i);

	(void)arg;
	if (tv)
		out_timeval(o, tv);
	else
		out_addr(o, c->rec->args[i]);
}

void print_pselect_time(struct out *o, const struct call *c, unsigned int i,
			const struct arg *arg)
{
	const struct ktimespec *ts = time_in(c, i);

	(void)arg;
	if (ts)
		out_timespec(o, ts);
	else
		out_addr(o, c->rec->args[i]);
}

/* What the call says through a pointer is not in the record: no set. */
void print_sigset_argpack(struct out *o, const struct call *c, unsigned int i,
			  const struct arg *arg)
{
	const uint64_t *pack = arg_data(o, c, i, 2 * sizeof(*pack));
	const struct kxt_item *set;
	size_t pos = 2 * sizeof(*pack);

	(void)arg;
	if (!pack)
		return;
	set = chunk_next_item(c->in[i] ? c->in[i] : c->out[i], &pos);
	out_str(o, "{sigmask=");
	if (set && set->len == 8 && pack[1] == 8)
		out_sigset(o, set + 1, 8);
	else
		out_addr(o, pack[0]);
	member_udec(o, "sigsetsize", pack[1]);
	out_char(o, '}');
}

static bool any_bit(const uint64_t *bits, unsigned int nr)
{
	unsigned int word;

	for (word = 0; word * BITS_PER_LONG < nr; word++) {
		uint64_t left = bits[word];

		if (nr - word * BITS_PER_LONG < BITS_PER_LONG)
			left &= (1ull << (nr % BITS_PER_LONG)) - 1;
		if (left)
			return true;
	}
	return false;
}

static void note_sets(struct out *o, const struct call *c)
{
	static const char *const names[SETS] = { "in ", "out ", "except " };
	const uint64_t *bits;
	unsigned int i, nr;

	for (i = 0; i < SETS; i++) {
		bits = call_out(c, i + 1, 0);
		if (!bits)
			continue;
		nr = nr_fds(c, whole_words(c->out[i + 1]->len));
		if (!any_bit(bits, nr))
			continue;
		if (o->len)
			out_mem(o, ", ", 2);
		out_str(o, names[i]);
		print_bits(o, NULL, bits, nr);
	}
}

static void note(struct out *o, const struct call *c,
		 void (*print)(struct out *, const struct ktimespec *))
{
	const struct ktimespec *left;

	if (c->failed)
		return;
	if (!c->rec->ret) {
		out_str(o, "Timeout");
		return;
	}
	note_sets(o, c);
	left = call_out(c, TIME_ARG, sizeof(*left));
	if (!left)
		return;
	if (o->len)
		out_mem(o, ", ", 2);
	out_str(o, "left ");
	print(o, left);
}

void note_select(struct out *o, struct call *c)
{
	note(o, c, out_timeval);
}

void note_pselect(struct out *o, struct call *c)
{
	note(o, c, out_timespec);
}
