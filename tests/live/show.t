#!/usr/bin/perl
# SPDX-License-Identifier: GPL-2.0-only
# How arguments and lines look: kxtrace's options against strace's, on the same calls.
use strict;
use warnings;
use lib 'tests/lib';
use KX;
use Test::More;

need_root();
plan skip_all => 'strace is not installed' if system('command -v strace >/dev/null') != 0;
plan skip_all => 'how lines look does not depend on the kernel' if $ENV{KX_VM_KERNEL};

my $helper = "$build/tests/live/show";
my $work = "$dir/work";

# What differs from run to run, beyond what normalised() knows.
sub cleaned {
	my $text = shift;
	my @lines = map { @$_ } normalised($text);
	for (@lines) {
		s/\b(shmget|shmctl|msgget)\((\d+)/$1(ID/g;
		s/^(shmget\(.*\)) = \d+/$1 = ID/;
		s/nsec=\d+/nsec=N/g;
		s/2\d{3}-\d\d-\d\dT[\d:.]+\+\d{4}/DATE/g;
		s/(ru_\w+)=\d+/$1=N/g;
		# The environment of a tracer's child has the tracer's own path in it.
		s/"_=[^"]*"/"_=TRACER"/g;
	}
	# When a child's end is told among other lines is a matter of timing.
	return grep { !/^--- SIGCHLD|^rt_sigreturn/ } @lines;
}

sub trace_of {
	my ($tracer, $out, @command) = @_;
	system('rm', '-rf', $work);
	mkdir $work;
	my $r = run($tracer, '-f', '-o', $out, @command);
	return slurp($out);
}

sub same {
	my ($options, @command) = @_;
	my ($ours, $theirs);
	# Who of two tasks runs first is chance; a wrong text is wrong every time.
	for (1 .. 3) {
		$theirs = join "\n", cleaned(trace_of('strace', "$dir/theirs", @$options, @command));
		$ours = join "\n", cleaned(trace_of("$build/kxtrace", "$dir/ours", @$options, @command));
		last if $ours eq $theirs;
	}
	write_file("$dir/a", "$theirs\n");
	write_file("$dir/b", "$ours\n");
	ok($ours eq $theirs && length $ours, "@$options: as strace's") or
	    diag(substr qx(diff -U0 $dir/a $dir/b), 0, 3000);
	return $ours;
}

# Calls with many kinds of constants. With -e verbose=, prctl's are shown: a
# name that it sets is a structure here, and text for strace.
for my $options ([], ['-X', 'raw'], ['-X', 'verbose'], ['-X', 'abbrev'], ['-v'], ['-v', '-X', 'verbose'], ['-v', '-X', 'raw'],
		 ['-x'], ['-xx'], ['--strings-in-hex=non-ascii-chars'], ['--strings-in-hex=none'],
		 ['-e', 'raw=openat,mmap,close,flock'], ['-e', 'verbose=prctl'],
		 ['-e', 'verbose=!newfstatat,rt_sigaction'], ['-e', 'abbrev=!newfstatat']) {
	same([@$options, '-e', 'trace=!getrusage,rt_sigreturn'], $helper, $work);
}

# Ordinary commands.
my $script = write_file("$dir/script", 'printf "a\nb\t\"\\\\\377\1y7\0017\303\251\177"; cat /etc/hostname; (exit 3); cat /nonexistent; true' . "\n");
for my $options (['-x'], ['-xx'], ['-e', 'status=failed'], ['-e', 'status=!successful'], ['-z'], ['-Z'], ['--status=successful,failed'],
		 ['-e', 'status=unfinished'], ['-e', 'status=none'], ['-qq'], ['-qqq'], ['-e', 'quiet=exit'], ['-e', 'quiet=all'],
		 ['--quiet=!exit'], ['-a', '0'], ['-a', '70'], ['-e', 'raw=openat,fcntl', '-e', 'verbose=!wait4']) {
	same([@$options, '-e', 'trace=!wait4,rt_sigreturn'], '/bin/sh', $script);
}

#
# Dumps
#
my $mover = compile('mover', <<'C');
#define _GNU_SOURCE
#include <fcntl.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>
int main(int argc, char **argv)
{
	static char text[6000], back[6000];
	struct iovec v[3] = { { text, 5 }, { text + 5, 30 }, { text + 40, 50 } };
	struct msghdr m = { .msg_iov = v, .msg_iovlen = 3 };
	struct mmsghdr mm[2] = { { { .msg_iov = v, .msg_iovlen = 1 } }, { { .msg_iov = v, .msg_iovlen = 3 } } };
	int i, pair[2];

	for (i = 0; i < sizeof(text); i++)
		text[i] = i;
	int fd = open(argv[1], O_RDWR | O_CREAT | O_TRUNC, 0600);
	socketpair(AF_UNIX, SOCK_DGRAM, 0, pair);
	write(fd, text, 300);
	write(fd, "", 0);
	write(77, text, 1);
	pread(fd, back, 20, 30);
	writev(fd, v, 3);
	lseek(fd, 0, SEEK_SET);
	readv(fd, v, 3);
	sendto(pair[0], text, 17, 0, 0, 0);
	recvfrom(pair[1], back, 100, 0, 0, 0);
	sendmsg(pair[0], &m, 0);
	recvmsg(pair[1], &m, 0);
	sendmmsg(pair[0], mm, 2, 0);
	recvmmsg(pair[1], mm, 2, MSG_DONTWAIT, 0);
	if (argc > 2)
		write(fd, text, sizeof(text));
	return 0;
}
C
my $calls = 'trace=write,pread64,writev,readv,sendto,recvfrom,sendmsg,recvmsg,sendmmsg,recvmmsg,read';
# normalised() knows calls only: here whole files are compared.
sub plain {
	my ($tracer, @options) = @_;
	run($tracer, '-o', "$dir/plain", @options, $mover, "$dir/moved");
	return slurp("$dir/plain");
}
for my $options (['-e', 'write=3'], ['-e', 'read=3,5'], ['-e', 'read=all', '-e', 'write=all'], ['-s', '5', '-e', 'write=!4'],
		 ['-e', 'read=none', '--write=4', '--read=5'], ['-e', 'r=5', '-e', 'w=0']) {
	my $expected = plain('strace', '-e', $calls, @$options);
	is(plain("$build/kxtrace", '-e', $calls, @$options), $expected, "@$options: dumps as strace's");
}
my $r = traced('-e', 'trace=write', '-e', 'write=3', $mover, "$dir/moved", 'more');
is(scalar(grep { /^ \| 00ff0 / } @{ $r->{lines} }), 1, 'a dump goes far beyond -s');
is(scalar(grep { /^ \| 1904 bytes more were not captured$/ } @{ $r->{lines} }), 1, 'and says what is missing');

#
# Numbers, names, times: each line has the form of strace's.
#
sub form {
	my ($tracer, @options) = @_;
	run($tracer, '-o', "$dir/form", '-qq', '-e', 'signal=none', '-e', 'trace=exit_group,close', @options, '/bin/true');
	my @lines = split /\n/, slurp("$dir/form");
	# Every number as digits of one value, so that widths are compared.
	s/\d/9/g for @lines;
	# Seconds of -r, -T are few digits here; a slow run may have one more before the point.
	return join "\n", @lines;
}
for my $options (['-n'], ['-t'], ['-tt'], ['-ttt'], ['-tttt'], ['-r'], ['-T'], ['-r', '-tt'], ['-n', '-r', '-t', '-T'],
		 (map { (["--absolute-timestamps=$_"]) } split(q{ }, q{s ms us ns none time unix time,ms unix,ns ns,unix
			format:unix,precision:ns precision:ms format:time})), ['--absolute-timestamps'], ['--timestamps=unix,ms'],
		 (map { (["--relative-timestamps=$_"], ["--syscall-times=$_"]) } qw(s ms us ns)), ['--syscall-times'],
		 ['--relative-timestamps'], ['--relative-timestamps=ns', '--absolute-timestamps=ms']) {
	is(form("$build/kxtrace", @$options), form('strace', @$options), "@$options: the form of strace's lines");
}
$r = traced('--absolute-timestamps=unix,ns', 'true');
my @stamps = map { /^(\d+\.\d{9}) / ? $1 : () } @{ $r->{lines} };
is_deeply(\@stamps, [ sort { $a <=> $b } @stamps ], 'nanoseconds rise');
cmp_ok(abs($stamps[0] - time), '<', 60, 'and are those of now');

# -n: the kernel's numbers.
my %number = map { /^#define __NR_(\w+) (\d+)$/ ? ($1 => $2) : () } split /\n/, qx(echo '#include <asm/unistd.h>' | gcc -E -dM -);
$r = traced('-n', 'ls', '/');
my @wrong = grep { /^\[ *(\d+)\] (\w+)\(/ && ($number{$2} // -1) != $1 } @{ $r->{lines} };
is("@wrong", '', '-n: the numbers are the kernel\'s');
cmp_ok(scalar(grep { /^\[ *\d+\] \w+\(/ } @{ $r->{lines} }), '>', 20, 'on every call');

# -N: strace 6.1 has none; without the names it is the line that it is else.
$r = traced('-N', '-e', 'trace=openat,close,mmap,exit_group', 'cat', '/etc/hostname');
my ($open) = grep { m{/etc/hostname} && /^openat/ } @{ $r->{lines} };
like($open, qr{^openat\((?:dirfd|dfd)=AT_FDCWD, (?:pathname|filename)="/etc/hostname", flags=O_RDONLY\) = \d$}, '-N: the arguments have names');
is(scalar(grep { /^close\(fd=\d\) +=/ } @{ $r->{lines} }) > 0, 1, 'all calls have');
my @named = map { s/(?<=[(,])(\s?)\w+=(?!=)/$1/gr } grep { /^(mmap|openat|close)/ } @{ $r->{lines} };
my @unnamed = grep { /^(mmap|openat|close)/ } @{ traced('-e', 'trace=openat,close,mmap', 'cat', '/etc/hostname')->{lines} };
s/\s+= / = /, s/0x[0-9a-f]{5,}/ADDR/g for @named, @unnamed;
is_deeply(\@named, \@unnamed, 'and are all that is new');
$r = traced('-N', '-e', 'trace=clone,fork,vfork', 'sh', '-c', '(exit 0); true');
unlike("@{ $r->{lines} }", qr{\w+=\w+=}, 'no name twice');

#
# -Y
#
my $pids = compile('pids', <<'C');
#define _GNU_SOURCE
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>
int main(void)
{
	pid_t p = getpid();
	struct f_owner_ex owner = { F_OWNER_PID, p };

	syscall(SYS_gettid);
	getpgid(p);
	getsid(0);
	kill(p, 0);
	kill(-getpgrp(), 0);
	syscall(SYS_tgkill, p, p, 0);
	sched_getscheduler(p);
	getpriority(PRIO_PROCESS, p);
	getpriority(PRIO_PGRP, getpgrp());
	prlimit(p, RLIMIT_CORE, 0, 0);
	syscall(SYS_pidfd_open, p, 0);
	fcntl(0, F_SETOWN, p);
	fcntl(0, F_SETOWN_EX, &owner);
	signal(SIGUSR1, SIG_IGN);
	kill(p, SIGUSR1);
	syscall(SYS_wait4, 1234567, 0, 0, 0);
	for (;;)
		pause();
}
C
# It stays until both have seen it, so that its name can be asked for.
sub decoded {
	my ($tracer) = @_;
	unlink "$dir/names";
	my $r = start($tracer, '-f', '-Y', '-o', "$dir/names", '-e', 'trace=%process,%signal,getpid,gettid,getpgid,getsid,sched_getscheduler,getpriority,prlimit64,pidfd_open,fcntl',
	    $pids);
	wait_for(sub { slurp("$dir/names") =~ /^.*wait4\(.*\n/m });
	my ($text) = slurp("$dir/names") =~ /^(.*wait4\([^\n]*\n)/ms;
	my ($pid) = $text =~ /^(\d+)/;
	kill KILL => $pid;
	finish($r);
	$text =~ s/^.*execve.*\n//;	# strace names it before, kxtrace after
	$text =~ s/(?<!\d)$pid(?!\d)/PID/g;
	$text =~ s/0x[0-9a-f]{5,}/ADDR/g;
	# Groups are those of the tracer, which was started in one of its own.
	$text =~ s/(PRIO_PGRP, |kill\(-|PID<pids> getsid\(0\) += |getpgid\(PID<pids>\) += )\d+/$1GROUP/g;
	$text =~ s/ +/ /g;
	return $text;
}
is(decoded("$build/kxtrace"), decoded('strace'), '-Y: names where strace has them');
$r = run("$build/kxtrace", '-Y', '-f', '-e', 'trace=kill', 'sh', '-c', 'sh -c "kill -0 \$\$; kill -0 \$PPID; sleep 0.2"; true');
like($r->{err}, qr{^\[pid +\d+<sh>\] kill\(\d+<sh>, 0\) += 0$}m, '-Y: in brackets, too');

#
# What is wrong is refused, with a reason.
#
for ([['-X', 'loud'], qr/raw, abbrev, verbose/], [['--strings-in-hex=x'], qr/non-ascii-chars/], [['-e', 'status=odd'], qr/unavailable/],
     [['-e', 'quiet=odd'], qr/thread-execve/], [['-e', 'read=x'], qr/descriptor/], [['-e', 'write=99999'], qr/descriptor/],
     [['--absolute-timestamps=x'], qr/precision/], [['--relative-timestamps=x'], qr/s, ms, us, ns/], [['--syscall-times=1'], qr/s, ms, us, ns/],
     [['-e', 'raw=nosuchcall'], qr/nosuchcall/], [['-e', 'decode-pids=x'], qr/comm/], [['--decode-pids=pidns'], qr/namespace/],
     [['--secontext'], qr/ls -Z/], [['-e', 'kvm=vcpu'], qr/perf-kvm/], [['--kvm=vcpu'], qr/perf-kvm/], [['-e', 'namespace=new'], qr/lsns/],
     [['--help=some'], qr/--help=all/]) {
	my ($options, $reason) = @$_;
	$r = run("$build/kxtrace", @$options, 'true');
	is($r->{exit}, 2, "@$options: refused");
	like($r->{err}, qr/\Akxtrace: [^\n]*$reason[^\n]*\n\z/, 'in one sentence');
}
done_testing();
