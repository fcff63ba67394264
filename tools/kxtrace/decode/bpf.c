/* SPDX-License-Identifier: GPL-2.0-only */
/* bpf: one union of structures, one table of their members per command. */
#include <linux/bpf.h>

#include "member.h"
#include "misc.h"

enum kind { NUMBER, SIGNED, HEX_, ADDRESS, VALUE_, BITS, TEXT, VERSION };

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
#define VAL(n, m, s, x)		{ n, AT(m), VALUE_, s, &(x) }
#define SET(n, m, s, x)		{ n, AT(m), BITS, s, &(x) }
#define BATCH_REST							\
	NUM("count", batch.count, 0), FD_("map_fd", batch.map_fd, 0),	\
	VAL("elem_flags", batch.elem_flags, 0, bpf_update_flags),	\
	{ "flags", AT(batch.flags), HEX_, 0 }
#define LOOKUP_BATCH							\
	PTR("in_batch", batch.in_batch, 0),				\
	PTR("out_batch", batch.out_batch, 0),				\
	PTR("keys", batch.keys, 0), PTR("values", batch.values, 0),	\
	BATCH_REST
#define MAX_FIELDS		20

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
		{ "map_name", AT(map_name), TEXT, 28 },
		NUM("map_ifindex", map_ifindex, 44),
		FD_("btf_fd", btf_fd, 48),
		NUM("btf_key_type_id", btf_key_type_id, 52),
		NUM("btf_value_type_id", btf_value_type_id, 56),
		NUM("btf_vmlinux_value_type_id", btf_vmlinux_value_type_id,
		    60),
		{ "map_extra", AT(map_extra), HEX_, 64 } } },
	{ BPF_MAP_LOOKUP_ELEM, NULL, {
		FD_("map_fd", map_fd, 0), PTR("key", key, 0),
		PTR("value", value, 0),
		SET("flags", flags, 24, bpf_lookup_flags) } },
	{ BPF_MAP_LOOKUP_AND_DELETE_ELEM, NULL, {
		FD_("map_fd", map_fd, 0), PTR("key", key, 0),
		PTR("value", value, 0),
		SET("flags", flags, 24, bpf_lookup_flags) } },
	{ BPF_MAP_UPDATE_ELEM, NULL, {
		FD_("map_fd", map_fd, 0), PTR("key", key, 0),
		PTR("value", value, 0),
		VAL("flags", flags, 0, bpf_update_flags) } },
	{ BPF_MAP_DELETE_ELEM, NULL, {
		FD_("map_fd", map_fd, 0), PTR("key", key, 0) } },
	{ BPF_MAP_GET_NEXT_KEY, NULL, {
		FD_("map_fd", map_fd, 0), PTR("key", key, 0),
		PTR("next_key", next_key, 0) } },
	{ BPF_PROG_LOAD, NULL, {
		VAL("prog_type", prog_type, 0, bpf_prog_types),
		NUM("insn_cnt", insn_cnt, 0), PTR("insns", insns, 0),
		PTR("license", license, 0),
		NUM("log_level", log_level, 24),
		NUM("log_size", log_size, 24), PTR("log_buf", log_buf, 24),
		{ "kern_version", AT(kern_version), VERSION, 40 },
		SET("prog_flags", prog_flags, 44, bpf_prog_flags),
		{ "prog_name", AT(prog_name), TEXT, 48 },
		NUM("prog_ifindex", prog_ifindex, 64),
		VAL("expected_attach_type", expected_attach_type, 68,
		    bpf_attach_types),
		FD_("prog_btf_fd", prog_btf_fd, 72),
		NUM("func_info_rec_size", func_info_rec_size, 72),
		PTR("func_info", func_info, 72),
		NUM("func_info_cnt", func_info_cnt, 72),
		NUM("line_info_rec_size", line_info_rec_size, 72),
		PTR("line_info", line_info, 72),
		NUM("line_info_cnt", line_info_cnt, 72),
		NUM("attach_btf_id", attach_btf_id, 108) } },
	{ BPF_OBJ_PIN, NULL, {
		PTR("pathname", pathname, 0), FD_("bpf_fd", bpf_fd, 0),
		SET("file_flags", file_flags, 12, bpf_file_flags) } },
	{ BPF_OBJ_GET, NULL, {
		PTR("pathname", pathname, 0), FD_("bpf_fd", bpf_fd, 0),
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
		NUM("duration", test.duration, 0) } },
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
		NUM("query_flags", query.query_flags, 0),
		SET("attach_flags", query.attach_flags, 0, bpf_attach_flags),
		PTR("prog_ids", query.prog_ids, 0),
		NUM("prog_cnt", query.prog_cnt, 0) } },
	{ BPF_RAW_TRACEPOINT_OPEN, "raw_tracepoint", {
		PTR("name", raw_tracepoint.name, 0),
		FD_("prog_fd", raw_tracepoint.prog_fd, 0) } },
	{ BPF_BTF_LOAD, NULL, {
		PTR("btf", btf, 0), PTR("btf_log_buf", btf_log_buf, 0),
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
		SET("flags", link_update.flags, 0, bpf_attach_flags) } },
};

static void out_version(struct out *o, uint32_t version)
{
	out_printf(o, "KERNEL_VERSION(%u, %u, %u)", version >> 16,
		   version >> 8 & 0xff, version & 0xff);
}

static void out_field(struct out *o, const struct field *f, const char *attr)
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
	case VALUE_:
		xlat_value(o, f->xlat, value);
		break;
	case BITS:
		xlat_flags(o, f->xlat, value);
		break;
	case TEXT:
		out_quoted(o, at, strnlen(at, BPF_OBJ_NAME_LEN), false);
		break;
	case VERSION:
		out_version(o, value);
		break;
	}
}

void print_bpf_attr(struct out *o, const struct call *c, unsigned int i,
		    const struct arg *arg)
{
	uint32_t cmd = c->rec->args[0], size = c->rec->args[2];
	const char *attr = call_in(c, i, BPF_ATTR_LEN);
	const struct form *form = NULL;
	size_t n;

	(void)arg;
	for (n = 0; n < sizeof(forms) / sizeof(forms[0]); n++) {
		if (forms[n].cmd == cmd)
			form = &forms[n];
	}
	if (!attr || !form) {
		out_addr(o, c->rec->args[i]);
		return;
	}
	out_char(o, '{');
	if (form->nested) {
		member(o, form->nested);
		out_char(o, '{');
	}
	for (n = 0; n < MAX_FIELDS && form->fields[n].name; n++) {
		if (!form->fields[n].since || size > form->fields[n].since)
			out_field(o, &form->fields[n], attr);
	}
	out_str(o, form->nested ? "}}" : "}");
}
