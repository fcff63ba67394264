// SPDX-License-Identifier: GPL-2.0-only
/* Files with code: where they are, which functions they have. */
#ifdef HAVE_LIBDW
#include "symbols.h"

#include <dlfcn.h>
#include <elf.h>
#include <elfutils/libdwfl.h>
#include <errno.h>
#include <fcntl.h>
#include <gelf.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/auxv.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#define NR_BUCKETS	256
#define MAX_PHDRS	32

struct symbol {
	uint64_t address;		/* in the file's own addresses */
	const char *name;
	char *readable;			/* the name of a C++ function; NULL: not asked */
	unsigned int rank;		/* among names of one address, the least is shown */
};

struct segment {
	uint64_t offset;
	uint64_t address;
	uint64_t size;
	bool code;
};

struct binary {
	struct binary *next;
	struct binaries *all;
	char *path;
	uint64_t size;
	int fd;
	struct segment segments[MAX_PHDRS];
	unsigned int nr_segments;
	/* When first asked for. */
	Dwfl *dwfl;
	Dwfl_Module *module;
	uint64_t module_bias;
	struct symbol *symbols;
	size_t nr_symbols;
	bool asked;
};

struct binaries {
	struct binary *buckets[NR_BUCKETS];
	struct binary *vdso;
	bool sources;
	char *(*demangle)(const char *name, char *buf, size_t *len, int *status);
};

struct binaries *binaries_new(bool sources)
{
	struct binaries *all = calloc(1, sizeof(*all));
	void *cxx;

	if (!all)
		return NULL;
	all->sources = sources;
	/* Who has C++ programs has its library; without it names stay as they are. */
	cxx = dlopen("libstdc++.so.6", RTLD_LAZY);
	if (cxx)
		*(void **)&all->demangle = dlsym(cxx, "__cxa_demangle");
	elf_version(EV_CURRENT);
	return all;
}

static void free_binary(struct binary *binary)
{
	size_t i;

	for (i = 0; i < binary->nr_symbols; i++)
		if (binary->symbols[i].readable != binary->symbols[i].name)
			free(binary->symbols[i].readable);
	free(binary->symbols);
	if (binary->dwfl)
		dwfl_end(binary->dwfl);
	if (binary->fd >= 0)
		close(binary->fd);
	free(binary->path);
	free(binary);
}

void binaries_free(struct binaries *all)
{
	struct binary *binary, *next;
	unsigned int i;

	for (i = 0; all && i < NR_BUCKETS; i++) {
		for (binary = all->buckets[i]; binary; binary = next) {
			next = binary->next;
			free_binary(binary);
		}
	}
	if (all && all->vdso)
		free_binary(all->vdso);
	free(all);
}

static unsigned int bucket_of(const char *path, uint64_t size)
{
	uint32_t hash = 2166136261u ^ (uint32_t)size;

	while (*path)
		hash = (hash ^ (unsigned char)*path++) * 16777619u;
	return hash % NR_BUCKETS;
}

/* Of another size it is another file: it was replaced after it was mapped. */
static int open_file(const char *path, uint64_t size, uint32_t tid)
{
	char inside[64 + KXT_MAP_PATH];
	struct stat st;
	int fd, tries;

	for (tries = 0; tries < 2; tries++) {
		snprintf(inside, sizeof(inside), "/proc/%u/root%s", tid, path);
		fd = open(tries ? inside : path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
		if (fd < 0)
			continue;
		if (!fstat(fd, &st) && S_ISREG(st.st_mode) && (uint64_t)st.st_size == size)
			return fd;
		close(fd);
	}
	return -ENOENT;
}

static void read_segments(struct binary *binary)
{
	Elf *elf = elf_begin(binary->fd, ELF_C_READ_MMAP, NULL);
	GElf_Phdr phdr;
	size_t i, nr = 0;

	if (elf && !elf_getphdrnum(elf, &nr)) {
		for (i = 0; i < nr && binary->nr_segments < MAX_PHDRS; i++) {
			if (!gelf_getphdr(elf, i, &phdr) || phdr.p_type != PT_LOAD)
				continue;
			binary->segments[binary->nr_segments++] = (struct segment){
				phdr.p_offset, phdr.p_vaddr, phdr.p_filesz,
				phdr.p_flags & PF_X };
		}
	}
	elf_end(elf);
}

static struct binary *new_binary(struct binaries *all, const char *path, uint64_t size, int fd)
{
	struct binary *binary = calloc(1, sizeof(*binary));

	if (!binary) {
		if (fd >= 0)
			close(fd);
		return NULL;
	}
	binary->all = all;
	binary->path = strdup(path);
	binary->size = size;
	binary->fd = fd;
	if (fd >= 0)
		read_segments(binary);
	if (binary->path)
		return binary;
	free_binary(binary);
	return NULL;
}

struct binary *binary_get(struct binaries *all, const char *path, uint64_t size, uint32_t tid)
{
	struct binary **place = &all->buckets[bucket_of(path, size)], *binary;

	for (binary = *place; binary; binary = binary->next)
		if (binary->size == size && !strcmp(binary->path, path))
			return binary;
	binary = new_binary(all, path, size, open_file(path, size, tid));
	if (!binary)
		return NULL;
	binary->next = *place;
	*place = binary;
	return binary;
}

#define VDSO_SIZE	8192

/* The kernel gives the same to all its processes: ours will do. */
struct binary *binary_vdso(struct binaries *all)
{
	const char *code = (const char *)getauxval(AT_SYSINFO_EHDR);
	int fd;

	if (all->vdso || !code)
		return all->vdso;
	fd = memfd_create("vdso", MFD_CLOEXEC);
	if (fd < 0)
		return NULL;
	/* Its end is not told; what cannot be read is not written. */
	if (write(fd, code, VDSO_SIZE) < 4096) {
		close(fd);
		return NULL;
	}
	all->vdso = new_binary(all, "[vdso]", VDSO_SIZE, fd);
	return all->vdso;
}

const char *binary_path(const struct binary *binary)
{
	return binary->path;
}

int binary_open(const struct binary *binary)
{
	char path[32];
	int fd;

	if (binary->fd < 0)
		return -ENOENT;
	snprintf(path, sizeof(path), "/proc/self/fd/%d", binary->fd);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	return fd < 0 ? -errno : fd;
}

bool binary_bias(const struct code *code, int64_t *bias)
{
	const struct segment *segment;
	unsigned int i;

	for (i = 0; i < code->binary->nr_segments; i++) {
		segment = &code->binary->segments[i];
		if (code->offset >= segment->offset + segment->size ||
		    code->offset + (code->end - code->start) <= segment->offset)
			continue;
		*bias = code->start - code->offset + segment->offset - segment->address;
		return true;
	}
	return false;
}

#define PAGE		4096ull

unsigned int binary_pieces(const struct code *one, struct code *pieces)
{
	const struct segment *segment;
	unsigned int i, nr = 0;
	uint64_t start;
	int64_t bias;

	if (!binary_bias(one, &bias))
		return 0;
	for (i = 0; i < one->binary->nr_segments; i++) {
		segment = &one->binary->segments[i];
		if (!segment->code)
			continue;
		start = segment->address & ~(PAGE - 1);
		pieces[nr++] = (struct code){
			start + bias,
			((segment->address + segment->size + PAGE - 1) & ~(PAGE - 1)) + bias,
			segment->offset & ~(PAGE - 1), one->binary };
	}
	return nr;
}

static const Dwfl_Callbacks callbacks = {
	.find_elf = dwfl_build_id_find_elf,
	.find_debuginfo = dwfl_standard_find_debuginfo,
	.section_address = dwfl_offline_section_address,
};

static int by_address(const void *a, const void *b)
{
	const struct symbol *x = a, *y = b;

	if (x->address != y->address)
		return x->address < y->address ? -1 : 1;
	return x->rank < y->rank ? -1 : x->rank > y->rank;
}

/* Names for everybody before those that are internal, plain ones before others. */
static unsigned int rank_of(const GElf_Sym *sym, const char *name, unsigned int order)
{
	unsigned int underscores = strspn(name, "_");

	if (underscores > 3)
		underscores = 3;
	return (GELF_ST_BIND(sym->st_info) == STB_LOCAL) << 31 | underscores << 29 | order;
}

static void read_symbols(struct binary *binary)
{
	int i, nr = dwfl_module_getsymtab(binary->module);
	GElf_Addr address;
	GElf_Word section;
	const char *name;
	GElf_Sym sym;

	if (nr <= 0)
		return;
	binary->symbols = calloc(nr, sizeof(binary->symbols[0]));
	for (i = 0; binary->symbols && i < nr; i++) {
		name = dwfl_module_getsym_info(binary->module, i, &sym, &address, &section, NULL,
					       NULL);
		if (!name || !*name || section == SHN_UNDEF ||
		    GELF_ST_TYPE(sym.st_info) != STT_FUNC)
			continue;
		binary->symbols[binary->nr_symbols] = (struct symbol){
			address - binary->module_bias, name, NULL, rank_of(&sym, name, i) };
		binary->nr_symbols++;
	}
	if (binary->symbols)
		qsort(binary->symbols, binary->nr_symbols, sizeof(binary->symbols[0]),
		      by_address);
}

/* Once for each file, when a first address in it is to be named. */
static void load(struct binary *binary)
{
	GElf_Addr bias = 0;
	int fd;

	binary->asked = true;
	fd = binary_open(binary);
	if (fd < 0)
		return;
	binary->dwfl = dwfl_begin(&callbacks);
	if (!binary->dwfl) {
		close(fd);
		return;
	}
	binary->module = dwfl_report_offline(binary->dwfl, binary->path, binary->path, fd);
	if (!binary->module)
		close(fd);
	dwfl_report_end(binary->dwfl, NULL, NULL);
	if (!binary->module || !dwfl_module_getelf(binary->module, &bias))
		return;
	binary->module_bias = bias;
	read_symbols(binary);
}

/* The last function that begins at or before the address. */
static struct symbol *find_symbol(struct binary *binary, uint64_t address)
{
	size_t low = 0, high = binary->nr_symbols, middle;

	while (low < high) {
		middle = low + (high - low) / 2;
		if (binary->symbols[middle].address <= address)
			low = middle + 1;
		else
			high = middle;
	}
	if (!low)
		return NULL;
	/* Of several names, the first. */
	for (low--; low && binary->symbols[low - 1].address == binary->symbols[low].address; low--)
		;
	return &binary->symbols[low];
}

static const char *readable(struct binary *binary, struct symbol *symbol)
{
	int status;

	if (symbol->readable)
		return symbol->readable;
	symbol->readable = (char *)symbol->name;
	/* The version of a symbol is no part of its name. */
	if (strchr(symbol->name, '@')) {
		char *plain = strndup(symbol->name, strcspn(symbol->name, "@"));

		if (plain)
			symbol->readable = plain;
	}
	if (binary->all->demangle && !strncmp(symbol->name, "_Z", 2)) {
		char *text = binary->all->demangle(symbol->name, NULL, NULL, &status);

		if (text)
			symbol->readable = text;
	}
	return symbol->readable;
}

static void find_source(struct binary *binary, uint64_t address, struct stack_frame *frame)
{
	Dwfl_Line *line = dwfl_module_getsrc(binary->module, address + binary->module_bias);
	int number = 0;

	if (!line)
		return;
	frame->source = dwfl_lineinfo(line, NULL, &number, NULL, NULL, NULL);
	frame->line = number;
}

void binary_name(struct binary *binary, const struct code *code, uint64_t address,
		 struct stack_frame *frame)
{
	struct symbol *symbol;
	int64_t bias;

	frame->path = binary->path;
	frame->offset = frame->pc - code->start + code->offset;
	if (!binary_bias(code, &bias))
		return;
	if (!binary->asked)
		load(binary);
	symbol = find_symbol(binary, address - bias);
	if (symbol) {
		frame->symbol = readable(binary, symbol);
		frame->symbol_offset = frame->pc - bias - symbol->address;
	}
	if (binary->all->sources && binary->module)
		find_source(binary, address - bias, frame);
}
#endif
