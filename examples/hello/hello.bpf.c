/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The hello-world module as an extension: code that runs when it is loaded, code
 * that runs when it is unloaded, a parameter, and something to look at.
 *
 * It hooks nothing: between init and fini the kernel only keeps it.
 */
#include <vmlinux.h>
#include <kx/kx.bpf.h>

/* MODULE_DESCRIPTION(), MODULE_VERSION() */
KX_EXTENSION("hello", "1.0.0", "greets when it is loaded");

/* MODULE_LICENSE("GPL") */
KX_LICENSE("GPL");

/* module_param(whom, charp, 0644), with room that is known beforehand */
KX_PARAM(char[32], whom, "whom to greet") = "world";

/* What a module would have printed: kept here, for `kx get hello.greeting`. */
KX_VALUE(char[48], greeting, "what it said last");

/* Appends text, up to its end; the result is the new length. */
static u32 append(u32 len, const volatile char *text, u32 room)
{
	for (u32 i = 0; i < room && text[i]; i++) {
		/* The comparison that lets the verifier see that it fits. */
		if (len >= sizeof(greeting) - 1)
			break;
		greeting[len++] = text[i];
	}
	if (len < sizeof(greeting))
		greeting[len] = '\0';
	return len;
}

/* module_init(): a result other than 0 would undo the load. */
KX_INIT(life)
{
	static const char hello[] = "Hello, ";
	u32 len = append(0, hello, sizeof(hello));

	append(len, whom, sizeof(whom));
	return 0;
}

/* module_exit(): it has no result, fini cannot refuse. */
KX_FINI(life)
{
	static const char goodbye[] = "Goodbye";

	append(0, goodbye, sizeof(goodbye));
	return 0;
}
