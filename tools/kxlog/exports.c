// SPDX-License-Identifier: GPL-2.0-only
/* Reads the metrics of instances when they are asked for. */
#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

#include "exports.h"
#include "cli/own.h"

#define FILE_NAME	"metrics"
#define TEXT_MAX	(16 << 20)	/* of an instance */

/* What can be read; a last line that is not whole is refused as such. */
static int text_read(int fd, struct lines *out)
{
	char piece[16384];
	ssize_t nr;

	do {
		nr = read(fd, piece, sizeof(piece));
		if (nr > 0)
			lines_put(out, piece, nr);
	} while (!out->failed && out->len < TEXT_MAX && (nr > 0 || (nr < 0 && errno == EINTR)));
	if (out->failed)
		return -ENOMEM;
	return nr < 0 ? -errno : nr ? -EFBIG : 0;
}

static void instance_read(struct exports *exports, const struct sources *sources,
			  struct kx_instance *inst, struct exposition *out)
{
	_cleanup_(lines_done) struct lines text = {};
	_cleanup_close_ int fd = -1;
	struct kx_status status;

	kx_instance_status(inst, &status);
	if (!sources_want(sources, status.name, FILE_NAME))
		return;
	fd = kx_file_open(sources->kx, inst, FILE_NAME);
	if (fd == -ENOENT || fd == -ENODEV)
		return;
	exports->instances++;
	if (fd < 0 || text_read(fd, &text))
		exports->failures++;
	if (text.len)
		exposition_add(out, status.name, text.buf, text.len);
}

void exports_read(struct exports *exports, const struct sources *sources, struct exposition *out)
{
	struct kx_instance **list;
	size_t nr;

	*out = (struct exposition){};
	exports->instances = 0;
	if (kx_instances_list(sources->kx, &list, &nr)) {
		exports->failures++;
		return;
	}
	for (size_t i = 0; i < nr; i++)
		instance_read(exports, sources, list[i], out);
	kx_instances_free(list, nr);
	exports->refused += out->refused;
}
