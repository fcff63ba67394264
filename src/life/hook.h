/* SPDX-License-Identifier: GPL-2.0-only */
/* Where a program is attached, and how it is reached there. */
#ifndef KX_HOOK_H
#define KX_HOOK_H

#include <bpf/libbpf.h>
#include <stdbool.h>
#include <stdint.h>

#include "extension/about.h"
#include "registry/registry.h"

enum hook_way {
	HOOK_NONE,	/* nobody attaches it: run by a command, or by its user */
	HOOK_SWITCHED,	/* a dispatcher is attached, and calls it */
	HOOK_DIRECT,	/* attached itself: it may sleep, so nothing can call it */
	HOOK_ASKING,	/* the same, but it asks the gate itself (kx/sleep.bpf.h) */
	HOOK_FILE,	/* an iterator: its pin is a file */
};

/* One program at one place. */
struct hook {
	enum hook_way way;
	struct bpf_program *prog;
	char *key;		/* the place, the same in each generation */
	char pin[64];		/* name in hooks/, slots/, links/, files/ */
	const char *section;
	char *target;		/* device, cgroup, path; or NULL */
	const char *target_kind;
	int pid;		/* uprobes: 0 for all processes */
	struct bpf_map *over;	/* iterators: what they go over; or NULL */
	int slots_fd;		/* HOOK_SWITCHED; -1 */
	int stub_fd;		/* the dispatcher to attach; -1: the program itself */
	int link_fd;		/* -1: not attached, or by another generation */
	struct bpf_link *link;	/* libbpf's, that link_fd belongs to; or NULL */
	bool pinned;		/* stays when this is done */
	bool inherited;		/* the dispatcher is attached already */
	bool is_resident;	/* not held */
	char record[REGISTRY_PATH]; /* life/tc.h: where it is attached without a link; or "" */
};

struct hooks {
	const char *who;
	struct hook *rows;
	size_t nr;
};

#define _cleanup_hooks_ _cleanup_(hooks_done)

/*
 * What is to be attached: a row for each program and each of its targets.
 * @setting gives a load-time parameter's text. -EINVAL: a program has no place.
 */
typedef const char *hook_setting(const void *ctx, const char *param);
int hooks_plan(struct kx *kx, const char *who, struct bpf_object *obj,
	       const struct about *about, hook_setting *setting, const void *ctx,
	       struct hooks *out);
void hooks_done(struct hooks *hooks);

/* Detach all that is pinned or recorded at @path or below, and remove it. */
int hooks_remove(const char *path);

/*
 * Attach a loaded program, or its dispatcher where there is one: the link goes to
 * hook->link_fd. The sentence names program, place, and reason.
 */
int hook_attach(struct kx *kx, const char *who, struct hook *hook);

#endif
