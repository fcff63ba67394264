// SPDX-License-Identifier: GPL-2.0-only
/* Frames of a record packed by zstd, where that was there when kxtrace was built. */
#include "trace_file.h"

#include <errno.h>
#include <stdlib.h>
#include <zlib.h>

#ifdef HAVE_ZSTD
#include <zstd.h>
#endif

uint32_t trace_file_head_crc(const struct trace_file_head *head)
{
	struct trace_file_head bare = *head;
	uint32_t crc;

	bare.crc = 0;
	crc = crc32(0, (const void *)&bare, sizeof(bare));
	return crc32(crc, (const void *)(head + 1), head->len - sizeof(bare));
}

uint32_t trace_file_frame_crc(const struct trace_file_frame *frame, const void *stored)
{
	struct trace_file_frame bare = *frame;

	bare.crc = 0;
	return crc32(crc32(0, (const void *)&bare, sizeof(bare)), stored, frame->stored);
}

#ifdef HAVE_ZSTD

/* Fast enough to keep up with the ring, and calls are much alike. */
#define LEVEL	1

struct packer {
	ZSTD_CCtx *out;
	ZSTD_DCtx *in;
};

bool packer_present(void)
{
	return true;
}

int packer_new(struct packer **packer)
{
	*packer = calloc(1, sizeof(**packer));
	return *packer ? 0 : -ENOMEM;
}

void packer_free(struct packer *packer)
{
	if (!packer)
		return;
	ZSTD_freeCCtx(packer->out);
	ZSTD_freeDCtx(packer->in);
	free(packer);
}

size_t packer_bound(size_t len)
{
	return ZSTD_compressBound(len);
}

size_t pack(struct packer *packer, void *to, size_t room, const void *from, size_t len)
{
	size_t packed;

	if (!packer->out)
		packer->out = ZSTD_createCCtx();
	if (!packer->out)
		return 0;
	packed = ZSTD_compressCCtx(packer->out, to, room, from, len, LEVEL);
	return ZSTD_isError(packed) || packed >= len ? 0 : packed;
}

bool unpack(struct packer *packer, void *to, size_t len, const void *from, size_t stored)
{
	if (!packer->in)
		packer->in = ZSTD_createDCtx();
	return packer->in &&
	       ZSTD_decompressDCtx(packer->in, to, len, from, stored) == len;
}

#else

struct packer {
	char nothing;
};

bool packer_present(void)
{
	return false;
}

int packer_new(struct packer **packer)
{
	*packer = calloc(1, sizeof(**packer));
	return *packer ? 0 : -ENOMEM;
}

void packer_free(struct packer *packer)
{
	free(packer);
}

size_t packer_bound(size_t len)
{
	return len;
}

size_t pack(struct packer *packer, void *to, size_t room, const void *from, size_t len)
{
	(void)packer, (void)to, (void)room, (void)from, (void)len;
	return 0;
}

bool unpack(struct packer *packer, void *to, size_t len, const void *from, size_t stored)
{
	(void)packer, (void)to, (void)len, (void)from, (void)stored;
	return false;
}

#endif
