// SPDX-License-Identifier: GPL-2.0-only
/* Text, lines, and records that nobody should trust; under the sanitizers. */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "line.h"
#include "summary.h"
#include "text.h"

#define TEXT(call, expected) do { o.len = o.line = 0; call; is(&o, expected, #call); } while (0)
#define STYLED(call, expected) do { o->len = o->line = 0; call; is(o, expected, #call); } while (0)

XLAT(some_flags, "S_???", { 1, "S_A" }, { 6, "S_BC" }, { 8, "S_D" });
XLAT(some_values, "V_???", { 0, "V_NONE" }, { 7, "V_SEVEN" });

/* -X: by name, by number, both. */
static void test_constants(struct out *o)
{
	STYLED(xlat_flags(o, &some_flags, 0x17), "S_A|S_BC|0x10");
	o->constants = CONSTANTS_RAW;
	STYLED(xlat_flags(o, &some_flags, 0x17), "0x17");
	STYLED(xlat_flags(o, &some_flags, 0), "0");
	STYLED(xlat_flags(o, &some_flags, 0x20), "0x20");
	STYLED(xlat_value(o, &some_values, 7), "0x7");
	STYLED(xlat_value(o, &some_values, 8), "0x8");
	STYLED(out_name_dec(o, -100, "AT_FDCWD"), "-100");
	o->constants = CONSTANTS_VERBOSE;
	STYLED(xlat_flags(o, &some_flags, 0x17), "0x17 /* S_A|S_BC|0x10 */");
	STYLED(xlat_flags(o, &some_flags, 0), "0");
	STYLED(xlat_flags(o, &some_flags, 0x20), "0x20 /* S_??? */");
	STYLED(xlat_value(o, &some_values, 0), "0 /* V_NONE */");
	STYLED(xlat_value(o, &some_values, 8), "0x8 /* V_??? */");
	STYLED(out_name_dec(o, -100, "AT_FDCWD"), "-100 /* AT_FDCWD */");
	STYLED(out_name_hex(o, 5, NULL), "0x5");
	o->constants = CONSTANTS_ABBREV;
}

static void test_text(void)
{
	struct out o;

	out_init(&o, -1, 4096);
	TEXT(out_dec(&o, 0), "0");
	TEXT(out_dec(&o, -1), "-1");
	TEXT(out_dec(&o, INT64_MIN), "-9223372036854775808");
	TEXT(out_udec(&o, UINT64_MAX), "18446744073709551615");
	TEXT(out_udec_pad(&o, 7, 6, '0'), "000007");
	TEXT(out_udec_pad(&o, 1234567, 6, ' '), "1234567");
	TEXT(out_hex(&o, 0), "0");
	TEXT(out_hex(&o, UINT64_MAX), "0xffffffffffffffff");
	TEXT(out_hex_pad(&o, 0x1f, 4), "0x001f");
	TEXT(out_oct(&o, 0), "000");
	TEXT(out_oct(&o, 0644), "0644");
	TEXT(out_addr(&o, 0), "NULL");
	TEXT(out_quoted(&o, "a\"b\\c\n\t\r\v\f", 10, false), "\"a\\\"b\\\\c\\n\\t\\r\\v\\f\"");
	TEXT(out_quoted(&o, "\0x\0007\1\377", 6, true), "\"\\0x\\0007\\1\\377\"...");
	TEXT(out_quoted(&o, "\33[1m", 4, false), "\"\\33[1m\"");
	o.hex_strings = HEX_CHARS;
	TEXT(out_quoted(&o, "a\"\n\1" "7\377", 6, true), "\"a\\\"\\n\\x017\\xff\"...");
	o.hex_strings = HEX_NON_ASCII;
	TEXT(out_quoted(&o, "a\"\n\t", 4, false), "\"a\\\"\\n\\t\"");
	TEXT(out_quoted(&o, "a\n\177", 3, false), "\"\\x61\\x0a\\x7f\"");
	o.hex_strings = HEX_ALL;
	TEXT(out_quoted(&o, "ab", 2, true), "\"\\x61\\x62\"...");
	TEXT(out_quoted(&o, "", 0, false), "\"\"");
	o.hex_strings = HEX_NEVER;
	test_constants(&o);
	TEXT((out_str(&o, "ab"), out_spaces_to(&o, 60)),
	     "ab                                                          ");
	out_done(&o);
}

/* A record with one chunk, as the kernel half makes it. */
static size_t make_call(void *to, uint32_t nr, int64_t ret, const uint64_t *args,
			int arg, uint8_t when, const void *data, uint32_t len)
{
	struct kxt_call *rec = to;
	struct kxt_chunk *chunk = (void *)(rec + 1);

	memset(rec, 0, sizeof(*rec));
	rec->head.kind = KXT_CALL;
	rec->head.nr_args = KXT_NR_ARGS;
	rec->head.tid = rec->head.tgid = 42;
	rec->nr = nr;
	rec->ret = ret;
	memcpy(rec->args, args, sizeof(rec->args));
	if (arg < 0)
		return sizeof(*rec);
	*chunk = (struct kxt_chunk){ .arg = arg, .when = when, .len = len };
	memcpy(chunk + 1, data, len);
	rec->head.len = (sizeof(*chunk) + len + 7) & ~7u;
	return sizeof(*rec) + rec->head.len;
}

static uint64_t space[1024];

static void line_is(struct line_context *line, size_t len, const char *expected,
		    const char *what)
{
	struct call call;

	line->out->len = line->out->line = 0;
	if (call_parse(&call, space, len))
		line_call(line, &call);
	is(line->out, expected, what);
}

static void test_lines(struct line_context *line)
{
	uint64_t args[KXT_NR_ARGS] = { (uint32_t)AT_FDCWD, 0x1000, O_RDONLY | O_CLOEXEC };
	struct kxt_call *rec = (void *)space;
	size_t len;

	len = make_call(space, SYS_openat, 3, args, 1, KXT_AT_EXIT, "/etc/hosts", 11);
	line_is(line, len, "openat(AT_FDCWD, \"/etc/hosts\", O_RDONLY|O_CLOEXEC) = 3\n", "openat");
	len = make_call(space, SYS_openat, -2, args, -1, 0, NULL, 0);
	line_is(line, len, "openat(AT_FDCWD, 0x1000, O_RDONLY|O_CLOEXEC) = -1 ENOENT (No such file or directory)\n",
		"a path that could not be read is an address");
	args[0] = 3;
	len = make_call(space, SYS_close, 0, args, -1, 0, NULL, 0);
	line_is(line, len, "close(3)                                = 0\n", "close, aligned");
	line_is(line, len - 1, "", "a record cut short is refused");
	line_is(line, 10, "", "so is one without its head");
	rec->head.nr_args = 200;
	line_is(line, len, "", "and one with 200 arguments");
	len = make_call(space, 499, -38, args, -1, 0, NULL, 0);
	line_is(line, len, "syscall_0x1f3(0x3, 0x1000, 0x80000, 0, 0, 0) = -1 ENOSYS (Function not implemented)\n",
		"a call that nobody knows");
	len = make_call(space, SYS_exit_group, 0, args, -1, 0, NULL, 0);
	rec->head.flags = KXT_F_NO_RETURN;
	line_is(line, len, "exit_group(3)                           = ?\n", "exit_group");
	len = make_call(space, SYS_pause, -514, args, -1, 0, NULL, 0);
	line_is(line, len, "pause()                                 = ? ERESTARTNOHAND (To be restarted if no handler)\n",
		"an interrupted call");
}

/*
 * Records of random content for every call of the table: nothing is read
 * beyond the record. It lies at the end of its memory, so ASan would see.
 */
static void test_hostile(struct line_context *line, unsigned int rounds)
{
	unsigned int round, i, seed = 1;
	struct kxt_call *rec;
	struct call call;
	size_t len;

	for (round = 0; round < rounds; round++) {
		len = 8 * (rand_r(&seed) % 60);
		rec = malloc(len ? len : 1);
		for (i = 0; i < len / 4; i++)
			((int *)rec)[i] = rand_r(&seed) & 1 ? rand_r(&seed) :
					  rand_r(&seed) % 64;
		if (len >= sizeof(*rec)) {
			rec->nr = rand_r(&seed) % KXT_NR_ROWS;
			rec->head.nr_args = KXT_NR_ARGS;
			rec->head.flags &= KXT_F_NO_RETURN;
			rec->head.len = len - sizeof(*rec);
			rec->ret = (int)rand_r(&seed) % 100;
		}
		/* Mostly chunks that fit, else no printer is reached. */
		if (len >= sizeof(*rec) + 32) {
			struct kxt_chunk *chunk = (void *)(rec + 1);

			chunk->arg = rand_r(&seed) % 7;
			chunk->when = 1 + rand_r(&seed) % 2;
			chunk->status &= 7;
			chunk->len = rec->head.len - sizeof(*chunk) -
				     rand_r(&seed) % 9;
		}
		if (call_parse(&call, rec, len))
			line_call(line, &call);
		line->out->len = line->out->line = 0;
		line->out->error = 0;
		free(rec);
	}
	nr_tests++;
	printf("ok %d - %u random records\n", nr_tests, round);
}

static void test_summary(struct line_context *line)
{
	static struct kxt_sum sums[KXT_NR_ROWS];

	sums[SYS_read] = (struct kxt_sum){ .calls = 4, .time_ns = 4000 };
	sums[SYS_open] = (struct kxt_sum){ .calls = 2, .errors = 1, .time_ns = 12000 };
	line->out->len = line->out->line = 0;
	summary_print(line->out, sums, &line->opt->counting);
	is(line->out,
	   "% time     seconds  usecs/call     calls    errors syscall\n"
	   "------ ----------- ----------- --------- --------- ----------------\n"
	   " 75.00    0.000012           6         2         1 open\n"
	   " 25.00    0.000004           1         4           read\n"
	   "------ ----------- ----------- --------- --------- ----------------\n"
	   "100.00    0.000016           2         6         1 total\n",
	   "the summary");
}

int main(void)
{
	struct options opt = { .strsize = 32, .column = 40, .signals = ~0ull };
	struct line_context line;
	struct out out;

	if (out_init(&out, -1, 256 << 10) || line_init(&line, &opt, &out))
		return 1;
	test_text();
	test_lines(&line);
	test_summary(&line);
	test_hostile(&line, 200000);
	line_done(&line);
	/* And with all that changes how lines look. */
	opt.show = (struct show_options){
		.numbers = true, .names = true, .hex_strings = HEX_NON_ASCII,
		.constants = CONSTANTS_VERBOSE, .any_style = true,
		.read = { .any = true, .others = true },
		.written = { .any = true, .others = true },
	};
	memset(opt.show.styles, STYLE_WHOLE, sizeof(opt.show.styles));
	memset(opt.show.read.bits, 0xff, sizeof(opt.show.read.bits));
	memset(opt.show.written.bits, 0xff, sizeof(opt.show.written.bits));
	if (line_init(&line, &opt, &out))
		return 1;
	test_hostile(&line, 200000);
	line_done(&line);
	out_done(&out);
	printf("1..%d\n", nr_tests);
	return nr_failed != 0;
}
