// SPDX-License-Identifier: GPL-2.0-only
/* The kxfilter command: its verbs. */
#include "device/netns.h"
#include "verb.h"

static const struct program_verb verbs[] = {
	{ "Try", &verb_check },
	{ "Try", &verb_test },
	{ "Try", &verb_halfdrop },
	{ "Change", &verb_apply },
	{ "Change", &verb_confirm },
	{ "Change", &verb_remove },
	{ "Change", &verb_add },
	{ "Change", &verb_delete },
	{ "Change", &verb_flush },
	{ "Change", &verb_forget },
	{ "Keep", &verb_save },
	{ "Keep", &verb_restore },
	{ "Look", &verb_show },
	{ "Look", &verb_top },
	{ "Look", &verb_log },
	{ "Look", &verb_set },
	{ "Look", &verb_connections },
	{ "Look", &verb_capture },
	{ "Look", &verb_hook },
};

static const struct front fronts[] = {
	{ "netns", 'n', "NAME", "in that network namespace, of \"ip netns\"", netns_enter },
	{ NULL },
};

static const struct program kxfilter_program = {
	.name = "kxfilter",
	.summary = "Filters packets of network devices, in the kernel.",
	.examples = "  kxfilter check web.rules\n"
		    "  kxfilter apply web.rules --dev eth0 --confirm 60\n"
		    "  kxfilter halfdrop eth0\n"
		    "  kxfilter -n blue show\n"
		    "  kxfilter remove eth0\n",
	.fronts = fronts,
	.verbs = verbs,
	.nr_verbs = sizeof(verbs) / sizeof(verbs[0]),
};

int main(int argc, char **argv)
{
	return program_main(&kxfilter_program, argc, argv);
}
