// SPDX-License-Identifier: GPL-2.0-only
/*
 * Memory that blocks who reads it: pages that are not there, with a userfaultfd. The hook
 * of the task that asks reads the page of its question, and sleeps in the page fault
 * until that page appears. When the last process that has the userfaultfd ends,
 * however, the kernel lets all go on.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/userfaultfd.h>
#include <signal.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "door/door.h"

#define PAGE	4096ULL
#define HALF	(KX_DOOR_PAGES / 2)

static uint64_t page_at(const struct door_side *side, uint32_t slot, uint32_t page)
{
	return side->wait + ((uint64_t)slot * KX_DOOR_PAGES + page) * PAGE;
}

static int watch(int uffd, void *at)
{
	struct uffdio_api api = { .api = UFFD_API };
	struct uffdio_register reg = {
		.range = { .start = (uintptr_t)at, .len = DOOR_WAIT_LEN },
		.mode = UFFDIO_REGISTER_MODE_MISSING,
	};

	if (ioctl(uffd, UFFDIO_API, &api))
		return -errno;
	/* Children shall not have it, and nothing may put pages there before us. */
	if (madvise(at, DOOR_WAIT_LEN, MADV_DONTFORK) || munlock(at, DOOR_WAIT_LEN) ||
	    madvise(at, DOOR_WAIT_LEN, MADV_DONTNEED))
		return -errno;
	(void)madvise(at, DOOR_WAIT_LEN, MADV_NOHUGEPAGE);
	return ioctl(uffd, UFFDIO_REGISTER, &reg) ? -errno : 0;
}

void door_wait_make(struct door_side *side)
{
	void *at;

	side->wait = 0;
	side->uffd = syscall(__NR_userfaultfd, O_CLOEXEC | O_NONBLOCK);
	if (side->uffd < 0)
		return;
	at = mmap(NULL, DOOR_WAIT_LEN, PROT_READ | PROT_WRITE,
		  MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	side->wait = at == MAP_FAILED ? 0 : (uintptr_t)at;
	if (!side->wait || watch(side->uffd, at))
		door_wait_done(side);
}

/* The descriptor first: a page that is not there any more would be an error to wait at. */
void door_wait_done(struct door_side *side)
{
	if (side->uffd >= 0)
		close(side->uffd);
	side->uffd = -1;
	if (side->wait)
		munmap((void *)(uintptr_t)side->wait, DOOR_WAIT_LEN);
	side->wait = 0;
}

void door_release(const struct door_side *side, uint32_t i)
{
	const struct kx_door_slot *slot = door_slot(side, i);
	uint32_t state = __atomic_load_n(&slot->state, __ATOMIC_ACQUIRE);
	struct uffdio_zeropage zero = { .range.len = PAGE };

	if (state != KX_DOOR_ANSWERED && state != KX_DOOR_DEFAULTED)
		return;
	if (slot->way == KX_DOOR_STOP) {
		(void)kill(slot->tgid, SIGCONT);
		return;
	}
	zero.range.start = page_at(side, i, slot->use % KX_DOOR_PAGES);
	/* EAGAIN: the service's memory is just being changed, by a thread of it. */
	while (side->uffd >= 0 && ioctl(side->uffd, UFFDIO_ZEROPAGE, &zero) && errno == EAGAIN)
		;
}

void door_wait_renew(const struct door_side *side, uint32_t slot, uint32_t page)
{
	if (side->wait && page % HALF == 0)
		(void)madvise((void *)(uintptr_t)page_at(side, slot, (page + HALF) % KX_DOOR_PAGES),
			      HALF * PAGE, MADV_DONTNEED);
}
