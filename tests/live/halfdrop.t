#!/usr/bin/perl
# SPDX-License-Identifier: GPL-2.0-only
# kxfilter halfdrop: real packets of ping, of which exactly every second one arrives, beside a
# running nftables and other programs; afterwards the device is as it was.
use strict;
use warnings;
use lib 'tests/lib';
use KX;
use Netns;
use Test::More;
use JSON::PP;

need_root();
not_between('6.1');
for (qw(nft ping nsenter)) {
	plan skip_all => "$_ is not installed" if system("command -v $_ >/dev/null") != 0;
}
my ($a, $b, $dev, $dev2) = qw(kxf-hd-a kxf-hd-b kxfhd1 kxfhd3);
my $bpftool = '/usr/sbin/bpftool';
my $filter = "$build/kxfilter";
my @running;

sub kxfilter { return in_ns($b, $filter, @_); }

# Starts it and waits until it acts.
sub halfdrop {
	my $run = start('nsenter', "--net=/run/netns/$b", $filter, 'halfdrop', @_);
	push @running, $run;
	wait_for(sub { slurp($run->{err}) =~ /\n/ });
	return $run;
}

sub stop { my ($run, $signal) = @_; kill $signal => $run->{pid}; return finish($run); }

sub ping {
	my ($to, $nr) = @_;
	my $r = in_ns($a, 'ping', '-q', '-c', $nr, '-i', '0.002', '-W', '1', $to);
	return $r->{out} =~ /(\d+) received/ ? $1 : "no answer: $r->{out}$r->{err}";
}

# All that belongs to the device, but for what counts on.
sub device_state {
	return join '', tcx($b, $dev), map { ns_text($b, @$_) } ['ip', '-d', 'link', 'show', 'dev', $dev], ['tc', 'qdisc', 'show', 'dev', $dev],
		['tc', 'filter', 'show', 'dev', $dev, 'ingress'], [$bpftool, 'net', 'show', 'dev', $dev];
}

sub counters {
	my %nr;
	for my $rule (split /\n/, ns_text($b, 'nft', 'list', 'table', 'inet', 'kxf')) {
		$nr{$2} = $1 if $rule =~ /counter packets (\d+) .*comment "(\w+)"/;
	}
	return \%nr;
}

netns_new($a, $b);
END {
	kill KILL => $_->{pid} for @running;
	if ($b && -e "/run/netns/$b") {
		kxfilter('remove', $_) for $dev, $dev2;
		in_ns($b, "$build/kx", 'unload', 'kxf-hd-beside');
		netns_end();
	}
}
netns_pair(71, $a, 'kxfhd0', $b, $dev);
netns_pair(72, $a, 'kxfhd2', $b, $dev2);
my $nft = in_ns($b, 'nft', <<'END');
table inet kxf {
	chain input {
		type filter hook input priority 0;
		icmp type echo-request ip daddr 10.71.0.2 counter comment "four"
		icmpv6 type echo-request ip6 daddr fd71::2 counter comment "six"
		ip saddr 10.72.0.1 icmp type echo-request limit rate over 1/hour burst 3 packets counter drop comment "limited"
	}
}
END
is($nft->{exit}, 0, 'nftables has a rule set') or diag($nft->{err});
is(ping('10.71.0.2', 1), 1, 'the devices are connected');
is(ping('fd71::2', 1), 1, 'in both families');
my $start = counters();
my $before = device_state();

#
# 200 packets
#
my $demo = halfdrop($dev, '--count', 200);
like(slurp($demo->{err}), qr/^kxfilter: $dev: at tc, because XDP would cost a device of the driver veth its offloads.*; Ctrl-C ends it$/,
	'it says which hook it has chosen, and why');
isnt(device_state(), $before, 'it is at the device');
is(ping('10.71.0.2', 100), 50, 'of 100 packets of IPv4 50 are answered');
is(ping('fd71::2', 100), 50, 'and of 100 packets of IPv6');
my $r = finish($demo);
is($r->{exit}, 0, 'it ends after 200');
my @lines = split /\n/, $r->{out};
is(pop @lines, "$dev: 200 IP packets: 100 passed, 100 dropped; 200 printed, 0 lost", 'the totals');
my @expected = map { "ip packet from 10.71.0.1 to 10.71.0.2 $_" } (('Passed', 'Dropped') x 50);
push @expected, map { s/10\.71\.0\./fd71::/gr } @expected;
is_deeply(\@lines, \@expected, 'a line for each packet, in order');
my $end = counters();
is($end->{four} - $start->{four}, 50, 'nftables, which is behind it, has seen 50');
is($end->{six} - $start->{six}, 50, 'and 50 of IPv6');
is(device_state(), $before, 'the device is as before');
is(ping('10.71.0.2', 10), 10, 'every packet arrives');

#
# Two at once, beside another program, and nftables which goes on to filter
#
$r = in_ns($b, "$build/kx", 'load', "$build/examples/halfdrop/halfdrop.bpf.o", "dev=$dev", 'every=1000', '--as', 'kxf-hd-beside');
is($r->{exit}, 0, 'another program is at the same hook') or diag($r->{err});
my $beside = device_state();
my ($one, $two) = (halfdrop($dev, '--json'), halfdrop($dev2));
my $pinged = start('nsenter', "--net=/run/netns/$a", qw(ping -q -c 40 -i 0.002 -W 1 10.71.0.2));
is(ping('10.72.0.2', 20), 3, 'nftables drops what is beyond its limit of what is left');
like(finish($pinged)->{out}, qr/ 20 received/, 'the other device has a count of its own');
$r = stop($one, 'INT');
is("$r->{exit} $r->{signal}", '0 0', 'Ctrl-C ends it');
my @json = map { decode_json($_) } split /\n/, $r->{out};
is_deeply(pop @json, { device => $dev, packets => 40, passed => 20, dropped => 20, printed => 40, lost => 0 }, 'totals as JSON');
is(join(' ', map { "$_->{from} $_->{to} $_->{verdict}" } @json[0, 1]), '10.71.0.1 10.71.0.2 passed 10.71.0.1 10.71.0.2 dropped', 'and lines');
is(scalar(@json), 40, 'all of them');
is(device_state(), $beside, 'the other program stays');
like(run("$build/kx", 'get', 'kxf-hd-beside.passed')->{out}, qr/^(20|40)$/, 'it has seen packets too');
is(in_ns($b, "$build/kx", 'unload', 'kxf-hd-beside')->{exit}, 0, 'until it is unloaded');
is(device_state(), $before, 'then the device is as before');
$r = stop($two, 'TERM');
is($r->{exit}, 0, 'SIGTERM ends it');
like($r->{out}, qr/^$dev2: 20 IP packets: 10 passed, 10 dropped; 20 printed, 0 lost\n\z/m, 'with totals');

#
# Removed from elsewhere, killed, without a reader
#
$demo = halfdrop($dev);
is(ping('10.71.0.2', 4), 2, 'it acts');
$r = kxfilter('halfdrop', $dev);
is($r->{exit}, 1, 'a second one at the same device is refused');
like($r->{err}, qr/^kxfilter: $dev: is filtered already, by ".*kxfilter halfdrop $dev" \(pid \d+\); kxfilter remove $dev ends that\n\z/, 'in a sentence');
$r = kxfilter('remove', $dev);
is("$r->{exit} $r->{out}$r->{err}", "0 $dev: removed\n", 'remove, by another process');
is(device_state(), $before, 'the device is as before');
$r = finish($demo);
is($r->{exit}, 0, 'it ends by that');
like($r->{err}, qr/^kxfilter: $dev: the filter was removed$/m, 'says so');
like($r->{out}, qr/^$dev: 4 IP packets: 2 passed, 2 dropped; 4 printed, 0 lost\n\z/m, 'and has its totals');

$demo = halfdrop($dev);
stop($demo, 'KILL');
is(ping('10.71.0.2', 4), 2, 'killed by SIGKILL: the filter stays');
$r = kxfilter('remove', '--json', $dev);
is_deeply(decode_json($r->{out}), { device => $dev, result => 'removed' }, 'until it is removed');
is(device_state(), $before, 'the device is as before');
$r = kxfilter('remove', $dev);
is("$r->{exit} $r->{err}", "1 kxfilter: $dev: kxfilter does not filter it\n", 'there is nothing more to remove');

my $pipe = start('sh', '-c', "nsenter --net=/run/netns/$b $filter halfdrop $dev | head -n 1");
wait_for(sub { slurp($pipe->{err}) =~ /Ctrl-C/ });
ping('10.71.0.2', 10);
$r = finish($pipe);
is($r->{out}, "ip packet from 10.71.0.1 to 10.71.0.2 Passed\n", 'a reader that goes away ends it');
ok(wait_for(sub { device_state() eq $before }), 'the device is as before');

#
# More than it can print: what is lost is counted
#
$demo = halfdrop($dev);
kill STOP => $demo->{pid};
is(in_ns($a, 'perl', '-MSocket', '-e', 'socket my $s, AF_INET, SOCK_DGRAM, 0 or die; ' .
	 'my $to = pack_sockaddr_in(9, inet_aton("10.71.0.2")); send $s, "x", 0, $to for 1 .. 30000')->{exit}, 0, '30,000 packets while it cannot print');
kill CONT => $demo->{pid};
$r = stop($demo, 'TERM');
my ($packets, $passed, $dropped, $printed, $lost) = $r->{out} =~ /^$dev: (\d+) IP packets: (\d+) passed, (\d+) dropped; (\d+) printed, (\d+) lost\n\z/m;
cmp_ok($lost // 0, '>', 0, 'some are not printed');
is($printed + $lost, $packets, 'but counted');
is($printed, ($r->{out} =~ tr/\n//) - 1, 'as many lines as it says');
ok($packets <= 30000 && abs($passed - $dropped) <= 1, 'still every second one') or diag("$packets $passed $dropped");
is(device_state(), $before, 'the device is as before');

#
# XDP, by request
#
for my $hook (qw(xdp xdp-generic)) {
	$demo = halfdrop($dev, '--hook', $hook);
	like(device_state(), $hook eq 'xdp' ? qr/ xdp / : qr/ xdpgeneric /, "--hook $hook");
	is(ping('10.71.0.2', 20), 10, "$hook: every second packet");
	is(ping('fd71::2', 21), 11, "$hook: of both families");
	$r = stop($demo, 'INT');
	like($r->{out}, qr/^$dev: 41 IP packets: 21 passed, 20 dropped; 41 printed, 0 lost\n\z/m, "$hook: totals");
	is(device_state(), $before, "$hook: the device is as before");
}

#
# A busy slot, and other mistakes
#
is(in_ns($b, "$build/kx", 'load', "$build/tests/ext/kxfxdp.bpf.o", "dev=$dev", '--as', 'kxf-hd-beside')->{exit}, 0, 'XDP has an owner');
$r = kxfilter('halfdrop', $dev, '--hook', 'xdp');
is($r->{exit}, 1, 'a busy slot');
like($r->{err}, qr/^kxfilter: kxfilter-$dev-\d+: cannot attach program halfdrop_xdp to XDP of $dev: that hook has program see_packet \(id \d+\) of the instance kxf-hd-beside; kx unload kxf-hd-beside takes it off\n\z/,
	'is named with its owner');
is(run("$build/kx", 'unload', 'kxf-hd-beside')->{exit}, 0, 'which goes');
my $held = start('nsenter', "--net=/run/netns/$b", "$build/kx", 'load', '--held', "$build/tests/ext/kxfxdp.bpf.o", "dev=$dev");
push @running, $held;
wait_for(sub { slurp($held->{out}) =~ /held/ });
like(kxfilter('halfdrop', $dev, '--hook', 'xdp')->{err}, qr/ of the instance kxfxdp, which process \d+ holds$/, 'a held instance is named');
stop($held, 'TERM');
my $pin = '/sys/fs/bpf/kxf-hd-xdp';
run('rm', '-f', $pin);
is(run($bpftool, 'prog', 'load', "$build/tests/ext/kxfxdp.bpf.o", $pin)->{exit}, 0, 'an owner that is no instance');
is(in_ns($b, $bpftool, 'net', 'attach', 'xdp', 'pinned', $pin, 'dev', $dev)->{exit}, 0, 'attached by netlink');
$r = kxfilter('halfdrop', $dev, '--hook', 'xdp');
like($r->{err}, qr/: that hook has program see_packet \(id \d+\); ip link set dev $dev xdp off takes it off\n\z/, 'is named too');
is(in_ns($b, 'ip', 'link', 'set', 'dev', $dev, 'xdp', 'off')->{exit}, 0, 'what the sentence says helps');
run('rm', '-f', $pin);
run($bpftool, 'prog', 'load', "$build/tests/ext/kxfdispatch.bpf.o", $pin);
in_ns($b, $bpftool, 'net', 'attach', 'xdp', 'pinned', $pin, 'dev', $dev);
like(kxfilter('halfdrop', $dev, '--hook', 'xdp')->{err}, qr/program xdp_dispatcher \(id \d+\), the dispatcher of libxdp: xdp-loader status $dev shows/, 'libxdp is known');
in_ns($b, 'ip', 'link', 'set', 'dev', $dev, 'xdp', 'off');
run('rm', '-f', $pin);
is(device_state(), $before, 'the device is as before');

# The mode of XDP, as any extension has it.
my @load = ("$build/kx", 'load', "$build/tests/ext/kxfxdp.bpf.o", '--as', 'kxf-hd-beside');
like(in_ns($b, @load, "dev=$dev:fast")->{err}, qr/^kx: kxf-hd-beside: $dev:fast: no such mode of XDP: it takes $dev, $dev:native or $dev:generic$/, 'a mode that is none');
for my $mode (['', 'xdp'], [':native', 'xdp'], [':generic', 'xdpgeneric']) {
	is(in_ns($b, @load, "dev=$dev$mode->[0]")->{exit}, 0, "dev=$dev$mode->[0]");
	like(ns_text($b, 'ip', 'link', 'show', 'dev', $dev), qr/ $mode->[1] /, "is $mode->[1]");
	in_ns($b, "$build/kx", 'unload', 'kxf-hd-beside');
}

for ([['halfdrop'], 2, qr/^kxfilter: halfdrop: an argument is missing/],
     [['halfdrop', 'kxfnone'], 1, qr/^kxfilter: kxfnone: No such device; ip link lists the devices$/],
     [['halfdrop', $dev, '--count', '0'], 2, qr/^kxfilter: halfdrop: --count: 0: not a number of packets$/],
     [['halfdrop', $dev, '--count', '-3'], 2, qr/not a number of packets$/],
     [['halfdrop', $dev, '--count', '3x'], 2, qr/not a number of packets$/],
     [['halfdrop', $dev, '--hook', 'nft'], 2, qr/^kxfilter: halfdrop: --hook: nft: no such hook; it takes tc, xdp or xdp-generic$/],
     [['halfdrop', 'lo', '--hook', 'xdp'], 1, qr/the driver of lo has no native XDP, .* lo:generic instead of lo attaches to generic XDP/],
     [['halfdrop', $dev, 'x'], 2, qr/one argument too many/],
     [['remove', 'a/b'], 2, qr/^kxfilter: remove: a\/b: not the name of a device$/],
     [['remove', 'kxfnone'], 1, qr/^kxfilter: kxfnone: kxfilter does not filter it$/],
     [['hook', 'kxfnone'], 1, qr/No such device/],
     [['hook', '--jsn', 'lo'], 2, qr/--jsn: no such option/],
     [['halfdrp'], 2, qr/^kxfilter: halfdrp: no such command/]) {
	my ($command, $status, $sentence) = @$_;
	$r = kxfilter(@$command);
	is($r->{exit}, $status, "kxfilter @$command: status $status");
	like($r->{err}, $sentence, 'its sentence');
	is($r->{err} =~ tr/\n//, 1, 'one line');
	is($r->{out}, '', 'no data');
}
is(device_state(), $before, 'nothing has changed');
like(kxfilter('hook', $dev)->{out}, qr/^$dev: tc, because XDP would cost a device of the driver veth its offloads: .*\n\z/, 'hook');
is(decode_json(kxfilter('hook', '-j', 'lo')->{out})->{hook}, 'tc', 'hook --json');
for my $kind (['bridge', qr/driver bridge its offloads/], ['ifb', qr/its driver \(ifb\) has no native XDP|this kernel does not tell/]) {
	SKIP: {
		skip "no device of kind $kind->[0] here", 2 if in_ns($b, qw(ip link add kxfkind0 type), $kind->[0])->{exit};
		my $found = decode_json(kxfilter('hook', '-j', 'kxfkind0')->{out});
		is($found->{hook}, 'tc', "a $kind->[0] gets tc");
		like($found->{reason}, $kind->[1], 'for a reason');
		in_ns($b, qw(ip link del kxfkind0));
	}
}

# A device that goes takes its filter along.
$demo = halfdrop($dev2);
in_ns($b, 'ip', 'link', 'del', $dev2);
$r = finish($demo);
is($r->{exit}, 0, 'it ends when its device is gone');
like($r->{err}, qr/^kxfilter: $dev2: the device is gone$/m, 'says so');
like($r->{out}, qr/^$dev2: 0 IP packets: 0 passed, 0 dropped; 0 printed, 0 lost\n\z/, 'with totals');
like(kxfilter('remove', $dev2)->{err}, qr/does not filter it/, 'and nothing is left');
done_testing;
