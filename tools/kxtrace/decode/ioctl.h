/* SPDX-License-Identifier: GPL-2.0-only */
/* ioctl: commands by name, and what is behind the third argument. */
#ifndef KXTRACE_IOCTL_H
#define KXTRACE_IOCTL_H

#include "fields.h"

enum ioctl_kind {
	IOCTL_OTHER,		/* shown as a number: zero is 0 */
	IOCTL_ADDR,		/* zero is NULL */
	IOCTL_NONE,		/* no argument */
	IOCTL_DEC,
	IOCTL_TCFLSH,
	IOCTL_TCXONC,
	IOCTL_TEXT,		/* a string */
	IOCTL_CHAR,		/* one character */
	IOCTL_INT,		/* [5], read by the kernel */
	IOCTL_INT_OUT,		/* [5], filled in by it */
	IOCTL_U64,
	IOCTL_U64_OUT,
	IOCTL_TERMIOS,
	IOCTL_TERMIOS_OUT,
	IOCTL_TERMIOS2,
	IOCTL_TERMIOS2_OUT,
	IOCTL_TERMIO,
	IOCTL_TERMIO_OUT,
	IOCTL_WINSIZE,
	IOCTL_WINSIZE_OUT,
	IOCTL_MODEM,
	IOCTL_MODEM_OUT,
	IOCTL_INODE_FLAGS,
	IOCTL_INODE_FLAGS_OUT,
	IOCTL_CLONE_RANGE,
	IOCTL_FIEMAP,
	IOCTL_TRIM,
	IOCTL_XATTR,
	IOCTL_XATTR_OUT,
	IOCTL_IFREQ,
	IOCTL_IFCONF,
	IOCTL_UFFD_API,
};

struct ioctl_command {
	uint32_t number;
	uint8_t kind;		/* enum ioctl_kind */
	const char *name;
};

/* NULL when it is unknown. */
const struct ioctl_command *ioctl_find(uint32_t number);

/* What is read of the memory: enough for the longest that is decoded. */
#define IOCTL_LEN	44

/* struct termios and its kin, as the kernel lays them out. */
void out_termios(struct out *o, const void *data, enum ioctl_kind kind,
		 bool abbrev);

/* struct ifreq; what it has besides the name depends on the command. */
void out_ifreq(struct out *o, const struct call *c, uint32_t number,
	       const void *data);

arg_printer print_ioctl_cmd, print_ioctl_arg;
#define IOCTL_CMD(n)	{ n, print_ioctl_cmd }
#define IOCTL_ARG(n)	{ n, print_ioctl_arg, CAPTURE(FIXED, IN, KXT_FROM_NONE, IOCTL_LEN) }

#endif
