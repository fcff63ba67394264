#!/usr/bin/perl
# SPDX-License-Identifier: GPL-2.0-only
# Rule sets exchanged under full load: each packet is judged by one of the two, whole, is counted
# once, and connections go on; also when who exchanges them is killed. KX_SWAPS says how often.
use strict;
use warnings;
use lib 'tests/lib';
use KX;
use Netns;
use IPC::Open2;
use List::Util qw(sum0);
use Test::More;
use JSON::PP;

need_root();
plan skip_all => 'a guest takes minutes; KX_SLOW asks for it' if $ENV{KX_VM_KERNEL} && !$ENV{KX_SLOW};
for (qw(nft nsenter python3 ss)) {
	plan skip_all => "$_ is not installed" if system("command -v $_ >/dev/null") != 0;
}
my ($far, $near, $dev) = qw(kxfe-sw-a kxfe-sw-b kxfesw1);
my $filter = "$build/kxfilter";
my $swaps = $ENV{KX_SWAPS} // ($ENV{KX_VM_KERNEL} ? 4 : 6);
my @running;

sub kxfilter { return in_ns($near, $filter, @_); }
sub begin { my $run = start('nsenter', "--net=/run/netns/$_[0]", @_[1 .. $#_]); push @running, $run; return $run; }
END {
	my $status = $?;
	kill KILL => $_->{pid} for @running;
	finish($_, 5) for @running;
	if ($near && -e "/run/netns/$near") { kxfilter('remove', $dev); netns_end(); }
	$? = $status;
}

#
# Two rule sets of other sizes and fields, in which the same rules stand at other places
#
sub shuffled { my ($seed, @list) = @_; my $n = $seed; return map { $_->[1] } sort { $a->[0] <=> $b->[0] } map { [ ($n = $n * 1103515245 + 12345 & 0x7fffffff), $_ ] } @list; }
my @common = ("yes: pass in udp from port 6001\n", "no: drop in udp from port 6002\n");
my @one = ("third: pass in udp from port 6003\n", "fourth: drop in udp from port 6004\n", "stream: pass in tcp to port 5201 state new\n",
	   map { "drop in tcp from 10.200.$_.0/24 to port " . (7000 + $_) . "\n" } 0 .. 199);
my @two = ("third: drop in udp from port 6003\n", "fourth: pass in udp from port 6004\n",
	   map({ "drop in udp from fdaa:$_\::/32 length " . (100 + $_) . "\n" } 1 .. 60), map { "drop in dscp $_ ttl 3 from 10.201.$_.1\n" } 1 .. 30);
my $begin = "default in drop\nest: pass in tcp state established\n";
my %sets = (one => write_file("$dir/one.rules", $begin . join('', shuffled(7, @common, @one))),
	    two => write_file("$dir/two.rules", $begin . join('', shuffled(3, @two, @common))));

sub apply { my ($set, @more) = @_; return kxfilter('apply', $sets{$set}, '--dev', $dev, @more); }
sub shown {
	my @rows = map { decode_json($_) } split /\n/, kxfilter('show', '--json', $dev)->{out};
	return { map { $_->{rule} // $_->{direction} // $_->{table} => $_ } @rows };
}

# What nftables, behind the filter, has seen of each kind.
sub behind {
	return { reverse ns_text($near, 'nft', 'list', 'table', 'inet', 'kxfe') =~ /packets (\d+) bytes \d+ comment "(\w+)"/g };
}
sub count_behind {
	my @rules = map { "udp sport $_ counter comment \"$_\"" } 6001 .. 6004;
	in_ns($near, 'nft', 'delete', 'table', 'inet', 'kxfe');
	my $r = in_ns($near, 'nft', "table inet kxfe { chain in { type filter hook prerouting priority -400; " . join('; ', @rules) . '; }; }');
	return $r->{exit} == 0;
}

# Datagrams that the pair of devices had no room for never came to the filter.
sub link_lost {
	my $dropped = 0;
	for ([ $far, 'kxfesw0', 'tx' ], [ $near, $dev, 'rx' ]) {
		my ($ns, $name, $way) = @$_;
		my ($row) = @{ decode_json(in_ns($ns, 'ip', '-j', '-s', 'link', 'show', 'dev', $name)->{out}) };
		$dropped += $row->{stats64}{$way}{dropped};
	}
	return $dropped;
}
sub numbers { return { $_[0] =~ /^(\w+) (\d+)$/mg }; }

#
# A connection that only the first rule set lets begin
#
my $stream = <<'EOF';
import socket, sys
if sys.argv[1] == "in":
    s = socket.socket()
    s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    s.bind(("10.91.0.2", 5201))
    s.listen(1)
    c, _ = s.accept()
    while c.recv(1 << 16):
        pass
else:
    s = socket.create_connection(("10.91.0.2", 5201))
    while True:
        s.send(bytes(20000))
EOF
write_file("$dir/stream", $stream);
# Bytes that arrived, on the one connection that there is.
sub streamed { return ns_text($near, 'ss', '-Htin', 'state', 'established', 'sport', '=', ':5201') =~ /bytes_received:(\d+)/ ? $1 : -1; }

# Runs @$work under load; then all that was sent has to be accounted for.
sub under_load {
	my ($what, $work) = @_;
	my ($before, $lost) = (shown(), link_lost());
	ok(count_behind(), "$what: nftables counts behind the filter");
	my $receive = begin($near, "$build/tests/live/numbered", 'receive');
	wait_for(sub { slurp($receive->{out}) =~ /ready/ });
	my $pid = open2(my $from, my $to, 'nsenter', "--net=/run/netns/$far", "$build/tests/live/numbered", 'send', 0, '10.91.0.2', 'fd91::2');
	is(scalar <$from>, "ready\n", '... numbered packets of four kinds');
	$work->();
	close $to;
	my $sent = numbers(join '', <$from>);
	waitpid $pid, 0;
	my $all = sum0(values %$sent);
	# The last ones may still be on their way.
	my ($shown, $nr);
	ok(wait_for(sub {
		$shown = shown();
		$nr = $shown->{in}{packets} - $before->{in}{packets};
		return $nr >= $all - (link_lost() - $lost);
	}, 10), '... all come to the filter');
	$lost = link_lost() - $lost;
	kill TERM => $receive->{pid};
	my $got = numbers(finish($receive)->{out});
	my $behind = behind();
	my %diff = map { my $id = $_; $id => $shown->{$id}{packets} - $before->{$id}{packets} } qw(yes no third fourth);
	note("$what: $all sent, $lost lost before the filter, ", join(', ', map { "$_ $diff{$_}" } sort keys %diff), ' by rules, ',
	     join(', ', map { "$_ $behind->{$_}" } sort keys %$behind), " behind it, $got->{turns} turns, $got->{queue} lost behind it");
	is($behind->{6002}, 0, '... none passes that both drop');
	cmp_ok($sent->{6001} - $behind->{6001}, '<=', $lost, '... none is dropped that both pass');
	cmp_ok($sent->{6001} - $behind->{6001}, '>=', 0, '... or passes twice');
	is($diff{yes}, $behind->{6001}, '... the rule that passes them has counted each of them once, over all rule sets');
	my $counted = sum0(values %diff);
	is($counted, $all - $lost, '... and all rules together each packet that was sent');
	my $tcp = $shown->{est}{packets} - $before->{est}{packets};
	my ($in, $then) = ($shown->{in}, $before->{in});
	is($in->{packets} - $then->{packets}, $in->{passed} + $in->{dropped} - $then->{passed} - $then->{dropped}, '... packets = passed + dropped');
	cmp_ok($in->{dropped} - $then->{dropped}, '>=', $counted - sum0(values %$behind), '... those that did not come through were dropped');
	is($got->{back}, 0, '... they stay in order');
	return ($got, $tcp);
}

netns_new($far, $near);
netns_pair(91, $far, 'kxfesw0', $near, $dev);
my $sink = begin($near, 'python3', "$dir/stream", 'in');
wait_for(sub { ns_text($near, 'ss', '-Htln') =~ /:5201\b/ });

for my $hook ('tc', $ENV{KX_VM_KERNEL} ? () : 'xdp') {
	my @hook = ('--hook', $hook);
	my $r = apply('one', @hook);
	is($r->{exit}, 0, "$hook: the first rule set") or diag($r->{err});
	begin($far, 'python3', "$dir/stream", 'out') if $hook eq 'tc';
	ok(wait_for(sub { streamed() > 0 }), '... lets a connection begin') if $hook eq 'tc';
	my ($done, @wrong, @stuck) = (0);
	my ($got) = under_load("$hook, exchanged", sub {
		my $bytes = streamed();
		for my $n (1 .. $swaps) {
			my $r = apply($n % 2 ? 'two' : 'one', @hook);
			$done += !$r->{exit};
			push @wrong, "$n: exit $r->{exit}, signal $r->{signal}: $r->{err}" if $r->{exit};
			next if $hook ne 'tc' || $n % 20 && $n != $swaps;
			wait_for(sub { streamed() > $bytes }) or push @stuck, "after $n";
			$bytes = streamed();
		}
	});
	is("$done @wrong", "$swaps ", "... $swaps times");
	is("@stuck", '', '... the connection goes on over all of them') if $hook eq 'tc';
	# Less where the sender had no time between two of them.
	cmp_ok($got->{turns}, '<=', $swaps, '... each took effect at once, and for good');
	cmp_ok($got->{turns}, '>', $swaps / 4, '... and while packets came');
	is(kxfilter('remove', $dev)->{exit}, 0, '... removed');
}

#
# Killed in the middle: the old one or the new one acts, and the next one can be applied
#
SKIP: {
	skip 'strace, which kills at a step, is not installed', 3 if system('command -v strace >/dev/null') != 0;
	is(apply('one')->{exit}, 0, 'killed: the first rule set');
	my ($killed, @wrong) = (0);
	my @steps = $swaps >= 1000 ? (1 .. 1000) : $ENV{KX_VM_KERNEL} ? 30 : (15, 60);
	under_load('killed', sub {
		for my $call (qw(bpf renameat2), $ENV{KX_VM_KERNEL} ? () : qw(rename symlink)) {
			for my $nr ($call eq 'bpf' || $swaps >= 1000 ? @steps : 1) {
				my $r = in_ns($near, 'strace', '-f', '-o', '/dev/null', '-e', "trace=$call", '-e', "inject=$call:signal=KILL:when=$nr",
					      $filter, 'apply', $sets{two}, '--dev', $dev);
				last if $r->{signal} != 9 && $r->{exit} != 137;
				$killed++;
				$r = apply('one');
				push @wrong, "after $call $nr: $r->{err}" if $r->{exit};
			}
		}
	});
	is(join("\n", @wrong), '', "... $killed times, and each time the next one is applied");
	cmp_ok($killed, '>=', 1, '... there were steps');
}
is(kxfilter('remove', $dev)->{exit}, 0, 'remove');
is(tcx($near, $dev) =~ /^(none|tcx: 0)$/m ? 1 : 0, 1, 'nothing is left');
done_testing();
