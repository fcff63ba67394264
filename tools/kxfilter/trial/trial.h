/* SPDX-License-Identifier: GPL-2.0-only */
/* A rule set tried without traffic: the kernel half itself, attached nowhere. */
#ifndef KXFILTER_TRIAL_H
#define KXFILTER_TRIAL_H

#include <kx/kx.h>
#include <kxfilter.h>

#include "../complaints.h"
#include "../device/device.h"
#include "../rules.h"

struct trial;

/* What became of a packet. */
struct outcome {
	enum kxf_verdict verdict;
	const struct rule *rule;	/* NULL: none decided */
	const struct kxf_packet *packet;	/* as it was read; until the next one */
	uint32_t mark;
};

/* The most bytes of a frame that the kernel takes for a trial. */
#define TRIAL_BYTES	3520

/* 0; -errno, told. */
int trial_open(struct kx *kx, const struct rules *rules, enum hook hook, enum kxf_way way,
	       struct complaints *complaints, struct trial **out);
void trial_close(struct trial *trial);

/* A frame that comes at @now_ns. 0; -errno: the kernel does not take it. */
int trial_run(struct trial *trial, const void *frame, size_t len, uint64_t now_ns,
	      struct outcome *out);

#endif
