// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* Messages and events for kxlog, as many as a command is told to make. */
#include <vmlinux.h>
#include <kx/log.bpf.h>
#include <kx/command.bpf.h>

#ifndef SPL_VERSION
#define SPL_VERSION "1.0.0"
#endif
KX_EXTENSION("spl", SPL_VERSION, "makes messages and events");
KX_LICENSE("GPL");

struct made {
	__u64 nr;
	__u32 by;
};

struct make {
	__u64 from;
	__u32 n;
	__u32 by;
};

KX_STREAM(made, struct made, "what was made");

static long make_message(__u32 i, struct make *make)
{
	kx_info("message %llu of %u", make->from + i, make->by);
	return 0;
}

static long make_event(__u32 i, struct make *make)
{
	struct made record = { .nr = make->from + i, .by = make->by };

	kx_emit(made, &record);
	return 0;
}

KX_COMMAND(messages, struct make, KX_NONE, "makes messages")
{
	struct make copy = *in;

	return bpf_loop(in->n, make_message, &copy, 0) == in->n ? 0 : -1;
}

KX_COMMAND(events, struct make, KX_NONE, "makes events")
{
	struct make copy = *in;

	return bpf_loop(in->n, make_event, &copy, 0) == in->n ? 0 : -1;
}

/* One of each level. */
KX_COMMAND(levels, KX_NONE, KX_NONE, "makes a warning, a message and a detail")
{
	kx_warn("a warning");
	kx_info("a message with \"quotes\"");
	kx_debug("a detail");
	return 0;
}
