// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* A file whose text kernel code makes when it is read. */
#ifndef FILES_VERSION
#define FILES_VERSION	"1.0"
#endif

#include <vmlinux.h>
#include <kx/kx.bpf.h>

KX_EXTENSION("files", FILES_VERSION, "a file of tasks");
KX_LICENSE("GPL");

SEC("iter/task")
int tasks(struct bpf_iter__task *ctx)
{
	static const char line[] = "version " FILES_VERSION ", first of the %s\n";
	const char *what = "tasks";

	if (ctx->task && !ctx->meta->seq_num)
		bpf_seq_printf(ctx->meta->seq, line, sizeof(line), &what, sizeof(what));
	return 0;
}
