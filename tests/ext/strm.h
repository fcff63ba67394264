/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* What two generations of strm have in common, and what not. */
#ifdef STRM_SECOND
#define STRM_VERSION	"2.0.0"
#define STRM_TEXT	"second"
#define STRM_MORE	.half = nr / 2
#else
#define STRM_VERSION	"1.0.0"
#define STRM_TEXT	"first"
#define STRM_MORE	.kind = make->kind
#endif

enum strm_kind {
	STRM_MESSAGE,
	STRM_TEXTS,
	STRM_DEBUG,
	STRM_EVENT,
	STRM_WIDE,
};

#define STRM_WORDS	24

struct wide {
	__u64 words[STRM_WORDS];
};

struct make {
	__u64 from;
	__u64 n;	/* as wide as a register: bpf_loop() looks at all of that */
	__u32 by;
	enum strm_kind kind;
};

struct made {
	__u64 nr;
	__u32 by;
#ifdef STRM_SECOND
	__u64 half;
#else
	enum strm_kind kind;
#endif
};
