// SPDX-License-Identifier: GPL-2.0-only
/* The old asynchronous I/O: requests of every kind, right and wrong. */
#include "family.h"

#include <linux/aio_abi.h>

static char text[64] = "forty bytes that are to be written there";

int main(void)
{
	struct iovec iov[2] = { { text, 5 }, { text + 6, 34 } };
	int fd = open("file", O_RDWR | O_CREAT | O_TRUNC, 0600);
	struct iocb cb[] = {
		{ .aio_lio_opcode = IOCB_CMD_PWRITE, .aio_fildes = fd,
		  .aio_buf = (uintptr_t)text, .aio_nbytes = 40, .aio_offset = 8 },
		{ .aio_data = 7, .aio_lio_opcode = IOCB_CMD_PREAD, .aio_fildes = fd,
		  .aio_buf = (uintptr_t)text, .aio_nbytes = 20 },
		{ .aio_lio_opcode = IOCB_CMD_PWRITEV, .aio_fildes = fd,
		  .aio_buf = (uintptr_t)iov, .aio_nbytes = 2, .aio_offset = 64 },
		{ .aio_lio_opcode = IOCB_CMD_PREADV, .aio_fildes = fd,
		  .aio_buf = (uintptr_t)iov, .aio_nbytes = 2 },
		{ .aio_lio_opcode = IOCB_CMD_FSYNC, .aio_fildes = fd },
		{ .aio_lio_opcode = IOCB_CMD_FDSYNC, .aio_fildes = fd, .aio_reqprio = 3 },
		{ .aio_lio_opcode = IOCB_CMD_NOOP, .aio_fildes = -1, .aio_key = 5 },
		{ .aio_lio_opcode = IOCB_CMD_POLL, .aio_fildes = 0, .aio_buf = 1 },
		{ .aio_lio_opcode = 77, .aio_fildes = 1 },
		{ .aio_lio_opcode = IOCB_CMD_PWRITE, .aio_fildes = 99, .aio_buf = BAD,
		  .aio_nbytes = 3, .aio_rw_flags = 1, .aio_flags = IOCB_FLAG_RESFD,
		  .aio_resfd = 9 },
		{ .aio_lio_opcode = IOCB_CMD_PWRITE, .aio_fildes = fd, .aio_buf = (uintptr_t)text,
		  .aio_nbytes = 0 },
		{ .aio_lio_opcode = IOCB_CMD_PWRITEV, .aio_fildes = fd, .aio_buf = BAD,
		  .aio_nbytes = 2 },
	};
	struct iocb *all[] = { &cb[0], &cb[1], &cb[2], NULL };
	struct io_event events[16];
	aio_context_t context = 0;
	unsigned int i;

	CALL(io_setup, 16, &context);
	CALL(io_setup, -1, &context);
	CALL(io_setup, 0, NULL);
	for (i = 0; i < sizeof(cb) / sizeof(cb[0]); i++) {
		struct iocb *one = &cb[i];

		CALL(io_submit, context, 1, &one);
	}
	CALL(io_submit, context, 2, all);
	CALL(io_submit, context, 4, all);
	CALL(io_submit, context, 0, all);
	CALL(io_submit, 0, -1, BAD);
	CALL(io_cancel, context, &cb[1], events);
	CALL(io_cancel, 0, BAD, BAD);
	CALL(io_getevents, context, 1, 16, events, NULL);
	CALL(io_getevents, context, 0, 0, NULL, &(struct timespec){ 0, 5 });
	CALL(io_getevents, 0, -1, -1, BAD, BAD);
	CALL(io_pgetevents, context, 0, 1, events, &(struct timespec){ 0, 5 }, NULL);
	CALL(io_pgetevents, 0, 0, 1, events, NULL, BAD);
	CALL(io_destroy, context);
	CALL(io_destroy, 0);
	return 0;
}
