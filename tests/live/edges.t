#!/usr/bin/perl
# SPDX-License-Identifier: GPL-2.0-only
# What tracers get wrong: memory that is not there, calls that are interrupted or
# never end, tasks that come and go in unusual ways. strace is the oracle.
use strict;
use warnings;
use lib 'tests/lib';
use KX;
use Test::More;

not_between('6.12');
need_root();
plan skip_all => 'strace is not installed' if system('command -v strace >/dev/null') != 0;
my $edges = "$build/tests/live/edges";

sub settled {
	my @tasks = normalised(shift);
	for my $task (@tasks) {
		for (@$task) {
			s/0x[0-9a-f]{5,}/ADDR/g;
			s/\bTMP-\w+/TEMP/;
			s/^getrandom\(.*?,/getrandom(RANDOM,/;
			s/^(clock_)?nanosleep\((.*)\{tv_sec=\d+, tv_nsec=\d+\}\)/$1nanosleep($2LEFT)/;
		}
	}
	return @tasks;
}

sub trace {
	my ($tracer, $from, @command) = @_;
	unlink "$dir/trace";
	my $result = run($tracer, '-f', '-s', 32, '-o', "$dir/trace", @command);
	my @tasks = settled(slurp("$dir/trace"));
	# What comes before is the start of the program.
	for my $task ($from ? $tasks[0] : ()) {
		shift @$task while @$task && $task->[0] !~ $from;
	}
	return ($result, @tasks);
}

# Lines of which each tracer has its own number, or which come when they come.
sub compare {
	my ($name, $from, $fate, @leave) = @_;
	my ($theirs, @theirs) = trace('strace', $from, $edges, $name);
	my ($ours, @ours) = trace("$build/kxtrace", $from, $edges, $name);
	# A child that makes the others wait does it as long as it takes.
	splice @theirs, 1, 1 and splice @ours, 1, 1 if $name =~ /^restarted/;
	for my $task (@theirs, @ours) {
		for my $pattern (@leave) {
			@$task = grep { $_ !~ $pattern } @$task;
			s/resuming interrupted restart_syscall/resuming interrupted CALL/, s/resuming interrupted \w+/resuming interrupted CALL/ for @$task;
		}
	}
	is($ours->{status}, $theirs->{status}, "$name: ends as it does under strace");
	is_deeply(\@ours, \@theirs, "$name: $fate");
}

my $chance = qr{^--- SIGCHLD};

# Pages that were not there: the call brings them in, if it looks at them.
compare('cold', qr{^access\("/no"}, 'texts in pages that nobody had touched', qr{^getrandom});
compare('long_arguments', qr{^execve\("/no/many}, 'more arguments than a page holds');
compare('long_paths', qr{^access\("//}, 'paths around PATH_MAX');
compare('faults', qr{^socketpair}, 'pointers to nowhere in each kind of argument');
compare('page_ends', qr{^pipe}, 'what ends where memory ends');

# Interrupted and restarted. Under ptrace a signal that is ignored interrupts, too.
my $by_ptrace = qr{ERESTART};
compare('interrupted', qr{^rt_sigaction}, 'a handler ends calls');
compare('restarted_read', qr{^pipe}, 'a handler restarts a call', $chance);
compare('restarted_sleep', qr{^(clone|fork)}, 'a stopped sleep goes on', $chance, $by_ptrace);
compare('restarted_poll', qr{^(clone|fork)}, 'and a stopped poll', $chance, $by_ptrace);
compare('stopped', qr{^(clone|fork)}, 'stopped and continued', $chance, $by_ptrace);

# Threads that end within their calls.
for my $name ('ended', 'killed') {
	my $result = traced('-f', '-e', 'trace=pause,read,clock_nanosleep', $edges, $name);
	my %of;
	for (@{ $result->{lines} }) {
		push @{ $of{$1} }, $2 if /^(\d+) +(.*)$/ && $2 !~ /^read\(3, "\\177ELF/;
	}
	my @last = map { $of{$_}[-1] } keys %of;
	is(scalar(@last), 4, "$name: four threads");
	my $fate = $name eq 'killed' ? 'killed by SIGKILL' : 'exited with 7';
	is(scalar(grep { $_ eq "+++ $fate +++" } @last), 4, 'the end of each is told');
	my @within = sort map { /^(\w+)\(/ ? $1 : () } map { $of{$_}[-2] // '' } keys %of;
	is("@within", 'clock_nanosleep pause read', 'and the call in which it was');
	is(scalar(grep { /\) += \?( |$)/ } map { $of{$_}[-2] // '' } keys %of), 3, 'none of which returned');
}

# Ways to make tasks.
compare('sharing', qr{^clone}, 'clone that shares files, a place, I/O', $chance);
compare('spawned', qr{^rt_sigprocmask|^mmap.*MAP_STACK}, 'posix_spawn', $chance);
my $r = traced('-f', '-e', 'trace=access', $edges, 'untraced');
is(scalar(grep { m{access\("/no/child", F_OK\) = -1 ENOENT} } map { s/ +=/ =/r } @{ $r->{lines} }), 1,
   'CLONE_UNTRACED hides from ptrace, not from kxtrace');

# A tracee with a debugger, which cannot be traced by strace.
$r = traced('-f', $edges, 'debugged');
my $text = join "\n", map { s/ +=/ =/r } @{ $r->{lines} };
like($text, qr{^\d+ +access\("/no/debugged", F_OK\) = -1 ENOENT}m, 'a tracee that is debugged');
like($text, qr{ptrace\(PTRACE_SYSCALL, \d+, }, 'and its debugger');
like($text, qr{^\d+ +\+\+\+ exited with 6 \+\+\+$}m, 'which sees it end');
$r = traced('-f', '-e', 'trace=execve,ptrace', 'strace', '-o', "$dir/inner", 'true');
is($r->{exit}, 0, 'strace itself works under kxtrace');
like(slurp("$dir/inner"), qr{^\+\+\+ exited with 0 \+\+\+$}m, 'and sees what it traces');

# Namespaces: strace and kxtrace tell numbers as they are outside.
sub namespaces {
	my ($tracer) = @_;
	my ($result, @tasks) = trace($tracer, undef, 'unshare', '-pf', 'sh', '-c', 'sh -c "exit 3"; kill -0 $$; true');
	return map { [ grep { /^(execve|exit_group|kill|getpid|\+\+\+)/ } @$_ ] } @tasks;
}
my @namespaces = namespaces("$build/kxtrace");
is(scalar(@namespaces), 3, 'three tasks, two of them in a pid namespace');
is_deeply(\@namespaces, [ namespaces('strace') ], 'with the lines that strace shows');

# Programs with more rights than who runs them: they keep them.
SKIP: {
	skip 'setpriv is not installed', 3 if system('command -v setpriv >/dev/null') != 0;
	my $id = "$dir/id";
	system("chmod 755 $dir && cp /usr/bin/id $id && chmod 4755 $id");
	skip "$dir is mounted without setuid", 3 if `setpriv --reuid=65534 --clear-groups $id -u` ne "0\n";
	$r = traced('-f', 'setpriv', '--reuid=65534', '--clear-groups', $id, '-u');
	is($r->{out}, "0\n", 'a setuid program has its rights under kxtrace');
	like(join("\n", @{ $r->{lines} }), qr{^\d+ +execve\("\Q$id\E", \["\Q$id\E", "-u"\], .*\) += 0$}m, 'its execve is shown');
	like(join("\n", @{ $r->{lines} }), qr{^\d+ +geteuid\(\) += 0$}m, 'and what it became');
}

done_testing();
