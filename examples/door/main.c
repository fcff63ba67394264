// SPDX-License-Identifier: GPL-2.0-only
/* The service of the door: prints "We provide service!!", and replies. */
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>

#include <kx/kx.h>

#include "door.h"

static volatile sig_atomic_t stopped;

static void stop(int signal)
{
	(void)signal;
	stopped = 1;
}

/* One question at a time here, so one reply is enough. */
static int provide(void *ctx, const struct kx_question *question, struct kx_answer *answer)
{
	const struct service_request *request = question->request;
	struct service_reply *reply = ctx;

	printf("We provide service!! opcode %u, number %llu, for %s\n", question->opcode,
	       (unsigned long long)request->number, question->comm);
	fflush(stdout);
	memset(reply, 0, sizeof(*reply));
	snprintf(reply->text, sizeof(reply->text), "We provide service!!");
	reply->number = request->number + 1;
	answer->reply = reply;
	answer->len = sizeof(*reply);
	return 0;
}

static int serve(struct kx_door *door)
{
	struct pollfd ready = { .fd = kx_door_fd(door), .events = POLLIN };
	int nr = kx_door_attach(door);

	while (nr >= 0 && !stopped) {
		poll(&ready, 1, 1000);
		nr = kx_door_dispatch(door);
	}
	return nr;
}

int main(void)
{
	const struct sigaction action = { .sa_handler = stop };
	struct service_reply reply;
	struct kx_instance *inst = NULL;
	struct kx_door *door = NULL;
	struct kx *kx;
	int err;

	if (kx_new(&kx))
		return 1;
	sigaction(SIGINT, &action, NULL);
	sigaction(SIGTERM, &action, NULL);
	err = kx_instance_open(kx, "door", &inst);
	if (!err)
		err = kx_door_create(kx, inst, "service", provide, &reply, &door);
	if (!err)
		err = serve(door);
	if (err < 0)
		fprintf(stderr, "%s\n", kx_error(kx));
	kx_door_close(door);
	kx_instance_close(inst);
	kx_free(kx);
	return err < 0;
}
