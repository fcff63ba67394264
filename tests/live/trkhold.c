// SPDX-License-Identifier: GPL-2.0-only
/*
 * Loads the object of connections and pins its programs, for a device: OBJECT DIRECTORY.
 * Every line of its input is an address: from then on sources become that; an answer says that it
 * was done. Ends with its input; "counts" prints some counters.
 */
#include <unistd.h>

#include "trk.h"

static void set_source(struct object *object, const char *text)
{
	struct kxf_nat *nat = &object->drive->nat;
	struct in6_addr address = { .s6_addr = { [10] = 0xff, [11] = 0xff } };
	bool is_ip6 = strchr(text, ':');

	if (inet_pton(is_ip6 ? AF_INET6 : AF_INET, text, address.s6_addr + (is_ip6 ? 0 : 12)) != 1)
		die("that is no address");
	nat->flags = KXF_NAT_SOURCE;
	nat->first[0][0] = (uint64_t)get32(address.s6_addr) << 32 | get32(address.s6_addr + 4);
	nat->first[0][1] = (uint64_t)get32(address.s6_addr + 8) << 32 | get32(address.s6_addr + 12);
	nat->last[0] = nat->first[0][1];
	/* Other ports than the senders', so that they are written too. */
	nat->first_port[0] = 700;
	nat->last_port[0] = 999;
}

static void show_counts(struct object *object)
{
	struct kxf_tracked counts = counts_of(object);

	printf("made %llu related %llu odd %llu lost %llu no_port %llu refused %llu\n",
	       (unsigned long long)counts.made, (unsigned long long)counts.related,
	       (unsigned long long)counts.odd, (unsigned long long)counts.lost,
	       (unsigned long long)counts.no_port, (unsigned long long)counts.refused);
}

static void pin(struct object *object, const char *directory, const char *name)
{
	char path[256];

	snprintf(path, sizeof(path), "%s/%s", directory, name);
	unlink(path);
	if (bpf_obj_pin(program_of(object, name), path))
		die("the programs cannot be pinned");
}

int main(int argc, char **argv)
{
	struct object object;
	char line[128];

	if (argc < 3)
		die("usage: trkhold OBJECT DIRECTORY");
	open_trk(&object, argv[1], SINGLE, 1024, false);
	object.drive->verdict = KXF_PASS;
	pin(&object, argv[2], "trk_in");
	pin(&object, argv[2], "trk_out");
	setlinebuf(stdout);
	printf("ready\n");
	while (fgets(line, sizeof(line), stdin)) {
		line[strcspn(line, "\n")] = '\0';
		if (!strcmp(line, "counts")) {
			show_counts(&object);
			continue;
		}
		set_source(&object, line);
		printf("done\n");
	}
	return 0;
}
