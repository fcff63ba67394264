/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* A generation of cmd.bpf.c whose types differ, and some of whose commands are gone. */
#include <vmlinux.h>
#include <kx/command.bpf.h>

KX_EXTENSION("cmd", "3.0", "another greet");
KX_LICENSE("GPL");

struct cmd_greet_in {
	char name[32];
	s32 times;
};

struct cmd_greet_out {
	char text[64];
	u32 generation;
};

KX_COMMAND(greet, struct cmd_greet_in, struct cmd_greet_out, "says hello", KX_NUMBER(1))
{
	out->generation = 3;
	return 0;
}
