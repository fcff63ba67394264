/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The frame of a unit test: cases that register themselves, checks, and main().
 * DEADLINE_S, before this is included: seconds that a case may take.
 */
#ifndef TESTS_UNIT_FRAME_H
#define TESTS_UNIT_FRAME_H

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#ifndef DEADLINE_S
#define DEADLINE_S	20
#endif

/* A case registers itself, runs in a process of its own, ends by exit(0). */
struct test {
	const char *name;
	void (*run)(void);
	struct test *next;
};

static struct test *tests, **tests_end = &tests;

#define TEST(id)							\
	static void id(void);						\
	__attribute__((constructor)) static void register_##id(void)	\
	{								\
		static struct test test = { #id, id };			\
		*tests_end = &test;					\
		tests_end = &test.next;					\
	}								\
	static void id(void)

#define CHECK(condition)						\
	do {								\
		if (!(condition)) {					\
			printf("# %s:%d: %s\n", __FILE__, __LINE__,	\
			       #condition);				\
			exit(1);					\
		}							\
	} while (0)

#define CHECK_TEXT(got, expected)					\
	do {								\
		const char *got_ = (got), *expected_ = (expected);	\
		if (strcmp(got_, expected_)) {				\
			printf("# %s:%d: got \"%s\" not \"%s\"\n",	\
			       __FILE__, __LINE__, got_, expected_);	\
			exit(1);					\
		}							\
	} while (0)

static bool passes(const struct test *test)
{
	int status;
	pid_t pid = fork();

	if (!pid) {
		alarm(DEADLINE_S);
		test->run();
		exit(0);
	}
	return waitpid(pid, &status, 0) == pid && !status;
}

int main(void)
{
	int nr = 0, failed = 0;

	setvbuf(stdout, NULL, _IOLBF, 0);
	for (struct test *test = tests; test; test = test->next) {
		bool ok = passes(test);

		printf("%s %d - %s\n", ok ? "ok" : "not ok", ++nr, test->name);
		failed += !ok;
	}
	printf("1..%d\n", nr);
	return failed != 0;
}

#endif
