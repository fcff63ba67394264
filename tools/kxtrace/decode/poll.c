/* SPDX-License-Identifier: GPL-2.0-only */
/* poll and epoll: events that are waited for, and that came. */
#include "desc.h"

#include "fd.h"
#include "member.h"

#define PPOLL_TIME_ARG	2

void print_pollfds(struct out *o, const struct call *c, unsigned int i,
		   const struct arg *arg)
{
	uint64_t count = (uint32_t)arg_count(c, arg);
	const struct pollfd *fds;
	size_t n, nr = 0;

	fds = arg_elements(c, i, arg, &nr);
	if (!c->rec->args[i] || (!fds && count)) {
		out_addr(o, c->rec->args[i]);
		return;
	}
	out_char(o, '[');
	for (n = 0; n < nr && n < count && n < c->strsize; n++) {
		out_str(o, n ? ", {fd=" : "{fd=");
		out_fd(o, c, fds[n].fd);
		if (fds[n].fd >= 0)
			member_flags(o, "events", &poll_events,
				     (uint16_t)fds[n].events);
		out_char(o, '}');
	}
	if (n < count)
		out_str(o, n ? ", ..." : "...");
	out_char(o, ']');
}

/* Those that have events, up to as many as are shown of the argument. */
static void note_events(struct out *o, struct call *c)
{
	const struct pollfd *fds = call_out(c, 0, 0);
	size_t n, nr, shown = 0;

	out_char(o, '[');
	nr = fds ? c->out[0]->len / sizeof(*fds) : 0;
	for (n = 0; n < nr && shown < c->strsize; n++) {
		if (!fds[n].revents)
			continue;
		out_str(o, shown++ ? ", {fd=" : "{fd=");
		out_dec(o, fds[n].fd);
		member_flags(o, "revents", &poll_events,
			     (uint16_t)fds[n].revents);
		out_char(o, '}');
	}
	if (shown < (uint64_t)c->rec->ret)
		out_str(o, shown ? ", ..." : "...");
	out_char(o, ']');
}

/* The third argument of ppoll is a time, and what is left of it. */
void note_poll(struct out *o, struct call *c)
{
	const struct ktimespec *left = call_out(c, PPOLL_TIME_ARG, sizeof(*left));

	if (c->failed)
		return;
	if (!c->rec->ret) {
		out_str(o, "Timeout");
		return;
	}
	/* Hidden by -e verbose= */
	if (c->in[0] || c->out[0])
		note_events(o, c);
	if (!left)
		return;
	out_str(o, ", left ");
	out_timespec(o, left);
}

static void epoll_event(struct out *o, const struct epoll_event *event)
{
	out_str(o, "{events=");
	xlat_flags(o, &epoll_event_flags, event->events);
	out_str(o, ", data={u32=");
	out_udec(o, event->data.u32);
	member_udec(o, "u64", event->data.u64);
	out_mem(o, "}}", 2);
}

/* Deleting needs no event. */
void print_epoll_event(struct out *o, const struct call *c, unsigned int i,
		       const struct arg *arg)
{
	const struct epoll_event *event;

	(void)arg;
	if ((int32_t)c->rec->args[1] == EPOLL_CTL_DEL) {
		out_addr(o, c->rec->args[i]);
		return;
	}
	event = arg_data(o, c, i, sizeof(*event));
	if (event)
		epoll_event(o, event);
}

void print_epoll_events(struct out *o, const struct call *c, unsigned int i,
			const struct arg *arg)
{
	const struct epoll_event *events;
	uint64_t count = arg_count(c, arg);
	size_t n, nr = 0;

	events = arg_elements(c, i, arg, &nr);
	if (!c->rec->args[i] || c->failed || (!events && count)) {
		out_addr(o, c->rec->args[i]);
		return;
	}
	out_char(o, '[');
	for (n = 0; n < nr && n < count && n < c->strsize; n++) {
		list_comma(o, n);
		epoll_event(o, &events[n]);
	}
	if (n < count)
		out_str(o, n ? ", ..." : "...");
	out_char(o, ']');
}
