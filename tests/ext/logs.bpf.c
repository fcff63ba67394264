// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* One message with three integers, said in every way there is, as often as asked. */
#include <vmlinux.h>
#include <kx/log.bpf.h>
#include <kx/command.bpf.h>

#include "logs.h"

KX_EXTENSION("logs", "1.0.0", "says the same in several ways");
KX_LICENSE("GPL");

struct event {
	__u64 first, second, third;
};
KX_STREAM(events, struct event, "the same as records");

static long say(__u32 i, enum logs_way *way)
{
	switch (*way) {
	case LOGS_EMPTY:
		break;
	case LOGS_MESSAGE:
		kx_info("one %d two %u three %llx", i, 2, 3ULL + i);
		break;
	case LOGS_DISABLED:
		kx_debug("one %d two %u three %llx", i, 2, 3ULL + i);
		break;
	case LOGS_EVENT: {
		struct event event = { i, 2, 3 + i };

		kx_emit(events, &event);
		break;
	}
	case LOGS_PRINTK:
		bpf_printk("one %d two %u three %llx", i, 2, 3ULL + i);
		break;
	case LOGS_SNPRINTF: {
		char text[64];

		BPF_SNPRINTF(text, sizeof(text), "one %d two %u three %llx", i, 2, 3ULL + i);
		asm volatile("" :: "r"(text) : "memory");
		break;
	}
	}
	return 0;
}

KX_COMMAND(say_it, struct logs, KX_NONE, "says it")
{
	enum logs_way way = in->way;

	return bpf_loop(in->n, say, &way, 0);
}
