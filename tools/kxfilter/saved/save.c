// SPDX-License-Identifier: GPL-2.0-only
/* kxfilter save: what acts now goes to a file, from which it can be brought back. */
#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <net/if.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "../filter/acting.h"
#include "../verb.h"
#include "cli/own.h"
#include "file.h"

static struct {
	const char *device;
	bool json;
} config;

static const struct flag flags[] = {
	{ "dev", 'd', "this device only", NULL, &config.device, "DEV" },
	{ "json", 'j', "one JSON object per line", &config.json },
	{ NULL },
};

/* A file that is being written, beside the one that it will replace. */
struct saving {
	const char *path;
	char *temporary;
	FILE *out;
	size_t nr;
};

static void say(const char *device, const char *result, size_t elements)
{
	if (!config.json) {
		tell_note("%s: %s, %zu elements of live sets", device, result, elements);
		return;
	}
	printf("{\"device\":");
	json_string(device);
	printf(",\"result\":\"%s\",\"elements\":%zu}\n", result, elements);
}

static int put_set(const struct acting *acting, const struct kxf_live *set, FILE *out,
		   size_t *nr)
{
	struct elements all = {};
	uint64_t now = sets_now_ns();
	int err = sets_members(&acting->sets, set, &all);

	if (err)
		return err;
	fprintf(out, "#: set %s\n", set->name);
	for (size_t i = 0; i < all.nr; i++) {
		struct range range = sets_range(&all.keys[i]);

		fputs("#: ", out);
		address_print(out, &range);
		if (all.values[i].expires_ns) {
			fputs(" timeout ", out);
			duration_print(out, rest_ns(&all.values[i], now));
		}
		fputc('\n', out);
	}
	*nr += all.nr;
	elements_free(&all);
	return 0;
}

/* -ENOENT: it is not filtered. */
static int put_device(struct kx *kx, struct saving *saving, const char *device)
{
	_cleanup_acting_ struct acting acting = {};
	size_t elements = 0;
	int err = acting_open(kx, device, &acting);

	if (err)
		return err;
	saved_device_print(device, acting.saved->hook, acting.saved->monitor, saving->out);
	fputs(acting.saved->text, saving->out);
	for (uint32_t i = 0; i < KXF_LIVE_SLOTS && !err; i++)
		if (acting.sets.used & 1U << i)
			err = put_set(&acting, &acting.sets.slots[i], saving->out, &elements);
	if (err) {
		tell("%s: its live sets cannot be read: %s", device, strerror(-err));
		return err;
	}
	saving->nr++;
	say(device, "saved", elements);
	return 0;
}

/* What ends with its command is no rule set, nor is what was undone. */
static bool is_lasting(struct kx *kx, const char *device)
{
	_cleanup_instance_ struct kx_instance *inst = NULL;
	struct kx_status status;
	char name[INSTANCE_NAME];

	if (device_instance(device, name) || kx_instance_open(kx, name, &inst))
		return false;
	kx_instance_status(inst, &status);
	if (status.held || !strcmp(status.state, "not confirmed")) {
		tell_note("%s: not saved: %s", device, status.held ?
			  "what acts there ends with its command" :
			  "its rules were not confirmed, and act no more");
		return false;
	}
	if (status.confirm_ms)
		tell_note("%s: its rules are not confirmed yet: they are saved as they act now",
			  device);
	return true;
}

static int put_all(struct kx *kx, struct saving *saving)
{
	struct if_nameindex *list = if_nameindex();
	int err = list ? 0 : -errno;

	for (size_t i = 0; list && list[i].if_index && !err; i++) {
		err = is_lasting(kx, list[i].if_name) ?
		      put_device(kx, saving, list[i].if_name) : 0;
	}
	if (list)
		if_freenameindex(list);
	return err;
}

/* A device that is not there now may be there when all is brought back. */
static int keep_absent(struct saving *saving)
{
	struct saved_file before = {};
	char why[256];
	int err = saved_file_read(saving->path, &before, why, sizeof(why));

	if (err == -ENOENT)
		return 0;
	if (err)
		return tell("%s: %s: it is not written over; another name for it, or its removal, would help",
			    saving->path, why), err;
	for (size_t i = 0; i < before.nr; i++) {
		const struct saved_device *device = &before.devices[i];

		if (if_nametoindex(device->device))
			continue;
		fwrite(device->raw, 1, device->raw_len, saving->out);
		saving->nr++;
		tell_note("%s: is not there: what was saved of it stays", device->device);
	}
	saved_file_free(&before);
	return 0;
}

static int put_content(struct kx *kx, struct saving *saving)
{
	int err = 0;

	fputs(SAVED_FIRST "\n# What acts on devices. \"kxfilter restore\" lets it act again: "
	      "rules, and behind \"#:\" what belongs to them.\n", saving->out);
	if (config.device)
		err = put_device(kx, saving, config.device);
	else
		err = put_all(kx, saving);
	if (err == -ENOENT)
		tell_unfiltered(config.device);
	if (!err && !config.device && strcmp(saving->path, "-"))
		err = keep_absent(saving);
	if (!err)
		fprintf(saving->out, "#: end %zu device%s\n", saving->nr,
			saving->nr == 1 ? "" : "s");
	return err;
}

static int begin(struct saving *saving)
{
	int fd;

	if (!strcmp(saving->path, "-")) {
		saving->out = stdout;
		return 0;
	}
	/* That of the usual file is made when it is needed. */
	if (!strcmp(saving->path, SAVED_FILE))
		(void)mkdir("/var/lib/kxfilter", 0700);
	if (asprintf(&saving->temporary, "%s.XXXXXX", saving->path) < 0) {
		saving->temporary = NULL;
		return -ENOMEM;
	}
	fd = mkostemp(saving->temporary, O_CLOEXEC);
	if (fd < 0) {
		free(saving->temporary);
		saving->temporary = NULL;
		return -errno;
	}
	saving->out = fdopen(fd, "w");
	return saving->out ? 0 : -ENOMEM;
}

/* The name too is on the disk when this ends. */
static int sync_folder(const char *path)
{
	_cleanup_free_ char *copy = strdup(path);
	int fd = copy ? open(dirname(copy), O_RDONLY | O_DIRECTORY | O_CLOEXEC) : -1;
	int err = fd < 0 || fsync(fd) ? -errno : 0;

	if (fd >= 0)
		close(fd);
	return err;
}

static int end(struct saving *saving)
{
	int err = fflush(saving->out) || ferror(saving->out) ? -EIO : 0;

	if (!saving->temporary)
		return err;
	if (!err && (fsync(fileno(saving->out)) || rename(saving->temporary, saving->path)))
		err = -errno;
	return err ? err : sync_folder(saving->path);
}

static void saving_done(struct saving *saving)
{
	if (saving->out && saving->out != stdout)
		fclose(saving->out);
	if (saving->temporary)
		(void)unlink(saving->temporary);
	free(saving->temporary);
}

static int run(struct kx *kx, int argc, char **argv)
{
	struct saving saving = { .path = argc ? argv[0] : SAVED_FILE };
	int err = begin(&saving);

	if (err) {
		tell("%s: cannot be written: %s", saving.path, strerror(-err));
	} else if (!put_content(kx, &saving)) {
		err = end(&saving);
		if (err)
			tell("%s: cannot be written: %s", saving.path, strerror(-err));
		else if (!config.json && saving.temporary)
			printf("%s: %zu device%s saved\n", saving.path, saving.nr,
			       saving.nr == 1 ? "" : "s");
	} else {
		err = -EIO;
	}
	saving_done(&saving);
	return err ? FAILED : DONE;
}

const struct verb verb_save = {
	.name = "save",
	.arguments = "[FILE] [--dev DEV] [--json]",
	.summary = "write what acts now to a file, for restore",
	.examples = "  kxfilter save\n"
		    "  kxfilter save all.rules\n"
		    "  kxfilter save - --dev eth0\n",
	.flags = flags,
	.min_args = 0,
	.max_args = 1,
	.run = run,
};
