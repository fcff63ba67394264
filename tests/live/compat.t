#!/usr/bin/perl
# SPDX-License-Identifier: GPL-2.0-only
# 32-bit programs: their calls have numbers and structures of their own. strace is
# the oracle, line by line.
use strict;
use warnings;
use lib 'tests/lib';
use KX;
use Test::More;

not_between('6.1');
need_root();
plan skip_all => 'strace is not installed' if system('command -v strace >/dev/null') != 0;
my $narrow = "$build/tests/live/compat";
plan skip_all => 'this kernel runs no 32-bit programs' if run($narrow)->{exit} > 0;

# What differs from run to run, beyond what normalised() knows.
sub settled {
	my $file = shift;
	my @tasks = normalised(slurp($file));
	settle($_) for @tasks;
	return @tasks;
}

sub settle {
	for (@{ $_[0] }) {
		s/0x[0-9a-f]{5,}/ADDR/g;
		s/^((shm|msg|sem)\w+)\(\d+/$1(ID/;
		s/^((shm|msg|sem)get\(.*) = \d+/$1 = ID/;
		s/= \d+$/= ID/ if /^semctl.*IPC_STAT/;
		s/\b(shm_|msg_|sem_)(\w+time|cpid|lpid|lspid|lrpid)=\d+/$1$2=N/g;
		s/ = \d+$/ = N/ if /^times\(/;
		s/^time\(.*/time(NOW)/;
		s/\/\* .{25} \*\/|\(.{10}T.{13}\)/DATE/g;
		s/\btv_(sec|nsec|usec)=\d+/tv_$1=N/g if /^(clock_gettime|gettimeofday)/;
		s/^getrandom\(.*?,/getrandom(RANDOM,/;
		s/\d+ vars/N vars/;
	}
}

sub compare {
	my ($name, @command) = @_;
	my @both;
	for my $tracer ('strace', "$build/kxtrace") {
		unlink "$dir/file";
		run($tracer, '-f', '-o', "$dir/trace", @command);
		push @both, [ settled("$dir/trace") ];
	}
	my ($theirs, $ours) = @both;
	is(@$ours, @$theirs, "$name: as many tasks");
	my ($lines, $same) = (0, 0);
	for my $task (0 .. $#$theirs) {
		# Where SIGCHLD arrives is chance.
		my @a = grep { !/^--- SIGCHLD|^rt_sigreturn/ } @{ $theirs->[$task] };
		my @b = grep { !/^--- SIGCHLD|^rt_sigreturn/ } @{ $ours->[$task] // [] };
		$lines += @a;
		$same += grep { ($b[$_] // '') eq $a[$_] } 0 .. $#a;
		is_deeply(\@b, \@a, "$name: the lines of task " . ($task + 1));
	}
	diag("$name: $same of $lines lines are those of strace") if $same != $lines;
}

compare('each family of calls', $narrow, "$dir/file");
compare('from a shell and back', 'sh', '-c', "$narrow; $narrow - $narrow; /bin/true");
compare('exec to 32 bits and back', $narrow, '-', '/bin/sh', '-c', "exec $narrow");

# Words may name a personality.
my $both = "$narrow; /bin/true";
my $r = traced('-f', '-e', 'trace=%file@32,brk@64', 'sh', '-c', $both);
my @lines = map { s/^\d+ +//r } @{ $r->{lines} };
is(scalar(grep { /^readlink\(/ } @lines), 1, '%file@32 takes those of 32-bit programs');
is(scalar(grep { /^(openat|execve|access)\(/ } @lines), 0, 'and no others');
my $heaps = grep { /^brk\(/ } @lines;
$r = traced('-f', '--hooks=pair', '-e', 'trace=brk', 'sh', '-c', $both);
cmp_ok(scalar(grep { /brk\(/ } @{ $r->{lines} }), '>', $heaps, 'a word without @ means all of them');
$r = traced('-f', '--hooks=calls', '-e', 'trace=brk', 'sh', '-c', $both);
like($r->{err}, qr{1 programs of 32 bits were begun, whose calls are not shown: --hooks=pair sees them},
     'hooks on single calls tell of what they do not see');
$r = traced('-f', '-e', 'trace=getuid32,4@32', 'sh', '-c', $both);
is(scalar(grep { /getuid32\(\) += / } @{ $r->{lines} }), 1, 'names that only i386 has');
is(scalar(grep { /^\d+ +\w*stat\w*\(/ } @{ $r->{lines} }), 0, 'a number with @32 is none of x86-64');
$r = run("$build/kxtrace", '-e', 'trace=open@31', 'true');
is($r->{exit}, 2, 'an unknown personality is refused');
like($r->{err}, qr/^kxtrace: -e trace=open\@31: \@31 is no personality; \@64, \@32, \@x32 are$/m, 'by one sentence');
is(run("$build/kxtrace", '-e', 'trace=open@x32', 'true')->{exit}, 0, '@x32 is taken');

# A change of personality is told, in the place where strace tells it; -q hides it.
sub changes {
	my @lines = split /\n/, $_[0];
	return map {
		$lines[$_] =~ /^(?:\[pid +\d+\] )?\[ Process PID=\d+ (runs in .* mode)\. \]$/ ?
		    "$1 before " . ($lines[$_ + 1] =~ /(\w+)\(/)[0] : ();
	} 0 .. $#lines;
}
my @shell = ($narrow, '-', '/bin/sh', '-c', $both);
my @theirs = changes(run('strace', '-f', @shell)->{err});
is(scalar(@theirs), 3, 'strace tells three changes');
is_deeply([ changes(run("$build/kxtrace", '-f', @shell)->{err}) ], \@theirs, 'and so does kxtrace, in their places');
is_deeply([ changes(run("$build/kxtrace", '-f', '-q', @shell)->{err}) ], [], '-q: none');
$r = run("$build/kxtrace", '-f', $narrow, "$dir/file");
is(scalar(changes($r->{err})), 1, 'a child is what its parent is');

# -c: a table for each.
sub counts {
	my $file = shift;
	my $title = '64';
	return map {
		$title = $1 if /^System call usage summary for (32) bit mode:$/;
		/^ *[\d.]+ +[\d.]+ +\d+ +(\d+) +(?:(\d+) +)?([a-z]\w+)$/ && $3 ne 'total' ?
		    "$title $3 $1 " . ($2 // 0) : ();
	} split /\n/, slurp($file);
}
run('strace', '-f', '-c', '-o', "$dir/theirs", 'sh', '-c', $both);
run("$build/kxtrace", '-f', '-c', '-o', "$dir/ours", 'sh', '-c', $both);
is_deeply([ sort(counts("$dir/ours")) ], [ sort(counts("$dir/theirs")) ], '-c counts for each personality');
like(slurp("$dir/ours"), qr/^System call usage summary for 32 bit mode:$/m, 'under its title');

# A 64-bit program may make calls of both kinds.
my $mixed = compile('mixed', <<'C');
#include <unistd.h>
#include <sys/mman.h>
int main(void)
{
	static const char text[] = "32\n";
	char *low = mmap(0, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_32BIT, -1, 0);
	long ret;

	__builtin_memcpy(low, text, sizeof(text));
	asm volatile("int $0x80" : "=a"(ret) : "a"(4), "b"(1 | 7ul << 32), "c"(low), "d"(3) : "memory", "r8", "r9", "r10", "r11");
	asm volatile("int $0x80" : "=a"(ret) : "a"(199) : "memory", "r8", "r9", "r10", "r11");
	write(1, "64\n", 3);
	return 0;
}
C
$r = run("$build/kxtrace", '-e', 'trace=write,getuid32', $mixed);
is($r->{err} =~ s/ +=/ =/gr =~ s/PID=\d+/PID=PID/gr, <<'END', 'int 0x80 in a 64-bit program');
[ Process PID=PID runs in 32 bit mode. ]
write(1, "32\n", 3) = 3
getuid32() = 0
[ Process PID=PID runs in 64 bit mode. ]
write(1, "64\n", 3) = 3
+++ exited with 0 +++
END

# Attached to while it sleeps in a call.
my $sleeper;
my $source = write_file("$dir/sleeper.c", "#include <unistd.h>\nint main(void) { sleep(1000); return 0; }\n");
SKIP: {
	skip 'no compiler for 32 bits', 1 if system("gcc -m32 -static -w -o $dir/sleeper $source 2>/dev/null");
	$sleeper = start("$dir/sleeper");
	wait_for(sub { slurp("/proc/$sleeper->{pid}/wchan") =~ /nanosleep/ || slurp("/proc/$sleeper->{pid}/stat") =~ /\) S / });
	my $tracer = start("$build/kxtrace", '-p', $sleeper->{pid});
	ok(wait_for(sub { slurp($tracer->{err}) =~ /^clock_nanosleep\w*\(CLOCK_REALTIME, 0, 0x[0-9a-f]+, .*<unfinished \.\.\.>$/m }), '-p shows the call that it sleeps in');
	kill INT => $tracer->{pid};
	finish($tracer);
	kill KILL => $sleeper->{pid};
	finish($sleeper);
}

done_testing();
