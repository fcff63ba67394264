// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* Messages and events, as many as a command is told to make. */
#include <vmlinux.h>
#include <kx/log.bpf.h>
#include <kx/command.bpf.h>

#include "strm.h"

KX_EXTENSION("strm", STRM_VERSION, "makes messages and events");
KX_LICENSE("GPL");

KX_STREAM(made, struct made, "what was made");

/* The smallest room for large records, so that a reader is overtaken again and again. */
KX_STREAM_SIZED(wide, struct wide, "records of equal words", 16 * 1024);

KX_FINI(life)
{
	kx_notice("goodbye from generation %u", life->generation);
	return 0;
}

static long make_one(__u32 i, struct make *make)
{
	__u64 nr = make->from + i;
	char comm[16];

	switch (make->kind) {
	case STRM_MESSAGE:
		kx_info(STRM_TEXT " nr %llu by %u", nr, make->by);
		break;
	case STRM_TEXTS:
		bpf_get_current_comm(comm, sizeof(comm));
		kx_warn("%s nr %llu by %u", comm, nr, make->by);
		break;
	case STRM_DEBUG:
		kx_debug("detail nr %llu by %u", nr, make->by);
		break;
	case STRM_EVENT: {
		struct made record = { .nr = nr, .by = make->by, STRM_MORE };

		kx_emit(made, &record);
		break;
	}
	case STRM_WIDE: {
		struct wide record;

		for (int word = 0; word < STRM_WORDS; word++)
			record.words[word] = nr << 8 | make->by;
		kx_emit(wide, &record);
		break;
	}
	}
	return 0;
}

KX_COMMAND(make, struct make, KX_NONE, "makes them")
{
	struct make copy = *in;

	return bpf_loop(in->n, make_one, &copy, 0) == (long)in->n ? 0 : -1;
}
