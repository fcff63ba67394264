/* SPDX-License-Identifier: GPL-2.0-only */
/* The system as a whole: its name, its log, swapping, rebooting, kexec. */
#include "misc.h"

#include <linux/kexec.h>
#include <linux/reboot.h>
#include <sys/sysinfo.h>

#include "member.h"

static void out_name(struct out *o, const char *name, const char *text)
{
	member(o, name);
	out_quoted(o, text, strnlen(text, 65), false);
}

void print_utsname(struct out *o, const struct call *c, unsigned int i,
		   const struct arg *arg)
{
	const struct utsname *u = arg_data_out(o, c, i, sizeof(*u));

	(void)arg;
	if (!u)
		return;
	out_char(o, '{');
	out_name(o, "sysname", u->sysname);
	out_name(o, "nodename", u->nodename);
	if (c->abbrev) {
		out_str(o, ", ...}");
		return;
	}
	out_name(o, "release", u->release);
	out_name(o, "version", u->version);
	out_name(o, "machine", u->machine);
	out_name(o, "domainname", u->machine + sizeof(u->machine));
	out_char(o, '}');
}

void print_sysinfo(struct out *o, const struct call *c, unsigned int i,
		   const struct arg *arg)
{
	const struct sysinfo *s = arg_data_out(o, c, i, sizeof(*s));

	(void)arg;
	if (!s)
		return;
	out_char(o, '{');
	member_dec(o, "uptime", s->uptime);
	out_printf(o, ", loads=[%lu, %lu, %lu]", s->loads[0], s->loads[1],
		   s->loads[2]);
	member_udec(o, "totalram", s->totalram);
	member_udec(o, "freeram", s->freeram);
	member_udec(o, "sharedram", s->sharedram);
	member_udec(o, "bufferram", s->bufferram);
	member_udec(o, "totalswap", s->totalswap);
	member_udec(o, "freeswap", s->freeswap);
	member_udec(o, "procs", s->procs);
	member_udec(o, "totalhigh", s->totalhigh);
	member_udec(o, "freehigh", s->freehigh);
	member_udec(o, "mem_unit", s->mem_unit);
	out_char(o, '}');
}

enum { READ = 2, READ_ALL, READ_CLEAR, CONSOLE_LEVEL = 8, SIZE_BUFFER = 10 };

void print_syslog_action(struct out *o, const struct call *c, unsigned int i,
			 const struct arg *arg)
{
	int32_t action = c->rec->args[i];
	const char *name = xlat_name(&syslog_actions, (uint32_t)action);

	(void)arg;
	out_dec(o, action);
	out_mem(o, " /* ", 4);
	out_str(o, name ? name : syslog_actions.unknown);
	out_mem(o, " */", 3);
}

static bool has_buffer(uint32_t action)
{
	return action == READ || action == READ_ALL || action == READ_CLEAR ||
	       action == CONSOLE_LEVEL || action > SIZE_BUFFER;
}

void print_syslog_buf(struct out *o, const struct call *c, unsigned int i,
		      const struct arg *arg)
{
	uint32_t action = c->rec->args[0];

	if (action >= READ && action <= READ_CLEAR)
		print_buffer(o, c, i, arg);
	else if (has_buffer(action))
		out_addr(o, c->rec->args[i]);
}

void print_syslog_len(struct out *o, const struct call *c, unsigned int i,
		      const struct arg *arg)
{
	int32_t len = c->rec->args[i];
	const char *level = xlat_name(&log_levels, (uint32_t)len);

	(void)arg;
	if (!has_buffer(c->rec->args[0]))
		return;
	out_dec(o, len);
	if (c->rec->args[0] == CONSOLE_LEVEL) {
		out_mem(o, " /* ", 4);
		out_str(o, level ? level : log_levels.unknown);
		out_mem(o, " */", 3);
	}
}

#define SWAP_PRIORITY_MASK	0x7fff

void print_swap_flags(struct out *o, const struct call *c, unsigned int i,
		      const struct arg *arg)
{
	uint32_t value = c->rec->args[i];
	uint32_t flags = value & ~(uint32_t)SWAP_PRIORITY_MASK;

	(void)arg;
	if (flags) {
		xlat_flags(o, &swap_flags, flags);
		out_char(o, '|');
	}
	out_udec(o, value & SWAP_PRIORITY_MASK);
}

void print_reboot_arg(struct out *o, const struct call *c, unsigned int i,
		      const struct arg *arg)
{
	if ((uint32_t)c->rec->args[2] == LINUX_REBOOT_CMD_RESTART2)
		print_string(o, c, i, arg);
}

/* Random bytes would look odd as a text. */
void print_random(struct out *o, const struct call *c, unsigned int i,
		  const struct arg *arg)
{
	size_t len = arg_len(c, i);
	const void *bytes = c->failed ? NULL : call_in(c, i, len);
	uint64_t total = c->failed ? 0 : c->rec->ret;

	(void)arg;
	if (!c->rec->args[i] || c->failed || (!bytes && total)) {
		out_addr(o, c->rec->args[i]);
		return;
	}
	if (len > c->strsize)
		len = c->strsize;
	if (len > total)
		len = total;
	out_bytes(o, bytes, len);
	if (len < total)
		out_str(o, "...");
}

void print_kexec_segments(struct out *o, const struct call *c, unsigned int i,
			  const struct arg *arg)
{
	uint64_t count = c->rec->args[1];
	size_t nr = arg_len(c, i) / sizeof(struct kexec_segment), n;
	const struct kexec_segment *s = call_in(c, i, nr * sizeof(*s));

	(void)arg;
	if (!c->rec->args[i] || count > KEXEC_SEGMENT_MAX || (count && !nr)) {
		out_addr(o, c->rec->args[i]);
		return;
	}
	out_char(o, '[');
	for (n = 0; n < count && n < nr; n++) {
		list_comma(o, n);
		out_char(o, '{');
		member_addr(o, "buf", (uintptr_t)s[n].buf);
		member_udec(o, "bufsz", s[n].bufsz);
		member_addr(o, "mem", (uintptr_t)s[n].mem);
		member_udec(o, "memsz", s[n].memsz);
		out_char(o, '}');
	}
	out_str(o, n < count ? ", ...]" : "]");
}

void print_kexec_flags(struct out *o, const struct call *c, unsigned int i,
		       const struct arg *arg)
{
	uint32_t arch = c->rec->args[i] & KEXEC_ARCH_MASK;
	uint64_t flags = c->rec->args[i] & ~(uint64_t)KEXEC_ARCH_MASK;

	(void)arg;
	xlat_value(o, &kexec_archs, arch);
	if (flags) {
		out_char(o, '|');
		xlat_flags(o, &kexec_flags, flags);
	}
}

/* Identifiers of 64 bits, as many as the result says. */
void print_u64_list(struct out *o, const struct call *c, unsigned int i,
		    const struct arg *arg)
{
	int64_t count = c->failed ? 0 : c->rec->ret;
	size_t nr = arg_len(c, i) / sizeof(uint64_t), n;
	const uint64_t *ids = c->failed ? NULL : call_in(c, i, nr * 8);

	(void)arg;
	if (c->failed || !c->rec->args[i] || (count && !nr)) {
		out_addr(o, c->rec->args[i]);
		return;
	}
	out_char(o, '[');
	for (n = 0; (int64_t)n < count && n < nr && n < c->strsize; n++) {
		list_comma(o, n);
		out_udec(o, ids[n]);
	}
	out_str(o, (int64_t)n < count ? ", ...]" : "]");
}

void print_sysctl_args(struct out *o, const struct call *c, unsigned int i,
		       const struct arg *arg)
{
	const uint64_t *a = arg_data(o, c, i, 48);

	(void)arg;
	if (!a)
		return;
	out_str(o, "{name=");
	out_addr(o, a[0]);
	member_dec(o, "nlen", (int32_t)a[1]);
	member_addr(o, "oldval", a[2]);
	member_addr(o, "oldlenp", a[3]);
	member_addr(o, "newval", a[4]);
	member_udec(o, "newlen", a[5]);
	out_char(o, '}');
}

/* A name that is longer than any can be is not looked at. */
void print_host_name(struct out *o, const struct call *c, unsigned int i, const struct arg *arg)
{
	if ((uint32_t)c->rec->args[1] > sizeof(((struct utsname *)NULL)->nodename) - 1)
		out_addr(o, c->rec->args[i]);
	else
		print_buffer(o, c, i, arg);
}
