// SPDX-License-Identifier: GPL-2.0-only
/* Calls that seccomp holds: each is answered once, by whoever comes first; a real listener. */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "door/places.h"

#define STATE(word)	((word) & 0xff)

static int nr_tests, nr_failed;
static struct places *all;
static int listener;
static volatile struct {
	int fd;		/* + 1 */
	int nr;
	int results[64];
} *caller;

static void ok(bool good, const char *what)
{
	nr_tests++;
	nr_failed += !good;
	printf("%sok %d - %s\n", good ? "" : "not ", nr_tests, what);
}

/* Calls getpid() for ever, and notes what it gets. */
static void call(void)
{
	const int number = SYS_getpid;
	struct kx *kx;
	int fd;

	(void)prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (kx_new(&kx) || kx_door_filter(kx, &number, 1, &fd))
		_exit(1);
	caller->fd = fd + 1;
	for (;;) {
		long result = syscall(SYS_getpid);

		caller->results[caller->nr % 64] = result < 0 ? -errno : (int)result;
		__atomic_add_fetch(&caller->nr, 1, __ATOMIC_SEQ_CST);
	}
}

static pid_t call_begin(void)
{
	pid_t pid = fork();
	int pidfd;

	if (!pid)
		call();
	pidfd = syscall(SYS_pidfd_open, pid, 0);
	while (!caller->fd)
		if (waitpid(pid, NULL, WNOHANG) == pid)
			exit(1);
	listener = syscall(SYS_pidfd_getfd, pidfd, caller->fd - 1, 0);
	close(pidfd);
	return pid;
}

/* The result of call number @nr, from 0. */
static int result_of(int nr)
{
	while (__atomic_load_n(&caller->nr, __ATOMIC_SEQ_CST) <= nr)
		usleep(100);
	return caller->results[nr];
}

static uint64_t ask(void)
{
	struct seccomp_notif notice = {};

	ok(places_receive(all, listener, false) && places_used(all) == 1, "a call is held");
	ok(places_ask(all, &notice) && !places_ask(all, &notice), "and asked once");
	return notice.id;
}

static void state_set(enum place_state state)
{
	all->places[0].word = (all->places[0].word & ~0xffULL) | state;
}

static void test_answers(void)
{
	uint64_t *answered = &all->counts.answered, id = ask();

	ok(!places_answer(all, listener, id, -EPERM, NULL, answered) && *answered == 1,
	   "it is answered");
	ok(result_of(0) == -EPERM, "and returns that");
	ok(places_answer(all, listener, id, 0, NULL, answered) == -ESTALE && all->counts.late == 1,
	   "a second answer is refused");
	id = ask();
	ok(places_expire(all, listener, false, &all->counts.deadline) > 0, "its deadline comes");
	all->places[0].deadline_ns = 1;
	ok(places_expire(all, listener, false, &all->counts.deadline) == -1 &&
	   all->counts.deadline == 1 && result_of(1) == -EACCES, "then it gets the default");
	ok(places_answer(all, listener, id, 0, NULL, answered) == -ESTALE && all->counts.late == 2,
	   "and the answer is too late");
}

static void test_overtaken(void)
{
	uint64_t *deadline = &all->counts.deadline, id = ask();

	state_set(PLACE_ANSWERING);
	(void)places_expire(all, listener, true, deadline);
	ok(result_of(2) == -EACCES && *deadline == 2 && !places_used(all),
	   "who begins to answer and does not is overtaken");
	ok(places_send(listener, id, -EPERM, NULL) == -ENOENT, "its answer is not taken then");
	id = ask();
	state_set(PLACE_ANSWERING);
	ok(!places_send(listener, id, -EPERM, NULL) && result_of(3) == -EPERM, "who has answered");
	(void)places_expire(all, listener, true, deadline);
	ok(*deadline == 2 && STATE(all->places[0].word) == PLACE_LEFT, "is not: it counts that itself");
	state_set(PLACE_FREE);
}

static void test_keeper(void)
{
	uint64_t id = ask();

	state_set(PLACE_TAKING);
	places_mend(all);
	ok(STATE(all->places[0].word) == PLACE_WAITS, "what a keeper has taken the next one knows");
	ok(!places_answer(all, listener, id, -ENXIO, NULL, &all->counts.answered) &&
	   result_of(4) == -ENXIO, "and it can be answered");
	all->places[0].notice.id = 0;
	state_set(PLACE_TAKING);
	places_mend(all);
	ok(!places_used(all), "what it had not taken is forgotten");
}

static void test_gone(pid_t pid)
{
	uint64_t asked = all->counts.asked, id;

	ok(!places_receive(all, listener, true) && result_of(5) == -EACCES &&
	   all->counts.asked == asked, "without a service: the default, in no account");
	id = ask();
	(void)kill(pid, SIGKILL);
	(void)waitpid(pid, NULL, 0);
	ok(places_answer(all, listener, id, 0, NULL, &all->counts.answered) == -ENOENT &&
	   all->counts.gone == 1 && !places_used(all), "who asked has gone");
}

int main(void)
{
	void *shared = mmap(NULL, sizeof(*caller), PROT_READ | PROT_WRITE,
			    MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	pid_t pid;

	all = places_new(60000, -EACCES);
	if (shared == MAP_FAILED || !all)
		return 1;
	caller = shared;
	pid = call_begin();
	test_answers();
	test_overtaken();
	test_keeper();
	test_gone(pid);
	places_free(all);
	printf("1..%d\n", nr_tests);
	return nr_failed != 0;
}
