// SPDX-License-Identifier: GPL-2.0-only
/* -d: what was loaded, on stderr. */
#include "debug.h"

#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <linux/bpf.h>
#include <stdio.h>

#include "options.h"
#include "session.h"

static void debug_program(const struct bpf_program *program)
{
	struct bpf_prog_info info = {};
	unsigned int len = sizeof(info);
	int fd = bpf_program__fd(program);

	if (fd < 0)
		complain("program %s: not wanted", bpf_program__name(program));
	else if (!bpf_obj_get_info_by_fd(fd, &info, &len))
		complain("program %s: id %u, %s, %u instructions, %u bytes of machine code",
			 bpf_program__name(program), info.id,
			 bpf_program__section_name(program), info.xlated_prog_len / 8,
			 info.jited_prog_len);
}

static void debug_map(const struct bpf_map *map)
{
	struct bpf_map_info info = {};
	unsigned int len = sizeof(info);
	int fd = bpf_map__fd(map);

	if (fd >= 0 && !bpf_obj_get_info_by_fd(fd, &info, &len))
		complain("map %s: id %u, type %u, %u entries of %u bytes", bpf_map__name(map),
			 info.id, info.type, info.max_entries, info.value_size);
}

void debug_session(struct session *session, const struct kx *kx)
{
	struct bpf_object *object = session_object(session);
	struct bpf_program *program;
	struct bpf_map *map;

	fputs(kx_log(kx), stderr);
	bpf_object__for_each_program(program, object)
		debug_program(program);
	bpf_object__for_each_map(map, object)
		debug_map(map);
}
