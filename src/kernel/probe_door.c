// SPDX-License-Identifier: GPL-2.0-only
/* Probes of how a task can be made to wait for a service: the ways of doors. */
#include <errno.h>
#include <fcntl.h>
#include <linux/btf.h>

#include "base/context.h"
#include "kernel/probe.h"

/* The keeper's memory is found by its number, and is a file of a FUSE. */
void probe_door_block(const struct probe *probe, struct kbtf *kbtf, struct finding *out)
{
	int id = kbtf_find(kbtf, "bpf_task_from_pid", BTF_KIND_FUNC);
	_cleanup_close_ int fd = -1;

	(void)probe;
	if (id < 0) {
		found(out, id == -ENOENT ? KX_FEATURE_MISSING : KX_FEATURE_UNKNOWN,
		      id == -ENOENT ? "this kernel has no bpf_task_from_pid" :
				      "this kernel has no usable BTF");
		return;
	}
	fd = open("/dev/fuse", O_RDWR | O_CLOEXEC);
	if (fd >= 0)
		found(out, KX_FEATURE_AVAILABLE, "the best here, where programs may sleep");
	else
		found(out, errno == EACCES || errno == EPERM ? KX_FEATURE_UNKNOWN :
							       KX_FEATURE_MISSING,
		      "/dev/fuse: %s", kx_why(-errno));
}

/* Only a security hook can have its call begin again. */
void probe_door_stop(const struct probe *probe, struct kbtf *kbtf, struct finding *out)
{
	struct finding block;

	probe_trampoline(probe, kbtf, out);
	if (out->state != KX_FEATURE_AVAILABLE)
		return;
	probe_door_block(probe, kbtf, &block);
	found(out, KX_FEATURE_AVAILABLE, block.state == KX_FEATURE_AVAILABLE ?
	      "used by hooks that may not sleep" : "the best here, of security hooks");
}
