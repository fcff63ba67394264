#!/usr/bin/perl
# SPDX-License-Identifier: GPL-2.0-only
# --confirm: what nobody confirms the kernel undoes by itself, at any moment a command may have
# been killed; what is confirmed stays.
use strict;
use warnings;
use lib 'tests/lib';
use KX;
use Test::More;
use JSON::PP;

need_root();
not_between('6.1');
my $kx = "$build/kx";
my $ext = "$build/tests/ext";
my $name = 'confirm-a';
my ($one, $two) = ("$ext/loading.bpf.o", "$ext/loading2.bpf.o");

sub kx { return run($kx, @_); }
sub status { my ($row) = map { decode_json($_) } split /\n/, kx('list', '--json', $name)->{out}; return $row // {}; }
sub where { my $s = status(); return ($s->{state} // 'none') . ' ' . ($s->{generation} // '-'); }

# Which version's program runs? Each execution of a program counts.
sub acts {
	my $before = kx('get', "$name.unwanted")->{out};
	run('true');
	return kx('get', "$name.unwanted")->{out} ne $before ? 1 : 0;
}

# The time is over, by the kernel's own account.
sub over { return wait_for(sub { !(status()->{confirm_ms} // 0) }, 30); }
sub done { return grep { /$name/ } split /\n/, kx('check', @_)->{out}; }

kx('unload', $name);
END { kx('unload', $name) if $name; }

#
# A first load
#
my $r = kx('load', $one, '--as', $name, '--confirm', 1);
is($r->{exit}, 0, 'loaded for a trial');
like($r->{err}, qr/^kx: $name: undone in 1 s, unless kx confirm $name comes before$/, 'it says what is to be done');
ok(over(), 'nobody confirms');
is(where(), 'not confirmed 1', 'list shows it');
is(acts(), 0, 'no hook of it acts');
like(kx('info', $name)->{out}, qr/^state +not confirmed: its load was not confirmed$/m, 'info says why');
$r = kx('confirm', $name);
is($r->{exit}, 1, 'it is too late for kx confirm');
like($r->{err}, qr/^kx: $name: too late: it was not confirmed in time, and what was before acts again$/, 'in a sentence');
is(join("\n", done()), "$name: its load was not confirmed in time: no hook of it acts", 'check finds it');
done('--repair');
is(where(), 'none -', 'and removes it');
is(kx('load', $one, '--as', $name, '--confirm', 600)->{exit}, 0, 'loaded again');
like(where(), qr/^to confirm 1/, 'list shows that it waits');
is(acts(), 1, 'it acts meanwhile');
$r = kx('upgrade', $name, $two);
like($r->{err}, qr/^kx: $name: its last change waits to be confirmed: kx confirm $name keeps it, kx rollback $name undoes it$/, 'it cannot be upgraded until it is known whether it stays');
is(kx('confirm', $name)->{out}, "$name: confirmed, generation 1\n", 'confirmed');
is(where() . acts(), 'live 11', 'it stays');
like(kx('confirm', $name)->{err}, qr/^kx: $name: there is nothing to confirm$/, 'once');

#
# Upgrades
#
is(kx('upgrade', $name, $two, '--confirm', 1)->{exit}, 0, 'an upgrade for a trial');
ok(over(), 'nobody confirms');
is(where() . acts(), 'rolled back 11', 'the generation before acts');
like(kx('info', $name)->{out}, qr/^state +rolled back: the upgrade was not confirmed$/m, 'info says why');
is(readlink("/sys/fs/bpf/kx/$name/current"), 2, 'nobody was there to tell those who look at current');
is(scalar(done()), 2, 'check finds both');
done('--repair');
is(readlink("/sys/fs/bpf/kx/$name/current"), 1, 'and repairs it');
is(join("\n", done()), '', 'after which all is well');
is(kx('rollback', $name)->{exit} . ' ' . where(), '0 live 2', 'rollback goes to the new one again');
is(kx('rollback', $name)->{exit} . ' ' . where(), '0 live 1', 'and back');

is(kx('upgrade', $name, $two, '--confirm', 600)->{exit}, 0, 'another one');
is(kx('rollback', $name)->{exit} . ' ' . where(), '0 live 1', 'is undone by hand');
is(join("\n", done()), '', 'and nothing is left of the timer');
is(kx('upgrade', $name, $two, '--confirm', 600)->{exit}, 0, 'another one');
is(kx('unload', $name)->{exit}, 0, 'is unloaded while it waits');
is(kx('load', $one, '--as', $name)->{exit}, 0, 'and loaded without any trial');

like(kx(@{ $_->[0] })->{err}, $_->[1], "kx @{ $_->[0] }[0, 2..$#{ $_->[0] }]")
    for [['load', $two, '--confirm', 0], qr/^kx: load: --confirm: 0: not a number of seconds from 1 to 86400$/],
	[['upgrade', $name, $two, '--confirm', '5x'], qr/not a number of seconds/],
	[['upgrade', $name, $two, '--confirm'], qr/SECONDS is missing after it$/],
	[['load', $two, '--held', '--confirm', 5], qr/a held instance ends with its process, and has nothing to confirm$/];

#
# Killed at any step: when the time is over, the old one acts
#
SKIP: {
	skip 'strace, which kills at a step, is not installed', 2 if system('command -v strace >/dev/null') != 0;
	skip 'a guest takes too long for all the steps', 2 if $ENV{KX_VM_KERNEL};
	my ($steps, @wrong) = (0);
	for my $call (qw(bpf renameat2 rename)) {
		for (my $nr = 1; ; $nr += 1 + int($nr / 2)) {
			my $killed = run('strace', '-f', '-o', '/dev/null', '-e', "trace=$call", '-e', "inject=$call:signal=KILL:when=$nr",
					 $kx, 'upgrade', $name, $two, '--confirm', 1);
			my $was = $killed->{signal} == 9 || $killed->{exit} == 137;
			push @wrong, "$call $nr: $killed->{err}" if !$was && $killed->{exit};
			push @wrong, "$call $nr: the time is never over" if !over();
			done('--repair');
			my $is = where();
			push @wrong, "$call $nr: $is" if $is !~ /^(live|rolled back) 1$/;
			push @wrong, "$call $nr: found after the repair: " . join ' ', done() if done();
			push @wrong, "$call $nr: does not act" if !acts();
			last if !$was;
			$steps++;
		}
	}
	is(join("\n", @wrong), '', "an upgrade killed at $steps steps");
	cmp_ok($steps, '>', 5, 'there were steps');
}

# Held up between the timer and the switch: too late is too late.
SKIP: {
	skip 'strace, which holds it up, is not installed', 2 if system('command -v strace >/dev/null') != 0;
	my ($late, $arm);
	# Which call it is depends on what else is loaded, by others.
	for my $try (1 .. 3) {
		kx('unload', $name);
		kx('load', $one, '--as', $name);
		run('strace', '-o', "$dir/calls", '-e', 'trace=bpf', $kx, 'upgrade', $name, $two, '--confirm', 600);
		my $nr = 0;
		for (split /\n/, slurp("$dir/calls")) {
			$nr++;
			$arm = $nr if /^bpf\((BPF_PROG_TEST_RUN|0xa)\b/;
		}
		kx('unload', $name);
		kx('load', $one, '--as', $name);
		$late = run('strace', '-o', '/dev/null', '-e', 'trace=bpf', '-e', "inject=bpf:delay_exit=1500000:when=" . ($arm // 1),
			    $kx, 'upgrade', $name, $two, '--confirm', 1);
		last if $late->{exit};
	}
	like($late->{err}, qr/^kx: $name: the time to confirm it was over before it acted: what was before acts on; give it more seconds$/m,
		'a change that comes later than that is none') or diag("$arm: $late->{out}");
	is(where() . acts(), 'rolled back 11', 'the generation before acts on');
}

#
# Confirmed or not, never both: the command races with the timer
#
my ($kept, $undone, @odd) = (0, 0);
my $runs = $ENV{KX_VM_KERNEL} ? 1 : 3;
for (1 .. $runs) {
	kx('unload', $name);
	kx('load', $one, '--as', $name);
	kx('upgrade', $name, $two, '--confirm', 1);
	# From some time before the end until after it; the first answer counts.
	wait_for(sub { (status()->{confirm_ms} // 0) < 40 });
	my $first = kx('confirm', $name);
	my $is = where();
	push @odd, "$first->{exit} $is" if $first->{exit} ? $is ne 'rolled back 1' : $is ne 'live 2';
	$first->{exit} ? $undone++ : $kept++;
}
is("@odd", '', "whoever is first decides: $kept kept, $undone undone");
done_testing;
