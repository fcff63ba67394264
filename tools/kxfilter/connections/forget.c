// SPDX-License-Identifier: GPL-2.0-only
/* kxfilter forget: connections end for the rules, whatever their ends think. */
#include <errno.h>
#include <linux/membarrier.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "../verb.h"
#include "choice.h"
#include "cli/own.h"

#define ROUNDS	8	/* in each a packet may bring one back, if a CPU had it in hand */

static struct {
	bool json;
} config;

static const struct flag flags[] = {
	{ "json", 'j', "one JSON object per line", &config.json },
	{ NULL },
};

/* Those that have been forgotten, to look for them again. */
struct forgotten {
	struct connection *list;
	size_t nr;
	size_t room;
};

static int make_room(struct forgotten *all)
{
	size_t room = all->room ? 2 * all->room : 64;
	struct connection *grown;

	if (all->nr < all->room)
		return 0;
	grown = reallocarray(all->list, room, sizeof(*grown));
	if (!grown)
		return -ENOMEM;
	all->list = grown;
	all->room = room;
	return 0;
}

/* Programs that run now may have looked one up: they are waited for, as look_end() does. */
static void wait_for_programs(void)
{
	if (syscall(SYS_membarrier, MEMBARRIER_CMD_GLOBAL, 0, 0))
		usleep(10000);
}

/* How many came back. */
static size_t forget_again(const struct connections *table, const struct forgotten *all)
{
	size_t back = 0;

	for (size_t i = 0; i < all->nr; i++)
		back += connections_forget(table, &all->list[i]);
	return back;
}

static int forget(struct choice *choice, size_t *nr)
{
	struct forgotten all = {};
	struct connection it;
	int err = 0;

	while (!err && choice_next(choice, &it)) {
		err = make_room(&all);
		if (!err && connections_forget(&choice->table, &it))
			all.list[all.nr++] = it;
	}
	for (int i = 0; i < ROUNDS && all.nr; i++) {
		wait_for_programs();
		if (!forget_again(&choice->table, &all))
			break;
	}
	*nr = all.nr;
	free(all.list);
	return err;
}

static void say(const char *device, size_t nr)
{
	if (!config.json) {
		printf("%s: %zu connection%s forgotten\n", device, nr, nr == 1 ? "" : "s");
		return;
	}
	printf("{\"device\":");
	json_string(device);
	printf(",\"result\":\"forgotten\",\"connections\":%zu}\n", nr);
}

static int run(struct kx *kx, int argc, char **argv)
{
	_cleanup_choice_ struct choice choice = {};
	size_t nr = 0;
	int status, err;

	if (argc < 2)
		return tell_wrong("forget: say which: kxfilter forget %s from 192.0.2.1, or \"from any\" for all",
				  argv[0]);
	status = choice_open(kx, argv[0], argc - 1, argv + 1, config.json, &choice);
	if (status != DONE)
		return status;
	err = forget(&choice, &nr);
	say(argv[0], nr);
	return err ? tell("out of memory: others are still there") : DONE;
}

const struct verb verb_forget = {
	.name = "forget",
	.arguments = "DEV CLAUSE ... [--json]",
	.summary = "forget connections: their packets belong to none any more",
	.examples = "  kxfilter forget eth0 from 192.0.2.1\n"
		    "  kxfilter forget eth0 tcp to 192.0.2.7 port 22\n"
		    "  kxfilter forget eth0 from @banned\n",
	.flags = flags,
	.min_args = 1,
	.max_args = MANY,
	.run = run,
};
