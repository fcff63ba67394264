/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Commands and files of every shape, for the tests. */
#include <vmlinux.h>
#include <kx/command.bpf.h>
#include <kx/file.bpf.h>

#ifndef CMD_VERSION
#define CMD_VERSION	"1.0"
#define CMD_GENERATION	1
#endif

KX_EXTENSION("cmd", CMD_VERSION, "commands and files of every shape");
KX_LICENSE("GPL");

KX_VALUE(u64, calls, "how often anything was called");
KX_VALUE(u64, bytes, "written to the file");
KX_VALUE(u64, sum, "of what was written, byte by byte");
KX_VALUE(u32, pieces, "written to the file");
KX_VALUE(u32, ends, "last pieces");
KX_VALUE(u32, gaps, "pieces that did not begin where the one before ended");

#define ERANGE	34
#define EINVAL	22

/* A text with a bound, as a system call takes it. */
struct cmd_greet_in {
	char name[32];
	u32 times;
};

struct cmd_greet_out {
	char text[64];
	u32 generation;
};

KX_COMMAND(greet, struct cmd_greet_in, struct cmd_greet_out, "says hello", KX_NUMBER(1))
{
	__sync_fetch_and_add(&calls, 1);
	out->generation = CMD_GENERATION;
	if (!in->name[0])
		return -EINVAL;
	BPF_SNPRINTF(out->text, sizeof(out->text), "hello, %s", in->name);
	return in->times;
}

struct cmd_64 {
	u64 words[8];
};

KX_COMMAND(echo, struct cmd_64, struct cmd_64, "gives back what it gets", KX_NUMBER(2))
{
	*out = *in;
	return 0;
}

struct cmd_limits {
	u16 lowest;
	s8 highest;
};

enum cmd_mode {
	MODE_OFF,
	MODE_SLOW,
	MODE_FAST,
};

struct cmd_typed {
	bool on;
	enum cmd_mode mode;
	struct cmd_limits limits[2];
	u32 low : 3;
	u32 high : 29;
	s64 big;
};

KX_COMMAND(typed, struct cmd_typed, struct cmd_typed, "members of every kind", KX_NUMBER(0x10))
{
	*out = *in;
	return 0;
}

KX_COMMAND(nothing, KX_NONE, KX_NONE, "takes nothing, gives nothing")
{
	return __sync_fetch_and_add(&calls, 1);
}

KX_COMMAND(count, u32, u64, "numbers without a structure")
{
	*out = (u64)*in * 2;
	return 0;
}

KX_COMMAND(refuse, s32, KX_NONE, "returns what it is told")
{
	return *in;
}

struct cmd_large {
	u32 seed;
	u8 bytes[4000];
};

/* Its work takes a while, so that callers meet. */
KX_COMMAND_LARGE(turn, struct cmd_large, struct cmd_large, "turns bytes around")
{
	out->seed = in->seed;
	for (u32 i = 0; i < sizeof(in->bytes); i++)
		out->bytes[i] = in->bytes[sizeof(in->bytes) - 1 - i];
	return CMD_GENERATION;
}

KX_FILE(status, "what was written")
{
	kx_print(file, "generation %d\n", CMD_GENERATION);
	kx_print(file, "%llu bytes\n", bytes);
	return 0;
}

KX_FILE_WRITE(status)
{
	if (in->len && in->bytes[0] == '!')
		return -EINVAL;
	__sync_fetch_and_add(&pieces, 1);
	if (in->offset && in->offset != bytes)
		gaps++;
	if (!in->offset)
		bytes = sum = 0;
	for (u32 i = 0; i < KX_WRITE_MAX && i < in->len; i++)
		sum += in->bytes[i];
	bytes += in->len;
	ends += !in->more;
	return 0;
}

KX_FILE(fixed, "cannot be written to")
{
	kx_print(file, "fixed\n");
	return 0;
}

/* A row for each task: an iterator without a tag. */
SEC("iter/task")
int tasks(struct bpf_iter__task *ctx)
{
	if (!ctx->meta->seq_num)
		kx_print(ctx->meta->seq, "first\n");
	return 0;
}
