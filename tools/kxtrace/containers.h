/* SPDX-License-Identifier: GPL-2.0-only */
/* Names of cgroups by their number, and of the containers that they are. */
#ifndef KXTRACE_CONTAINERS_H
#define KXTRACE_CONTAINERS_H

#include <stdint.h>

#include "tasks.h"

/* What a container manager names its cgroups by. */
#define CONTAINER_ID_MAX	64

struct container_name {
	const char *runtime;		/* "docker", "podman", "cri-o" ... */
	char id[CONTAINER_ID_MAX];	/* 12 hex digits, or a name */
};

/*
 * The path of a cgroup of the default hierarchy, from its mount: "/" is the
 * root. NULL when there is none of that number, or none mounted. What is found
 * is remembered, so a cgroup that is gone by now still has its name.
 */
const char *cgroup_name(uint64_t id);

/* NULL when the cgroup belongs to no container, or is not known. */
const struct container_name *container_of_cgroup(uint64_t id);

/* The same from a path; false: not in a container. */
bool container_of_path(const char *path, struct container_name *name);

/* Fills in comm and cgroup from /proc, if the kernel half has not told them. */
void name_task(struct task_info *task);

/* Forgets all. */
void containers_done(void);

#endif
