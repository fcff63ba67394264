#!/usr/bin/perl
# SPDX-License-Identifier: GPL-2.0-only
# What rules send to another device arrives there: out of it, or as if it had come in; and where XDP
# cannot do what rules need, the hook is tc.
use strict;
use warnings;
use lib 'tests/lib';
use KX;
use Netns;
use Test::More;
use JSON::PP;

need_root();
not_between('6.1');
for (qw(nsenter python3)) {
	plan skip_all => "$_ is not installed" if system("command -v $_ >/dev/null") != 0;
}
# From a to b; b sends on to c, by another device, what rules say.
my ($a, $b, $c, $dev) = qw(kxfa-dir-a kxfa-dir-b kxfa-dir-c kxfadirb);
my $filter = "$build/kxfilter";

# The registry may be held by others on this machine.
sub kxfilter {
	my @command = @_;
	my $r;
	wait_for(sub { $r = in_ns($b, $filter, @command); $r->{err} !~ /is locked by/ });
	return $r;
}

sub apply {
	my ($name, $text, @more) = @_;
	my $r = kxfilter('apply', write_file("$dir/$name.rules", $text), '--dev', $dev, @more);
	is($r->{exit}, 0, "$name: applied") or diag($r->{err});
	return $r;
}

# Hears one datagram at an address, and says what was in it.
my $listen = write_file("$dir/listen", <<'EOT');
import socket, sys
s = socket.socket(socket.AF_INET6 if ":" in sys.argv[1] else socket.AF_INET, socket.SOCK_DGRAM)
s.bind((sys.argv[1], int(sys.argv[2])))
s.settimeout(20)
sys.stderr.write("listening\n")
print(s.recv(2000).decode())
EOT
my $talk = write_file("$dir/talk", <<'EOT');
import socket, sys
s = socket.socket(socket.AF_INET6 if ":" in sys.argv[1] else socket.AF_INET, socket.SOCK_DGRAM)
s.sendto(sys.argv[3].encode(), (sys.argv[1], int(sys.argv[2])))
EOT

sub hears {
	my ($what, $ns, $at, $from, $to, $port) = @_;
	my $run = start('nsenter', "--net=/run/netns/$ns", 'python3', $listen, $at, $port);
	wait_for(sub { slurp($run->{err}) =~ /listening/ });
	in_ns($from, 'python3', $talk, $to, $port, $what);
	is(finish($run)->{out}, "$what\n", "$what: it arrives");
}

END { my $status = $?; if ($b && -e "/run/netns/$b") { kxfilter('remove', $dev); netns_end(); } $? = $status; }
netns_new($a, $b, $c);
netns_pair(93, $a, 'kxfadira', $b, $dev);
netns_pair(94, $b, 'kxfadirn', $c, 'kxfadirc');
# Who gets it has the addresses that were meant for b, and b's MAC; so the frame needs no change.
in_ns($c, 'sh', '-c', 'ip addr add 10.93.0.2/32 dev kxfadirc; ip addr add fd93::2/128 dev kxfadirc nodad; ip link set kxfadirc address 02:00:00:00:5d:02;' .
      'for f in all kxfadirc; do echo 0 >/proc/sys/net/ipv4/conf/$f/rp_filter; done; ip route add default dev kxfadirc; ip -6 route add default dev kxfadirc');

# Guests are slow: there the two that differ most.
my $guest = $ENV{KX_VM_KERNEL};
for my $hook ($guest ? qw(tc xdp) : qw(tc xdp-generic xdp)) {
	kxfilter('remove', $dev);
	# At the native hook who sends it on takes frames only while the other end polls.
	if ($hook eq 'xdp') {
		in_ns($c, 'python3', 'tests/live/kxfilter_reject.py', 'gro', 'kxfadirc');
		in_ns($a, 'python3', 'tests/live/kxfilter_reject.py', 'sums', 'kxfadira');
	}
	apply($hook, "out: in redirect to kxfadirn udp to port 700\n", '--hook', $hook);
	hears("$hook by IPv4", $c, '10.93.0.2', $a, '10.93.0.2', 700);
	hears("$hook by IPv6", $c, 'fd93::2', $a, 'fd93::2', 700);
	my ($in) = grep { ($_->{direction} // '') eq 'in' && !$_->{rule} } map { decode_json($_) } split /\n/, kxfilter('show', '--json', $dev)->{out};
	is("$in->{redirected}", '2', "$hook: they are counted");
	like(kxfilter('show', $dev)->{out}, qr/, 2 redirected;/, "$hook: and shown");
	hears("$hook, others stay", $b, '10.93.0.2', $a, '10.93.0.2', 701) if !$guest;
}

# As if it had come in at another device: b has an address there that only counts if it comes in by it.
in_ns($b, 'sh', '-c', 'for f in all kxfadirn; do echo 0 >/proc/sys/net/ipv4/conf/$f/rp_filter; done; ip link set kxfadirn address 02:00:00:00:5d:02');
my $bound = write_file("$dir/bound", slurp($listen) =~ s/^s\.bind/s.setsockopt(socket.SOL_SOCKET, 25, b"kxfadirn")\ns.bind/mr);
kxfilter('remove', $dev);
apply('ingress', "in redirect to ingress kxfadirn udp to port 702\n");
for my $address ('10.93.0.2', 'fd93::2') {
	my $run = start('nsenter', "--net=/run/netns/$b", 'python3', $bound, $address, 702);
	wait_for(sub { slurp($run->{err}) =~ /listening/ });
	in_ns($a, 'python3', $talk, $address, 702, 'in there');
	is(finish($run)->{out}, "in there\n", "$address: it comes in at the other device");
}

# What goes out by one device goes out by another one, and comes in again at its own.
in_ns($c, 'sh', '-c', 'ip addr del 10.93.0.2/32 dev kxfadirc; ip addr add 10.93.0.1/32 dev kxfadirc');
in_ns($c, 'ip', 'link', 'set', 'kxfadirc', 'address', '02:00:00:00:5d:01');
apply('egress', "out redirect to kxfadirn udp to port 703\n");
hears('going out by another one', $c, '10.93.0.1', $b, '10.93.0.1', 703);

# What XDP cannot do.
my %why = ("in redirect to ingress kxfadirn udp\n" => 'lets packets come in at kxfadirn, which XDP cannot', "in mark set 7\n" => 'is about the mark, which packets do not have at XDP',
	   "in redirect to lo udp\n" => 'redirects to lo, which takes nothing from native XDP');
for my $text (sort keys %why) {
	my $rules = write_file("$dir/cannot.rules", $text);
	my $r = kxfilter('apply', $rules, '--dev', $dev, '--hook', 'xdp');
	SKIP: {
		skip 'this kernel does not tell what drivers can do', 2 if $r->{exit} == 0 && $text =~ / lo /;
		is($r->{exit}, 1, "XDP: $why{$text}");
		like($r->{err}, qr/--hook xdp: the rule \S+ $why{$text}; --hook tc can$/m, '... is said');
	}
	is(decode_json(kxfilter('hook', $dev, $rules, '--json')->{out})->{hook}, 'tc', '... and it gets tc');
}
done_testing;
