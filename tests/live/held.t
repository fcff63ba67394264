#!/usr/bin/perl
# SPDX-License-Identifier: GPL-2.0-only
# Held instances beside resident ones; a process that loads and unloads keeps nothing.
use strict;
use warnings;
use lib 'tests/lib';
use KX;
use Test::More;

not_between('6.12');
need_root();
my $kx = "$build/kx";
my ($small, $needy) = map { "$build/tests/ext/$_.bpf.o" } qw(small needy);
my @ours = qw(small small_b needy);

sub kx { return run($kx, @_); }
kx('unload', $_) for @ours;
END { local $?; kx('unload', $_) for @ours; }

sub held {
	my $run = start($kx, 'load', '--held', @_);
	ok(wait_for(sub { slurp($run->{out}) =~ /\n/ }, 30), "$_[0]: is held");
	return $run;
}

sub ended {
	my ($run, $name) = @_;
	kill TERM => $run->{pid};
	is(finish($run)->{exit}, 0, 'it ends');
	return wait_for(sub { kx('list')->{out} !~ /^\Q$name\E +\d+ +held/m }, 30);
}

# Nothing stays open, so nothing stays attached.
is(run("$build/tests/live/cycle", $small, 5)->{out}, "0\n", 'five lives in one process leave no descriptor');

# No pin leads to a held user; it counts all the same.
is(kx('load', $small)->{exit}, 0, 'small is loaded');
is(kx('unload', 'small')->{exit}, 0, 'unused, it is unloaded');
is(kx('load', $small)->{exit}, 0, 'and loaded again');
my $user = held($needy);
my $refused = kx('unload', 'small');
is($refused->{exit}, 1, 'what a held instance needs is not unloaded');
like($refused->{err}, qr/it is used by needy/, 'the sentence names it');
ok(ended($user, 'needy'), 'needy is gone');
is(kx('unload', 'small')->{err}, '', 'then it is unloaded');

# A held instance of the same content hides no resident one.
my $first = held($small);
is(kx('load', $small, '--as', 'small_b')->{exit}, 0, 'a resident one of another name');
like(kx('load', $small)->{err}, qr/loaded already, as small_b/, 'a second one is refused');
ok(ended($first, 'small'), 'small is gone');
is(kx('unload', 'small_b')->{err}, '', 'the other is unloaded');
is(kx('check')->{out}, '', 'nothing is left');
done_testing();
