#!/usr/bin/perl
# SPDX-License-Identifier: GPL-2.0-only
# kxfilter's kernel half under real traffic: packets that the kernel joins and divides, that lie in
# pages, whose tag it has taken off; nothing of it may be malformed, all of it is counted.
use strict;
use warnings;
use lib 'tests/lib';
use KX;
use Netns;
use IPC::Open2;
use Test::More;

need_root();
plan skip_all => 'what it shows does not depend on the kernel; KX_SLOW asks for it' if $ENV{KX_VM_KERNEL} && !$ENV{KX_SLOW};
for (qw(ping nsenter python3)) {
	plan skip_all => "$_ is not installed" if system("command -v $_ >/dev/null") != 0;
}
my ($a, $b, $dev_a, $dev_b) = qw(kxf-tr-a kxf-tr-b kxftr0 kxftr1);
END { my $status = $?; netns_end(); $? = $status; }
netns_new($a, $b);
netns_pair(78, $a, $dev_a, $b, $dev_b);
my $has_tags = 1;
for ([ $a, $dev_a, 1 ], [ $b, $dev_b, 2 ]) {
	my ($ns, $dev, $nr) = @$_;
	$has_tags &&= !in_ns($ns, 'sh', '-c', "ip link add link $dev name kxftag type vlan id 7 && ip link set kxftag up && ip addr add 10.79.0.$nr/24 dev kxftag")->{exit};
}

# The filter at the device of one end, as long as its input is open.
my $pid = open2(my $from, my $to, 'nsenter', "--net=/run/netns/$b", "$build/tests/live/kxfilter_traffic", "$build/bpf/kxfilter.bpf.o", $dev_b);
is(scalar <$from>, "ready\n", 'the filter is at the device');

my $server = <<'EOF';
import socket, sys
family = socket.AF_INET6 if ":" in sys.argv[1] else socket.AF_INET
s = socket.socket(family, socket.SOCK_STREAM)
s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
s.bind((sys.argv[1], int(sys.argv[2])))
s.listen(1)
sys.stderr.write("listening\n")
c, _ = s.accept()
total = 0
while True:
    d = c.recv(1 << 20)
    if not d:
        break
    total += len(d)
print(total)
EOF
my $client = <<'EOF';
import socket, sys
family = socket.AF_INET6 if ":" in sys.argv[1] else socket.AF_INET
s = socket.socket(family, socket.SOCK_STREAM)
s.settimeout(float(sys.argv[4]))
s.connect((sys.argv[1], int(sys.argv[2])))
s.sendall(bytes(int(sys.argv[3])))
s.close()
EOF
write_file("$dir/server", $server);
write_file("$dir/client", $client);

my $bytes = $ENV{KX_VM_KERNEL} ? 4_000_000 : 40_000_000;
sub transfer {
	my ($ns_from, $ns_to, $address, $what) = @_;
	my $run = start('nsenter', "--net=/run/netns/$ns_to", 'python3', "$dir/server", $address, 5001);
	wait_for(sub { slurp($run->{err}) =~ /listening/ });
	in_ns($ns_from, 'python3', "$dir/client", $address, 5001, $bytes, 60);
	is(finish($run)->{out}, "$bytes\n", "$what: all arrives");
}

transfer($a, $b, '10.78.0.2', 'TCP that comes in');
transfer($b, $a, '10.78.0.1', 'TCP that goes out');
transfer($a, $b, 'fd78::2', 'TCP over IPv6');
SKIP: {
	skip 'this kernel has no devices with tags', 2 if !$has_tags;
	transfer($a, $b, '10.79.0.2', 'TCP with a tag');
	transfer($b, $a, '10.79.0.1', '... that goes out');
}
my $sizes = 'import socket
s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
for n in range(1, 1400, 7):
    s.sendto(bytes(n), ("10.78.0.2", 5003))
s.sendto(bytes(20000), ("10.78.0.2", 5003))';
in_ns($a, 'python3', '-c', $sizes);
like(ns_text($a, 'ping', '-q', '-c', 3, '-i', '0.01', '-s', 4000, '10.78.0.2'), qr/ 3 received/, 'ping in fragments');
like(ns_text($a, 'ping', '-q', '-c', 3, '-i', '0.01', 'fd78::2'), qr/ 3 received/, 'ping by IPv6');
# Frames of which only the Ethernet header is in the linear part: the rest lies in pages.
my $paged = <<'EOF';
import socket, struct, sys
s = socket.socket(socket.AF_PACKET, socket.SOCK_RAW)
s.bind((sys.argv[1], 0x0800))
s.setsockopt(263, 15, 1)
payload = bytes(6000)
udp = struct.pack("!4H", 40000, 5004, 8 + len(payload), 0)
ip = struct.pack("!2B3H2BH4B4B", 0x45, 0, 28 + len(payload), 1, 0, 64, 17, 0, 10, 78, 0, 2, 10, 78, 0, 1)
frame = bytes.fromhex("020000004e01020000004e020800") + ip + udp + payload
for n in range(50):
    s.send(struct.pack("2B4H", 0, 0, 14, 0, 0, 0) + frame)
EOF
in_ns($_->[0], 'ip', 'link', 'set', $_->[1], 'mtu', 9000) for [ $a, $dev_a ], [ $b, $dev_b ];
is(in_ns($b, 'python3', '-c', $paged, $dev_b)->{err}, '', 'headers that lie in pages');
isnt(in_ns($a, 'python3', "$dir/client", '10.78.0.2', 5002, 1, 0.5)->{err}, '', 'a closed port is closed');

close $to;
my $said = join '', <$from>;
waitpid $pid, 0;
is($? >> 8, 0, 'it ends well');
note($said);
my %packets = $said =~ /^(\w+) (\d+)/mg;
my %counted = $said =~ /^(\w+) \d+ (\d+)$/mg;
like($said, qr/^in \d+ malformed 0 unread 0$/m, 'nothing that came in was malformed');
like($said, qr/^out \d+ malformed 0 unread 0$/m, 'nothing that went out was');
cmp_ok($packets{closed}, '>=', 1, 'what came to the closed port was counted');
# Bytes are those of frames, so a little more than what was sent.
cmp_ok($counted{tcp}, '>=', 3 * $bytes, 'all bytes of TCP were counted');
cmp_ok($counted{tagged}, '>=', $has_tags * 2 * $bytes, '... and those with a tag');
# 200 datagrams, one in 14 fragments, and 50 in pages.
cmp_ok($packets{udp}, '>=', 264, 'datagrams were counted, those in pages too');
cmp_ok($packets{icmp}, '>=', 12, '... and fragments of ping');
cmp_ok($packets{icmp6}, '>=', 6, '... and ping by IPv6');
my ($logged, $unlogged) = $said =~ /^log (\d+) dropped 0 unlogged (\d+)$/m;
is($logged, $packets{tcp} + $packets{icmp} - $unlogged, 'each packet of a rule that logs has a record, or was over the limit');
cmp_ok($logged, '>', $packets{icmp}, 'some were logged');
cmp_ok($unlogged, '>', 0, 'others were kept back');
done_testing();
