// SPDX-License-Identifier: GPL-2.0-only
/* --tips: a hint for use, from a table. */
#include "tips.h"

#include <stdio.h>
#include <time.h>

static const struct {
	const char *text, *example;
} tips[] = {
	{ "-f follows children and threads; with -o each line begins with its task.",
	  "kxtrace -f -o build.log make" },
	{ "-ff -o FILE writes a file for each task: FILE.PID.",
	  "kxtrace -ff -o /tmp/build make" },
	{ "-e trace=SET is decided in the kernel: what is not selected costs next to nothing.",
	  "kxtrace -f -e trace=%file,connect ./server" },
	{ "Attach to a hanging process: the call that it waits in is shown at once.",
	  "kxtrace -p \"$(pgrep -n nginx)\"" },
	{ "-c counts in the kernel and sends no records, so it can stay on for hours.",
	  "kxtrace -c -f -p 1234" },
	{ "-c -w counts the time until a call returns: what is waited for comes first.",
	  "kxtrace -c -w -f make" },
	{ "An average hides the slow calls; --hist shows how many there were.",
	  "kxtrace --hist=read,fsync -f ./database" },
	{ "--top is a screen of calls; press p in it to see processes.",
	  "kxtrace --top --all" },
	{ "-Z shows only what failed: often a missing file is all one looks for.",
	  "kxtrace -f -Z -e trace=%file ./program" },
	{ "-D leaves the command a child of its caller, for scripts that wait for it.",
	  "kxtrace -D -o server.log ./server & wait $!" },
	{ "-o '|COMMAND' sends the lines through a program, the command's own output apart.",
	  "kxtrace -f -o '|grep -c ENOENT' make" },
	{ "-b execve traces a launcher without the programs that it starts.",
	  "kxtrace -f -b execve ./launcher" },
};

#define NR_TIPS	(sizeof(tips) / sizeof(tips[0]))

void tips_show(bool full, int number)
{
	struct timespec now;
	size_t tip = number;

	clock_gettime(CLOCK_MONOTONIC, &now);
	if (number < 0)
		tip = now.tv_nsec / 1000;
	tip %= NR_TIPS;
	fprintf(stderr, "kxtrace: hint %zu of %zu: %s\n", tip, NR_TIPS - 1, tips[tip].text);
	if (full)
		fprintf(stderr, "    %s\n", tips[tip].example);
}
