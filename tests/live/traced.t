#!/usr/bin/perl
# SPDX-License-Identifier: GPL-2.0-only
# kxtrace is an extension like any other: `kx` shows it while it runs.
use strict;
use warnings;
use lib 'tests/lib';
use KX;
use Test::More;
use JSON::PP;

need_root();
my $kx = "$build/kx";
sub kx { return run($kx, @_); }
sub rows { return map { decode_json($_) } split /\n/, kx('list', '--json')->{out}; }

# Others may trace at the same time: ours is told apart by its command.
my $trace = start("$build/kxtrace", '-f', '-o', "$dir/trace", 'sh', '-c', 'for i in 1 2 3 4 5 6 7 8; do :; done; exec sleep 100');
sub ours { my ($row) = grep { $_->{name} eq 'kxtrace' && $_->{command} =~ /\Q$dir\E/ } rows(); return $row; }
ok(wait_for(sub { ours() && slurp("$dir/trace") =~ /execve\("[^"]*sleep"/ }), 'kx list shows it');
my $row = ours();
ok($row->{held}, 'as held');
cmp_ok($row->{programs}, '>', 5, 'with its programs');
cmp_ok($row->{memory}, '>', 100_000, 'and its memory');	# 6.1 leaves rings out
is($row->{dropped}, 0, 'it has dropped nothing');
my $info = kx('info', $row->{kmid})->{out};
like($info, qr/^name +kxtrace$/m, 'kx info describes it');
like($info, qr{^tp_btf/sched_process_exec +process_exec +-$}m, 'with its hooks');
my $refused = kx('unload', $row->{kmid});
is($refused->{exit}, 1, 'nobody unloads it');
like($refused->{err}, qr/is held by process \d+ \(.*kxtrace.*\), and ends with it/, 'and is told why');

kill KILL => $trace->{pid};
finish($trace);
ok(wait_for(sub { !ours() }), 'SIGKILL ends it');
kill KILL => -$trace->{pid};	# and its command
done_testing();
