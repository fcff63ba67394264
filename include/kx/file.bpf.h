/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Files, as /proc has them: text that kernel code makes when it is read, and a side
 * that is written to.
 *
 *	KX_FILE(status, "what it does")
 *	{
 *		kx_print(file, "%d seen\n", seen);
 *		return 0;
 *	}
 *	KX_FILE_WRITE(status)
 *	{
 *		seen = 0;
 *		return 0;
 *	}
 *
 * `cat /sys/fs/bpf/kx/INSTANCE/current/files/status`, or `kx cat INSTANCE.status`: the
 * text is made at each open, up to 32 KiB. kx_print() has the format of
 * bpf_seq_printf(). An iterator (SEC("iter/...")) is a file too, a row for each thing it
 * comes by.
 *
 * `kx write INSTANCE.status` hands over what it is given in pieces: `in` has `bytes`,
 * `len` of them, from `offset` on; `more` is 0 in the last piece. A result below 0
 * ends it: an errno.
 */
#ifndef KX_FILE_BPF_H
#define KX_FILE_BPF_H

#include <kx/command.bpf.h>

/* What the iterators go through: one element, so that the text is made once. */
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, __u64);
} kx_once SEC(".maps");

#define KX_FILE(name, text)						\
	static __always_inline int kx_body_##name(struct seq_file *file); \
	SEC("iter/bpf_map_elem") KX_TAG("kx.file=" text) KX_OVER(kx_once) \
	int name(struct bpf_iter__bpf_map_elem *ctx)			\
	{								\
		return ctx->value ? kx_body_##name(ctx->meta->seq) : 0;	\
	}								\
	static __always_inline int kx_body_##name(struct seq_file *file)

#define kx_print(file, fmt, args...)	BPF_SEQ_PRINTF(file, fmt, ##args)

#define KX_FILE_WRITE(name)						\
	KX_LARGE_(name##_write, struct kx_write, KX_NONE, KX_TAG("kx.write=" #name))

#endif
