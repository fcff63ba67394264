// SPDX-License-Identifier: GPL-2.0-only
/* Accounts of records: what was produced is delivered or counted as dropped. */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include <bpf/bpf.h>
#include <bpf/libbpf.h>

#include "base/context.h"

int kx_loss_check(const struct kx_loss *loss)
{
	return loss->produced == loss->delivered + loss->dropped ? 0 : -EPROTO;
}

int kx_loss_text(const struct kx_loss *loss, char *buf, size_t len)
{
	uint64_t known = loss->delivered + loss->dropped;
	char rest[40] = "";

	if (loss->produced > known)
		snprintf(rest, sizeof(rest), ", unaccounted %" PRIu64,
			 loss->produced - known);
	else if (loss->produced < known)
		snprintf(rest, sizeof(rest), ", unaccounted -%" PRIu64,
			 known - loss->produced);

	return snprintf(buf, len,
			"seen %" PRIu64 ", shown %" PRIu64 ", dropped %" PRIu64 "%s",
			loss->produced, loss->delivered, loss->dropped, rest);
}

int kx_stats_sum(struct kx *kx, int map_fd, void *out, size_t len)
{
	size_t nr = len / sizeof(uint64_t);
	int nr_cpus = libbpf_num_possible_cpus();
	_cleanup_free_ uint64_t *values = NULL;
	struct bpf_map_info info = { 0 };
	__u32 info_len = sizeof(info), key = 0;
	uint64_t *sums = out;

	if (bpf_obj_get_info_by_fd(map_fd, &info, &info_len))
		return kx_fail(kx, -errno,
			       "counters: descriptor %d is no map: %s", map_fd,
			       kx_why(-errno));
	if (info.type != BPF_MAP_TYPE_PERCPU_ARRAY || info.value_size != len ||
	    len % sizeof(uint64_t))
		return kx_fail(kx, -EINVAL,
			       "counters: map %s is not a per-CPU array of %zu bytes",
			       info.name, len);

	if (nr_cpus < 0)
		return kx_fail(kx, nr_cpus, "counters: cannot count CPUs: %s",
			       kx_why(nr_cpus));
	values = calloc(nr_cpus, len);
	if (!values)
		return kx_fail(kx, -ENOMEM, "counters: out of memory");
	if (bpf_map_lookup_elem(map_fd, &key, values))
		return kx_fail(kx, -errno, "counters: cannot read map %s: %s",
			       info.name, kx_why(-errno));

	memset(sums, 0, len);
	for (size_t i = 0; i < nr_cpus * nr; i++)
		sums[i % nr] += values[i];
	return 0;
}
