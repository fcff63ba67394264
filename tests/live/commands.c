// SPDX-License-Identifier: GPL-2.0-only
/* Calls commands as kx_call() does not: with wrong blocks, by many threads, for long. */
#include <kx/abi.h>
#include <kx/kx.h>

#include <errno.h>
#include <linux/bpf.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#define PAGE	4096

/* As tests/ext/cmd.bpf.c has them. */
struct greet {
	char name[32];
	uint32_t times;
};
struct greeted {
	char text[64];
	uint32_t generation;
};
struct block {
	struct greet in __attribute__((aligned(8)));
	struct greeted out __attribute__((aligned(8)));
};
struct large {
	uint32_t seed;
	uint8_t bytes[4000];
};

static int fail(const char *what)
{
	printf("%s: %s\n", what, strerror(errno));
	return 1;
}

/*
 * bpf(2) itself
 */

static int open_pin(const char *path)
{
	union bpf_attr attr = { .pathname = (uintptr_t)path, .file_flags = BPF_F_RDONLY };

	return syscall(__NR_bpf, BPF_OBJ_GET, &attr, sizeof(attr));
}

/* 0, or the errno; @result: what the program returned. */
static int run_raw(int prog, void *block, size_t len, int *result)
{
	union bpf_attr attr = {
		.test = { .prog_fd = prog, .ctx_in = (uintptr_t)block, .ctx_size_in = len },
	};

	if (syscall(__NR_bpf, BPF_PROG_TEST_RUN, &attr, sizeof(attr)))
		return errno;
	*result = (int)attr.test.retval;
	return 0;
}

static void say(const char *what, int err, int result)
{
	if (err)
		printf("%s: %s\n", what, strerrorname_np(err));
	else
		printf("%s: returned %d\n", what, result);
}

/* At the very end of memory: what is read or written beyond ends this. */
static char *at_the_edge(size_t len)
{
	char *page = mmap(NULL, 2 * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1,
			  0);

	if (page == MAP_FAILED || mprotect(page + PAGE, PAGE, PROT_NONE))
		exit(fail("mmap"));
	return page + PAGE - len;
}

/* Every length that is too short: refused, or it does no harm. */
static void run_short(int prog)
{
	int refused = 0, result = 0, first = 0;

	for (size_t len = 0; len < sizeof(struct block); len++) {
		char *bytes = at_the_edge(len);

		if (run_raw(prog, bytes, len, &result) == EINVAL)
			refused++;
		else if (!first)
			first = len;
		munmap(bytes + len - PAGE, 2 * PAGE);
	}
	printf("short: %d refused, from %d on not\n", refused, first);
}

static void run_long(int prog)
{
	char *bytes = calloc(1, 1 << 17);
	struct block *block = (struct block *)bytes;
	int result = 0, err, touched = 0;

	strcpy(block->in.name, "long");
	memset(bytes + sizeof(*block), 0x5a, 65535 - sizeof(*block));
	err = run_raw(prog, bytes, 65535, &result);
	for (size_t i = sizeof(*block); i < 65535; i++)
		touched += bytes[i] != 0x5a;
	say("65535 bytes", err, result);
	printf("65535 bytes: %s, %d bytes behind it touched\n", block->out.text, touched);
	say("65536 bytes", run_raw(prog, bytes, 65536, &result), result);
	free(bytes);
}

static void run_text(int prog)
{
	struct block *block = (struct block *)at_the_edge(sizeof(*block));
	int result = 0, err;

	/* No end within the member, nor in what follows. */
	memset(&block->in, 'A', sizeof(block->in));
	block->in.times &= 0x7fffffff;
	err = run_raw(prog, block, sizeof(*block), &result);
	printf("text without an end: %s, %zu bytes\n", err ? strerrorname_np(err) : "ran",
	       strnlen(block->out.text, sizeof(block->out.text)));
}

static void run_misaligned(int prog)
{
	for (int off = 1; off < 8; off += 2) {
		char *bytes = at_the_edge(sizeof(struct block) + off);
		struct block block = { .in.name = "crooked", .in.times = off };
		int result = 0, err;

		memcpy(bytes, &block, sizeof(block));
		err = run_raw(prog, bytes, sizeof(block), &result);
		memcpy(&block, bytes, sizeof(block));
		printf("offset %d: ", off);
		say(block.out.text, err, result);
	}
}

static int raw(const char *pin)
{
	struct block block = { .in.name = "raw" };
	int prog = open_pin(pin), result = 0, err;
	char *fixed;

	if (prog < 0)
		return fail(pin);
	say("NULL", run_raw(prog, NULL, sizeof(block), &result), result);
	say("NULL, empty", run_raw(prog, NULL, 0, &result), result);
	say("an address of nobody", run_raw(prog, (void *)16, sizeof(block), &result), result);
	say("an address of the kernel", run_raw(prog, (void *)-4096, sizeof(block), &result), result);
	fixed = at_the_edge(sizeof(block));
	mprotect(fixed + sizeof(block) - PAGE, PAGE, PROT_READ);
	say("read-only", run_raw(prog, fixed, sizeof(block), &result), result);
	run_short(prog);
	run_long(prog);
	run_text(prog);
	run_misaligned(prog);
	err = run_raw(prog, &block, sizeof(block), &result);
	say(block.out.text, err, result);
	return 0;
}

/* What a program says that is not of the running generation. */
static int stale(const char *pin)
{
	struct block block = { .in.name = "stale" }, before = block;
	int prog = open_pin(pin), result = 0, err;

	if (prog < 0)
		return fail(pin);
	err = run_raw(prog, &block, sizeof(block), &result);
	printf("%s, %s\n", !err && result == KX_STALE ? "stale" : "not stale",
	       memcmp(&block, &before, sizeof(block)) ? "changed" : "unchanged");
	return 0;
}

/*
 * Many at once
 */

struct caller {
	pthread_t thread;
	const char *instance;
	int nr, rounds;
	int done, busy, wrong;
};

static int check_turn(const struct large *in, const struct large *out)
{
	if (in->seed != out->seed)
		return 1;
	for (size_t i = 0; i < sizeof(in->bytes); i++)
		if (out->bytes[i] != in->bytes[sizeof(in->bytes) - 1 - i])
			return 1;
	return 0;
}

static void *call_often(void *arg)
{
	struct caller *self = arg;
	struct kx_command *command;
	struct kx_instance *inst;
	struct large in, out;
	struct kx *kx;

	if (kx_new(&kx) || kx_instance_open(kx, self->instance, &inst) ||
	    kx_command_open(kx, inst, "turn", &command)) {
		self->wrong++;
		return NULL;
	}
	for (int i = 0; i < self->rounds; i++) {
		int result;

		in.seed = self->nr << 16 | i;
		for (size_t j = 0; j < sizeof(in.bytes); j++)
			in.bytes[j] = (uint8_t)(in.seed * 31 + j * 7);
		if (kx_call(command, &in, sizeof(in), &out, sizeof(out), &result))
			self->wrong++;
		else if (result == -EBUSY)
			self->busy++;
		else if (result != 1 || check_turn(&in, &out))
			self->wrong++;
		else
			self->done++;
	}
	kx_command_close(command);
	kx_instance_close(inst);
	kx_free(kx);
	return NULL;
}

static int many(const char *instance, int nr, int rounds)
{
	struct caller *callers = calloc(nr, sizeof(*callers));
	int done = 0, busy = 0, wrong = 0;

	for (int i = 0; i < nr; i++) {
		callers[i] = (struct caller){ .instance = instance, .nr = i, .rounds = rounds };
		pthread_create(&callers[i].thread, NULL, call_often, &callers[i]);
	}
	for (int i = 0; i < nr; i++) {
		pthread_join(callers[i].thread, NULL);
		done += callers[i].done;
		busy += callers[i].busy;
		wrong += callers[i].wrong;
	}
	printf("done+busy %d, done %s, wrong %d\n", done + busy, done ? "some" : "none", wrong);
	free(callers);
	return 0;
}

/*
 * For long: until it cannot be called any more
 */

static int follow(const char *instance)
{
	struct greet in = { .name = "follower" };
	struct greeted out;
	uint32_t generation = 0;
	struct kx_command *command;
	struct kx_instance *inst;
	int err, result;
	struct kx *kx;

	if (kx_new(&kx) || kx_instance_open(kx, instance, &inst) ||
	    kx_command_open(kx, inst, "greet", &command))
		return fail(instance);
	kx_instance_close(inst);
	while (!(err = kx_call(command, &in, sizeof(in), &out, sizeof(out), &result))) {
		if (result || strcmp(out.text, "hello, follower"))
			printf("wrong: %d %.64s\n", result, out.text);
		if (out.generation != generation)
			printf("generation %u\n", out.generation);
		generation = out.generation;
		fflush(stdout);
	}
	printf("%s: %s\n", strerrorname_np(-err), kx_error(kx));
	kx_command_close(command);
	kx_free(kx);
	return 0;
}

/*
 * A held instance, of this process
 */

static int hold(const char *path)
{
	struct kx_load_opts opts = { .size = sizeof(opts), .held = 1, .instance = "cmdheld" };
	static const char *const args[] = { "name=holder", "times=7" };
	struct kx_extension *ext;
	struct kx_command *command;
	struct kx_instance *inst;
	char text[64] = "", *out;
	int result, fd, err;
	struct kx *kx;

	if (kx_new(&kx) || kx_extension_open(kx, path, &ext) || kx_load(kx, ext, &opts, &inst) ||
	    kx_command_open(kx, inst, "greet", &command) ||
	    kx_call_text(command, args, 2, &out, &result))
		return printf("%s\n", kx_error(kx)), 1;
	printf("own: %d %s\n", result, out);
	fd = kx_file_open(kx, inst, "status");
	printf("own file: %zd bytes, %s", fd < 0 ? -1 : read(fd, text, sizeof(text) - 1), text);
	puts("held");
	fflush(stdout);
	getchar();
	kx_instance_close(inst);
	err = kx_call_text(command, args, 2, NULL, &result);
	printf("closed: %s: %s\n", strerrorname_np(-err), kx_error(kx));
	kx_command_close(command);
	kx_free(kx);
	return 0;
}

/* The wrong sizes, and NULL where there are bytes. */
static int sizes(const char *instance)
{
	struct greet in = { .name = "sizes" };
	struct greeted out;
	struct kx_command *command;
	struct kx_instance *inst;
	size_t in_len, out_len;
	struct kx *kx;

	if (kx_new(&kx) || kx_instance_open(kx, instance, &inst) ||
	    kx_command_open(kx, inst, "greet", &command))
		return fail(instance);
	kx_command_sizes(command, &in_len, &out_len);
	printf("%zu %zu\n", in_len, out_len);
	printf("short: %d\n", kx_call(command, &in, sizeof(in) - 1, &out, sizeof(out), NULL));
	printf("%s\n", kx_error(kx));
	printf("long: %d\n", kx_call(command, &in, sizeof(in) + 1, &out, sizeof(out), NULL));
	printf("NULL: %d\n", kx_call(command, NULL, sizeof(in), &out, sizeof(out), NULL));
	printf("%s\n", kx_error(kx));
	printf("output: %d\n", kx_call(command, &in, sizeof(in), &out, 1, NULL));
	printf("output NULL: %d\n", kx_call(command, &in, sizeof(in), NULL, sizeof(out), NULL));
	printf("without output: %d\n", kx_call(command, &in, sizeof(in), NULL, 0, NULL));
	printf("right: %d %s\n", kx_call(command, &in, sizeof(in), &out, sizeof(out), NULL),
	       out.text);
	kx_command_close(command);
	kx_instance_close(inst);
	kx_free(kx);
	return 0;
}

int main(int argc, char **argv)
{
	const char *how = argc > 2 ? argv[1] : "";

	if (!strcmp(how, "raw"))
		return raw(argv[2]);
	if (!strcmp(how, "stale"))
		return stale(argv[2]);
	if (!strcmp(how, "many") && argc == 5)
		return many(argv[2], atoi(argv[3]), atoi(argv[4]));
	if (!strcmp(how, "follow"))
		return follow(argv[2]);
	if (!strcmp(how, "hold"))
		return hold(argv[2]);
	if (!strcmp(how, "sizes"))
		return sizes(argv[2]);
	fputs("usage: commands raw|stale PIN | follow|sizes INSTANCE | hold FILE |\n"
	      "       many INSTANCE THREADS ROUNDS\n", stderr);
	return 2;
}
