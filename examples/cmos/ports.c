/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Reads CMOS memory through ports 0x70 and 0x71: as a service of the door, or with --direct
 * by itself, or with --device by itself through /dev/port.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/io.h>
#include <unistd.h>

#define INDEX	0x70
#define DATA	0x71
#define BYTES	64

static int by_ports(unsigned char *bytes)
{
	if (ioperm(INDEX, 2, 1))
		return -errno;
	for (int i = 0; i < BYTES; i++) {
		outb(i, INDEX);
		bytes[i] = inb(DATA);
	}
	return 0;
}

/* Many kernels are built without it (CONFIG_DEVPORT). */
static int by_device(unsigned char *bytes)
{
	int fd = open("/dev/port", O_RDWR | O_CLOEXEC), err = 0;

	if (fd < 0)
		return -errno;
	for (int i = 0; i < BYTES && !err; i++) {
		unsigned char at = i;

		if (pwrite(fd, &at, 1, INDEX) != 1 || pread(fd, &bytes[i], 1, DATA) != 1)
			err = -EIO;
	}
	close(fd);
	return err;
}

/* Where there is no chip, nobody drives the bus: all bits are the same. */
static int is_there(const unsigned char *bytes)
{
	for (int i = 1; i < BYTES; i++)
		if (bytes[i] != bytes[0])
			return 1;
	return bytes[0] != 0 && bytes[0] != 0xff;
}

static int print_bytes(const unsigned char *bytes)
{
	for (int i = 0; i < BYTES; i += 16) {
		printf("%02x: ", i);
		for (int j = i; j < i + 16; j++)
			printf(" %02x", bytes[j]);
		putchar('\n');
	}
	return 0;
}

static int answer(const unsigned char *bytes, int err)
{
	printf("{\"verdict\":%d,\"reply\":{\"bytes\":[", err);
	for (int i = 0; i < BYTES; i++)
		printf("%s%d", i ? "," : "", bytes[i]);
	puts("]}}");
	return 0;
}

int main(int argc, char **argv)
{
	const char *how = argc > 1 ? argv[1] : "";
	unsigned char bytes[BYTES] = {};
	int err = strcmp(how, "--device") ? by_ports(bytes) : by_device(bytes);

	if (!err && !is_there(bytes))
		err = -ENXIO;
	if (!*how)
		return answer(bytes, err);
	if (!err)
		return print_bytes(bytes);
	fprintf(stderr, "ports: %s\n", err == -ENXIO ? "there is no such chip" : strerror(-err));
	return 1;
}
