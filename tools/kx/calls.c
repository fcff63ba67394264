// SPDX-License-Identifier: GPL-2.0-only
/* The table of the system calls, as it is written down for all tools, read. */
#include "calls.h"

#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "../calls/nr.h"
#include "verb.h"

/* Of each row its arguments as they are written: KIND("name", ...), { "name", KIND }. */
#define ROW(call, classes, result, ...)			\
	[__NR_##call] = { #call, #__VA_ARGS__ }
#define ROW_NOTE(call, classes, result, note, ...)	\
	ROW(call, classes, result, __VA_ARGS__)

static const struct row {
	const char *name;
	const char *args;
} rows[] = {
#include "../calls/all.tbl"
};

#define NR_ROWS	((int)(sizeof(rows) / sizeof(rows[0])))

/* What an argument of a kind is in C; of a STRUCT and an ARRAY its printer is the kind. */
static const struct {
	const char *kind;
	const char *type;
} types[] = {
	{ "ACCESS_MODE", "int" },
	{ "ADDR", "void *" },
	{ "ADDRLEN", "int *" },
	{ "ADDR_PTR", "void **" },
	{ "AIO_CONTEXT", "aio_context_t" },
	{ "AIO_CONTEXT_OUT", "aio_context_t *" },
	{ "AIO_EVENTS", "struct io_event *" },
	{ "AIO_IOCB", "struct iocb *" },
	{ "AIO_REQUESTS", "struct iocb **" },
	{ "AT_FLAGS", "int" },
	{ "BPF_ATTR", "union bpf_attr *" },
	{ "BUF_IN", "const void *" },
	{ "BUF_OUT", "void *" },
	{ "CAP_DATA", "cap_user_data_t" },
	{ "CAP_HEADER", "cap_user_header_t" },
	{ "COPY_OFFSET", "loff_t *" },
	{ "CPU_SET", "unsigned long *" },
	{ "CWD_OUT", "char *" },
	{ "DEV", "unsigned int" },
	{ "DIRENTS", "void *" },
	{ "ENVP", "const char *const *" },
	{ "EPOLL_EVENT", "struct epoll_event *" },
	{ "EPOLL_EVENTS", "struct epoll_event *" },
	{ "FAN_FD", "int" },
	{ "FAN_INIT", "unsigned int" },
	{ "FCNTL_ARG", "unsigned long" },
	{ "FD", "int" },
	{ "FD_AT", "int" },
	{ "FD_SET_ARG", "fd_set *" },
	{ "FILE_ATTR", "struct file_attr *" },
	{ "FLAGS", "unsigned int" },
	{ "FLAGS64", "unsigned long" },
	{ "FSCONFIG_KEY", "const char *" },
	{ "FSCONFIG_VALUE", "const void *" },
	{ "HANDLE", "struct file_handle *" },
	{ "HEX", "unsigned long" },
	{ "HEX32", "unsigned int" },
	{ "HOST_NAME", "const char *" },
	{ "ID", "uid_t" },
	{ "ID_LIST", "gid_t *" },
	{ "ID_PTR", "uid_t *" },
	{ "INT", "int" },
	{ "INT_PAIR", "int *" },
	{ "INT_PTR", "int *" },
	{ "IOCTL_ARG", "unsigned long" },
	{ "IOCTL_CMD", "unsigned int" },
	{ "IOVEC_ADDRS", "const struct iovec *" },
	{ "IOVEC_IN", "const struct iovec *" },
	{ "IOVEC_OUT", "const struct iovec *" },
	{ "IOVEC_READ", "const struct iovec *" },
	{ "IOV_POINTERS", "const struct iovec *" },
	{ "IPC_CMD", "int" },
	{ "IPC_FLAGS", "int" },
	{ "IPC_KEY", "key_t" },
	{ "IPC_STRUCT", "void *" },
	{ "ITIMERSPEC", "struct itimerspec *" },
	{ "ITIMERVAL", "struct itimerval *" },
	{ "KEY", "key_serial_t" },
	{ "LONG", "long" },
	{ "LONG_PTR", "long *" },
	{ "MAP_FLAGS", "unsigned long" },
	{ "MEMBARRIER_CPU", "int" },
	{ "MEMFD_FLAGS", "unsigned int" },
	{ "MEMPOLICY", "int" },
	{ "MEMPOLICY_OUT", "int *" },
	{ "MINCORE_VEC", "unsigned char *" },
	{ "MKNOD_DEV", "unsigned int" },
	{ "MKNOD_MODE", "mode_t" },
	{ "MMSGHDR", "struct mmsghdr *" },
	{ "MODE", "mode_t" },
	{ "MOUNT_ATTR", "struct mount_attr *" },
	{ "MOUNT_DATA", "void *" },
	{ "MOUNT_FLAGS", "unsigned long" },
	{ "MOUNT_TYPE", "const char *" },
	{ "MQ_ATTR", "struct mq_attr *" },
	{ "MREMAP_ADDR", "unsigned long" },
	{ "MSGBUF", "struct msgbuf *" },
	{ "MSGHDR", "struct msghdr *" },
	{ "NODES", "const int *" },
	{ "NODE_MASK", "unsigned long *" },
	{ "NOTHING", "unsigned long" },
	{ "OPEN_FLAGS", "int" },
	{ "OPEN_HOW", "struct open_how *" },
	{ "OPEN_MODE", "mode_t" },
	{ "OWNER", "uid_t" },
	{ "PAGES", "const void **" },
	{ "PAGE_STATUS", "int *" },
	{ "PATH", "const char *" },
	{ "PATH_EARLY", "const char *" },
	{ "PID", "pid_t" },
	{ "POLLFDS", "struct pollfd *" },
	{ "PRCTL_ARG", "unsigned long" },
	{ "PRCTL_STR", "unsigned long" },
	{ "PRCTL_VALUE", "unsigned long" },
	{ "PSELECT_TIME", "struct timespec *" },
	{ "PTRACE_DATA", "unsigned long" },
	{ "QUOTA_CMD", "unsigned int" },
	{ "QUOTA_DATA", "void *" },
	{ "QUOTA_ID", "qid_t" },
	{ "RLIMIT", "struct rlimit *" },
	{ "SCHED_PARAM", "struct sched_param *" },
	{ "SELECT_TIME", "struct timeval *" },
	{ "SIGINFO", "siginfo_t *" },
	{ "SIGNAL", "int" },
	{ "SIGSET", "sigset_t *" },
	{ "SIGSET_ARGPACK", "const void *" },
	{ "SOCKADDR", "struct sockaddr *" },
	{ "SOCKADDR_OUT", "struct sockaddr *" },
	{ "STAT", "struct stat *" },
	{ "STATFS", "struct statfs *" },
	{ "STATX", "struct statx *" },
	{ "STATX_FLAGS", "unsigned int" },
	{ "STR", "const char *" },
	{ "STRVEC", "const char *const *" },
	{ "TIMESPEC", "struct timespec *" },
	{ "TIMEVAL", "struct timeval *" },
	{ "UINT", "unsigned int" },
	{ "ULONG", "unsigned long" },
	{ "URING_PARAMS", "struct io_uring_params *" },
	{ "URING_REGISTER_ARG", "void *" },
	{ "USER_DESC", "struct user_desc *" },
	{ "UTIMBUF", "struct utimbuf *" },
	{ "UTIMENSAT", "struct timespec *" },
	{ "UTIMES", "struct timeval *" },
	{ "VALUE", "int" },
	{ "WAITID_ID", "pid_t" },
	{ "WHO", "int" },
	{ "XATTR_ARGS", "struct xattr_args *" },
	{ "XATTR_IN", "const void *" },
	{ "XATTR_OUT", "void *" },
	{ "print_arch_prctl_arg", "unsigned long" },
	{ "print_cache_range", "struct cachestat_range *" },
	{ "print_cache_stat", "struct cachestat *" },
	{ "print_clone_args", "struct clone_args *" },
	{ "print_clone_child_tid", "int *" },
	{ "print_clone_flags", "unsigned long" },
	{ "print_clone_parent_tid", "int *" },
	{ "print_clone_stack", "unsigned long" },
	{ "print_clone_tls", "unsigned long" },
	{ "print_futex_addr2", "void *" },
	{ "print_futex_op", "int" },
	{ "print_futex_timeout", "const struct timespec *" },
	{ "print_futex_val", "unsigned int" },
	{ "print_futex_val3", "unsigned int" },
	{ "print_futex_waitv", "struct futex_waitv *" },
	{ "print_hex32", "unsigned int" },
	{ "print_ioprio", "int" },
	{ "print_kcmp_index", "unsigned long" },
	{ "print_kexec_flags", "unsigned long" },
	{ "print_kexec_segments", "struct kexec_segment *" },
	{ "print_keyctl_arg", "unsigned long" },
	{ "print_landlock_create_flags", "unsigned int" },
	{ "print_landlock_rule", "const void *" },
	{ "print_landlock_ruleset", "const struct landlock_ruleset_attr *" },
	{ "print_mount_ids", "u64 *" },
	{ "print_mount_request", "struct mnt_id_req *" },
	{ "print_mq_open_attr", "struct mq_attr *" },
	{ "print_optname", "int" },
	{ "print_optval_in", "const void *" },
	{ "print_optval_out", "void *" },
	{ "print_pending", "sigset_t *" },
	{ "print_perf_attr", "struct perf_event_attr *" },
	{ "print_personality", "unsigned int" },
	{ "print_protocol", "int" },
	{ "print_ptrace_addr", "unsigned long" },
	{ "print_ptrace_pid", "long" },
	{ "print_random", "void *" },
	{ "print_reboot_arg", "void *" },
	{ "print_remaining", "struct timespec *" },
	{ "print_rusage", "struct rusage *" },
	{ "print_sched_attr", "struct sched_attr *" },
	{ "print_seccomp_arg", "void *" },
	{ "print_seccomp_flags", "unsigned int" },
	{ "print_sembufs", "struct sembuf *" },
	{ "print_sigaction", "struct sigaction *" },
	{ "print_sigaltstack", "stack_t *" },
	{ "print_sigevent", "struct sigevent *" },
	{ "print_socket_flags", "int" },
	{ "print_socket_type", "int" },
	{ "print_statmount", "struct statmount *" },
	{ "print_swap_flags", "int" },
	{ "print_sysctl_args", "struct __sysctl_args *" },
	{ "print_sysinfo", "struct sysinfo *" },
	{ "print_syslog_action", "int" },
	{ "print_syslog_buf", "char *" },
	{ "print_syslog_len", "int" },
	{ "print_time", "time_t *" },
	{ "print_timex", "struct timex *" },
	{ "print_timezone", "struct timezone *" },
	{ "print_tms", "struct tms *" },
	{ "print_u64_list", "uint64_t *" },
	{ "print_unshare_flags", "unsigned long" },
	{ "print_utsname", "struct utsname *" },
	{ "print_wait_rusage", "struct rusage *" },
	{ "print_wait_status", "int *" },
	{ "print_waitid_info", "siginfo_t *" },
};

static const char *type_of(const char *kind, size_t len)
{
	for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++)
		if (strlen(types[i].kind) == len && !memcmp(types[i].kind, kind, len))
			return types[i].type;
	return "?";
}

/* Behind an argument and the blanks and the comma after it. */
static const char *skip_arg(const char *at)
{
	int depth = 0;

	for (; *at && (depth || *at != ','); at++)
		depth += strchr("({", *at) ? 1 : strchr(")}", *at) ? -1 : 0;
	return at + strspn(at, ", ");
}

/* A word in capitals before the "(", or the one after the name. */
static void read_arg(const char *at, struct call_arg *out)
{
	const char *name = strchr(at, '"') + 1, *end = strchr(name, '"');
	size_t len = strspn(at, "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_");
	const char *kind = at;

	if (!len || !strncmp(at, "STRUCT(", 7) || !strncmp(at, "ARRAY(", 6)) {
		kind = end + 1 + strspn(end + 1, ", ");
		len = strcspn(kind, ", })");
	}
	out->type = type_of(kind, len);
	len = end - name;
	if (len >= sizeof(out->name))
		len = sizeof(out->name) - 1;
	memcpy(out->name, name, len);
	out->name[len] = '\0';
}

/* Rows have the arguments as a tracer shows them; these are not as the call takes them. */
static const char *args_of(int number)
{
#ifdef __x86_64__
	if (number == __NR_clone)
		return "ULONG(\"flags\"), ULONG(\"stack\"), INT_PTR(\"parent_tid\"), "
		       "INT_PTR(\"child_tid\"), ULONG(\"tls\")";
#endif
	if (number == __NR_rt_sigreturn || number == __NR_restart_syscall)
		return "";
	return rows[number].args;
}

static void read_row(int number, struct call *out)
{
	*out = (struct call){ .number = number, .name = rows[number].name };
	for (const char *at = args_of(number); *at && out->nr_args < CALL_ARGS; at = skip_arg(at))
		read_arg(at, &out->args[out->nr_args++]);
}

bool call_next(int number, struct call *out)
{
	for (number++; number < NR_ROWS; number++) {
		if (!rows[number].name)
			continue;
		read_row(number, out);
		return true;
	}
	return false;
}

int call_find(const char *word, struct call *out)
{
	char *end;
	unsigned long number = strtoul(word, &end, 0);

	if (isdigit((unsigned char)*word) && !*end) {
		if (number >= (unsigned long)NR_ROWS || !rows[number].name)
			return -ENOENT;
		read_row((int)number, out);
		return 0;
	}
	for (int i = 0; i < NR_ROWS; i++) {
		if (!rows[i].name || strcmp(rows[i].name, word))
			continue;
		read_row(i, out);
		return 0;
	}
	return -ENOENT;
}

const char *call_guess(const char *word)
{
	const char *names[NR_ROWS];
	size_t nr = 0;

	for (int i = 0; i < NR_ROWS; i++)
		if (rows[i].name)
			names[nr++] = rows[i].name;
	return guess(word, names, nr);
}
