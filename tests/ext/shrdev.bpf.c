/* SPDX-License-Identifier: GPL-2.0-only */
/* A device of which nothing but reading is there; examples/chardev is the whole one. */
#include <vmlinux.h>
#include <kx/file.bpf.h>

KX_EXTENSION("shrdev", "1.0.0", "a device that is read only");
KX_LICENSE("GPL");

KX_FILE(contents, "what it has")
{
	kx_print(file, "read only\n");
	return 0;
}
