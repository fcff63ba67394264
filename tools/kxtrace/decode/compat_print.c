/* SPDX-License-Identifier: GPL-2.0-only */
/* Arguments that only 32-bit programs have. */
#include "compat_print.h"

#include <linux/sched.h>

#include "compat.h"
#include "ipc.h"
#include "member.h"
#include "process.h"
#include "sigset.h"
#include "../xlat/signal.h"

void print_seek_result(struct out *o, const struct call *c, unsigned int i,
		       const struct arg *arg)
{
	const int64_t *pos = arg_data_out(o, c, i, sizeof(*pos));

	(void)arg;
	if (!pos)
		return;
	out_char(o, '[');
	out_dec(o, *pos);
	out_char(o, ']');
}

static void out_limit(struct out *o, uint32_t limit)
{
	if (limit == UINT32_MAX) {
		out_str(o, "RLIM_INFINITY");
	} else if (limit > 1024 && limit % 1024 == 0) {
		out_udec(o, limit / 1024);
		out_str(o, "*1024");
	} else {
		out_udec(o, limit);
	}
}

void print_old_limit(struct out *o, const struct call *c, unsigned int i,
		     const struct arg *arg)
{
	const uint32_t *limits = arg_data(o, c, i, 2 * sizeof(*limits));

	(void)arg;
	if (!limits)
		return;
	out_str(o, "{rlim_cur=");
	out_limit(o, limits[0]);
	member(o, "rlim_max");
	out_limit(o, limits[1]);
	out_char(o, '}');
}

void print_clone_tls_desc(struct out *o, const struct call *c, unsigned int i,
			  const struct arg *arg)
{
	if (!(c->rec->args[0] & CLONE_SETTLS))
		return;
	out_str(o, "tls=");
	print_user_desc(o, c, i, arg);
}

void print_clone_last_tid(struct out *o, const struct call *c, unsigned int i,
			  const struct arg *arg)
{
	(void)arg;
	if (!(c->rec->args[0] & (CLONE_CHILD_SETTID | CLONE_CHILD_CLEARTID)))
		return;
	out_str(o, "child_tidptr=");
	out_addr(o, c->rec->args[i]);
}

/* If it fails, only what was asked for is known. */
void print_thread_area(struct out *o, const struct call *c, unsigned int i,
		       const struct arg *arg)
{
	const uint32_t *entry = call_in(c, i, 16);

	if (!c->failed || !entry) {
		print_user_desc(o, c, i, arg);
		return;
	}
	out_str(o, "{entry_number=");
	out_id(o, *entry);
	out_str(o, ", ...}");
}

/* The kernel chose a number where the caller gave -1. */
void note_thread_area(struct out *o, struct call *c)
{
	const uint32_t *before = call_in(c, 0, 4), *after = call_out(c, 0, 4);

	if (c->failed || !before || !after || *before == *after)
		return;
	out_str(o, "entry_number=");
	out_udec(o, *after);
}

static void out_handler(struct out *o, uint32_t handler)
{
	if (handler == 0)
		out_str(o, "SIG_DFL");
	else if (handler == 1)
		out_str(o, "SIG_IGN");
	else
		out_hex(o, handler);
}

void print_handler(struct out *o, const struct call *c, unsigned int i,
		   const struct arg *arg)
{
	(void)arg;
	out_handler(o, c->rec->args[i]);
}

void note_handler(struct out *o, struct call *c)
{
	if (c->failed)
		return;
	c->hex_result = true;
	out_handler(o, c->rec->ret);
}

static void out_old_mask(struct out *o, uint32_t mask)
{
	out_sigset(o, &mask, sizeof(mask));
}

/* Its members are in another order than those of the newer one. */
void print_old_sigaction(struct out *o, const struct call *c, unsigned int i,
			 const struct arg *arg)
{
	const struct { uint32_t handler, mask, flags, restorer; } *sa =
		arg_data(o, c, i, sizeof(*sa));

	(void)arg;
	if (!sa)
		return;
	out_str(o, "{sa_handler=");
	out_handler(o, sa->handler);
	member(o, "sa_mask");
	out_old_mask(o, sa->mask);
	member_flags(o, "sa_flags", &sigaction_flags, sa->flags);
	if (sa->flags & 0x04000000 /* SA_RESTORER */)
		member_addr(o, "sa_restorer", sa->restorer);
	out_char(o, '}');
}

void print_old_sigset(struct out *o, const struct call *c, unsigned int i,
		      const struct arg *arg)
{
	const uint32_t *mask = arg_data(o, c, i, sizeof(*mask));

	(void)arg;
	if (mask)
		out_old_mask(o, *mask);
}

void print_mask_value(struct out *o, const struct call *c, unsigned int i,
		      const struct arg *arg)
{
	(void)arg;
	out_old_mask(o, c->rec->args[i]);
}

void note_mask(struct out *o, struct call *c)
{
	if (c->failed)
		return;
	out_str(o, "mask ");
	out_old_mask(o, c->rec->ret);
}

void note_old_mask(struct out *o, struct call *c)
{
	if (c->failed)
		return;
	out_str(o, "old ");
	note_mask(o, c);
}

void print_old_dirent(struct out *o, const struct call *c, unsigned int i,
		      const struct arg *arg)
{
	const struct { uint32_t ino, off; uint16_t len; char name[]; } *entry;
	size_t room;

	(void)arg;
	/* Zero: there are no more. */
	if (c->failed || !c->rec->ret || !call_out(c, i, sizeof(*entry))) {
		out_addr(o, c->rec->args[i]);
		return;
	}
	entry = call_out(c, i, sizeof(*entry));
	room = arg_len_out(c, i) - 10;
	out_str(o, "{d_ino=");
	out_udec(o, entry->ino);
	member_udec(o, "d_off", entry->off);
	member_udec(o, "d_reclen", entry->len);
	member(o, "d_name");
	out_quoted(o, entry->name, entry->len < room ? entry->len : room, false);
	out_char(o, '}');
}

/* It is always 1. */
void print_dirent_count(struct out *o, const struct call *c, unsigned int i,
		     const struct arg *arg)
{
	(void)arg;
	if (c->rec->args[i] != 1)
		out_udec(o, c->rec->args[i]);
}

/* Seen only where its arguments could not be read. */
void print_socketcall(struct out *o, const struct call *c, unsigned int i,
		      const struct arg *arg)
{
	static const char *const names[] = {
		NULL, "SOCKET", "BIND", "CONNECT", "LISTEN", "ACCEPT", "GETSOCKNAME",
		"GETPEERNAME", "SOCKETPAIR", "SEND", "RECV", "SENDTO", "RECVFROM",
		"SHUTDOWN", "SETSOCKOPT", "GETSOCKOPT", "SENDMSG", "RECVMSG", "ACCEPT4",
		"RECVMMSG", "SENDMMSG",
	};
	uint32_t nr = c->rec->args[i];

	(void)arg;
	if (!nr || nr >= sizeof(names) / sizeof(names[0])) {
		out_dec(o, (int32_t)nr);
		return;
	}
	out_str(o, "SYS_");
	out_str(o, names[nr]);
}

void print_ipc_version(struct out *o, const struct call *c, unsigned int i,
		       const struct arg *arg)
{
	uint32_t call = c->rec->args[i];

	(void)arg;
	if (call >> 16) {
		out_udec(o, call >> 16);
		out_str(o, "<<16|");
	}
	out_udec(o, call & 0xffff);
}

/* The argument is one that ipc was given a pointer to. */
void print_sem_within(struct out *o, const struct call *c, unsigned int i,
		      const struct arg *arg)
{
	size_t before = o->len;

	print_sem_arg(o, c, i, arg);
	if (o->len > before && o->buf[before] == '{')
		return;
	o->len = before;
	out_char(o, '[');
	out_addr(o, c->rec->args[i]);
	out_char(o, ']');
}
