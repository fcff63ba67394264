// SPDX-License-Identifier: GPL-2.0-only
/* The kx command: its verbs. */
#include "verb.h"

static const struct program_verb verbs[] = {
	{ "Write", &verb_new },
	{ "Write", &verb_build },
	{ "Life", &verb_load },
	{ "Life", &verb_unload },
	{ "Life", &verb_upgrade },
	{ "Life", &verb_confirm },
	{ "Life", &verb_rollback },
	{ "Life", &verb_check },
	{ "Look", &verb_list },
	{ "Look", &verb_info },
	{ "Look", &verb_query },
	{ "Look", &verb_features },
	{ "Listen", &verb_log },
	{ "Listen", &verb_events },
	{ "Change", &verb_get },
	{ "Change", &verb_set },
	{ "Talk", &verb_call },
	{ "Talk", &verb_cat },
	{ "Talk", &verb_write },
	{ "Talk", &verb_share },
	{ "Talk", &verb_feed },
	{ "Talk", &verb_serve },
	{ "Calls of the kernel", &verb_syscalls },
	{ "Calls of the kernel", &verb_syscall },
};

static const struct program kx_program = {
	.name = "kx",
	.summary = "Kernel extensions: load, look at, change and unload them.",
	.examples = "  kx load ./execs.bpf.o step=2\n"
		    "  kx list\n"
		    "  kx set execs.step=3\n"
		    "  kx unload execs\n",
	.verbs = verbs,
	.nr_verbs = sizeof(verbs) / sizeof(verbs[0]),
};

int main(int argc, char **argv)
{
	return program_main(&kx_program, argc, argv);
}
