// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* hello: calls the kernel side by name, as often as it has names. */
#include <kx/kx.h>

#include <stdio.h>
#include <string.h>

#include "hello.h"

static int hello(struct kx *kx, struct kx_command *command, const char *name)
{
	struct hello_in in = { "" };
	struct hello_out out;
	int result;

	if (strlen(name) >= sizeof(in.name)) {
		fprintf(stderr, "hello: a name has at most %zu bytes\n", sizeof(in.name) - 1);
		return 1;
	}
	strcpy(in.name, name);
	if (kx_call(command, &in, sizeof(in), &out, sizeof(out), &result) < 0) {
		fprintf(stderr, "hello: %s\n", kx_error(kx));
		return 1;
	}
	printf("%d: %s (%u)\n", result, out.text, out.len);
	return 0;
}

int main(int argc, char **argv)
{
	struct kx_command *command = NULL;
	struct kx_instance *inst = NULL;
	int failed = 0;
	struct kx *kx;

	if (kx_new(&kx) < 0)
		return 1;
	/* Found once; the command then follows the instance through upgrades. */
	if (kx_instance_open(kx, "syscall", &inst) < 0 ||
	    kx_command_open(kx, inst, "hello", &command) < 0) {
		fprintf(stderr, "hello: %s\n", kx_error(kx));
		failed = 1;
	}
	for (int i = 1; i < argc && !failed; i++)
		failed = hello(kx, command, argv[i]);
	kx_command_close(command);
	kx_instance_close(inst);
	kx_free(kx);
	return failed;
}
