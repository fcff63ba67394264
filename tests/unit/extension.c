// SPDX-License-Identifier: GPL-2.0-only
/* Unit tests of extensions: what is read from an object, and what is refused. */
#define _GNU_SOURCE 1

#include <elf.h>
#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include <bpf/btf.h>
#include <bpf/libbpf.h>

#include "../../src/base/context.h"
#include "../../src/extension/elfcheck.h"
#include "../../src/extension/extension.h"
#include "../../src/extension/sha256.h"

#define DEADLINE_S	60
#define FIXTURE		KX_BUILD "/bpf/fixture.bpf.o"

/* The second word of a BTF type. */
#define INFO(kind, vlen)	((__u32)(kind) << 24 | (vlen))

#include "frame.h"

/*
 * SHA-256
 */

static const char *hex(const void *data, size_t len)
{
	static char text[65];
	uint8_t hash[32];

	sha256(data, len, hash);
	for (int i = 0; i < 32; i++)
		sprintf(text + 2 * i, "%02x", hash[i]);
	return text;
}

TEST(sha256_of_the_standard)
{
	static char much[1000000];

	CHECK_TEXT(hex("", 0), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
	CHECK_TEXT(hex("abc", 3),
		   "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
	CHECK_TEXT(hex("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq", 56),
		   "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1");
	memset(much, 'a', sizeof(much));
	CHECK_TEXT(hex(much, sizeof(much)),
		   "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
}

/* Around the ends of blocks, and our own object: as coreutils counts. */
TEST(sha256_as_sha256sum)
{
	char path[] = "/tmp/kx-unit-extension-XXXXXX", command[64], line[128];
	int fd = mkstemp(path);

	CHECK(fd >= 0);
	for (int len = 0; len <= 200; len += len > 50 && len < 70 ? 1 : 13) {
		uint8_t data[200];
		FILE *sum;

		for (int i = 0; i < len; i++)
			data[i] = i * 7 + len;
		CHECK(!ftruncate(fd, 0) && pwrite(fd, data, len, 0) == len);
		snprintf(command, sizeof(command), "sha256sum %s", path);
		sum = popen(command, "r");
		CHECK(sum && fgets(line, sizeof(line), sum));
		CHECK(!pclose(sum));
		line[64] = '\0';
		CHECK_TEXT(hex(data, len), line);
	}
	unlink(path);
	close(fd);
}

/*
 * The fixture
 */

struct file {
	char *data;
	size_t len;
};

static struct file fixture(void)
{
	struct file file = { 0 };
	int fd = open(FIXTURE, O_RDONLY);
	struct stat st;

	CHECK(fd >= 0 && !fstat(fd, &st));
	file.len = st.st_size;
	file.data = malloc(file.len);
	CHECK(read(fd, file.data, file.len) == (ssize_t)file.len);
	close(fd);
	return file;
}

static Elf64_Ehdr *head_of(const struct file *file)
{
	return (Elf64_Ehdr *)file->data;
}

static Elf64_Shdr *section_nr(const struct file *file, unsigned int i)
{
	return (Elf64_Shdr *)(file->data + head_of(file)->e_shoff) + i;
}

static Elf64_Shdr *section_of(const struct file *file, const char *name)
{
	const char *names = file->data + section_nr(file, head_of(file)->e_shstrndx)->sh_offset;

	for (unsigned int i = 1; i < head_of(file)->e_shnum; i++)
		if (!strcmp(names + section_nr(file, i)->sh_name, name))
			return section_nr(file, i);
	printf("# no section %s\n", name);
	exit(1);
}

static char *content_of(const struct file *file, const char *name)
{
	return file->data + section_of(file, name)->sh_offset;
}

static Elf64_Sym *symbol_of(const struct file *file, const char *name)
{
	Elf64_Sym *sym = (Elf64_Sym *)content_of(file, ".symtab");
	const char *names = file->data +
			    section_nr(file, section_of(file, ".symtab")->sh_link)->sh_offset;

	while (strcmp(names + sym->st_name, name))
		sym++;
	return sym;
}

/* Texts are replaced by others of the same length. */
static void replace(struct file *file, const char *old, const char *new)
{
	char *at = memmem(file->data, file->len, old, strlen(old) + 1);

	CHECK(at && strlen(old) == strlen(new));
	while (at) {
		memcpy(at, new, strlen(new));
		at = memmem(file->data, file->len, old, strlen(old) + 1);
	}
}

/* Also with nothing behind the end that could be read by mistake. */
static int open_file(struct kx *kx, const struct file *file, struct kx_extension **ext)
{
	return kx_extension_open_mem(kx, file->data, file->len, "it", ext);
}

static void refused(struct file *file, const char *sentence)
{
	struct kx_extension *ext = (void *)1;
	struct kx *kx;

	CHECK(!kx_new(&kx));
	CHECK(open_file(kx, file, &ext) == -EINVAL);
	CHECK(ext == (void *)1);
	CHECK_TEXT(kx_error(kx), sentence);
	kx_free(kx);
	free(file->data);
	*file = fixture();
}

static const struct kx_param *param_of(const struct kx_about *about, const char *name)
{
	for (size_t i = 0; i < about->nr_params; i++)
		if (!strcmp(about->params[i].name, name))
			return &about->params[i];
	printf("# no parameter %s\n", name);
	exit(1);
}

static void check_param(const struct kx_about *about, const char *name, const char *type,
			const char *text, const char *range, const char *target, const char *value,
			enum kx_param_kind kind)
{
	const struct kx_param *param = param_of(about, name);

	CHECK_TEXT(param->type, type);
	CHECK_TEXT(param->text, text);
	CHECK_TEXT(param->range, range);
	CHECK_TEXT(param->target, target);
	CHECK_TEXT(param->value, value);
	CHECK(param->kind == kind);
}

static void check_params(const struct kx_about *about)
{
	CHECK(about->nr_params == 12);
	CHECK_TEXT(about->params[0].name, "rate");
	CHECK_TEXT(about->params[11].name, "seen");
	check_param(about, "rate", "__u32", "events per second", "1..1000", "", "10",
		    KX_PARAM_LIVE);
	check_param(about, "level", "int", "below zero is quiet", "-5..16", "", "-1",
		    KX_PARAM_LIVE);
	check_param(about, "greeting", "char[16]", "what to say", "at most 15 bytes", "", "hello",
		    KX_PARAM_LIVE);
	check_param(about, "verbose", "bool", "says more", "on|off", "", "on", KX_PARAM_LOAD);
	check_param(about, "dev", "char[64]", "the device to watch", "at most 63 bytes", "device",
		    "lo", KX_PARAM_LOAD);
	check_param(about, "group", "char[256]", "the cgroup to watch", "at most 255 bytes",
		    "cgroup", "", KX_PARAM_LOAD);
	check_param(about, "file", "char[256]", "the file to watch", "at most 255 bytes", "path",
		    "/bin/sh", KX_PARAM_LOAD);
	check_param(about, "pid", "int", "the process to watch", "-2147483648..2147483647", "pid",
		    "1", KX_PARAM_LOAD);
	CHECK(param_of(about, "seen")->kind == KX_PARAM_VALUE);
	CHECK_TEXT(param_of(about, "seen")->value, "0");
	CHECK_TEXT(param_of(about, "ports")->type, "__u16[4]");
	CHECK_TEXT(param_of(about, "unknown")->type, "enum fixture_verdict");
	CHECK_TEXT(param_of(about, "limits")->type, "struct fixture_limits");
}

static void check_hook(const struct kx_hook *hook, const char *program, const char *section,
		       const char *at)
{
	CHECK_TEXT(hook->program, program);
	CHECK_TEXT(hook->section, section);
	CHECK_TEXT(hook->at, at);
}

static void check_map(const struct kx_map *map, const struct kx_map *expected)
{
	CHECK_TEXT(map->name, expected->name);
	CHECK_TEXT(map->type, expected->type);
	CHECK_TEXT(map->from, expected->from);
	CHECK(map->key_size == expected->key_size);
	CHECK(map->value_size == expected->value_size);
	CHECK(map->max_entries == expected->max_entries);
	CHECK(map->exported == expected->exported);
}

TEST(about_has_everything)
{
	struct file file = fixture();
	const struct kx_about *about;
	struct kx_extension *ext;
	struct kx *kx;

	CHECK(!kx_new(&kx));
	CHECK(!kx_extension_open(kx, FIXTURE, &ext));
	about = kx_extension_about(ext);
	CHECK_TEXT(about->name, "fixture");
	CHECK_TEXT(about->version, "1.2.10");
	CHECK_TEXT(about->description, "what the tests read");
	CHECK_TEXT(about->license, "Dual BSD/GPL");
	CHECK_TEXT(about->hash, hex(file.data, file.len));
	CHECK(about->has_init == 1 && about->has_fini == 1);
	check_params(about);

	CHECK(about->nr_hooks == 3);
	check_hook(&about->hooks[0], "on_packet", "xdp", "dev");
	check_hook(&about->hooks[1], "on_call", "uprobe", "file pid");
	check_hook(&about->hooks[2], "on_exec", "tp_btf/sched_process_exec", "");

	CHECK(about->nr_maps == 2);
	check_map(&about->maps[0], &(struct kx_map){ "counts", "hash", "", 4, 8, 64, 1 });
	check_map(&about->maps[1], &(struct kx_map){ "events", "ringbuf", "source", 0, 0, 4096 });

	CHECK(about->nr_needs == 3);
	CHECK_TEXT(about->needs[0].name, "base");
	CHECK_TEXT(about->needs[0].version, "");
	CHECK_TEXT(about->needs[1].name, "other");
	CHECK_TEXT(about->needs[1].version, "2.10");
	CHECK_TEXT(about->needs[2].name, "source");
	CHECK(about->nr_provides == 2);
	CHECK_TEXT(about->provides[0], "fixture-api");
	CHECK_TEXT(about->provides[1], "second");
	kx_extension_close(ext);
	kx_extension_close(NULL);
	kx_free(kx);
	free(file.data);
}

TEST(objects_are_handed_out_without_end)
{
	struct bpf_object *one, *two;
	struct kx_extension *ext;
	struct kx *kx;

	CHECK(!kx_new(&kx));
	CHECK(!kx_extension_open(kx, FIXTURE, &ext));
	CHECK(!extension_object(kx, ext, &one));
	CHECK(!extension_object(kx, ext, &two));
	CHECK(one != two);
	CHECK_TEXT(bpf_object__name(one), "fixture");
	CHECK_TEXT(bpf_object__name(two), "fixture");
	CHECK_TEXT(kx_extension_about(ext)->hooks[0].program, "on_packet");
	bpf_object__close(one);
	bpf_object__close(two);
	kx_extension_close(ext);
	kx_free(kx);
}

/* Without tags it is an extension all the same: all "kx." become "ky.". */
TEST(objects_without_tags_are_fine)
{
	static const char *const names[][2] = {
		{ "dir.x/my probe.bpf.o", "my_probe" },
		{ "plain.o", "plain" },
		{ "plain", "plain" },
		{ "7up.bpf.o", "x7up" },
		{ ".bpf.o", "x_bpf" },
		{ "", "x" },
		{ "a23456789012345678901234567890123456789012345678901234.o",
		  "a23456789012345678901234567890123456789012345678" },
	};
	struct file file = fixture();
	struct kx_extension *ext;
	struct kx *kx;
	char *at;

	while ((at = memmem(file.data, file.len, "\0kx.", 4)))
		at[2] = 'y';
	CHECK(!kx_new(&kx));
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		const struct kx_about *about;

		CHECK(!kx_extension_open_mem(kx, file.data, file.len, names[i][0], &ext));
		about = kx_extension_about(ext);
		CHECK_TEXT(about->name, names[i][1]);
		CHECK(name_is_valid(about->name));
		CHECK_TEXT(about->version, "");
		CHECK(!about->nr_params && !about->nr_needs && about->nr_maps == 2);
		CHECK(about->nr_hooks == 5 && !about->has_init && !about->has_fini);
		kx_extension_close(ext);
	}
	kx_free(kx);
	free(file.data);
}

/*
 * Files
 */

static void open_refused(const char *path, int err, const char *sentence)
{
	struct kx_extension *ext = (void *)1;
	struct kx *kx;

	CHECK(!kx_new(&kx));
	CHECK(kx_extension_open(kx, path, &ext) == err);
	CHECK(ext == (void *)1);
	CHECK_TEXT(kx_error(kx), sentence);
	kx_free(kx);
}

TEST(files_that_are_none)
{
	char dir[] = "/tmp/kx-unit-extension-XXXXXX", path[64], sentence[256];
	int fd;

	open_refused("/nonexistent/x.bpf.o", -ENOENT,
		     "/nonexistent/x.bpf.o: cannot read it: not found");
	open_refused("/tmp", -EINVAL, "/tmp: not an object file: it is a directory");
	open_refused("/dev/null", -EINVAL, "/dev/null: not an object file: it is no regular file");
	open_refused("/bin/true", -EINVAL, "/bin/true: made for x86-64, not for BPF");

	CHECK(mkdtemp(dir));
	snprintf(path, sizeof(path), "%s/f", dir);
	CHECK(!mkfifo(path, 0600));
	snprintf(sentence, sizeof(sentence), "%s: not an object file: it is no regular file", path);
	open_refused(path, -EINVAL, sentence);
	unlink(path);
	fd = open(path, O_RDWR | O_CREAT, 0600);
	snprintf(sentence, sizeof(sentence), "%s: not an ELF file: it is empty", path);
	open_refused(path, -EINVAL, sentence);
	CHECK(!ftruncate(fd, (64 << 20) + 1));
	snprintf(sentence, sizeof(sentence), "%s: too large: 67108865 bytes, 67108864 are allowed",
		 path);
	open_refused(path, -EFBIG, sentence);
	close(fd);
	unlink(path);
	rmdir(dir);
}

static void install(const struct file *file, const char *dir, const char *name)
{
	char path[128];
	int fd;

	snprintf(path, sizeof(path), "%s/%s.bpf.o", dir, name);
	fd = open(path, O_WRONLY | O_CREAT, 0600);
	CHECK(fd >= 0 && write(fd, file->data, file->len) == (ssize_t)file->len);
	close(fd);
}

TEST(find_looks_where_it_is_told)
{
	char dir[] = "/tmp/kx-unit-extension-XXXXXX", sentence[256], command[64];
	struct file file = fixture();
	const char *path[] = { "/nonexistent", dir };
	struct kx_extension *ext;
	struct kx *kx;

	CHECK(mkdtemp(dir));
	install(&file, dir, "fixture");
	install(&file, dir, "impostor");
	CHECK(!kx_new(&kx));
	CHECK(!kx_extension_find(kx, "fixture", path, 2, &ext));
	CHECK_TEXT(kx_extension_about(ext)->name, "fixture");
	kx_extension_close(ext);

	CHECK(kx_extension_find(kx, "impostor", path, 2, &ext) == -EINVAL);
	snprintf(sentence, sizeof(sentence),
		 "%s/impostor.bpf.o: looked for impostor, but the extension in it is called fixture",
		 dir);
	CHECK_TEXT(kx_error(kx), sentence);
	CHECK(kx_extension_find(kx, "fixture", path, 1, &ext) == -ENOENT);
	CHECK_TEXT(kx_error(kx),
		   "fixture: no such extension: there is no fixture.bpf.o, nor one that provides it, in /nonexistent");
	CHECK(kx_extension_find(kx, "kx-unit", NULL, 0, &ext) == -ENOENT);
	CHECK_TEXT(kx_error(kx),
		   "kx-unit: no such extension: there is no kx-unit.bpf.o, nor one that provides it, in /etc/kx/extensions, /usr/lib/kx");
	CHECK(kx_extension_find(kx, "x", path, 0, &ext) == -ENOENT);
	CHECK_TEXT(kx_error(kx), "x: no such extension: there is no directory to look in");
	CHECK(kx_extension_find(kx, "../x", path, 2, &ext) == -EINVAL);
	CHECK_TEXT(kx_error(kx),
		   "\"../x\" is no name of an extension: it takes 1..48 letters, digits, \"_\" and \"-\", a letter first");
	kx_free(kx);
	free(file.data);
	snprintf(command, sizeof(command), "rm -r %s", dir);
	CHECK(!system(command));
}

/*
 * Damage
 */

TEST(every_length_is_refused_but_the_whole)
{
	struct file file = fixture();
	struct kx *kx;

	CHECK(!kx_new(&kx));
	for (size_t len = 0; len < file.len; len++) {
		_cleanup_free_ char *copy = malloc(len ?: 1);
		struct kx_extension *ext;

		memcpy(copy, file.data, len);
		CHECK(kx_extension_open_mem(kx, copy, len, "it", &ext) == -EINVAL);
		if (len >= 64)
			CHECK(!strncmp(kx_error(kx), "it: cut short: ", 15));
	}
	kx_free(kx);
	free(file.data);
}

/* Any answer will do, but there has to be one. */
static void damage(struct kx *kx, struct file *file, size_t from, size_t len, size_t step)
{
	static const unsigned char flips[] = { 0xff, 0x01, 0x80, 0x10 };

	for (size_t at = from; at < from + len; at += step) {
		for (size_t i = 0; i < sizeof(flips); i++) {
			struct kx_extension *ext;
			int err;

			file->data[at] ^= flips[i];
			err = open_file(kx, file, &ext);
			if (!err)
				kx_extension_close(ext);
			else
				CHECK(err == -EINVAL && kx_error(kx)[0]);
			file->data[at] ^= flips[i];
		}
	}
}

TEST(any_byte_of_the_headers_may_be_wrong)
{
	struct file file = fixture();
	struct kx *kx;

	CHECK(!kx_new(&kx));
	damage(kx, &file, 0, sizeof(Elf64_Ehdr), 1);
	damage(kx, &file, head_of(&file)->e_shoff,
	       head_of(&file)->e_shnum * sizeof(Elf64_Shdr), 1);
	kx_free(kx);
	free(file.data);
}

TEST(any_byte_of_the_sections_may_be_wrong)
{
	struct file file = fixture();
	struct kx *kx;

	CHECK(!kx_new(&kx));
	for (unsigned int i = 1; i < head_of(&file)->e_shnum; i++)
		damage(kx, &file, section_nr(&file, i)->sh_offset, section_nr(&file, i)->sh_size,
		       3);
	kx_free(kx);
	free(file.data);
}

TEST(files_of_others)
{
	struct file file = fixture();

	memcpy(file.data, "#!/bin/sh\n", 10);
	refused(&file, "it: not an ELF file: it begins with \"#!/b\"");
	memcpy(file.data, "a\033[0", 4);
	refused(&file, "it: not an ELF file: it begins with \"a?[0\"");
	head_of(&file)->e_ident[EI_CLASS] = ELFCLASS32;
	refused(&file, "it: a 32-bit ELF file: BPF has 64");
	head_of(&file)->e_ident[EI_DATA] = ELFDATA2MSB;
	refused(&file,
		"it: big-endian: it was built for another machine (clang -target bpfeb)");
	head_of(&file)->e_version = 2;
	refused(&file, "it: damaged: its ELF header is not one that is known");
	head_of(&file)->e_machine = EM_AARCH64;
	refused(&file, "it: made for arm64, not for BPF");
	head_of(&file)->e_machine = EM_NONE;
	refused(&file, "it: made for no machine, not for BPF");
	head_of(&file)->e_machine = 9999;
	refused(&file, "it: made for another machine, not for BPF");
	head_of(&file)->e_type = ET_EXEC;
	refused(&file, "it: not a relocatable object: its ELF type is 2");
	free(file.data);
}

TEST(tables_that_are_wrong)
{
	struct file file = fixture();
	char sentence[160];
	size_t end = file.len;

	head_of(&file)->e_shentsize = 63;
	refused(&file, "it: damaged: section headers of 63 bytes");
	head_of(&file)->e_shnum = 0;
	refused(&file, "it: damaged: 0 sections, 1..4096 are allowed");
	head_of(&file)->e_shnum = 4097;
	refused(&file, "it: damaged: 4097 sections, 1..4096 are allowed");
	head_of(&file)->e_shoff = 12;
	refused(&file, "it: damaged: the section headers are at 12");
	snprintf(sentence, sizeof(sentence),
		 "it: cut short: the section headers end at %zu, the file at %zu",
		 (end & ~7ul) + 64ul * head_of(&file)->e_shnum, end);
	head_of(&file)->e_shoff = end & ~7ul;
	refused(&file, sentence);
	snprintf(sentence, sizeof(sentence), "it: damaged: the names of sections are in section %u of %u",
		 SHN_XINDEX, head_of(&file)->e_shnum);
	head_of(&file)->e_shstrndx = SHN_XINDEX;
	refused(&file, sentence);
	head_of(&file)->e_shstrndx = section_of(&file, "license") - section_nr(&file, 0);
	refused(&file, "it: damaged: section of names is no table of names");
	section_nr(&file, 3)->sh_name = 1 << 30;
	refused(&file, "it: damaged: section 3 has no proper name");
	section_nr(&file, 0)->sh_type = SHT_PROGBITS;
	refused(&file, "it: damaged: section 0 is of type 1");
	free(file.data);
}

TEST(sections_that_are_wrong)
{
	struct file file = fixture();
	char sentence[160];

	snprintf(sentence, sizeof(sentence), "it: cut short: section .BTF ends at %zu, the file at %zu",
		 file.len + 96, file.len);
	section_of(&file, ".BTF")->sh_offset = file.len + 96 - section_of(&file, ".BTF")->sh_size;
	refused(&file, sentence);
	snprintf(sentence, sizeof(sentence), "it: cut short: section .BTF ends at %llu, the file at %zu",
		 -1ull, file.len);
	section_of(&file, ".BTF")->sh_offset = UINT64_MAX;
	refused(&file, sentence);
	section_of(&file, ".BTF")->sh_size = -section_of(&file, ".BTF")->sh_offset;
	refused(&file, sentence);
	section_of(&file, ".data.param")->sh_flags |= SHF_COMPRESSED;
	refused(&file, "it: damaged: section .data.param is compressed");
	section_of(&file, ".relxdp")->sh_type = SHT_RELA;
	refused(&file, "it: section .relxdp is of type 4, which BPF objects do not have");
	section_of(&file, "xdp")->sh_size -= 1;
	snprintf(sentence, sizeof(sentence), "it: damaged: section xdp has %llu bytes, not whole instructions",
		 (unsigned long long)section_of(&file, "xdp")->sh_size);
	refused(&file, sentence);
	section_of(&file, ".BTF.ext")->sh_type = SHT_NOBITS;
	refused(&file, "it: damaged: section .BTF.ext is of type 8");
	content_of(&file, "license")[section_of(&file, "license")->sh_size - 1] = 'x';
	refused(&file, "it: damaged: section license has no end");
	section_of(&file, ".data.param")->sh_name = section_of(&file, ".BTF")->sh_name;
	refused(&file, "it: damaged: it has two sections .BTF");
	section_of(&file, ".data.param")->sh_name = section_of(&file, ".data.value")->sh_name;
	refused(&file, "it: damaged: it has two sections .data.value");
	section_of(&file, ".bss")->sh_size = 1ull << 40;
	refused(&file, "it: section .bss is too large: more than 1073741824 bytes of zeros");
	section_of(&file, ".bss")->sh_size = 3 << 28;
	section_of(&file, ".kx")->sh_size = 3 << 28;
	section_of(&file, ".kx")->sh_type = SHT_NOBITS;
	CHECK(elf_check(file.data, file.len, sentence, sizeof(sentence)) == -EINVAL);
	CHECK(strstr(sentence, " is too large: more than 1073741824 bytes of zeros"));
	free(file.data);
	file = fixture();
	section_of(&file, ".data.value")->sh_size = file.len - 4096;
	section_of(&file, ".data.value")->sh_offset = 64;
	CHECK(elf_check(file.data, file.len, sentence, sizeof(sentence)) == -EINVAL);
	CHECK(!strncmp(sentence, "damaged: its sections take ", 27));
	free(file.data);
}

TEST(symbols_that_are_wrong)
{
	struct file file = fixture();
	char sentence[160];
	Elf64_Sym *sym;

	section_of(&file, ".symtab")->sh_type = SHT_NOTE;
	refused(&file, "it: damaged: it has no symbols (was it stripped?)");
	section_of(&file, ".symtab")->sh_entsize = 16;
	refused(&file, "it: damaged: section .symtab has symbols of 16 bytes");
	section_of(&file, ".symtab")->sh_link = 200;
	snprintf(sentence, sizeof(sentence), "it: damaged: the names of symbols are in section 200 of %u",
		 head_of(&file)->e_shnum);
	refused(&file, sentence);
	sym = symbol_of(&file, "on_packet");
	sym->st_shndx = 200;
	CHECK(elf_check(file.data, file.len, sentence, sizeof(sentence)) == -EINVAL);
	CHECK(strstr(sentence, " (on_packet) is in section 200 of "));
	sym->st_shndx = section_of(&file, ".data.value") - section_nr(&file, 0);
	sym->st_size = 8;
	refused(&file,
		"it: damaged: function on_packet is in section .data.value, which has no code");
	symbol_of(&file, "on_packet")->st_size += 8;
	CHECK(elf_check(file.data, file.len, sentence, sizeof(sentence)) == -EINVAL);
	CHECK(strstr(sentence, " (on_packet) ends at "));
	symbol_of(&file, "on_packet")->st_size += 8;
	symbol_of(&file, "on_packet")->st_value = -8ull;
	CHECK(elf_check(file.data, file.len, sentence, sizeof(sentence)) == -EINVAL);
	CHECK(strstr(sentence, " (on_packet) ends at "));
	free(file.data);
	file = fixture();
	symbol_of(&file, "kx_fini")->st_size = 0;
	CHECK(elf_check(file.data, file.len, sentence, sizeof(sentence)) == -EINVAL);
	CHECK(!strncmp(sentence, "damaged: function kx_fini is 0 bytes at ", 40));
	free(file.data);
	file = fixture();
	symbol_of(&file, "kx_fini")->st_name = 1 << 30;
	CHECK(elf_check(file.data, file.len, sentence, sizeof(sentence)) == -EINVAL);
	CHECK(strstr(sentence, " has no proper name"));
	free(file.data);
	file = fixture();
	symbol_of(&file, "kx_fini")->st_size += symbol_of(&file, "kx_fini")->st_value;
	symbol_of(&file, "kx_fini")->st_value = 0;
	refused(&file, "it: damaged: two functions share byte 0 of section syscall");
	symbol_of(&file, "kx_init")->st_shndx = SHN_ABS;
	symbol_of(&file, "kx_fini")->st_shndx = SHN_ABS;
	CHECK(!elf_check(file.data, file.len, sentence, sizeof(sentence)));
	free(file.data);
	file = fixture();
	sym = symbol_of(&file, "on_packet");
	content_of(&file, "xdp")[sym->st_value + sym->st_size - 8] = 0x18;
	refused(&file, "it: damaged: function on_packet ends within an instruction");
	free(file.data);
}

TEST(relocations_that_are_wrong)
{
	struct file file = fixture();
	char sentence[160];
	Elf64_Rel *rel = (Elf64_Rel *)content_of(&file, ".relxdp");

	rel->r_offset = section_of(&file, "xdp")->sh_size;
	snprintf(sentence, sizeof(sentence), "it: damaged: a relocation is at %llu, section xdp ends at %llu",
		 (unsigned long long)rel->r_offset, (unsigned long long)rel->r_offset);
	refused(&file, sentence);
	((Elf64_Rel *)content_of(&file, ".relxdp"))->r_offset += 4;
	refused(&file, "it: damaged: a relocation of section xdp is within an instruction");
	((Elf64_Rel *)content_of(&file, ".relxdp"))->r_info = ELF64_R_INFO(100000ull, 1);
	snprintf(sentence, sizeof(sentence), "it: damaged: a relocation of section xdp is of symbol 100000 of %llu",
		 (unsigned long long)section_of(&file, ".symtab")->sh_size / sizeof(Elf64_Sym));
	refused(&file, sentence);
	section_of(&file, ".relxdp")->sh_entsize = 24;
	refused(&file, "it: damaged: section .relxdp has relocations of 24 bytes");
	section_of(&file, ".relxdp")->sh_info = 0;
	snprintf(sentence, sizeof(sentence), "it: damaged: section .relxdp is of section 0 of %u",
		 head_of(&file)->e_shnum);
	refused(&file, sentence);
	section_of(&file, ".relxdp")->sh_info = section_of(&file, ".maps") - section_nr(&file, 0);
	refused(&file, "it: damaged: section .relxdp is of section .maps");
	free(file.data);
}

/* What .BTF says, against the sections and what libbpf makes of them. */
TEST(descriptions_that_do_not_fit)
{
	struct file file = fixture();

	section_of(&file, ".BTF")->sh_name = section_of(&file, ".BTF")->sh_name + 1;
	refused(&file, "it: damaged: it has .BTF.ext, but no .BTF");
	section_of(&file, ".data.value")->sh_name++;
	refused(&file, "it: damaged: .BTF describes section .data.value, which is not there");
	section_of(&file, ".bss")->sh_size = 3;
	symbol_of(&file, "hidden")->st_size = 3;
	refused(&file, "it: damaged: variables of section .bss take more than its 3 bytes");
	for (unsigned int i = 1; i < head_of(&file)->e_shnum; i++)
		if (section_nr(&file, i)->sh_type == SHT_REL)
			section_nr(&file, i)->sh_type = SHT_NOTE;
	section_of(&file, ".data.param")->sh_type = SHT_NOBITS;
	refused(&file, "it: parameter rate cannot be read: it is not in its section");
	replace(&file, "syscall", "sysxall");
	refused(&file,
		"it: program kx_init cannot be run at load or unload: its section is sysxall, not syscall");
	free(file.data);
}

/* The type of that name and kind, in the file. */
static struct btf_type *type_in(const struct file *file, const char *name, unsigned int kind)
{
	char *content = content_of(file, ".BTF");
	struct btf *btf = btf__new(content, section_of(file, ".BTF")->sh_size);
	int id = btf__find_by_name_kind(btf, name, kind);
	const char *type = (const char *)btf__type_by_id(btf, id);
	size_t at = type - (const char *)btf__raw_data(btf, &(__u32){ 0 });

	CHECK(id > 0);
	btf__free(btf);
	return (struct btf_type *)(content + at);
}

TEST(descriptions_that_libbpf_would_stumble_over)
{
	struct file file = fixture();
	struct btf_type *sec;
	char sentence[160], *at;

	type_in(&file, "counts", BTF_KIND_VAR)->type = btf_params(
		type_in(&file, "", BTF_KIND_FUNC_PROTO))->type;
	refused(&file, "it: map counts is not defined by a structure");
	btf_var_secinfos(type_in(&file, ".bss", BTF_KIND_DATASEC))->offset++;
	type_in(&file, ".bss", BTF_KIND_DATASEC)->size++;
	refused(&file, "it: damaged: variables of section .bss take more than its 4 bytes");
	sec = type_in(&file, ".data.param", BTF_KIND_DATASEC);
	btf_var_secinfos(sec)->offset = 0;
	btf_var_secinfos(sec)->size = sec->size;
	CHECK(elf_check(file.data, file.len, sentence, sizeof(sentence)) == -EINVAL);
	CHECK(strstr(sentence, "variables of section .data.param take more than its "));
	free(file.data);
	file = fixture();
	type_in(&file, ".data.value", BTF_KIND_DATASEC)->name_off =
		type_in(&file, ".data.param", BTF_KIND_DATASEC)->name_off;
	refused(&file, "it: damaged: .BTF describes section .data.param twice");
	at = memmem(content_of(&file, ".BTF"), section_of(&file, ".BTF")->sh_size, ".data.param",
		    12);
	strcpy(at, ".kconfig");
	refused(&file, "it: variable limits is nothing of a kernel's configuration");
	free(file.data);
}

/* Moves a section to the end of the file, with @more zeros behind it. */
static void grow(struct file *file, const char *name, size_t more)
{
	size_t from = (file->len + 7) & ~7ul, len = section_of(file, name)->sh_size;
	char *data = calloc(1, from + len + more);

	memcpy(data, file->data, file->len);
	memcpy(data + from, content_of(file, name), len);
	free(file->data);
	*file = (struct file){ data, from + len + more };
	section_of(file, name)->sh_offset = from;
	section_of(file, name)->sh_size = len + more;
}

static void add_externs(struct file *file, size_t nr)
{
	size_t before = section_of(file, ".symtab")->sh_size;
	Elf64_Sym *sym;

	grow(file, ".symtab", nr * sizeof(*sym));
	sym = (Elf64_Sym *)(content_of(file, ".symtab") + before);
	for (size_t i = 0; i < nr; i++)
		sym[i].st_info = ELF64_ST_INFO(STB_GLOBAL, STT_NOTYPE);
}

/* Pointers to nothing, behind the other types: the texts move. */
static void add_types(struct file *file, size_t nr)
{
	struct btf_header *head;
	struct btf_type *types;
	char *texts;

	grow(file, ".BTF", nr * sizeof(*types));
	head = (struct btf_header *)content_of(file, ".BTF");
	texts = (char *)head + head->hdr_len + head->str_off;
	memmove(texts + nr * sizeof(*types), texts, head->str_len);
	types = (struct btf_type *)((char *)head + head->hdr_len + head->type_len);
	for (size_t i = 0; i < nr; i++)
		types[i] = (struct btf_type){ .info = INFO(BTF_KIND_PTR, 0) };
	head->type_len += nr * sizeof(*types);
	head->str_off = head->type_len;
}

TEST(files_that_take_long_are_refused)
{
	struct file file = fixture();
	char why[128];

	add_externs(&file, 5000);
	refused(&file, "it: it takes 5000 symbols from elsewhere, 4096 are allowed");
	add_externs(&file, 4096);
	add_types(&file, 1000);
	CHECK(!elf_check(file.data, file.len, why, sizeof(why)));
	add_types(&file, 65000);
	CHECK(elf_check(file.data, file.len, why, sizeof(why)) == -EINVAL);
	CHECK(!strncmp(why, "too large: ", 11));
	add_types(&file, 1 << 20);
	CHECK(elf_check(file.data, file.len, why, sizeof(why)) == -EINVAL);
	CHECK_TEXT(why, ".BTF has more than 1048575 types");
	free(file.data);
}

TEST(what_libbpf_refuses_is_refused)
{
	struct file file = fixture();
	struct kx_extension *ext;
	struct kx *kx;

	CHECK(!kx_new(&kx));
	replace(&file, "max_entries", "max_entrYes");
	CHECK(open_file(kx, &file, &ext) == -EINVAL);
	CHECK(!strncmp(kx_error(kx), "it: not a BPF object: ", 22));
	CHECK(strstr(kx_error(kx), "unknown field 'max_entrYes'"));
	kx_free(kx);
	free(file.data);
}

/*
 * .BTF by hand: type 1 is int, the case's types follow
 */

#define KFLAG			(1u << 31)

enum text {
	INT = 1,
	NAME = 5,
	SECTION = 10,
	BAD = 15,
	KSYMS = 18,
	TEXTS_END = 25,
};

struct raw {
	struct btf_header head;
	__u32 types[64];
	char texts[TEXTS_END];
};

struct btf_case {
	const char *why;	/* NULL: it is fine */
	__u32 words[24];
	unsigned int nr;
};

#define CASE(why, ...)							\
	{ why, { __VA_ARGS__ }, sizeof((__u32[]){ __VA_ARGS__ }) / sizeof(__u32) }

static struct raw raw_of(const __u32 *words, unsigned int nr)
{
	struct raw raw = {
		.head = { BTF_MAGIC, BTF_VERSION, 0, sizeof(struct btf_header), 0, (4 + nr) * 4,
			  sizeof(raw.types), TEXTS_END },
		.types = { INT, INFO(BTF_KIND_INT, 0), 4, 32 },
		.texts = "\0int\0name\0.sec\0\n!\0.ksyms",
	};

	if (nr)
		memcpy(raw.types + 4, words, nr * sizeof(*words));
	return raw;
}

static const struct btf_case btf_cases[] = {
	CASE(NULL, NAME, INFO(BTF_KIND_STRUCT, 1), 4, NAME, 1, 0),
	CASE(".BTF type 2 is of unknown kind 20", 0, INFO(20, 0), 0),
	CASE(".BTF type 2 is of unknown kind 0", 0, INFO(0, 0), 0),
	CASE(".BTF type 2 is of unknown kind 2", 0, INFO(BTF_KIND_PTR, 0) | 1 << 16, 0),
	CASE(".BTF type 2 is cut short", 0, INFO(BTF_KIND_STRUCT, 9), 0, 0, 1, 0),
	CASE(".BTF type 2 is cut short", 0, INFO(BTF_KIND_PTR, 0)),
	CASE(".BTF type 2 has its name at 99, the texts end at 25",
	     99, INFO(BTF_KIND_PTR, 0), 1),
	CASE(".BTF type 2 has no name", 0, INFO(BTF_KIND_TYPEDEF, 0), 1),
	CASE(".BTF type 2 has byte 0x0a in its name", BAD, INFO(BTF_KIND_TYPEDEF, 0), 1),
	CASE(".BTF type 2 has the name of a section", SECTION, INFO(BTF_KIND_TYPEDEF, 0), 1),
	CASE(".BTF type 2 refers to type 3 of 2", 0, INFO(BTF_KIND_PTR, 0), 3),
	CASE(".BTF type 2 refers to type 3, which nothing can be of",
	     0, INFO(BTF_KIND_PTR, 0), 3, NAME, INFO(BTF_KIND_VAR, 0), 1, 0),
	CASE(".BTF type 2 is an integer of 33 bits in 4 bytes",
	     INT, INFO(BTF_KIND_INT, 0), 4, 33),
	CASE(".BTF type 2 is an integer of 24 bits in 3 bytes",
	     INT, INFO(BTF_KIND_INT, 0), 3, 24),
	CASE(".BTF type 2 is an integer of 0 bits in 4 bytes", INT, INFO(BTF_KIND_INT, 0), 4, 0),
	CASE(".BTF type 2 is an integer of 32 bits in 4 bytes",
	     INT, INFO(BTF_KIND_INT, 0), 4, 3 << 24 | 32),
	CASE(".BTF type 2 is a float of 3 bytes", NAME, INFO(BTF_KIND_FLOAT, 0), 3),
	CASE(".BTF type 2 is an enum of 16 bytes", NAME, INFO(BTF_KIND_ENUM, 0), 16),
	CASE(".BTF type 2 is an enum of 0 bytes", NAME, INFO(BTF_KIND_ENUM64, 0), 0),
	CASE(".BTF type 2 is a function without parameters", NAME, INFO(BTF_KIND_FUNC, 0), 1),
	CASE(".BTF type 3 is a function of linkage 3",
	     0, INFO(BTF_KIND_FUNC_PROTO, 0), 0, NAME, INFO(BTF_KIND_FUNC, 3), 2),
	CASE(".BTF type 2 is a variable of linkage 3", NAME, INFO(BTF_KIND_VAR, 0), 1, 3),
	CASE(".BTF type 2 refers to type 0, which nothing can be of",
	     NAME, INFO(BTF_KIND_VAR, 0), 0, 1),
	CASE(".BTF type 2 refers to type 0, which nothing can be of",
	     0, INFO(BTF_KIND_FUNC_PROTO, 2), 0, 0, 0, 0, 1),
	CASE(NULL, 0, INFO(BTF_KIND_FUNC_PROTO, 2), 0, 0, 1, 0, 0),
	CASE(".BTF type 2: section .sec has type 1 for a variable",
	     SECTION, INFO(BTF_KIND_DATASEC, 1), 4, 1, 0, 4),
	CASE(".BTF type 3: variable 2 is in two places",
	     NAME, INFO(BTF_KIND_VAR, 0), 1, 1,
	     SECTION, INFO(BTF_KIND_DATASEC, 2), 8, 2, 0, 4, 2, 4, 4),
	CASE(".BTF type 3: section .sec ends at 4, a variable at 5",
	     NAME, INFO(BTF_KIND_VAR, 0), 1, 1, SECTION, INFO(BTF_KIND_DATASEC, 1), 4, 2, 1, 4),
	CASE(".BTF type 3: section .sec has 2 bytes for variable name, too few",
	     NAME, INFO(BTF_KIND_VAR, 0), 1, 1, SECTION, INFO(BTF_KIND_DATASEC, 1), 4, 2, 0, 2),
	CASE(NULL, 0, INFO(BTF_KIND_FUNC_PROTO, 0), 0, NAME, INFO(BTF_KIND_FUNC, 2), 2,
	     KSYMS, INFO(BTF_KIND_DATASEC, 1), 0, 3, 0, 0),
	CASE(NULL, NAME, INFO(BTF_KIND_VAR, 0), 1, 1,
	     KSYMS, INFO(BTF_KIND_DATASEC, 2), 8, 2, 0, 4, 2, 4, 4),
	CASE(".BTF type 4: section .sec has type 3 for a variable",
	     0, INFO(BTF_KIND_FUNC_PROTO, 0), 0, NAME, INFO(BTF_KIND_FUNC, 2), 2,
	     SECTION, INFO(BTF_KIND_DATASEC, 1), 0, 3, 0, 0),
	CASE(".BTF type 3 is a tag without text",
	     NAME, INFO(BTF_KIND_VAR, 0), 1, 1, 0, INFO(BTF_KIND_DECL_TAG, 0), 2, -1u),
	CASE(".BTF type 2 is a tag of type 1, which takes none",
	     NAME, INFO(BTF_KIND_DECL_TAG, 0), 1, -1u),
	CASE(".BTF type 3 is a tag of component 0 of type 2",
	     NAME, INFO(BTF_KIND_VAR, 0), 1, 1, NAME, INFO(BTF_KIND_DECL_TAG, 0), 2, 0),
	CASE(".BTF type 3 is a tag of component 1 of type 2",
	     NAME, INFO(BTF_KIND_STRUCT, 1), 4, NAME, 1, 0,
	     NAME, INFO(BTF_KIND_DECL_TAG, 0), 2, 1),
	CASE(NULL, NAME, INFO(BTF_KIND_STRUCT, 1), 4, NAME, 1, 0,
	     NAME, INFO(BTF_KIND_DECL_TAG, 0), 2, 0),
	CASE(".BTF type 2: member 0 ends at bit 33, the type at 32",
	     NAME, INFO(BTF_KIND_STRUCT, 1), 4, NAME, 1, 1),
	CASE(".BTF type 2: member 0 ends at bit 33, the type at 32",
	     NAME, INFO(BTF_KIND_STRUCT, 1) | KFLAG, 4, NAME, 1, 3 << 24 | 30),
	CASE(".BTF type 2: member 0 ends at bit 33, the type at 64",
	     NAME, INFO(BTF_KIND_STRUCT, 1) | KFLAG, 8, NAME, 1, 33 << 24),
	CASE(".BTF type 2: member 0 is of a type without a size",
	     NAME, INFO(BTF_KIND_STRUCT, 1), 4, NAME, 3, 0, NAME, INFO(BTF_KIND_FWD, 0), 0),
	CASE(".BTF type 2 is an array of a type without a size",
	     0, INFO(BTF_KIND_ARRAY, 0), 0, 3, 1, 2, NAME, INFO(BTF_KIND_FWD, 0), 0),
	CASE(".BTF type 2 is an array of more than 4 GiB",
	     0, INFO(BTF_KIND_ARRAY, 0), 0, 1, 1, 1 << 30),
	CASE(".BTF type 2 contains itself", NAME, INFO(BTF_KIND_TYPEDEF, 0), 2),
	CASE(".BTF type 2 contains itself",
	     NAME, INFO(BTF_KIND_STRUCT, 1), 4, NAME, 3, 0, 0, INFO(BTF_KIND_CONST, 0), 2),
	CASE(".BTF type 2 refers to itself", 0, INFO(BTF_KIND_PTR, 0), 2),
	CASE(".BTF type 2 refers to itself",
	     0, INFO(BTF_KIND_FUNC_PROTO, 1), 0, 0, 3, 0, INFO(BTF_KIND_PTR, 0), 2),
	CASE(NULL, NAME, INFO(BTF_KIND_STRUCT, 1), 8, NAME, 3, 0, 0, INFO(BTF_KIND_PTR, 0), 2),
};

TEST(btf_is_checked)
{
	for (size_t i = 0; i < sizeof(btf_cases) / sizeof(btf_cases[0]); i++) {
		struct raw raw = raw_of(btf_cases[i].words, btf_cases[i].nr);
		char why[128] = "fine";
		int err = btf_check(&raw, sizeof(raw), why, sizeof(why));

		CHECK_TEXT(why, btf_cases[i].why ?: "fine");
		CHECK(err == (btf_cases[i].why ? -EINVAL : 0));
	}
}

static void btf_header_refused(struct raw *raw, size_t len, const char *sentence)
{
	char why[128];

	CHECK(btf_check(raw, len, why, sizeof(why)) == -EINVAL);
	CHECK_TEXT(why, sentence);
	*raw = raw_of(NULL, 0);
}

TEST(btf_headers_are_checked)
{
	struct raw raw = raw_of(NULL, 0);

	btf_header_refused(&raw, 23, ".BTF is cut short: 23 bytes, its header takes 24");
	raw.head.magic = 0x9feb;
	btf_header_refused(&raw, sizeof(raw),
			   ".BTF is big-endian: it was built for another machine");
	raw.head.magic = 0x1234;
	btf_header_refused(&raw, sizeof(raw), ".BTF begins with 0x1234, not with 0xeb9f");
	raw.head.version = 2;
	btf_header_refused(&raw, sizeof(raw),
			   ".BTF has version 2, flags 0x0; this library knows version 1");
	raw.head.hdr_len = 22;
	btf_header_refused(&raw, sizeof(raw), ".BTF has a header of 22 bytes");
	btf_header_refused(&raw, sizeof(raw) - 10,
			   ".BTF is cut short: its texts end at 281, the section at 274");
	raw.head.type_off = 512;
	btf_header_refused(&raw, sizeof(raw),
			   ".BTF has types at 512, 16 bytes, which is no place for them");
	raw.texts[TEXTS_END - 1] = 'x';
	btf_header_refused(&raw, sizeof(raw), ".BTF has texts without an end");
}

/* Each type has the one before twice: 2^20 leaves, or 70 deep. */
static int nested(unsigned int kind, unsigned int depth, unsigned int twice, char *why, size_t len)
{
	struct btf *btf = btf__new_empty();
	const void *data;
	__u32 data_len;
	int id = btf__add_int(btf, "int", 4, 0), err;

	for (unsigned int i = 0; i < depth; i++) {
		int inner = id;

		if (kind == BTF_KIND_PTR) {
			id = btf__add_ptr(btf, inner);
			continue;
		}
		id = btf__add_union(btf, "u", 4);
		for (unsigned int j = 0; j <= twice; j++)
			CHECK(!btf__add_field(btf, "m", inner, 0, 0));
	}
	data = btf__raw_data(btf, &data_len);
	err = btf_check(data, data_len, why, len);
	btf__free(btf);
	return err;
}

TEST(btf_that_takes_long_is_refused)
{
	char why[128];

	CHECK(!nested(BTF_KIND_UNION, 63, 0, why, sizeof(why)));
	CHECK(nested(BTF_KIND_UNION, 64, 0, why, sizeof(why)) == -EINVAL);
	CHECK_TEXT(why, ".BTF type 65 is nested more than 64 deep");
	CHECK(!nested(BTF_KIND_UNION, 18, 1, why, sizeof(why)));
	CHECK(nested(BTF_KIND_UNION, 20, 1, why, sizeof(why)) == -EINVAL);
	CHECK_TEXT(why, ".BTF type 21 has more than 1048576 members");
	CHECK(!nested(BTF_KIND_PTR, 63, 0, why, sizeof(why)));
	CHECK(nested(BTF_KIND_PTR, 64, 0, why, sizeof(why)) == -EINVAL);
	CHECK_TEXT(why, ".BTF type 65 refers to more than 64 types in a row");
}

/*
 * .BTF.ext: one section of one function, one line, one relocation
 */

struct ext {
	__u16 magic;
	__u8 version;
	__u8 flags;
	__u32 hdr_len;
	__u32 func_off, func_len, line_off, line_len, relo_off, relo_len;
	struct {
		__u32 size, name, nr, insn, type;
	} func;
	struct {
		__u32 size, name, nr, insn, file, text, column;
	} line;
	struct {
		__u32 size, name, nr, insn, type, path, kind;
	} relo;
};

static const struct ext good_ext = {
	.magic = BTF_MAGIC, .version = 1, .hdr_len = 32,
	.func_len = 20, .line_off = 20, .line_len = 28, .relo_off = 48, .relo_len = 28,
	.func = { 8, NAME, 1, 0, 3 },
	.line = { 16, NAME, 1, 8, NAME, NAME, 1 },
	.relo = { 16, NAME, 1, 8, 1, BAD, 0 },
};

static void ext_refused(struct ext *ext, size_t len, const char *sentence)
{
	static const __u32 words[] = { 0, INFO(BTF_KIND_FUNC_PROTO, 0), 0,
				       NAME, INFO(BTF_KIND_FUNC, 0), 2 };
	struct raw raw = raw_of(words, 6);
	char why[128] = "fine";
	int err;

	memcpy(raw.texts + BAD, "0:", 2);
	err = btf_ext_check(ext, len, &raw, sizeof(raw), why, sizeof(why));
	CHECK_TEXT(why, sentence ?: "fine");
	CHECK(err == (sentence ? -EINVAL : 0));
	*ext = good_ext;
}

TEST(btf_ext_is_checked)
{
	struct ext ext = good_ext;
	size_t len = sizeof(ext);

	ext_refused(&ext, len, NULL);
	ext_refused(&ext, 20, ".BTF.ext is cut short: 20 bytes, its header takes 24");
	ext.magic = 1;
	ext_refused(&ext, len, ".BTF.ext begins with 0x0001, version 1, flags 0x0");
	ext.hdr_len = 28;
	ext_refused(&ext, len, ".BTF.ext has a header of 28 bytes");
	ext_refused(&ext, len - 4,
		    ".BTF.ext is cut short: its relocations end at 76, the section at 72");
	ext.func.size = 4;
	ext_refused(&ext, len, ".BTF.ext: its functions take 4 bytes each");
	ext.func_len = 4;
	ext_refused(&ext, len, ".BTF.ext: its functions are cut short");
	ext.func_len = 24;
	ext_refused(&ext, len, ".BTF.ext: its functions are cut short");
	ext.func.name = 99;
	ext_refused(&ext, len, ".BTF.ext: its functions name a section at 99, the texts end at 25");
	ext.func.nr = 0;
	ext_refused(&ext, len, ".BTF.ext: its functions are 0 in 8 bytes");
	ext.line.nr = 0x10000001;
	ext_refused(&ext, len, ".BTF.ext: its lines are 268435457 in 16 bytes");
	ext.line.insn = 4;
	ext_refused(&ext, len, ".BTF.ext: one of its lines is at 4, within an instruction");
	ext.func.type = 2;
	ext_refused(&ext, len, ".BTF.ext: type 2 is not of a function");
	ext.func.type = 4;
	ext_refused(&ext, len, ".BTF.ext: type 4 is not of a function");
	ext.line.text = 25;
	ext_refused(&ext, len, ".BTF.ext: a line has its text at 5 and 25, they end at 25");
	ext.relo.type = 4;
	ext_refused(&ext, len, ".BTF.ext: a relocation is of type 4 of 3");
	ext.relo.path = 25;
	ext_refused(&ext, len, ".BTF.ext: a relocation has its text at 25, they end at 25");
	ext.relo.path = NAME;
	ext_refused(&ext, len, ".BTF.ext: a relocation has no path to a member");
	ext.relo.kind = 13;
	ext_refused(&ext, len, ".BTF.ext: a relocation is of unknown kind 13");
}

/*
 * Tags
 */

struct tags {
	struct btf *btf;
	int number;		/* type ids */
	int flag;
	int text;
	int pointer;
	int holder;		/* a structure with a pointer in it */
	int note;		/* variables */
	int rate;
	int dev;
	int map;
	int func;
	int other;
};

static int add_var(struct tags *t, const char *section, const char *name, int type, __u32 size)
{
	int var = btf__add_var(t->btf, name, BTF_VAR_GLOBAL_ALLOCATED, type);

	CHECK(var > 0);
	CHECK(btf__add_datasec(t->btf, section, size) > 0);
	CHECK(!btf__add_datasec_var_info(t->btf, var, 0, size));
	return var;
}

static struct tags tags_new(void)
{
	struct tags t = { .btf = btf__new_empty() };
	int letter, proto;

	t.number = btf__add_int(t.btf, "int", 4, BTF_INT_SIGNED);
	t.flag = btf__add_int(t.btf, "bool", 1, BTF_INT_BOOL);
	letter = btf__add_int(t.btf, "char", 1, BTF_INT_SIGNED);
	t.text = btf__add_array(t.btf, t.number, letter, 16);
	t.pointer = btf__add_ptr(t.btf, t.number);
	t.holder = btf__add_struct(t.btf, "holder", 8);
	CHECK(!btf__add_field(t.btf, "p", t.pointer, 0, 0));
	t.note = add_var(&t, ".kx", "kx_note_0", letter, 1);
	t.rate = add_var(&t, ".data.param", "rate", t.number, 4);
	t.dev = add_var(&t, ".rodata.param", "dev", t.text, 16);
	t.map = add_var(&t, ".maps", "counts", t.number, 4);
	proto = btf__add_func_proto(t.btf, t.number);
	t.func = btf__add_func(t.btf, "hook", BTF_FUNC_GLOBAL, proto);
	t.other = btf__add_func(t.btf, "other", BTF_FUNC_GLOBAL, proto);
	return t;
}

static void tag(struct tags *t, int id, const char *text)
{
	CHECK(btf__add_decl_tag(t->btf, text, id, -1) > 0);
}

/* Reads the tags; gives the types back and begins anew. */
static void tags_refused(struct tags *t, const char *sentence)
{
	struct about about;
	struct kx *kx;

	CHECK(!kx_new(&kx));
	CHECK(about_read(kx, "it", t->btf, &about) == -EINVAL);
	CHECK_TEXT(kx_error(kx), sentence);
	kx_free(kx);
	btf__free(t->btf);
	*t = tags_new();
}

TEST(notes_that_are_wrong)
{
	struct tags t = tags_new();

	tag(&t, t.note, "kx.name=1st");
	tags_refused(&t,
		     "it: \"1st\" is no name for an extension: it takes 1..48 letters, digits, \"_\" and \"-\", a letter first");
	tag(&t, t.note, "kx.version=1.2-rc1");
	tags_refused(&t, "it: \"1.2-rc1\" is no version: it takes numbers with dots between");
	tag(&t, t.note, "kx.version=1..2");
	tags_refused(&t, "it: \"1..2\" is no version: it takes numbers with dots between");
	tag(&t, t.note, "kx.needs=a>2");
	tags_refused(&t,
		     "it: \"a>2\" is nothing it can need: it takes \"NAME\" or \"NAME>=VERSION\"");
	tag(&t, t.note, "kx.needs=a>=");
	tags_refused(&t,
		     "it: \"a>=\" is nothing it can need: it takes \"NAME\" or \"NAME>=VERSION\"");
	tag(&t, t.note, "kx.needs=a");
	tag(&t, t.note, "kx.needs=a>=1");
	tags_refused(&t, "it: it says twice that it needs a");
	tag(&t, t.note, "kx.provides=");
	tags_refused(&t, "it: \"\" is no name it can provide");
	tag(&t, t.note, "kx.provides=a");
	tag(&t, t.note, "kx.provides=b");
	tag(&t, t.note, "kx.provides=a");
	tags_refused(&t, "it: it says twice that it provides a");
	tag(&t, t.note, "kx.name=a");
	tag(&t, t.note, "kx.name=b");
	tags_refused(&t, "it: it gives its name twice: a and b");
	tag(&t, t.note, "kx.version=1");
	tag(&t, t.note, "kx.version=1");
	tags_refused(&t, "it: it gives its version twice: 1 and 1");
	tag(&t, t.note, "kx.description=1");
	tag(&t, t.note, "kx.description=\n");
	tags_refused(&t, "it: it gives its description twice: 1 and ?");
	btf__free(t.btf);
}

TEST(parameters_that_are_wrong)
{
	struct tags t = tags_new();

	tag(&t, t.rate, "kx.param=x");
	tag(&t, t.rate, "kx.param=x");
	tags_refused(&t, "it: rate has the tag kx.param twice");
	tag(&t, t.rate, "kx.range=1..2");
	tag(&t, t.rate, "kx.range=1..2");
	tags_refused(&t, "it: rate has the tag kx.range twice");
	tag(&t, t.dev, "kx.target=path");
	tag(&t, t.dev, "kx.target=path");
	tags_refused(&t, "it: dev has the tag kx.target twice");
	tag(&t, t.dev, "kx.range=1..2");
	tags_refused(&t, "it: parameter dev has a range, but is no integer");
	tag(&t, add_var(&t, ".data.param", "on", t.flag, 1), "kx.range=0..1");
	tags_refused(&t, "it: parameter on has a range, but is no integer");
	tag(&t, t.rate, "kx.range=1-2");
	tags_refused(&t,
		     "it: parameter rate: \"1-2\" is no range: it takes two numbers with \"..\" between, the lowest first");
	tag(&t, t.dev, "kx.target=planet");
	tags_refused(&t, "it: made for a newer kx: target planet of parameter dev is unknown");
	tag(&t, t.dev, "kx.target=pid");
	tags_refused(&t, "it: parameter dev cannot name a pid: it is no integer");
	tag(&t, t.rate, "kx.target=device");
	tags_refused(&t, "it: parameter rate cannot name a device: it is no text");
	tag(&t, add_var(&t, ".data.param", "p", t.pointer, 8), "kx.param=x");
	tags_refused(&t, "it: parameter p has a pointer in it, nobody could set it");
	tag(&t, add_var(&t, ".data.value", "h", t.holder, 8), "kx.param=x");
	tags_refused(&t, "it: parameter h has a pointer in it, nobody could set it");
	t.text = btf__add_array(t.btf, t.number, t.number, 0);
	tag(&t, add_var(&t, ".data.param", "none", t.text, 0), "kx.param=x");
	tags_refused(&t, "it: parameter none has no size, or more than 1 MiB");
	tag(&t, t.rate, "kx.param=x");
	tag(&t, add_var(&t, ".data.value", "rate", t.number, 4), "kx.param=x");
	tags_refused(&t, "it: two parameters are called rate");
	btf__free(t.btf);
}

TEST(ranges_that_are_empty)
{
	static const char *const ranges[] = { "2..1", "-1..-2", "1..-1" };
	struct tags t = tags_new();

	for (int i = 0; i < 3; i++) {
		char text[32], sentence[160];

		sprintf(text, "kx.range=%s", ranges[i]);
		sprintf(sentence,
			"it: parameter rate: \"%s\" is no range: it takes two numbers with \"..\" between, the lowest first",
			ranges[i]);
		tag(&t, t.rate, text);
		tags_refused(&t, sentence);
	}
	btf__free(t.btf);
}

TEST(tags_of_programs_and_maps_that_are_wrong)
{
	struct tags t = tags_new();

	tag(&t, t.func, "kx.at=nowhere");
	tags_refused(&t,
		     "it: program hook is to be attached where parameter nowhere says, which is not there");
	tag(&t, t.rate, "kx.param=x");
	tag(&t, t.func, "kx.at=rate");
	tags_refused(&t,
		     "it: program hook is to be attached where parameter rate says, which is no device, cgroup, path or pid");
	tag(&t, t.func, "kx.at=dev");
	tag(&t, t.func, "kx.at=dev");
	tags_refused(&t, "it: hook has the tag kx.at twice");
	tag(&t, t.func, "kx.init");
	tag(&t, t.other, "kx.init");
	tags_refused(&t, "it: it has two programs for init");
	tag(&t, t.map, "kx.export");
	tag(&t, t.map, "kx.export");
	tags_refused(&t, "it: counts has the tag kx.export twice");
	tag(&t, t.map, "kx.import=a");
	tag(&t, t.map, "kx.import=b");
	tags_refused(&t, "it: counts has the tag kx.import twice");
	tag(&t, t.map, "kx.import=a b");
	tags_refused(&t, "it: map counts cannot be imported from \"a b\": that is no name");
	btf__free(t.btf);
}

TEST(tags_that_do_not_belong)
{
	struct tags t = tags_new();

	tag(&t, t.rate, "kx.xyz=1");
	tags_refused(&t, "it: made for a newer kx: tag kx.xyz is unknown");
	tag(&t, t.holder, "kx.\033[2Jxyzxyzxyzxyzxyz");
	tags_refused(&t, "it: made for a newer kx: tag kx.?[2Jxyzxyzxyzxy is unknown");
	tag(&t, t.rate, "kx.name=a");
	tags_refused(&t, "it: tag kx.name is on rate, which is not a note (KX_NOTE)");
	tag(&t, t.map, "kx.param=a");
	tags_refused(&t, "it: tag kx.param is on counts, which is not a parameter");
	tag(&t, t.func, "kx.export");
	tags_refused(&t, "it: tag kx.export is on hook, which is not a map");
	tag(&t, t.rate, "kx.at=dev");
	tags_refused(&t, "it: tag kx.at is on rate, which is not a program");
	CHECK(btf__add_decl_tag(t.btf, "kx.at=dev", t.func, 0) > 0);
	tags_refused(&t, "it: tag kx.at is on hook, which is not a program");
	CHECK(btf__add_decl_tag(t.btf, "kx.param=a", t.holder, 0) > 0);
	tags_refused(&t, "it: tag kx.param is on holder, which is not a parameter");
	btf__free(t.btf);
}

TEST(tags_without_end_are_refused)
{
	struct tags t = tags_new();
	char text[32];

	for (int i = 0; i < 1025; i++) {
		sprintf(text, "kx.needs=n%d", i);
		tag(&t, t.note, text);
	}
	tags_refused(&t, "it: it has more than 1024 tags of a kind");
	btf__free(t.btf);
}

TEST(texts_are_made_fit_to_print)
{
	static const char *const texts[][2] = {
		{ "kx.description=a\nb\tc\033[0md\177", "a?b?c?[0md?" },
		{ "kx.description=\xc3\xa4 \xe2\x82\xac \xf0\x9f\x90\xa7",
		  "\xc3\xa4 \xe2\x82\xac \xf0\x9f\x90\xa7" },
		{ "kx.description=\x9b[2J \xc2\x9b \xc3", "?[2J ?? ?" },
		{ "kx.description=\xc0\xaf \xed\xa0\x80 \xf5\x80\x80\x80", "?? ??? ????" },
		{ "kx.description", "" },
		{ "kx.description=a=b", "a=b" },
	};
	struct about about;
	struct kx *kx;

	CHECK(!kx_new(&kx));
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		struct tags t = tags_new();

		tag(&t, t.note, texts[i][0]);
		CHECK(!about_read(kx, "it", t.btf, &about));
		btf__free(t.btf);
		CHECK_TEXT(about.description, texts[i][1]);
		about_done(&about);
	}
	kx_free(kx);
}

TEST(tags_are_found_again)
{
	struct tags t = tags_new();
	struct about about;
	struct kx *kx;

	tag(&t, t.func, "kx.at=dev");
	tag(&t, t.dev, "kx.target=device");
	tag(&t, t.rate, "kx.range=-2..0x20");
	tag(&t, t.map, "kx.import=a");
	tag(&t, t.note, "kx.needs=a>=3");
	tag(&t, t.other, "not.kx=1");
	CHECK(!kx_new(&kx));
	CHECK(!about_read(kx, "it", t.btf, &about));
	btf__free(t.btf);
	CHECK_TEXT(about_tag(&about, "hook", "at"), "dev");
	CHECK(!about_tag(&about, "hook", "init") && !about_tag(&about, "other", "at"));
	CHECK(about_param(&about, "rate.x", 4) && !about_param(&about, "rate.x", 6));
	CHECK(!about_param(&about, "rat", 3));
	CHECK(about_param(&about, "rate", 4)->range.set);
	CHECK(about_param(&about, "rate", 4)->range.lowest == -2);
	CHECK(about_param(&about, "rate", 4)->range.highest == 32);
	CHECK(about.nr_needs == 1 && !strcmp(about.needs[0].version, "3"));
	CHECK_TEXT(about.params[0].section, ".rodata.param");
	CHECK(about.params[0].kind == KX_PARAM_LOAD && about.params[0].size == 16);
	about_done(&about);
	about_done(&about);
	kx_free(kx);
}

TEST(versions_are_compared_by_number)
{
	static const struct {
		const char *a, *b;
		int order;
	} pairs[] = {
		{ "1.2", "1.10", -1 }, { "1.2", "1.2.0", 0 }, { "2", "10", -1 }, { "", "0.0", 0 },
		{ "01.2", "1.02", 0 }, { "1.0.1", "1", 1 },
		{ "99999999999999999999999", "100000000000000000000000", -1 },
		{ "1.x", "1.y", 0 },
	};

	for (size_t i = 0; i < sizeof(pairs) / sizeof(pairs[0]); i++) {
		CHECK(version_compare(pairs[i].a, pairs[i].b) == pairs[i].order);
		CHECK(version_compare(pairs[i].b, pairs[i].a) == -pairs[i].order);
	}
}

TEST(names_are_judged)
{
	CHECK(name_is_valid("a") && name_is_valid("kx-trace_2"));
	CHECK(!name_is_valid("") && !name_is_valid("-a") && !name_is_valid("a.b"));
	CHECK(!name_is_valid("a/b") && !name_is_valid("\xc3\xa4") && !name_is_valid("a\xc3"));
	CHECK(name_is_valid("a23456789012345678901234567890123456789012345678"));
	CHECK(!name_is_valid("a234567890123456789012345678901234567890123456789"));
}
