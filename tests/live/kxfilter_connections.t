#!/usr/bin/perl
# SPDX-License-Identifier: GPL-2.0-only
# kxfilter connections and forget: what is open is what nf_conntrack has open, clauses find their
# part of it, what is forgotten belongs to no connection any more, and nothing else is forgotten.
use strict;
use warnings;
use lib 'tests/lib';
use IPC::Open2;
use JSON::PP;
use KX;
use Netns;
use Socket qw(inet_pton AF_INET6);
use Test::More;

need_root();
plan skip_all => 'user space reads the same table on each kernel; KX_SLOW asks for it' if $ENV{KX_VM_KERNEL} && !$ENV{KX_SLOW};
for (qw(nsenter python3 nft ping)) {
	plan skip_all => "$_ is not installed" if system("command -v $_ >/dev/null") != 0;
}
my ($near, $far, $dev) = qw(kxfcn-near kxfcn-far kxfcn1);
my ($filter, $wait, $brief) = ("$build/kxfilter", 30, $ENV{KX_VM_KERNEL} ? 12 : 3);
my ($r, @pids, @running);
END {
	my $status = $?;
	kill KILL => @pids, map { $_->{pid} } @running;
	if ($near && -e "/run/netns/$near") { in_ns($near, $filter, 'remove', $dev); netns_end(); }
	$? = $status;
}
sub kxfilter { return in_ns($near, $filter, @_); }
sub apply { my $r = kxfilter('apply', write_file("$dir/$_[0].rules", $_[1]), '--dev', $dev); is($r->{exit}, 0, "rules: $_[0]") or diag($r->{err}); }
sub connections { return map { decode_json($_) } split /\n/, kxfilter('connections', $dev, @_, '--json')->{out}; }
sub tracked { my ($row) = grep { ($_->{table} // '') eq 'connections' } map { decode_json($_) } split /\n/, kxfilter('show', $dev, '--json')->{out}; return $row; }

netns_new($near, $far);
netns_pair(98, $far, 'kxfcn0', $near, $dev);
like(kxfilter($_, $dev, 'tcp')->{err}, qr/^kxfilter: $dev: kxfilter does not filter it; kxfilter apply does$/, "$_: a device without a filter") for qw(connections forget);
apply('stateless', "drop in from 10.98.0.9\n");
for (qw(connections forget)) {
	$r = kxfilter($_, $dev, 'tcp');
	is($r->{exit}, 1, "$_: rules that track nothing");
	like($r->{err}, qr/^kxfilter: $dev: its rules track no connections: none of them asks for a state or has nat$/, '... which is said');
}

# The kernel's own conntrack is behind the filter.
$r = in_ns($near, 'nft', 'add table inet seen; add chain inet seen in { type filter hook input priority 0; }; add rule inet seen in ct state established counter');
is($r->{err}, '', 'nf_conntrack beside it');
my $policy = <<'EOF';
default in drop
set banned address live { 10.98.0.9 }
set friends address live { 10.98.0.1 }
drop in from @banned
friends: count in from @friends
pass in state established, related
ping: pass in icmp echo-request
shell: pass in tcp to port 7022 state new
web: nat destination to 10.98.0.2 port 7080 tcp to 10.98.0.2 port 80
names: pass in udp to port 7053 state new
quiet: pass in udp to port 7999 state new
EOF
apply('first', $policy);
$r = kxfilter('connections', $dev);
is("$r->{exit} $r->{out}", '0 ', 'no connection yet');
is($r->{err}, "kxfilter: $dev: there is no connection\n", '... which is said');

write_file("$dir/serve", <<'EOF');
import socket, threading
def echo(c):
    while True:
        data = c.recv(100)
        if not data:
            break
        c.sendall(data)
def listen(port):
    s = socket.socket(socket.AF_INET6)
    s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    s.bind(('', port))
    s.listen(100)
    while True:
        c, _ = s.accept()
        threading.Thread(target=echo, args=(c,), daemon=True).start()
for port in (7022, 7080):
    threading.Thread(target=listen, args=(port,), daemon=True).start()
u = socket.socket(socket.AF_INET6, socket.SOCK_DGRAM)
u.bind(('', 7053))
quiet = socket.socket(socket.AF_INET6, socket.SOCK_DGRAM)
quiet.bind(('', 7999))
print('ready', flush=True)
while True:
    data, who = u.recvfrom(100)
    u.sendto(data, who)
EOF
write_file("$dir/ask", <<'EOF');
import socket, sys
open_ones = {}
for line in sys.stdin:
    verb, name, *rest = line.split()
    try:
        if verb in ('tcp', 'udp'):
            family = socket.AF_INET6 if ':' in rest[0] else socket.AF_INET
            s = socket.socket(family, socket.SOCK_STREAM if verb == 'tcp' else socket.SOCK_DGRAM)
            s.settimeout(float(sys.argv[1]))
            s.connect((rest[0], int(rest[1])))
            open_ones[name] = s
        s = open_ones[name]
        if verb == 'in-vain':
            s.settimeout(float(sys.argv[2]))
        s.send(name.encode())
        if 'alone' not in rest and s.recv(100).decode() != name:
            print('something else', flush=True)
        else:
            print(s.getsockname()[1], flush=True)
    except OSError as e:
        print('nothing', flush=True)
EOF
sub begin { my ($ns, @command) = @_; my $pid = open2(my $from, my $to, 'nsenter', "--net=/run/netns/$ns", 'python3', @command); push @pids, $pid; return ($from, $to); }
my ($ready) = begin($near, "$dir/serve");
is(scalar <$ready>, "ready\n", 'who answers');
my ($said, $say) = begin($far, "$dir/ask", $wait, $brief);
# The own port, when what was sent has come back; or "nothing".
sub ask { print $say "@_\n"; my $line = <$said>; chomp $line; return $line; }

my %port;
my @talks = (['tcp', 'shell4', '10.98.0.2', 7022], ['tcp', 'shell6', 'fd98::2', 7022], ['tcp', 'web', '10.98.0.2', 80], ['udp', 'names4', '10.98.0.2', 7053],
	     ['udp', 'names6', 'fd98::2', 7053], ['udp', 'names4b', '10.98.0.2', 7053]);
like($port{$_->[1]} = ask(@$_), qr/^\d+$/, "@$_: answered") for @talks;
is(ask('say', 'names4b'), $port{names4b}, '... and asked again');
like($port{quiet} = ask('udp', 'quiet', '10.98.0.2', 7999, 'alone'), qr/^\d+$/, 'asked, not answered');
is(in_ns($far, 'ping', '-c1', '-W', $wait, $_)->{exit}, 0, "ping $_") for '10.98.0.2', 'fd98::2';

#
# The same as conntrack has, which sees what is translated
#
sub full { return $_[0] =~ /:/ ? unpack 'H*', inet_pton(AF_INET6, $_[0]) : $_[0]; }
sub theirs {
	my @list;
	for (split /\n/, in_ns($near, 'cat', '/proc/net/nf_conntrack')->{out}) {
		my ($name, $src, $dst, $rest) = /^ipv[46]\s+\d+ (\S+)\s.*? src=(\S+) dst=(\S+) (\S+ \S+)/ or next;
		my ($sport, $dport) = $rest =~ /sport=(\d+) dport=(\d+)/;
		push @list, join ' ', $name =~ s/icmpv6/icmp6/r, full($src), $sport // '-', full($dst), $dport // '-';
	}
	return join "\n", sort @list;
}
sub ours { return join "\n", sort map { join ' ', $_->{protocol}, full($_->{as_from} // $_->{from}), $_->{as_from_port} // $_->{from_port} // '-', full($_->{as_to} // $_->{to}), $_->{as_to_port} // $_->{to_port} // '-' } @_; }
my @all = connections();
is(ours(@all), theirs(), 'those that conntrack has') or diag(kxfilter('connections', $dev)->{out});
is(scalar @all, 9, 'all of them');
is(tracked()->{open}, 9, 'as many as kxfilter show says');
my ($instance) = map { m{/([^/]+)$} } glob "/sys/fs/bpf/kx/kxfilter-$dev*";
like(run("$build/kx", 'cat', "$instance.metrics")->{out}, qr/^kxfilter_connections\{device="$dev"\} 9$/m, '... and as Prometheus is told');

my %by = map { ($_->{rule} . ($_->{from_port} // $_->{from}) => $_) } @all;
my $web = $by{"web$port{web}"};
is(join(' ', @$web{qw(direction state phase protocol from from_port to to_port as_from as_from_port as_to as_to_port)}),
   "in established open tcp 10.98.0.1 $port{web} 10.98.0.2 80 10.98.0.1 $port{web} 10.98.0.2 7080", 'one that is translated');
is(join(' ', @{$by{"names$port{names4b}"}}{qw(state phase)}), 'established stream', 'one that was asked again');
is(join(' ', @{$by{"names$port{names6}"}}{qw(state phase from)}), 'established answered fd98::1', 'one that was answered');
is(join(' ', @{$by{"quiet$port{quiet}"}}{qw(state phase)}), 'new asked', 'one that was not');
like($by{'ping10.98.0.1'}{identifier}, qr/^\d+$/, 'a ping has its identifier');
ok(!exists $web->{identifier} && !exists $by{'ping10.98.0.1'}{from_port}, '... and what has ports has ports');
for (@all) {
	cmp_ok($_->{ends_in_ns} + $_->{silent_ns}, '<=', 7440e9, "$_->{rule}: ends in time");
	cmp_ok($_->{age_ns}, '>=', $_->{silent_ns}, '... and was not silent before it was');
}
like(kxfilter('connections', $dev, 'to port 80')->{out},
     qr/^in  open         web                  tcp 10\.98\.0\.1\.$port{web} > 10\.98\.0\.2\.80 as 10\.98\.0\.1\.$port{web} > 10\.98\.0\.2\.7080, \d+s old, silent \d+s, ends in 74\d\ds\n\z/, 'as text');

#
# Clauses
#
my @clauses = (
	['tcp', sub { $_->{protocol} eq 'tcp' }], ['proto not tcp', sub { $_->{protocol} ne 'tcp' }], ['from any', sub { 1 }],
	['family ip6', sub { $_->{from} =~ /:/ }], ['icmp', sub { $_->{protocol} =~ /icmp/ }], ['icmp6 echo-request', sub { $_->{protocol} eq 'icmp6' }],
	['icmp echo-reply', sub { 0 }], ['to port 7000-7099', sub { ($_->{to_port} // 0) =~ /^70/ }], ['to port not { 80, 7022 }', sub { ($_->{to_port} // 80) !~ /^(80|7022)$/ }],
	['from fd98::/16', sub { $_->{from} =~ /^fd98/ }], ['to 10.98.0.2 port 80', sub { ($_->{to_port} // 0) eq 80 }], ['to port 7080', sub { 0 }],
	['state new', sub { $_->{state} eq 'new' }], ['state established udp', sub { $_->{state} eq 'established' && $_->{protocol} eq 'udp' }],
	['in', sub { 1 }], ['out', sub { 0 }], ['from @banned', sub { 0 }], ['from @friends', sub { $_->{from} eq '10.98.0.1' }], ["from port $port{shell4}", sub { ($_->{from_port} // 0) eq $port{shell4} }],
);
for (@clauses) {
	my ($words, $has) = @$_;
	is(ours(connections(split / /, $words)), ours(grep { $has->() } @all), $words);
}
is(kxfilter('add', $dev, 'banned', '10.98.0.1')->{exit}, 0, 'an address for a live set');
is(ours(connections('from @banned')), ours(grep { $_->{from} eq '10.98.0.1' } @all), 'from a live set');
is(ours(connections('from not @banned')), ours(grep { $_->{from} ne '10.98.0.1' } @all), '... and not from it');
is(kxfilter('flush', $dev, 'banned')->{exit}, 0, 'which is empty again');

my @wrong = (
	['vlan 5', qr/^kxfilter: a connection has no vlan: from, to, ports, proto, icmp, family, state, in and out say which are meant$/],
	['drop tcp', qr/^kxfilter: drop says what to do, not which connections: from, to/],
	['tcp limit 5/s', qr{^kxfilter: tcp limit 5/s: that says more than which connections: from, to}],
	['state invalid', qr/^kxfilter: a connection is new, until it is answered, or established$/],
	['tcp; udp', qr/^kxfilter: tcp;: clauses are those of one rule: no ;, # or \\ belongs there$/],
	['tpc', qr/^clauses:1:1: error: tpc is no word of a rule: did you mean tcp\?\n +1 \| tpc\n +\| \^~~$/],
	['from @nobody', qr/^clauses:1:6: error: there is no set nobody: .*\n +1 \| from \@nobody\n +\|      \^~~/],
	['to port {', qr/^clauses:1:9: error: the brace is not closed/],
);
for my $verb (qw(connections forget)) {
	for (@wrong) {
		my ($words, $like) = @$_;
		$r = kxfilter($verb, $dev, split / /, $words);
		is("$r->{exit} $r->{out}", '2 ', "$verb $words");
		like($r->{err}, $like, '... says why');
	}
}
$r = kxfilter('forget', $dev, '');
is("$r->{exit} $r->{err}", "2 kxfilter: the clauses are empty: from any are all connections\n", 'an empty variable does not mean all');
like(kxfilter('forget', $dev)->{err}, qr/^kxfilter: forget: say which: kxfilter forget $dev from 192\.0\.2\.1, or "from any" for all$/, 'forget wants to be told which');
# Others may be over by now.
is(scalar(connections('tcp')), 3, 'none of that has forgotten any');

#
# Forgotten: a segment of it is invalid, and its ends may begin anew
#
$r = kxfilter('forget', $dev, 'tcp', 'from', 'port', $port{shell4});
is($r->{out}, "$dev: 1 connection forgotten\n", 'one is forgotten');
is(ours(connections('tcp')), ours(grep { $_->{protocol} eq 'tcp' && $_->{from_port} ne $port{shell4} } @all), '... and no other one');
my $invalid = tracked()->{invalid};
is(ask('in-vain', 'shell4'), 'nothing', 'its segments do not pass');
cmp_ok(tracked()->{invalid}, '>', $invalid, '... since they are invalid');
is(ask('say', $_), $port{$_}, "$_ goes on") for qw(shell6 web names4 names6);
is(decode_json(kxfilter('forget', $dev, 'to', 'port', 80, '--json')->{out})->{connections}, 1, 'one that is translated');
is(ask('in-vain', 'web'), 'nothing', '... which is gone with its translation');
like($port{web} = ask('tcp', 'web', '10.98.0.2', 80), qr/^\d+$/, 'another one begins');
is(scalar(connections('to port 80')), 1, '... and is there');
is(ask('say', 'quiet', 'alone'), $port{quiet}, 'asked again, and not answered');
is(kxfilter('forget', $dev, 'udp', 'state', 'new')->{out}, "$dev: 1 connection forgotten\n", '... which is forgotten');
is(kxfilter('forget', $dev, 'udp', 'state', 'new')->{out}, "$dev: 0 connections forgotten\n", '... once');
is(ask('say', 'names4'), $port{names4}, 'datagrams go on');

#
# Beside a flood that takes the same few places again and again
#
apply('few', "connections 500\n$policy");
like(ask('tcp', 'lasts', '10.98.0.2', 7022), qr/^\d+$/, 'a connection');
my $count = $ENV{KX_VM_KERNEL} ? 20_000 : 1_000_000;
my $flood = start('nsenter', "--net=/run/netns/$far", "$build/tests/live/flood", 'kxfcn0', '02:00:00:00:62:02', '10.98.0.2', 7999, 'udp', $count);
push @running, $flood;
my ($rounds, $forgotten, $listed, $lasts, $twice) = (0, 0, 0, 0, 0);
until (-s $flood->{out}) {
	my %seen;
	$rounds++;
	$forgotten += decode_json(kxfilter('forget', $dev, 'udp', 'to', 'port', 7999, '--json')->{out})->{connections};
	my @list = connections();
	$listed += @list;
	$lasts += 1 == grep { $_->{rule} eq 'shell' } @list;
	$twice += grep { $seen{join ' ', @$_{qw(protocol from to)}, $_->{from_port} // ''}++ } @list;
	$lasts += ask('say', 'lasts') ne 'nothing';
}
is(finish($flood)->{out}, "$count\n", 'a flood of datagrams, each from somewhere else');
note("$rounds rounds, $forgotten forgotten, $listed listed");
is($lasts, 2 * $rounds, 'a connection that is not meant is there, and goes on, each time');
is($twice, 0, 'no connection is told of twice');
cmp_ok($forgotten, '>', 0, 'others were forgotten');
kxfilter('forget', $dev, 'udp');
my $table = tracked();
cmp_ok($forgotten, '<=', $table->{made}, 'no more than there have been');
is($table->{open}, 1, 'one is left in the end');
is(ours(connections('udp')), '', '... which is none of the flood');
is(run('sh', '-c', "nsenter --net=/run/netns/$near $filter connections $dev >/dev/full")->{exit}, 1, 'a full disk is a failure');
is(kxfilter('forget', $dev, 'from', 'any')->{out}, "$dev: 1 connection forgotten\n", 'all are forgotten');
is(ask('in-vain', 'lasts'), 'nothing', '... also that one');
done_testing();
