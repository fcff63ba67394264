// SPDX-License-Identifier: GPL-2.0-only
/* Trials by BPF_PROG_TEST_RUN; time and chance come from user space. */
#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "../compile/compile.h"
#include "../verb.h"
#include "cli/own.h"
#include "kxfilter.skel.h"
#include "trial.h"

struct trial {
	const struct rules *rules;
	struct compiled *compiled;
	struct bpf_object *obj;
	struct kxf_trial *page;
	int prog_fd;
	enum kxf_way way;
	uint64_t chance;
};

static const char *const programs[][KXF_WAYS] = {
	[HOOK_TC] = { "filter_in", "filter_out" },
	[HOOK_XDP] = { "filter_xdp", "filter_out" },
	[HOOK_XDP_GENERIC] = { "filter_xdp", "filter_out" },
};

void trial_close(struct trial *trial)
{
	if (!trial)
		return;
	if (trial->page)
		munmap(trial->page, sizeof(*trial->page));
	bpf_object__close(trial->obj);
	compiled_free(trial->compiled);
	free(trial);
}

static void trial_drop(struct trial **trial)
{
	trial_close(*trial);
}

static int load(struct kx *kx, struct trial *trial, const char *program)
{
	size_t len;
	const void *elf = kxfilter_bpf__elf_bytes(&len);
	struct bpf_program *prog;
	struct bpf_map *map;
	int err = kx_object_open(kx, elf, len, "kxfilter", &trial->obj);

	if (!err)
		err = compiled_prepare(trial->compiled, trial->obj);
	if (err)
		return err;
	bpf_object__for_each_program(prog, trial->obj)
		bpf_program__set_autoload(prog, !strcmp(bpf_program__name(prog), program));
	err = kx_object_load(kx, trial->obj, "kxfilter");
	if (!err)
		err = compiled_fill(trial->compiled, trial->obj);
	if (err)
		return err;
	prog = bpf_object__find_program_by_name(trial->obj, program);
	map = bpf_object__find_map_by_name(trial->obj, "trial");
	if (!prog || !map)
		return -ENOENT;
	trial->prog_fd = bpf_program__fd(prog);
	trial->page = mmap(NULL, sizeof(*trial->page), PROT_READ | PROT_WRITE, MAP_SHARED,
			   bpf_map__fd(map), 0);
	if (trial->page != MAP_FAILED)
		return 0;
	trial->page = NULL;
	return -errno;
}

int trial_open(struct kx *kx, const struct rules *rules, enum hook hook, enum kxf_way way,
	       struct complaints *complaints, struct trial **out)
{
	/* The same chances in every run: a trial can be repeated. */
	struct compile_opts opts = {
		.at_xdp = hook != HOOK_TC, .trial = true, .seed = 1, .serial = 1,
	};
	_cleanup_(trial_drop) struct trial *trial = calloc(1, sizeof(*trial));
	int err;

	if (!trial)
		return -ENOMEM;
	trial->rules = rules;
	trial->way = way;
	trial->chance = 1;
	err = compile(rules, &opts, complaints_tell, complaints, &trial->compiled);
	if (err)
		return err;
	err = load(kx, trial, programs[hook][way]);
	if (err) {
		tell("%s", *kx_error(kx) ? kx_error(kx) : strerror(-err));
		return err;
	}
	*out = trial;
	trial = NULL;
	return 0;
}

/* xorshift64*: the same numbers in every run. */
static uint32_t next_chance(uint64_t *state)
{
	*state ^= *state >> 12;
	*state ^= *state << 25;
	*state ^= *state >> 27;
	return (*state * 0x2545f4914f6cdd1dULL) >> 32;
}

int trial_run(struct trial *trial, const void *frame, size_t len, uint64_t now_ns,
	      struct outcome *out)
{
	LIBBPF_OPTS(bpf_test_run_opts, opts, .data_in = frame, .data_size_in = len, .repeat = 1);

	if (len > TRIAL_BYTES)
		return -EMSGSIZE;
	trial->page->now_ns = now_ns;
	trial->page->random = next_chance(&trial->chance);
	trial->page->rule = KXF_NO_RULE;
	if (bpf_prog_test_run_opts(trial->prog_fd, &opts))
		return -errno;
	*out = (struct outcome){
		.verdict = trial->page->verdict, .packet = &trial->page->packet,
		.mark = trial->page->mark,
	};
	if (trial->page->rule != KXF_NO_RULE) {
		size_t row = compiled_rule(trial->compiled, trial->way, trial->page->rule);

		if (row >= trial->rules->nr)
			return -EPROTO;
		out->rule = &trial->rules->rows[row];
	}
	return 0;
}
