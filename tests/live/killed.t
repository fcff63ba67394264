#!/usr/bin/perl
# SPDX-License-Identifier: GPL-2.0-only
# SIGKILL at the steps of load, upgrade, rollback, unload: afterwards `kx check --repair`
# leaves exactly the old or exactly the new state. KILLED_ALL=1: at every step, which takes
# minutes; else at the first ones, and then at ever fewer.
use strict;
use warnings;
use lib 'tests/lib';
use KX;
use Test::More;
use JSON::PP;

need_root();
plan skip_all => 'strace, which kills at a step, is not installed'
    if system('command -v strace >/dev/null') != 0;
my $kx = "$build/kx";
my $ext = "$build/tests/ext";
my $registry = '/sys/fs/bpf/kx';
# Guests are emulated: there a part of the steps has to do.
my $guest = $ENV{KX_VM_KERNEL};
plan(skip_all => 'what killed commands leave is seen here and on the oldest kernel') if $guest && $guest ne '6.1';

sub kx { return run($kx, @_); }
sub status { my ($row) = map { decode_json($_) } split /\n/, kx('list', '--json', @_)->{out}; return $row; }

# Every system call that changes something; in guests those that leave most.
my @changing = $guest ? qw(bpf renameat2 unlink) : qw(bpf mkdir chmod symlink rename renameat2 unlink rmdir);

sub after {
	my ($nr, $call) = @_;
	return 7 * $nr + ord($call) % 2 if $guest;
	return $nr + 1 + ($ENV{KILLED_ALL} ? 0 : int($nr / 8));
}

# Runs a command again and again, killed before its first, second, ... call of
# each kind, until it is not killed any more. $before prepares each time, $after
# judges, and returns what is wrong.
sub walk {
	my ($what, $command, $before, $after) = @_;
	my ($steps, $old, $new, @wrong) = (0, 0, 0);
	for my $call (@changing) {
		# Until there are no more calls of that kind.
		for (my $nr = 1; ; $nr = after($nr, $call)) {
			$before->();
			my $killed = run('strace', '-f', '-o', '/dev/null', '-e', "trace=$call", '-e',
					 "inject=$call:signal=KILL:when=$nr", $kx, @$command);
			my $was_killed = $killed->{signal} == 9 || $killed->{exit} == 137;
			push @wrong, "$call $nr: $killed->{err}" if !$was_killed && $killed->{exit};
			my $found = kx('check');
			push @wrong, "$call $nr: check: $found->{err}" if $found->{err};
			my $repaired = kx('check', '--repair');
			push @wrong, "$call $nr: repair: $repaired->{out} $repaired->{err}" if $repaired->{exit};
			my $again = kx('check');
			push @wrong, "$call $nr: found after the repair: $again->{out} $again->{err}"
			    if $again->{out} || $again->{err} || $again->{exit};
			my ($state, $reason) = $after->($was_killed);
			$old += $state eq 'old';
			$new += $state eq 'new';
			push @wrong, "$call $nr: $reason" if $state !~ /^(old|new)$/;
			push @wrong, "$call $nr: was not killed, but the state is the old one"
			    if !$was_killed && $state eq 'old';
			last if !$was_killed;
			$steps++;
		}
	}
	is(join("\n", @wrong[0 .. ($#wrong > 9 ? 9 : $#wrong)]), '', "$what: $steps steps, $old times as before, $new times done");
	cmp_ok($steps, '>', $guest ? 3 : 20, "$what: there were steps");
}

# Does its hook act? A program is started, the count goes up.
sub acts {
	my $name = shift;
	my $before = kx('get', "$name.started")->{out};
	return kx('get', "$name.started")->{out} > $before;
}

# Programs of the extension that the kernel has; it frees them a little later.
sub programs {
	my $nr = 0;
	for my $program (qw(on_exec on_exit stands_on_exec)) {
		my @ids = eval { @{ decode_json(`bpftool -j prog show name $program 2>/dev/null` || '[]') } };
		$nr += @ids;
	}
	return $nr;
}

sub nothing_left {
	my @names = glob("$registry/{life,stands} $registry/\@/{life,stands}*");
	@names = grep { -e } @names;
	return "in the registry: @names" if @names;
	return wait_for(sub { !programs() }, 10) ? '' : programs() . ' programs are still in the kernel';
}

sub clean {
	kx('unload', '--with-users', $_) for grep { kx('query', '-q', $_)->{exit} == 0 } qw(stands life);
}
clean();
is(nothing_left(), '', 'nothing is there before');

walk('load', ['load', "$ext/life.bpf.o"], \&clean, sub {
	my $loaded = kx('query', '-q', 'life')->{exit} == 0;
	if (!$loaded) {
		my $left = nothing_left();
		return $left ? ('bad', $left) : 'old';
	}
	return ('bad', 'is loaded, but does not act') unless acts('life');
	return 'new';
});

$ENV{KX_PATH} = $ext;
walk('load with what it needs', ['load', 'stands'], \&clean, sub {
	my ($stands, $life) = map { kx('query', '-q', $_)->{exit} == 0 } qw(stands life);
	return ('bad', "stands " . ($stands ? 'is' : 'is not') . ' loaded, life ' . ($life ? 'is' : 'is not'))
	    if $stands != $life;
	my $left = $stands ? '' : nothing_left();
	return ('bad', $left) if $left;
	return ('bad', 'is loaded, but does not act') if $stands && !acts('life');
	return $stands ? 'new' : 'old';
});

sub fresh { clean(); kx('load', "$ext/life.bpf.o"); }
my %hooks = (1 => 1, 2 => 2);
sub judge_generation {
	my ($old, $new) = @_;
	my $status = status('life') or return ('bad', 'is not loaded any more');
	my $generation = $status->{generation};
	return ('bad', "generation $generation") if $generation != $old && $generation != $new;
	my $current = readlink "$registry/life/current";
	return ('bad', "current leads to $current") if $current ne $generation;
	return ('bad', 'does not act') unless acts('life');
	my $previous = $status->{previous} // 0;
	return ('bad', "previous is $previous") if $generation == 1 && $old == 1 && $new == 2 && $previous;
	my @hooks = glob("$registry/life/hooks/*");
	return ('bad', "generation $generation, hooks @hooks") if $old == 1 && $new == 2 && @hooks != $generation;
	return $generation == $new ? 'new' : 'old';
}
walk('upgrade', ['upgrade', 'life', "$ext/life2.bpf.o"], \&fresh, sub { judge_generation(1, 2) });

walk('rollback', ['rollback', 'life'],
     sub { fresh(); kx('upgrade', 'life', "$ext/life2.bpf.o"); },
     sub { judge_generation(2, 1) });

walk('unload', ['unload', 'life'], \&fresh, sub {
	return 'old' if kx('query', '-q', 'life')->{exit} == 0 && acts('life');
	my $left = nothing_left();
	return $left ? ('bad', $left) : 'new';
});

clean();
is(nothing_left(), '', 'nothing is left at the end');
done_testing();
