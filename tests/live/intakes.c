// SPDX-License-Identifier: GPL-2.0-only
/*
 * Writers of the intake `numbers`:
 *	intakes put INSTANCE FIRST COUNT FILE	COUNT 0: until SIGTERM; FILE: a page that counts
 *	intakes raw FIRST COUNT			the records, on standard output
 *	intakes begun PIN FIRST			libbpf's writer, that never ends a record
 *	intakes garbage PIN KIND		writes what is no record
 */
#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <fcntl.h>
#include <kx/abi.h>
#include <kx/kx.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "../ext/shr.h"

static struct kx *kx;
static volatile sig_atomic_t stopped;

static void stop(int signal)
{
	(void)signal;
	stopped = 1;
}

__attribute__((noreturn))
static void give_up(const char *why)
{
	fprintf(stderr, "intakes: %s\n", why);
	exit(1);
}

static struct numbered record(uint64_t number)
{
	struct numbered made = { .number = number, .check = (uint32_t)(number * 2654435761u) };

	memset(made.fill, (unsigned char)number, sizeof(made.fill));
	return made;
}

/* Outlives the process: [0] begun, [1] put. */
static volatile uint64_t *counts(const char *path)
{
	int fd = open(path, O_RDWR);
	void *page = fd < 0 ? MAP_FAILED :
		     mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);

	if (page == MAP_FAILED)
		give_up(path);
	return page;
}

static int put(const char *instance, uint64_t first, uint64_t nr, const char *path)
{
	volatile uint64_t *page = counts(path);
	uint64_t taken, refused;
	struct kx_instance *inst;
	struct kx_intake *intake;

	if (kx_instance_open(kx, instance, &inst) ||
	    kx_intake_open(kx, inst, "numbers", &intake))
		give_up(kx_error(kx));
	kx_instance_close(inst);
	signal(SIGTERM, stop);
	for (uint64_t i = 0; (!nr || i < nr) && !stopped; i++) {
		struct numbered made = record(first + page[0]);

		page[0]++;
		if (kx_intake_put(intake, &made, sizeof(made)))
			give_up(kx_error(kx));
		page[1]++;
		/* Also when there is room. */
		if (i % 1000 == 500 && kx_intake_flush(intake, NULL, NULL))
			give_up(kx_error(kx));
	}
	if (kx_intake_flush(intake, &taken, &refused))
		give_up(kx_error(kx));
	printf("taken %lu refused %lu\n", (unsigned long)taken, (unsigned long)refused);
	kx_intake_close(intake);
	return 0;
}

static int raw(uint64_t first, uint64_t nr)
{
	for (uint64_t i = 0; i < nr; i++) {
		struct numbered made = record(first + i);

		fwrite(&made, sizeof(made), 1, stdout);
	}
	return 0;
}

/* One that is begun, one that is whole behind it. */
static int begun(const char *pin, uint64_t first)
{
	struct user_ring_buffer *ring = user_ring_buffer__new(bpf_obj_get(pin), NULL);
	struct numbered *made;

	if (!ring)
		give_up("user_ring_buffer__new");
	made = user_ring_buffer__reserve(ring, sizeof(*made));
	if (!made)
		give_up("user_ring_buffer__reserve");
	made->number = 0;
	made = user_ring_buffer__reserve(ring, sizeof(*made));
	if (!made)
		give_up("user_ring_buffer__reserve");
	*made = record(first);
	user_ring_buffer__submit(ring, made);
	user_ring_buffer__free(ring);
	return 0;
}

static int garbage(const char *pin, const char *kind)
{
	size_t page = sysconf(_SC_PAGESIZE);
	int fd = bpf_obj_get(pin);
	char *bytes = fd < 0 ? MAP_FAILED :
		      mmap(NULL, 2 * page, PROT_READ | PROT_WRITE, MAP_SHARED, fd, page);
	volatile uint64_t *position = (void *)bytes;

	if ((void *)bytes == MAP_FAILED)
		give_up(pin);
	memset(bytes + page, 0x5a, page);
	if (!strcmp(kind, "records"))
		*position += 64;
	else if (!strcmp(kind, "odd"))
		*position += 3;
	else if (!strcmp(kind, "far"))
		*position += 1ULL << 40;
	else if (!strcmp(kind, "back"))
		*position -= 8;
	return 0;
}

int main(int argc, char **argv)
{
	uint64_t third = argc > 3 ? strtoull(argv[3], NULL, 10) : 0;

	if (kx_new(&kx) || argc < 4)
		return 2;
	if (!strcmp(argv[1], "put") && argc == 6)
		return put(argv[2], third, strtoull(argv[4], NULL, 10), argv[5]);
	if (!strcmp(argv[1], "raw"))
		return raw(strtoull(argv[2], NULL, 10), third);
	if (!strcmp(argv[1], "begun"))
		return begun(argv[2], third);
	if (!strcmp(argv[1], "garbage"))
		return garbage(argv[2], argv[3]);
	return 2;
}
