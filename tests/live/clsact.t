#!/usr/bin/perl
# SPDX-License-Identifier: GPL-2.0-only
# tc on a kernel without tcx: a filter of a clsact qdisc is found and removed again, whoever was
# killed meanwhile, and what others have there stays.
use strict;
use warnings;
use lib 'tests/lib';
use KX;
use Netns;
use Test::More;
use JSON::PP;

need_root();
not_between('6.1');
my ($ns, $other, $dev) = qw(kxf-cls-a kxf-cls-b kxfcls1);
my ($kx, $ext) = ("$build/kx", "$build/examples/halfdrop/halfdrop.bpf.o");
my @name = qw(kxf-cls-one kxf-cls-two);
netns_new($ns, $other);
END {
	if ($ns && -e "/run/netns/$ns") {
		in_ns($ns, $kx, 'unload', $_) for @name;
		netns_end();
	}
}
netns_pair(73, $other, 'kxfcls0', $ns, $dev);
plan skip_all => 'this kernel has tcx' if tcx($ns, $dev) ne "none\n";

sub kx { return in_ns($ns, $kx, @_); }
sub load { return kx('load', $ext, "dev=$dev", 'every=1000', '--as', @_); }
sub qdiscs { return ns_text($ns, 'tc', 'qdisc', 'show', 'dev', $dev) =~ /clsact/ ? 1 : 0; }
sub filters { my $text = ns_text($ns, 'tc', 'filter', 'show', 'dev', $dev, 'ingress'); return scalar(() = $text =~ /handle 0x/g); }
sub passed { return kx('get', "$_[0].passed")->{out} =~ s/\s+$//r; }
sub at { return qdiscs() . ' ' . filters(); }

is(at(), '0 0', 'nothing is there at first');
is(load($name[0])->{exit}, 0, 'loaded');
is(at(), '1 1', 'a qdisc and a filter');
my ($hook) = grep { $_->{kind} eq 'hook' } @{ decode_json(kx('info', '--json', $name[0])->{out})->{instance}{reachable} };
like($hook->{path}, qr{/$name[0]/hooks/halfdrop/\d+-ingress-1-\d+-made$}, 'info shows where');
in_ns($other, 'ping', '-q', '-c', 3, '-i', '0.01', '10.73.0.2');
is(passed($name[0]), 3, 'it acts after the command has ended');
my $r = run($kx, 'unload', $name[0]);
like($r->{err}, qr/^kx: $name[0]: filters packets of another network namespace, .* unload it from there/, 'not from another namespace');
is(load($name[1])->{exit}, 0, 'a second one');
is(at(), '1 2', 'beside the first');
is(kx('unload', $name[0])->{exit}, 0, 'the first goes');
is(at(), '1 1', 'the second stays');
is(kx('upgrade', $name[1], $ext)->{exit}, 1, 'the same content is no upgrade');
is(at(), '1 1', 'and changes nothing');
is(kx('upgrade', $name[1], "$build/tests/ext/halfdrop2.bpf.o")->{exit} . ' ' . at(), '0 1 1', 'an upgrade goes on with the same filter');
in_ns($other, 'ping', '-q', '-c', 2, '-i', '0.01', '10.73.0.2');
is(passed($name[1]), 2, 'the new code acts');
is(kx('rollback', $name[1])->{exit} . ' ' . at(), '0 1 1', 'so does a rollback');
is(kx('unload', $name[1])->{exit}, 0, 'the second goes');
is(at(), '0 0', 'and the qdisc with the last of them');

in_ns($ns, 'tc', 'qdisc', 'add', 'dev', $dev, 'clsact');
is(load($name[0])->{exit} . at(), '01 1', 'with a qdisc that was there');
kx('unload', $name[0]);
is(at(), '1 0', 'which stays');
in_ns($ns, 'tc', 'qdisc', 'del', 'dev', $dev, 'clsact');

is(load($name[0])->{exit}, 0, 'loaded');
in_ns($ns, 'tc', 'qdisc', 'del', 'dev', $dev, 'clsact');
is(kx('unload', $name[0])->{exit} . ' ' . at(), '0 0 0', 'somebody has removed it: it can be unloaded');

$r = kx('load', $ext, "dev=$dev", '--held');
like($r->{err}, qr/no links to tc .* but not be held/, 'it cannot be held');
is(at(), '0 0', 'and leaves nothing');
$r = kx('load', $ext, "dev=$dev,kxfnone", '--as', $name[0]);
is($r->{exit} . ' ' . at(), '1 0 0', 'a load that fails at its second device leaves nothing at the first');

SKIP: {
	skip 'strace, which kills at a step, is not installed', 7 if system('command -v strace >/dev/null') != 0;
	my $nr = 0;
	# In the middle of netlink, before the pins are in place, after it.
	for my $step ('sendto:when=2', 'sendto:when=3', 'sendto:when=4', 'renameat2:when=1', 'symlink:when=1', 'rename:when=1') {
		my ($call, $when) = split /:/, $step;
		kx('check', '--repair');
		my $killed = in_ns($ns, 'strace', '-f', '-o', '/dev/null', '-e', "trace=$call", '-e', "inject=$call:signal=KILL:$when",
				   $kx, 'load', $ext, "dev=$dev", '--as', $name[0]);
		my $was = "$killed->{exit}$killed->{signal}" ne '00';
		$nr += $was;
		kx('unload', $name[0]) if !$was;
		kx('check', '--repair');
		is(at(), '0 0', "killed at $step: check --repair leaves nothing of it");
	}
	cmp_ok($nr, '>=', 4, 'commands were killed');
}
done_testing;
