/* SPDX-License-Identifier: GPL-2.0-only */
/* bpf: one union of structures, one table of their members per command. */
#include <linux/bpf.h>

#include "member.h"
#include "misc.h"
#include "net.h"

enum kind { NUMBER, SIGNED, HEX_, ADDRESS, VALUE_, BITS, TEXT, VERSION, STRING, DATA, HEX64, BITS64,
	    VALUE64, NUMBER64,
	    NUMA,	/* shown with the flag that makes it count */
	    REPLACED,
	    IFINDEX,
	    LOG,	/* an address, but for one of no bytes, as the number before it tells */
	    IDS };	/* ... the number behind it */

struct field {
	const char *name;
	uint8_t offset;
	uint8_t kind;		/* enum kind */
	uint8_t since;		/* shown if the caller's size is beyond it */
	const struct xlat *xlat;
};

#define AT(m)			offsetof(union bpf_attr, m)
#define NUM(n, m, s)		{ n, AT(m), NUMBER, s }
#define FD_(n, m, s)		{ n, AT(m), SIGNED, s }
#define PTR(n, m, s)		{ n, AT(m), ADDRESS, s }
/* Read too, the one that kxtrace.bpf.c knows of the command. */
#define STR_(n, m, s)		{ n, AT(m), STRING, s }
#define VAL(n, m, s, x)		{ n, AT(m), VALUE_, s, &(x) }
#define SET(n, m, s, x)		{ n, AT(m), BITS, s, &(x) }
#define BATCH_REST							\
	NUM("count", batch.count, 0), FD_("map_fd", batch.map_fd, 0),	\
	{ "elem_flags", AT(batch.elem_flags), BITS64, 0, &bpf_lookup_flags },	\
	{ "flags", AT(batch.flags), HEX_, 0 }
#define LOOKUP_BATCH							\
	PTR("in_batch", batch.in_batch, 0),				\
	PTR("out_batch", batch.out_batch, 0),				\
	PTR("keys", batch.keys, 0), PTR("values", batch.values, 0),	\
	BATCH_REST
#define MAX_FIELDS		24
/* More is an error of the caller. */
#define MAX_SIZE		4096

static const struct form {
	uint32_t cmd;
	const char *nested;	/* the name of a structure within the union */
	struct field fields[MAX_FIELDS];
} forms[] = {
	{ BPF_MAP_CREATE, NULL, {
		VAL("map_type", map_type, 0, bpf_map_types),
		NUM("key_size", key_size, 0),
		NUM("value_size", value_size, 0),
		NUM("max_entries", max_entries, 0),
		SET("map_flags", map_flags, 16, bpf_map_flags),
		FD_("inner_map_fd", inner_map_fd, 20),
		{ "numa_node", AT(numa_node), NUMA, 24 },
		{ "map_name", AT(map_name), TEXT, 28 },
		{ "map_ifindex", AT(map_ifindex), IFINDEX, 44 },
		FD_("btf_fd", btf_fd, 48),
		NUM("btf_key_type_id", btf_key_type_id, 52),
		NUM("btf_value_type_id", btf_value_type_id, 56),
		NUM("btf_vmlinux_value_type_id", btf_vmlinux_value_type_id,
		    60),
		{ "map_extra", AT(map_extra), NUMBER64, 64 } } },
	{ BPF_MAP_LOOKUP_ELEM, NULL, {
		FD_("map_fd", map_fd, 0), PTR("key", key, 0),
		PTR("value", value, 0),
		{ "flags", AT(flags), BITS64, 24, &bpf_lookup_flags } } },
	{ BPF_MAP_LOOKUP_AND_DELETE_ELEM, NULL, {
		FD_("map_fd", map_fd, 0), PTR("key", key, 0),
		PTR("value", value, 0),
		{ "flags", AT(flags), BITS64, 24, &bpf_lookup_flags } } },
	{ BPF_MAP_UPDATE_ELEM, NULL, {
		FD_("map_fd", map_fd, 0), PTR("key", key, 0),
		PTR("value", value, 0),
		{ "flags", AT(flags), VALUE64, 0, &bpf_update_flags } } },
	{ BPF_MAP_DELETE_ELEM, NULL, {
		FD_("map_fd", map_fd, 0), PTR("key", key, 0) } },
	{ BPF_MAP_GET_NEXT_KEY, NULL, {
		FD_("map_fd", map_fd, 0), PTR("key", key, 0),
		PTR("next_key", next_key, 0) } },
	{ BPF_PROG_LOAD, NULL, {
		VAL("prog_type", prog_type, 0, bpf_prog_types),
		NUM("insn_cnt", insn_cnt, 0), PTR("insns", insns, 0),
		STR_("license", license, 0),
		NUM("log_level", log_level, 24),
		NUM("log_size", log_size, 24), { "log_buf", AT(log_buf), LOG, 24 },
		{ "kern_version", AT(kern_version), VERSION, 40 },
		SET("prog_flags", prog_flags, 44, bpf_prog_flags),
		{ "prog_name", AT(prog_name), TEXT, 48 },
		{ "prog_ifindex", AT(prog_ifindex), IFINDEX, 64 },
		VAL("expected_attach_type", expected_attach_type, 68,
		    bpf_attach_types),
		FD_("prog_btf_fd", prog_btf_fd, 72),
		NUM("func_info_rec_size", func_info_rec_size, 72),
		PTR("func_info", func_info, 72),
		NUM("func_info_cnt", func_info_cnt, 72),
		NUM("line_info_rec_size", line_info_rec_size, 72),
		PTR("line_info", line_info, 72),
		NUM("line_info_cnt", line_info_cnt, 72),
		NUM("attach_btf_id", attach_btf_id, 108),
		FD_("attach_prog_fd", attach_prog_fd, 112) } },
	{ BPF_OBJ_PIN, NULL, {
		STR_("pathname", pathname, 0), FD_("bpf_fd", bpf_fd, 0),
		SET("file_flags", file_flags, 12, bpf_file_flags) } },
	{ BPF_OBJ_GET, NULL, {
		STR_("pathname", pathname, 0), FD_("bpf_fd", bpf_fd, 0),
		SET("file_flags", file_flags, 12, bpf_file_flags) } },
	{ BPF_PROG_ATTACH, NULL, {
		FD_("target_fd", target_fd, 0),
		FD_("attach_bpf_fd", attach_bpf_fd, 0),
		VAL("attach_type", attach_type, 0, bpf_attach_types),
		SET("attach_flags", attach_flags, 0, bpf_attach_flags),
		FD_("replace_bpf_fd", replace_bpf_fd, 16) } },
	{ BPF_PROG_DETACH, NULL, {
		FD_("target_fd", target_fd, 0),
		VAL("attach_type", attach_type, 0, bpf_attach_types) } },
	{ BPF_PROG_TEST_RUN, "test", {
		FD_("prog_fd", test.prog_fd, 0),
		NUM("retval", test.retval, 0),
		NUM("data_size_in", test.data_size_in, 0),
		NUM("data_size_out", test.data_size_out, 0),
		PTR("data_in", test.data_in, 0),
		PTR("data_out", test.data_out, 0),
		NUM("repeat", test.repeat, 0),
		NUM("duration", test.duration, 0),
		NUM("ctx_size_in", test.ctx_size_in, 40),
		NUM("ctx_size_out", test.ctx_size_out, 40),
		PTR("ctx_in", test.ctx_in, 40), PTR("ctx_out", test.ctx_out, 40),
		SET("flags", test.flags, 64, bpf_test_flags),
		NUM("cpu", test.cpu, 64),
		NUM("batch_size", test.batch_size, 72) } },
	{ BPF_PROG_GET_NEXT_ID, NULL, {
		NUM("start_id", start_id, 0), NUM("next_id", next_id, 0),
		SET("open_flags", open_flags, 8, bpf_file_flags) } },
	{ BPF_MAP_GET_NEXT_ID, NULL, {
		NUM("start_id", start_id, 0), NUM("next_id", next_id, 0),
		SET("open_flags", open_flags, 8, bpf_file_flags) } },
	{ BPF_BTF_GET_NEXT_ID, NULL, {
		NUM("start_id", start_id, 0), NUM("next_id", next_id, 0),
		SET("open_flags", open_flags, 8, bpf_file_flags) } },
	{ BPF_LINK_GET_NEXT_ID, NULL, {
		NUM("start_id", start_id, 0), NUM("next_id", next_id, 0),
		SET("open_flags", open_flags, 8, bpf_file_flags) } },
	{ BPF_PROG_GET_FD_BY_ID, NULL, {
		NUM("prog_id", prog_id, 0), NUM("next_id", next_id, 0),
		SET("open_flags", open_flags, 8, bpf_file_flags) } },
	{ BPF_MAP_GET_FD_BY_ID, NULL, {
		NUM("map_id", map_id, 0), NUM("next_id", next_id, 0),
		SET("open_flags", open_flags, 8, bpf_file_flags) } },
	{ BPF_BTF_GET_FD_BY_ID, NULL, { NUM("btf_id", btf_id, 0) } },
	{ BPF_LINK_GET_FD_BY_ID, NULL, { NUM("link_id", link_id, 0) } },
	{ BPF_OBJ_GET_INFO_BY_FD, "info", {
		FD_("bpf_fd", info.bpf_fd, 0),
		NUM("info_len", info.info_len, 0),
		PTR("info", info.info, 0) } },
	{ BPF_PROG_QUERY, "query", {
		FD_("target_fd", query.target_fd, 0),
		VAL("attach_type", query.attach_type, 0, bpf_attach_types),
		SET("query_flags", query.query_flags, 0, bpf_query_flags),
		SET("attach_flags", query.attach_flags, 0, bpf_attach_flags),
		{ "prog_ids", AT(query.prog_ids), IDS, 0 },
		NUM("prog_cnt", query.prog_cnt, 0) } },
	{ BPF_RAW_TRACEPOINT_OPEN, "raw_tracepoint", {
		STR_("name", raw_tracepoint.name, 0),
		FD_("prog_fd", raw_tracepoint.prog_fd, 0) } },
	{ BPF_BTF_LOAD, NULL, {
		{ "btf", AT(btf), DATA, 0 }, PTR("btf_log_buf", btf_log_buf, 0),
		NUM("btf_size", btf_size, 0),
		NUM("btf_log_size", btf_log_size, 0),
		NUM("btf_log_level", btf_log_level, 0) } },
	{ BPF_MAP_LOOKUP_BATCH, "batch", { LOOKUP_BATCH } },
	{ BPF_MAP_LOOKUP_AND_DELETE_BATCH, "batch", { LOOKUP_BATCH } },
	{ BPF_MAP_UPDATE_BATCH, "batch", {
		PTR("keys", batch.keys, 0), PTR("values", batch.values, 0),
		BATCH_REST } },
	{ BPF_MAP_DELETE_BATCH, "batch", {
		PTR("keys", batch.keys, 0), BATCH_REST } },
	{ BPF_TASK_FD_QUERY, "task_fd_query", {
		FD_("pid", task_fd_query.pid, 0), FD_("fd", task_fd_query.fd, 0),
		NUM("flags", task_fd_query.flags, 0),
		NUM("buf_len", task_fd_query.buf_len, 0),
		{ "buf", AT(task_fd_query.buf), LOG, 0 },
		NUM("prog_id", task_fd_query.prog_id, 0),
		VAL("fd_type", task_fd_query.fd_type, 0, bpf_fd_types),
		{ "probe_offset", AT(task_fd_query.probe_offset), HEX64, 0 },
		{ "probe_addr", AT(task_fd_query.probe_addr), HEX64, 0 } } },
	{ BPF_MAP_FREEZE, NULL, { FD_("map_fd", map_fd, 0) } },
	{ BPF_LINK_CREATE, "link_create", {
		FD_("prog_fd", link_create.prog_fd, 0),
		FD_("target_fd", link_create.target_fd, 0),
		VAL("attach_type", link_create.attach_type, 0,
		    bpf_attach_types),
		{ "flags", AT(link_create.flags), HEX_, 0 } } },
	{ BPF_LINK_UPDATE, "link_update", {
		FD_("link_fd", link_update.link_fd, 0),
		FD_("new_prog_fd", link_update.new_prog_fd, 0),
		SET("flags", link_update.flags, 0, bpf_attach_flags),
		{ "old_prog_fd", AT(link_update.old_prog_fd), REPLACED, 0 } } },
};

static void out_version(struct out *o, uint32_t version)
{
	out_printf(o, "KERNEL_VERSION(%u, %u, %u)", version >> 16,
		   version >> 8 & 0xff, version & 0xff);
}

static void out_string(struct out *o, const struct call *c, unsigned int i, uint64_t addr,
		       bool path)
{
	const struct kxt_chunk *chunk = c->in[i] ? c->in[i] : c->out[i];
	size_t pos = BPF_ATTR_LEN, limit = path ? SIZE_MAX : c->strsize, len;
	const struct kxt_item *item = chunk_next_item(chunk, &pos);

	if (!item || !addr || item->status & KXT_FAULT) {
		out_addr(o, addr);
		return;
	}
	len = strnlen((const char *)(item + 1), item->len);
	out_quoted(o, (const char *)(item + 1), len < limit ? len : limit, len > limit);
}

/* What is loaded: its beginning, `total` bytes there are. */
static void out_data(struct out *o, const struct call *c, unsigned int i, uint64_t addr,
		     uint32_t total)
{
	const struct kxt_chunk *chunk = c->in[i] ? c->in[i] : c->out[i];
	size_t pos = BPF_ATTR_LEN, len;
	const struct kxt_item *item = chunk_next_item(chunk, &pos);

	if (!addr || (total && (!item || item->status & KXT_FAULT))) {
		out_addr(o, addr);
		return;
	}
	len = item && item->len < total ? item->len : total;
	if (len > c->strsize)
		len = c->strsize;
	out_quoted(o, item ? (const char *)(item + 1) : "", item ? len : 0, len < total);
}

/* A name that does not end within its field, or the caller's size, is cut. */
static void out_name(struct out *o, const char *name, size_t room)
{
	size_t max = room < BPF_OBJ_NAME_LEN ? room : BPF_OBJ_NAME_LEN, len = strnlen(name, max);

	out_quoted(o, name, len < max ? len : max - 1, len == max);
}

static void out_field(struct out *o, const struct call *c, unsigned int i,
		      const struct field *f, const char *attr)
{
	const char *at = attr + f->offset;
	uint32_t value;
	uint64_t wide;

	memcpy(&value, at, sizeof(value));
	memcpy(&wide, at, sizeof(wide));
	member(o, f->name);
	switch ((enum kind)f->kind) {
	case NUMBER:
		out_udec(o, value);
		break;
	case SIGNED:
		out_dec(o, (int32_t)value);
		break;
	case HEX_:
		out_hex(o, value);
		break;
	case ADDRESS:
		out_addr(o, wide);
		break;
	case LOG:
	case IDS:
		memcpy(&value, at + (f->kind == LOG ? -4 : 8), sizeof(value));
		if (wide && !value)
			out_str(o, f->kind == LOG ? "\"\"" : "[]");
		else
			out_addr(o, wide);
		break;
	case NUMA:
		out_udec(o, value);
		if (value == UINT32_MAX)
			out_str(o, " /* NUMA_NO_NODE */");
		break;
	case REPLACED:
		out_dec(o, (int32_t)value);
		break;
	case VALUE_:
		xlat_value(o, f->xlat, value);
		break;
	case BITS:
		xlat_flags(o, f->xlat, value);
		break;
	case TEXT:
		out_name(o, at, (uint32_t)c->rec->args[2] - f->offset);
		break;
	case NUMBER64:
		if (wide == UINT64_MAX)
			out_str(o, "UINT64_MAX");
		else
			out_udec(o, wide);
		break;
	case IFINDEX:
		out_ifindex(o, value);
		break;
	case BITS64:
		xlat_flags(o, f->xlat, wide);
		break;
	case VALUE64:
		xlat_value(o, f->xlat, wide);
		break;
	case HEX64:
		out_hex(o, wide);
		break;
	case DATA:
		memcpy(&value, attr + offsetof(union bpf_attr, btf_size), sizeof(value));
		out_data(o, c, i, wide, value);
		break;
	case STRING:
		out_string(o, c, i, wide, !strcmp(f->name, "pathname"));
		break;
	case VERSION:
		out_version(o, value);
		break;
	}
}

static size_t field_end(const struct field *f)
{
	switch ((enum kind)f->kind) {
	case TEXT:
		return f->offset + BPF_OBJ_NAME_LEN;
	case ADDRESS:
	case LOG:
	case IDS:
	case STRING:
	case DATA:
	case HEX64:
	case BITS64:
	case VALUE64:
	case NUMBER64:
		return f->offset + sizeof(uint64_t);
	default:
		return f->offset + sizeof(uint32_t);
	}
}

/* Some fields mean something only with a flag. */
static bool counts(const struct field *f, const char *attr)
{
	uint32_t flags;

	if (f->kind == NUMA) {
		memcpy(&flags, attr + AT(map_flags), sizeof(flags));
		return flags & BPF_F_NUMA_NODE;
	}
	if (f->kind == REPLACED) {
		memcpy(&flags, attr + AT(link_update.flags), sizeof(flags));
		return flags & BPF_F_REPLACE;
	}
	return true;
}

void print_bpf_attr(struct out *o, const struct call *c, unsigned int i,
		    const struct arg *arg)
{
	uint32_t cmd = c->rec->args[0], size = c->rec->args[2];
	const char *given = call_in(c, i, BPF_ATTR_LEN);
	const struct form *form = NULL;
	/* What is behind the caller's size is not the caller's. */
	char attr[sizeof(union bpf_attr)] = {};
	size_t n, end = 0;

	(void)arg;
	if (given)
		memcpy(attr, given, size < BPF_ATTR_LEN ? size : BPF_ATTR_LEN);
	for (n = 0; n < sizeof(forms) / sizeof(forms[0]); n++) {
		if (forms[n].cmd == cmd)
			form = &forms[n];
	}
	if (!given || !form || !size || size > MAX_SIZE) {
		out_addr(o, c->rec->args[i]);
		return;
	}
	out_char(o, '{');
	if (form->nested) {
		member(o, form->nested);
		out_char(o, '{');
	}
	for (n = 0; n < MAX_FIELDS && form->fields[n].name; n++) {
		if (counts(&form->fields[n], attr) &&
		    (!form->fields[n].since || size > form->fields[n].since))
			out_field(o, c, i, &form->fields[n], attr);
		if (field_end(&form->fields[n]) > end)
			end = field_end(&form->fields[n]);
	}
	if (form->nested)
		out_char(o, '}');
	while (end < size && end < BPF_ATTR_LEN && !attr[end])
		end++;
	out_str(o, end < size && end < BPF_ATTR_LEN ? ", ...}" : "}");
}
