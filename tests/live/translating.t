#!/usr/bin/perl
# SPDX-License-Identifier: GPL-2.0-only
# Real traffic through a router that translates: TCP, UDP, ping, errors, IPv4 and IPv6, with
# checksums that devices are to make, and with those that senders have made.
use strict;
use warnings;
use lib 'tests/lib';
use KX;
use IPC::Open2;
use Test::More;

need_root();
not_between('6.1');

my ($client, $router, $server) = map { "kxtrk-$_" } qw(c r s);
my $pins = '/sys/fs/bpf/kxtrk-translating';
my ($holder, $in, $out, @started);

sub clean {
	kill KILL => -$_->{pid} for @started;
	finish($_, 5) for @started;
	@started = ();
	system("ip netns del $_ 2>/dev/null") for $client, $router, $server;
	system("rm -rf $pins");
}
END {
	my $status = $?;
	return unless $pins;	# skipped
	close $in if $in;
	waitpid $holder, 0 if $holder;
	clean();
	$? = $status;
}

sub sh { return system(@_) == 0; }
sub within { my ($ns, @command) = @_; return ('nsenter', "--net=/run/netns/$ns", @command); }
sub ask { print $in "$_[0]\n"; return scalar <$out>; }

# ETHTOOL_STXCSUM: what is sent has no checksum that the device makes.
my $off = write_file("$dir/off.py", <<'E2');
import array, fcntl, socket, struct, sys
value = array.array('B', struct.pack('II', 0x17, int(sys.argv[2])))
request = struct.pack('16sP', sys.argv[1].encode(), value.buffer_info()[0])
fcntl.ioctl(socket.socket(socket.AF_INET, socket.SOCK_DGRAM), 0x8946, request)
E2
my $udp = write_file("$dir/udp.py", <<'E2');
import socket, sys
to, port = sys.argv[1], int(sys.argv[2])
s = socket.socket(socket.AF_INET6 if ':' in to else socket.AF_INET, socket.SOCK_DGRAM)
s.settimeout(20)
s.connect((to, port))
try:
    s.send(b'x' * int(sys.argv[3]))
    print('got', len(s.recv(65536)))
except ConnectionRefusedError:
    print('refused')
E2
my $echo = write_file("$dir/echo.py", <<'E2');
import socket
s = socket.socket(socket.AF_INET6, socket.SOCK_DGRAM)
s.bind(('::', 7))
print('ready', flush=True)
while True:
    data, who = s.recvfrom(65536)
    s.sendto(data, who)
E2

clean();
sh("ip netns add $_ && ip -n $_ link set lo up") or die "no namespaces\n" for $client, $router, $server;
sh("ip -n $client link add in type veth peer name in netns $router && " .
   "ip -n $server link add out type veth peer name out netns $router") or die "no veth\n";
for ([ $client, 'in', '10.77.1.2/24', 'fd77:1::2/64' ], [ $router, 'in', '10.77.1.1/24', 'fd77:1::1/64' ],
     [ $router, 'out', '10.77.2.1/24', 'fd77:2::1/64' ], [ $server, 'out', '10.77.2.2/24', 'fd77:2::2/64' ]) {
	my ($ns, $device, $ip4, $ip6) = @$_;
	sh("ip -n $ns addr add $ip4 dev $device && ip -n $ns addr add $ip6 dev $device nodad && " .
	   "ip -n $ns link set $device up") or die "no addresses\n";
}
# The translated source is the router's; the server has no way back to the client.
sh("ip -n $router addr add 10.77.2.9/32 dev out && ip -n $router addr add fd77:2::9/128 dev out nodad && " .
   "ip -n $client route add default via 10.77.1.1 && ip -n $client route add default via fd77:1::1") or die;
sh(within($router, 'sh', '-c', 'echo 1 >/proc/sys/net/ipv4/ip_forward; echo 1 >/proc/sys/net/ipv6/conf/all/forwarding'));

sh('mountpoint -q /sys/fs/bpf || mount -t bpf bpf /sys/fs/bpf') && sh('mkdir', '-p', $pins) or die "no bpffs\n";
$holder = open2($out, $in, "$build/tests/live/trkhold", "$build/tests/ext/trk.bpf.o", $pins);
is(scalar <$out>, "ready\n", 'the programs are loaded');
# bpffs is hidden by what "ip netns exec" mounts.
my $attached = sh(within($router, 'sh', '-c', 'tc qdisc add dev out clsact && ' .
			 "tc filter add dev out ingress bpf da object-pinned $pins/trk_in && " .
			 "tc filter add dev out egress bpf da object-pinned $pins/trk_out"));
if (!$attached) {
	diag('no clsact here: real traffic is left out');
	done_testing();
	exit;
}

my $size = $ENV{KX_VM_KERNEL} ? 300_000 : 20_000_000;
write_file("$dir/data", join '', map { chr(rand 256) } 1 .. 100_000);
sh("for i in \$(seq " . ($size / 100_000) . "); do cat $dir/data; done >$dir/all");
my $sum = (split ' ', `md5sum $dir/all`)[0];
push @started, start(within($server, 'python3', '-m', 'http.server', '-d', $dir, '--bind', '::', '80'));
push @started, start(within($server, 'python3', $echo));
ok(wait_for(sub { slurp($started[1]{out}) =~ /ready/ }), 'the server answers UDP');
ok(wait_for(sub { `@{[ join ' ', within($server, 'ss -Htln') ]}` =~ /:80\b/ }), 'the server answers TCP');

# Errors of checksums that the two ends have seen.
sub csum_errors {
	my $errors = 0;
	for my $ns ($client, $server) {
		my $text = join '', map { my $f = $_; `@{[ join ' ', within($ns, 'cat', "/proc/net/$f") ]}` } qw(snmp snmp6);
		my %head;
		for (split /\n/, $text) {
			my ($name, @words) = split ' ';
			$errors += $1 if /InCsumErrors\s+(\d+)/;
			if ($head{$name // ''}) {
				my @head = @{ $head{$name} };
				$errors += $words[$_] for grep { $head[$_] eq 'InCsumErrors' } 0 .. $#head;
			}
			$head{$name // ''} = \@words;
		}
	}
	return $errors;
}

sub traffic {
	my ($outer, $to, $what) = @_;
	my $host = $to =~ /:/ ? "[$to]" : $to;
	is(ask($outer), "done\n", "$what: sources become $outer");
	my $run = run(within($client, 'sh', '-c', "curl -sS --max-time 50 http://$host/all | md5sum"));
	is((split ' ', $run->{out})[0], $sum, '... what was fetched is what there was') or diag($run->{err});
	$run = run(within($client, 'python3', $udp, $to, 7, 1000));
	is($run->{out}, "got 1000\n", '... UDP is answered') or diag($run->{err});
	$run = run(within($client, 'python3', $udp, $to, 7, 5000));
	is($run->{out}, "got 5000\n", '... and in fragments') or diag($run->{err});
	$run = run(within($client, 'python3', $udp, $to, 9, 10));
	is($run->{out}, "refused\n", '... the error about a closed port arrives') or diag($run->{err});
	$run = run(within($client, 'ping', '-c', 2, '-i', '0.2', '-W', 20, $to));
	is($run->{exit}, 0, '... ping is answered') or diag($run->{out});
	my @peers = `@{[ join ' ', within($server, 'ss', '-Htan') ]}`;
	ok(!(grep { /10\.77\.1\.|fd77:1:/ } @peers), '... the server has not seen the client');
}

# Whoever receives from the router has to find a checksum in the packet, and looks at it.
sh(within($router, 'python3', $off, $_, 0)) for qw(in out);
traffic('10.77.2.9', '10.77.2.2', 'IPv4, checksums are made behind the translation');
traffic('fd77:2::9', 'fd77:2::2', 'IPv6, the same');
sh(within($client, 'python3', $off, 'in', 0));
sh(within($server, 'python3', $off, 'out', 0));
traffic('10.77.2.9', '10.77.2.2', 'IPv4, checksums are made before the translation');
traffic('fd77:2::9', 'fd77:2::2', 'IPv6, the same');
is(csum_errors(), 0, 'nobody has seen a wrong checksum');

my %counts = ask('counts') =~ /(\w+) (\d+)/g;
cmp_ok($counts{made}, '>=', 16, 'connections were made');
cmp_ok($counts{related}, '>=', 4, 'errors were related');
is($counts{$_}, 0, "none was $_") for qw(lost no_port refused);
# Two packets of one end on two CPUs at once: the one seen last may be the first, and an answer to the other is odd.
cmp_ok($counts{odd}, '<=', $counts{made} / 2, 'windows are followed through translations');
done_testing();
