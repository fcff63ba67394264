#!/usr/bin/perl
# SPDX-License-Identifier: GPL-2.0-only
# A policy that drops by default, on links of all kinds: ARP, neighbour discovery and
# autoconfiguration go on, tags are seen wherever the kernel has put them, who applies it keeps
# its connection; what only reports changes nothing; what is removed was never there.
use strict;
use warnings;
use lib 'tests/lib';
use KX;
use Netns;
use IPC::Open2;
use Test::More;
use JSON::PP;

need_root();
not_between('6.12');
for (qw(ping nsenter python3 tcpdump)) {
	plan skip_all => "$_ is not installed" if system("command -v $_ >/dev/null") != 0;
}
my ($far, $near, $dev) = qw(kxfe-ln-a kxfe-ln-b kxfeln1);
# A guest has the links that this machine may not have; the rest it would show in minutes.
my $slow = !!$ENV{KX_VM_KERNEL};
my $filter = "$build/kxfilter";
my $bpftool = '/usr/sbin/bpftool';
my @running;

sub kxfilter { return run($filter, '--netns', $near, @_); }
sub begin { my $run = start('nsenter', "--net=/run/netns/$_[0]", @_[1 .. $#_]); push @running, $run; return $run; }
sub sh { my ($ns, $command) = @_; my $r = in_ns($ns, 'sh', '-ec', $command); die "$command: $r->{err}" if $r->{exit}; }
sub ping { my ($ns, $to, $nr, @more) = @_; return ns_text($ns, 'ping', '-q', '-c', $nr, '-i', '0.02', '-W', 5, @more, $to) =~ /(\d+) received/ ? $1 : 'no answer'; }
sub rules { return write_file("$dir/$_[0].rules", $_[1]); }
sub shown { my $d = $_[0] // $dev; return { map { $_->{rule} // $_->{direction} // $_->{table} => $_ } map { decode_json($_) } split /\n/, kxfilter('show', '--json', $d)->{out} }; }
sub apply { my $r = kxfilter('apply', @_); diag($r->{err}) if $r->{exit}; return $r->{exit}; }
# But for "state UP", which a link comes to by and by.
sub state_of {
	my $d = $_[0] // $dev;
	return join '', tcx($near, $d), map { s/ state \S+//r } map { ns_text($near, @$_) }
	    ['ip', '-d', 'link', 'show', 'dev', $d], ['tc', 'qdisc', 'show', 'dev', $d], [$bpftool, 'net', 'show', 'dev', $d];
}
END {
	my $status = $?;
	kill KILL => $_->{pid} for @running;
	finish($_, 5) for @running;
	if ($near && -e "/run/netns/$near") { kxfilter('remove', $_) for $dev, 'kxfetag'; netns_end(); }
	$? = $status;
}

netns_new($far, $near);
sh($far, "ip link add kxfeln0 type veth peer name $dev netns $near");
# As devices are in life: asked for and answered, with doubt whether an address is taken already.
sh($_->[0], "cd /proc/sys/net/ipv6/conf/$_->[1]; echo 1 >accept_dad; echo 1 >accept_ra; echo 0 >addr_gen_mode; echo 3 >router_solicitations; " .
   "ip addr add 10.93.0.$_->[2]/24 dev $_->[1]; ip addr add fd93::$_->[2]/64 dev $_->[1]; ip link set $_->[1] up") for [ $far, 'kxfeln0', 1 ], [ $near, $dev, 2 ];
my $before = state_of();

#
# Neighbours, under a policy that lets nothing pass but what is asked for
#
my $policy = rules('policy', "default in drop\ndefault out drop\nback: pass state established, related\nask: pass out state new icmp echo-request\n");
is(apply($policy, '--dev', $dev), 0, 'a policy that drops by default');
ok(wait_for(sub { ns_text($near, 'ip', '-6', 'addr', 'show', 'dev', $dev) !~ /tentative/ }), 'its addresses are nobody else\'s');
is(ping($near, '10.93.0.1', 3), 3, 'ARP and ping out');
is(ping($near, 'fd93::1', 3), 3, 'neighbour discovery and ping out');
is(ping($far, '10.93.0.2', 1, '-W', '0.3'), 0, 'ping in is refused');
is(ping($far, 'fd93::2', 1, '-W', '0.3'), 0, '... by IPv6');
like(ns_text($far, 'ip', 'neigh', 'show', $_), qr/lladdr/, "... but who has $_ was answered") for '10.93.0.2', 'fd93::2';
my $shown = shown();
cmp_ok($shown->{'protect-arp'}{packets}, '>=', 2, 'by the rules that protect');
cmp_ok($shown->{'protect-nd'}{packets}, '>=', 2, '... both of them');

# A router that tells of a prefix.
write_file("$dir/advertise.py", <<'EOF');
import socket, struct, sys
s = socket.socket(socket.AF_INET6, socket.SOCK_RAW, 58)
s.setsockopt(41, 18, int(sys.argv[2]))
s.setsockopt(41, 17, socket.if_nametoindex(sys.argv[1]))
prefix = struct.pack('!BBBBIII16s', 3, 4, 64, 0xc0, 3600, 1800, 0, socket.inet_pton(socket.AF_INET6, sys.argv[3]))
s.sendto(struct.pack('!BBHBBHII', 134, 0, 0, 64, 0, 1800, 0, 0) + prefix, ('ff02::1', 0, 0, socket.if_nametoindex(sys.argv[1])))
EOF
# Only a router has an address of the link that an advertisement may come from.
in_ns($far, 'sh', '-c', 'echo 1 >/proc/sys/net/ipv6/conf/kxfeln0/forwarding');
ok(wait_for(sub { ns_text($far, 'ip', '-6', 'addr', 'show', 'dev', 'kxfeln0', 'scope', 'link') =~ /fe80/ }), 'a router');
in_ns($far, 'python3', "$dir/advertise.py", 'kxfeln0', 255, 'fd93:1::');
ok(wait_for(sub { ns_text($near, 'ip', '-6', 'addr', 'show', 'dev', $dev) =~ /fd93:1:/ }), 'tells of a prefix, and an address is made of it');
like(ns_text($near, 'ip', '-6', 'route'), qr/default via fe80:/, 'and a default route');
# From farther away than the link: with another hop limit. The next ping shows that it had time.
in_ns($far, 'python3', "$dir/advertise.py", 'kxfeln0', 254, 'fd93:2::');
my $dropped = shown()->{in}{dropped};
ping($far, '10.93.0.2', 1, '-W', '0.3');
cmp_ok(shown()->{in}{dropped}, '>', 0, 'what comes from farther away is dropped');
unlike(ns_text($near, 'ip', '-6', 'addr'), qr/fd93:2:/, '... and tells nothing');

#
# The connection of who applies a policy that lets nothing pass
#
write_file("$dir/session.py", <<'EOF');
import socket, sys
if sys.argv[1] == 'near':
    s = socket.socket(socket.AF_INET6)
    s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    s.bind(('::', 22))
    s.listen(5)
    print('ready', flush=True)
    c, who = s.accept()
    while True:
        d = c.recv(100)
        if not d:
            break
        c.sendall(d)
else:
    s = socket.create_connection((sys.argv[2], 22))
    print(*s.getsockname()[:2], flush=True)
    while True:
        word = sys.stdin.readline()
        if not word:
            break
        s.sendall(word.encode())
        s.settimeout(float(word))
        try:
            print('answer', len(s.recv(100)), flush=True)
        except socket.timeout:
            print('silence', flush=True)
EOF
kxfilter('remove', $dev);
my $shut = rules('shut', "default in drop\ndefault out drop\n");
my $strict = rules('strict', "default in drop\ndefault out drop\ndrop state invalid\npass state established\n");
for my $to ($slow ? () : ('10.93.0.2', 'fd93::2')) {
	my $sshd = begin($near, 'python3', "$dir/session.py", 'near');
	wait_for(sub { slurp($sshd->{out}) =~ /ready/ });
	my $pid = open2(my $from, my $in, 'nsenter', "--net=/run/netns/$far", 'python3', "$dir/session.py", 'far', $to);
	my ($peer, $port) = split ' ', scalar <$from>;
	print $in "20\n";
	is(scalar <$from>, "answer 3\n", "a session from $peer");
	my @session = ('env', "SSH_CONNECTION=$peer $port $to 22");
	for (['its own', @session], ['of a parent, as behind sudo', @session, 'sh', '-c', 'env -u SSH_CONNECTION "$@"; exit $?', 'sh']) {
		my ($how, @how) = @$_;
		my $r = run(@how, $filter, '--netns', $near, 'apply', $shut, '--dev', $dev);
		is($r->{exit}, 0, "$how: shut") or diag($r->{err});
		print $in "20\n";
		is(scalar <$from>, "answer 3\n", '... it goes on');
		cmp_ok(shown()->{"protect-session-1-$_"}{packets}, '>=', 1, "... by a rule, $_") for qw(in out);
		kxfilter('remove', $dev);
	}
	run(@session, $filter, '--netns', $near, 'apply', $strict, '--dev', $dev);
	print $in "20\n";
	is(scalar <$from>, "answer 3\n", 'it goes on where its connection was never seen to begin');
	run($filter, '--netns', $near, 'apply', $shut, '--dev', $dev);
	print $in "0.3\n";
	is(scalar <$from>, "silence\n", 'whoever has none is not protected');
	kxfilter('remove', $dev);
	close $in;
	waitpid $pid, 0;
	kill KILL => $sshd->{pid};
	finish($sshd);
}

#
# Tags: of the device's own making or not, one and two
#
write_file("$dir/ethtool.py", <<'EOF');
import array, fcntl, socket, struct, sys
def ask(cmd, data=0):
    value = array.array('B', struct.pack('II', cmd, data))
    request = struct.pack('16sP', sys.argv[1].encode(), value.buffer_info()[0])
    fcntl.ioctl(socket.socket(socket.AF_INET, socket.SOCK_DGRAM), 0x8946, request)
    return struct.unpack('II', value.tobytes())[1]
bits = 0x80 | 0x100
flags = ask(0x25)
ask(0x26, flags | bits if sys.argv[2] == 'on' else flags & ~bits)
print(hex(ask(0x25) & bits))
EOF
my $has_tags = 1;
for ([ $far, 'kxfeln0', 1 ], [ $near, $dev, 2 ]) {
	my ($ns, $name, $nr) = @$_;
	$has_tags &&= !in_ns($ns, 'sh', '-ec', "ip link add link $name name kxfetag type vlan id 7; ip link set kxfetag up; ip addr add 10.97.0.$nr/24 dev kxfetag; ip addr add fd97::$nr/64 dev kxfetag nodad;" .
			     "ip link add link $name name kxfeout type vlan proto 802.1ad id 8; ip link set kxfeout up; ip link add link kxfeout name kxfein type vlan id 9;" .
			     "ip link set kxfein up; ip addr add 10.98.0.$nr/24 dev kxfein; ip addr add fd98::$nr/64 dev kxfein nodad")->{exit};
}
my $tags = rules('tags', "default in drop\ndefault out drop\nback: pass state established\nseven: pass in vlan 7 icmp echo-request\nnine: pass in vlan 8 inner vlan 9 icmp echo-request\n" .
		 "other: drop in icmp echo-request\n");
SKIP: {
	skip 'this kernel has no devices with tags', 1 if !$has_tags;
	for my $mode ('on', $slow ? () : 'off') {
		my @modes = map { ns_text($_->[0], 'python3', "$dir/ethtool.py", $_->[1], $mode) } [ $far, 'kxfeln0' ], [ $near, $dev ];
		note("tags by the device $mode: @modes");
		is(apply($tags, '--dev', $dev), 0, "tags by the device $mode");
		is(ping($far, $_, 3), 3, "... one tag: $_") for '10.97.0.2', 'fd97::2';
		is(ping($far, $_, 3, '-s', 3000), 3, "... two: $_") for '10.98.0.2', 'fd98::2';
		is(ping($far, '10.93.0.2', 1, '-W', '0.3'), 0, '... none is refused');
		my $shown = shown();
		is(join(' ', map { $_ . ($shown->{$_}{packets} > 0) } qw(seven nine other)), 'seven1 nine1 other1', '... by the rules on tags');
		is($shown->{$_}{malformed}, 0, "... nothing that goes $_ is malformed") for qw(in out);
		kxfilter('remove', $dev);
	}
	# At the device of the tag the packet has none any more.
	my $state = state_of('kxfetag');
	is(apply(rules('inner', "default in drop\npass in vlan none icmp echo-request\npass in state established\n"), '--dev', 'kxfetag'), 0, 'at the device of a tag itself');
	is(ping($far, $_, 2), 2, "... $_") for '10.97.0.2', 'fd97::2';
	is(kxfilter('remove', 'kxfetag')->{exit}, 0, '... removed');
	is(state_of('kxfetag'), $state, '... as it was');
}

#
# What only reports: packets leave and come as they are
#
my $change = rules('change', "default in drop\ndefault out drop\nttl: count set ttl 9 set dscp ef\nmark: count mark set 0x7\n" .
		   "nat: nat source to 10.93.0.99 out icmp echo-request\ninward: nat destination to 10.93.0.77 in to 10.93.0.2 udp\ndrop in from 10.93.0.1\n");
my $dump = begin($far, 'tcpdump', '-n', '-v', '-i', 'kxfeln0', '-c', 6, 'icmp');
wait_for(sub { slurp($dump->{err}) =~ /listening/ });
is(apply($change, '--dev', $dev, '--monitor'), 0, 'a policy that changes all, reporting only');
is(ping($near, '10.93.0.1', 3), 3, 'ping goes on');
my $seen = finish($dump)->{out};
is(scalar(() = $seen =~ /10\.93\.0\.2 > 10\.93\.0\.1: ICMP echo request/g), 3, '... from its own address');
unlike($seen, qr/ttl 9,|tos 0xb8|10\.93\.0\.99/, '... with its own TTL and DSCP');
$shown = shown();
is(join(' ', map { $shown->{$_}{packets} } qw(nat ttl)), '3 6', '... what would have become of them is counted');
cmp_ok($shown->{in}{dropped}, '>=', 3, '... and the answers that would have been dropped');
is(kxfilter('remove', $dev)->{exit}, 0, 'removed');
is(state_of(), $before, 'the device is as it was');

#
# The device goes, and another one of that name comes
#
is(apply($policy, '--dev', $dev), 0, 'a policy');
sh($near, "ip link del $dev");
sh($far, "ip link add kxfeln0 type veth peer name $dev netns $near");
sh($_->[0], "ip addr add 10.93.0.$_->[2]/24 dev $_->[1]; ip link set $_->[1] up") for [ $far, 'kxfeln0', 1 ], [ $near, $dev, 2 ];
$before = state_of();
is(ping($far, '10.93.0.2', 1), 1, '... of a device that has gone does not act on the next one');
like(kxfilter('show', $dev)->{err}, qr/^kxfilter: $dev: its rules do not act: .*; kxfilter apply lets them act$/m, '... show says so');
is(apply($policy, '--dev', $dev), 0, '... applied again');
is(ping($far, '10.93.0.2', 1, '-W', '0.3'), 0, '... they act');
is(kxfilter('show', $dev)->{err}, '', '... and show has nothing to say');
is(kxfilter('remove', $dev)->{exit}, 0, 'removed');
is(state_of(), $before, 'the device is as it was');

#
# Out of sight
#
my $hidden = run('ip', 'netns', 'exec', $near, $filter, 'apply', $policy, '--dev', $dev);
is($hidden->{exit}, 1, 'by ip netns exec it is refused');
like($hidden->{err}, qr{^kxfilter: /sys/fs/bpf: ip netns exec $near has hidden the machine's: .*; nsenter --net=/run/netns/$near COMMAND keeps it in sight$}, '... with what is to be done');
is(state_of(), $before, '... and nothing is done');
like(run('ip', 'netns', 'exec', $near, $filter, 'show')->{err}, qr/^kxfilter: .*has hidden.*\n$/, 'show does not say that nothing is there');
like(run('ip', 'netns', 'exec', $near, "$build/kx", 'info', 'kxfilter')->{err}, qr/^kx: .*has hidden.*\n$/, 'nor does kx info');
like(run($filter, '--netns', 'kxfe-none', 'show')->{err}, qr/^kxfilter: --netns: kxfe-none: .*; ip netns list shows/, 'a network namespace that there is not');

#
# Killed at any step, then removed
#
SKIP: {
	skip 'a guest takes too long for all the steps', 2 if $slow;
	skip 'strace, which kills at a step, is not installed', 2 if system('command -v strace >/dev/null') != 0;
	my ($killed, @wrong) = (0);
	for my $hook (qw(tc xdp)) {
		for my $step ($hook eq 'tc' ? qw(bpf:5 bpf:60 renameat2:1 sendto:2) : qw(bpf:40 bpf:75 renameat2:1)) {
			my ($call, $when) = split /:/, $step;
			my $r = run('strace', '-f', '-o', '/dev/null', '-e', "trace=$call", '-e', "inject=$call:signal=KILL:when=$when", $filter, '--netns', $near, 'apply', $policy, '--dev', $dev, '--hook', $hook);
			$killed += $r->{signal} == 9 || $r->{exit} == 137;
			kxfilter('remove', $dev);
			in_ns($near, "$build/kx", 'check', '--repair') if state_of() ne $before;
			push @wrong, "$hook $step" if state_of() ne $before;
		}
	}
	is("@wrong", '', "killed $killed times, and removed: the device is as it was");
	cmp_ok($killed, '>=', 4, 'there were steps');
}
done_testing();
