// SPDX-License-Identifier: GPL-2.0-only
/* Is a file what libbpf and libelf take on trust? Checked before they see a byte. */
#include <elf.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include <bpf/btf.h>

#include "base/cleanup.h"
#include "base/why.h"
#include "extension/elfcheck.h"

#define FILE_MAX	(64u << 20)
#define SECTIONS_MAX	4096
#define NAME_LEN_MAX	4096		/* probes have a path in it */
#define SYMBOL_LEN_MAX	1023
#define EXTERNS_MAX	4096
#define KCONFIG_MAX	(64u << 10)	/* bytes of one variable */
#define ZEROS_MAX	(1u << 30)	/* bytes of .bss and the like */
#define WORK_MAX	(1ull << 28)	/* what is compared with each other */
#define INSN		8
#define LD_IMM64	0x18

struct elf {
	struct why why;
	const char *data;
	size_t len;
	Elf64_Ehdr head;
	Elf64_Shdr names;
	unsigned int symtab;	/* index; 0: none */
	unsigned int btf;	/* the same */
	unsigned int btf_ext;
	size_t nr_symbols;
	size_t nr_externs;
	size_t nr_relocs;
};

/* A function, to be compared with its neighbours. */
struct place {
	uint32_t section;
	uint64_t from;
	uint64_t to;
};

static Elf64_Shdr section(const struct elf *e, unsigned int i)
{
	Elf64_Shdr s;

	memcpy(&s, e->data + e->head.e_shoff + i * sizeof(s), sizeof(s));
	return s;
}

/* Sections' names have been checked when others than check_name() call this. */
static const char *name_of(const struct elf *e, const Elf64_Shdr *s)
{
	return e->data + e->names.sh_offset + s->sh_name;
}

static bool begins(const char *text, const char *with)
{
	return !strncmp(text, with, strlen(with));
}

static bool is_data(const Elf64_Shdr *s)
{
	return s->sh_type == SHT_PROGBITS;
}

static bool is_code(const Elf64_Shdr *s)
{
	return is_data(s) && s->sh_flags & SHF_EXECINSTR;
}

/* Printable, and within @room bytes ended by a NUL. */
static bool is_clean(const char *text, size_t room, size_t len_max)
{
	size_t len = strnlen(text, room < len_max + 1 ? room : len_max + 1);

	if (len == room || len > len_max)
		return false;
	for (size_t i = 0; i < len; i++)
		if (text[i] < ' ' || text[i] > '~')
			return false;
	return true;
}

static const char *machine_name(unsigned int machine)
{
	static const struct {
		unsigned int machine;
		const char *name;
	} names[] = {
		{ EM_NONE, "no machine" }, { EM_386, "x86" },
		{ EM_X86_64, "x86-64" }, { EM_ARM, "arm" },
		{ EM_AARCH64, "arm64" }, { EM_RISCV, "riscv" },
		{ EM_S390, "s390" }, { EM_PPC64, "ppc64" },
		{ EM_MIPS, "mips" }, { EM_LOONGARCH, "loongarch" },
	};

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (names[i].machine == machine)
			return names[i].name;
	return "another machine";
}

static int check_magic(const struct elf *e)
{
	char begin[5] = "";

	if (!e->len)
		return bad(&e->why, "not an ELF file: it is empty");
	memcpy(begin, e->data, e->len < 4 ? e->len : 4);
	if (e->len >= SELFMAG && !memcmp(begin, ELFMAG, SELFMAG))
		return 0;
	for (int i = 0; i < 4 && (size_t)i < e->len; i++)
		if (begin[i] < ' ' || begin[i] > '~')
			begin[i] = '?';
	return bad(&e->why, "not an ELF file: it begins with \"%s\"", begin);
}

static int check_head(struct elf *e)
{
	Elf64_Ehdr *h = &e->head;

	if (e->len > FILE_MAX)
		return bad(&e->why, "too large: %zu bytes, %u are allowed", e->len, FILE_MAX);
	if (check_magic(e))
		return -EINVAL;
	if (e->len < sizeof(*h))
		return bad(&e->why, "cut short: the file ends at %zu, an ELF header takes %zu",
			   e->len, sizeof(*h));
	memcpy(h, e->data, sizeof(*h));
	if (h->e_ident[EI_CLASS] != ELFCLASS64)
		return bad(&e->why, "a 32-bit ELF file: BPF has 64");
	if (h->e_ident[EI_DATA] == ELFDATA2MSB)
		return bad(&e->why,
			   "big-endian: it was built for another machine (clang -target bpfeb)");
	if (h->e_ident[EI_DATA] != ELFDATA2LSB || h->e_ident[EI_VERSION] != EV_CURRENT ||
	    h->e_version != EV_CURRENT || h->e_ehsize != sizeof(*h))
		return bad(&e->why, "damaged: its ELF header is not one that is known");
	if (h->e_machine != EM_BPF)
		return bad(&e->why, "made for %s, not for BPF", machine_name(h->e_machine));
	if (h->e_type != ET_REL)
		return bad(&e->why, "not a relocatable object: its ELF type is %u", h->e_type);
	return 0;
}

static int check_table(const struct elf *e)
{
	const Elf64_Ehdr *h = &e->head;
	uint64_t end;

	if (h->e_shentsize != sizeof(Elf64_Shdr))
		return bad(&e->why, "damaged: section headers of %u bytes", h->e_shentsize);
	if (!h->e_shnum || h->e_shnum > SECTIONS_MAX)
		return bad(&e->why, "damaged: %u sections, 1..%u are allowed", h->e_shnum,
			   SECTIONS_MAX);
	if (h->e_shoff < sizeof(*h) || h->e_shoff % 8)
		return bad(&e->why, "damaged: the section headers are at %llu",
			   (unsigned long long)h->e_shoff);
	if (h->e_shoff > e->len ||
	    e->len - h->e_shoff < h->e_shnum * sizeof(Elf64_Shdr)) {
		end = h->e_shoff + h->e_shnum * sizeof(Elf64_Shdr);
		return bad(&e->why, "cut short: the section headers end at %llu, the file at %zu",
			   (unsigned long long)end, e->len);
	}
	return 0;
}

/* For sentences: not beyond what can be said. */
static unsigned long long section_end(const Elf64_Shdr *s)
{
	return s->sh_offset > UINT64_MAX - s->sh_size ? UINT64_MAX : s->sh_offset + s->sh_size;
}

static int check_bounds(const struct elf *e, const char *name, const Elf64_Shdr *s)
{
	if (s->sh_type == SHT_NOBITS || s->sh_type == SHT_NULL)
		return 0;
	if (s->sh_offset > e->len || s->sh_size > e->len - s->sh_offset)
		return bad(&e->why, "cut short: section %s ends at %llu, the file at %zu", name,
			   section_end(s), e->len);
	return 0;
}

/* A table of texts is ended by a NUL, so that each of them is. */
static int check_strings(const struct elf *e, const char *name, const Elf64_Shdr *s)
{
	int err = check_bounds(e, name, s);

	if (err)
		return err;
	if (s->sh_type != SHT_STRTAB || !s->sh_size || s->sh_flags & SHF_COMPRESSED ||
	    e->data[s->sh_offset] || e->data[s->sh_offset + s->sh_size - 1])
		return bad(&e->why, "damaged: section %s is no table of names", name);
	return 0;
}

static int check_names(struct elf *e)
{
	if (!e->head.e_shstrndx || e->head.e_shstrndx >= e->head.e_shnum)
		return bad(&e->why, "damaged: the names of sections are in section %u of %u",
			   e->head.e_shstrndx, e->head.e_shnum);
	e->names = section(e, e->head.e_shstrndx);
	return check_strings(e, "of names", &e->names);
}

static int check_name(const struct elf *e, unsigned int i, const Elf64_Shdr *s)
{
	if (s->sh_name >= e->names.sh_size ||
	    !is_clean(name_of(e, s), e->names.sh_size - s->sh_name, NAME_LEN_MAX))
		return bad(&e->why, "damaged: section %u has no proper name", i);
	return 0;
}

/* Sections of which there is one, by where their index is kept. */
static int check_once(const struct elf *e, unsigned int *index, const char *name, unsigned int i)
{
	if (*index)
		return bad(&e->why, "damaged: it has two sections %s", name);
	*index = i;
	return 0;
}

static int check_special(struct elf *e, unsigned int i, const Elf64_Shdr *s)
{
	const char *name = name_of(e, s);
	bool is_btf = !strcmp(name, ".BTF"), is_ext = !strcmp(name, ".BTF.ext");

	if (s->sh_type == SHT_SYMTAB)
		return check_once(e, &e->symtab, ".symtab", i);
	if ((is_btf || is_ext || !strcmp(name, ".maps") || !strcmp(name, "license")) &&
	    !is_data(s))
		return bad(&e->why, "damaged: section %s is of type %u", name, s->sh_type);
	if (is_btf)
		return check_once(e, &e->btf, name, i);
	if (is_ext)
		return check_once(e, &e->btf_ext, name, i);
	if (!strcmp(name, "license") &&
	    (!s->sh_size || e->data[s->sh_offset + s->sh_size - 1]))
		return bad(&e->why, "damaged: section license has no end");
	return 0;
}

static int check_section(struct elf *e, unsigned int i, const Elf64_Shdr *s)
{
	const char *name = name_of(e, s);
	int err = check_bounds(e, name, s);

	if (err)
		return err;
	if (s->sh_flags & SHF_COMPRESSED)
		return bad(&e->why, "damaged: section %s is compressed", name);
	if (s->sh_type == SHT_RELA || s->sh_type == SHT_SYMTAB_SHNDX)
		return bad(&e->why, "section %s is of type %u, which BPF objects do not have", name,
			   s->sh_type);
	if (s->sh_flags & SHF_EXECINSTR && (!is_data(s) || s->sh_size % INSN))
		return bad(&e->why, "damaged: section %s has %llu bytes, not whole instructions",
			   name, (unsigned long long)s->sh_size);
	return check_special(e, i, s);
}

/* No byte belongs to two sections, or a small file would fill the memory. */
static int check_sizes(const struct elf *e)
{
	uint64_t bytes = 0, zeros = 0;

	for (unsigned int i = 1; i < e->head.e_shnum; i++) {
		Elf64_Shdr s = section(e, i);

		if (s.sh_type == SHT_NOBITS && s.sh_size > ZEROS_MAX - zeros)
			return bad(&e->why, "section %s is too large: more than %u bytes of zeros",
				   name_of(e, &s), ZEROS_MAX);
		if (s.sh_type == SHT_NOBITS)
			zeros += s.sh_size;
		else if (s.sh_type != SHT_NULL)
			bytes += s.sh_size;
	}
	if (bytes > e->len)
		return bad(&e->why, "damaged: its sections take %llu bytes, the file has %zu",
			   (unsigned long long)bytes, e->len);
	return 0;
}

static int compare_texts(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* Sections that are loaded are known by their names. */
static int check_unique(const struct elf *e)
{
	_cleanup_free_ const char **names = calloc(e->head.e_shnum, sizeof(*names));
	size_t nr = 0;

	if (!names)
		return out_of_memory(&e->why);
	for (unsigned int i = 1; i < e->head.e_shnum; i++) {
		Elf64_Shdr s = section(e, i);

		if (s.sh_flags & SHF_ALLOC && s.sh_type != SHT_NULL)
			names[nr++] = name_of(e, &s);
	}
	qsort(names, nr, sizeof(*names), compare_texts);
	for (size_t i = 1; i < nr; i++)
		if (!strcmp(names[i - 1], names[i]))
			return bad(&e->why, "damaged: it has two sections %s", names[i]);
	return 0;
}

static int check_sections(struct elf *e)
{
	int err = 0;

	for (unsigned int i = 0; i < e->head.e_shnum && !err; i++) {
		Elf64_Shdr s = section(e, i);

		err = check_name(e, i, &s);
		if (i && !err)
			err = check_section(e, i, &s);
		else if (!err && s.sh_type != SHT_NULL)
			err = bad(&e->why, "damaged: section 0 is of type %u", s.sh_type);
	}
	err = err ?: check_sizes(e);
	return err ?: check_unique(e);
}

static Elf64_Sym symbol(const struct elf *e, const Elf64_Shdr *symtab, size_t i)
{
	Elf64_Sym sym;

	memcpy(&sym, e->data + symtab->sh_offset + i * sizeof(sym), sizeof(sym));
	return sym;
}

/* The last slot must not be the first half of an instruction of two. */
static int check_func(const struct elf *e, const char *name, const Elf64_Sym *sym,
		      const Elf64_Shdr *in)
{
	if (!is_code(in))
		return bad(&e->why, "damaged: function %s is in section %s, which has no code", name,
			   name_of(e, in));
	if (!name[0] || !sym->st_size || sym->st_value % INSN || sym->st_size % INSN)
		return bad(&e->why, "damaged: function %s is %llu bytes at %llu of section %s", name,
			   (unsigned long long)sym->st_size, (unsigned long long)sym->st_value,
			   name_of(e, in));
	if (e->data[in->sh_offset + sym->st_value + sym->st_size - INSN] == LD_IMM64)
		return bad(&e->why, "damaged: function %s ends within an instruction", name);
	return 0;
}

static int check_symbol(struct elf *e, size_t i, const Elf64_Sym *sym, const char *name)
{
	unsigned int type = ELF64_ST_TYPE(sym->st_info);
	Elf64_Shdr in;

	if (sym->st_shndx == SHN_UNDEF) {
		e->nr_externs += ELF64_ST_BIND(sym->st_info) != STB_LOCAL;
		return 0;
	}
	if (sym->st_shndx == SHN_ABS || sym->st_shndx == SHN_COMMON)
		return 0;
	if (sym->st_shndx >= e->head.e_shnum)
		return bad(&e->why, "damaged: symbol %zu (%s) is in section %u of %u", i, name,
			   sym->st_shndx, e->head.e_shnum);
	in = section(e, sym->st_shndx);
	if (sym->st_value > in.sh_size || sym->st_size > in.sh_size - sym->st_value)
		return bad(&e->why, "damaged: symbol %zu (%s) ends at %llu, section %s at %llu", i,
			   name, (unsigned long long)(sym->st_value + sym->st_size),
			   name_of(e, &in), (unsigned long long)in.sh_size);
	return type == STT_FUNC ? check_func(e, name, sym, &in) : 0;
}

static int compare_places(const void *a, const void *b)
{
	const struct place *one = a, *two = b;

	if (one->section != two->section)
		return one->section < two->section ? -1 : 1;
	return (one->from > two->from) - (one->from < two->from);
}

/* libbpf copies each function; where many overlap, it would copy much. */
static int check_overlap(const struct elf *e, struct place *places, size_t nr)
{
	qsort(places, nr, sizeof(*places), compare_places);
	for (size_t i = 1; i < nr; i++) {
		Elf64_Shdr s = section(e, places[i].section);

		if (places[i - 1].section == places[i].section &&
		    places[i - 1].to > places[i].from)
			return bad(&e->why, "damaged: two functions share byte %llu of section %s",
				   (unsigned long long)places[i].from, name_of(e, &s));
	}
	return 0;
}

static int check_symbols(struct elf *e)
{
	_cleanup_free_ struct place *places = NULL;
	Elf64_Shdr table = section(e, e->symtab), strings;
	size_t nr_places = 0;
	int err;

	if (!e->symtab)
		return bad(&e->why, "damaged: it has no symbols (was it stripped?)");
	if (table.sh_entsize != sizeof(Elf64_Sym) || table.sh_size % sizeof(Elf64_Sym) ||
	    table.sh_offset % 8 || !table.sh_size)
		return bad(&e->why, "damaged: section .symtab has symbols of %llu bytes",
			   (unsigned long long)table.sh_entsize);
	if (!table.sh_link || table.sh_link >= e->head.e_shnum)
		return bad(&e->why, "damaged: the names of symbols are in section %u of %u",
			   table.sh_link, e->head.e_shnum);
	strings = section(e, table.sh_link);
	err = check_strings(e, name_of(e, &strings), &strings);
	if (err)
		return err;

	e->nr_symbols = table.sh_size / sizeof(Elf64_Sym);
	places = calloc(e->nr_symbols, sizeof(*places));
	if (!places)
		return out_of_memory(&e->why);
	for (size_t i = 0; i < e->nr_symbols && !err; i++) {
		Elf64_Sym sym = symbol(e, &table, i);
		const char *name = e->data + strings.sh_offset + sym.st_name;

		if (sym.st_name >= strings.sh_size ||
		    !is_clean(name, strings.sh_size - sym.st_name, SYMBOL_LEN_MAX))
			return bad(&e->why, "damaged: symbol %zu has no proper name", i);
		err = check_symbol(e, i, &sym, name);
		if (ELF64_ST_TYPE(sym.st_info) == STT_FUNC && sym.st_shndx &&
		    sym.st_shndx < e->head.e_shnum)
			places[nr_places++] = (struct place){ sym.st_shndx, sym.st_value,
							      sym.st_value + sym.st_size };
	}
	if (!err && e->nr_externs > EXTERNS_MAX)
		err = bad(&e->why, "it takes %zu symbols from elsewhere, %u are allowed",
			  e->nr_externs, EXTERNS_MAX);
	return err ?: check_overlap(e, places, nr_places);
}

static int check_reloc(const struct elf *e, const Elf64_Rel *rel, const Elf64_Shdr *in)
{
	unsigned int width = is_code(in) || begins(name_of(e, in), ".maps") ||
					     begins(name_of(e, in), ".struct_ops") ? 8 : 4;

	if (rel->r_offset > in->sh_size || in->sh_size - rel->r_offset < width)
		return bad(&e->why, "damaged: a relocation is at %llu, section %s ends at %llu",
			   (unsigned long long)rel->r_offset, name_of(e, in),
			   (unsigned long long)in->sh_size);
	if (is_code(in) && rel->r_offset % INSN)
		return bad(&e->why, "damaged: a relocation of section %s is within an instruction",
			   name_of(e, in));
	if (ELF64_R_SYM(rel->r_info) >= e->nr_symbols)
		return bad(&e->why, "damaged: a relocation of section %s is of symbol %llu of %zu",
			   name_of(e, in), (unsigned long long)ELF64_R_SYM(rel->r_info),
			   e->nr_symbols);
	return 0;
}

static int check_reloc_section(struct elf *e, const Elf64_Shdr *s)
{
	size_t nr = s->sh_size / sizeof(Elf64_Rel);
	Elf64_Shdr in;
	int err = 0;

	if (s->sh_entsize != sizeof(Elf64_Rel) || s->sh_size % sizeof(Elf64_Rel) ||
	    s->sh_offset % 8 || s->sh_link != e->symtab)
		return bad(&e->why, "damaged: section %s has relocations of %llu bytes", name_of(e, s),
			   (unsigned long long)s->sh_entsize);
	if (!s->sh_info || s->sh_info >= e->head.e_shnum)
		return bad(&e->why, "damaged: section %s is of section %u of %u", name_of(e, s),
			   s->sh_info, e->head.e_shnum);
	in = section(e, s->sh_info);
	if (!is_data(&in) || !begins(name_of(e, s), ".rel") ||
	    strcmp(name_of(e, s) + strlen(".rel"), name_of(e, &in)))
		return bad(&e->why, "damaged: section %s is of section %s", name_of(e, s),
			   name_of(e, &in));
	e->nr_relocs += nr;
	for (size_t i = 0; i < nr && !err; i++) {
		Elf64_Rel rel;

		memcpy(&rel, e->data + s->sh_offset + i * sizeof(rel), sizeof(rel));
		err = check_reloc(e, &rel, &in);
	}
	return err;
}

static int check_relocs(struct elf *e)
{
	int err = 0;

	for (unsigned int i = 1; i < e->head.e_shnum && !err; i++) {
		Elf64_Shdr s = section(e, i);

		if (s.sh_type == SHT_REL)
			err = check_reloc_section(e, &s);
	}
	return err;
}

/*
 * Sections of variables: what .BTF says of them against what the file has
 */

struct vars {
	struct elf *elf;
	const struct btf *btf;
	bool *described;	/* by section: .BTF has it */
	bool has_ksyms;
	bool has_kconfig;
	size_t nr;		/* variables in all */
};

static const char *text_of(const struct vars *v, const struct btf_type *t)
{
	return btf__name_by_offset(v->btf, t->name_off);
}

static unsigned int find_section(const struct elf *e, const char *name)
{
	for (unsigned int i = 1; i < e->head.e_shnum; i++) {
		Elf64_Shdr s = section(e, i);

		if (!strcmp(name_of(e, &s), name))
			return i;
	}
	return 0;
}

static const struct btf_type *skip_names(const struct btf *btf, uint32_t id)
{
	const struct btf_type *t = btf__type_by_id(btf, id);

	while (btf_is_mod(t) || btf_is_typedef(t))
		t = btf__type_by_id(btf, t->type);
	return t;
}

/* What the kernel's configuration can be read into. */
static int check_kconfig(const struct vars *v, const struct btf_type *sec)
{
	const struct btf_var_secinfo *info = btf_var_secinfos(sec);

	for (unsigned int i = 0; i < btf_vlen(sec); i++, info++) {
		const struct btf_type *var = btf__type_by_id(v->btf, info->type);
		const struct btf_type *t = skip_names(v->btf, var->type);

		if (btf_is_array(t))
			t = skip_names(v->btf, btf_array(t)->type);
		if (info->size > KCONFIG_MAX || btf__resolve_size(v->btf, var->type) <= 0 ||
		    (!btf_is_int(t) && !btf_is_any_enum(t)))
			return bad(&v->elf->why, "variable %s is nothing of a kernel's configuration",
				   text_of(v, var));
	}
	return 0;
}

/* A map is a structure of pointers whose targets say what the map is. */
static int check_maps(const struct vars *v, const struct btf_type *sec)
{
	const struct btf_var_secinfo *info = btf_var_secinfos(sec);

	for (unsigned int i = 0; i < btf_vlen(sec); i++, info++) {
		const struct btf_type *var = btf__type_by_id(v->btf, info->type);

		if (btf_kind(skip_names(v->btf, var->type)) != BTF_KIND_STRUCT)
			return bad(&v->elf->why, "map %s is not defined by a structure",
				   text_of(v, var));
	}
	return 0;
}

static int check_once_more(const struct vars *v, bool *seen, const char *name)
{
	if (*seen)
		return bad(&v->elf->why, "damaged: .BTF describes section %s twice", name);
	*seen = true;
	return 0;
}

static int check_room(const struct vars *v, const struct btf_type *sec, const Elf64_Shdr *s)
{
	const struct btf_var_secinfo *info = btf_var_secinfos(sec);
	uint64_t bytes = 0;

	for (unsigned int i = 0; i < btf_vlen(sec); i++, info++) {
		bytes += info->size;
		if ((uint64_t)info->offset + info->size > s->sh_size || bytes > s->sh_size)
			return bad(&v->elf->why,
				   "damaged: variables of section %s take more than its %llu bytes",
				   text_of(v, sec), (unsigned long long)s->sh_size);
	}
	return 0;
}

static int check_vars(struct vars *v, const struct btf_type *sec)
{
	const char *name = text_of(v, sec);
	unsigned int i;
	Elf64_Shdr s;
	int err;

	v->nr += btf_vlen(sec);
	if (!strcmp(name, ".ksyms"))
		return check_once_more(v, &v->has_ksyms, name);
	if (!strcmp(name, ".kconfig"))
		return check_once_more(v, &v->has_kconfig, name) ?: check_kconfig(v, sec);
	i = find_section(v->elf, name);
	if (!i)
		return bad(&v->elf->why, "damaged: .BTF describes section %s, which is not there",
			   name);
	s = section(v->elf, i);
	err = check_once_more(v, &v->described[i], name);
	err = err ?: check_room(v, sec, &s);
	return err ?: strcmp(name, ".maps") ? err : check_maps(v, sec);
}

static void cleanup_btf(struct btf **btf)
{
	btf__free(*btf);
}

/* libbpf looks things up by walking lists; hostile files have long ones. */
static int check_work(const struct vars *v, size_t nr_types)
{
	const struct elf *e = v->elf;

	if (v->nr * e->nr_symbols > WORK_MAX || e->nr_externs * nr_types > WORK_MAX ||
	    e->nr_relocs * (v->nr + e->nr_externs + 1) > WORK_MAX ||
	    e->head.e_shnum * nr_types > WORK_MAX)
		return bad(&e->why, "too large: %zu symbols, %zu relocations, %zu variables, %zu types",
			   e->nr_symbols, e->nr_relocs, v->nr, nr_types);
	return 0;
}

static int check_all_vars(struct elf *e, const char *data, size_t len)
{
	_cleanup_(cleanup_btf) struct btf *btf = btf__new(data, len);
	_cleanup_free_ bool *described = calloc(e->head.e_shnum, sizeof(*described));
	struct vars v = { .elf = e, .btf = btf, .described = described };
	int err = 0;

	if (!btf || !described)
		return out_of_memory(&e->why);
	for (unsigned int id = 1; id < btf__type_cnt(btf) && !err; id++) {
		const struct btf_type *t = btf__type_by_id(btf, id);

		if (btf_is_datasec(t))
			err = check_vars(&v, t);
	}
	return err ?: check_work(&v, btf__type_cnt(btf));
}

static int check_btf(struct elf *e)
{
	Elf64_Shdr s = section(e, e->btf), x = section(e, e->btf_ext);
	const struct why *why = &e->why;
	int err;

	if (!e->btf)
		return e->btf_ext ? bad(why, "damaged: it has .BTF.ext, but no .BTF") : 0;
	err = btf_check(e->data + s.sh_offset, s.sh_size, why->text, why->len);
	if (!err && e->btf_ext)
		err = btf_ext_check(e->data + x.sh_offset, x.sh_size, e->data + s.sh_offset,
				    s.sh_size, why->text, why->len);
	return err ?: check_all_vars(e, e->data + s.sh_offset, s.sh_size);
}

int elf_check(const void *elf, size_t len, char *why, size_t why_len)
{
	struct elf e = { .why = { why, why_len }, .data = elf, .len = len };
	int err = check_head(&e);

	err = err ?: check_table(&e);
	err = err ?: check_names(&e);
	err = err ?: check_sections(&e);
	err = err ?: check_symbols(&e);
	err = err ?: check_relocs(&e);
	return err ?: check_btf(&e);
}
