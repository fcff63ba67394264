/* SPDX-License-Identifier: GPL-2.0-only */
/* Arguments of calls on processes, signals, times, sockets and the rest. */
#include <linux/futex.h>
#include <linux/netlink.h>
#include <netinet/in.h>
#include <sched.h>
#include <signal.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <sys/wait.h>

#include "decode/errno.h"
#include "decode/siginfo.h"
#include "line.h"

static int nr_tests, nr_failed;
static struct out text;

static void check(const char *what, const char *expected)
{
	bool good = text.len == strlen(expected) &&
		    !memcmp(text.buf, expected, text.len);

	nr_tests++;
	nr_failed += !good;
	printf("%sok %d - %s\n", good ? "" : "not ", nr_tests, what);
	if (!good)
		printf("# got:      %.*s\n# expected: %s\n", (int)text.len,
		       text.buf, expected);
	text.len = text.line = 0;
}

/* A record under construction: the call, then chunks at multiples of 8. */
static uint64_t space[512];

static struct kxt_call *record(uint32_t nr, int64_t ret, const uint64_t *args)
{
	const struct call_info *info = call_info_by_nr(nr);
	struct kxt_call *rec = (void *)space;

	memset(space, 0, sizeof(space));
	rec->head.kind = KXT_CALL;
	rec->head.nr_args = info ? info->nr_args : 0;
	rec->nr = nr;
	rec->ret = ret;
	memcpy(rec->args, args, rec->head.nr_args * sizeof(*args));
	return rec;
}

static size_t fixed_size(const struct kxt_call *rec)
{
	return offsetof(struct kxt_call, args) +
	       rec->head.nr_args * sizeof(rec->args[0]);
}

static void *add(struct kxt_call *rec, int arg, int when, const void *data,
		 size_t len)
{
	char *end = (char *)rec + fixed_size(rec) + rec->head.len;
	struct kxt_chunk *chunk = (void *)end;

	*chunk = (struct kxt_chunk){ .arg = arg, .when = when, .len = len };
	if (data)
		memcpy(chunk + 1, data, len);
	rec->head.len += (sizeof(*chunk) + len + 7) & ~7ul;
	return chunk + 1;
}

/* Items of memory behind a vector's or a message's pointers. */
static size_t item(void *at, uint64_t ptr, const void *data, size_t len,
		   uint64_t total)
{
	struct kxt_item *it = at;

	*it = (struct kxt_item){ .ptr = ptr, .total = total, .len = len };
	if (len)
		memcpy(it + 1, data, len);
	return sizeof(*it) + ((len + 7) & ~7ul);
}

static void arguments(const struct kxt_call *rec, const char *expected)
{
	struct call call;

	if (call_parse(&call, rec, fixed_size(rec) + rec->head.len)) {
		call.abbrev = true;
		call.strsize = 32;
		print_arguments(&text, &call);
	}
	check(call_info_by_nr(rec->nr) ? call_info_by_nr(rec->nr)->name : "?",
	      expected);
}

#define ARGS(...)	((const uint64_t[KXT_NR_ARGS]){ __VA_ARGS__ })
#define RECORD(nr, ret, ...)	record(SYS_##nr, ret, ARGS(__VA_ARGS__))

static void test_process(void)
{
	struct kxt_call *rec;
	uint64_t ca[11] = { CLONE_VM | CLONE_PARENT_SETTID, 0, 0, 0x2000, 0,
			    0x3000, 0x4000 };
	struct rlimit limit = { 8192 * 1024, RLIM_INFINITY };
	struct rusage usage = { .ru_utime = { 1, 2 }, .ru_stime = { 3, 4 } };
	int status = W_EXITCODE(0, SIGKILL), tid = 12;
	char *at, items[256];
	size_t len;

	rec = RECORD(clone, 12, CLONE_CHILD_CLEARTID | CLONE_CHILD_SETTID |
		     SIGCHLD, 0, 0, 0x7f0000001000);
	arguments(rec, "child_stack=NULL, flags=CLONE_CHILD_CLEARTID|"
		  "CLONE_CHILD_SETTID|SIGCHLD, child_tidptr=0x7f0000001000");
	rec = RECORD(clone, 12, CLONE_PARENT_SETTID | CLONE_SETTLS | SIGCHLD,
		     0x1000, 0x2000, 0, 0x3000);
	add(rec, 2, KXT_AT_EXIT, &tid, sizeof(tid));
	arguments(rec, "child_stack=0x1000, flags=CLONE_SETTLS|"
		  "CLONE_PARENT_SETTID|SIGCHLD, parent_tid=[12], tls=0x3000");
	rec = RECORD(clone3, 12, 0x1000, 88);
	add(rec, 0, KXT_AT_EXIT, ca, sizeof(ca));
	arguments(rec, "{flags=CLONE_VM|CLONE_PARENT_SETTID, parent_tid=0x2000,"
		  " exit_signal=0, stack=0x3000, stack_size=0x4000} => "
		  "{parent_tid=[12]}, 88");

	rec = RECORD(execve, 0, 0x1000, 0x2000, 0x3000);
	add(rec, 0, KXT_AT_ENTER, "/bin/ls", 8);
	at = items;
	at += item(at, 0x4000, "ls", 3, 0);
	at += item(at, 0x5000, "-l", 3, 0);
	at += item(at, 0, NULL, 0, 0);
	add(rec, 1, KXT_AT_ENTER, items, at - items);
	add(rec, 2, KXT_AT_ENTER, &tid, sizeof(tid));
	arguments(rec, "\"/bin/ls\", [\"ls\", \"-l\"], 0x3000 /* 12 vars */");

	rec = RECORD(wait4, 12, -1, 0x1000, WNOHANG, 0x2000);
	add(rec, 1, KXT_AT_EXIT, &status, sizeof(status));
	add(rec, 3, KXT_AT_EXIT, &usage, sizeof(usage));
	arguments(rec, "-1, [{WIFSIGNALED(s) && WTERMSIG(s) == SIGKILL}], "
		  "WNOHANG, {ru_utime={tv_sec=1, tv_usec=2}, "
		  "ru_stime={tv_sec=3, tv_usec=4}, ...}");
	rec->ret = 0;
	arguments(rec, "-1, 0x1000, WNOHANG, 0x2000");
	rec = RECORD(prlimit64, 0, 0, RLIMIT_STACK, 0, 0x1000);
	add(rec, 3, KXT_AT_EXIT, &limit, sizeof(limit));
	arguments(rec, "0, RLIMIT_STACK, NULL, "
		  "{rlim_cur=8192*1024, rlim_max=RLIM64_INFINITY}");
	arguments(RECORD(kill, 0, 1, 34), "1, SIGRT_2");
	arguments(RECORD(setresuid, 0, -1, 0, -1), "-1, 0, -1");
	arguments(RECORD(ptrace, 0, PTRACE_TRACEME), "PTRACE_TRACEME");
	arguments(RECORD(ptrace, 0, PTRACE_CONT, 12, 0, SIGUSR1),
		  "PTRACE_CONT, 12, NULL, SIGUSR1");
	arguments(RECORD(unshare, 0, CLONE_NEWTIME | CLONE_FS),
		  "CLONE_NEWTIME|CLONE_FS");
	len = strlen("newname") + 1;
	rec = RECORD(prctl, 0, PR_SET_NAME, 0x1000);
	memcpy(add(rec, 1, KXT_AT_EXIT, NULL, 16), "newname", len);
	arguments(rec, "PR_SET_NAME, \"newname\"");
	arguments(RECORD(prctl, 0, PR_SET_NO_NEW_PRIVS, 1),
		  "PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0");
}

static void signal_line(const struct kxt_signal *sig, const char *expected)
{
	print_signal_line(&text, sig);
	check("a signal", expected);
}

static void test_signal(void)
{
	uint64_t sa[4] = { 0, 0x14000000, 0x7f0000000000, 1 << (SIGINT - 1) };
	uint64_t set = ~0ull & ~(1ull << 31), small = 3ull << 32;
	struct kxt_call *rec;

	rec = RECORD(rt_sigaction, 0, SIGCHLD, 0x1000, 0, 8);
	add(rec, 1, KXT_AT_EXIT, sa, sizeof(sa));
	arguments(rec, "SIGCHLD, {sa_handler=SIG_DFL, sa_mask=[INT], "
		  "sa_flags=SA_RESTORER|SA_RESTART, "
		  "sa_restorer=0x7f0000000000}, NULL, 8");
	rec = RECORD(rt_sigprocmask, 0, SIG_SETMASK, 0x1000, 0x2000, 8);
	add(rec, 1, KXT_AT_EXIT, &set, sizeof(set));
	add(rec, 2, KXT_AT_EXIT, &small, sizeof(small));
	arguments(rec, "SIG_SETMASK, ~[RTMIN], [RT_1 RT_2], 8");
	arguments(RECORD(rt_sigreturn, 0), "{mask=[]}");

	signal_line(&(struct kxt_signal){ .sig = SIGCHLD, .si_code = CLD_EXITED,
		    .fields = { 12, 1 } },
		    "--- SIGCHLD {si_signo=SIGCHLD, si_code=CLD_EXITED, "
		    "si_pid=12, si_uid=0, si_status=1, si_utime=0, "
		    "si_stime=0} ---");
	signal_line(&(struct kxt_signal){ .sig = SIGSEGV,
		    .si_code = SEGV_MAPERR },
		    "--- SIGSEGV {si_signo=SIGSEGV, si_code=SEGV_MAPERR, "
		    "si_addr=NULL} ---");
	signal_line(&(struct kxt_signal){ .sig = 34, .si_code = SI_QUEUE,
		    .fields = { 12ull, 5 } },
		    "--- SIGRT_2 {si_signo=SIGRT_2, si_code=SI_QUEUE, "
		    "si_pid=12, si_uid=0, si_int=5, si_ptr=0x5} ---");
	signal_line(&(struct kxt_signal){ .sig = SIGALRM,
		    .si_code = SI_KERNEL },
		    "--- SIGALRM {si_signo=SIGALRM, si_code=SI_KERNEL} ---");
	signal_line(&(struct kxt_signal){ .sig = SIGUSR1, .si_code = SI_USER,
		    .fields = { 12 | 1000ull << 32 } },
		    "--- SIGUSR1 {si_signo=SIGUSR1, si_code=SI_USER, "
		    "si_pid=12, si_uid=1000} ---");
	out_str(&text, errno_name(2));
	check("an error's name", "ENOENT");
	out_str(&text, errno_restart_text(512));
	check("what a restart says", "To be restarted if SA_RESTART is set");
}

static void test_time(void)
{
	uint64_t ts[2] = { 1, 500 }, timer[4] = { 1, 2, 3, 4 };
	struct kxt_call *rec;

	rec = RECORD(nanosleep, 0, 0x1000, 0x2000);
	add(rec, 0, KXT_AT_EXIT, ts, sizeof(ts));
	add(rec, 1, KXT_AT_EXIT, ts, sizeof(ts));
	arguments(rec, "{tv_sec=1, tv_nsec=500}, 0x2000");
	rec->ret = -516;
	arguments(rec, "{tv_sec=1, tv_nsec=500}, {tv_sec=1, tv_nsec=500}");
	arguments(RECORD(clock_gettime, -22, 99, 0x1000),
		  "0x63 /* CLOCK_??? */, 0x1000");
	rec = RECORD(setitimer, 0, 0, 0x1000, 0);
	add(rec, 1, KXT_AT_EXIT, timer, sizeof(timer));
	arguments(rec, "ITIMER_REAL, {it_interval={tv_sec=1, tv_usec=2}, "
		  "it_value={tv_sec=3, tv_usec=4}}, NULL");
}

static void test_addresses(void)
{
	struct sockaddr_in in = { AF_INET, htons(80), { htonl(0x01020304) } };
	struct sockaddr_nl nl = { AF_NETLINK, 0, 5, 0x11 };
	struct sockaddr_un un = { AF_UNIX, "/tmp/sock" };
	int room = 128, len = sizeof(in);
	struct kxt_call *rec;

	rec = RECORD(connect, 0, 3, 0x1000, sizeof(in));
	add(rec, 1, KXT_AT_EXIT, &in, sizeof(in));
	arguments(rec, "3, {sa_family=AF_INET, sin_port=htons(80), "
		  "sin_addr=inet_addr(\"1.2.3.4\")}, 16");
	rec = RECORD(connect, 0, 3, 0x1000, sizeof(un));
	add(rec, 1, KXT_AT_EXIT, &un, sizeof(un));
	arguments(rec, "3, {sa_family=AF_UNIX, sun_path=\"/tmp/sock\"}, 110");
	rec = RECORD(bind, 0, 3, 0x1000, 12);
	add(rec, 1, KXT_AT_EXIT, &nl, sizeof(nl));
	arguments(rec, "3, {sa_family=AF_NETLINK, nl_pid=5, "
		  "nl_groups=0x000011}, 12");
	rec = RECORD(bind, -22, 3, 0x1000, 1);
	add(rec, 1, KXT_AT_EXIT, &nl, 1);
	arguments(rec, "3, 0x1000, 1");
	rec = RECORD(accept, 4, 3, 0x1000, 0x2000);
	add(rec, 1, KXT_AT_EXIT, &in, sizeof(in));
	add(rec, 2, KXT_AT_ENTER, &room, sizeof(room));
	add(rec, 2, KXT_AT_EXIT, &len, sizeof(len));
	arguments(rec, "3, {sa_family=AF_INET, sin_port=htons(80), "
		  "sin_addr=inet_addr(\"1.2.3.4\")}, [128 => 16]");
	arguments(RECORD(socket, 3, AF_INET, SOCK_STREAM | SOCK_CLOEXEC,
			 IPPROTO_TCP),
		  "AF_INET, SOCK_STREAM|SOCK_CLOEXEC, IPPROTO_TCP");
}

static void test_messages(void)
{
	uint64_t msg[7] = { 0, 0, 0x1000, 1, 0x2000, 24 }, cmsg[3];
	int one = 1, len = 4;
	struct kxt_call *rec;
	char buf[256], *at = buf;

	cmsg[0] = 20;
	cmsg[1] = SOL_SOCKET | (uint64_t)SCM_RIGHTS << 32;
	cmsg[2] = 7;
	memcpy(at, msg, sizeof(msg));
	at += sizeof(msg);
	at += item(at, 0, NULL, 0, 0);
	at += item(at, 0x2000, cmsg, sizeof(cmsg), sizeof(cmsg));
	at += item(at, 0x3000, "hello", 5, 5);
	rec = RECORD(sendmsg, 5, 3, 0x4000, MSG_NOSIGNAL);
	add(rec, 1, KXT_AT_EXIT, buf, at - buf);
	arguments(rec, "3, {msg_name=NULL, msg_namelen=0, "
		  "msg_iov=[{iov_base=\"hello\", iov_len=5}], msg_iovlen=1, "
		  "msg_control=[{cmsg_len=20, cmsg_level=SOL_SOCKET, "
		  "cmsg_type=SCM_RIGHTS, cmsg_data=[7]}], msg_controllen=24, "
		  "msg_flags=0}, MSG_NOSIGNAL");
	rec = RECORD(setsockopt, 0, 3, SOL_SOCKET, SO_REUSEADDR, 0x1000, 4);
	add(rec, 3, KXT_AT_EXIT, &one, sizeof(one));
	arguments(rec, "3, SOL_SOCKET, SO_REUSEADDR, [1], 4");
	rec = RECORD(getsockopt, 0, 3, SOL_SOCKET, SO_ERROR, 0x1000, 0x2000);
	add(rec, 3, KXT_AT_EXIT, &one, sizeof(one));
	add(rec, 4, KXT_AT_ENTER, &len, sizeof(len));
	add(rec, 4, KXT_AT_EXIT, &len, sizeof(len));
	arguments(rec, "3, SOL_SOCKET, SO_ERROR, [EPERM], [4]");
}

static void test_rest(void)
{
	uint64_t ts[2] = { 1, 2 };
	struct kxt_call *rec;

	arguments(RECORD(futex, 1, 0x1000, FUTEX_WAKE | FUTEX_PRIVATE_FLAG, 1),
		  "0x1000, FUTEX_WAKE_PRIVATE, 1");
	rec = RECORD(futex, 0, 0x1000, FUTEX_WAIT, 5, 0x2000);
	add(rec, 3, KXT_AT_EXIT, ts, sizeof(ts));
	arguments(rec, "0x1000, FUTEX_WAIT, 5, {tv_sec=1, tv_nsec=2}");
	arguments(RECORD(shmget, 0, 0, 4096, 01600),
		  "IPC_PRIVATE, 4096, IPC_CREAT|0600");
	rec = RECORD(getrandom, 3, 0x1000, 3, 1);
	add(rec, 0, KXT_AT_EXIT, "\1a\377", 3);
	arguments(rec, "\"\\x01\\x61\\xff\", 3, GRND_NONBLOCK");
	arguments(RECORD(syslog, 0, 9), "9 /* SYSLOG_ACTION_SIZE_UNREAD */");
	arguments(RECORD(reboot, -1, 0xfee1dead, 672274793, 0x1234567, 0),
		  "LINUX_REBOOT_MAGIC1, LINUX_REBOOT_MAGIC2, "
		  "LINUX_REBOOT_CMD_RESTART");
}

/* A row for each number of this machine's headers, and for the newer ones. */
static void test_numbers(void)
{
	unsigned int nr, missing = 0;

#ifdef __x86_64__
	for (nr = 0; nr <= 471; nr++) {
		if ((nr > 336 && nr < 424) || call_info_by_nr(nr))
			continue;
		printf("# no row for %u\n", nr);
		missing++;
	}
#endif
	out_udec(&text, missing);
	check("every call has a row", "0");
}

int main(void)
{
	if (out_init(&text, -1, 1 << 16))
		return 1;
	test_process();
	test_signal();
	test_time();
	test_addresses();
	test_messages();
	test_rest();
	test_numbers();
	out_done(&text);
	printf("1..%d\n", nr_tests);
	return nr_failed != 0;
}
