// SPDX-License-Identifier: GPL-2.0-only
/* `kxtrace replay`: the records of a file, through the same filters and views. */
#include "replay.h"

int replay_trace(const struct options *opt)
{
	(void)opt;
	complain("replay: is not there yet");
	return 2;
}
