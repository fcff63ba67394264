// SPDX-License-Identifier: GPL-2.0-only
/* Operations of io_uring: which call each is like, and where its arguments stand. */
#include "uring_op.h"

#include <errno.h>
#include <linux/io_uring.h>
#include <stdio.h>

#include "../../calls/nr.h"
#include "args.h"
#include "desc.h"
#include "file.h"
#include "ipc.h"
#include "memory.h"
#include "net.h"
#include "process.h"
#include "time.h"

#define ZERO		KXT_SQE_ZERO
#define SQE_FD		KXT_SQE_FD
#define OFF		KXT_SQE_OFF
#define SQE_ADDR	KXT_SQE_ADDR
#define LEN		KXT_SQE_LEN
#define OP_FLAGS	KXT_SQE_FLAGS
#define SPLICE_FD	KXT_SQE_SPLICE_FD
#define ADDR3		KXT_SQE_ADDR3
#define ADDR_LEN	KXT_SQE_ADDR_LEN

/* Shown just as the call: its arguments come from these fields. */
#define LIKE(nr, op, call, ...)						\
	[nr] = { "IORING_OP_" #op, &call_table[__NR_##call], #call, { __VA_ARGS__ } }
#define FIELDS(...)	{ __VA_ARGS__ }
/* Shown in a way of its own: what is in brackets are the fields. */
#define OWN(nr, op, call, shown, result_, fields, ...)			\
	[nr] = { "IORING_OP_" #op, &(const struct call_info){		\
		.name = shown, .result = (result_),			\
		.nr_args = sizeof((struct arg[]){ __VA_ARGS__ }) /	\
			   sizeof(struct arg),				\
		.args = { __VA_ARGS__ } }, call, fields }

#define READ_ARGS	FD("fd"), BUF_OUT("buf", FROM_RET), ULONG("count"), LONG("pos"), \
			FLAGS("flags", rwf_flags)
#define WRITE_ARGS	FD("fd"), BUF_IN("buf", 2), ULONG("count"), LONG("pos"), \
			FLAGS("flags", rwf_flags)
#define READV_ARGS	FD("fd"), IOVEC_READ("vec", 2), ULONG("vlen"), LONG("pos"), \
			FLAGS("flags", rwf_flags)
#define WRITEV_ARGS	FD("fd"), IOVEC_IN("vec", 2), ULONG("vlen"), LONG("pos"), \
			FLAGS("flags", rwf_flags)
#define RW_FIELDS	FIELDS(SQE_FD, SQE_ADDR, LEN, OFF, OP_FLAGS)
#define SEND_ARGS	FD("sockfd"), BUF_IN("buf", 2), ULONG("len"), FLAGS("flags", msg_flags), \
			SOCKADDR("dest_addr", 5), INT("addrlen")
#define SEND_FIELDS	FIELDS(SQE_FD, SQE_ADDR, LEN, OP_FLAGS, OFF, ADDR_LEN)
#define TIMEOUT_ARGS	TIMESPEC("ts", IN), UINT("count"), FLAGS("flags", timeout_flags)
#define USER_DATA(n)	HEX(n)

XLAT(timeout_flags, "IORING_TIMEOUT_???", { 1, "IORING_TIMEOUT_ABS" },
	{ 2, "IORING_TIMEOUT_UPDATE" }, { 4, "IORING_TIMEOUT_BOOTTIME" },
	{ 8, "IORING_TIMEOUT_REALTIME" }, { 16, "IORING_LINK_TIMEOUT_UPDATE" },
	{ 32, "IORING_TIMEOUT_ETIME_SUCCESS" }, { 64, "IORING_TIMEOUT_MULTISHOT" });

XLAT(poll_add_flags, "IORING_POLL_???", { 1, "IORING_POLL_ADD_MULTI" },
	{ 2, "IORING_POLL_UPDATE_EVENTS" }, { 4, "IORING_POLL_UPDATE_USER_DATA" },
	{ 8, "IORING_POLL_ADD_LEVEL" });

XLAT(cancel_flags, "IORING_ASYNC_CANCEL_???", { 1, "IORING_ASYNC_CANCEL_ALL" },
	{ 2, "IORING_ASYNC_CANCEL_FD" }, { 4, "IORING_ASYNC_CANCEL_ANY" },
	{ 8, "IORING_ASYNC_CANCEL_FD_FIXED" });

XLAT(fsync_flags, "IORING_FSYNC_???", { 1, "IORING_FSYNC_DATASYNC" });

XLAT(entry_flags, "IOSQE_???", { 1, "IOSQE_FIXED_FILE" }, { 2, "IOSQE_IO_DRAIN" },
	{ 4, "IOSQE_IO_LINK" }, { 8, "IOSQE_IO_HARDLINK" }, { 16, "IOSQE_ASYNC" },
	{ 32, "IOSQE_BUFFER_SELECT" }, { 64, "IOSQE_CQE_SKIP_SUCCESS" });

XLAT(completion_flags, "IORING_CQE_F_???", { 1, "IORING_CQE_F_BUFFER" },
	{ 2, "IORING_CQE_F_MORE" }, { 4, "IORING_CQE_F_SOCK_NONEMPTY" },
	{ 8, "IORING_CQE_F_NOTIF" }, { 16, "IORING_CQE_F_BUF_MORE" });

/* In the order of their numbers, which the headers may be too old to know. */
static const struct uring_op ops[KXT_NR_OPCODES] = {
	[0] = { "IORING_OP_NOP", &(const struct call_info){ .name = "nop" }, NULL, {} },
	OWN(1, READV, "readv", "readv", RESULT_DEC, RW_FIELDS, READV_ARGS),
	OWN(2, WRITEV, "writev", "writev", RESULT_DEC, RW_FIELDS, WRITEV_ARGS),
	OWN(3, FSYNC, "fsync", "fsync", RESULT_DEC, FIELDS(SQE_FD, OP_FLAGS),
	    FD("fd"), FLAGS("flags", fsync_flags)),
	OWN(4, READ_FIXED, "read", "read_fixed", RESULT_DEC, RW_FIELDS, READ_ARGS),
	OWN(5, WRITE_FIXED, "write", "write_fixed", RESULT_DEC, RW_FIELDS, WRITE_ARGS),
	OWN(6, POLL_ADD, "poll", "poll_add", RESULT_DEC, FIELDS(SQE_FD, OP_FLAGS, LEN),
	    FD("fd"), FLAGS("events", poll_events), FLAGS("flags", poll_add_flags)),
	OWN(7, POLL_REMOVE, NULL, "poll_remove", RESULT_DEC, FIELDS(SQE_ADDR, LEN),
	    USER_DATA("user_data"), FLAGS("flags", poll_add_flags)),
	LIKE(8, SYNC_FILE_RANGE, sync_file_range, SQE_FD, OFF, LEN, OP_FLAGS),
	LIKE(9, SENDMSG, sendmsg, SQE_FD, SQE_ADDR, OP_FLAGS),
	LIKE(10, RECVMSG, recvmsg, SQE_FD, SQE_ADDR, OP_FLAGS),
	OWN(11, TIMEOUT, NULL, "timeout", RESULT_DEC, FIELDS(SQE_ADDR, OFF, OP_FLAGS),
	    TIMEOUT_ARGS),
	OWN(12, TIMEOUT_REMOVE, NULL, "timeout_remove", RESULT_DEC,
	    FIELDS(SQE_ADDR, OFF, OP_FLAGS), USER_DATA("user_data"), TIMESPEC("ts", IN),
	    FLAGS("flags", timeout_flags)),
	LIKE(13, ACCEPT, accept4, SQE_FD, SQE_ADDR, OFF, OP_FLAGS),
	OWN(14, ASYNC_CANCEL, NULL, "async_cancel", RESULT_DEC,
	    FIELDS(SQE_FD, SQE_ADDR, OP_FLAGS), FD("fd"), USER_DATA("user_data"),
	    FLAGS("flags", cancel_flags)),
	OWN(15, LINK_TIMEOUT, NULL, "link_timeout", RESULT_DEC,
	    FIELDS(SQE_ADDR, OFF, OP_FLAGS), TIMEOUT_ARGS),
	LIKE(16, CONNECT, connect, SQE_FD, SQE_ADDR, OFF),
	LIKE(17, FALLOCATE, fallocate, SQE_FD, LEN, OFF, SQE_ADDR),
	LIKE(18, OPENAT, openat, SQE_FD, SQE_ADDR, OP_FLAGS, LEN),
	LIKE(19, CLOSE, close, SQE_FD),
	OWN(20, FILES_UPDATE, NULL, "files_update", RESULT_DEC, FIELDS(SQE_ADDR, LEN, OFF),
	    ADDR("fds"), UINT("nr_fds"), UINT("offset")),
	LIKE(21, STATX, statx, SQE_FD, SQE_ADDR, OP_FLAGS, LEN, OFF),
	OWN(22, READ, "read", "read", RESULT_DEC, RW_FIELDS, READ_ARGS),
	OWN(23, WRITE, "write", "write", RESULT_DEC, RW_FIELDS, WRITE_ARGS),
	LIKE(24, FADVISE, fadvise64, SQE_FD, OFF, LEN, OP_FLAGS),
	LIKE(25, MADVISE, madvise, SQE_ADDR, LEN, OP_FLAGS),
	OWN(26, SEND, "sendto", "send", RESULT_DEC, SEND_FIELDS, SEND_ARGS),
	OWN(27, RECV, "recvfrom", "recv", RESULT_DEC, FIELDS(SQE_FD, SQE_ADDR, LEN, OP_FLAGS),
	    FD("sockfd"), BUF_OUT("buf", FROM_RET), ULONG("len"), FLAGS("flags", msg_flags)),
	LIKE(28, OPENAT2, openat2, SQE_FD, SQE_ADDR, OFF, LEN),
	LIKE(29, EPOLL_CTL, epoll_ctl, SQE_FD, LEN, OFF, SQE_ADDR),
	OWN(30, SPLICE, "splice", "splice", RESULT_DEC,
	    FIELDS(SPLICE_FD, SQE_ADDR, SQE_FD, OFF, LEN, OP_FLAGS), FD("fd_in"),
	    LONG("off_in"), FD("fd_out"), LONG("off_out"), ULONG("len"),
	    FLAGS("flags", splice_flags)),
	OWN(31, PROVIDE_BUFFERS, NULL, "provide_buffers", RESULT_DEC,
	    FIELDS(SQE_ADDR, LEN, SQE_FD, OFF), ADDR("addr"), UINT("len"), UINT("nr"),
	    UINT("bid")),
	OWN(32, REMOVE_BUFFERS, NULL, "remove_buffers", RESULT_DEC, FIELDS(SQE_FD), UINT("nr")),
	LIKE(33, TEE, tee, SPLICE_FD, SQE_FD, LEN, OP_FLAGS),
	LIKE(34, SHUTDOWN, shutdown, SQE_FD, LEN),
	LIKE(35, RENAMEAT, renameat2, SQE_FD, SQE_ADDR, LEN, OFF, OP_FLAGS),
	LIKE(36, UNLINKAT, unlinkat, SQE_FD, SQE_ADDR, OP_FLAGS),
	LIKE(37, MKDIRAT, mkdirat, SQE_FD, SQE_ADDR, LEN),
	LIKE(38, SYMLINKAT, symlinkat, SQE_ADDR, SQE_FD, OFF),
	LIKE(39, LINKAT, linkat, SQE_FD, SQE_ADDR, LEN, OFF, OP_FLAGS),
	OWN(40, MSG_RING, NULL, "msg_ring", RESULT_DEC, FIELDS(SQE_FD, LEN, OFF, OP_FLAGS),
	    FD("ring_fd"), UINT("len"), USER_DATA("user_data"), HEX("flags")),
	LIKE(41, FSETXATTR, fsetxattr, SQE_FD, SQE_ADDR, OFF, LEN, OP_FLAGS),
	LIKE(42, SETXATTR, setxattr, ADDR3, SQE_ADDR, OFF, LEN, OP_FLAGS),
	LIKE(43, FGETXATTR, fgetxattr, SQE_FD, SQE_ADDR, OFF, LEN),
	LIKE(44, GETXATTR, getxattr, ADDR3, SQE_ADDR, OFF, LEN),
	LIKE(45, SOCKET, socket, SQE_FD, OFF, LEN),
	OWN(46, URING_CMD, NULL, "uring_cmd", RESULT_DEC, FIELDS(SQE_FD, OFF), FD("fd"),
	    HEX("cmd_op")),
	OWN(47, SEND_ZC, "sendto", "send_zc", RESULT_DEC, SEND_FIELDS, SEND_ARGS),
	OWN(48, SENDMSG_ZC, "sendmsg", "sendmsg_zc", RESULT_DEC,
	    FIELDS(SQE_FD, SQE_ADDR, OP_FLAGS), FD("sockfd"), MSGHDR("msg", IN, KXT_FROM_NONE),
	    FLAGS("flags", msg_flags)),
	OWN(49, READ_MULTISHOT, "read", "read_multishot", RESULT_DEC, FIELDS(SQE_FD, LEN, OFF),
	    FD("fd"), ULONG("count"), LONG("pos")),
	OWN(50, WAITID, "waitid", "waitid", RESULT_DEC, FIELDS(LEN, SQE_FD, OFF, SPLICE_FD),
	    VALUE("idtype", waitid_types), INT("id"),
	    STRUCT("infop", print_waitid_info, OUT, struct ksiginfo),
	    FLAGS("options", wait_flags)),
	OWN(51, FUTEX_WAIT, "futex_wait", "futex_wait", RESULT_DEC,
	    FIELDS(SQE_ADDR, OFF, ADDR3, SQE_FD), ADDR("uaddr"), HEX("val"), HEX("mask"),
	    FLAGS("flags", futex_waitv_flags)),
	OWN(52, FUTEX_WAKE, "futex_wake", "futex_wake", RESULT_DEC,
	    FIELDS(SQE_ADDR, OFF, ADDR3, SQE_FD), ADDR("uaddr"), HEX("nr"), HEX("mask"),
	    FLAGS("flags", futex_waitv_flags)),
	OWN(53, FUTEX_WAITV, "futex_waitv", "futex_waitv", RESULT_DEC, FIELDS(SQE_ADDR, LEN),
	    ADDR("waiters"), UINT("nr_futexes")),
	OWN(54, FIXED_FD_INSTALL, NULL, "fixed_fd_install", RESULT_FD,
	    FIELDS(SQE_FD, OP_FLAGS), FD("fd"), HEX("flags")),
	LIKE(55, FTRUNCATE, ftruncate, SQE_FD, OFF),
	LIKE(56, BIND, bind, SQE_FD, SQE_ADDR, OFF),
	LIKE(57, LISTEN, listen, SQE_FD, LEN),
	OWN(58, RECV_ZC, "recvfrom", "recv_zc", RESULT_DEC, FIELDS(SQE_FD, LEN), FD("sockfd"),
	    ULONG("len")),
	OWN(59, EPOLL_WAIT, "epoll_wait", "epoll_wait", RESULT_DEC, FIELDS(SQE_FD, SQE_ADDR, LEN),
	    FD("epfd"), EPOLL_EVENTS("events"), INT("maxevents")),
	OWN(60, READV_FIXED, "readv", "readv_fixed", RESULT_DEC, RW_FIELDS, READV_ARGS),
	OWN(61, WRITEV_FIXED, "writev", "writev_fixed", RESULT_DEC, RW_FIELDS, WRITEV_ARGS),
	LIKE(62, PIPE, pipe2, SQE_ADDR, OP_FLAGS),
};

/* For what the kernel knows and this table does not: the fields as they are. */
#define UNKNOWN_ARGS	INT("fd"), HEX("off"), HEX("addr"), UINT("len"), HEX("op_flags")

const struct uring_op *uring_op(unsigned int opcode)
{
	static char name[24];
	static const struct call_info info = {
		.name = name, .nr_args = 5, .args = { UNKNOWN_ARGS },
	};
	static const struct uring_op unknown = {
		name, &info, NULL, { SQE_FD, OFF, SQE_ADDR, LEN, OP_FLAGS },
	};

	if (opcode < KXT_NR_OPCODES && ops[opcode].info)
		return &ops[opcode];
	snprintf(name, sizeof(name), "IORING_OP_%u", opcode & 0xff);
	return &unknown;
}

int uring_op_nr(const struct uring_op *op)
{
	return op->like ? call_nr_by_name(op->like) : -ENOENT;
}

int uring_enter_nr(void)
{
	return __NR_io_uring_enter;
}

void print_uring_prefix(struct out *o, const struct call *c)
{
	(void)c;
	out_mem(o, "io_uring: ", 10);
}

void print_uring_suffix(struct out *o, const struct call *c)
{
	const struct kxt_uring *uring = c->uring;
	uint32_t flags = uring->cflags & 0xffff;

	out_mem(o, " <", 2);
	if (uring->ring_fd >= 0) {
		out_mem(o, "ring=", 5);
		out_dec(o, uring->ring_fd);
		out_mem(o, ", ", 2);
	}
	out_mem(o, "user_data=", 10);
	out_hex(o, uring->user_data);
	if (uring->sqe_flags) {
		out_mem(o, ", ", 2);
		xlat_flags(o, &entry_flags, uring->sqe_flags);
	}
	if (flags) {
		out_mem(o, ", ", 2);
		xlat_flags(o, &completion_flags, flags);
	}
	/* Which of the provided buffers the kernel took. */
	if (flags & 1) {
		out_mem(o, ", buffer=", 9);
		out_udec(o, uring->cflags >> 16);
	}
	out_char(o, '>');
}
