#!/usr/bin/perl
# SPDX-License-Identifier: GPL-2.0-only
# Where calls were made: -i, -k, -kk, against strace.
use strict;
use warnings;
use lib 'tests/lib';
use KX;
use Test::More;

not_between('newest');
need_root();

# The calls of a trace with their stacks, task by task: [ [call, frame, ...], ... ].
sub calls_of {
	my (@order, %calls, $tid);
	for (split /\n/, shift) {
		if (/^ > (.*)/) {
			push @{ $calls{$tid}[-1] }, $1 if $1 !~ /^\(/ && $tid && $calls{$tid};
			next;
		}
		$tid = s/^(\d+) +// ? $1 : 0;
		next unless /^(?:<\.\.\. )?(\w+)(?:\(| resumed)/ && !/<unfinished \.\.\.>$/;
		push @order, $tid unless $calls{$tid};
		push @{ $calls{$tid} }, [ $1 ];
	}
	return map { @{ $calls{$_} } } @order;
}

# The file and the place in it; names differ where one knows more of them.
sub places_of {
	return map { /^(\S+?)\(.*\) \[(0x[0-9a-f]+)\]/ ? "$1 $2" : $_ } @_;
}

sub traced_text {
	my $r = traced(@_);
	return join("\n", @{ $r->{lines} }) . "\n";
}

sub is_like_strace {
	my ($name, @command) = @_;
	my $file = "$dir/strace.out";
	run('strace', '-f', '-k', '-o', $file, @command);
	my @theirs = calls_of(slurp($file));
	my @ours = calls_of(traced_text('-f', '-k', '--stack-size=64k', @command));
	# The first is called by the tracer itself; strace shows where it led to.
	shift @theirs;
	shift @ours;
	# Whether a thread has to wait for another is chance.
	@$_ = grep { $_->[0] ne 'futex' } @$_ for \@theirs, \@ours;
	my ($all, $same, @other) = (0, 0);
	is(scalar(@ours), scalar(@theirs), "$name: as many calls") or return;
	for my $i (0 .. $#ours) {
		my @a = places_of(@{ $ours[$i] });
		my @b = places_of(@{ $theirs[$i] });
		$all += @b;
		for my $n (0 .. $#b) {
			if (defined $a[$n] && $a[$n] eq $b[$n]) {
				$same++;
			} else {
				push @other, "$ours[$i][0] $n: " . ($a[$n] // 'none') . ", strace $b[$n]";
			}
		}
	}
	cmp_ok($same, '>=', 0.95 * $all, "$name: $same of $all frames are where strace sees them") or
	    diag(join "\n", @other[0 .. ($#other < 9 ? $#other : 9)]);
}

# Names, lines: a program that knows what they are.
my $nested = compile('nested', <<'C', '-g', '-fomit-frame-pointer');
#include <unistd.h>
__attribute__((noinline)) int inner(int fd)
{
	int ret = close(fd);
	asm volatile("" : : : "memory");
	return ret;
}
__attribute__((noinline)) int outer(int n)
{
	char room[64];
	asm volatile("" : : "r"(room) : "memory");
	int ret = n ? outer(n - 1) : inner(1234);
	asm volatile("" : : "r"(room) : "memory");
	return ret;
}
int main(int argc, char **argv)
{
	int ret = outer(argc > 1 ? 300 : 2);
	asm volatile("" : : : "memory");
	return ret == 0;
}
C
my $text = traced_text('-k', '-e', 'trace=close', $nested);
like($text, qr{^close\(1234\) += -1 EBADF.*\n > \S*/libc\.so\.6\(\w*close\w*\+0x[0-9a-f]+\) \[0x[0-9a-f]+\]\n > \Q$nested\E\(inner\+0x[0-9a-f]+\) \[0x[0-9a-f]+\]\n( > \Q$nested\E\(outer\+0x[0-9a-f]+\) \[0x[0-9a-f]+\]\n){3} > \Q$nested\E\(main\+0x}m,
     '-k: the functions below the call');
unlike($text, qr{^ > \(}m, 'up to the first, without an excuse');
$text = traced_text('-kk', '-e', 'trace=close', $nested);
like($text, qr{\(inner\+0x[0-9a-f]+\) \[0x[0-9a-f]+\] \S*nested\.c:4\n}, '-kk: file and line');
like($text, qr{\(main\+0x[0-9a-f]+\) \[0x[0-9a-f]+\] \S*nested\.c:18\n}, 'of callers too');
is(traced_text('--stack-traces=source', '-e', 'trace=close', $nested) =~ s/0x[0-9a-f]+//gr,
   $text =~ s/0x[0-9a-f]+//gr, '--stack-traces=source is the same');
$text = traced_text('-k', '--stack-size=4k', '-e', 'trace=close', $nested, 'deep');
like($text, qr{^ > \(4096 of the stack's \d+ bytes were copied: --stack-size= takes more\)$}m,
     'a stack that is larger than the copy: said at its end');
$text = traced_text('-k', '--stack-size=64k', '-e', 'trace=close', $nested, 'deep');
cmp_ok(scalar(() = $text =~ /\(outer\+/g), '>', 200, 'with a larger copy it is there');
$text = traced_text('-k', '-Z', '-e', 'trace=close,openat', $nested);
is(scalar(grep { /^openat/ } split /\n/, $text), 0, 'a call that is not shown');
unlike($text, qr{\A > }, 'has no stack either');

# Nothing is read from a process that is gone: fork, exec, threads, static.
my $static = compile('static', 'int inner(void) { return getpid(); } int main() { return inner() == 0; }', '-static', '-no-pie');
like(traced_text('-k', '-e', 'trace=getpid', $static), qr{^getpid\(\) .*\n > \Q$static\E\(\w*getpid\+0x.*\n(?: > .*\n)* > \Q$static\E\(main\+0x}m,
     'a static program that is not relocated');
my $threads = compile('threads', <<'C', '-pthread');
#include <pthread.h>
#include <unistd.h>
__attribute__((noinline)) void *work(void *p) { close(1234); asm volatile("" : : : "memory"); return p; }
int main() { pthread_t t; pthread_create(&t, 0, work, 0); pthread_join(t, 0); return 0; }
C
like(traced_text('-f', '-k', '-e', 'trace=close', $threads), qr{close\(1234\) .*\n > .*\n > \Q$threads\E\(work\+0x.*\n > \S*/libc\.so\.6\(\w*\+0x},
     'a thread');
my $spawned = compile('spawned', <<'C');
#include <spawn.h>
#include <sys/wait.h>
int main(int argc, char **argv, char **env)
{
	char *args[] = { "true", 0 };
	int pid, status;
	posix_spawn(&pid, "/bin/true", 0, 0, args, env);
	return wait(&status) != pid;
}
C
like(traced_text('-f', '-k', '-e', 'trace=execve', $spawned), qr{execve\("/bin/true".*\n > \S*/libc\.so\.6\((?:__)?execve\+0x(?:.*\n)+? > \S*/libc\.so\.6\(\w*spawn},
     'a child of vfork, up to where it was made');

SKIP: {
	skip 'that strace agrees does not depend on the kernel', 20 if $ENV{KX_VM_KERNEL};
	skip 'this strace shows no stacks', 20 if `strace -V 2>&1` !~ /stack-trace/;
	is_like_strace('true', 'true');
	is_like_strace('ls', 'ls', '-l', '/usr');
	is_like_strace('cat', 'cat', '/etc/hostname');
	is_like_strace('a shell with a child', 'sh', '-c', '/bin/true; true');
	is_like_strace('perl', 'perl', '-e', 'open my $f, "<", "/etc/hostname"; print <$f>');
	is_like_strace('threads', $threads);
	is_like_strace('a static program', $static);
	is_like_strace('vfork', $spawned);
	my $stripped = "$dir/stripped";
	system('strip', '-o', $stripped, $nested);
	is_like_strace('a stripped program', $stripped);

	my $file = "$dir/strace.out";
	run('setarch', '-R', 'strace', '-i', '-o', $file, 'cat', '/etc/hostname');
	run('setarch', '-R', "$build/kxtrace", '-i', '-o', "$dir/ours", 'cat', '/etc/hostname');
	my @places = map { [ map { /^\[([0-9a-f?]{16})\] (\w+)/ ? "$1 $2" : () } split /\n/, slurp($_) ] } $file, "$dir/ours";
	# The first execve has no place for us.
	shift @$_ for @places;
	is_deeply($places[1], $places[0], '-i: the same places as strace');
}

# A running process: its mappings were made before.
my $sleeper = compile('sleeper', 'int main(void) { for (;;) { usleep(20000); close(1234); } }');
my $target = start($sleeper);
my $out = "$dir/attached";
my $tracer = start("$build/kxtrace", '-k', '-o', $out, '-e', 'trace=close', '-p', $target->{pid});
ok(wait_for(sub { slurp($out) =~ /^ > \Q$sleeper\E\(main\+0x/m }), '-p: the stacks of a running process');
kill TERM => $tracer->{pid};
finish($tracer);
kill KILL => $target->{pid};
finish($target);

my $r = run("$build/kxtrace", '--stack-size=1', 'true');
is($r->{exit}, 2, 'a stack size that is none');
like($r->{err}, qr{^kxtrace: --stack-size=1: not a size of stacks; 512 to 65536 bytes\n\z}, 'is named');
$r = run("$build/kxtrace", '--stack-traces=all', 'true');
like($r->{err}, qr{^kxtrace: --stack-traces=all: symbol or source\n\z}, 'so is what stacks cannot show');

done_testing();
