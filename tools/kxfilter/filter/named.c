// SPDX-License-Identifier: GPL-2.0-only
/* The filter of a device that the user names, as a whole. */
#include <errno.h>
#include <stdio.h>

#include "../device/device.h"
#include "cli/json.h"
#include "cli/tell.h"
#include "named.h"

int named_open(struct kx *kx, const char *verb, const char *device, struct kx_instance **inst)
{
	char name[INSTANCE_NAME];
	int err;

	if (device_instance(device, name))
		return tell_wrong("%s: %s: not the name of a device", verb, device);
	err = kx_instance_open(kx, name, inst);
	if (err == -ENOENT)
		return tell("%s: kxfilter does not filter it", device);
	return err ? tell("%s", kx_error(kx)) : DONE;
}

void named_done(const char *device, const char *result, bool json)
{
	if (!json) {
		printf("%s: %s\n", device, result);
		return;
	}
	printf("{\"device\":");
	json_string(device);
	printf(",\"result\":\"%s\"}\n", result);
}
