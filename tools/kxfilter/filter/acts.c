// SPDX-License-Identifier: GPL-2.0-only
/* Whether what was attached to a device still is: it may have gone, and another have come. */
#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <linux/bpf.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cli/own.h"
#include "filter.h"

/* As struct bpf_link_info has it for XDP and tcx, which libbpf's header may not know. */
struct link_info {
	__u32 type;
	__u32 id;
	__u32 prog_id;
	__u32 pad;
	__u32 ifindex;		/* 0: the device has gone */
	__u32 rest[11];
};

/* A link, by its pin. */
static bool link_acts(const char *path, int ifindex)
{
	int fd = bpf_obj_get(path);
	struct link_info info = {};
	__u32 len = sizeof(info);
	bool acts;

	if (fd < 0)
		return false;
	acts = !bpf_obj_get_info_by_fd(fd, &info, &len) && (int)info.ifindex == ifindex;
	close(fd);
	return acts;
}

/* A filter of clsact, recorded by a name: "12-ingress-1-4026531840-made". */
static bool record_acts(const char *name, int ifindex)
{
	LIBBPF_OPTS(bpf_tc_hook, hook, .ifindex = ifindex);
	LIBBPF_OPTS(bpf_tc_opts, opts, .priority = 27512);
	libbpf_print_fn_t print;
	char direction[8];
	bool acts;
	int at;

	if (sscanf(name, "%d-%7[a-z]-%u-", &at, direction, &opts.handle) != 3)
		return false;
	if (at != ifindex)
		return false;
	hook.attach_point = strcmp(direction, "egress") ? BPF_TC_INGRESS : BPF_TC_EGRESS;
	/* That there is none is an answer, not an error. */
	print = libbpf_set_print(NULL);
	acts = !bpf_tc_query(&hook, &opts);
	libbpf_set_print(print);
	return acts;
}

bool filter_acts(struct filter *filter, int ifindex)
{
	_cleanup_free_ struct kx_reachable *things = NULL;
	bool acts = true;
	size_t nr = 0;

	/* Not known: what there is may do. */
	if (kx_instance_reachable(filter->kx, filter->inst, &things, &nr))
		return true;
	for (size_t i = 0; i < nr && acts; i++) {
		const char *name = strrchr(things[i].path, '/');

		if (strcmp(things[i].kind, "hook") || !name)
			continue;
		acts = name[1] >= '0' && name[1] <= '9' ? record_acts(name + 1, ifindex) :
							 link_acts(things[i].path, ifindex);
	}
	return acts;
}
