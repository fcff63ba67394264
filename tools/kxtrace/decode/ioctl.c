/* SPDX-License-Identifier: GPL-2.0-only */
/* ioctl: the command by name, and its argument by the command. */
#include "ioctl.h"

#include <linux/fiemap.h>
#include <linux/fs.h>
#include <linux/ioctl.h>
#include <linux/userfaultfd.h>

#include "../xlat/ioctl.h"
#include "../xlat/termios.h"
#include "member.h"

#define CMD_ARG		1
#define TERMIOS_LEN	36
#define TERMIO_LEN	18

/* _IOC(_IOC_READ, 0x12, 0x34, 0x8) */
static void unknown_command(struct out *o, uint32_t number)
{
	static const char *const directions[] = {
		"_IOC_NONE", "_IOC_WRITE", "_IOC_READ", "_IOC_READ|_IOC_WRITE",
	};

	out_str(o, "_IOC(");
	out_str(o, directions[_IOC_DIR(number) & 3]);
	out_mem(o, ", ", 2);
	out_hex(o, _IOC_TYPE(number));
	out_mem(o, ", ", 2);
	out_hex(o, _IOC_NR(number));
	out_mem(o, ", ", 2);
	out_hex(o, _IOC_SIZE(number));
	out_char(o, ')');
}

void print_ioctl_cmd(struct out *o, const struct call *c, unsigned int i,
		     const struct arg *arg)
{
	const struct ioctl_command *cmd = ioctl_find(c->rec->args[i]);

	(void)arg;
	if (o->constants)
		out_hex(o, (uint32_t)c->rec->args[i]);
	if (!names_begin(o))
		return;
	if (cmd)
		out_str(o, cmd->name);
	else
		unknown_command(o, c->rec->args[i]);
	names_end(o);
}

static void clone_range(struct out *o, const struct file_clone_range *range)
{
	out_str(o, "{src_fd=");
	out_dec(o, range->src_fd);
	member_udec(o, "src_offset", range->src_offset);
	member_udec(o, "src_length", range->src_length);
	member_udec(o, "dest_offset", range->dest_offset);
	out_char(o, '}');
}

static void fiemap(struct out *o, const struct call *c,
		   const struct fiemap *map)
{
	out_str(o, "{fm_start=");
	out_udec(o, map->fm_start);
	member_udec(o, "fm_length", map->fm_length);
	member_flags(o, "fm_flags", &fiemap_flags, map->fm_flags);
	if (!c->failed)
		member_udec(o, "fm_mapped_extents", map->fm_mapped_extents);
	member_udec(o, "fm_extent_count", map->fm_extent_count);
	if (!c->failed && map->fm_mapped_extents && map->fm_extent_count)
		out_str(o, ", ...");
	out_char(o, '}');
}

static void trim(struct out *o, const struct fstrim_range *range)
{
	out_str(o, "{start=");
	out_hex(o, range->start);
	member_udec(o, "len", range->len);
	member_udec(o, "minlen", range->minlen);
	out_char(o, '}');
}

static void xattr(struct out *o, const struct fsxattr *x, bool filled)
{
	out_str(o, "{fsx_xflags=");
	xlat_flags(o, &fsx_flags, x->fsx_xflags);
	member_udec(o, "fsx_extsize", x->fsx_extsize);
	if (filled)
		member_udec(o, "fsx_nextents", x->fsx_nextents);
	member_udec(o, "fsx_projid", x->fsx_projid);
	member_udec(o, "fsx_cowextsize", x->fsx_cowextsize);
	out_char(o, '}');
}

static void uffd_api(struct out *o, const struct call *c,
		     const struct uffdio_api *api)
{
	out_str(o, "{api=");
	out_hex(o, api->api);
	member_flags(o, "features", &uffd_features, api->features);
	if (!c->failed)
		member_hex(o, "ioctls", api->ioctls);
	out_char(o, '}');
}

static void window_size(struct out *o, const uint16_t *size)
{
	out_str(o, "{ws_row=");
	out_udec(o, size[0]);
	member_udec(o, "ws_col", size[1]);
	member_udec(o, "ws_xpixel", size[2]);
	member_udec(o, "ws_ypixel", size[3]);
	out_char(o, '}');
}

/* Bytes after the call, without which there is nothing to show. */
static size_t needed(enum ioctl_kind kind)
{
	switch (kind) {
	case IOCTL_TEXT:
	case IOCTL_CHAR:
		return 1;
	case IOCTL_INT:
	case IOCTL_INT_OUT:
	case IOCTL_MODEM:
	case IOCTL_MODEM_OUT:
	case IOCTL_INODE_FLAGS:
	case IOCTL_INODE_FLAGS_OUT:
		return 4;
	case IOCTL_U64:
	case IOCTL_U64_OUT:
	case IOCTL_WINSIZE:
	case IOCTL_WINSIZE_OUT:
		return 8;
	case IOCTL_TERMIO:
	case IOCTL_TERMIO_OUT:
		return TERMIO_LEN;
	case IOCTL_TERMIOS:
	case IOCTL_TERMIOS_OUT:
		return TERMIOS_LEN;
	default:
		return IOCTL_LEN;
	}
}

static bool only_on_success(enum ioctl_kind kind)
{
	switch (kind) {
	case IOCTL_INT_OUT:
	case IOCTL_U64_OUT:
	case IOCTL_TERMIOS_OUT:
	case IOCTL_TERMIOS2_OUT:
	case IOCTL_TERMIO_OUT:
	case IOCTL_WINSIZE_OUT:
	case IOCTL_MODEM_OUT:
	case IOCTL_INODE_FLAGS_OUT:
	case IOCTL_XATTR_OUT:
		return true;
	default:
		return false;
	}
}

static void bracketed_flags(struct out *o, const struct xlat *x, uint32_t value)
{
	out_char(o, '[');
	xlat_flags(o, x, value);
	out_char(o, ']');
}

static void bracketed_number(struct out *o, enum ioctl_kind kind,
			     const void *data)
{
	out_char(o, '[');
	if (kind == IOCTL_INT || kind == IOCTL_INT_OUT)
		out_dec(o, *(const int32_t *)data);
	else
		out_udec(o, *(const uint64_t *)data);
	out_char(o, ']');
}

static void text(struct out *o, const struct call *c, unsigned int i,
		 const char *data)
{
	const char *end = memchr(data, '\0', arg_len(c, i));

	if (end)
		out_quoted(o, data, end - data, false);
	else
		out_addr(o, c->rec->args[i]);
}

static void print_memory(struct out *o, const struct call *c, unsigned int i,
			 enum ioctl_kind kind)
{
	bool hidden = c->failed && only_on_success(kind);
	const void *data = hidden ? NULL : call_in(c, i, needed(kind));
	uint32_t number = c->rec->args[CMD_ARG];

	if (!data) {
		out_addr(o, c->rec->args[i]);
		return;
	}
	switch (kind) {
	case IOCTL_TEXT:
		text(o, c, i, data);
		break;
	case IOCTL_CHAR:
		out_quoted(o, data, 1, false);
		break;
	case IOCTL_INT:
	case IOCTL_INT_OUT:
	case IOCTL_U64:
	case IOCTL_U64_OUT:
		bracketed_number(o, kind, data);
		break;
	case IOCTL_WINSIZE:
	case IOCTL_WINSIZE_OUT:
		window_size(o, data);
		break;
	case IOCTL_MODEM:
	case IOCTL_MODEM_OUT:
		bracketed_flags(o, &modem_lines, *(const uint32_t *)data);
		break;
	case IOCTL_INODE_FLAGS:
	case IOCTL_INODE_FLAGS_OUT:
		bracketed_flags(o, &inode_flags, *(const uint32_t *)data);
		break;
	case IOCTL_CLONE_RANGE:
		clone_range(o, data);
		break;
	case IOCTL_FIEMAP:
		fiemap(o, c, data);
		break;
	case IOCTL_TRIM:
		trim(o, data);
		break;
	case IOCTL_XATTR:
	case IOCTL_XATTR_OUT:
		xattr(o, data, kind == IOCTL_XATTR_OUT);
		break;
	case IOCTL_IFREQ:
	case IOCTL_IFCONF:
		out_ifreq(o, c, number, data);
		break;
	case IOCTL_UFFD_API:
		uffd_api(o, c, data);
		break;
	default:
		out_termios(o, data, kind, c->abbrev);
	}
}

void print_ioctl_arg(struct out *o, const struct call *c, unsigned int i,
		     const struct arg *arg)
{
	const struct ioctl_command *cmd = ioctl_find(c->rec->args[CMD_ARG]);
	uint64_t value = c->rec->args[i];
	enum ioctl_kind kind = cmd ? cmd->kind : IOCTL_OTHER;

	(void)arg;
	switch (kind) {
	case IOCTL_NONE:
		break;
	case IOCTL_OTHER:
		out_hex(o, value);
		break;
	case IOCTL_ADDR:
		out_addr(o, value);
		break;
	case IOCTL_DEC:
		out_dec(o, (int32_t)value);
		break;
	case IOCTL_TCFLSH:
		xlat_value(o, &term_flushes, (uint32_t)value);
		break;
	case IOCTL_TCXONC:
		xlat_value(o, &term_flows, (uint32_t)value);
		break;
	default:
		print_memory(o, c, i, kind);
	}
}
