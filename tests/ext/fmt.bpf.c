// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* Messages of every kind; where the kernel's own printf() knows them, what it makes of them. */
#include <vmlinux.h>
#include <kx/log.bpf.h>

KX_EXTENSION("fmt", "1.0", "says all that can be said");
KX_LICENSE("GPL");

#define NR	12

KX_VALUE(char[NR][128], by_kernel, "the first messages, as bpf_snprintf() has them");

/* Zero, but the compiler does not know. */
volatile u64 zero;

const u32 four = 0xfe0000c0;	/* 192.0.0.254 */
const u8 sixteen[16] = { 0x20, 0x01, 0x0d, 0xb8, [15] = 0x01 };
const char text[] = "some text";

extern const void kfree __ksym;

/* With two texts, where the kernel's has another form. */
#define BOTH(nr, fmt, kernel_fmt, args...)				\
	do {								\
		kx_info(fmt, args);					\
		BPF_SNPRINTF((char *)by_kernel[nr], sizeof(by_kernel[nr]), kernel_fmt, args); \
	} while (0)
#define SAME(nr, fmt, args...)	BOTH(nr, fmt, fmt, args)

static __always_inline void say_both(void)
{
	void *inside = (void *)&kfree + 4;
	s64 large = 0x7123456789abcdef + zero;
	int small = -42 + zero;

	SAME(0, "%d %i %u %x %X", small, small, (u32)small, (u32)small, (u32)small);
	SAME(1, "%lld %llu %llx", large, (u64)-large, (u64)large);
	SAME(2, "%6d|%-6d|%06x|%+d|% d", small, small, (u32)-small, -small, -small);
	SAME(3, "%c%c%c of %d%%", 'a' + small - small, 'b', 'c', 100);
	SAME(4, "%s and %s", text, "another");
	SAME(5, "%ps", inside);
	SAME(6, "%pS", inside);
	SAME(7, "%pS", (void *)&kfree);
	BOTH(8, "%px %px", "0x%px 0x%px", inside, (void *)zero);
	SAME(9, "%pI4 %pi4", &four, &four);
	SAME(10, "%pI6 %pi6", sixteen, sixteen);
	SAME(11, "%ld %lu %d", (long)large, (unsigned long)large, (int)(bool)large);
}

static __always_inline void say_more(void)
{
	char strange[] = "a\nb\t\x1b[1m \"\\ \xff \xc3\xbc";
	u8 mac[16] = { 0x02, 0, 0, 0, 0, 0xfe };
	signed char tiny = -1 + zero;

	kx_emerg("level %d", KX_LEVEL_EMERG);
	kx_alert("level %d", KX_LEVEL_ALERT);
	kx_crit("level %d", KX_LEVEL_CRIT);
	kx_err("level %d", KX_LEVEL_ERR);
	kx_warn("level %d", KX_LEVEL_WARNING);
	kx_notice("level %d", KX_LEVEL_NOTICE);
	kx_debug("level %d", KX_LEVEL_DEBUG);
	kx_info("ended by itself\n");
	kx_info("t\tx\x01 \xc3\xbc");
	kx_info("%s", strange);
	kx_info("%pI6c %pM %pMF %pm", sixteen, mac, mac, mac);
	kx_info("%s %s %pI4 %pI6", (char *)zero, (char *)(zero + 1), (u32 *)zero,
		(u8 *)(zero + 1));
	kx_info("%hhx %hx %x %o %#x", tiny, tiny, tiny, 8, 255);
	kx_info("%.4s|%-6.2s|%12pI4", text, text, &four);
	kx_info("%d%d%d%d%d%d%d%d", 1, 2, 3, 4, 5, 6, 7, 8);
	kx_info("");
}

KX_INIT(life)
{
	say_both();
	say_more();
	return 0;
}
