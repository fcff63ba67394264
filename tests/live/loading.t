#!/usr/bin/perl
# SPDX-License-Identifier: GPL-2.0-only
# What a program makes ready while libkx loads or upgrades for it: sizes, constants, contents,
# which programs run. A refusal of its leaves what was before.
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
my $name = 'hooks-loading';

sub loading { return run("$build/tests/live/loading", @_)->{out}; }
sub value { run('true'); return run($kx, 'get', "$name.$_[0]")->{out} =~ s/\s+$//r; }
sub info { return decode_json(run($kx, 'info', '--json', $name)->{out}); }

# The kernel's own word on a table that kx shows nobody, by its pin.
sub rows {
	my $pin = "/sys/fs/bpf/kx/$name/$_[0]/maps/table";
	return decode_json(run('/usr/sbin/bpftool', '--json', 'map', 'show', 'pinned', $pin)->{out})->{max_entries};
}

run($kx, 'unload', $name);
END { run($kx, 'unload', $name) if $name; }

is(loading('load', "$ext/loading.bpf.o", 8, 'prepare'), "-34 $name: who loads it could not prepare it: numerical result out of range\n",
	'a refusal before the load is passed on');
is(loading('load', "$ext/loading.bpf.o", 8, 'fill'), "-125 $name: who loads it could not fill it: operation canceled\n",
	'and one after it');
isnt(run($kx, 'info', $name)->{exit}, 0, 'nothing is left of them');

is(loading('load', "$ext/loading.bpf.o", 1000), "0 \n", 'it is loaded');
is(rows(1), 1000, 'the table has the size that was wanted');
is(join(' ', map { $_->{program} } @{ info()->{hooks} }), 'on_exec', 'one program was left out');
is(value('last'), 1000, 'the constant is the one that was wanted, and the table was full before the first event');
is(value('unwanted'), 0, 'what was left out does not run');

is(loading('upgrade', "$ext/loading2.bpf.o", 20, 'fill'), "-125 $name: who loads it could not fill it: operation canceled\n",
	'an upgrade is refused in the same way');
is(value('last') . ' ' . info()->{instance}{generation}, '1000 1', 'and the old one goes on');
is(loading('upgrade', "$ext/loading2.bpf.o", 20), "0 \n", 'an upgrade');
is(rows(2), 20, 'a private table has a size of its own');
is(value('last'), 20, 'and its own content');
is(value('kept'), 2, 'what is carried over was there to be filled on');
is(run($kx, 'rollback', $name)->{exit}, 0, 'back');
is(value('last'), 1000, 'the generation before still has its table');

done_testing;
