/* SPDX-License-Identifier: GPL-2.0-only */
/* A network device, and the hook that suits it. */
#ifndef KXFILTER_DEVICE_H
#define KXFILTER_DEVICE_H

#include <net/if.h>
#include <stdbool.h>
#include <stddef.h>

enum answer { ANSWER_UNKNOWN, ANSWER_NO, ANSWER_YES };

struct device {
	char name[IFNAMSIZ];
	int ifindex;
	char driver[32];	/* "" where it has none */
	bool is_loopback;
	bool lro;		/* receives by offload what XDP has to see one by one */
	bool gro_hw;
	enum answer native;	/* has its driver XDP? */
};

enum hook { HOOK_TC, HOOK_XDP, HOOK_XDP_GENERIC };

extern const char *const hook_names[];

/* 0; -ENODEV: there is none of that name in this network namespace; others of socket(2). */
int device_look(const char *name, struct device *out);

/* The hook for packets that arrive, and why, as the end of a sentence. */
enum hook hook_choose(const struct device *device, char *why, size_t len);

/* By the user's word; -EINVAL: it is none. */
int hook_parse(const char *word, enum hook *out);

/* The setting of an extension whose KX_DEVICE() is "device": "device=eth0:generic". */
#define DEVICE_PARAM	64
void device_param(const char *name, enum hook hook, char out[DEVICE_PARAM]);

/*
 * The name of the instance that filters a device: "kxfilter-eth0"; in another network
 * namespace than the machine's first one its number follows. -EINVAL: not the name of a device.
 */
#define INSTANCE_NAME	64
int device_instance(const char *name, char out[INSTANCE_NAME]);

#endif
