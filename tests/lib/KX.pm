# SPDX-License-Identifier: GPL-2.0-only
# What the tests share: programs run with a deadline, their output taken apart.
package KX;
use strict;
use warnings;
use Exporter 'import';
use File::Temp qw(tempdir);
use POSIX qw(:sys_wait_h);
use Time::HiRes qw(time sleep);

our @EXPORT = qw(not_between $build $dir run start finish wait_for slurp write_file compile
		 traced normalised normalised_tasks need_root);
# Who starts the tests in the background may have had these ignored; what is tested inherits it.
$SIG{$_} = 'DEFAULT' for qw(INT QUIT);

our $build = $ENV{KX_BUILD} // 'build';
# Guests are emulated, several on few CPUs: what has not ended there may still do.
my $slow = $ENV{KX_VM_KERNEL} ? 4 : 1;
our $dir = tempdir('kx-test-XXXXXX', TMPDIR => 1, CLEANUP => 1);

sub slurp {
	my $path = shift;
	open my $f, '<', $path or return '';
	local $/;
	my $text = <$f>;
	return $text // '';
}

sub write_file {
	my ($path, $text) = @_;
	open my $f, '>', $path or die "$path: $!";
	print $f $text;
	close $f;
	return $path;
}

# Waits for a condition, not for time to pass; false when the deadline is over.
sub wait_for {
	my ($condition, $seconds) = @_;
	my $end = time + ($seconds // 30) * $slow;
	while (time < $end) {
		return 1 if $condition->();
		sleep 0.01;
	}
	return 0;
}

# Starts a program; finish() gives its status, stdout and stderr.
my $started = 0;
sub start {
	my @command = @_;
	my $n = $started++;
	my $pid = fork() // die "fork: $!";
	if (!$pid) {
		setpgrp 0, 0;
		open STDIN, '<', '/dev/null';
		open STDOUT, '>', "$dir/stdout.$n";
		open STDERR, '>', "$dir/stderr.$n";
		exec @command or POSIX::_exit(127);
	}
	return { pid => $pid, out => "$dir/stdout.$n", err => "$dir/stderr.$n", command => \@command };
}

sub finish {
	my ($run, $seconds) = @_;
	my $status;
	wait_for(sub { waitpid($run->{pid}, WNOHANG) == $run->{pid} and defined($status = $?) },
		 $seconds // 60) or do {
		kill KILL => -$run->{pid};
		kill KILL => $run->{pid};
		waitpid $run->{pid}, 0;
		$status = 'deadline';
	};
	return { status => $status, out => slurp($run->{out}), err => slurp($run->{err}),
		 exit => $status eq 'deadline' ? -1 : $status >> 8,
		 signal => $status eq 'deadline' ? 0 : $status & 127 };
}

sub run { return finish(start(@_)); }

# A small C program, compiled once per test file.
sub compile {
	my ($name, $source, @flags) = @_;
	write_file("$dir/$name.c", $source);
	system('gcc', '-O1', '-w', @flags, '-o', "$dir/$name", "$dir/$name.c") == 0 or
	    die "$name: cannot be compiled";
	return "$dir/$name";
}

# kxtrace with its lines in a file: { lines => [...], and what finish() gives }.
sub traced {
	my @options = @_;
	my $file = "$dir/trace." . $started;
	my $result = run("$build/kxtrace", '-o', $file, @options);
	$result->{lines} = [ split /\n/, slurp($file) ];
	return $result;
}

# strace shows a call in two parts when others come between: put together here.
# Returns the tasks, in order of appearance, and the lines of each.
sub tasks_of {
	my $text = shift;
	my (%lines, %open, @order);
	for (split /\n/, $text) {
		my ($tid, $line) = /^(\d+) +(.*)$/ or next;
		push @order, $tid unless $lines{$tid};
		$lines{$tid} //= [];
		if ($line =~ /^(.*?) ?<unfinished \.\.\.>$/) {
			$open{$tid} = $1;
			next;
		}
		if ($line =~ /^<\.\.\. \w+ resumed>(.*)$/) {
			my ($begin, $rest) = (delete $open{$tid} // '', $1);
			$rest =~ s/^\s+//;
			$begin .= ' ' if $begin =~ /,$/ && $rest !~ /^\)/;
			$begin .= ' ' if $rest =~ /^=>/;
			$begin =~ s/,$// if $rest =~ /^\)/;
			$line = $begin . $rest;
		}
		push @{ $lines{$tid} }, $line;
	}
	return \@order, \%lines;
}

# Tasks in an order that does not depend on who ran first: each is followed by
# its children as it made them.
sub family {
	my ($tid, $lines, $seen) = @_;
	return () if $seen->{$tid}++;
	my @children = map { /^(?:clone3?|v?fork)\(.* = (\d+)$/ && $lines->{$1} ? $1 : () } @{ $lines->{$tid} };
	return $tid, map { family($_, $lines, $seen) } @children;
}

# A trace (-f -o FILE) without what differs from run to run: the tasks in order, and the
# lines of each.
sub normalised_lines {
	my ($found, $lines) = tasks_of(shift);
	my %seen;
	my @order = map { family($_, $lines, \%seen) } @$found;
	my %number = map { $order[$_] => $_ + 1 } 0 .. $#order;
	my $tids = join '|', sort { length $b <=> length $a } @order;
	for my $tid (@order) {
		for (@{ $lines->{$tid} }) {
			# A size may happen to be a pid: only where pids stand.
			s/\b($tids)\b/"TASK$number{$1}"/ge if $tids &&
			    /^(clone|fork|vfork|wait|\w*kill|\w*[gs]et\w*[pgt]id|set_tid|rt_|---|\+\+\+|prctl|prlimit|sched_|<)/;
			s/\s+= / = /;
			s/0x[0-9a-f]{5,}/ADDR/g;
			# A count of clock ticks has its seconds behind it, if it is not 0.
			s{(u|s)time=\d+(?: /\* [\d.]+ s \*/)?}{$1time=N}g;
			s/getrandom\("[^"]*"\.{0,3}/getrandom("RANDOM"/;
			s/(tv_sec|tv_nsec|tv_usec)=\d+/$1=N/g if !/TIMER|timer|nanosleep/;
			s/\b(st_|stx_)(atime|mtime|ctime|ino|blocks)=[^,}]*/$1$2=T/g;
			s/kx-test-\w+/TMP/g;
			s/^(getppid|getpgrp|getpgid|getsid)(\(.*\)) = \d+/$1$2 = N/;
			s/\b(loads|uptime|freeram|bufferram|sharedram|procs)=(\[.*?\]|\d+)/$1=N/g;
			s/\b(f_bfree|f_bavail|f_ffree)=\d+/$1=N/g;
			s/\/tmp\/cc\w{6}/\/tmp\/ccTEMP/g;
		}
	}
	return (\@order, $lines);
}

sub normalised {
	my ($order, $lines) = normalised_lines(shift);
	return map { $lines->{$_} } @$order;
}

# The same by whose children they are: '1' is the first task, '1.2' its second child.
sub normalised_tasks {
	my ($text) = @_;
	my ($order, $lines) = normalised_lines($text);
	my (%path, %tasks, $parent, %count, $roots);
	my ($found, $raw) = tasks_of($text);
	for my $tid (@$order) {
		for (@{ $raw->{$tid} }) {
			next unless /^(?:clone3?|v?fork)\(.* = (\d+)(?: |$)/ && $raw->{$1};
			$parent->{$1} //= $tid;
		}
	}
	for my $tid (@$order) {
		my $p = $parent->{$tid};
		$path{$tid} = defined $p && $path{$p} ? $path{$p} . '.' . ++$count{$p} : ++$roots;
		$tasks{ $path{$tid} } = $lines->{$tid};
	}
	return \%tasks;
}

# What an older and a newer kernel both show, one between them need not: guests are slow. With
# a kernel's name: of the guests, that one shows enough.
sub not_between {
	my ($only) = @_;
	my $guest = $ENV{KX_VM_KERNEL} or return;
	return if $only ? $guest eq $only : $guest ne '6.12';
	require Test::More;
	Test::More::plan(skip_all => $only ? "$only runs it" : 'older and newer kernels run it');
}

sub need_root {
	return if $> == 0;
	print "1..0 # SKIP tracing needs root\n";
	exit 0;
}

1;
