// SPDX-License-Identifier: GPL-2.0-only
/*
 * What seccomp holds and was not answered yet, in memory that a service and its keeper share.
 * The keeper alone receives, straight into it: whoever is killed, and whenever, nothing that the
 * kernel has given is forgotten. Only system calls here: the keeper is a copy of a
 * process that may have had threads.
 */
#include <errno.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

#include "door/places.h"

#define LOOK_MS		60000	/* for later deadlines it is computed again */
#define STATE_BITS	8
#define STATE(word)	((enum place_state)((word) & ((1U << STATE_BITS) - 1)))

uint64_t places_now(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * 1000000000ULL + now.tv_nsec;
}

/* NULL: it is in no account. */
static void count(uint64_t *at)
{
	if (at)
		__atomic_add_fetch(at, 1, __ATOMIC_RELAXED);
}

static uint64_t word_of(const struct place *place)
{
	return __atomic_load_n(&place->word, __ATOMIC_SEQ_CST);
}

/* From what @word says, which is the new one then; false: somebody else was first. */
static bool move(struct place *place, uint64_t *word, enum place_state to)
{
	uint64_t next = (*word >> STATE_BITS << STATE_BITS) | to;

	/* Another use of it: who still thinks of this one cannot move it. */
	if (to == PLACE_FREE)
		next += 1U << STATE_BITS;
	if (!__atomic_compare_exchange_n(&place->word, word, next, false, __ATOMIC_SEQ_CST,
					 __ATOMIC_SEQ_CST))
		return false;
	*word = next;
	return true;
}

struct places *places_new(uint32_t deadline_ms, int fallback)
{
	struct places *all = mmap(NULL, sizeof(*all), PROT_READ | PROT_WRITE,
				  MAP_SHARED | MAP_ANONYMOUS | MAP_POPULATE, -1, 0);

	if (all == MAP_FAILED)
		return NULL;
	all->hold_ns = deadline_ms * 1000000ULL;
	all->fallback = fallback;
	return all;
}

void places_free(struct places *all)
{
	if (all)
		munmap(all, sizeof(*all));
}

int places_send(int listener, uint64_t id, int verdict, const struct kx_call_reply *reply)
{
	struct seccomp_notif_resp resp = { .id = id, .error = verdict };

	if (!verdict && reply && reply->replaces)
		resp.val = reply->value;
	else if (!verdict)
		resp.flags = SECCOMP_USER_NOTIF_FLAG_CONTINUE;
	return ioctl(listener, SECCOMP_IOCTL_NOTIF_SEND, &resp) ? -errno : 0;
}

/* Nobody else settles it from here on but the one whose answer it overtakes. */
static void give_default(struct places *all, int listener, struct place *place, uint64_t word,
			 uint64_t *at)
{
	bool overtakes = STATE(word) == PLACE_ANSWERING;
	uint64_t id = place->notice.id;

	if (!move(place, &word, PLACE_DEFAULTING))
		return;
	if (!places_send(listener, id, all->fallback, NULL)) {
		count(at);
	} else if (overtakes) {
		/* The answer was taken, or who asked has gone: the service knows which. */
		(void)move(place, &word, PLACE_LEFT);
		return;
	} else {
		count(at ? &all->counts.gone : NULL);
	}
	(void)move(place, &word, PLACE_FREE);
}

int places_expire(struct places *all, int listener, bool everything, uint64_t *at)
{
	uint64_t now = places_now(), first = UINT64_MAX;

	for (size_t i = 0; i <= PLACES_MAX; i++) {
		struct place *place = &all->places[i];
		uint64_t word = word_of(place);
		bool late = everything || place->deadline_ns <= now;

		if (STATE(word) != PLACE_WAITS && STATE(word) != PLACE_ASKED &&
		    STATE(word) != PLACE_ANSWERING)
			continue;
		if (late)
			give_default(all, listener, place, word, at);
		else if (place->deadline_ns < first)
			first = place->deadline_ns;
	}
	first = first == UINT64_MAX ? UINT64_MAX : (first - now) / 1000000 + 1;
	return first == UINT64_MAX ? -1 : first < LOOK_MS ? (int)first : LOOK_MS;
}

/* Those who were killed while they waited. */
static void forget_gone(struct places *all, int listener)
{
	for (size_t i = 0; i < PLACES_MAX; i++) {
		struct place *place = &all->places[i];
		uint64_t word = word_of(place), id = place->notice.id;

		if ((STATE(word) != PLACE_WAITS && STATE(word) != PLACE_ASKED) ||
		    !ioctl(listener, SECCOMP_IOCTL_NOTIF_ID_VALID, &id) ||
		    !move(place, &word, PLACE_DEFAULTING))
			continue;
		count(&all->counts.gone);
		(void)move(place, &word, PLACE_FREE);
	}
}

/* One that is not in use. The spare one always is free: it is settled at once. */
static struct place *place_free(struct places *all, int listener, uint64_t *word)
{
	if (places_used(all) >= PLACES_MAX)
		forget_gone(all, listener);
	for (size_t i = 0; i <= PLACES_MAX; i++) {
		*word = word_of(&all->places[i]);
		if (STATE(*word) == PLACE_FREE)
			return &all->places[i];
	}
	return NULL;
}

bool places_receive(struct places *all, int listener, bool alone)
{
	uint64_t word, *at = NULL;
	struct place *place = place_free(all, listener, &word);
	bool is_spare = place == &all->places[PLACES_MAX];

	if (!place || !move(place, &word, PLACE_TAKING))
		return false;
	memset(&place->notice, 0, sizeof(place->notice));
	/* ENOENT: it was killed meanwhile. */
	if (ioctl(listener, SECCOMP_IOCTL_NOTIF_RECV, &place->notice)) {
		(void)move(place, &word, PLACE_FREE);
		return false;
	}
	place->deadline_ns = places_now() + all->hold_ns;
	/* What comes after the end of the service is not in its account. */
	alone |= __atomic_load_n(&all->ended, __ATOMIC_SEQ_CST);
	if (!alone) {
		at = is_spare ? &all->counts.full : &all->counts.died;
		count(&all->counts.asked);
	}
	(void)move(place, &word, PLACE_WAITS);
	if (alone || is_spare || __atomic_load_n(&all->ended, __ATOMIC_SEQ_CST)) {
		give_default(all, listener, place, word, at);
		return false;
	}
	return true;
}

void places_mend(struct places *all)
{
	for (size_t i = 0; i <= PLACES_MAX; i++) {
		struct place *place = &all->places[i];
		uint64_t word = word_of(place);

		if (STATE(word) == PLACE_TAKING && !place->notice.id) {
			(void)move(place, &word, PLACE_FREE);
		} else if (STATE(word) == PLACE_TAKING) {
			place->deadline_ns = places_now() + (i < PLACES_MAX ? all->hold_ns : 0);
			count(&all->counts.asked);
			(void)move(place, &word, PLACE_WAITS);
		} else if (STATE(word) == PLACE_DEFAULTING) {
			place->deadline_ns = places_now();
			(void)move(place, &word, PLACE_ASKED);
		}
	}
}

bool places_ask(struct places *all, struct seccomp_notif *out)
{
	for (;;) {
		struct place *oldest = NULL;
		uint64_t deadline_ns = 0, word = 0;

		for (size_t i = 0; i < PLACES_MAX; i++) {
			struct place *place = &all->places[i];
			uint64_t now = word_of(place);

			if (STATE(now) != PLACE_WAITS ||
			    (oldest && place->deadline_ns >= deadline_ns))
				continue;
			oldest = place;
			word = now;
			deadline_ns = place->deadline_ns;
		}
		if (!oldest)
			return false;
		/* It is this one if it can still be moved. */
		*out = oldest->notice;
		if (move(oldest, &word, PLACE_ASKED))
			return true;
	}
}

/* By its id, what waits or was asked. */
static struct place *place_of(struct places *all, uint64_t id, uint64_t *word)
{
	for (size_t i = 0; i < PLACES_MAX; i++) {
		*word = word_of(&all->places[i]);
		if ((STATE(*word) == PLACE_WAITS || STATE(*word) == PLACE_ASKED) &&
		    all->places[i].notice.id == id)
			return &all->places[i];
	}
	return NULL;
}

/* The keeper has overtaken this answer. Who asked has gone if neither was taken. */
static int overtaken(struct places *all, struct place *place, uint64_t word, bool sent)
{
	uint64_t now = word_of(place);

	for (int tries = 0; tries < 1000 && STATE(now) == PLACE_DEFAULTING &&
	     now >> STATE_BITS == word >> STATE_BITS; tries++) {
		usleep(1000);
		now = word_of(place);
	}
	if (STATE(now) == PLACE_LEFT && now >> STATE_BITS == word >> STATE_BITS &&
	    move(place, &now, PLACE_FREE) && !sent) {
		count(&all->counts.gone);
		return -ENOENT;
	}
	if (!sent)
		count(&all->counts.late);
	return sent ? 0 : -ESTALE;
}

int places_answer(struct places *all, int listener, uint64_t id, int verdict,
		  const struct kx_call_reply *reply, uint64_t *at)
{
	uint64_t word;
	struct place *place = place_of(all, id, &word);
	bool sent;

	if (!place || !move(place, &word, PLACE_ANSWERING)) {
		count(&all->counts.late);
		return -ESTALE;
	}
	sent = !places_send(listener, id, verdict, reply);
	if (sent)
		count(at);
	/* Its word after that: another use of the place has another. */
	if (!move(place, &(uint64_t){ word }, PLACE_FREE))
		return overtaken(all, place, word, sent);
	if (!sent)
		count(&all->counts.gone);
	return sent ? 0 : -ENOENT;
}

void places_forget(struct places *all, uint64_t id)
{
	uint64_t word;
	struct place *place = place_of(all, id, &word);

	if (!place || !move(place, &word, PLACE_DEFAULTING))
		return;
	count(&all->counts.gone);
	(void)move(place, &word, PLACE_FREE);
}

size_t places_used(const struct places *all)
{
	size_t nr = 0;

	for (size_t i = 0; i <= PLACES_MAX; i++)
		nr += STATE(word_of(&all->places[i])) != PLACE_FREE;
	return nr;
}
