#!/usr/bin/perl
# SPDX-License-Identifier: GPL-2.0-only
# A router whose outer device kxfilter filters, dropping by default, and translates in both
# directions: nginx, curl, iperf3, ping with the offloads of the devices, large frames, fragments,
# errors of routers beyond, paths with a smaller MTU; no checksum is wrong behind it.
use strict;
use warnings;
use lib 'tests/lib';
use KX;
use Netns;
use Test::More;
use JSON::PP;

need_root();
plan skip_all => 'what it shows does not depend on the kernel; KX_SLOW asks for it' if $ENV{KX_VM_KERNEL} && !$ENV{KX_SLOW};
for (qw(nginx curl iperf3 ping tcpdump nsenter python3)) {
	plan skip_all => "$_ is not installed" if system("command -v $_ >/dev/null") != 0;
}
my ($client, $router, $middle, $server) = map { "kxfe-rt-$_" } qw(c r m s);
my $filter = "$build/kxfilter";
my $small = !!$ENV{KX_VM_KERNEL};
my @running;

sub kxfilter { return in_ns($router, $filter, @_); }
sub begin { my $run = start('nsenter', "--net=/run/netns/$_[0]", @_[1 .. $#_]); push @running, $run; return $run; }
sub sh { my ($ns, $command) = @_; my $r = in_ns($ns, 'sh', '-ec', $command); die "$command: $r->{err}" if $r->{exit}; }
END {
	my $status = $?;
	kill KILL => $_->{pid} for @running;
	finish($_, 5) for @running;
	if ($router && -e "/run/netns/$router") { kxfilter('remove', 'out'); netns_end(); }
	$? = $status;
}

#
# client -- router -- middle -- server: nobody beyond the router knows the way to the client
#
netns_new($client, $router, $middle, $server);
sub link_up {
	my ($n, $ns1, $dev1, $ns2, $dev2) = @_;
	sh($ns1, "ip link add $dev1 type veth peer name $dev2 netns $ns2");
	for ([ $ns1, $dev1, 1 ], [ $ns2, $dev2, 2 ]) {
		my ($ns, $dev, $nr) = @$_;
		# A router asks for its neighbours by its address of the link.
		sh($ns, "echo 0 >/proc/sys/net/ipv6/conf/$dev/addr_gen_mode; ip addr add 10.9$n.0.$nr/24 dev $dev; ip addr add fd9$n\::$nr/64 dev $dev nodad; ip link set $dev up");
	}
}
link_up(4, $client, 'c', $router, 'in');
link_up(5, $router, 'out', $middle, 'm1');
link_up(6, $middle, 'm2', $server, 's');
sh($_, 'echo 1 >/proc/sys/net/ipv4/ip_forward; echo 1 >/proc/sys/net/ipv6/conf/all/forwarding') for $router, $middle;
sh($client, 'ip route add default via 10.94.0.2; ip route add default via fd94::2');
sh($router, 'ip route add default via 10.95.0.2; ip route add default via fd95::2');
sh($server, 'ip route add 10.95.0.0/24 via 10.96.0.1; ip route add fd95::/64 via fd96::1');

my $bytes = $small ? 2_000_000 : 50_000_000;
sub serve {
	my ($ns, $name) = @_;
	mkdir "$dir/$name";
	write_file("$dir/$name/who", "$name\n");
	sh($ns, "head -c $bytes /dev/urandom >$dir/$name/large");
	write_file("$dir/$name/nginx.conf", "daemon off; master_process off; user root; pid $dir/$name/pid; error_log stderr;\n" .
		   "events { } http { access_log $dir/$name/log; client_body_temp_path $dir/$name; proxy_temp_path $dir/$name; fastcgi_temp_path $dir/$name;\n" .
		   "uwsgi_temp_path $dir/$name; scgi_temp_path $dir/$name; client_max_body_size 0; sendfile on;\n" .
		   "server { listen 80; listen [::]:80; root $dir/$name; location /put { dav_methods PUT; } } }\n");
	begin($ns, 'nginx', '-p', "$dir/$name", '-c', "$dir/$name/nginx.conf");
	ok(wait_for(sub { ns_text($ns, 'ss', '-Htln') =~ /:80\b/ }), "nginx of the $name");
	mkdir "$dir/$name/put";
	chomp(my $sum = (split ' ', run('md5sum', "$dir/$name/large")->{out})[0]);
	return $sum;
}
my %sum = (server => serve($server, 'server'), client => serve($client, 'client'));
begin($server, 'iperf3', '-s');
wait_for(sub { ns_text($server, 'ss', '-Htln') =~ /:5201\b/ });

my $rules = write_file("$dir/router.rules", <<'EOF');
default in drop
default out drop

back: pass state established, related
masq: nat source to 10.95.0.1 out from 10.94.0.0/24
masq6: nat source to fd95::1 out from fd94::/64
forward: nat destination to 10.94.0.1 port 80 in tcp to 10.95.0.1 port 8080
forward6: nat destination to fd94::1 port 80 in tcp to fd95::1 port 8080
own: pass out state new from { 10.95.0.1, fd95::1 }
EOF

sub shown { return { map { $_->{rule} // $_->{direction} // $_->{table} => $_ } map { decode_json($_) } split /\n/, kxfilter('show', '--json', 'out')->{out} }; }
sub fetched { my ($ns, $url) = @_; return (split ' ', ns_text($ns, 'sh', '-c', "curl -sS --max-time 60 '$url' | md5sum"))[0]; }

# Checksums that those who receive have found wrong.
sub wrong_sums {
	my $errors = 0;
	for my $ns ($client, $router, $middle, $server) {
		my %head;
		for (split /\n/, ns_text($ns, 'cat', '/proc/net/snmp', '/proc/net/snmp6')) {
			my ($name, @words) = split ' ';
			$errors += $1 if /InCsumErrors\s+(\d+)/;
			my $head = $head{$name} //= \@words;
			$errors += $words[$_] for grep { $head->[$_] eq 'InCsumErrors' && $words[$_] =~ /^\d+$/ } 0 .. $#$head;
		}
	}
	return $errors;
}

# ETHTOOL_STXCSUM: 0: whoever sends has made the checksum.
my $ethtool = write_file("$dir/ethtool.py", <<'EOF');
import array, fcntl, socket, struct, sys
value = array.array('B', struct.pack('II', int(sys.argv[2], 0), int(sys.argv[3], 0)))
request = struct.pack('16sP', sys.argv[1].encode(), value.buffer_info()[0])
fcntl.ioctl(socket.socket(socket.AF_INET, socket.SOCK_DGRAM), 0x8946, request)
EOF
sub checksums { my ($on) = @_; in_ns($_->[0], 'python3', $ethtool, $_->[1], '0x17', $on) for [ $client, 'c' ], [ $router, 'in' ], [ $router, 'out' ], [ $server, 's' ]; }

sub traffic {
	my ($what, $size, @runs) = @_;
	for (4, 6) {
		my $to = $_ == 4 ? '10.96.0.2' : 'fd96::2';
		my $url = $_ == 4 ? $to : "[$to]";
		is(fetched($client, "http://$url/large"), $sum{server}, "$what, IPv$_: what is fetched is what there was");
		my $back = $_ == 4 ? '10.95.0.1' : '[fd95::1]';
		is(fetched($server, "http://$back:8080/large"), $sum{client}, '... from inside too, by the port that is forwarded');
		my $r = in_ns($client, 'ping', '-q', '-c', 3, '-i', '0.05', '-W', 20, '-s', $size, $to);
		like($r->{out}, qr/ 3 received/, "... ping of $size bytes") or diag($r->{out});
		for (@runs) {
			$r = in_ns($client, 'iperf3', '-J', '-c', $to, @$_);
			my $end = eval { decode_json($r->{out})->{end} } // {};
			my $sum = $end->{sum_received} // $end->{sum} // {};
			# What came before the sender's end is told: on a slow machine that is little, but TCP took all.
			cmp_ok($sum->{bytes} // -1, '>=', 1, "... iperf3 @$_") or diag($r->{err});
			cmp_ok($end->{sum_sent}{bytes} // -1, '>=', $bytes, '... all of it') if $_->[0] ne '-u';
		}
	}
}

my $before = join '', tcx($router, 'out'), map { ns_text($router, @$_) } ['ip', '-d', 'link', 'show', 'dev', 'out'], ['tc', 'qdisc', 'show', 'dev', 'out'];
is(in_ns($client, 'curl', '-sS', '--max-time', '0.7', 'http://10.96.0.2/who')->{exit}, 28, 'without it there is no way back');
my $r = kxfilter('apply', $rules, '--dev', 'out');
is($r->{exit}, 0, 'applied') or diag($r->{err});
my @udp = ('-u', '-b', '0', '-n', int($bytes / 10), '-l', 1200);
traffic('as devices are', 4000, ['-n', $bytes], $small ? () : (['-R', '-n', $bytes], \@udp));
my @peers = split /\n/, ns_text($server, 'ss', '-Htan');
ok(!(grep { /10\.94\.|fd94:/ } @peers), 'the server has never seen the client');
like(slurp("$dir/server/log"), qr/^10\.95\.0\.1 /m, '... nor has nginx');

# What the default refuses: from outside, to what nobody forwards.
is(in_ns($server, 'curl', '-sS', '--max-time', '0.7', 'http://10.95.0.1:8081/')->{exit}, 28, 'another port is silent');
unlike(ns_text($server, 'ping', '-q', '-c', 1, '-W', '0.3', '10.95.0.1'), qr/ 1 received/, 'so is ping from outside');
like(ns_text($router, 'ping', '-q', '-c', 2, '-i', '0.1', '-W', 20, '10.96.0.2'), qr/ 2 received/, 'the router itself may');

#
# Checksums that whoever receives has to look at, and tcpdump beside
#
checksums(0);
my $dump = begin($middle, 'tcpdump', '-n', '-i', 'm1', '-vv', '-s', 0, '-c', 4000, '-B', 8192, 'tcp or udp or icmp or icmp6');
wait_for(sub { slurp($dump->{err}) =~ /listening/ });
traffic('checksums made before it', 3000, $small ? () : \@udp);
kill INT => $dump->{pid};
my $seen = finish($dump)->{out};
cmp_ok(scalar(() = $seen =~ /10\.95\.0\.1/g), '>', 100, 'tcpdump behind it sees packets');
my @incorrect = grep { /incorrect|bad cksum|wrong/ && !/10\.96\.0\.2\.\S+ > |fd96::2\.\S+ > / } split /\n(?=\S)/, $seen;
is(scalar(@incorrect), 0, '... and no checksum that is wrong') or diag(@incorrect[0 .. 2]);
checksums(1);

#
# Large frames; datagrams that the device is to cut
#
sh($_->[0], "ip link set $_->[1] mtu 9000") for [ $client, 'c' ], [ $router, 'in' ], [ $router, 'out' ], [ $middle, 'm1' ], [ $middle, 'm2' ], [ $server, 's' ];
is(fetched($client, "http://$_/large"), $sum{server}, "frames of 9000 bytes: $_") for '10.96.0.2', '[fd96::2]';
like(ns_text($client, 'ping', '-q', '-c', 2, '-i', '0.1', '-W', 20, '-M', 'do', '-s', 8900, $_), qr/ 2 received/, "... ping $_") for '10.96.0.2', 'fd96::2';
write_file("$dir/echo.py", "import socket\ns = socket.socket(socket.AF_INET6, socket.SOCK_DGRAM)\ns.bind(('::', 7))\nprint('ready', flush=True)\n" .
	   "while True:\n    data, who = s.recvfrom(65536)\n    s.sendto(data, who)\n");
my $echo = begin($server, 'python3', "$dir/echo.py");
wait_for(sub { slurp($echo->{out}) =~ /ready/ });
# UDP_SEGMENT: one large datagram, of which the device makes twenty.
write_file("$dir/cut.py", <<'EOF');
import socket, sys
s = socket.socket(socket.AF_INET6 if ':' in sys.argv[1] else socket.AF_INET, socket.SOCK_DGRAM)
s.settimeout(20)
s.connect((sys.argv[1], 7))
s.setsockopt(17, 103, 1000)
s.send(b''.join(bytes([n]) * 1000 for n in range(20)))
print(sorted((lambda d: (d[0], len(d), len(set(d))))(s.recv(65536)) for n in range(20)) == [(n, 1000, 1) for n in range(20)])
EOF
is(ns_text($client, 'python3', "$dir/cut.py", $_), "True\n", "datagrams that the device cuts: $_") for '10.96.0.2', 'fd96::2';

#
# Errors from beyond: who sent is told, behind the translation
#
sh($_->[0], "ip link set $_->[1] mtu 1500") for [ $client, 'c' ], [ $router, 'in' ], [ $router, 'out' ], [ $middle, 'm1' ], [ $middle, 'm2' ], [ $server, 's' ];
like(ns_text($client, 'ping', '-c', 1, '-W', 20, '-t', 2, '10.96.0.2'), qr/^From 10\.95\.0\.2 .*Time to live exceeded/m, 'a router beyond tells that a packet has travelled too far');
like(ns_text($client, 'ping', '-c', 1, '-W', 20, '-t', 2, 'fd96::2'), qr/^From fd95::2.*Hop limit/m, '... by IPv6 too');
# As traceroute does: by UDP, with errors told by the socket.
write_file("$dir/trace.py", <<'EOF');
import socket, struct, sys
six = ':' in sys.argv[1]
s = socket.socket(socket.AF_INET6 if six else socket.AF_INET, socket.SOCK_DGRAM)
level, recverr, ttl = (41, 25, 16) if six else (0, 11, 2)
s.setsockopt(level, recverr, 1)
for hops in range(1, 4):
    s.setsockopt(level, ttl, hops)
    s.sendto(b'x' * 40, (sys.argv[1], 33433 + hops))
    s.settimeout(20)
    try:
        s.recv(100)
    except OSError:
        pass
    data, control, flags, who = s.recvmsg(200, 500, socket.MSG_ERRQUEUE)
    err = control[0][2]
    kind, code = err[5], err[6]
    offender = socket.inet_ntop(socket.AF_INET6, err[24:40]) if six else socket.inet_ntop(socket.AF_INET, err[20:24])
    print(hops, offender, kind, code, who[0], who[1])
EOF
is(ns_text($client, 'python3', "$dir/trace.py", '10.96.0.2'), "1 10.94.0.2 11 0 10.96.0.2 33434\n2 10.95.0.2 11 0 10.96.0.2 33435\n3 10.96.0.2 3 3 10.96.0.2 33436\n", 'the path, hop by hop');
is(ns_text($client, 'python3', "$dir/trace.py", 'fd96::2'), "1 fd94::2 3 0 fd96::2 33434\n2 fd95::2 3 0 fd96::2 33435\n3 fd96::2 1 4 fd96::2 33436\n", '... by IPv6');
# The last link takes less; both ends believe in 1500 bytes.
sh($middle, 'ip link set m2 mtu 1300');
for (4, 6) {
	my $to = $_ == 4 ? '10.96.0.2' : '[fd96::2]';
	my $plain = $to =~ s/[][]//gr;
	unlike(ns_text($client, 'ip', 'route', 'get', $plain), qr/mtu 1300/, "IPv$_: the smaller MTU is not known");
	$r = in_ns($client, 'curl', '-sS', '--max-time', 60, '-T', "$dir/client/large", "http://$to/put/$_");
	is($r->{exit}, 0, '... an upload goes on with it') or diag($r->{err});
	is((split ' ', run('md5sum', "$dir/server/put/$_")->{out})[0], $sum{client}, '... all of it arrives');
	like(ns_text($client, 'ip', 'route', 'get', $plain), qr/mtu 1300/, '... the error has come to who sent');
}

my $shown = shown();
cmp_ok($shown->{$_}{packets}, '>=', /masq/ ? 10 : 2, "rule $_ has made connections") for qw(masq masq6 forward forward6);
is($shown->{$_}{packets}, $shown->{$_}{passed} + $shown->{$_}{dropped}, "$_: packets = passed + dropped") for qw(in out);
is($shown->{$_}{malformed}, 0, '... none was malformed') for qw(in out);
is(wrong_sums(), 0, 'nobody has found a checksum wrong');
is(kxfilter('remove', 'out')->{exit}, 0, 'removed');
is(join('', tcx($router, 'out'), map { ns_text($router, @$_) } ['ip', '-d', 'link', 'show', 'dev', 'out'], ['tc', 'qdisc', 'show', 'dev', 'out']), $before, 'the device is as it was');
done_testing();
