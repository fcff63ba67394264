/* SPDX-License-Identifier: GPL-2.0-only */
/* What seccomp holds and was not answered yet: memory of a service and its keeper. */
#ifndef KX_DOOR_PLACES_H
#define KX_DOOR_PLACES_H

#include <kx/abi.h>
#include <kx/kx.h>
#include <linux/seccomp.h>
#include <stdbool.h>
#include <stdint.h>

#define PLACES_MAX	256	/* calls that are held at once */

/*
 * Keeper: free, taking, waits. Service: asked, answering, free. Who settles what waits
 * or was asked moves it first; what the service has begun to answer can be overtaken
 * by the keeper, and the kernel takes one of the two.
 */
enum place_state {
	PLACE_FREE,
	PLACE_TAKING,
	PLACE_WAITS,
	PLACE_ASKED,
	PLACE_ANSWERING,
	PLACE_DEFAULTING,
	PLACE_LEFT,		/* overtaken, and neither the default was taken */
};

struct place {
	uint64_t word;		/* enum place_state, and above it how often it was used */
	uint64_t deadline_ns;
	struct seccomp_notif notice;	/* the kernel writes it: with an id, it was taken */
};

struct places {
	struct kx_door_counts counts;
	bool ended;		/* the service serves no more */
	int fallback;
	uint64_t hold_ns;
	/* The last one is for a call that finds no place. */
	struct place places[PLACES_MAX + 1];
};

uint64_t places_now(void);

/* NULL: no memory. */
struct places *places_new(uint32_t deadline_ms, int fallback);
void places_free(struct places *all);

/* The call returns @verdict; or is made, or returns what @reply says. */
int places_send(int listener, uint64_t id, int verdict, const struct kx_call_reply *reply);

/*
 * Keeper: take one call that is held; true: the service has something to do. @alone:
 * there is no service, it gets the default.
 */
bool places_receive(struct places *all, int listener, bool alone);

/* Keeper, when it begins: what the one before it has left half done. */
void places_mend(struct places *all);

/*
 * The default to what is beyond its deadline, or to @everything, counted at @at; for how
 * many ms nothing more is to be done then, -1: for ever.
 */
int places_expire(struct places *all, int listener, bool everything, uint64_t *at);

/* Service: the one that waits longest is asked now. false: none waits. */
bool places_ask(struct places *all, struct seccomp_notif *out);

/*
 * Service: answer what waits, counted at @at. -ESTALE: nothing has this id any more; -ENOENT:
 * who asked has gone.
 */
int places_answer(struct places *all, int listener, uint64_t id, int verdict,
		  const struct kx_call_reply *reply, uint64_t *at);

/* Service: who asked this has gone. */
void places_forget(struct places *all, uint64_t id);

/* How many are not settled. */
size_t places_used(const struct places *all);

#endif
