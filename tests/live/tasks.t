#!/usr/bin/perl
# SPDX-License-Identifier: GPL-2.0-only
# Following tasks: threads, vfork, exec, attach, and the end of the tracer.
use strict;
use warnings;
use lib 'tests/lib';
use KX;
use Test::More;

not_between();
need_root();

sub kx_programs {
	my @names = qw(sys_enter sys_exit perf_call process_fork process_exec process_exit signal_deliver
		       perf_exit fork_again exec_again task_switched);
	my $json = `bpftool -j prog show`;
	die "bpftool cannot list the programs" if $?;
	return scalar grep { $json =~ /"name":"$_"/ } @names;
}
my $before = kx_programs();

# Threads, each writes a number.
my $threads = compile('threads', <<'C', '-pthread');
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
static void *run(void *n) { char t[32]; sprintf(t, "thread %ld\n", (long)n); write(1, t, strlen(t)); return 0; }
int main(int argc, char **argv)
{
	pthread_t t[8];
	for (long i = 0; i < 8; i++) pthread_create(&t[i], 0, run, (void *)i);
	for (int i = 0; i < 8; i++) pthread_join(t[i], 0);
	return 0;
}
C
my $r = traced('-v', '-f', '-e', 'trace=write', $threads);
# 7.2 may skip a program that was interrupted: such a call is not shown, but counted.
my ($dropped) = $r->{err} =~ /dropped (\d+)$/m;
is($dropped, 0, 'nothing is dropped, unless the kernel skipped programs') if $r->{err} !~ /kernel skipped \d+ runs/;
my %writers = map { /^(\d+) +write\(1, "thread (\d)\\n", 9\) += 9$/ ? ($2 => $1) : () } @{ $r->{lines} };
is(keys(%writers) + $dropped, 8, '-f: every thread is followed');
my %tids = map { $_ => 1 } values %writers;
is(keys(%tids) + $dropped, 8, 'each under its own number');
is(scalar(grep { /\+\+\+ exited with 0/ } @{ $r->{lines} }), 9, 'nine tasks ended');
$r = traced('-e', 'trace=write', $threads);
is(scalar(grep { /^write/ } @{ $r->{lines} }), 0, 'without -f threads are not followed');

# A fork bomb of 500 short processes: every line is there.
$r = traced('-f', '-e', 'trace=execve,exit_group', '-v', 'sh', '-c', 'for i in $(seq 250); do /bin/true; done');
is(scalar(grep { /execve\("\/bin\/true", \["\/bin\/true"\], .*\) = 0$/ } @{ $r->{lines} }), 250, '250 execs');
is(scalar(grep { /exit_group\(0\) += \?$/ } @{ $r->{lines} }), 252, '252 ends');
is(scalar(grep { /\+\+\+ exited/ } @{ $r->{lines} }), 252, 'each with its status');

# vfork: the child borrows the parent's memory.
my $vfork = compile('vfork', <<'C');
#include <unistd.h>
#include <sys/wait.h>
int main(void)
{
	char *argv[] = { "true", "an argument", 0 };
	int status;
	if (!vfork()) { execv("/bin/true", argv); _exit(1); }
	wait(&status);
	return 0;
}
C
$r = traced('-f', $vfork);
my ($child) = map { /vfork\( *\) += (\d+)$/ ? $1 : () } @{ $r->{lines} };
ok($child, 'vfork returns the child');
is(scalar(grep { /^$child +execve\("\/bin\/true", \["true", "an argument"\], 0x[0-9a-f]+ \/\* \d+ vars \*\/\) = 0$/ } @{ $r->{lines} }), 1, 'its exec is shown');

# A thread that is not the first executes: it takes over the number.
my $exec = compile('thread_exec', <<'C', '-pthread');
#include <pthread.h>
#include <stdio.h>
#include <unistd.h>
#include <sys/syscall.h>
static void *run(void *arg) { char t[32]; sprintf(t, "%ld", syscall(SYS_gettid)); execl("/bin/echo", "echo", t, (char *)0); return 0; }
int main(void) { pthread_t t; pthread_create(&t, 0, run, 0); pause(); return 1; }
C
$r = traced('-f', $exec);
my ($leader) = $r->{lines}[0] =~ /^(\d+) /;
chomp(my $tid = $r->{out});
is(scalar(grep { /^$leader +\+\+\+ superseded by execve in pid $tid \+\+\+$/ } @{ $r->{lines} }), 1, 'superseded by execve');
is(scalar(grep { /^$leader +execve\("\/bin\/echo", \["echo", "$tid"\], .*\) = 0$/ } @{ $r->{lines} }), 1, 'the exec returns under the leader\'s number');
is(scalar(grep { /^$leader +write\(1, "$tid\\n", \d+\) += / } @{ $r->{lines} }), 1, 'and goes on there');

# Strings in pages that were never touched come out all the same.
my $cold = compile('cold', <<'C');
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>
int main(int argc, char **argv)
{
	char *args[] = { 0, 0 };
	int fd = open(argv[1], O_RDONLY);
	char *page = mmap(0, 8192, PROT_READ, MAP_PRIVATE, fd, 0);
	madvise(page, 8192, MADV_RANDOM);
	open(page, O_RDONLY);
	/* Now its page is there; a new mapping has none. */
	page = mmap(0, 8192, PROT_READ, MAP_PRIVATE | MAP_POPULATE * 0, fd, 0);
	madvise(page, 8192, MADV_DONTNEED);
	args[0] = page;
	execv(page, args);
	execv(page + 4096, args);
	return 1;
}
C
my $file = write_file("$dir/cold_string", '/nosuch/cold' . "\0" x 4084 . '/bin/true' . "\0" x 4087);
$r = traced('-e', 'trace=openat,open,execve', $cold, $file);
is(scalar(grep { /open(at)?\((AT_FDCWD, )?"\/nosuch\/cold", O_RDONLY\) = -1 ENOENT/ } @{ $r->{lines} }), 1, 'a path in a cold page, open');
is(scalar(grep { /^execve\("\/nosuch\/cold", \["\/nosuch\/cold"\], .*\) = -1 ENOENT/ } @{ $r->{lines} }), 1, 'a path in a cold page, failing execve');
is(scalar(grep { /^execve\("\/bin\/true", / } @{ $r->{lines} }), 1, 'a path in a cold page, execve that succeeds');

# Calls that end with their task, and calls interrupted.
$r = traced('-f', 'sh', '-c', 'sleep 100 & sleep 0.1; kill -KILL $!; wait');
is(scalar(grep { /clock_nanosleep\(CLOCK_REALTIME, 0, \{tv_sec=100, tv_nsec=0\}, .*<unfinished \.\.\.>\) = \?$/ } @{ $r->{lines} }), 1, 'killed inside a call');
my $interrupted = compile('interrupted', <<'C');
#include <signal.h>
#include <unistd.h>
#include <sys/time.h>
static void handler(int sig) { }
int main(void)
{
	struct sigaction act = { .sa_handler = handler };
	struct itimerval soon = { .it_value = { 0, 50000 } };
	sigaction(SIGALRM, &act, 0);
	setitimer(ITIMER_REAL, &soon, 0);
	pause();
	return 0;
}
C
$r = traced($interrupted);
my $text = join "\n", @{ $r->{lines} };
like($text, qr{\npause\(\) += \? ERESTARTNOHAND \(To be restarted if no handler\)\n--- SIGALRM \{si_signo=SIGALRM, si_code=SI_KERNEL\} ---\nrt_sigreturn\(\{mask=\[\]\}\) += -1 EINTR \(Interrupted system call\)\n},
     'a call interrupted by a handler');

# Attach: a running process with all its threads.
my $server = compile('server', <<'C', '-pthread');
#include <pthread.h>
#include <unistd.h>
#include <time.h>
static void *run(void *n) { struct timespec t = { 0, 20000000 }; for (;;) { nanosleep(&t, 0); write(*(int *)n, "x", 1); } return 0; }
int main(void)
{
	int fds[3] = { 100, 101, 102 };
	pthread_t t;
	for (int i = 0; i < 2; i++) pthread_create(&t, 0, run, &fds[i]);
	write(1, "ready", 5);
	run(&fds[2]);
}
C
my $running = start($server);
wait_for(sub { slurp($running->{out}) eq 'ready' });
my $tracer = start("$build/kxtrace", '-f', '-o', "$dir/attached", '-p', $running->{pid});
ok(wait_for(sub { my $t = slurp("$dir/attached"); 3 == grep { $t =~ /write\($_, "x", 1\) += -1 EBADF/ } 100 .. 102 }), '-f -p: all threads of a running process');
kill INT => $tracer->{pid};
my $end = finish($tracer);
is($end->{signal} || $end->{exit}, 0, 'Ctrl-C ends the tracer');
like($end->{err}, qr{^kxtrace: Process $running->{pid} attached with 3 threads$}m, 'it told what it attached to');
ok(kill(0 => $running->{pid}), 'the process goes on');
$tracer = start("$build/kxtrace", '-o', "$dir/attached1", '-p', $running->{pid});
ok(wait_for(sub { slurp("$dir/attached1") =~ /write\(102/ }), '-p without -f: the task itself');
kill INT => $tracer->{pid};
finish($tracer);
is(scalar(grep { /write\(10[01]/ } split /\n/, slurp("$dir/attached1")), 0, 'and only that');

# What a process waits for is shown at once: that is what one attaches for.
my $sleeper = start('sleep', '1000');
wait_for(sub { slurp("/proc/$sleeper->{pid}/syscall") =~ /^230 / });
$tracer = start("$build/kxtrace", '-p', $sleeper->{pid});
ok(wait_for(sub { slurp($tracer->{err}) =~ /^clock_nanosleep\(CLOCK_REALTIME, 0, 0x[0-9a-f]+, +<unfinished \.\.\.>$/m }), '-p shows the call that goes on');
my ($caps) = slurp("/proc/$tracer->{pid}/status") =~ /^CapEff:\s*([0-9a-f]+)/m;
is(hex($caps) & (1 << 39 | 1 << 38 | 1 << 21), 0, 'by then it has given up CAP_BPF, CAP_PERFMON, CAP_SYS_ADMIN');
kill KILL => $sleeper->{pid};
finish($sleeper);
$end = finish($tracer);
like($end->{err}, qr{\nclock_nanosleep\(CLOCK_REALTIME, 0, \{tv_sec=1000, tv_nsec=0\},  <unfinished \.\.\.>\) = \?\n\+\+\+ killed by SIGKILL}, 'and how it ends');

# In a pid namespace of one's own, as in a container: its numbers, not the host's.
$r = run('unshare', '--pid', '--fork', '--mount-proc', "$build/kxtrace", '-f', '-o', "$dir/namespace", 'sh', '-c', 'echo $$; /bin/true; true');
is($r->{exit}, 0, 'within a pid namespace');
my ($inner) = $r->{out} =~ /^(\d+)$/;
like(slurp("$dir/namespace"), qr{^$inner +execve\("[^"]*/sh"}m, 'tasks have their number in it');
like(slurp("$dir/namespace"), qr{^$inner +v?fork\(|^$inner +clone\(.* = (\d+)\n(?:.*\n)*?\1 +execve\("/bin/true"}m, 'children as well');

# Several at once.
my $second = start($server);
wait_for(sub { slurp($second->{out}) eq 'ready' });
$tracer = start("$build/kxtrace", '-o', "$dir/two", '-p', "$running->{pid},$second->{pid}");
ok(wait_for(sub { my $t = slurp("$dir/two"); $t =~ /^$running->{pid} +write/m && $t =~ /^$second->{pid} +write/m }), '-p A,B: both');

# SIGKILL leaves nothing attached; the traced process is unharmed.
kill KILL => $tracer->{pid};
finish($tracer);
ok(wait_for(sub { kx_programs() <= $before }), 'after SIGKILL no program is left');
ok(kill(0 => $running->{pid}), 'and the process goes on');

# At any moment: while it loads, attaches, starts its command, traces.
for my $step (0 .. 19) {
	$tracer = start("$build/kxtrace", '-o', "$dir/killed", 'sh', '-c', 'for i in 1 2 3; do /bin/true; done');
	select undef, undef, undef, 0.005 * $step;
	kill KILL => $tracer->{pid};
	finish($tracer);
}
ok(wait_for(sub { kx_programs() <= $before }), 'SIGKILL at 20 moments: no program is left');
is(`pgrep -P 1 -f '$build/kxtrace -o $dir/killed'`, '', 'and no half started command');

# The traced process ends: so does the tracer.
$tracer = start("$build/kxtrace", '-o', "$dir/ending", '-p', $second->{pid});
wait_for(sub { slurp("$dir/ending") =~ /write/ });
kill KILL => $second->{pid};
finish($second);
is(finish($tracer)->{exit}, 0, 'the tracer ends with its last process');
like(slurp("$dir/ending"), qr{\+\+\+ killed by SIGKILL \+\+\+\n\z}, 'and shows how');
kill KILL => $running->{pid};
finish($running);

# Ctrl-C while a command runs: the command gets it too, the last records come.
# (Not a shell: dash goes on when the signal comes before its child is there.)
my $waiter = compile('waiter', 'int main(void) { write(1, "started", 7); pause(); return 0; }');
$tracer = start("$build/kxtrace", '-o', "$dir/ctrlc", $waiter);
wait_for(sub { slurp($tracer->{out}) =~ /started/ });
kill INT => -$tracer->{pid};
$end = finish($tracer);
is($end->{signal}, 2, 'Ctrl-C: the command\'s death by SIGINT is passed on');
like(slurp("$dir/ctrlc"), qr{\+\+\+ killed by SIGINT \+\+\+\n\z}, 'its last line is there');
$tracer = start("$build/kxtrace", '-c', '-o', "$dir/ctrlc_c", '-f', $waiter);
wait_for(sub { slurp($tracer->{out}) =~ /started/ });
kill INT => -$tracer->{pid};
finish($tracer);
like(slurp("$dir/ctrlc_c"), qr{ total\n\z}, 'Ctrl-C with -c: the table is there');

# Untraced processes leave no record.
$tracer = start("$build/kxtrace", '-v', '-o', "$dir/quiet", 'sleep', '1');
wait_for(sub { slurp("$dir/quiet") =~ /nanosleep|brk/ });
run('sh', '-c', 'for i in $(seq 50); do /bin/true; done');
$end = finish($tracer);
my ($seen) = $end->{err} =~ /seen (\d+)/;
cmp_ok($seen, '<', 500, 'calls of other processes leave no record');

done_testing();
