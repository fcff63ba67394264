#!/usr/bin/perl
# SPDX-License-Identifier: GPL-2.0-only
# kxfilter capture: real packets, as tcpdump and a strict reader of pcapng find them in the file.
use strict;
use warnings;
use lib 'tests/lib';
use KX;
use Netns;
use Pcapng;
use Test::More;
use JSON::PP;

need_root();
not_between('6.12');
for (qw(ping nsenter python3 tcpdump)) {
	plan skip_all => "$_ is not installed" if system("command -v $_ >/dev/null") != 0;
}
my ($a, $b, $dev) = qw(kxfc-cap-a kxfc-cap-b kxfccap1);
my $filter = "$build/kxfilter";
my @running;

# Others may be changing instances of theirs: then it is tried again.
sub kxfilter {
	my ($r, @words) = (undef, @_);
	wait_for(sub { $r = in_ns($b, $filter, @words); return $r->{err} !~ /is locked by/; }, 60);
	return $r;
}
sub rules { return write_file("$dir/$_[0].rules", $_[1]); }
sub shown { return { map { $_->{rule} // $_->{direction} => $_ } map { decode_json($_) } split /\n/, kxfilter('show', '--json', $dev)->{out} }; }
sub number { return unpack 'Q<', $_[0] // return; }

# Datagrams to a port, each with its number in it; from a source port that says whose they are.
my $send = <<'PL';
my ($address, $port, $first, $nr, $size) = @ARGV;
socket(my $s, PF_INET, SOCK_DGRAM, 0) or die "socket: $!";
my $to = pack_sockaddr_in($port, inet_aton($address));
for ($first .. $first + $nr - 1) {
	defined send($s, substr(sprintf('packet %08d ', $_) . '.' x $size, 0, $size), 0, $to) or die "send: $!";
}
PL
sub sender { return ('perl', '-MSocket', '-e', $send, @_); }
sub udp {
	my ($port, $nr, %with) = @_;
	my $r = in_ns($a, sender($with{to} // '10.92.0.2', $port, $with{first} // 0, $nr, $with{size} // 32));
	is($r->{err}, '', "$nr datagrams to port $port") if $r->{exit};
}

# Captures while the code runs; what finish() gives.
sub begin {
	my $run = start('nsenter', "--net=/run/netns/$b", $filter, 'capture', $dev, @_);
	push @running, $run;
	wait_for(sub { slurp($run->{err}) =~ /are captured|kxfilter: .*\n/ });
	return $run;
}
sub stop { my ($run, $signal) = @_; kill $signal // 'INT', $run->{pid}; return finish($run); }
sub capture {
	my ($code, @options) = @_;
	my $run = begin(@options);
	$code->();
	return stop($run);
}
sub account { return { captured => $1, written => $2, lost => $3 } if $_[0]{err} =~ /(\d+) captured, (\d+) written, (\d+) lost/; return {}; }
sub comments { return map { $_->{options}{1} } @{ $_[0]{packets} }; }

# The numbers of the datagrams that tcpdump finds.
sub tcpdump { my $r = run('tcpdump', '-n', '-A', '--time-stamp-precision=nano', '-r', @_); return $r->{out} =~ /packet (\d{8}) /g; }

END {
	kill KILL => $_->{pid} for @running;
	if ($b && -e "/run/netns/$b") { kxfilter('remove', $dev); netns_end(); }
}
netns_new($a, $b);
netns_pair(92, $a, 'kxfccap0', $b, $dev);
like(kxfilter('capture', $dev)->{err}, qr/^kxfilter: $dev: kxfilter does not filter it; kxfilter apply does$/m, 'a device without a filter');

my $text = "default in drop\ndefault out pass\nping: pass in proto icmp\nweb: drop in proto udp to port 7001\n" .
	   "seen: count in proto udp to port 7000-7009\nopen: pass in proto udp to port 7002\nall: pass out\nno: reject in proto udp to port 7003\n";
my $one = rules('one', $text);
my $r = kxfilter('apply', $one, '--dev', $dev);
if ($r->{err} =~ /reject/) {
	$text =~ s/no: reject/no: drop/;
	$one = rules('one', $text);
	$r = kxfilter('apply', $one, '--dev', $dev);
}
is($r->{exit}, 0, "a rule set") or BAIL_OUT($r->{err});

# What is dropped, with why; what passes is not there.
my $file = "$dir/one.pcapng";
my $from = time;
$r = capture(sub {
	in_ns($a, 'ping', '-q', '-c', 3, '-i', '0.01', '10.92.0.2');
	udp(7001, 20);
	udp(7004, 5, first => 100);
	udp(7002, 5, first => 200);
	in_ns($a, 'ping', '-q', '-c', 2, '-i', '0.01', '-W', 1, 'fd92::2');
}, '-w', $file);
is($r->{exit}, 0, 'it ends by a signal');
is_deeply(account($r), { captured => 27, written => 27, lost => 0 }, '... and gives its account') or diag($r->{err});
is(join(',', tcpdump($file)), join(',', map { sprintf '%08d', $_ } 0 .. 19, 100 .. 104), 'tcpdump finds what was dropped, and nothing else');
my $got = pcapng_read(slurp($file));
my @comments = comments($got);
is(join("\n", @comments[0, 20, 25]), "verdict=drop rule=web reason=rule\nverdict=drop rule=default reason=default\n" .
   'verdict=drop rule=default reason=default', 'each has its verdict, rule and reason');
is_deeply([ map { $_->{link} } @{ $got->{interfaces} } ], [ 1, 1 ], 'two interfaces of Ethernet');
is($got->{interfaces}[0]{options}{2}, $dev, '... with the name of the device');
like($got->{interfaces}[0]{options}{3}, qr/come in, at tc/, '... the direction and the hook');
is($got->{interfaces}[0]{options}{9}, chr 9, '... and times in nanoseconds');
my @wrong = grep { $_->{options}{7} ne pack('C q<', 1, 2) || $_->{options}{2} ne pack('V', 1) } @{ $got->{packets} };
is(@wrong, 0, 'the verdict of tc is TC_ACT_SHOT, the direction in');
@wrong = grep { $_->{time_ns} < $from * 1e9 || $_->{time_ns} > (time + 1) * 1e9 } @{ $got->{packets} };
is(@wrong, 0, 'times are those of the wall clock');
my @times = map { $_->{time_ns} } @{ $got->{packets} };
is(scalar(grep { $times[$_] < $times[$_ - 1] } 1 .. $#times), 0, '... in their order');
my ($in) = grep { $_->{interface} == 0 } @{ $got->{statistics} };
is_deeply([ map { number($in->{options}{$_}) } 6, 7, 8 ], [ 27, 0, 27 ], 'statistics: wanted, lost, written');
is(number($in->{options}{4}), 27 + 3 + 5, '... and all that came by');
is((stat $file)[2] & 07777, 0600, 'the file is for its owner');

# By rule and verdict; the kernel chooses.
my ($guest, $run) = ($ENV{KX_VM_KERNEL});
sub lines { return map { decode_json($_) } split /\n/, $_[0]{out}; }
my $traffic = sub { udp(7000, 2); udp(7001, 3); udp(7002, 4); udp(7004, 1); };
my @got = lines(capture($traffic, '--json', '--rule', 'open'));
is(join(' ', map { "$_->{verdict}:$_->{rule}" } @got), 'pass:open ' x 3 . 'pass:open', 'of a rule that passes');
@got = lines(capture($traffic, '--json', '--rule', 'seen'));
is(join(' ', sort map { "$_->{verdict}:$_->{rule}" } @got), join(' ', ('drop:default') x 3, ('pass:open') x 4), 'of a rule that lets the next one decide');
@got = lines(capture($traffic, '--json', '--rule', 'seen', '--verdict', 'pass'));
is(scalar(@got), 4, '... of one verdict');
SKIP: {
skip 'more of the same', 1 if $guest;
@got = lines(capture($traffic, '--json', '--rule', 'default', '--verdict', 'drop,reject'));
is(scalar(@got), 3, 'of no rule');
@got = lines(capture(sub { udp(7002, 3); in_ns($b, sender('10.92.0.1', 9, 0, 2, 40)); }, '--json', '--verdict', 'pass'));
is(join(' ', map { "$_->{direction}:$_->{packet}" =~ s/10.92.0.\d.(?!7002|9$)\d+/X/r } grep { $_->{packet} =~ /udp/ } @got),
   'in:udp X > 10.92.0.2.7002 ' x 3 . 'out:udp X > 10.92.0.1.9 out:udp X > 10.92.0.1.9', 'both directions');
like(capture($traffic)->{out}, qr/^\d\d:\d\d:\d\d\.\d{6} in  drop     web                  udp 10\.92\.0\.1\.\d+ > 10\.92\.0\.2\.7001, 74 bytes$/m, 'a line for each');
like(kxfilter('capture', $dev, '--rule', 'none')->{err}, qr/no rule none acts; kxfilter show $dev lists them/, 'a rule that there is not');
is(kxfilter('capture', $dev, @$_)->{exit}, 2, "@$_: wrong usage") for [ '--verdict', 'maybe' ], [ '--count', '0' ], [ '--snap', '65001' ], [ '-w', '-', '--json' ];

}
# Bytes: as many as asked for, also of packets that lie in pages; tags that the kernel has taken off are there.
my $big = 'import socket, sys
s = socket.socket(socket.AF_PACKET, socket.SOCK_RAW)
s.bind((sys.argv[1], 0x0800)); s.setsockopt(263, 15, 1)
import struct
payload = bytes(i * 7 % 251 for i in range(8000))
udp = struct.pack("!4H", 40000, 7001, 8 + len(payload), 0)
ip = struct.pack("!2B3H2BH4B4B", 0x45, 0, 28 + len(payload), 1, 0, 64, 17, 0, 10, 92, 0, 1, 10, 92, 0, 2)
s.send(struct.pack("2B4H", 0, 0, 14, 0, 0, 0) + bytes.fromhex("020000005c02020000005c010800") + ip + udp + payload)';
in_ns($_->[0], 'ip', 'link', 'set', $_->[1], 'mtu', 9000) for [ $a, 'kxfccap0' ], [ $b, $dev ];
capture(sub { is(in_ns($a, 'python3', '-c', $big, 'kxfccap0')->{err}, '', 'a packet in pages'); }, '-w', $file);
$got = pcapng_read(slurp($file))->{packets}[0];
is($got->{len}, 8042, '... is captured');
is(substr($got->{bytes}, 42), join('', map { chr($_ * 7 % 251) } 0 .. 7999), '... all of it');
capture(sub { udp(7001, 1, size => 500); }, '-w', $file, '--snap', 60);
$got = pcapng_read(slurp($file));
is(length($got->{packets}[0]{bytes}) . ' of ' . $got->{packets}[0]{len} . ' ' . $got->{interfaces}[0]{snap}, '60 of 542 60', 'a part of it');
SKIP: {
	my @tag = map { in_ns($_->[0], 'sh', '-c', "ip link add link $_->[1] name kxfctag type vlan id 7 && ip link set kxfctag up && ip addr add 10.93.0.$_->[2]/24 dev kxfctag && " .
			      "ip neigh replace 10.93.0." . (3 - $_->[2]) . " lladdr $_->[3] dev kxfctag nud permanent") }
		[ $a, 'kxfccap0', 1, '02:00:00:00:5c:02' ], [ $b, $dev, 2, '02:00:00:00:5c:01' ];
	skip 'this kernel has no devices with tags', 1 if grep { $_->{exit} } @tag;
	for my $ns ($a, $b) {
		wait_for(sub { ns_text($ns, 'ip', 'link', 'show', 'kxfctag') =~ /state UP/ });
	}
	capture(sub { udp(7001, 2, to => '10.93.0.2'); }, '-w', $file);
	$r = run('tcpdump', '-n', '-e', '-r', $file, 'vlan', 7);
	is(() = $r->{out} =~ /vlan 7, .* > 10\.93\.0\.2\.7001:/g, 2, 'with their tag') or diag($r->{out}, $r->{err}, run('tcpdump', '-n', '-e', '-r', $file)->{out});
	in_ns($_, 'ip', 'link', 'del', 'kxfctag') for $a, $b;
}

SKIP: {
skip 'how it ends does not depend on the kernel', 1 if $guest;
# It ends after so many, by time, with its reader, with the filter; another rule set does not end it.
$r = begin('--count', 5, '-w', $file);
udp(7001, 50);
is_deeply(account($r = finish($r)), { captured => 5, written => 5, lost => 0 }, '--count') or diag($r->{err});
is(scalar(@{ pcapng_read(slurp($file))->{packets} }), 5, '... exactly');
is(finish(begin('--seconds', 1))->{exit}, 0, '--seconds');
$r = begin('-w', '/proc/self/fd/1');
$run = start('sh', '-c', "nsenter --net=/run/netns/$b $filter capture $dev -w - 2>$dir/pipe | head -c 300 >$dir/head");
wait_for(sub { slurp("$dir/pipe") =~ /\n/ });
like(slurp("$dir/pipe"), qr/kxfilter, process $r->{pid}, captures its packets already/, 'a second one is told of the first');
finish($run);
stop($r);
$run = start('sh', '-c', "nsenter --net=/run/netns/$b $filter capture $dev -w - 2>$dir/pipe | head -c 300 >$dir/head; echo ended");
wait_for(sub { slurp("$dir/pipe") =~ /captured/ });
udp(7001, 20);
is(finish($run)->{out}, "ended\n", 'a pipe that is closed ends it');
like(slurp("$dir/pipe"), qr/(\d+) captured.*(lost|took)/, '... with its account');

$run = begin('-w', $file, '--rule', 'web');
udp(7001, 10);
my $two = rules('two', "# another one\ndrop in from 192.0.2.0/24\n$text");
$r = kxfilter('apply', $two, '--dev', $dev);
is($r->{exit}, 0, 'another rule set is applied meanwhile') or diag($r->{err});
udp(7001, 10, first => 10);
is_deeply(account($r = stop($run)), { captured => 20, written => 20, lost => 0 }, '... and the capture goes on') or diag($r->{err});
is(join(',', tcpdump($file)), join(',', map { sprintf '%08d', $_ } 0 .. 19), '... with every packet');
$run = begin('--rule', 'web');
is(kxfilter('apply', rules('three', $text =~ s/^web:/net:/mr), '--dev', $dev)->{exit}, 0, 'one without the rule');
ok(wait_for(sub { slurp($run->{err}) =~ /none called web/ }), '... is told of');
kxfilter('apply', $one, '--dev', $dev);
stop($run);

# Slower than packets come: all are accounted for.
$run = begin('-w', $file);
kill STOP => $run->{pid};
my $nr = $ENV{KX_VM_KERNEL} ? 3000 : 6000;
udp(7001, $nr, size => 1200);
kill CONT => $run->{pid};
wait_for(sub { -s $file > 100_000 });
$r = stop($run);
my $account = account($r);
is($account->{captured}, $account->{written} + $account->{lost}, 'captured = written + lost') or diag($r->{err});
cmp_ok($account->{lost}, '>', 0, '... some were lost');
$got = pcapng_read(slurp($file));
is(scalar(@{ $got->{packets} }), $account->{written}, '... the file has those that were written');
my @bad = grep { number($_->{options}{7}) != $account->{lost} } grep { $_->{interface} == 0 } @{ $got->{statistics} };
is(@bad, 0, '... and says how many were not');

# A full disk: what is there is whole.
SKIP: {
	mkdir "$dir/small";
	skip 'no tmpfs can be mounted', 4 if system("mount -t tmpfs -o size=64k none $dir/small 2>/dev/null") != 0;
	$run = begin('-w', "$dir/small/full.pcapng");
	udp(7001, 300, size => 1200);
	$r = finish($run);
	is($r->{exit}, 1, 'a full disk ends it');
	like($r->{err}, qr/full\.pcapng: cannot be written: No space left/, '... and is told of');
	$got = pcapng_read(slurp("$dir/small/full.pcapng"));
	my ($written) = $r->{err} =~ / (\d+) written/;
	is(scalar(@{ $got->{packets} }), $written, '... whole packets are in the file');
	cmp_ok($written, '>', 20, '... as many as it took');
	system("umount $dir/small");
}

# Killed, it leaves nothing that copies.
my $kx = "$build/kx";
my ($instance) = run($kx, 'list', '--json')->{out} =~ /"(kxfilter-$dev[^"]*)"/;
my $on = sub { my ($nr) = run($kx, 'share', "$instance.look.on")->{out} =~ /(\d+)/; return $nr // '?'; };
is($on->(), 0, 'nobody looks: the kernel half is told so');
$run = begin();
is($on->(), 1, 'somebody looks');
kill KILL => $run->{pid};
finish($run);
ok(wait_for(sub { udp(7001, 1); $on->() eq '0' }, 30), 'after SIGKILL the kernel half ends by itself');
@got = lines(capture(sub { udp(7001, 2); }, '--json'));
is(scalar(@got), 2, 'and the next one captures');

}

# Sources as they are counted, and what is counted for Prometheus; kxfilter_look.t has more of it.
my $top = start('nsenter', "--net=/run/netns/$b", $filter, 'top', $dev, '-d', '0.5', '--json', '-o', 'sources');
push @running, $top;
wait_for(sub { slurp($top->{out}) =~ /\n/ });
udp(7001, 20);
my $sum = sub { my $nr = 0; $nr += $_ for slurp($top->{out}) =~ /"source":"10\.92\.0\.1","packets":(\d+)/g; return $nr; };
ok(wait_for(sub { $sum->() == 20 }), 'all packets of a source') or diag(slurp($top->{out}), slurp($top->{err}));
stop($top);
my ($name) = run("$build/kx", 'list', '--json')->{out} =~ /"(kxfilter-$dev[^"]*)"/;
like(run("$build/kx", 'cat', "$name.metrics")->{out}, qr/^kxfilter_rule_packets_total\{device="$dev",rule="web",direction="in",verdict="drop"\} \d+$/m, 'metrics');

# At XDP, and only reported.
$r = kxfilter('remove', $dev);
is($r->{exit}, 0, 'another hook') or diag($r->{err});
SKIP: {
	$r = kxfilter('apply', $one, '--dev', $dev, '--hook', 'xdp', '--monitor');
	skip "no XDP here: $r->{err}", 3 if $r->{exit};
	capture(sub { udp(7001, 3); }, '-w', $file);
	$got = pcapng_read(slurp($file));
	is(join("\n", comments($got)), join("\n", ('verdict=drop rule=web reason=rule (only reported)') x 3), 'in monitor mode');
	is(join(' ', map { join ':', unpack 'C q<', $_->{options}{7} } @{ $got->{packets} }), '2:2 2:2 2:2', '... the verdict of XDP is XDP_PASS');
	like($got->{interfaces}[0]{options}{3}, qr/at xdp/, '... and the hook is told');
	kxfilter('remove', $dev);
}
kxfilter('apply', $one, '--dev', $dev);
$run = begin();
kxfilter('remove', $dev);
$r = finish($run);
is($r->{exit}, 0, 'the filter is removed: it ends');
like($r->{err}, qr/$dev: the filter was removed/, '... with a sentence');
done_testing();
