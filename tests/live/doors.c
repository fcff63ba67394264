// SPDX-License-Identifier: GPL-2.0-only
/*
 * What tests/live/doors*.t and tests/bench/doors drive a door with: a service with several
 * threads, and processes that ask.
 *
 *	doors serve INSTANCE DOOR THREADS [wrong|hang|later|twice|keep]
 *	doors ask PROCESSES QUESTIONS		through the commands of tests/ext/door.bpf.c
 *	doors open PROCESSES OPENS PATH...	files; a verdict by the end of the name: y or n
 *	doors any PROCESSES OPENS PATH...	the same, with any verdict; prints the longest wait
 *	doors threads THREADS OPENS PATH PATH	the same by threads of one process
 *	doors foreign INSTANCE DOOR ID		answers what was asked of another process
 */
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <kx/abi.h>
#include <kx/kx.h>

#include "../ext/door.h"

static volatile sig_atomic_t stopped;
static const char *manner = "";
static struct kx_door *door;
static uint64_t last_id;

static void stop(int signal)
{
	(void)signal;
	stopped = 1;
}

static int answer_number(const struct kx_question *question, struct kx_answer *answer)
{
	static __thread struct door_reply reply;
	const struct door_request *request = question->request;

	memset(&reply, 0, sizeof(reply));
	reply.twice = 2 * request->number;
	snprintf(reply.text, sizeof(reply.text), "%.15s", request->text);
	answer->reply = &reply;
	answer->len = sizeof(reply);
	answer->verdict = request->number % 10 == 7 ? -EACCES : 0;
	answer->keep_ms = !strcmp(manner, "keep") ? 60000 : 0;
	return 0;
}

static int answer_path(const struct kx_question *question, struct kx_answer *answer)
{
	const struct kx_call_request *request = question->request;
	size_t len = strlen(request->path);

	answer->verdict = len && request->path[len - 1] == 'n' ? -EACCES : 0;
	answer->keep_ms = !strcmp(manner, "keep") ? 60000 : 0;
	return 0;
}

static int handle(void *ctx, const struct kx_question *question, struct kx_answer *answer)
{
	int err = question->len == sizeof(struct door_request) ? answer_number(question, answer) :
								  answer_path(question, answer);

	(void)ctx;
	last_id = question->id;
	if (!strcmp(manner, "wrong"))
		answer->verdict = 5;
	if (!strcmp(manner, "hang"))
		pause();
	if (!strcmp(manner, "twice")) {
		(void)kx_door_answer(door, question->id, answer);
		if (kx_door_answer(door, question->id, answer) != -EALREADY &&
		    kx_door_answer(door, question->id, answer) != -ESTALE)
			fprintf(stderr, "an answer was taken twice\n");
		return KX_DOOR_LATER;
	}
	return err;
}

static void *work(void *ctx)
{
	struct epoll_event event;

	(void)ctx;
	while (!stopped) {
		int nr = 1;

		/* It is an epoll set itself, which saves a look. */
		(void)epoll_wait(kx_door_fd(door), &event, 1, 200);
		while (nr > 0)
			nr = kx_door_dispatch(door);
		if (nr < 0 && nr != -EPERM)
			stopped = 1;
	}
	return NULL;
}

static int serve(int argc, char **argv)
{
	const struct sigaction action = { .sa_handler = stop };
	int nr = atoi(argv[4]);
	pthread_t threads[64];
	struct kx_instance *inst;
	struct kx *kx;

	manner = argc > 5 ? argv[5] : "";
	sigaction(SIGTERM, &action, NULL);
	if (kx_new(&kx))
		return 1;
	if (kx_instance_open(kx, argv[2], &inst) ||
	    kx_door_create(kx, inst, argv[3], handle, NULL, &door) || kx_door_attach(door)) {
		fprintf(stderr, "%s\n", kx_error(kx));
		return 1;
	}
	kx_instance_close(inst);
	printf("%s\n", kx_door_way(door));
	fflush(stdout);
	for (int i = 0; i < nr; i++)
		pthread_create(&threads[i], NULL, work, NULL);
	for (int i = 0; i < nr; i++)
		pthread_join(threads[i], NULL);
	kx_door_close(door);
	kx_free(kx);
	return 0;
}

/* Each question of each process another number: an answer to any other is seen. */
static int ask_one(int process, long nr)
{
	struct kx_instance *inst;
	struct kx_command *command;
	struct kx *kx;
	long wrong = 0;

	if (kx_new(&kx) || kx_instance_open(kx, "door", &inst) ||
	    kx_command_open(kx, inst, "twice", &command))
		return 1;
	for (long i = 0; i < nr; i++) {
		struct door_request in = { .number = process * 1000000L + i };
		struct door_asked out;
		int result;

		snprintf(in.text, sizeof(in.text), "p%d-%ld", process, i);
		if (kx_call(command, &in, sizeof(in), &out, sizeof(out), &result)) {
			fprintf(stderr, "%s\n", kx_error(kx));
			return 1;
		}
		wrong += out.reply.twice != 2 * in.number || strcmp(out.reply.text, in.text) ||
			 out.verdict != (in.number % 10 == 7 ? -EACCES : 0);
	}
	if (wrong)
		fprintf(stderr, "%ld of %ld answers are wrong\n", wrong, nr);
	return wrong != 0;
}

static int open_one(int process, long nr, char **paths, int nr_paths)
{
	for (long i = 0; i < nr; i++) {
		const char *path = paths[(process + i) % nr_paths];
		int expected = path[strlen(path) - 1] == 'n', fd = open(path, O_RDONLY);

		if ((fd < 0) != expected || (fd < 0 && errno != EACCES)) {
			fprintf(stderr, "%s: %s\n", path, fd < 0 ? strerror(errno) : "opened");
			return 1;
		}
		if (fd >= 0)
			close(fd);
	}
	return 0;
}

static double now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec + t.tv_nsec / 1e9;
}

/* Services come and go meanwhile: it ends in time, and is opened or refused. */
static int any_one(long nr, const char *path)
{
	double longest = 0;
	long refused = 0;

	for (long i = 0; i < nr; i++) {
		double from = now(), took;
		int fd = open(path, O_RDONLY);

		if (fd < 0 && errno != EACCES) {
			fprintf(stderr, "%s: %s\n", path, strerror(errno));
			return 1;
		}
		refused += fd < 0;
		if (fd >= 0)
			close(fd);
		took = now() - from;
		longest = took > longest ? took : longest;
	}
	printf("%.3f %ld\n", longest, refused);
	fflush(stdout);
	return 0;
}

static int processes(int argc, char **argv)
{
	int nr = atoi(argv[2]), failed = 0, status;
	long each = atol(argv[3]);

	for (int i = 0; i < nr; i++)
		if (!fork())
			_exit(!strcmp(argv[1], "any") ? any_one(each, argv[4]) : argc == 4 ? ask_one(i, each) : open_one(i, each, argv + 4, argc - 4));
	while (wait(&status) > 0)
		failed += status != 0;
	return failed != 0;
}

struct threads {
	char **paths;
	long nr;
	int failed;
};

static void *open_thread(void *ctx)
{
	struct threads *threads = ctx;

	if (open_one(0, threads->nr, threads->paths, 2))
		threads->failed = 1;
	return NULL;
}

/* Threads of one process at once. */
static int threads(char **argv)
{
	struct threads shared = { .paths = argv + 4, .nr = atol(argv[3]) };
	pthread_t list[64];
	int nr = atoi(argv[2]);

	for (int i = 0; i < nr; i++)
		pthread_create(&list[i], NULL, open_thread, &shared);
	for (int i = 0; i < nr; i++)
		pthread_join(list[i], NULL);
	return shared.failed;
}

/* By somebody who may read the pins, but is not the service: every slot, any key. */
static int foreign(char **argv)
{
	struct kx_answer answer = {};
	struct kx_instance *inst;
	struct kx *kx;
	int err;

	if (kx_new(&kx) || kx_instance_open(kx, argv[2], &inst) ||
	    kx_door_create(kx, inst, argv[3], handle, NULL, &door))
		return 1;
	err = kx_door_answer(door, strtoull(argv[4], NULL, 16), &answer);
	printf("%d %s\n", err, kx_error(kx));
	return 0;
}

int main(int argc, char **argv)
{
	if (argc > 4 && !strcmp(argv[1], "serve"))
		return serve(argc, argv);
	if (argc > 4 && !strcmp(argv[1], "foreign"))
		return foreign(argv);
	if (argc > 5 && !strcmp(argv[1], "threads"))
		return threads(argv);
	if (argc > 3)
		return processes(argc, argv);
	return 2;
}
