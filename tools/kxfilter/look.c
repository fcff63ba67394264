// SPDX-License-Identifier: GPL-2.0-only
/* Looks: the memory that kernel half and reader share, and who may write to it. */
#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/membarrier.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "cli/own.h"
#include "look.h"
#include "until.h"
#include "verb.h"

#define TERM_NS		5000000000ULL	/* the kernel half ends a look that is not renewed */

static uint32_t *pid_of(struct look *look)
{
	return look->what == KXF_CAPTURES ? &look->asked->capture_pid : &look->asked->watch_pid;
}

static __u64 *until_of(struct look *look)
{
	return look->what == KXF_CAPTURES ? &look->asked->capture_until_ns :
					    &look->asked->watch_until_ns;
}

static void tell_busy(struct look *look)
{
	char path[64], comm[32] = "a process that is not seen here";
	uint32_t pid = *pid_of(look);
	FILE *file;

	snprintf(path, sizeof(path), "/proc/%u/comm", pid);
	file = fopen(path, "re");
	if (file) {
		if (fgets(comm, sizeof(comm), file))
			comm[strcspn(comm, "\n")] = '\0';
		fclose(file);
	}
	tell("%s: %s, process %u, %s already: one at a time", look->filter.device, comm, pid,
	     look->what == KXF_CAPTURES ? "captures its packets" : "counts its sources and ports");
}

/* By a directory of the instance, which ends with it: whoever is killed gives it back. */
static int lock(struct look *look)
{
	char name[INSTANCE_NAME], path[128];

	if (device_instance(look->filter.device, name))
		return -EINVAL;
	snprintf(path, sizeof(path), "/sys/fs/bpf/kx/%s/%s", name,
		 look->what == KXF_CAPTURES ? "hooks" : "slots");
	look->lock = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (look->lock < 0) {
		tell("%s: %s: %s", look->filter.device, path, strerror(errno));
		return -errno;
	}
	return flock(look->lock, LOCK_EX | LOCK_NB) ? -EBUSY : 0;
}

static int map_share(struct look *look)
{
	struct kx *kx = look->filter.kx;
	size_t len = 0;

	if (kx_share_map(kx, look->filter.inst, "look", KX_SHARE_WRITE, &look->share)) {
		tell("%s", kx_error(kx));
		return -EPROTO;
	}
	look->asked = kx_share_bytes(look->share, &len);
	if (len >= sizeof(*look->asked))
		return 0;
	tell("%s: another version of kxfilter filters it", look->filter.device);
	return -EPROTO;
}

int look_open(struct kx *kx, const char *device, enum kxf_looks what, bool quiet, struct look *out)
{
	struct look look = { .what = what, .lock = -1, .looked = -1 };
	int err = filter_open(kx, device, &look.filter);

	*out = look;
	if (err == -ENOENT)
		tell_unfiltered(device);
	if (err)
		return err;
	err = map_share(&look) ?: lock(&look);
	if (err == -EBUSY && !quiet)
		tell_busy(&look);
	if (!err) {
		look.looked = filter_map(&look.filter, "looked");
		err = look.looked < 0 ? look.looked : 0;
	}
	if (err) {
		look_close(&look);
		return err;
	}
	/* What one that was killed has left. */
	look_end(&look);
	*out = look;
	return 0;
}

void look_close(struct look *look)
{
	if (look->looked >= 0)
		close(look->looked);
	kx_share_unmap(look->share);
	if (look->lock >= 0)
		close(look->lock);
	filter_close(&look->filter);
}

void look_begin(struct look *look)
{
	*pid_of(look) = getpid();
	look->renewed_ns = monotonic_ns();
	look_renew(look);
}

uint64_t look_renew(struct look *look)
{
	uint64_t now = monotonic_ns(), over = look->renewed_ns + TERM_NS;

	__atomic_store_n(until_of(look), now + TERM_NS, __ATOMIC_SEQ_CST);
	__atomic_fetch_or(&look->asked->on, look->what, __ATOMIC_SEQ_CST);
	look->renewed_ns = now;
	return now > over ? now - over : 0;
}

/* The kernel waits for all programs that run; where it refuses (nohz_full), they are soon done. */
void look_end(struct look *look)
{
	__atomic_fetch_and(&look->asked->on, ~look->what, __ATOMIC_SEQ_CST);
	if (syscall(SYS_membarrier, MEMBARRIER_CMD_GLOBAL, 0, 0))
		usleep(10000);
}

int look_sums(struct look *look, struct kxf_looked out[KXF_WAYS])
{
	size_t nr = sizeof(*out) / sizeof(uint64_t);
	int cpus = libbpf_num_possible_cpus();
	_cleanup_free_ struct kxf_looked *each = calloc(cpus > 0 ? cpus : 1, sizeof(*each));

	if (!each || cpus < 1)
		return -ENOMEM;
	for (uint32_t way = 0; way < KXF_WAYS; way++) {
		memset(&out[way], 0, sizeof(out[way]));
		if (bpf_map_lookup_elem(look->looked, &way, each))
			return -errno;
		for (int i = 0; i < cpus; i++)
			for (size_t j = 0; j < nr; j++)
				((uint64_t *)&out[way])[j] += ((const uint64_t *)&each[i])[j];
	}
	return 0;
}

bool look_is_there(struct look *look)
{
	struct kx_status status;

	kx_instance_status(look->filter.inst, &status);
	return strcmp(status.state, "unloading");
}
