// SPDX-License-Identifier: GPL-2.0-only
/* Doors that tests ask through: from commands, on every kernel. */
#include <vmlinux.h>
#include <kx/door.bpf.h>
#include <kx/command.bpf.h>

#include "door.h"

KX_EXTENSION("door", "1.0.0", "asks a service whether numbers are good");
KX_LICENSE("GPL");

KX_DOOR(ask, struct door_request, struct door_reply, "what is twice this number?");

KX_COMMAND(twice, struct door_request, struct door_asked, "asks the door ask")
{
	out->verdict = ask_call(7, 0, in, &out->reply);
	return 0;
}

/* The same question as all others with the same number, whatever its text is. */
KX_COMMAND(known, struct door_request, struct door_asked, "asks it by a key")
{
	out->verdict = ask_call(8, in->number + 1, in, &out->reply);
	return 0;
}

KX_COMMAND(tell, struct door_request, KX_NONE, "tells the door ask")
{
	ask_tell(9, in);
	return 0;
}
