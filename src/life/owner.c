// SPDX-License-Identifier: GPL-2.0-only
/* Who has the XDP hook of a device, as far as the kernel, the registry and /proc tell. */
#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <linux/bpf.h>
#include <net/if.h>
#include <string.h>

#include "life/device.h"
#include "registry/instance.h"
#include "registry/procfd.h"

static void name_of(uint32_t id, char out[BPF_OBJ_NAME_LEN])
{
	_cleanup_close_ int fd = bpf_prog_get_fd_by_id(id);
	struct bpf_prog_info info = {};
	__u32 len = sizeof(info);

	snprintf(out, BPF_OBJ_NAME_LEN, "%s",
		 fd < 0 || bpf_obj_get_info_by_fd(fd, &info, &len) || !info.name[0] ? "?" :
		 info.name);
}

/* The link that holds a program, or 0. */
static uint32_t link_of(uint32_t prog)
{
	__u32 link = 0;

	while (!bpf_link_get_next_id(link, &link)) {
		_cleanup_close_ int fd = bpf_link_get_fd_by_id(link);
		struct bpf_link_info info = {};
		__u32 len = sizeof(info);

		if (fd >= 0 && !bpf_obj_get_info_by_fd(fd, &info, &len) && info.prog_id == prog)
			return link;
	}
	return 0;
}

/* Its link is one of a resident instance, or it is the dispatcher of a held one. */
static bool is_of(struct kx *kx, struct kx_instance *inst, uint32_t prog, uint32_t link)
{
	_cleanup_free_ struct kx_reachable *rows = NULL;
	bool found = false;
	size_t nr;

	if (kx_instance_reachable(kx, inst, &rows, &nr))
		return false;
	for (size_t i = 0; !found && i < nr; i++)
		found = !strcmp(rows[i].kind, "hook") ? link && rows[i].id == link :
			inst->held && !strcmp(rows[i].kind, "dispatcher") && rows[i].id == prog;
	return found;
}

/* The rest of the sentence, with what helps. */
static bool find_instance(struct kx *kx, uint32_t prog, uint32_t link, char *out, size_t len)
{
	struct kx_instance **list;
	bool found = false;
	size_t nr;

	if (kx_instances_list(kx, &list, &nr))
		return false;
	for (size_t i = 0; !found && i < nr; i++) {
		found = is_of(kx, list[i], prog, link);
		if (found && list[i]->held)
			snprintf(out, len, " of the instance %s, which process %u holds", list[i]->name,
				 list[i]->entry.page->pid);
		else if (found)
			snprintf(out, len, " of the instance %s; kx unload %s takes it off",
				 list[i]->name, list[i]->name);
	}
	kx_instances_free(list, nr);
	return found;
}

struct holder {
	uint32_t prog;
	uint32_t pid;
};

static int is_holder(void *ctx, const struct procfd *found)
{
	struct holder *holder = ctx;

	if (found->is_map || found->id != holder->prog)
		return 0;
	holder->pid = found->pid;
	return 1;
}

static void command_of(uint32_t pid, char out[32])
{
	_cleanup_file_ FILE *file = NULL;
	char path[64];

	snprintf(path, sizeof(path), "/proc/%u/comm", pid);
	file = fopen(path, "re");
	if (!file || !fgets(out, 32, file))
		snprintf(out, 32, "?");
	out[strcspn(out, "\n")] = '\0';
}

void xdp_owner(struct kx *kx, int ifindex, char *out, size_t len)
{
	LIBBPF_OPTS(bpf_xdp_query_opts, query);
	char name[BPF_OBJ_NAME_LEN], command[32], device[IFNAMSIZ] = "?";
	struct holder holder = {};
	uint32_t link;
	int at;

	(void)if_indextoname(ifindex, device);
	if (!bpf_xdp_query(ifindex, 0, &query))
		holder.prog = query.drv_prog_id ?: query.skb_prog_id ?: query.hw_prog_id ?:
			      query.prog_id;
	if (!holder.prog) {
		snprintf(out, len, "another program was there, and is gone: try again");
		return;
	}
	link = link_of(holder.prog);
	name_of(holder.prog, name);
	at = snprintf(out, len, "that hook has program %s (id %u)", name, holder.prog);
	out += at;
	len -= at;
	if (find_instance(kx, holder.prog, link, out, len))
		return;
	if (!strcmp(name, "xdp_dispatcher"))
		snprintf(out, len, ", the dispatcher of libxdp: xdp-loader status %s shows whose "
			 "programs are in it", device);
	else if (procfd_walk(is_holder, &holder) == 1)
		snprintf(out, len, ", held by process %u (%s)", holder.pid,
			 (command_of(holder.pid, command), command));
	/* Links can be taken off only by who has them; the rest can be by ip(8). */
	else if (link)
		snprintf(out, len, ", held by a link that is pinned: bpftool link show pinned leads "
			 "to it");
	else
		snprintf(out, len, "; ip link set dev %s xdp%s off takes it off", device,
			 query.skb_prog_id ? "generic" : "");
}
