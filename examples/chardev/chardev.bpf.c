/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * A character device without a node in /dev: kernel code that keeps a buffer. What a
 * module has in its struct file_operations is a channel here; main.c has the other side.
 */
#include <vmlinux.h>
#include <kx/command.bpf.h>
#include <kx/file.bpf.h>
#include <kx/share.bpf.h>

#include "chardev.h"

KX_EXTENSION("chardev", "1.0.0", "a buffer that is read and written as a device is");
KX_LICENSE("GPL");

#define EINVAL		22
#define ENOSPC		28
#define EBUSY		16

KX_VALUE(u32, users, "who has it open");
KX_VALUE(u64, opens, "times it was opened");

/* mmap: a process sees these very bytes. */
KX_SHARE(struct buffer, buffer, "the device's memory");

/* open and release: a result below 0 is what the caller gets. */
KX_COMMAND(open, KX_NONE, KX_NONE, "called before anything else")
{
	__sync_fetch_and_add(&users, 1);
	__sync_fetch_and_add(&opens, 1);
	return 0;
}

KX_COMMAND(release, KX_NONE, KX_NONE, "called at last")
{
	__sync_fetch_and_sub(&users, 1);
	return 0;
}

/* read: `kx cat chardev.contents` is the same. */
KX_FILE(contents, "what was written")
{
	u32 len = buffer.len;

	if (len > BUFFER_LEN)
		len = BUFFER_LEN;
	bpf_seq_write(file, buffer.bytes, len);
	return 0;
}

/* write: what is too much is refused, whole pieces before it stay. */
KX_FILE_WRITE(contents)
{
	u64 offset = in->offset;
	u32 len = in->len;

	if (len > sizeof(in->bytes))
		return -EINVAL;
	if (offset > BUFFER_LEN - sizeof(in->bytes))
		return -ENOSPC;
	if (!kx_write_begin(&buffer.seq))
		return -EBUSY;
	bpf_probe_read_kernel(buffer.bytes + offset, len, in->bytes);
	buffer.len = offset + len;
	kx_write_end(&buffer.seq);
	return 0;
}

/* ioctl: called by number, or by name. */
KX_COMMAND(len, KX_NONE, struct number, "bytes there are", KX_NUMBER(IOCTL_LEN))
{
	out->value = buffer.len;
	return 0;
}

KX_COMMAND(clear, KX_NONE, KX_NONE, "empties it", KX_NUMBER(IOCTL_CLEAR))
{
	if (!kx_write_begin(&buffer.seq))
		return -EBUSY;
	buffer.len = 0;
	kx_write_end(&buffer.seq);
	return 0;
}

KX_COMMAND(byte, struct number, struct number, "the byte at a place", KX_NUMBER(IOCTL_BYTE))
{
	u64 at = in->value;

	if (at >= buffer.len || at >= BUFFER_LEN)
		return -EINVAL;
	out->value = buffer.bytes[at];
	return 0;
}
