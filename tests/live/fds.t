#!/usr/bin/perl
# SPDX-License-Identifier: GPL-2.0-only
# Files behind descriptors: -y, -yy, -P, --trace-fds, against Debian's strace; and
# the names of containers.
use strict;
use warnings;
use lib 'tests/lib';
use KX;
use Test::More;
use Cwd qw(abs_path);

plan skip_all => 'it takes very long under emulation; stack.t and system.t look at tasks there' if ($ENV{KX_VM_KERNEL} // '') eq 'newest';
not_between();
need_root();
plan skip_all => 'strace is not installed' if system('command -v strace >/dev/null') != 0;
$build = abs_path($build);
my $program = "$build/tests/live/fds";
my $kernel = (split /-/, `uname -r`)[0];
my ($major, $minor) = $kernel =~ /^(\d+)\.(\d+)/;

my $work = "$dir/work";
mkdir $work;
chdir $work;

# Numbers that differ from run to run become N1, N2 in order of appearance.
sub renumbered {
	my @lines = @_;
	my (%number, $n);
	for (@lines) {
		s/(std(?:out|err))\.\d+/$1/g;
		s/\[pid:\d+\]|<pid:\d+>/<pid:N>/g;
		s/((?:pidfd_open|waitid|wait4|kill)\((?:P_PID, )?)\d+/$1PID/;
		s/^(getpid\(\)|set_tid_address\(.*?\)|gettid\(\)|v?fork\(\)|clone\(.*\)) = \d+/$1 = PID/;
		s/(?<=:)\d{4,5}(?=[\]-])|(?<=htons\()\d{4,5}/P/g;
		s{/proc/\d+/}{/proc/N/}g;
		s{/dev/pts/\d+|<char 136:\d+>}{PTS}g;
		s/(NETLINK:\[\w+:)\d+/$1N/g;
		s/, nl_pad=0x[0-9a-f]+//;
		s/(?<=[\[#>])(\d+)(?=[\]\->,)"])/$number{$1} \/\/= 'N' . ++$n/ge if /[<]/;
	}
	return @lines;
}

# Lines of all tasks, in an order that does not depend on who ran first.
sub lines_of {
	my ($file, @left_out) = @_;
	my @lines = map { @$_ } normalised(slurp($file));
	return renumbered(grep { my $line = $_; !grep { $line =~ $_ } @left_out } @lines);
}

sub differences {
	my ($ours, $theirs, @left_out) = @_;
	write_file("$dir/a", join("\n", lines_of($theirs, @left_out)) . "\n");
	write_file("$dir/b", join("\n", lines_of($ours, @left_out)) . "\n");
	return grep { /^[-+](?![-+])/ } split /\n/, `diff -U0 $dir/a $dir/b`;
}

# Both tracers on the same command; what is left out has its reason where it is named.
sub compared {
	my ($what, $options, $command, @left_out) = @_;
	my ($theirs, $ours) = ("$dir/theirs", "$dir/ours");
	my @wrong;
	for my $try (1 .. 3) {
		unlink $theirs, $ours;
		system("rm -rf $work/*");
		my $strace = run('strace', '-f', @$options, '-o', $theirs, @$command);
		system("rm -rf $work/*");
		my $r = run("$build/kxtrace", '-f', '-s', '32', @$options, '-o', $ours, @$command);
		@wrong = differences($ours, $theirs, qr/^--- SIGCHLD/, @left_out);
		push @wrong, "-$strace->{err}", "+$r->{err}" if $r->{err} =~ s/^kxtrace: //gmr ne $strace->{err} =~ s/^strace: //gmr;
		last unless @wrong;
		diag("$what, try $try:\n", join "\n", @wrong[0 .. ($#wrong > 9 ? 9 : $#wrong)]);
	}
	my $lines = () = slurp($theirs) =~ /\n/g;
	ok(!@wrong && $lines > 1, "$what: $lines lines, equal");
}

# What does not depend on the kernel is not asked again in guests, which are slow.
sub compared_here { compared(@_) if !$ENV{KX_VM_KERNEL}; }

# strace keeps what it once heard of a socket: an end that is closed is still named.
my @closed_ends = (qr/^(?:read|write|close)\(\d+<(?:UNIX|TCP)/);
# Only some kernels have the module by which strace hears of raw sockets.
push @closed_ends, qr/^(?:socket|write)\(.*<RAW:/;
# A bound socket that does not listen is not told to strace before 6.8.
push @closed_ends, qr/^listen\(/ if $major == 6 && $minor < 8;
# What -yy shows contains what -y does.
for my $option ($ENV{KX_VM_KERNEL} ? '-yy' : ('-y', '-yy')) {
	compared_here("$option cat", [$option], ['cat', '/etc/hostname']);
	compared_here("$option ls", [$option], ['ls', '-l', '/dev/null', '/etc/passwd']);
	for my $part (qw(names files terminal events pidfds pass mounts)) {
		compared("$option $part", [$option], [$program, $part]);
	}
	compared("$option sockets", [$option], [$program, 'sockets'], @closed_ends);
}
compared_here('--decode-fds=none', ['--decode-fds=none'], ['cat', '/etc/hostname']);
compared_here('--decode-fds=dev', ['--decode-fds=dev'], [$program, 'files']);
compared_here('--decode-fds=socket', ['--decode-fds=socket'], [$program, 'sockets'], @closed_ends);
compared_here('-e decode-fds=path,pidfd', ['-e', 'decode-fds=path,pidfd'], [$program, 'pidfds']);

# What the ends of a connection are while it lasts, and when one is gone.
my $r = traced('-yy', '-e', 'trace=sendto,read,close', $program, 'sockets');
my ($here, $there) = map { /^sendto\(\d+<TCP:\[([\d.]+:\d+)->([\d.]+:\d+)\]>/ ? ($1, $2) : () } @{ $r->{lines} };
ok($here, 'one end of a connection');
is(scalar(grep { /^read\(\d+<TCP:\[\Q$there\E->\Q$here\E\]>/ } @{ $r->{lines} }), 1, 'is the other end of the other');
$r = traced('--decode-fds=all', '-e', 'trace=read', $program, 'events');
is(scalar(grep { /^read\(\d+<\{eventfd-count=0x3, eventfd-id=\d+, eventfd-semaphore=0\}>/ } @{ $r->{lines} }), 1,
   'all: an eventfd has its count');
is(scalar(grep { /^read\(\d+<signalfd:\[INT USR1\]>/ } @{ $r->{lines} }), 1, 'a signalfd its signals');
$r = traced('-y', '-e', 'trace=bpf', $program, 'make_map');
like($r->{lines}[0], qr{= \d+<anon_inode:bpf-map>$}, 'what bpf makes is a descriptor');

# A path longer than a record: its end is shown, and that there is more.
$r = traced('-y', '-e', 'trace=write', $program, 'deep');
like($r->{lines}[0], qr{^write\(3<.*(?:/n{200}){10,}/end>, "x", 1\) += 1$}, 'the end of a path of 3,600 bytes');
is($r->{err}, '', 'nothing is lost for it');

# What a process waits for when it is attached to.
pipe my $reader, my $writer;
my $waiting = fork() // die;
if (!$waiting) {
	close $writer;
	sysread $reader, my $byte, 1;
	POSIX::_exit(0);
}
close $reader;
wait_for(sub { slurp("/proc/$waiting/syscall") =~ /^0 / });
my $attached = start("$build/kxtrace", '-y', '-o', "$dir/attached", '-p', $waiting);
wait_for(sub { slurp("$dir/attached") =~ /unfinished/ || slurp($attached->{err}) =~ /attached/ });
close $writer;
finish($attached);
waitpid $waiting, 0;
like(slurp("$dir/attached"), qr{^read\(\d+<pipe:\[\d+\]>,}m, 'a call that was going on');

# -P: calls that name a path, and those on descriptors of it.
compared('-P file', ['-P', '/etc/hostname'], ['cat', '/etc/hostname']);
compared_here('-P device', ['-P', '/dev/null'], ['sh', '-c', 'true >/dev/null; ls </dev/null']);
compared_here('-P file that is made', ['-P', "$work/made"], ['sh', '-c', "rm -f $work/made; cp /etc/hostname $work/made"]);
compared_here('-P command', ['-P', '/usr/bin/true'], ['env', '/usr/bin/true']);
compared_here('-P twice', ['-P', '/etc', '-P', '/etc/passwd'], ['find', '/etc', '-maxdepth', '1', '-name', 'passwd']);
symlink '/etc/hosts', "$dir/link";
compared('-P link', ['-P', "$dir/link"], ['cat', "$dir/link"]);
compared_here('-P what it leads to', ['-y', '-P', "$dir/link"], ['cat', '/etc/hosts']);
compared_here('quiet=path-resolution', ['-e', 'quiet=path-resolution', '-P', "$dir/link"], ['cat', "$dir/link"]);
write_file("$dir/one", "1\n");
link "$dir/one", "$dir/two";
$r = traced('-P', "$dir/one", 'cat', "$dir/two");
is(scalar(grep { /^close\(3\)/ } @{ $r->{lines} }), 1, 'another name of the same file: its descriptors');
is(scalar(grep { /^openat\(/ } @{ $r->{lines} }), 0, 'and not its name');
$r = traced('-P', '/nosuch', 'cat', '/etc/hostname', '/nosuch');
is(scalar(grep { /^openat\(.*"\/nosuch".*ENOENT/ } @{ $r->{lines} }), 1, 'a path that there is not');
is(scalar(@{ $r->{lines} }), 2, 'and nothing else');
$r = traced('-c', '-P', '/etc/hostname', 'cat', '/etc/hostname');
is(scalar(grep { / (openat|close)$/ && / 1 +\w+$/ } @{ $r->{lines} }), 2, '-c counts only these');

$r = traced('--trace-fds=1', 'cat', '/etc/hostname');
is(scalar(grep { !/^\w+\(1\b|^copy_file_range\(\d+, NULL, 1,|^\+\+\+/ } @{ $r->{lines} }), 0, '--trace-fds=1: nothing else');
cmp_ok(scalar(@{ $r->{lines} }), '>', 2, 'and these');
$r = traced('-e', 'trace-fds=!0-1000', 'cat', '/etc/hostname');
is(scalar(@{ $r->{lines} }), 1, '!0-1000: none');
$r = traced('-e', 'trace-fds=3', '-P', '/dev/null', 'sh', '-c', 'exec 9</dev/null');
is(scalar(grep { /"\/dev\/null"/ } @{ $r->{lines} }), 1, 'a path or a descriptor');

# What is wrong is said in one sentence.
for my $case ([ ['--decode-fds=nothing'], qr/--decode-fds=nothing: the kinds are path, socket/ ],
	      [ ['-e', 'decode-fds=path,x'], qr/--decode-fds=x: the kinds are/ ],
	      [ ['-P', ''], qr/-P: an empty PATH/ ],
	      [ ['-P', 'x' x 300], qr/-P x+\.\.\.: longer than 255 bytes/ ],
	      [ [map { ('-P', "/$_") } 1 .. 17], qr{-P /17: at most 16 paths} ],
	      [ ['--trace-fds=5-3'], qr/--trace-fds=5-3: not a descriptor/ ],
	      [ ['--trace-fds=2000'], qr/--trace-fds=2000: not a descriptor/ ]) {
	$r = run("$build/kxtrace", @{ $case->[0] }, 'true');
	is($r->{exit}, 2, substr("@{ $case->[0] }", 0, 40) . ': wrong usage');
	like($r->{err}, $case->[1], 'one sentence');
	is(() = $r->{err} =~ /\n/g, 1, 'no more');
}

# 32-bit calls have their arguments in other registers, and rows of their own.
my $compat = compile('narrow', <<'C');
#include <fcntl.h>
int main(void) { int fd = open("/etc/passwd", O_RDONLY); long ret;
asm volatile("int $0x80" : "=a"(ret) : "a"(41), "b"(fd) : "memory"); return ret <= fd; }
C
SKIP: {
	skip 'this kernel takes no 32-bit calls', 2 if system($compat) != 0;
	$r = traced('-y', $compat);
	is(scalar(grep { m{^dup\(\d+</etc/passwd>\) += \d+</etc/passwd>$} } @{ $r->{lines} }), 1, 'a 32-bit dup');
	$r = traced('-P', '/etc/passwd', $compat);
	is(scalar(grep { /^dup\(/ } @{ $r->{lines} }), 1, 'it is chosen by its file, too');
}

# Containers are told by the names of their cgroups.
my ($cgroups) = map { /^\S+ (\S+) cgroup2 / ? $1 : () } split /\n/, slurp('/proc/self/mounts');
SKIP: {
	skip 'no cgroup2 is mounted', 4 unless $cgroups;
	my $id = '0123456789abcdef' x 4;
	for my $case ([ "docker-$id.scope", '0123456789ab' ], [ "libpod-$id", '0123456789ab' ],
		      [ 'lxc.payload.web1', 'web1' ], [ 'nothing-special', undef ]) {
		my ($name, $shown) = @$case;
		my $group = "$cgroups/kx-fds-$$-" . ($shown // 'x');
		mkdir $group;
		mkdir "$group/$name" or skip 'cgroups cannot be made here', 1;
		# Its children live until their lines have been seen.
		my $fifo = "$dir/fifo.$name";
		system('mkfifo', $fifo);
		my $run = start('sh', '-c', "echo \$\$ >$group/$name/cgroup.procs && exec '$build/kxtrace' --names -f -o '$dir/names' sh -c 'cat $fifo; true'");
		wait_for(sub { my %tids = map { /^(\d+)/ ? ($1 => 1) : () } split /\n/, slurp("$dir/names"); keys %tids > 1 });
		write_file($fifo, "x\n");
		finish($run);
		my $lines = slurp("$dir/names");
		my $expected = defined $shown ? "\@$shown" : '';
		like($lines, qr{^\d+<\w+\Q$expected\E> +openat\(.*fifo}m, "--names: $name");
		unlink "$dir/names";
		wait_for(sub { slurp("$group/$name/cgroup.procs") eq '' });
		rmdir "$group/$name";
		rmdir $group;
	}
}

chdir '/';
done_testing();
