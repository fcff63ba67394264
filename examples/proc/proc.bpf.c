/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Files as /proc has them: made when they are read, and written to. */
#include <vmlinux.h>
#include <kx/file.bpf.h>

KX_EXTENSION("proc", "1.0.0", "a status, settings by name, and a file for bulk data");
KX_LICENSE("GPL");

#define EINVAL	22
#define ENOSPC	28

/* What is read in one go has 32 KiB at most. */
#define NR_PIECES	8

struct piece {
	u32 len;
	u8 bytes[KX_WRITE_MAX];
};

/* What was written to "data"; its writer fills it, its reader shows it. */
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, NR_PIECES);
	__type(key, u32);
	__type(value, struct piece);
} pieces SEC(".maps");

u64 opened, written;
u32 limit = 10, verbose;

/* Each reader opens it, and gets the text of that moment. */
KX_FILE(status, "what it does")
{
	kx_print(file, "opened %llu times\n", __sync_add_and_fetch(&opened, 1));
	kx_print(file, "%llu bytes of data, limit %u\n", written, limit);
	return 0;
}

/* Small settings, by name, as sysctl has them. */
KX_FILE(settings, "NAME=NUMBER, as it takes it")
{
	kx_print(file, "limit=%u\nverbose=%u\n", limit, verbose);
	return 0;
}

static bool begins_with(const struct kx_write *in, const char *text, u32 len)
{
	for (u32 i = 0; i < len; i++)
		if (in->bytes[i] != text[i])
			return false;
	return true;
}

/* Digits up to the end of the line; -1: anything else, or too many. */
static s64 number_at(const struct kx_write *in, u32 from)
{
	s64 number = 0;
	u32 i;

	for (i = 0; i < 9; i++) {
		u8 c = in->bytes[from + i];

		if (from + i >= in->len || c < '0' || c > '9')
			break;
		number = number * 10 + c - '0';
	}
	if (!i || (from + i < in->len && in->bytes[from + i] != '\n'))
		return -1;
	return number;
}

/* One setting at a time; a result below 0 refuses it. */
KX_FILE_WRITE(settings)
{
	s64 number;

	if (begins_with(in, "limit=", 6)) {
		number = number_at(in, 6);
		if (number < 1 || number > 1000)
			return -EINVAL;
		limit = number;
		return 0;
	}
	if (begins_with(in, "verbose=", 8)) {
		number = number_at(in, 8);
		if (number < 0 || number > 1)
			return -EINVAL;
		verbose = number;
		return 0;
	}
	return -EINVAL;
}

/* Bulk data: comes in pieces, of which all but the last are full. */
KX_FILE_WRITE(data)
{
	u32 key = in->offset / KX_WRITE_MAX;
	struct piece *piece = bpf_map_lookup_elem(&pieces, &key);

	if (!piece)
		return -ENOSPC;
	bpf_probe_read_kernel(piece->bytes, sizeof(piece->bytes), in->bytes);
	piece->len = in->len;
	if (!in->more)
		written = in->offset + in->len;
	return 0;
}

KX_FILE(data, "what was written to it")
{
	for (u32 i = 0; i < NR_PIECES; i++) {
		u32 key = i;
		struct piece *piece = bpf_map_lookup_elem(&pieces, &key);
		u32 len;

		if (!piece || (u64)i * KX_WRITE_MAX >= written)
			break;
		/* The verifier of Linux 6.1 sees a bound only where the number itself is used. */
		len = piece->len;
		barrier_var(len);
		if (len <= KX_WRITE_MAX)
			bpf_seq_write(file, piece->bytes, len);
	}
	return 0;
}
