// SPDX-License-Identifier: GPL-2.0-only
/* Extensions: an object file is read, checked, and asked what it is. */
#include <ctype.h>
#include <elf.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <string.h>
#include <sys/stat.h>

#include <bpf/btf.h>
#include <bpf/libbpf.h>

#include <kx/abi.h>

#include "base/context.h"
#include "extension/elfcheck.h"
#include "extension/extension.h"
#include "extension/sha256.h"
#include "registry/registry.h"
#include "stream/format.h"

#define FILE_MAX	(64u << 20)
#define SUFFIX		".bpf.o"

static const char *const usual_path[] = { "/etc/kx/extensions", "/usr/lib/kx" };

static void cleanup_extension(struct kx_extension **ext)
{
	kx_extension_close(*ext);
}

static int no_memory(struct kx *kx, const char *who)
{
	return kx_fail(kx, -ENOMEM, "%s: out of memory", who);
}

/*
 * What the extension says of itself. The arrays and the texts that are made here
 * are the extension's, others belong to the tags.
 */

static const char *map_type_text(enum bpf_map_type type)
{
	return libbpf_bpf_map_type_str(type) ?: "unknown";
}

static bool is_map(const struct kx_extension *ext, const struct bpf_map *map)
{
	return !bpf_map__is_internal(map) && !channel_is_inner(&ext->about, bpf_map__name(map));
}

/* Programs for init and fini are run, not attached. */
static bool is_life(const struct about *about, const struct bpf_program *prog)
{
	const char *name = bpf_program__name(prog);

	return about_tag(about, name, "init") || about_tag(about, name, "fini");
}

/* Parameters of all tags "at" of a program, with blanks between. */
static char *at_text(const struct about *about, const char *program)
{
	size_t len = 1;
	char *text;

	for (size_t i = 0; i < about->nr_tagged; i++)
		len += strlen(about->tagged[i].value) + 1;
	text = calloc(1, len);
	for (size_t i = 0; text && i < about->nr_tagged; i++) {
		const struct tagged *tagged = &about->tagged[i];

		if (strcmp(tagged->name, program) || strcmp(tagged->tag, "at"))
			continue;
		if (text[0])
			strcat(text, " ");
		strcat(text, tagged->value);
	}
	return text;
}

static int fill_hooks(struct kx *kx, const char *who, struct kx_extension *ext)
{
	struct bpf_program *prog;
	struct kx_hook *hooks;
	size_t nr = 0;

	bpf_object__for_each_program(prog, ext->obj)
		nr++;
	ext->pub.hooks = hooks = calloc(nr + 1, sizeof(*hooks));
	if (!hooks)
		return no_memory(kx, who);
	bpf_object__for_each_program(prog, ext->obj) {
		struct kx_hook *hook = &hooks[ext->pub.nr_hooks];

		if (is_life(&ext->about, prog) ||
		    channel_is_called(&ext->about, bpf_program__name(prog)))
			continue;
		ext->pub.nr_hooks++;
		hook->program = strdup(bpf_program__name(prog));
		hook->section = strdup(bpf_program__section_name(prog));
		hook->at = at_text(&ext->about, bpf_program__name(prog));
		if (!hook->program || !hook->section || !hook->at)
			return no_memory(kx, who);
	}
	return 0;
}

static int fill_maps(struct kx *kx, const char *who, struct kx_extension *ext)
{
	struct kx_map *maps;
	struct bpf_map *map;
	size_t nr = 0;

	bpf_object__for_each_map(map, ext->obj)
		nr += is_map(ext, map);
	ext->pub.maps = maps = calloc(nr + 1, sizeof(*maps));
	if (!maps)
		return no_memory(kx, who);
	bpf_object__for_each_map(map, ext->obj) {
		const char *name = bpf_map__name(map);
		char *copy;

		if (!is_map(ext, map))
			continue;
		copy = strdup(name);
		if (!copy)
			return no_memory(kx, who);
		maps[ext->pub.nr_maps++] = (struct kx_map){
			.name = copy,
			.type = map_type_text(bpf_map__type(map)),
			.from = about_tag(&ext->about, name, "import") ?: "",
			.key_size = bpf_map__key_size(map),
			.value_size = bpf_map__value_size(map),
			.max_entries = bpf_map__max_entries(map),
			.exported = about_tag(&ext->about, name, "export") != NULL,
		};
	}
	return 0;
}

static int fill_channels(struct kx *kx, const char *who, struct kx_extension *ext)
{
	_cleanup_free_ const char **iterators = NULL;
	struct bpf_program *prog;
	size_t nr = 0;
	int err;

	bpf_object__for_each_program(prog, ext->obj)
		nr++;
	iterators = calloc(nr + 1, sizeof(*iterators));
	if (!iterators)
		return no_memory(kx, who);
	nr = 0;
	bpf_object__for_each_program(prog, ext->obj)
		if (!strncmp(bpf_program__section_name(prog), "iter/", 5) ||
		    !strncmp(bpf_program__section_name(prog), "iter.s/", 7))
			iterators[nr++] = bpf_program__name(prog);
	err = channels_make(&ext->about, bpf_object__btf(ext->obj), iterators, nr,
			    &ext->channels);
	if (err)
		return no_memory(kx, who);
	ext->pub.channels = ext->channels.rows;
	ext->pub.nr_channels = ext->channels.nr;
	return 0;
}

/* The value that a parameter has in the file; NULL: it is not in its section. */
static const char *initial_value(const struct bpf_object *obj, const struct param *param)
{
	const struct bpf_map *map = bpf_object__find_map_by_name(obj, param->section);
	const char *bytes;
	size_t len;

	if (!map)
		return NULL;
	bytes = bpf_map__initial_value((struct bpf_map *)map, &len);
	if (!bytes || param->offset > len || param->size > len - param->offset)
		return NULL;
	return bytes + param->offset;
}

static int fill_param(struct kx *kx, const char *who, struct kx_extension *ext,
		      const struct param *param, struct kx_param *out)
{
	const struct btf *btf = bpf_object__btf(ext->obj);
	const char *bytes = initial_value(ext->obj, param);
	struct value_place place;
	char why[256] = "it is not in its section";

	if (!bytes || value_find(btf, param->type_id, "", &place, why, sizeof(why)))
		return kx_fail(kx, -EINVAL, "%s: parameter %s cannot be read: %s", who, param->name,
			       why);
	*out = (struct kx_param){
		.name = param->name,
		.text = param->text,
		.target = param->target,
		.kind = param->kind,
		.type = value_type_text(btf, param->type_id),
		.range = value_range_text(btf, param->type_id, &param->range),
		.value = value_text(btf, &place, bytes),
	};
	return out->type && out->range && out->value ? 0 : no_memory(kx, who);
}

static int fill_params(struct kx *kx, const char *who, struct kx_extension *ext)
{
	struct kx_param *params;
	int err = 0;

	ext->pub.params = params = calloc(ext->about.nr_params + 1, sizeof(*params));
	if (!params)
		return no_memory(kx, who);
	ext->pub.nr_params = ext->about.nr_params;
	for (size_t i = 0; i < ext->about.nr_params && !err; i++)
		err = fill_param(kx, who, ext, &ext->about.params[i], &params[i]);
	return err;
}

/* libbpf does not tell. The file has been checked: the text is ended. */
const char *extension_license(const void *elf)
{
	const Elf64_Ehdr *head = elf;
	const Elf64_Shdr *sections = (const void *)((const char *)elf + head->e_shoff);
	const char *names = (const char *)elf + sections[head->e_shstrndx].sh_offset;

	for (unsigned int i = 1; i < head->e_shnum; i++)
		if (!strcmp(names + sections[i].sh_name, "license"))
			return (const char *)elf + sections[i].sh_offset;
	return "";
}

static char *hash_text(const uint8_t hash[32])
{
	char *text = calloc(1, 2 * 32 + 1);

	for (int i = 0; text && i < 32; i++)
		sprintf(text + 2 * i, "%02x", hash[i]);
	return text;
}

/* As printed: no control characters, not endless. */
static char *license_text(const struct kx_extension *ext)
{
	char *text = strndup(extension_license(ext->elf), 63);

	for (char *c = text; c && *c; c++)
		if (*c < ' ' || *c > '~')
			*c = '?';
	return text;
}

static int check_life(struct kx *kx, const char *who, const struct kx_extension *ext)
{
	struct bpf_program *prog;

	bpf_object__for_each_program(prog, ext->obj)
		if (is_life(&ext->about, prog) &&
		    bpf_program__type(prog) != BPF_PROG_TYPE_SYSCALL)
			return kx_fail(kx, -EINVAL,
				       "%s: program %s cannot be run at load or unload: its section is %s, not syscall",
				       who, bpf_program__name(prog),
				       bpf_program__section_name(prog));
	return 0;
}

static int fill_about(struct kx *kx, const char *who, struct kx_extension *ext)
{
	int err = check_life(kx, who, ext);

	if (err)
		return err;
	ext->pub.name = ext->name;
	ext->pub.version = ext->about.version;
	ext->pub.description = ext->about.description;
	ext->pub.needs = ext->about.needs;
	ext->pub.nr_needs = ext->about.nr_needs;
	ext->pub.provides = ext->about.provides;
	ext->pub.nr_provides = ext->about.nr_provides;
	for (size_t i = 0; i < ext->about.nr_tagged; i++) {
		ext->pub.has_init |= !strcmp(ext->about.tagged[i].tag, "init");
		ext->pub.has_fini |= !strcmp(ext->about.tagged[i].tag, "fini");
	}
	ext->pub.license = license_text(ext);
	ext->pub.hash = hash_text(ext->hash);
	if (!ext->pub.license || !ext->pub.hash)
		return no_memory(kx, who);
	err = fill_hooks(kx, who, ext);
	err = err ?: fill_maps(kx, who, ext);
	err = err ?: fill_channels(kx, who, ext);
	return err ?: fill_params(kx, who, ext);
}

static void free_about(struct kx_about *pub)
{
	for (size_t i = 0; i < pub->nr_hooks; i++) {
		free((char *)pub->hooks[i].program);
		free((char *)pub->hooks[i].section);
		free((char *)pub->hooks[i].at);
	}
	for (size_t i = 0; i < pub->nr_maps; i++)
		free((char *)pub->maps[i].name);
	for (size_t i = 0; i < pub->nr_params; i++) {
		free((char *)pub->params[i].type);
		free((char *)pub->params[i].range);
		free((char *)pub->params[i].value);
	}
	free((void *)pub->hooks);
	free((void *)pub->maps);
	free((void *)pub->params);
	free((char *)pub->license);
	free((char *)pub->hash);
}

/*
 * Reading
 */

/* "dir/my probe.bpf.o" to "my_probe": a name, whatever the file is called. */
static char *name_from_path(const char *path)
{
	const char *base = strrchr(path, '/');
	char *name = calloc(1, KX_NAME_MAX + 1);
	size_t len;

	if (!name)
		return NULL;
	base = base ? base + 1 : path;
	len = strlen(base);
	if (len > strlen(SUFFIX) && !strcmp(base + len - strlen(SUFFIX), SUFFIX))
		len -= strlen(SUFFIX);
	else if (len > 2 && !strcmp(base + len - 2, ".o"))
		len -= 2;
	if (!len || !isalpha((unsigned char)base[0]) || !isascii(base[0]))
		strcpy(name, "x");
	for (size_t i = 0; i < len && strlen(name) < KX_NAME_MAX; i++) {
		bool fits = isascii(base[i]) && (isalnum((unsigned char)base[i]) ||
						 base[i] == '_' || base[i] == '-');

		name[strlen(name)] = fits ? base[i] : '_';
	}
	return name;
}

/* libbpf has errnos of its own. */
static int open_object(struct kx *kx, struct kx_extension *ext, struct bpf_object **out)
{
	int err = kx_object_open(kx, ext->elf, ext->len, ext->name, out);

	return err && err != -ENOMEM ? -EINVAL : err;
}

/* libbpf names maps of global variables after the object: it has to be the name. */
static int set_name(struct kx *kx, const char *who, struct kx_extension *ext)
{
	char *name;

	if (!ext->about.name[0] || !strcmp(ext->about.name, ext->name))
		return 0;
	name = strdup(ext->about.name);
	if (!name)
		return no_memory(kx, who);
	free(ext->name);
	ext->name = name;
	bpf_object__close(take_ptr(ext->obj));
	return open_object(kx, ext, &ext->obj);
}

static int interpret(struct kx *kx, const char *who, struct kx_extension *ext)
{
	_scope_ struct kx *outer = scope_enter(kx);
	char why[512];
	int err;

	err = elf_check(ext->elf, ext->len, why, sizeof(why));
	if (err)
		return kx_fail(kx, err, "%s: %s", who, why);
	err = formats_check(kx, who, ext->elf, ext->len);
	if (err)
		return err;
	sha256(ext->elf, ext->len, ext->hash);
	err = open_object(kx, ext, &ext->obj);
	if (!err && bpf_object__btf(ext->obj))
		err = about_read(kx, who, bpf_object__btf(ext->obj), &ext->about);
	err = err ?: set_name(kx, who, ext);
	return err ?: fill_about(kx, who, ext);
}

/* Takes @elf, whatever happens. */
static int make(struct kx *kx, const char *who, char *elf, size_t len, struct kx_extension **out)
{
	_cleanup_(cleanup_extension) struct kx_extension *ext = calloc(1, sizeof(*ext));
	int err;

	if (!ext) {
		free(elf);
		return no_memory(kx, who);
	}
	ext->elf = elf;
	ext->len = len;
	ext->about = (struct about){ .name = "", .version = "", .description = "" };
	ext->name = name_from_path(who);
	if (!ext->name)
		return no_memory(kx, who);
	err = interpret(kx, who, ext);
	if (err)
		return err;
	*out = take_ptr(ext);
	return 0;
}

int kx_extension_open_mem(struct kx *kx, const void *elf, size_t len, const char *name,
			  struct kx_extension **out)
{
	char *copy;

	if (len > FILE_MAX)
		return kx_fail(kx, -EFBIG, "%s: too large: %zu bytes, %u are allowed", name, len,
			       FILE_MAX);
	copy = malloc(len + 1);
	if (!copy)
		return no_memory(kx, name);
	if (len)
		memcpy(copy, elf, len);
	return make(kx, name, copy, len, out);
}

static int cannot_read(struct kx *kx, const char *path, int err)
{
	return kx_fail(kx, err, "%s: cannot read it: %s", path, kx_why(err));
}

/* A file that shrinks meanwhile is taken as short as it is. */
static int read_all(struct kx *kx, const char *path, int fd, char *buf, size_t *len)
{
	size_t done = 0;

	while (done < *len) {
		ssize_t nr = read(fd, buf + done, *len - done);

		if (nr < 0 && errno == EINTR)
			continue;
		if (nr < 0)
			return cannot_read(kx, path, -errno);
		if (!nr)
			break;
		done += nr;
	}
	*len = done;
	return 0;
}

int kx_extension_open(struct kx *kx, const char *path, struct kx_extension **out)
{
	/* Without O_NONBLOCK a fifo would wait for a writer. */
	_cleanup_close_ int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	_cleanup_free_ char *buf = NULL;
	struct stat st;
	size_t len;
	int err;

	if (fd < 0 || fstat(fd, &st))
		return cannot_read(kx, path, -errno);
	if (!S_ISREG(st.st_mode))
		return kx_fail(kx, -EINVAL, "%s: not an object file: it is %s", path,
			       S_ISDIR(st.st_mode) ? "a directory" : "no regular file");
	if (st.st_size > FILE_MAX)
		return kx_fail(kx, -EFBIG, "%s: too large: %lld bytes, %u are allowed", path,
			       (long long)st.st_size, FILE_MAX);
	len = st.st_size;
	buf = malloc(len + 1);
	if (!buf)
		return no_memory(kx, path);
	err = read_all(kx, path, fd, buf, &len);
	return err ?: make(kx, path, take_ptr(buf), len, out);
}

static int not_found(struct kx *kx, const char *name, const char *const *path, size_t nr_path)
{
	char where[768] = "";
	size_t len = 0;

	for (size_t i = 0; i < nr_path && len < sizeof(where); i++)
		len += snprintf(where + len, sizeof(where) - len, "%s%s", i ? ", " : "", path[i]);
	if (!nr_path)
		return kx_fail(kx, -ENOENT, "%s: no such extension: there is no directory to look in",
			       name);
	return kx_fail(kx, -ENOENT, "%s: no such extension: there is no %s" SUFFIX ", nor one that "
		       "provides it, in %s", name, name, where);
}

/* One that is there but cannot be opened is not passed over. */
static bool is_there(const char *dir, const char *name, char *file, size_t len)
{
	return snprintf(file, len, "%s/%s" SUFFIX, dir, name) < (int)len &&
	       !(access(file, F_OK) && (errno == ENOENT || errno == ENOTDIR));
}

static bool provides(const struct kx_extension *ext, const char *name)
{
	for (size_t i = 0; i < ext->pub.nr_provides; i++)
		if (!strcmp(ext->pub.provides[i], name))
			return true;
	return false;
}

/* The first by name that provides it, in the first directory that has such a one. */
static int find_provider(struct kx *kx, const char *name, const char *dir,
			 struct kx_extension **out)
{
	_cleanup_names_ struct names list = {};
	int err = names_read(dir, &list.names, &list.nr);

	for (size_t i = 0; !err && i < list.nr; i++) {
		struct kx_extension *ext;
		char file[PATH_MAX];
		size_t len = strlen(list.names[i]), suffix = strlen(SUFFIX);

		if (len <= suffix || strcmp(list.names[i] + len - suffix, SUFFIX) ||
		    snprintf(file, sizeof(file), "%s/%s", dir, list.names[i]) >= (int)sizeof(file))
			continue;
		/* One that is damaged provides nothing; who asks for it by name is told. */
		if (kx_extension_open(kx, file, &ext))
			continue;
		if (provides(ext, name)) {
			*out = ext;
			return 0;
		}
		kx_extension_close(ext);
	}
	return -ENOENT;
}

int kx_extension_find(struct kx *kx, const char *name, const char *const *path, size_t nr_path,
		      struct kx_extension **out)
{
	_cleanup_(cleanup_extension) struct kx_extension *ext = NULL;
	char file[PATH_MAX];
	size_t i;
	int err;

	if (!name_is_valid(name))
		return kx_fail(kx, -EINVAL,
			       "\"%.64s\" is no name of an extension: it takes 1..%d letters, digits, \"_\" and \"-\", a letter first",
			       name, KX_NAME_MAX);
	if (!path) {
		path = usual_path;
		nr_path = sizeof(usual_path) / sizeof(usual_path[0]);
	}
	for (i = 0; i < nr_path && !is_there(path[i], name, file, sizeof(file)); i++)
		;
	for (size_t j = 0; i == nr_path && j < nr_path; j++)
		if (!find_provider(kx, name, path[j], out))
			return 0;
	if (i == nr_path)
		return not_found(kx, name, path, nr_path);
	err = kx_extension_open(kx, file, &ext);
	if (err)
		return err;
	if (strcmp(ext->name, name))
		return kx_fail(kx, -EINVAL, "%s: looked for %s, but the extension in it is called %s",
			       file, name, ext->name);
	*out = take_ptr(ext);
	return 0;
}

void kx_extension_close(struct kx_extension *ext)
{
	if (!ext)
		return;
	free_about(&ext->pub);
	channels_free(&ext->channels);
	about_done(&ext->about);
	bpf_object__close(ext->obj);
	free(ext->name);
	free(ext->elf);
	free(ext);
}

const struct kx_about *kx_extension_about(const struct kx_extension *ext)
{
	return &ext->pub;
}

int extension_object(struct kx *kx, struct kx_extension *ext, struct bpf_object **out)
{
	if (ext->obj) {
		*out = take_ptr(ext->obj);
		return 0;
	}
	return open_object(kx, ext, out);
}
