/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Messages, as printk() has them:
 *
 *	kx_info("%s opened by %d from %pI4", name, pid, &ip->saddr);
 *
 * kx_emerg, kx_alert, kx_crit, kx_err, kx_warn, kx_notice, kx_info, kx_debug. Nothing is
 * formatted here: a record has the arguments, `kx log` has the text. What is less urgent
 * than the parameter log_level (info, unless it is set) costs a branch.
 *
 * The format is printf's, with up to 8 arguments:
 *
 *	%d %i %u %x %X %o %c	an integer; with h and hh less of it, and without l, ll, z, j
 *				or t as much as its type has
 *	%s			a string
 *	%p %px %pK		an address: 0x and 16 digits
 *	%ps %pS			the kernel's symbol there; with offset and size. As
 *				%p where addresses are hidden from who reads
 *	%pI4 %pi4		a pointer to an IPv4 address: 10.0.0.1, 010.000.000.001
 *	%pI6c %pI6 %pi6		to an IPv6 address: ::1, all of it, without colons
 *	%pM %pMF %pm		to 6 bytes of a MAC: with colons, with dashes, bare
 *
 * with flags, and widths and precisions that are numbers up to 255; addresses are in
 * network order. `kx build` and `kx load` refuse a text that does not agree with its
 * arguments. "\n" at the end may be left out.
 *
 * A string is copied when the message is made, up to 127 bytes; strings, and what %pI4
 * and its like lead to, are in the kernel's memory: copy those of a user first. A NULL
 * pointer becomes "(null)", one that cannot be read "(fault)". The type of the argument
 * says how it is taken: char * is a string, a pointer to 4 bytes is for %pI4, to struct
 * in6_addr or to bytes for %pI6 and %pM (16 bytes are read), others are addresses; a
 * cast makes one the other.
 *
 * KX_LOG_ROOM before this is included: bytes that each CPU keeps, a power of two.
 */
#ifndef KX_LOG_BPF_H
#define KX_LOG_BPF_H

#include <kx/stream.bpf.h>

#ifndef KX_LOG_ROOM
#define KX_LOG_ROOM	(64 * 1024)
#endif

KX_STREAM_SIZED(kx_log, __u64[KX_LOG_ARGS], "messages", KX_LOG_ROOM);

KX_PARAM(enum kx_level, log_level, "the least urgent messages that are kept") = KX_LEVEL_INFO;

struct in_addr;
struct in6_addr;

/* What the compiler knows of printf() it applies to messages; never called. */
static __always_inline __attribute__((unused, format(printf, 1, 2)))
void kx_printf_check(const char *fmt, ...) { }

#define KX_BY_TYPE_(x, text, four, sixteen, pointer, s32, u32, s64, u64)	\
	_Generic((x),							\
		char *: text, const char *: text,			\
		volatile char *: text, const volatile char *: text,	\
		signed char: s32, char: s32, short: s32, int: s32,	\
		_Bool: u32, unsigned char: u32, unsigned short: u32, unsigned int: u32, \
		long: s64, long long: s64,				\
		unsigned long: u64, unsigned long long: u64,		\
		__u32 *: four, const __u32 *: four,			\
		struct in_addr *: four, const struct in_addr *: four,	\
		__u8 *: sixteen, const __u8 *: sixteen,			\
		struct in6_addr *: sixteen, const struct in6_addr *: sixteen, \
		default: pointer)

#define KX_ARG_OF_(x)							\
	KX_BY_TYPE_(x, KX_ARG_TEXT, KX_ARG_4, KX_ARG_16, KX_ARG_POINTER, \
		    KX_ARG_S32, KX_ARG_U32, KX_ARG_S64, KX_ARG_U64)

/* Bytes behind the words that an argument may take. */
#define KX_TAIL_OF_(x)		KX_BY_TYPE_(x, KX_LOG_TEXT, 0, 16, 0, 0, 0, 0, 0)

static __always_inline __attribute__((unused))
__u32 kx_put_word(struct kx_record *record, __u32 used, int i, __u64 word)
{
	((__u64 *)(record + 1))[i] = word;
	return used;
}

static __always_inline __attribute__((unused))
__u32 kx_put_four(struct kx_record *record, __u32 used, int i, __u64 from)
{
	__u64 word = 0;

	if (bpf_probe_read_kernel(&word, 4, (void *)(unsigned long)from))
		word = (__u64)(from ? KX_TEXT_FAULT : KX_TEXT_NULL) << 32;
	return kx_put_word(record, used, i, word);
}

static __always_inline __attribute__((unused))
__u32 kx_put_sixteen(struct kx_record *record, __u32 used, int i, __u64 from)
{
	long err = bpf_probe_read_kernel((void *)record + used, 16, (void *)(unsigned long)from);

	kx_put_word(record, used, i, used | 16 << 16 |
		    (__u64)(!err ? KX_TEXT_WHOLE : from ? KX_TEXT_FAULT : KX_TEXT_NULL) << 32);
	return used + 16;
}

static __always_inline __attribute__((unused))
__u32 kx_put_text(struct kx_record *record, __u32 used, int i, __u64 from)
{
	long len = bpf_probe_read_kernel_str((void *)record + used, KX_LOG_TEXT,
					     (void *)(unsigned long)from);

	if (len <= 0 || len > KX_LOG_TEXT) {
		kx_put_word(record, used, i, (__u64)(from ? KX_TEXT_FAULT : KX_TEXT_NULL) << 32);
		return used;
	}
	kx_put_word(record, used, i, used | len << 16);
	return used + ((len + 7) & ~7);
}

#define KX_PUT_(i, x)							\
	kx_used_ = KX_BY_TYPE_(x, kx_put_text, kx_put_four, kx_put_sixteen, kx_put_word, \
			       kx_put_word, kx_put_word, kx_put_word, kx_put_word) \
		(kx_record_, kx_used_, i, (__u64)(x));

/* KX_EACH_(M, a, b): M(0, a) M(1, b) */
#define KX_EACH_0_(M)
#define KX_EACH_1_(M, a)		M(0, a)
#define KX_EACH_2_(M, a, b)		KX_EACH_1_(M, a) M(1, b)
#define KX_EACH_3_(M, a, b, c)		KX_EACH_2_(M, a, b) M(2, c)
#define KX_EACH_4_(M, a, b, c, d)	KX_EACH_3_(M, a, b, c) M(3, d)
#define KX_EACH_5_(M, a, b, c, d, e)	KX_EACH_4_(M, a, b, c, d) M(4, e)
#define KX_EACH_6_(M, a, b, c, d, e, f)	KX_EACH_5_(M, a, b, c, d, e) M(5, f)
#define KX_EACH_7_(M, a, b, c, d, e, f, g)				\
	KX_EACH_6_(M, a, b, c, d, e, f) M(6, g)
#define KX_EACH_8_(M, a, b, c, d, e, f, g, h)				\
	KX_EACH_7_(M, a, b, c, d, e, f, g) M(7, h)
/* Too many, up to 24 of them, are told apart from those that can be taken. */
enum { KX_MANY_ = KX_LOG_ARGS + 1 };
#define KX_EACH_KX_MANY__(M, args...)
#define KX_COUNT_(z, a, b, c, d, e, f, g, h, i, j, k, l, m, n, o, p, q, r, s, t, u, v, w, x, \
		  count, ...)						\
	count
#define KX_COUNT(args...)						\
	KX_COUNT_(0, ##args, KX_MANY_, KX_MANY_, KX_MANY_, KX_MANY_, KX_MANY_, KX_MANY_, \
		  KX_MANY_, KX_MANY_, KX_MANY_, KX_MANY_, KX_MANY_, KX_MANY_, KX_MANY_, \
		  KX_MANY_, KX_MANY_, KX_MANY_, 8, 7, 6, 5, 4, 3, 2, 1, 0)
#define KX_EACH_(M, args...)		KX_JOIN(KX_JOIN(KX_EACH_, KX_COUNT(args)), _)(M, ##args)

#define KX_TYPE_PART_(i, x)		[i] = KX_ARG_OF_(x),
#define KX_TAIL_PART_(i, x)		+ KX_TAIL_OF_(x)

#define KX_LOG_(log_level_, id_, fmt, values...)				\
	do {								\
		_Static_assert(KX_COUNT(values) <= KX_LOG_ARGS,		\
			       "a message has at most 8 arguments");	\
		static const struct {					\
			struct kx_format head;				\
			char text[sizeof(fmt)];				\
			char file[sizeof(__FILE_NAME__)];		\
		} KX_JOIN(kx_format_, id_)				\
		__attribute__((aligned(8))) SEC(".kx.format") = {	\
			.head = {					\
				.size = sizeof(KX_JOIN(kx_format_, id_)), .id = id_, \
				.level = log_level_, .line = __LINE__,	\
				.args = { KX_EACH_(KX_TYPE_PART_, ##values) }, \
			},						\
			.text = fmt, .file = __FILE_NAME__,		\
		};							\
		const __u32 kx_words_ = 8 * KX_COUNT(values);		\
		const __u32 kx_most_ = KX_RECORD_LEN(8 * KX_COUNT(values) \
						     KX_EACH_(KX_TAIL_PART_, ##values)); \
		struct kx_record *kx_record_;				\
		struct kx_place kx_place_;				\
		__u32 kx_used_ = sizeof(struct kx_record) + kx_words_;	\
									\
		if (0)							\
			kx_printf_check(fmt, ##values);			\
		if (log_level_ > log_level)				\
			break;						\
		kx_record_ = kx_stream_begin(&kx_log, KX_LOG_ROOM, kx_most_, &kx_place_); \
		if (!kx_record_)					\
			break;						\
		kx_record_->format = id_;				\
		KX_EACH_(KX_PUT_, ##values)				\
		kx_record_->flags = kx_used_;				\
		kx_used_ = (kx_used_ + KX_STREAM_UNIT - 1) & ~(KX_STREAM_UNIT - 1); \
		if (kx_most_ != KX_RECORD_LEN(kx_words_))		\
			kx_stream_shrink(&kx_place_, kx_record_, kx_most_, kx_used_); \
		kx_stream_end(&kx_place_, kx_record_);			\
	} while (0)

#define kx_emerg(fmt, values...)	KX_LOG_(KX_LEVEL_EMERG, __COUNTER__, fmt, ##values)
#define kx_alert(fmt, values...)	KX_LOG_(KX_LEVEL_ALERT, __COUNTER__, fmt, ##values)
#define kx_crit(fmt, values...)	KX_LOG_(KX_LEVEL_CRIT, __COUNTER__, fmt, ##values)
#define kx_err(fmt, values...)	KX_LOG_(KX_LEVEL_ERR, __COUNTER__, fmt, ##values)
#define kx_warn(fmt, values...)	KX_LOG_(KX_LEVEL_WARNING, __COUNTER__, fmt, ##values)
#define kx_notice(fmt, values...)	KX_LOG_(KX_LEVEL_NOTICE, __COUNTER__, fmt, ##values)
#define kx_info(fmt, values...)	KX_LOG_(KX_LEVEL_INFO, __COUNTER__, fmt, ##values)
#define kx_debug(fmt, values...)	KX_LOG_(KX_LEVEL_DEBUG, __COUNTER__, fmt, ##values)

#endif
