// SPDX-License-Identifier: GPL-2.0-only
/* Every command of ioctl that has a name, on no descriptor at all. */
#include "family.h"

/* A header that the test makes of the table. */
static const uint32_t commands[] = {
#include IOCTLS
};

int main(void)
{
	size_t i;

	for (i = 0; i < sizeof(commands) / sizeof(commands[0]); i++) {
		CALL(ioctl, -1, commands[i], 0);
		CALL(ioctl, -1, commands[i], 0x10);
	}
	for (i = 0; i < 256; i++)
		CALL(ioctl, -1, 0xc0100000 | i << 8 | 0xfe, BAD);
	return 0;
}
