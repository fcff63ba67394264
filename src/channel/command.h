/* SPDX-License-Identifier: GPL-2.0-only */
/* A program that users call with a block, whatever the instance became meanwhile. */
#ifndef KX_COMMAND_H
#define KX_COMMAND_H

#include <linux/bpf.h>
#include <stdbool.h>
#include <stdint.h>

#include "channel/channel.h"
#include "registry/instance.h"

struct kx_command {
	struct kx *kx;
	char instance[64];
	char program[KX_NAME_MAX + 64];
	char shown[KX_NAME_MAX + 128];	/* "INSTANCE.NAME", for sentences */
	const char *tag;		/* that makes it one: "command", "write" */
	uint32_t kmid;
	bool held;
	int fd;
	struct btf *btf;		/* its own: the instance may be closed */
	struct channel_block block;
	char *bytes;			/* of the block, aligned to 8 */
	union bpf_attr attr;		/* as the kernel is asked each time */
};

/*
 * A program with that tag. @name: what its users know it by. -EPROTO: it takes no block;
 * others as kx_command_open().
 */
int command_open(struct kx *kx, struct kx_instance *inst, const char *program, const char *tag,
		 const char *name, struct kx_command **out);

/*
 * Run it with what is in command->bytes, the part for the output zeros. Of the running
 * generation: if need be, another block and program take their place, of the same
 * types. As kx_call().
 */
int command_run(struct kx_command *command, int *result);

#endif
