// SPDX-License-Identifier: GPL-2.0-only
/* Unit tests of libkx: everything that needs neither root nor a kernel. */
#define _GNU_SOURCE 1

/* The ring's inside, so that a test can play the kernel. */
#include "../../src/channel/ring.c"

#include "../../src/kernel/caps.h"
#include "../../src/kernel/kbtf.h"
#include "../../src/verdict/verdict.h"

#include <linux/btf.h>

#define DEADLINE_S	20

#include "frame.h"

/*
 * The context
 */

TEST(context_is_empty_at_first)
{
	struct kx *kx;

	CHECK(!kx_new(&kx));
	CHECK_TEXT(kx_error(kx), "");
	CHECK_TEXT(kx_log(kx), "");
	kx_free(kx);
	kx_free(NULL);
	CHECK_TEXT(kx_version(), KX_VERSION);
}

TEST(fail_sets_the_sentence_and_returns_the_errno)
{
	struct kx *kx;

	CHECK(!kx_new(&kx));
	CHECK(kx_fail(kx, -ENODEV, "%s: cannot attach to %s: %s", "halfdrop",
		      "eth9", kx_why(-ENODEV)) == -ENODEV);
	CHECK_TEXT(kx_error(kx),
		   "halfdrop: cannot attach to eth9: no such device");
	CHECK(kx_fail(NULL, -EINVAL, "nobody listens") == -EINVAL);
	kx_free(kx);
}

TEST(fail_cuts_what_is_too_long)
{
	static char much[4096];
	struct kx *kx;

	memset(much, 'x', sizeof(much) - 1);
	CHECK(!kx_new(&kx));
	CHECK(kx_fail(kx, -EINVAL, "%s", much) == -EINVAL);
	CHECK(strlen(kx_error(kx)) == sizeof(kx->error) - 1);
	kx_free(kx);
}

TEST(why_stands_within_a_sentence)
{
	CHECK_TEXT(kx_why(-ENODEV), "no such device");
	CHECK_TEXT(kx_why(-EXDEV), "invalid cross-device link");
	CHECK(strlen(kx_why(-4001)) > 0);
	CHECK(strlen(kx_why(-123456)) > 0);
}

TEST(open_explains_what_is_no_object)
{
	static const char text[] = "this is no ELF file, not at all";
	struct bpf_object *obj = (void *)1;
	struct kx *kx;

	CHECK(!kx_new(&kx));
	CHECK(kx_object_open(kx, text, sizeof(text), "text", &obj) < 0);
	CHECK(obj == (void *)1);
	CHECK(!strncmp(kx_error(kx), "text: not a BPF object: ", 24));
	CHECK(strstr(kx_log(kx), "text"));
	kx_free(kx);
}

TEST(messages_go_to_the_context_in_use)
{
	static const char text[] = "no ELF file";
	struct bpf_object *obj;
	struct kx *one, *two;

	CHECK(!kx_new(&one));
	CHECK(!kx_new(&two));
	CHECK(kx_object_open(two, text, sizeof(text), "two", &obj) < 0);
	CHECK_TEXT(kx_log(one), "");
	CHECK(strstr(kx_log(two), "two"));
	kx_free(two);
	CHECK(kx_object_open(one, text, sizeof(text), "one", &obj) < 0);
	CHECK(strstr(kx_log(one), "one"));
	kx_free(one);
}

/*
 * Capabilities
 */

TEST(caps_unknown_bit_is_refused)
{
	struct kx *kx;

	CHECK(!kx_new(&kx));
	CHECK(kx_caps_check(kx, 1u << 30) == -EINVAL);
	CHECK(kx_error(kx)[0]);
	CHECK(!kx_caps_check(kx, 0));
	kx_free(kx);
}

TEST(caps_dropped_are_missing_and_named)
{
	struct kx *kx;

	CHECK(!kx_new(&kx));
	CHECK(!kx_caps_drop(kx));
	CHECK(kx_caps_check(kx, KX_NEED_BPF | KX_NEED_PERFMON) == -EPERM);
	CHECK(strstr(kx_error(kx), "cap_bpf,cap_perfmon"));
	CHECK(kx_feature_has(kx, "ringbuf") == -EPERM);
	CHECK(strstr(kx_error(kx), "cap_bpf"));
	kx_free(kx);
}

TEST(caps_names_fit_any_buffer)
{
	char text[12];

	for (size_t len = 1; len <= sizeof(text); len++) {
		memset(text, 'x', sizeof(text));
		caps_names(~0u, text, len);
		CHECK(strnlen(text, len) < len);
	}
	caps_names(KX_NEED_BPF, text, sizeof(text));
	CHECK_TEXT(text, "cap_bpf");
}

TEST(mount_unknown_is_refused)
{
	struct kx *kx;

	CHECK(!kx_new(&kx));
	CHECK(kx_mount_ensure(kx, 99) == -EINVAL);
	CHECK(kx_error(kx)[0]);
	kx_free(kx);
}

/*
 * Features
 */

TEST(features_have_unique_names_and_texts)
{
	const struct kx_feature *features;
	struct kx *kx;
	size_t nr;

	CHECK(!kx_new(&kx));
	CHECK(!kx_caps_drop(kx));
	CHECK(!kx_features_probe(kx, &features, &nr));
	CHECK(nr > 40);
	for (size_t i = 0; i < nr; i++) {
		CHECK(features[i].name[0] && strlen(features[i].name) < 20);
		CHECK(features[i].group[0] && features[i].summary[0]);
		if (features[i].state != KX_FEATURE_AVAILABLE)
			CHECK(features[i].reason[0]);
		for (size_t j = 0; j < i; j++)
			CHECK(strcmp(features[i].name, features[j].name));
	}
	CHECK(kx_feature_has(kx, "no such thing") == -ENOENT);
	kx_free(kx);
}

/*
 * The verifier's words
 */

static const char refusal[] =
	"libbpf: prog 'bad': BPF program load failed: Permission denied\n"
	"libbpf: prog 'bad': -- BEGIN PROG LOAD LOG --\n"
	"0: R1=ctx() R10=fp0\n"
	"; char *p = (void *)ctx[0]; @ bad.bpf.c:8\n"
	"0: (79) r1 = *(u64 *)(r1 +0)          ; R1=scalar()\n"
	"; return p[3]; @ bad.bpf.c:9\n"
	"1: (71) r0 = *(u8 *)(r1 +3)\n"
	"R1 invalid mem access 'scalar'\n"
	"processed 2 insns (limit 1000000) max_states_per_insn 0\n"
	"-- END PROG LOAD LOG --\n"
	"libbpf: prog 'bad': failed to load: -13\n"
	"libbpf: failed to load object 'bad.o'\n";

TEST(verdict_of_a_refusal)
{
	struct verdict said;

	verdict_read(refusal, &said);
	CHECK_TEXT(said.prog, "bad");
	CHECK_TEXT(said.reason, "R1 invalid mem access 'scalar'");
	CHECK_TEXT(said.source, "return p[3];");
	CHECK_TEXT(said.where, "bad.bpf.c:9");
	CHECK_TEXT(said.map, "");
}

TEST(verdict_of_an_old_kernel_has_no_line_number)
{
	struct verdict said;

	verdict_read("libbpf: prog 'p': BPF program load failed: x\n"
		     "libbpf: prog 'p': -- BEGIN PROG LOAD LOG --\n"
		     "; a = b @ 1;\n; return 1;\n12: (95) exit\nR0 !read_ok\n"
		     "processed 1 insns\n-- END PROG LOAD LOG --\n",
		     &said);
	CHECK_TEXT(said.source, "return 1;");
	CHECK_TEXT(said.where, "");
	CHECK_TEXT(said.reason, "R0 !read_ok");
}

TEST(verdict_of_a_map)
{
	struct verdict said;

	verdict_read("libbpf: Error in bpf_create_map_xattr(ring): "
		     "Invalid argument(-22). Retrying without BTF.\n"
		     "libbpf: map 'ring': failed to create: Invalid argument(-22)\n"
		     "libbpf: failed to load object 'x'\n",
		     &said);
	CHECK_TEXT(said.map, "ring");
	CHECK_TEXT(said.cause,
		   "map 'ring': failed to create: Invalid argument(-22)");
}

TEST(verdict_of_a_missing_hook)
{
	struct verdict said;

	verdict_read("libbpf: prog 'enter': failed to find kernel BTF type ID of 'no_such': -3\n",
		     &said);
	CHECK_TEXT(said.hook, "no_such");
	CHECK_TEXT(said.prog, "enter");
}

/* Any beginning of a log, and any byte replaced: no crash, all terminated. */
TEST(verdict_of_damaged_text)
{
	char text[sizeof(refusal)];
	struct verdict said;

	for (size_t i = 0; i < sizeof(refusal); i++) {
		memcpy(text, refusal, sizeof(refusal));
		text[i] = '\0';
		verdict_read(text, &said);
		memcpy(text, refusal, sizeof(refusal));
		if (text[i])
			text[i] = '\n';
		verdict_read(text, &said);
		if (text[i])
			text[i] = (char)0x9b;
		verdict_read(text, &said);
		for (const char *c = said.source; *c; c++)
			CHECK(*c >= ' ' && *c <= '~');
	}
}

TEST(verdict_cuts_long_words)
{
	static char text[100000];
	struct verdict said;
	int len = sprintf(text, "libbpf: prog 'p': -- BEGIN PROG LOAD LOG --\n; ");

	memset(text + len, 'y', 50000);
	text[len + 50000] = '\n';
	memset(text + len + 50001, 'z', sizeof(text) - len - 50002);
	verdict_read(text, &said);
	CHECK(strlen(said.source) == sizeof(said.source) - 1);
	CHECK(strlen(said.reason) == sizeof(said.reason) - 1);
}

/*
 * BTF
 */

static struct {
	struct btf_header head;
	__u32 types[4 + 3 + 2 + 3];
	char strings[12];
} btf = {
	.head = {
		.magic = BTF_MAGIC,
		.version = BTF_VERSION,
		.hdr_len = sizeof(struct btf_header),
		.type_len = 12 * sizeof(__u32),
		.str_off = 12 * sizeof(__u32),
		.str_len = 11,
	},
	.types = {
		1, BTF_KIND_INT << 24, 4, 32,
		0, BTF_KIND_FUNC_PROTO << 24 | 1, 1, 0, 1,
		5, BTF_KIND_FUNC << 24, 2,
	},
	.strings = "\0int\0thing",
};

TEST(btf_finds_by_name_and_kind)
{
	struct kbtf kbtf = { .data = (char *)&btf, .len = sizeof(btf) };

	CHECK(kbtf_find(&kbtf, "int", BTF_KIND_INT) == 1);
	CHECK(kbtf_find(&kbtf, "thing", BTF_KIND_FUNC) == 3);
	CHECK(kbtf_find(&kbtf, "thing", BTF_KIND_INT) == -ENOENT);
	CHECK(kbtf_find(&kbtf, "hing", BTF_KIND_FUNC) == -ENOENT);
	CHECK(kbtf_find(&kbtf, "", BTF_KIND_FUNC) == -ENOENT);
}

TEST(btf_survives_damage)
{
	for (size_t i = 0; i < sizeof(btf); i++) {
		for (int bit = 0; bit < 8; bit++) {
			_cleanup_free_ char *copy = malloc(sizeof(btf));
			struct kbtf kbtf = { .data = copy, .len = sizeof(btf) };

			memcpy(copy, &btf, sizeof(btf));
			copy[i] ^= 1 << bit;
			(void)kbtf_find(&kbtf, "thing", BTF_KIND_FUNC);
			kbtf.len = i;
			(void)kbtf_find(&kbtf, "thing", BTF_KIND_FUNC);
		}
	}
}

/*
 * Rings: memory with the kernel's layout, the data mapped twice in a row
 */

struct fake {
	struct kx_ring ring;
	_Atomic unsigned long *producer;
	char *data;
	unsigned long seen;	/* records */
	unsigned long bytes;
	int answer;		/* of the function */
	unsigned int next;	/* first word of the next record */
};

static int fake_take(void *ctx, const void *record, size_t len)
{
	struct fake *fake = ctx;
	unsigned int word = 0;

	CHECK(!((uintptr_t)record & 7));
	if (len >= 4) {
		memcpy(&word, record, 4);
		CHECK(word == fake->next++);
	}
	for (size_t i = 4; i < len; i++)
		CHECK(((const unsigned char *)record)[i] == (i & 0xff));
	fake->seen++;
	fake->bytes += len;
	return fake->answer;
}

static void fake_init(struct fake *fake, size_t len)
{
	size_t page = sysconf(_SC_PAGESIZE);
	int fd = memfd_create("ring", 0);
	char *at;

	memset(fake, 0, sizeof(*fake));
	CHECK(!ftruncate(fd, 2 * page + len));
	at = mmap(NULL, 2 * page + 2 * len, PROT_READ | PROT_WRITE, MAP_SHARED,
		  fd, 0);
	CHECK(at != MAP_FAILED);
	CHECK(mmap(at + 2 * page + len, len, PROT_READ | PROT_WRITE,
		   MAP_SHARED | MAP_FIXED, fd, 2 * page) != MAP_FAILED);
	close(fd);
	fake->data = at + 2 * page;
	fake->producer = (void *)(at + page);
	fake->ring = (struct kx_ring){
		.fn = fake_take, .ctx = fake, .fd = -1, .page = page,
		.len = len, .step = len / STEP_SHARE,
		.consumer = (void *)at, .producer = fake->producer,
		.data = fake->data,
	};
}

/* What bpf_ringbuf_reserve() does; NULL when there is no room. */
static __u32 *fake_reserve(struct fake *fake, __u32 len)
{
	unsigned long at = *fake->producer;
	unsigned long room = (len + HEAD_LEN + 7) & ~7ul;
	__u32 *head = (void *)(fake->data + (at & (fake->ring.len - 1)));

	if (at + room - *fake->ring.consumer > fake->ring.len - 1)
		return NULL;
	head[0] = len | BPF_RINGBUF_BUSY_BIT;
	*fake->producer = at + room;
	return head;
}

static void fake_commit(__u32 *head, unsigned int word)
{
	__u32 len = head[0] & LEN_MASK;
	unsigned char *data = (void *)(head + 2);

	for (size_t i = 4; i < len; i++)
		data[i] = i;
	if (len >= 4)
		memcpy(data, &word, 4);
	head[0] = len;
}

TEST(ring_hands_over_in_order)
{
	struct fake fake;

	fake_init(&fake, 4096);
	CHECK(!kx_ring_dispatch(&fake.ring));
	for (unsigned int i = 0; i < 5; i++)
		fake_commit(fake_reserve(&fake, 88 + i), i);
	CHECK(kx_ring_dispatch(&fake.ring) == 5);
	CHECK(*fake.ring.consumer == *fake.producer);
	CHECK(fake.bytes == 5 * 88 + 10);
	CHECK(!kx_ring_dispatch(&fake.ring));
}

TEST(ring_waits_for_a_busy_record)
{
	struct fake fake;
	__u32 *first, *second;

	fake_init(&fake, 4096);
	fake_commit(fake_reserve(&fake, 16), 0);
	first = fake_reserve(&fake, 24);
	second = fake_reserve(&fake, 32);
	fake_commit(second, 2);
	CHECK(kx_ring_dispatch(&fake.ring) == 1);
	CHECK(*fake.ring.consumer == 24);
	CHECK(!kx_ring_dispatch(&fake.ring));
	fake_commit(first, 1);
	CHECK(kx_ring_dispatch(&fake.ring) == 2);
}

TEST(ring_skips_discarded_records)
{
	struct fake fake;

	fake_init(&fake, 4096);
	for (int i = 0; i < 4; i++)
		fake_reserve(&fake, 100)[0] = 100 | BPF_RINGBUF_DISCARD_BIT;
	CHECK(!kx_ring_dispatch(&fake.ring));
	CHECK(*fake.ring.consumer == *fake.producer);
	fake_reserve(&fake, 8)[0] = 8 | BPF_RINGBUF_DISCARD_BIT;
	fake_commit(fake_reserve(&fake, 8), 0);
	CHECK(kx_ring_dispatch(&fake.ring) == 1);
}

TEST(ring_stops_when_told)
{
	struct fake fake;

	fake_init(&fake, 4096);
	for (unsigned int i = 0; i < 3; i++)
		fake_commit(fake_reserve(&fake, 8), i);
	fake.answer = -ECANCELED;
	CHECK(kx_ring_dispatch(&fake.ring) == -ECANCELED);
	CHECK(fake.seen == 1 && *fake.ring.consumer == 16);
	fake.answer = 0;
	CHECK(kx_ring_dispatch(&fake.ring) == 2);
}

TEST(ring_wraps_around_with_any_length)
{
	unsigned long produced = 0;
	struct fake fake;

	fake_init(&fake, 16384);
	for (unsigned int i = 0; i < 20000; i++) {
		__u32 len = 88 + i * 37 % 7913;
		__u32 *head = fake_reserve(&fake, len);

		if (!head) {
			CHECK(kx_ring_dispatch(&fake.ring) > 0);
			head = fake_reserve(&fake, len);
		}
		CHECK(head);
		fake_commit(head, i);
		produced++;
	}
	CHECK(kx_ring_dispatch(&fake.ring) > 0);
	CHECK(fake.seen == produced);
	CHECK(*fake.ring.consumer == *fake.producer);
}

TEST(ring_does_not_believe_everything)
{
	struct fake fake;

	fake_init(&fake, 4096);
	*fake.producer = 1 << 20;
	CHECK(kx_ring_dispatch(&fake.ring) == -EPROTO);

	fake_init(&fake, 4096);
	fake_reserve(&fake, 8)[0] = 0x3fffffff;
	CHECK(kx_ring_dispatch(&fake.ring) == -EPROTO);
	CHECK(!fake.seen);
}

/* A record that claims more than what was reserved. */
TEST(ring_does_not_run_past_the_producer)
{
	struct fake fake;

	fake_init(&fake, 4096);
	fake_reserve(&fake, 8)[0] = 2000;
	CHECK(kx_ring_dispatch(&fake.ring) == -EPROTO);
	CHECK(!fake.seen);
}

TEST(ring_open_says_what_is_wrong)
{
	struct kx_ring *ring = (void *)1;
	struct kx *kx;

	CHECK(!kx_new(&kx));
	CHECK(kx_ring_open(kx, 999, fake_take, NULL, &ring) < 0);
	CHECK(kx_ring_open(kx, STDOUT_FILENO, fake_take, NULL, &ring) < 0);
	CHECK(ring == (void *)1);
	CHECK(!strncmp(kx_error(kx), "ring: ", 6));
	kx_ring_close(NULL);
	kx_free(kx);
}

/*
 * Losses
 */

TEST(loss_balances)
{
	struct kx_loss loss = { .produced = 10, .delivered = 10 };
	char text[96];

	CHECK(!kx_loss_check(&loss));
	CHECK(kx_loss_text(&loss, text, sizeof(text)) == (int)strlen(text));
	CHECK_TEXT(text, "seen 10, shown 10, dropped 0");
}

TEST(loss_that_does_not_balance_shows)
{
	struct kx_loss loss = { .produced = 10, .delivered = 7, .dropped = 2 };
	char text[96];

	CHECK(kx_loss_check(&loss) == -EPROTO);
	kx_loss_text(&loss, text, sizeof(text));
	CHECK_TEXT(text, "seen 10, shown 7, dropped 2, unaccounted 1");
	loss.delivered = 12;
	kx_loss_text(&loss, text, sizeof(text));
	CHECK_TEXT(text, "seen 10, shown 12, dropped 2, unaccounted -4");
}

TEST(loss_text_fits)
{
	struct kx_loss loss = { UINT64_MAX, 0, 0 };
	char text[96];

	CHECK(kx_loss_text(&loss, text, sizeof(text)) < (int)sizeof(text));
	CHECK(kx_loss_text(&loss, NULL, 0) < (int)sizeof(text));
	loss = (struct kx_loss){ 0, UINT64_MAX, 0 };
	CHECK(kx_loss_text(&loss, text, sizeof(text)) < (int)sizeof(text));
}
