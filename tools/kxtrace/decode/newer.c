/* SPDX-License-Identifier: GPL-2.0-only */
/* Calls that are younger than strace 6.1, in its manner. */
#include <linux/fs.h>

#include "desc.h"
#include "file.h"
#include "member.h"
#include "mount.h"
#include "../xlat/ioctl.h"

void print_cache_range(struct out *o, const struct call *c, unsigned int i,
		       const struct arg *arg)
{
	const uint64_t *range = arg_data(o, c, i, 16);

	(void)arg;
	if (range)
		out_printf(o, "{off=%llu, len=%llu}", (unsigned long long)range[0],
			   (unsigned long long)range[1]);
}

void print_cache_stat(struct out *o, const struct call *c, unsigned int i,
		      const struct arg *arg)
{
	const uint64_t *stat = arg_data_out(o, c, i, 40);

	(void)arg;
	if (!stat)
		return;
	out_str(o, "{nr_cache=");
	out_udec(o, stat[0]);
	member_udec(o, "nr_dirty", stat[1]);
	member_udec(o, "nr_writeback", stat[2]);
	member_udec(o, "nr_evicted", stat[3]);
	member_udec(o, "nr_recently_evicted", stat[4]);
	out_char(o, '}');
}

struct kfile_attr {
	uint64_t xflags;
	uint32_t extsize;
	uint32_t nextents;
	uint32_t projid;
	uint32_t cowextsize;
};

void print_file_attr(struct out *o, const struct call *c, unsigned int i,
		     const struct arg *arg)
{
	const struct kfile_attr *a = NULL;

	(void)arg;
	if (c->rec->args[i + 1] >= sizeof(*a))
		a = call_in(c, i, sizeof(*a));
	if (!a) {
		out_addr(o, c->rec->args[i]);
		return;
	}
	out_str(o, "{fa_xflags=");
	xlat_flags(o, &fsx_flags, a->xflags);
	member_udec(o, "fa_extsize", a->extsize);
	member_udec(o, "fa_nextents", a->nextents);
	member_udec(o, "fa_projid", a->projid);
	member_udec(o, "fa_cowextsize", a->cowextsize);
	out_char(o, '}');
}

struct kxattr_args {
	uint64_t value;
	uint32_t size;
	uint32_t flags;
};

/* What is set, or what was got: then the result is its length. */
void print_xattr_args(struct out *o, const struct call *c, unsigned int i,
		      const struct arg *arg)
{
	bool filled = arg->op.when & KXT_FILLED;
	const struct kxattr_args *a = NULL;
	const struct kxt_item *item;
	size_t pos = sizeof(*a), len, total;

	if (c->rec->args[i + 1] >= sizeof(*a))
		a = call_in(c, i, sizeof(*a));
	if (!a) {
		out_addr(o, c->rec->args[i]);
		return;
	}
	item = chunk_next_item(c->in[i] ? c->in[i] : c->out[i], &pos);
	total = filled ? (size_t)c->rec->ret : a->size;
	out_str(o, "{value=");
	if (!a->value || !item || item->status & KXT_FAULT || (filled && (c->failed || !a->size))) {
		out_addr(o, a->value);
	} else {
		len = item->len < total ? item->len : total;
		len = len < c->strsize ? len : c->strsize;
		out_quoted(o, (const char *)(item + 1), len, len < total);
	}
	member_udec(o, "size", a->size);
	member_flags(o, "flags", &xattr_flags, a->flags);
	out_char(o, '}');
}

struct kmount_request {
	uint32_t size;
	uint32_t fd;
	uint64_t id;
	uint64_t param;
	uint64_t namespace_id;
};

#define REQUEST_FIRST	24	/* its first version had no namespace_id */

/* One structure for two calls: what is to be told of a mount, or after which to go on. */
void print_mount_request(struct out *o, const struct call *c, unsigned int i,
			 const struct arg *arg)
{
	const struct kmount_request *r = call_in(c, i, REQUEST_FIRST);

	if (!r) {
		out_addr(o, c->rec->args[i]);
		return;
	}
	out_str(o, "{size=");
	out_udec(o, r->size);
	if (r->fd)
		member_udec(o, "mnt_ns_fd", r->fd);
	member(o, "mnt_id");
	if (arg->aux)
		out_hex(o, r->id);
	else
		xlat_value(o, &list_roots, r->id);
	if (arg->aux)
		member_flags(o, "param", &statmount_masks, r->param);
	else
		member_hex(o, "param", r->param);
	if (r->size >= sizeof(*r) && arg_len(c, i) >= sizeof(*r))
		member_hex(o, "mnt_ns_id", r->namespace_id);
	out_char(o, '}');
}

struct kstatmount {
	uint32_t size, mnt_opts;
	uint64_t mask;
	uint32_t sb_dev_major, sb_dev_minor;
	uint64_t sb_magic;
	uint32_t sb_flags, fs_type;
	uint64_t mnt_id, mnt_parent_id;
	uint32_t mnt_id_old, mnt_parent_id_old;
	uint64_t mnt_attr, mnt_propagation, mnt_peer_group, mnt_master, propagate_from;
	uint32_t mnt_root, mnt_point;
	uint64_t mnt_ns_id;
	uint32_t fs_subtype, sb_source;
};

#define STRINGS_AT	512

static const struct {
	uint64_t mask;
	const char *name;
	size_t offset;
} strings[] = {
	{ 0x8, "mnt_root", offsetof(struct kstatmount, mnt_root) },
	{ 0x10, "mnt_point", offsetof(struct kstatmount, mnt_point) },
	{ 0x20, "fs_type", offsetof(struct kstatmount, fs_type) },
	{ 0x80, "mnt_opts", offsetof(struct kstatmount, mnt_opts) },
	{ 0x100, "fs_subtype", offsetof(struct kstatmount, fs_subtype) },
	{ 0x200, "sb_source", offsetof(struct kstatmount, sb_source) },
};

static void out_strings(struct out *o, const struct kstatmount *s, size_t len)
{
	const char *text = (const char *)s;
	uint32_t at;
	size_t n, room;

	for (n = 0; n < sizeof(strings) / sizeof(strings[0]); n++) {
		if (!(s->mask & strings[n].mask))
			continue;
		memcpy(&at, text + strings[n].offset, sizeof(at));
		member(o, strings[n].name);
		if (len <= STRINGS_AT || at >= len - STRINGS_AT) {
			out_str(o, "...");
			continue;
		}
		room = strnlen(text + STRINGS_AT + at, len - STRINGS_AT - at);
		out_quoted(o, text + STRINGS_AT + at, room, room == len - STRINGS_AT - at);
	}
}

void print_statmount(struct out *o, const struct call *c, unsigned int i,
		     const struct arg *arg)
{
	const struct kstatmount *s = arg_data_out(o, c, i, sizeof(*s));

	(void)arg;
	if (!s)
		return;
	out_str(o, "{size=");
	out_udec(o, s->size);
	member_flags(o, "mask", &statmount_masks, s->mask);
	if (s->mask & 1) {
		member_udec(o, "sb_dev_major", s->sb_dev_major);
		member_udec(o, "sb_dev_minor", s->sb_dev_minor);
		member_hex(o, "sb_magic", s->sb_magic);
		member_flags(o, "sb_flags", &mount_flags, s->sb_flags);
	}
	if (s->mask & 2) {
		member_hex(o, "mnt_id", s->mnt_id);
		member_hex(o, "mnt_parent_id", s->mnt_parent_id);
		member_udec(o, "mnt_id_old", s->mnt_id_old);
		member_udec(o, "mnt_parent_id_old", s->mnt_parent_id_old);
		member_flags(o, "mnt_attr", &mount_attrs, s->mnt_attr);
		member_value(o, "mnt_propagation", &mount_propagation, s->mnt_propagation);
		member_udec(o, "mnt_peer_group", s->mnt_peer_group);
		member_udec(o, "mnt_master", s->mnt_master);
	}
	if (s->mask & 4)
		member_udec(o, "propagate_from", s->propagate_from);
	if (s->mask & 0x40)
		member_hex(o, "mnt_ns_id", s->mnt_ns_id);
	out_strings(o, s, arg_len_out(c, i) < s->size ? arg_len_out(c, i) : s->size);
	out_char(o, '}');
}

void print_mount_ids(struct out *o, const struct call *c, unsigned int i,
		     const struct arg *arg)
{
	const uint64_t *ids = call_out(c, i, 0);
	size_t n, nr = ids ? arg_len_out(c, i) / sizeof(*ids) : 0;
	uint64_t count = arg_count(c, arg);

	if (c->failed || (count && !nr)) {
		out_addr(o, c->rec->args[i]);
		return;
	}
	out_char(o, '[');
	for (n = 0; n < nr && n < count && n < c->strsize; n++) {
		list_comma(o, n);
		out_hex(o, ids[n]);
	}
	out_str(o, n < count ? ", ...]" : "]");
}
