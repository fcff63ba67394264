#!/usr/bin/perl
# SPDX-License-Identifier: GPL-2.0-only
# How the command is started and let go, and where the lines go: next to strace.
use strict;
use warnings;
use lib 'tests/lib';
use KX;
use POSIX qw(:sys_wait_h);
use Test::More;

plan skip_all => 'how commands are started does not depend on the kernel' if $ENV{KX_VM_KERNEL};
need_root();
my $kx = "$build/kxtrace";
my $strace = system('command -v strace >/dev/null') == 0;

sub exists_pid { my $pid = shift; return -d "/proc/$pid" && slurp("/proc/$pid/stat") !~ /\) Z /; }

# The same options to both, what the command prints: equal.
sub same {
	my ($what, @options) = @_;
	SKIP: {
		skip 'strace is not installed', 1 unless $strace;
		my ($ours, $theirs) = (run($kx, '-o', '/dev/null', @options), run('strace', '-o', '/dev/null', @options));
		is("$ours->{out}$ours->{exit} $ours->{signal}", "$theirs->{out}$theirs->{exit} $theirs->{signal}", $what);
	}
}

# Environment, user, name.
$ENV{KX_INHERITED} = 'yes';
my @env = ('sh', '-c', 'env | grep ^KX_ | grep -v KX_BUILD | sort');
same('-E NAME=VALUE', '-E', 'KX_TEST=a b', @env);
same('-E NAME', '-E', 'KX_INHERITED', @env);
same('-E, again and again', '-E', 'KX_A=1', '-E', 'KX_B=2', '-E', 'KX_A=3', '-E', 'KX_B', '-E', 'KX_C=', '-E', 'KX_D=x=y', @env);
same('-E of PATH does not change which command is run', '-E', 'PATH=/nosuch', 'env');
same('-u USER: with its groups', '-u', 'nobody', 'id');
same('-u: its files', '-u', 'nobody', 'sh', '-c', 'cat /etc/shadow; echo $?');
is(run($kx, '-o', '/dev/null', '-u', '12345:54321', 'id')->{out}, "uid=12345 gid=54321 groups=54321\n", '-u UID:GID: no other groups');
is(run($kx, '-o', '/dev/null', '-u', '65534', 'id', '-un')->{out}, "nobody\n", '-u UID of a user');
SKIP: {
	my $setuid = '/tmp/kx-setuid-' . $$;
	system("cp /usr/bin/id $setuid && chmod 4755 $setuid") == 0 or skip 'no place for a set-uid program', 1;
	like(run($kx, '-o', '/dev/null', '-u', 'nobody', $setuid)->{out}, qr/^uid=65534\(nobody\).* euid=0\(root\)/, 'a set-uid program is one, also traced');
	unlink $setuid;
}
my $r = traced('--argv0=another', '-e', 'trace=execve', 'sh', '-c', 'echo $0');
is($r->{out}, "another\n", '--argv0');
like($r->{lines}[0], qr{^execve\("[^"]*/sh", \["another", "-c", }, 'as the trace shows');

# -b execve: a task is traced until it executes another program.
my $launcher = 'echo before; /bin/true; echo between; exec /bin/echo after';
$r = run($kx, '-f', '-b', 'execve', '-e', 'trace=execve,write', 'sh', '-c', $launcher);
is($r->{out}, "before\nbetween\nafter\n", '-b execve: the programs run');
my ($child) = $r->{err} =~ /^kxtrace: Process (\d+) attached$/m;
like($r->{err}, qr{^\[pid +$child\] execve\("/bin/true", \["/bin/true"\], 0x[0-9a-f]+ /\* \d+ vars \*/ <detached \.\.\.>\nkxtrace: Process $child detached$}m, 'the call as far as it went, and the message');
like($r->{err}, qr{^write\(1, "between\\n", 8\) += 8$}m, 'the launcher is traced on');
like($r->{err}, qr{^execve\("/bin/echo", .* <detached \.\.\.>\nkxtrace: Process \d+ detached\n\z}m, 'until it executes something itself');
SKIP: {
	skip 'strace is not installed', 1 unless $strace;
	my @both = map { my $file = "$dir/b.$_"; run($_ eq 'kx' ? $kx : 'strace', '-o', $file, '-b', 'execve', 'sh', '-c', $launcher);
			 my $text = slurp($file); $text =~ s/0x[0-9a-f]+/ADDR/g; [ grep { /^(?:execve|write|\+\+\+)/ } split /\n/, $text ] } 'kx', 'strace';
	is_deeply($both[0], $both[1], 'strace says the same');
}
$r = run($kx, '-c', '-f', '-b', 'execve', 'sh', '-c', $launcher);
like($r->{err}, qr{ 1 +execve$}m, '-b -c: calls of what is let go are not counted');
$r = run($kx, '-b', 'execve', '-qq', '-e', 'trace=execve', '-o', "$dir/b.quiet", 'sh', '-c', 'exec sleep 0.3');
is($r->{exit}, 0, 'kxtrace waits for a command that was let go');

# -D: the command is the caller's child, with its status; the tracer is nobody's.
# Guests are slow, and the words mean the same there.
for my $how ($ENV{KX_VM_KERNEL} ? '-D' : ('-D', '-DD', '-DDD', '--daemonize=grandchild', '--daemonize=pgroup', '--daemonize=session')) {
	my $file = "$dir/daemon$how";
	my $run = start($kx, $how, '-o', $file, '-f', 'sh', '-c', 'echo $$; read line </proc/self/stat; /bin/true; while ! test -e ' . $dir . '/go; do sleep 0.02; done; exit 7');
	wait_for(sub { slurp($run->{out}) =~ /\n/ });
	is(slurp($run->{out}), "$run->{pid}\n", "$how: the process that was started becomes the command");
	my ($tracer) = grep { slurp("/proc/$_/cmdline") =~ /\Q$file\E/ && $_ != $run->{pid} && slurp("/proc/$_/comm") eq "kxtrace\n" } map { m{(\d+)} } glob '/proc/[0-9]*';
	my ($group, $session) = slurp("/proc/$tracer/stat") =~ /\) \S \d+ (\d+) (\d+)/;
	my ($its_group, $its_session) = slurp("/proc/$run->{pid}/stat") =~ /\) \S \d+ (\d+) (\d+)/;
	is(($group == $its_group ? 'same group' : 'own group') . ', ' . ($session == $its_session ? 'same session' : 'own session'),
	   $how =~ /^-D$|grandchild/ ? 'same group, same session' : $how =~ /^-DD$|pgroup/ ? 'own group, same session' : 'own group, own session', "$how: where the tracer is");
	write_file("$dir/go", '');
	my $end = finish($run);
	is($end->{exit}, 7, "$how: its status is the command's");
	ok(wait_for(sub { slurp($file) =~ /^$run->{pid} +\+\+\+ exited with 7 \+\+\+$/m }), "$how: the trace is whole");
	ok(wait_for(sub { !exists_pid($tracer) }), "$how: and the tracer ends");
	like((split /\n/, slurp($file))[0], qr{^$run->{pid} +execve\("[^"]*/sh"}, "$how: it begins with the command's execve");
	unlink "$dir/go";
}
$r = run('sh', '-c', "out=\$($kx -D -o $dir/substitution echo hello); echo \"got \$out\"");
is($r->{out}, "got hello\n", '-D: \$(...) ends with the command');
$r = run('sh', '-c', "$kx -D -o /nosuch/file true; echo \$?");
is($r->{out}, "1\n", '-D: a trace that cannot begin: the command is not run');
is(run($kx, '-D', '-o', "$dir/killed", 'sh', '-c', 'kill -TERM $$')->{signal}, 15, '-D: death by a signal');
my $alone = start($kx, '-D', '-e', 'trace=none', 'true');
is(finish($alone)->{exit}, 0, '-D without -o');
ok(wait_for(sub { slurp($alone->{err}) =~ /^kxtrace: Process \d+ attached\n/ }), '-D without -o: says what it attached to, as strace');

# -I: which signals end the trace.
my $waiter = compile('waiter', <<'C');
#include <signal.h>
#include <unistd.h>
int main(int argc, char **argv) { if (argc > 1) signal(SIGTERM, SIG_IGN); write(1, "started", 7); for (;;) pause(); }
C
for my $how ('1', 'waiting') {
	my $run = start($kx, '-I', $how, '-o', "$dir/I", $waiter);
	wait_for(sub { slurp($run->{out}) eq 'started' });
	kill TERM => $run->{pid};
	is(finish($run)->{signal}, 15, "-I $how: SIGTERM ends the command and the trace");
}
for my $how ('3', 'never_tstp') {
	my $run = start($kx, '-I', $how, '-o', "$dir/I$how", $waiter);
	wait_for(sub { slurp($run->{out}) eq 'started' });
	kill $_ => $run->{pid} for 'TERM', 'INT', 'HUP', 'QUIT', $how eq 'never_tstp' ? 'TSTP' : ();
	my ($command) = map { slurp("/proc/$_/stat") =~ /^(\d+) \(waiter\) \S $run->{pid} / ? $1 : () } map { m{(\d+)} } glob '/proc/[0-9]*';
	ok(wait_for(sub { slurp("$dir/I$how") =~ /pause\(|write\(1/ }) && exists_pid($command) && exists_pid($run->{pid}) && slurp("/proc/$run->{pid}/stat") !~ /\) T /, "-I $how: signals change nothing");
	is(slurp("/proc/$command/status") =~ /^SigIgn:\s*0*(\w*)$/m && hex($1) & (1 << 19), 0, "-I $how: the command does not inherit that");
	kill KILL => $command;
	is(finish($run)->{signal}, 9, "-I $how: it ends with the command");
}

# --kill-on-exit: no command without its tracer.
for my $option ('--kill-on-exit', '-q') {
	my $run = start($kx, $option, '-o', "$dir/kill", $waiter);
	wait_for(sub { slurp($run->{out}) eq 'started' });
	my ($command) = map { slurp("/proc/$_/stat") =~ /^(\d+) \(waiter\) \S $run->{pid} / ? $1 : () } map { m{(\d+)} } glob '/proc/[0-9]*';
	kill KILL => $run->{pid};
	finish($run);
	if ($option eq '-q') {
		ok(exists_pid($command), 'without it the command goes on');
		kill KILL => $command;
	} else {
		ok(wait_for(sub { !exists_pid($command) }), '--kill-on-exit: the tracer is killed, so is the command');
	}
}

# -d, --tips.
$r = run($kx, '-d', '-o', '/dev/null', 'true');
like($r->{err}, qr/^libbpf: /m, '-d: libbpf\'s lines');
like($r->{err}, qr/^kxtrace: program sys_exit: id \d+, .* instructions/m, 'the programs');
like($r->{err}, qr/^kxtrace: map records: id \d+, /m, 'the maps');
my %tips;
for my $n ($ENV{KX_VM_KERNEL} ? () : 0 .. 11) {
	my $r = run($kx, "--tips=$n,full");
	$tips{$r->{err}} = 1 if $r->{exit} == 0 && $r->{err} =~ /\Akxtrace: hint $n of 11: \S.*\n    kxtrace .*\n\z/;
}
is(scalar(keys %tips), $ENV{KX_VM_KERNEL} ? 0 : 12, '--tips: twelve, each another');
like(run($kx, '--tips', '-o', '/dev/null', 'true')->{err}, qr/\Akxtrace: hint \d+ of 11: .*\n\z/, '--tips and a command: at the end');
is(run($kx, '--tips=none', '-o', '/dev/null', 'true')->{err}, '', '--tips=none');

# Output: through a program.
is(run($kx, '-o', '|tail -n 2', 'true')->{out}, sprintf("%-40s= ?\n+++ exited with 0 +++\n", 'exit_group(0)'), '-o |COMMAND');
is(run($kx, '-o', '!wc -l >' . "$dir/wc", '-e', 'trace=execve', 'true')->{exit}, 0, '-o !COMMAND');
is(slurp("$dir/wc") + 0, 2, 'which has ended when kxtrace has');
$r = run($kx, '-o', '|cat >/dev/null; exit 3', 'sh', '-c', 'exit 5');
is("$r->{exit} $r->{err}", "5 kxtrace: |cat >/dev/null; exit 3: ended with status 3\n", 'its failure is told, the status is the command\'s');
like(run($kx, '-o', '|kill -9 $$', 'true')->{err}, qr/^kxtrace: \|kill -9 \$\$: was killed by signal 9 /, 'so is its death');
$r = run($kx, '-f', '-o', '|true', 'sh', '-c', 'for i in 1 2 3 4 5 6 7 8; do /bin/true; done; exit 6');
is("$r->{exit} $r->{err}", '6 ', 'a reader that does not read: the command goes on, without a word');
is(run($kx, '-c', '-o', '|grep -c total', 'true')->{out}, "1\n", '-c -o |COMMAND');
$r = run($kx, '-o', '|sh -c "ls /proc/self/fd | wc -l" >' . "$dir/fds", 'sh', '-c', 'ls /proc/self/fd | wc -l');
is($r->{out}, run('sh', '-c', 'ls /proc/self/fd | wc -l')->{out}, 'the command has no descriptor more');

# -ff: a file for each task.
sub files { my $prefix = shift; return map { m{\.(\d+)$} ? ($1 => slurp($_)) : () } glob "$prefix.*"; }
sub shapes {
	my %files = @_;
	return join "\n---\n", sort map { s/^---.*\n//mgr =~ s/0x[0-9a-f]+|\d{3,}/N/gr =~ s/ +=/ =/gr } grep { /\S/ } values %files;
}
my @tree = ('sh', '-c', '/bin/true; (echo a; exec /bin/false) | cat; /bin/true & wait');
SKIP: {
	skip 'strace is not installed', 3 unless $strace;
	my @e = ('-e', 'trace=execve,write,exit_group');
	$r = run($kx, '-ff', '-o', "$dir/ff.kx", @e, @tree);
	run('strace', '-ff', '-o', "$dir/ff.strace", @e, @tree);
	is(shapes(files("$dir/ff.kx")), shapes(files("$dir/ff.strace")), '-ff -o: strace\'s files');
	run($kx, '-f', '--output-separately', '-o', "$dir/ff.long", @e, @tree);
	is(shapes(files("$dir/ff.long")), shapes(files("$dir/ff.strace")), '-f --output-separately: the same');
	is($r->{err}, '', 'and nothing is said');
}
$r = run($kx, '-ff', '-e', 'trace=execve', 'sh', '-c', '/bin/true & wait');
like($r->{err}, qr{^\[pid +\d+\] execve}m, '-ff without -o: as -f');
for ([ [ '-ff', '-o', '|cat' ], qr/cannot be a pipe/ ], [ [ '-ff', '-c', '-o', "$dir/x" ], qr/counted for all tasks/ ]) {
	my $r = run($kx, @{ $_->[0] }, 'true');
	ok($r->{exit} == 2 && $r->{err} =~ /\Akxtrace: .*$_->[1].*\n\z/, "@{ $_->[0] }: refused");
}
$r = run($kx, '-ff', '-o', "$dir/nosuch/trace", 'sh', '-c', "touch $dir/touched");
is($r->{exit}, 1, '-ff: no such directory');
like($r->{err}, qr{\Akxtrace: \Q$dir\E/nosuch/trace\.PID: cannot be written: No such file or directory\n\z}, 'in one sentence');
ok(!-e "$dir/touched", 'before the command runs');

# More tasks at once than descriptors: files are closed and opened again.
my $crowd = compile('crowd', <<'C', '-pthread');
#include <pthread.h>
#include <unistd.h>
static pthread_barrier_t barrier;
static void *work(void *n)
{
	for (int i = 0; i < 3; i++) { close(1000 + (long)n); pthread_barrier_wait(&barrier); }
	close(5000);
	return 0;
}
int main(void)
{
	pthread_t threads[300];
	pthread_barrier_init(&barrier, 0, 300);
	for (long i = 0; i < 300; i++) pthread_create(&threads[i], 0, work, (void *)i);
	for (int i = 0; i < 300; i++) pthread_join(threads[i], 0);
	return 0;
}
C
for my $limit (170, 100000) {
	my $prefix = "$dir/crowd$limit";
	$r = run('sh', '-c', "ulimit -n $limit 2>/dev/null || ulimit -n \$(ulimit -H -n); exec $kx -v -ff -o $prefix -e trace=close $crowd");
	my ($dropped) = $r->{err} =~ /dropped (\d+)/;
	my %files = files($prefix);
	is($r->{exit}, 0, "300 threads, $limit descriptors");
	is(scalar(keys %files), 301, 'a file for each');
	my @good = grep { /\A(?:.*\n)*?(close\(1\d\d\d\)) .*EBADF.*\n\1 .*\n\1 .*\nclose\(5000\) .*\n\+\+\+ exited with 0 \+\+\+\n\z/ } values %files;
	ok($dropped || @good == 300, 'each with all its lines, in order') or diag(scalar @good);
}

done_testing();
