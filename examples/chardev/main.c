// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * chardev: the user's side of a device: open, one operation, release.
 *
 *	chardev [-d DEVICE] read | write TEXT | ioctl NUMBER [ARGUMENT] | mmap
 *
 * DEVICE is the instance, "chardev" if not given. An operation that the extension leaves
 * out is not supported, as with a module's struct file_operations.
 */
#include <kx/kx.h>
#include <kx/seq.h>

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "chardev.h"

struct device {
	struct kx *kx;
	struct kx_instance *inst;
};

/*
 * An operation returns 0, or what the extension answered: a negative errno; or 1 when
 * libkx has said why.
 */
static int failed(const struct device *device)
{
	fprintf(stderr, "chardev: %s\n", kx_error(device->kx));
	return 1;
}

/* A command without input and output. */
static int command(struct device *device, const char *name)
{
	struct kx_command *found;
	int result = 0, err;

	if (kx_command_open(device->kx, device->inst, name, &found) < 0)
		return failed(device);
	err = kx_call(found, NULL, 0, NULL, 0, &result);
	kx_command_close(found);
	return err < 0 ? failed(device) : result;
}

static int device_open(struct device *device, char **args)
{
	(void)args;
	return command(device, "open");
}

static int device_release(struct device *device, char **args)
{
	(void)args;
	return command(device, "release");
}

static int device_read(struct device *device, char **args)
{
	int fd = kx_file_open(device->kx, device->inst, "contents");
	char bytes[4096];
	ssize_t got;

	(void)args;
	if (fd < 0)
		return failed(device);
	while ((got = read(fd, bytes, sizeof(bytes))) > 0)
		fwrite(bytes, 1, (size_t)got, stdout);
	close(fd);
	return got < 0 ? -errno : 0;
}

/* Hands out the text, piece by piece. */
struct source {
	const char *at;
	size_t left;
};

static long source_read(void *ctx, void *buf, size_t len)
{
	struct source *source = (struct source *)ctx;

	if (len > source->left)
		len = source->left;
	memcpy(buf, source->at, len);
	source->at += len;
	source->left -= len;
	return (long)len;
}

static int device_write(struct device *device, char **args)
{
	struct source source = { args[0], strlen(args[0]) };

	if (kx_file_write(device->kx, device->inst, "contents", source_read, &source) < 0)
		return failed(device);
	return 0;
}

static int device_ioctl(struct device *device, char **args)
{
	struct number in = { args[1] ? strtoll(args[1], NULL, 0) : 0 }, out = { 0 };
	struct kx_command *found;
	size_t in_len, out_len;
	int result = 0, err;

	if (kx_command_open(device->kx, device->inst, args[0], &found) < 0)
		return failed(device);
	/* Each ioctl takes and gives a number, or nothing; kx_call() refuses what it does not. */
	kx_command_sizes(found, &in_len, &out_len);
	in_len = in_len ? sizeof(in) : 0;
	out_len = out_len ? sizeof(out) : 0;
	err = kx_call(found, in_len ? &in : NULL, in_len, &out, out_len, &result);
	kx_command_close(found);
	if (err < 0)
		return failed(device);
	if (!result && out_len)
		printf("%lld\n", out.value);
	return result;
}

static int device_mmap(struct device *device, char **args)
{
	static struct buffer copy;
	const struct buffer *buffer;
	struct kx_share *share;
	unsigned int count;

	(void)args;
	if (kx_share_map(device->kx, device->inst, "buffer", 0, &share) < 0)
		return failed(device);
	buffer = (const struct buffer *)kx_share_bytes(share, NULL);
	do {
		count = kx_read_begin(&buffer->seq);
		memcpy(&copy, buffer, sizeof(copy));
	} while (kx_read_retry(&buffer->seq, count));
	fwrite(copy.bytes, 1, copy.len <= BUFFER_LEN ? copy.len : 0, stdout);
	kx_share_unmap(share);
	return 0;
}

/* As a struct file_operations: which there are, and what each needs of the extension. */
static const struct operation {
	const char *name;
	int (*run)(struct device *device, char **args);
	enum kx_channel_kind kind;
	const char *channel;		/* NULL: any one with a number */
	int writable;
	int min_args;
	int max_args;
} operations[] = {
	{ "open", device_open, KX_CHANNEL_COMMAND, "open", 0, 0, 0 },
	{ "release", device_release, KX_CHANNEL_COMMAND, "release", 0, 0, 0 },
	{ "read", device_read, KX_CHANNEL_FILE, "contents", 0, 0, 0 },
	{ "write", device_write, KX_CHANNEL_FILE, "contents", 1, 1, 1 },
	{ "ioctl", device_ioctl, KX_CHANNEL_COMMAND, NULL, 0, 1, 2 },
	{ "mmap", device_mmap, KX_CHANNEL_SHARE, "buffer", 0, 0, 0 },
};

static const struct operation *find(const char *name)
{
	for (size_t i = 0; i < sizeof(operations) / sizeof(operations[0]); i++)
		if (!strcmp(operations[i].name, name))
			return &operations[i];
	return NULL;
}

/* Does the extension have what the operation needs? */
static int is_supported(const struct kx_about *about, const struct operation *op)
{
	for (size_t i = 0; i < about->nr_channels; i++) {
		const struct kx_channel *channel = &about->channels[i];

		if (channel->kind == op->kind && channel->writable >= op->writable &&
		    (op->channel ? !strcmp(channel->name, op->channel) : channel->number >= 0))
			return 1;
	}
	return 0;
}

/* What the extension leaves out gives -EOPNOTSUPP; @absent is that, or 0. */
static int operate(struct device *device, const char *name, char **args, int absent)
{
	const struct operation *op = find(name);
	const struct kx_about *about;
	int result;

	if (kx_instance_about(device->kx, device->inst, &about) < 0)
		return failed(device);
	result = is_supported(about, op) ? op->run(device, args) : absent;
	if (result < 0)
		fprintf(stderr, "chardev: %s: %s\n", name, strerror(-result));
	return result;
}

/* As in the kernel, open and release may be left out: then nothing is to be done. */
static int session(struct kx *kx, const char *name, const char *operation, char **args)
{
	struct device device = { kx, NULL };
	int result;

	if (kx_instance_open(kx, name, &device.inst) < 0)
		return failed(&device);
	result = operate(&device, "open", NULL, 0);
	if (!result) {
		int released;

		result = operate(&device, operation, args, -EOPNOTSUPP);
		released = operate(&device, "release", NULL, 0);
		result = result ? result : released;
	}
	kx_instance_close(device.inst);
	return result ? 1 : 0;
}

int main(int argc, char **argv)
{
	const struct operation *op;
	const char *name = "chardev";
	struct kx *kx;
	int status;

	if (argc > 2 && !strcmp(argv[1], "-d")) {
		name = argv[2];
		argv += 2;
		argc -= 2;
	}
	op = argc > 1 ? find(argv[1]) : NULL;
	if (!op || argc - 2 < op->min_args || argc - 2 > op->max_args) {
		fputs("usage: chardev [-d DEVICE] read | write TEXT | ioctl NUMBER [ARGUMENT] | mmap\n",
		      stderr);
		return 2;
	}
	if (kx_new(&kx) < 0) {
		fputs("chardev: out of memory\n", stderr);
		return 1;
	}
	status = session(kx, name, op->name, argv + 2);
	kx_free(kx);
	return status;
}
