/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* What tests/bench/logs.c asks of the extension. */
enum logs_way {
	LOGS_EMPTY,
	LOGS_MESSAGE,
	LOGS_DISABLED,
	LOGS_EVENT,
	LOGS_PRINTK,
	LOGS_SNPRINTF,
};

struct logs {
	unsigned long long n;	/* as wide as a register: bpf_loop() looks at all of that */
	enum logs_way way;
};
