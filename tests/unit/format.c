// SPDX-License-Identifier: GPL-2.0-only
/* Unit tests of messages: against libc's printf() and inet_ntop(), hostile records, sentences. */
#define _GNU_SOURCE 1

#include <arpa/inet.h>
#include <elf.h>
#include <errno.h>
#include <stdint.h>

#include <kx/kx.h>

#include "../../src/stream/format.h"
#include "../../src/stream/symbols.h"

#define DEADLINE_S	60
#define ROOM		1024

#include "frame.h"

static uint64_t state = 88172645463325252;

static uint64_t next_random(void)
{
	state ^= state << 13;
	state ^= state >> 7;
	state ^= state << 17;
	return state;
}

/* A number of any magnitude: small ones are as likely as large ones. */
static uint64_t any_number(void)
{
	uint64_t number = next_random() >> next_random() % 64;

	return next_random() % 4 ? number : -number;
}

/*
 * Messages and records of them, as kx/log.bpf.h makes them
 */

#define ID	7

static struct formats *formats_of(const char *args, const char *text)
{
	struct meta_line line = { "format", { "7", "4", "12", args, "f.bpf.c", text, "", "" } };
	struct meta meta = { .lines = &line, .nr_lines = 1 };
	struct formats *formats = NULL;

	CHECK(!formats_read(&meta, &formats));
	return formats;
}

struct record {
	struct kx_record head;
	uint64_t words[KX_LOG_ARGS];
	char rest[KX_LOG_ARGS * KX_LOG_TEXT];
};

static struct record *record_new(uint32_t nr)
{
	struct record *record = calloc(1, sizeof(*record));

	record->head.format = ID;
	record->head.flags = sizeof(record->head) + 8 * nr;
	return record;
}

static void put_aside(struct record *record, int i, const void *bytes, size_t len)
{
	uint32_t at = record->head.flags;

	memcpy((char *)record + at, bytes, len);
	record->words[i] = at | len << 16;
	record->head.flags = (at + len + 7) & ~7u;
}

/* One argument that is a word. */
static const char *filled(const char *args, const char *text, uint64_t word)
{
	static char buf[ROOM];
	struct formats *formats = formats_of(args, text);
	struct record *record = record_new(1);
	size_t len;

	record->words[0] = word;
	len = formats_text(formats, &record->head, sizeof(*record), buf, sizeof(buf));
	CHECK(len == strlen(buf));
	formats_free(formats);
	free(record);
	return buf;
}

/* One argument that is bytes. */
static const char *filled_bytes(const char *args, const char *text, const void *bytes,
				size_t len, bool json)
{
	static char buf[ROOM];
	struct formats *formats = formats_of(args, text);
	struct record *record = record_new(1);

	put_aside(record, 0, bytes, len);
	(json ? formats_json : formats_text)(formats, &record->head, sizeof(*record), buf,
					     sizeof(buf));
	formats_free(formats);
	free(record);
	return buf;
}

static const char *filled_text(const char *text, const char *string)
{
	return filled_bytes("5", text, string, strlen(string) + 1, false);
}

static const char *filled_json(const char *text, const char *string)
{
	return filled_bytes("5", text, string, strlen(string) + 1, true);
}

/*
 * Integers and strings: libc knows
 */

/* Flags, a width, a precision: each, or none. */
static void any_form(char *out, const char *flags, bool has_precision)
{
	*out++ = '%';
	for (; *flags; flags++)
		if (!(next_random() % 3))
			*out++ = *flags;
	if (next_random() % 2)
		out += sprintf(out, "%d", 1 + (int)(next_random() % 30));
	if (has_precision && !(next_random() % 3))
		out += sprintf(out, next_random() % 4 ? ".%d" : ".", (int)(next_random() % 30));
	*out = '\0';
}

/* What libc makes of it, by the length and by whether the conversion has a sign. */
static void by_libc(char *out, const char *text, const char *length, uint64_t word)
{
	if (!*length || *length == 'h')
		snprintf(out, ROOM, text, (int)word);
	else
		snprintf(out, ROOM, text, (unsigned long)word);
}

TEST(integers_are_printed_as_by_libc)
{
	static const char *const lengths[] = { "", "", "hh", "h", "l", "ll", "z", "j", "t" };
	static const char letters[] = "diuxXo";
	char form[32], text[64], expected[ROOM];

	for (int i = 0; i < 200000; i++) {
		const char *length = lengths[next_random() % 9];
		bool is_short = !*length || *length == 'h';
		uint64_t word = any_number();

		any_form(form, "-+ #0", true);
		sprintf(text, "<%s%s%c>", form, length, letters[next_random() % 6]);
		by_libc(expected, text, length, word);
		if (is_short) {
			CHECK_TEXT(filled("1", text, (int64_t)(int32_t)word), expected);
			CHECK_TEXT(filled("2", text, (uint32_t)word), expected);
		} else {
			CHECK_TEXT(filled("3", text, word), expected);
			CHECK_TEXT(filled("4", text, word), expected);
		}
	}
}

/* The compiler warns of these; nothing is cut off from what was written. */
TEST(lengths_that_do_not_fit_lose_nothing)
{
	CHECK_TEXT(filled("4", "%d", 1ull << 40), "1099511627776");
	CHECK_TEXT(filled("3", "%u", -1), "18446744073709551615");
	CHECK_TEXT(filled("1", "%ld", -1), "-1");
	CHECK_TEXT(filled("2", "%ld", 0xffffffff), "4294967295");
	CHECK_TEXT(filled("1", "%x", -1), "ffffffff");
	CHECK_TEXT(filled("1", "%hhx", -1), "ff");
}

TEST(strings_are_printed_as_by_libc)
{
	char form[32], text[64], expected[ROOM], string[64];

	for (int i = 0; i < 50000; i++) {
		size_t len = next_random() % 40;

		for (size_t j = 0; j < len; j++)
			string[j] = ' ' + next_random() % 95;
		string[len] = '\0';
		any_form(form, "-", true);
		sprintf(text, "<%ss>", form);
		snprintf(expected, sizeof(expected), text, string);
		CHECK_TEXT(filled_text(text, string), expected);
	}
}

TEST(characters_are_printed_as_by_libc)
{
	char form[32], text[64], expected[ROOM];

	for (int byte = ' '; byte <= '~'; byte++)
		for (int i = 0; i < 20; i++) {
			any_form(form, "-", false);
			sprintf(text, "<%sc>", form);
			snprintf(expected, sizeof(expected), text, byte);
			CHECK_TEXT(filled("1", text, byte), expected);
		}
	CHECK_TEXT(filled("1", "<%c>", 0), "<\\x00>");
	CHECK_TEXT(filled("1", "<%c>", '\n'), "<\\n>");
	CHECK_TEXT(filled("1", "<%c>", -61), "<\\xc3>");
}

TEST(several_arguments_and_percent_signs)
{
	struct formats *formats = formats_of("14552", "100%% %d of %llu %s at %s: %x%%");
	struct record *record = record_new(5);
	char buf[ROOM];

	record->words[0] = -3;
	record->words[1] = 5000000000;
	put_aside(record, 2, "here", 5);
	put_aside(record, 3, "there", 6);
	record->words[4] = 255;
	formats_text(formats, &record->head, sizeof(*record), buf, sizeof(buf));
	CHECK_TEXT(buf, "100% -3 of 5000000000 here at there: ff%");
	formats_json(formats, &record->head, sizeof(*record), buf, sizeof(buf));
	CHECK_TEXT(buf, "{\"message\":\"100% -3 of 5000000000 here at there: ff%\","
			"\"args\":[-3,5000000000,\"here\",\"there\",255],"
			"\"source\":\"f.bpf.c:12\"}");
	CHECK(formats_level(formats, ID) == KX_LEVEL_WARNING);
	CHECK(formats_level(formats, ID + 1) == -1 && formats_level(formats, 70000) == -1);
	CHECK(formats_level(NULL, ID) == -1);
	formats_free(formats);
	free(record);
}

/*
 * Addresses: inet_ntop() knows
 */

static void any_address(uint8_t at[16])
{
	for (int i = 0; i < 8; i++) {
		uint16_t group = next_random() % 2 ? 0 : next_random() >> next_random() % 16;

		at[2 * i] = group >> 8;
		at[2 * i + 1] = group;
	}
	if (!(next_random() % 8)) {
		memset(at, 0, 10);
		memset(at + 10, next_random() % 2 ? 0xff : 0, 2);
	}
}

TEST(addresses_are_printed_as_by_inet_ntop)
{
	char expected[INET6_ADDRSTRLEN + 16];
	uint8_t at[16];
	uint32_t four;

	for (int i = 0; i < 50000; i++) {
		any_address(at);
		inet_ntop(AF_INET6, at, expected, sizeof(expected));
		CHECK_TEXT(filled_bytes("8", "%pI6c", at, 16, false), expected);
		four = next_random();
		inet_ntop(AF_INET, &four, expected, sizeof(expected));
		CHECK_TEXT(filled("7", "%pI4", four), expected);
	}
}

TEST(addresses_have_other_forms)
{
	static const uint8_t at[16] = { 0x20, 1, 0xd, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1 };
	const uint32_t four = htonl(0x0a0000fe);

	CHECK_TEXT(filled_bytes("8", "%pI6", at, 16, 0), "2001:0db8:0000:0000:0000:0000:0000:0001");
	CHECK_TEXT(filled_bytes("8", "%pi6", at, 16, 0), "20010db8000000000000000000000001");
	CHECK_TEXT(filled_bytes("8", "%15pI6c|", at, 16, 0), "    2001:db8::1|");
	CHECK_TEXT(filled_bytes("8", "%pM", at, 16, 0), "20:01:0d:b8:00:00");
	CHECK_TEXT(filled_bytes("8", "%pMF", at, 16, 0), "20-01-0d-b8-00-00");
	CHECK_TEXT(filled_bytes("8", "%pm", at, 16, 0), "20010db80000");
	CHECK_TEXT(filled("7", "%pI4:%%", four), "10.0.0.254:%");
	CHECK_TEXT(filled("7", "%pi4", four), "010.000.000.254");
	CHECK_TEXT(filled("7", "<%-12pI4>", four), "<10.0.0.254  >");
	CHECK_TEXT(filled("6", "%p", 0xffff888001234567), "0xffff888001234567");
	CHECK_TEXT(filled("6", "%px %%", 1), "0x0000000000000001 %");
	CHECK_TEXT(filled("6", "%20pK", 0), "  0x0000000000000000");
	CHECK_TEXT(filled("6", "%ps", 1), "0x0000000000000001");
}

TEST(what_was_not_there_is_said)
{
	const uint64_t fault = (uint64_t)KX_TEXT_FAULT << 32, null = (uint64_t)KX_TEXT_NULL << 32;
	struct formats *formats = formats_of("58", "%s %pI6");
	struct record *record = record_new(2);
	char buf[ROOM];

	CHECK_TEXT(filled("5", "<%s>", fault), "<(fault)>");
	CHECK_TEXT(filled("5", "<%9s>", null), "<   (null)>");
	CHECK_TEXT(filled("7", "<%pI4>", fault), "<(fault)>");
	CHECK_TEXT(filled("8", "<%-8pM>", null), "<(null)  >");
	record->words[0] = fault;
	record->words[1] = null;
	formats_json(formats, &record->head, sizeof(*record), buf, sizeof(buf));
	CHECK_TEXT(buf, "{\"message\":\"(fault) (null)\",\"args\":[null,null],"
			"\"source\":\"f.bpf.c:12\"}");
	formats_free(formats);
	free(record);
}

/*
 * Escapes
 */

TEST(control_characters_are_escaped)
{
	CHECK_TEXT(filled_text("%s", "a\nb\tc\rd\x1b[31m\x7f"), "a\\nb\\tc\\rd\\x1b[31m\\x7f");
	CHECK_TEXT(filled_text("%s", "\"C:\\dir\""), "\"C:\\dir\"");
	CHECK_TEXT(filled_text("%s", "gr\xc3\xbc\xc3\x9f" "e \xff \xc3"), "gr\xc3\xbc\xc3\x9f" "e \\xff \\xc3");
	CHECK_TEXT(filled_text("%s", "\xe2\x80\xae" "desrever"), "\\xe2\\x80\\xae" "desrever");
	CHECK_TEXT(filled_text("%.3s|", "gr\xc3\xbc\xc3\x9f"), "gr\\xc3|");
	CHECK_TEXT(filled_json("%s", "a\n\"\\\x01\x1b\xff\xc3\xbc"),
		   "{\"message\":\"a\\n\\\"\\\\\\u0001\\u001b\\u00ff\xc3\xbc\",\"args\":[\"a\\n\\\""
		   "\\\\\\u0001\\u001b\\u00ff\xc3\xbc\"],\"source\":\"f.bpf.c:12\"}");
}

TEST(texts_have_escapes_of_their_own)
{
	CHECK_TEXT(filled("1", "a\\x09b\\x0ac\\\\ %d\\x0a", 1), "a\\tb\\nc\\ 1");
	CHECK_TEXT(filled("1", "%d\\x0a\\x0a", 1), "1\\n");
	CHECK_TEXT(filled("1", "%d\n", 1), "1");
	CHECK_TEXT(filled("1", "gr\\xc3\\xbc\\xc3\\x9f" "e %d\\xff", 1), "gr\xc3\xbc\xc3\x9f" "e 1\\xff");
}

/*
 * Buffers that are too short, records that make no sense
 */

static void check_rooms(struct formats *formats, const struct record *record,
			size_t (*fn)(struct formats *, const struct kx_record *, size_t, char *,
				     size_t))
{
	char whole[ROOM];
	size_t len = fn(formats, &record->head, sizeof(*record), whole, sizeof(whole));

	CHECK(len == strlen(whole));
	CHECK(fn(formats, &record->head, sizeof(*record), NULL, 0) == len);
	for (size_t room = 1; room < len + 3; room++) {
		char *buf = malloc(room);
		size_t kept;

		CHECK(fn(formats, &record->head, sizeof(*record), buf, room) == len);
		kept = strlen(buf);
		CHECK(!strncmp(buf, whole, kept));
		CHECK(kept == (len < room ? len : room - 1) ||
		      (kept + 4 > room - 1 && (whole[kept] & 0xc0) == 0xc0));
		free(buf);
	}
}

TEST(a_line_is_cut_at_any_place)
{
	struct formats *formats = formats_of("158", "n %5d s %s of gr\\xc3\\xbc\\xc3\\x9f" "e %pI6c!");
	struct record *record = record_new(3);

	record->words[0] = 42;
	put_aside(record, 1, "\xe2\x82\xac\xf0\x9f\x98\x80\n", 9);
	put_aside(record, 2, "\x20\x01\0\0\0\0\0\0\0\0\0\0\0\0\0\x01", 16);
	check_rooms(formats, record, formats_text);
	check_rooms(formats, record, formats_json);
	formats_free(formats);
	check_rooms(NULL, record, formats_text);
	check_rooms(NULL, record, formats_json);
	free(record);
}

TEST(what_nobody_knows_is_shown_as_words)
{
	struct formats *formats = formats_of("1", "%d");
	struct record *record = record_new(2);
	char buf[ROOM];

	record->words[0] = 1;
	record->words[1] = 0xff00000000000000;
	formats_text(NULL, &record->head, sizeof(*record), buf, sizeof(buf));
	CHECK_TEXT(buf, "? 0x1 0xff00000000000000");
	record->head.format = ID + 1;
	formats_json(formats, &record->head, sizeof(*record), buf, sizeof(buf));
	CHECK_TEXT(buf, "{\"message\":\"? 0x1 0xff00000000000000\",\"args\":[],\"source\":null}");
	formats_text(formats, &record->head, 8, buf, sizeof(buf));
	CHECK_TEXT(buf, "?");
	record->head.flags = 0;
	formats_text(formats, &record->head, sizeof(record->head) + 12, buf, sizeof(buf));
	CHECK_TEXT(buf, "? 0x1");
	formats_free(formats);
	free(record);
}

static void check_refused(const char *args, uint64_t word, uint32_t used)
{
	static const char *const texts[] = { [5] = "%s", [7] = "%pI4", [8] = "%pI6" };
	struct formats *formats = formats_of(args, texts[*args - '0']);
	struct record *record = record_new(1);
	char buf[ROOM];

	record->words[0] = word;
	record->head.flags = used;
	formats_text(formats, &record->head, 96, buf, sizeof(buf));
	CHECK(buf[0] == '?');
	formats_free(formats);
	free(record);
}

TEST(a_record_that_refers_beyond_itself_is_shown_as_words)
{
	check_refused("5", 40 | 9 << 16, 48);
	check_refused("5", 48 | 1 << 16, 48);
	check_refused("5", 39 | 1 << 16, 48);
	check_refused("5", 0, 48);
	check_refused("5", 0xffff | 0xffffull << 16, 96);
	check_refused("5", 40 | 1 << 16 | 3ull << 32, 48);
	check_refused("5", 40 | 1 << 16, 39);
	check_refused("5", 40 | 1 << 16, 97);
	check_refused("5", 40 | 1 << 16, UINT32_MAX);
	check_refused("7", 3ull << 32, 40);
	check_refused("7", 1ull << 63, 40);
	check_refused("8", 40 | 15 << 16, 96);
	check_refused("8", 40 | 17 << 16, 96);
}

/* The sanitizers see a byte that is read beyond it. */
TEST(records_of_any_bytes)
{
	struct formats *formats = formats_of("15785648", "%d %s %pI4 %pI6 %.3s %p %llx %pM");
	char buf[ROOM];

	for (int i = 0; i < 200000; i++) {
		size_t len = next_random() % 30 * 8;
		uint64_t *bytes = malloc(len);
		struct kx_record *record = (void *)bytes;

		for (size_t j = 0; j < len / 8; j++)
			bytes[j] = next_random() & (next_random() % 2 ? 0x3f00ff : UINT64_MAX);
		if (len >= sizeof(*record)) {
			record->format = next_random() % 8 ? ID : next_random();
			record->flags = next_random() % 8 ? len : next_random() % 512;
		}
		CHECK(formats_text(formats, record, len, buf, sizeof(buf)) < 4 * ROOM);
		CHECK(formats_json(formats, record, len, buf, sizeof(buf)) < 8 * ROOM);
		free(bytes);
	}
	formats_free(formats);
}

/*
 * The section
 */

/* A file with nothing in it but the section; the first byte is at an odd address. */
struct file {
	char *bytes;
	char *elf;
	size_t len;
};

static void file_make(struct file *file, const void *section, size_t len, uint32_t type)
{
	static const char names[] = "\0.shstrtab\0.kx.format";
	const size_t at = sizeof(Elf64_Ehdr), names_at = at + 3 * sizeof(Elf64_Shdr);
	const Elf64_Ehdr head = { .e_shoff = at, .e_shnum = 3, .e_shstrndx = 1 };
	const Elf64_Shdr sections[3] = {
		[1] = { .sh_name = 1, .sh_type = SHT_STRTAB, .sh_offset = names_at,
			.sh_size = sizeof(names) },
		[2] = { .sh_name = 11, .sh_type = type, .sh_offset = names_at + sizeof(names),
			.sh_size = len },
	};

	file->len = names_at + sizeof(names) + len;
	file->bytes = malloc(file->len + 1);
	file->elf = file->bytes + 1;
	memcpy(file->elf, &head, sizeof(head));
	memcpy(file->elf + at, sections, sizeof(sections));
	memcpy(file->elf + names_at, names, sizeof(names));
	memcpy(file->elf + names_at + sizeof(names), section, len);
}

static size_t put_message(char *to, uint32_t id, const char *args, const char *text)
{
	const char *file = "x.bpf.c";
	size_t len = strlen(text) + 1, file_len = strlen(file) + 1;
	struct kx_format head = {
		.size = (sizeof(head) + len + file_len + 3) & ~3, .id = id, .level = KX_LEVEL_INFO,
		.line = 30 + id,
	};

	for (int i = 0; args[i]; i++)
		head.args[i] = args[i] - '0';
	memset(to, 0, head.size + 8);
	memcpy(to, &head, sizeof(head));
	memcpy(to + sizeof(head), text, len);
	memcpy(to + sizeof(head) + len, file, file_len);
	return (head.size + 7) & ~7;
}

static int check_section(const void *section, size_t len, uint32_t type, char *why)
{
	struct file file;
	struct kx *kx;
	int err;

	CHECK(!kx_new(&kx));
	file_make(&file, section, len, type);
	err = formats_check(kx, "ext", file.elf, file.len);
	strcpy(why, kx_error(kx));
	free(file.bytes);
	kx_free(kx);
	return err;
}

/* Return: the sentence; "" when the text is taken. */
static const char *sentence(const char *args, const char *text)
{
	static char why[ROOM];
	char section[ROOM];
	size_t len = put_message(section, 0, args, text);
	int err = check_section(section, len, SHT_PROGBITS, why);

	CHECK(err == (*why ? -EINVAL : 0));
	return why;
}

TEST(texts_that_agree_with_their_arguments)
{
	CHECK_TEXT(sentence("", "nothing"), "");
	CHECK_TEXT(sentence("", ""), "");
	CHECK_TEXT(sentence("", "100%%"), "");
	CHECK_TEXT(sentence("1234123", "%d %i %u %x %X %o %c"), "");
	CHECK_TEXT(sentence("5678", "%s %p %pI4 %pI6c"), "");
	CHECK_TEXT(sentence("14", "%+-#08hhx and % 255.255lld\n"), "");
	CHECK_TEXT(sentence("66", "%ps+%pS."), "");
}

TEST(texts_that_do_not)
{
	static const struct {
		const char *args, *text, *why;
	} wrong[] = {
		{ "1", "%s", "%s takes a string, argument 1 is an integer" },
		{ "15", "%d %-5d", "%-5d takes an integer, argument 2 is a string" },
		{ "6", "%llx", "%llx takes an integer, argument 1 is an address" },
		{ "5", "%p",
		  "%p takes an address, argument 1 is a string; cast it to (void *)" },
		{ "8", "%pI4", "%pI4 takes a pointer to 4 bytes, argument 1 is a pointer to "
			       "bytes; cast it to (__u32 *)" },
		{ "6", "%pM", "%pM takes a pointer to bytes, argument 1 is an address; cast it "
			      "to (__u8 *)" },
		{ "1", "%d %d", "%d has no argument: the text takes more than 1" },
		{ "1", "none", "it has 1 argument, the text takes 0" },
		{ "123", "%d %d", "it has 3 arguments, the text takes 2" },
		{ "1", "%*d", "%*: a width or precision is a number" },
		{ "1", "%.*d", "%.*: a width or precision is a number" },
		{ "1", "%256d", "%256d: a width or precision is at most 255" },
		{ "1", "%.99999999999d", "%.99999999999d: a width or precision is at most 255" },
		{ "1", "%5.1f", "%5.1f: kernel code has no floating point" },
		{ "1", "50%", "it ends within a conversion, %; a percent sign is %%" },
		{ "1", "5%-", "it ends within a conversion, %-; a percent sign is %%" },
	};
	char expected[ROOM];

	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
		snprintf(expected, sizeof(expected), "ext: x.bpf.c:30: kx_info(\"%s\"): %s",
			 wrong[i].text, wrong[i].why);
		CHECK_TEXT(sentence(wrong[i].args, wrong[i].text), expected);
	}
	CHECK(strstr(sentence("1", "%n"), "%n is not known; there are %d %i"));
	CHECK(strstr(sentence("1", "%pid"), "%pid is not known; there are"));
	CHECK(strstr(sentence("1", "%ls"), "%ls is not known"));
	CHECK(strstr(sentence("1", "%hhp"), "%hhp is not known"));
	CHECK(strstr(sentence("1", "5%\xc3"), "% is followed by no conversion; a percent"));
	CHECK(strstr(sentence("9", "%d"), "damaged: its arguments are of no kind"));
	CHECK(strstr(sentence("1\x30" "1", "%d"), "damaged: its arguments are of no kind"));
	CHECK(strstr(sentence("1", "a\nb\"%s"), "kx_info(\"a\\nb\\\"%s\"): %s takes"));
	CHECK(strstr(sentence("11111111", "%d%d%d%d%d%d%d%d%d"), "takes more than 8"));
	CHECK(strstr(sentence("1", "a long text, of which a sentence has not more than the "
			      "beginning %s"), "not more than the begin...\"): %s takes"));
}

TEST(a_section_that_is_damaged)
{
	char section[ROOM], why[ROOM];
	size_t len = put_message(section, 0, "1", "%d");
	struct kx_format *head = (void *)section;

	for (size_t cut = 1; cut < len - 7; cut++) {
		CHECK(check_section(section, cut, SHT_PROGBITS, why) == -EINVAL);
		CHECK(strstr(why, "section .kx.format, begins no message"));
	}
	CHECK(check_section(section, 0, SHT_NOBITS, why) == -EINVAL);
	CHECK_TEXT(why, "ext: damaged: section .kx.format is of type 8");
	put_message(section + len, 0, "1", "%d");
	CHECK(check_section(section, 2 * len, SHT_PROGBITS, why) == -EINVAL);
	CHECK(strstr(why, "its number, 0, is that of another message"));
	head->level = 8;
	CHECK(check_section(section, len, SHT_PROGBITS, why) == -EINVAL);
	head->level = 7;
	CHECK(!check_section(section, len, SHT_PROGBITS, why));
	head->size = 0;
	CHECK(check_section(section, len, SHT_PROGBITS, why) == -EINVAL);
	head->size = UINT16_MAX;
	CHECK(check_section(section, len, SHT_PROGBITS, why) == -EINVAL);
}

/* Takes a description apart as meta.c does. */
static struct meta_line line_of(char *line)
{
	struct meta_line out = { strsep(&line, "="), {} };

	for (int i = 0; i < META_FIELDS; i++)
		out.fields[i] = line ? strsep(&line, "\t") : "";
	return out;
}

TEST(a_description_is_read_back)
{
	static const char string[] = "tab\there, \"quoted\"\\ \xc3\xbc\x01\xff %d%%\n";
	char section[ROOM], buf[ROOM];
	size_t len = put_message(section, 0, "1", string), nr = 0;
	struct record *record = record_new(1);
	struct meta_line lines[2];
	struct meta meta = { .lines = lines, .nr_lines = 2 };
	struct formats *formats;
	struct text text = {};
	struct file file;

	len += put_message(section + len, ID, "", "only text");
	file_make(&file, section, len, SHT_PROGBITS);
	formats_describe(&text, file.elf, file.len);
	CHECK(!text.failed);
	for (size_t at = 0; at < text.len; nr++) {
		size_t line_len = strlen(text.bytes + at);

		CHECK(nr < 2);
		lines[nr] = line_of(text.bytes + at);
		at += line_len + 1;
	}
	CHECK(nr == 2 && !formats_read(&meta, &formats));
	CHECK(formats_level(formats, 0) == KX_LEVEL_INFO);
	formats_text(formats, &record->head, sizeof(*record), buf, sizeof(buf));
	CHECK_TEXT(buf, "only text");
	record->head.format = 0;
	record->words[0] = 5;
	formats_text(formats, &record->head, sizeof(*record), buf, sizeof(buf));
	CHECK_TEXT(buf, "tab\\there, \"quoted\"\\ \xc3\xbc\\x01\\xff 5%");
	formats_json(formats, &record->head, sizeof(*record), buf, sizeof(buf));
	CHECK_TEXT(buf, "{\"message\":\"tab\\there, \\\"quoted\\\"\\\\ \xc3\xbc\\u0001\\u00ff 5%\","
			"\"args\":[5],\"source\":\"x.bpf.c:30\"}");
	formats_free(formats);
	text_done(&text);
	free(file.bytes);
	free(record);
}

TEST(lines_that_are_wrong_are_left_out)
{
	static const struct meta_line wrong[] = {
		{ "format", { "x", "6", "1", "", "f", "text", "", "" } },
		{ "format", { "65535", "6", "1", "", "f", "text", "", "" } },
		{ "format", { "99999999999999999999", "6", "1", "", "f", "text", "", "" } },
		{ "format", { "-1", "6", "1", "", "f", "text", "", "" } },
		{ "format", { "1", "8", "1", "", "f", "text", "", "" } },
		{ "format", { "1", "6", "4294967296", "", "f", "text", "", "" } },
		{ "format", { "1", "6", "1", "9", "f", "%d", "", "" } },
		{ "format", { "1", "6", "1", "0", "f", "text", "", "" } },
		{ "format", { "1", "6", "1", "111111111", "f", "text", "", "" } },
		{ "format", { "1", "6", "1", "5", "f", "%d", "", "" } },
		{ "format", { "1", "6", "1", "", "f", "\\q", "", "" } },
		{ "format", { "1", "6", "1", "", "f", "\\x00", "", "" } },
		{ "format", { "1", "6", "1", "", "f\\", "text", "", "" } },
		{ "format", { "", "", "", "", "", "", "", "" } },
		{ "format", { "2", "6", "1", "", "f", "right", "", "" } },
		{ "format", { "2", "5", "1", "", "f", "twice", "", "" } },
	};
	const struct meta meta = {
		.lines = (void *)wrong, .nr_lines = sizeof(wrong) / sizeof(wrong[0]),
	};
	struct formats *formats;

	CHECK(!formats_read(&meta, &formats));
	for (uint32_t id = 0; id < 70000; id++)
		CHECK(formats_level(formats, id) == (id == 2 ? KX_LEVEL_INFO : -1));
	formats_free(formats);
}

/*
 * Symbols
 */

static const char *symbol(const struct symbols *symbols, uint64_t address, bool offset)
{
	static char buf[128];

	if (!symbols_text(symbols, address, offset, buf, sizeof(buf)))
		return "none";
	return buf;
}

TEST(symbols_are_found_by_address)
{
	static const char text[] =
		"0000000000000000 A fixed_percpu_data\n"
		"0000000000021000 A percpu_end\n"
		"ffffffff81000000 T _text\n"
		"ffffffff81000000 T startup_64\n"
		"ffffffff81000040 t inner\n"
		"ffffffff81000080 T last\n"
		"ffffffffc0001000 t in_module\t[some_module]\n"
		"ffffffffc0000000 t first_in_module\t[some_module]\n"
		"nonsense\n\n";
	struct symbols *symbols = symbols_parse(strdup(text), strlen(text));
	char room[6];

	CHECK(symbols);
	CHECK_TEXT(symbol(symbols, 0, false), "none");
	CHECK_TEXT(symbol(symbols, 0x21010, false), "none");
	CHECK_TEXT(symbol(symbols, 0xffff888000000000, false), "none");
	CHECK_TEXT(symbol(symbols, 0xffffffff81000000, false), "_text");
	CHECK_TEXT(symbol(symbols, 0xffffffff81000010, true), "_text+0x10/0x40");
	CHECK_TEXT(symbol(symbols, 0xffffffff81000040, true), "inner+0x0/0x40");
	CHECK_TEXT(symbol(symbols, 0xffffffff8100007f, false), "inner");
	CHECK_TEXT(symbol(symbols, 0xffffffff90000000, false), "none");
	CHECK_TEXT(symbol(symbols, 0xffffffffc0000fff, true), "first_in_module+0xfff/0x1000 [some_module]");
	CHECK_TEXT(symbol(symbols, 0xffffffffc0001000, false), "in_module [some_module]");
	CHECK_TEXT(symbol(symbols, UINT64_MAX, false), "none");
	CHECK(!symbols_text(symbols, 0xffffffff81000000, false, room, 5));
	CHECK(symbols_text(symbols, 0xffffffff81000000, false, room, 6) == 5);
	symbols_free(symbols);
	CHECK(!symbols_parse(strdup("0000000000000000 T hidden\n"), 26));
	CHECK(!symbols_parse(strdup(""), 0));
	CHECK_TEXT(symbol(NULL, 1, false), "none");
	symbols_free(NULL);
}
