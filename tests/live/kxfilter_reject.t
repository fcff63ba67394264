#!/usr/bin/perl
# SPDX-License-Identifier: GPL-2.0-only
# What kxfilter rejects is answered: by real sockets and by frames, in and out, at tc and at XDP; the
# answers are right, they pass the rules of the other direction, and a flood is not thrown back.
use strict;
use warnings;
use lib 'tests/lib';
use KX;
use Netns;
use Test::More;
use JSON::PP;

need_root();
not_between('6.1');
for (qw(ping nsenter python3 tcpdump)) {
	plan skip_all => "$_ is not installed" if system("command -v $_ >/dev/null") != 0;
}
my ($a, $b, $dev_a, $dev) = qw(kxfa-rej-a kxfa-rej-b kxfarej0 kxfarej1);
my ($filter, $py) = ("$build/kxfilter", 'tests/live/kxfilter_reject.py');

# The registry may be held by others on this machine.
sub kxfilter {
	my @command = @_;
	my $r;
	wait_for(sub { $r = in_ns($b, $filter, @command); $r->{err} !~ /is locked by/ });
	return $r;
}
sub py { my ($ns, @args) = @_; my $r = in_ns($ns, 'python3', $py, @args); chomp $r->{out}; return $r->{out} . $r->{err}; }
sub shown { return { map { $_ = decode_json($_); $_->{rule} // $_->{direction} // 'table' => $_ } split /\n/, kxfilter('show', '--json', $dev)->{out} }; }

sub apply {
	my ($name, $text, @more) = @_;
	my $r = kxfilter('apply', write_file("$dir/$name.rules", $text), '--dev', $dev, @more);
	is($r->{exit}, 0, "$name: applied") or diag($r->{err});
	return $r;
}

# Whoever is told by ping: the words of the error, or nothing.
sub ping {
	my ($ns, $to) = @_;
	my ($said) = ns_text($ns, 'ping', '-n', '-c', 1, '-W', 5, $to) =~ /^From \S+ icmp_seq=1 (.*)$/m;
	return $said // 'nothing';
}

END { my $status = $?; if ($b && -e "/run/netns/$b") { kxfilter('remove', $dev); netns_end(); } $? = $status; }
netns_new($a, $b);
netns_pair(91, $a, $dev_a, $b, $dev);
my %host = ($a => [ '10.91.0.1', 'fd91::1' ], $b => [ '10.91.0.2', 'fd91::2' ]);

# Both directions reject what no rule lets pass: so no answer comes through by a rule.
sub refused {
	my ($what, $from, $to) = @_;
	is(py($from, 'each', map { ("tcp $_ 81", "udp $_ 81", "udp $_ 81 1400") } @{$host{$to}}), join(' ', ('ECONNREFUSED') x 6),
	   "$what: TCP is reset, datagrams and large ones are refused, of both families");
	is(ping($from, $host{$to}[0]), 'Packet filtered', "$what: ping is told");
	is(ping($from, $host{$to}[1]), 'Destination unreachable: Administratively prohibited', "$what: by IPv6 too");
}

# Lines of a capture whose checksum is wrong, of answers from there: others may be unfinished, for the
# device would finish them.
sub wrong_sums {
	my ($file, $to) = @_;
	my $from = join '|', map { quotemeta } @{$host{$to}};
	return grep { /(?:^\s|\s)(?:$from)(?:\.\d+)? > / && !/^\t|^    .*UDP/ && /wrong|incorrect|bad/ && /ICMP|Flags \[R/ } split /\n/,
	    run('tcpdump', '-nvvr', $file)->{out};
}

sub captured {
	my ($ns, $device, $to, $code) = @_;
	my $file = "$dir/$device.pcap";
	my $run = start('nsenter', "--net=/run/netns/$ns", 'tcpdump', '-ni', $device, '--immediate-mode', '-U', '-w', $file);
	wait_for(sub { slurp($run->{err}) =~ /listening on/ }) or diag(slurp($run->{err}));
	$code->();
	kill 'INT', $run->{pid};
	finish($run);
	is(join("\n", wrong_sums($file, $to)), '', 'no answer has a wrong checksum');
	my $lines = run('tcpdump', '-nvvr', $file)->{out};
	cmp_ok(scalar(() = $lines =~ /cksum 0x[0-9a-f]+ \(correct\)|icmp6 sum ok/g), '>=', 2, 'tcpdump has looked at them');
}

my $both = "default in reject\ndefault out reject\n";
apply('both', $both);
captured($a, $dev_a, $b, sub { refused('in', $a, $b) });
captured($b, $dev, $a, sub { refused('out', $b, $a) });
my $shown = shown();
is($shown->{$_}{packets}, $shown->{$_}{passed} + $shown->{$_}{rejected}, "$_: answers are judged by no rule") for qw(in out);
is($shown->{$_}{rejected}, $shown->{$_}{answered}, "$_: all had an answer") for qw(in out);

# The words that say which answer it is.
apply('words', "reject with admin-prohibited udp to port 82\nreject with port-unreachable tcp to port 83\n");
is(py($a, 'each', map { "udp $_ 82" } @{$host{$b}}), 'EHOSTUNREACH EACCES', 'with admin-prohibited');
is(py($b, 'tcp', $host{$a}[0], 83), 'ECONNREFUSED', 'TCP with port-unreachable');

# Frames, and the answers to the byte.
my $frames = "in reject proto { tcp, udp, icmp, 98, 99 }\n";
my @kinds = ('syn', 'syn with data', 'syn with options', 'fin', 'ack', 'reset', 'tagged syn', 'doubly tagged syn', 'doubly tagged udp', 'udp',
	     'echo', 'error', 'first fragment', 'later fragment', 'other', 'group syn', 'group udp');
my $answers = <<'EOT';
syn: tcp flags 20 seq 0 ack 1001
syn with data: tcp flags 20 seq 0 ack 1006
syn with options: tcp flags 20 seq 0 ack 1001
fin: tcp flags 20 seq 0 ack 1001
ack: tcp flags 4 seq 2000 ack 0
reset: nothing
tagged syn: tag 7 tcp flags 20 seq 0 ack 1001
doubly tagged syn: tag 9 tag 7 tcp flags 20 seq 0 ack 1001
doubly tagged udp: tag 9 tag 7 icmp 3/3 of 32 bytes
udp: icmp 3/3 of 32 bytes
echo: icmp 3/13 of 28 bytes
error: nothing
first fragment: icmp 3/3 of 36 bytes
later fragment: nothing
other: icmp 3/13 of 24 bytes
group syn: nothing
group udp: nothing
EOT
chomp $answers;
apply('frames', $frames);
is(py($a, 'frames', $dev_a, @kinds), $answers, 'tc: each kind of packet has its answer, or none');
$shown = shown();
is($shown->{in}{silent}, 5, 'those that may have none are counted');
my ($rule) = grep { ($_->{text} // '') =~ /^in reject/ } values %$shown;
is("$rule->{rejected} $rule->{unanswered}", '34 5', 'by the rule, too');
like(kxfilter('show', $dev)->{out}, qr/, \d+ rejected \(5 of them not answered: 0 beyond the limit, 5 that may have no answer, 0 whose .*\(5 not answered\)$/ms, 'as text');

# TCP in large pieces that the device would divide and whose checksums it would make: the sender is reset.
my $stream = "default in pass\n";
for ([ 'in', $a, $b ], [ 'out', $b, $a ]) {
	my ($way, $from, $to) = @$_;
	apply("stream-$way", $stream);
	my $server = start('nsenter', "--net=/run/netns/$to", 'python3', $py, 'serve', $host{$to}[$way eq 'in'], 5001);
	wait_for(sub { slurp($server->{out}) =~ /listening/ });
	my $client = start('nsenter', "--net=/run/netns/$from", 'python3', $py, 'stream', $host{$to}[$way eq 'in'], 5001);
	wait_for(sub { slurp($client->{out}) =~ /streaming/ });
	apply("cut-$way", "$way reject tcp to port 5001\n");
	like(finish($client)->{out}, qr/ECONNRESET|EPIPE/, "$way: a stream is cut, its sender told");
	my $sum = shown()->{$way};
	is($sum->{unsent}, 0, 'no answer could not be made');
	kill 'TERM', $server->{pid};
	finish($server);
}

# Connections: who is rejected begins none, its answer neither.
apply('states', "again: in count tcp to port 81 state new\nodd: count state invalid from port 81\nicmp: count icmp4 unreachable\nin reject tcp to port 81\nin reject udp to port 81\n" .
      "default in drop\npass out state new, established\npass in state established, related\npass icmp\n");
is(py($a, 'each', map { ("tcp $_ 81 4000", "tcp $_ 81 4000", "udp $_ 81") } @{$host{$b}}), join(' ', ('ECONNREFUSED') x 6), 'with states: refused');
$shown = shown();
is("$shown->{again}{packets} $shown->{odd}{packets} $shown->{icmp}{packets}", '4 0 0', 'what was rejected is new again, and no answer was odd');

# The loopback device: both ends are here.
kxfilter('apply', write_file("$dir/lo.rules", "protect off\nin reject tcp to port 81\nout reject tcp to port 82\nreject udp to port 81\n"), '--dev', 'lo');
is(py($b, 'each', 'tcp 127.0.0.1 81', 'tcp ::1 82', 'udp 127.0.0.1 81'), 'ECONNREFUSED ECONNREFUSED ECONNREFUSED', 'lo');
kxfilter('remove', 'lo');

# In monitor mode nothing is sent, but counted.
my $before = shown();
apply('monitor', "in reject udp to port 81 log\n", '--monitor');
is(py($a, 'udp', '10.91.0.2', 81), 'ECONNREFUSED', 'monitor: the host itself answers');
$shown = shown();
is(join(' ', map { $shown->{in}{$_} - $before->{in}{$_} } qw(rejected answered)), '1 0', 'monitor: it would have been rejected');
like(kxfilter('log', $dev)->{out}, qr/\breject\b.*10\.91\.0\.1:\d+ > 10\.91\.0\.2:81|reject.*10\.91\.0\.1/, 'the log says so');

# A flood: 50 at once to one host, 1,000 to all, and 50 and 1,000 a second.
apply('flood', "in reject udp to port 81\n");
for ([ '', 50, 50 ], [ 'spoofed', 1000, 1000 ]) {
	my ($how, $burst, $rate) = @$_;
	$before = shown()->{in};
	my $sent = 2500;
	my $seconds = py($a, 'flood', $dev_a, $sent, $how ? $how : ());
	my $after = shown()->{in};
	my %new = map { $_ => $after->{$_} - $before->{$_} } qw(rejected answered limited silent unsent);
	is($new{rejected}, $sent, 'flood: all were rejected');
	is($new{answered} + $new{limited}, $sent, '... answered, or dropped for the limit');
	cmp_ok($new{answered}, '<=', $burst + $rate * $seconds + 1, "... $new{answered} answers at most");
	cmp_ok($new{limited}, '>', 0, '... and many were not answered') if $seconds < 1;
}

# XDP: the same answers.
py($a, 'gro', $dev_a);
for my $hook (qw(xdp xdp-generic)) {
	kxfilter('remove', $dev);
	my $r = apply($hook, $frames, '--hook', $hook);
	like($r->{err}, qr/leave a veth by XDP only while its other end has GRO or XDP/, "$hook: what it depends on is said") if $hook eq 'xdp';
	is(py($a, 'frames', $dev_a, @kinds), $answers, "$hook: each kind of packet has its answer, or none");
	# Guests are slow, and these are the same programs.
	next if $ENV{KX_VM_KERNEL};
	apply("$hook-ports", "in reject proto { tcp, udp } to port 81\nin reject icmp echo-request\n", '--hook', $hook);
	captured($a, $dev_a, $b, sub { refused($hook, $a, $b) });
}
like(kxfilter('apply', write_file("$dir/out.rules", "out reject tcp to port 81\n"), '--dev', $dev, '--hook', 'xdp-generic')->{err},
     qr/--hook xdp-generic: answers to what goes out .* come in, and generic XDP cannot tell them from others; --hook tc can/, 'generic XDP would judge answers');
done_testing;
