#!/usr/bin/perl
# SPDX-License-Identifier: GPL-2.0-only
# kxfilter as people use it: check, apply, confirm, show, test, remove, with real packets.
use strict;
use warnings;
use lib 'tests/lib';
use KX;
use Netns;
use Test::More;
use JSON::PP;

need_root();
plan skip_all => 'what it shows does not depend on the kernel; KX_SLOW asks for it' if $ENV{KX_VM_KERNEL} && !$ENV{KX_SLOW};
for (qw(nft ping nsenter)) {
	plan skip_all => "$_ is not installed" if system("command -v $_ >/dev/null") != 0;
}
my ($a, $b, $dev) = qw(kxf-use-a kxf-use-b kxfuse1);
my $filter = "$build/kxfilter";
sub kxfilter { return in_ns($b, $filter, @_); }
sub json { return map { decode_json($_) } split /\n/, $_[0]; }

# By id: what "show" says of a rule.
sub shown { return { map { $_->{rule} // $_->{direction} // $_->{table} => $_ } json(kxfilter('show', '--json', $dev)->{out}) }; }
sub rules { return write_file("$dir/$_[0].rules", $_[1]); }

sub ping {
	my ($to, $nr) = @_;
	my $r = in_ns($a, 'ping', '-q', '-c', $nr, '-i', '0.002', '-W', '1', $to);
	return $r->{out} =~ /(\d+) received/ ? $1 : "no answer: $r->{out}$r->{err}";
}

# "open", "closed" (somebody says so) or "silent".
sub tcp {
	my ($to, $port) = @_;
	my $r = in_ns($a, 'perl', '-MIO::Socket::IP', '-e', 'my $s = IO::Socket::IP->new(PeerHost => $ARGV[0], PeerPort => $ARGV[1], Timeout => 1);' .
		      'print $s ? "open" : $! =~ /refused/ ? "closed" : "silent"', $to, $port);
	return $r->{out};
}

END { if ($b && -e "/run/netns/$b") { kxfilter('remove', $dev); netns_end(); } }
netns_new($a, $b);
netns_pair(81, $a, 'kxfuse0', $b, $dev);
my $before = join '', tcx($b, $dev), map { ns_text($b, @$_) } ['ip', '-d', 'link', 'show', 'dev', $dev], ['tc', 'qdisc', 'show', 'dev', $dev];

# What is wrong is told with its place, all of it, and changes nothing.
my $wrong = rules('wrong', "default in drop\npass in prot tcp\n\tdrop in from 10.0.0.1/8\n");
my $r = kxfilter('check', $wrong);
is($r->{exit}, 1, 'check: errors');
like($r->{err}, qr{^\Q$wrong\E:2:9: error: .*proto.*\n +2 \| pass in prot tcp\n +\| {9}\^~~~$}m, 'with line, column, and a mark below');
like($r->{err}, qr{:3:15: error: .*10\.0\.0\.0/8.*\n +3 \| \tdrop.*\n +\| \t {13}\^~+$}m, 'below tabs too; the remedy is named');
my @told = json(kxfilter('check', '--json', $wrong)->{out});
is(join(' ', map { "$_->{severity}:$_->{line}:$_->{column}" } @told), 'error:2:9 error:3:15', 'as JSON too');
$r = kxfilter('apply', $wrong, '--dev', $dev);
is($r->{exit}, 1, 'apply: the same');
is(kxfilter('show', $dev)->{exit}, 1, 'and nothing acts');
is(() = kxfilter('check', '/bin/sh')->{err} =~ /error:/g, 1, 'a program is no text: once');
my $limited = rules('limited', "protect off\npass in tcp to port 22 limit 5/s log\ndrop in from 10.0.0.0/8\n");
like(kxfilter('check', $limited)->{out}, qr/^in   2 rules, by from, proto, to port \(\d+ classes\); with shares, limits, log\nout  0 rules\n/, 'check: what is compiled');
is_deeply((json(kxfilter('check', '--json', $limited)->{out}))[0]{fields}, ['from', 'proto', 'to port'], 'as JSON too');
like(kxfilter('apply', $wrong)->{err}, qr/--dev DEV is missing/, 'a device is asked for');
like(kxfilter('apply', $wrong, '--dev', 'kxfnone')->{err}, qr/kxfnone: .*ip link lists/, 'one that there is');
like(kxfilter('check', "$dir/none.rules")->{err}, qr/none\.rules.*No such file/, 'and a file');

# A policy that drops by default; nftables behind it counts what comes through.
my $text = "default in drop\ndefault out pass\nping: pass in proto icmp\nweb: pass in proto tcp to port { 80, 8000-8080 }\n" .
	   "back: pass in proto tcp flags ack/syn+ack\n";
my $one = rules('one', $text);
$r = kxfilter('check', $one);
is($r->{exit}, 0, 'check') or diag($r->{err});
like($r->{out}, qr/^in +6 rules/m, 'what it becomes, with three that protect');
$r = kxfilter('apply', $one, '--dev', $dev);
is($r->{exit}, 0, 'apply') or diag($r->{err});
like($r->{out}, qr/^$dev: \d+ rules act, at tc, because .*veth/m, 'where, and why there');
in_ns($b, 'nft', "table ip kxf { chain in { type filter hook input priority 0; icmp type echo-request counter comment \"seen\"; }; }");
is(ping('10.81.0.2', 50), 50, 'what a rule lets pass');
is(ping('fd81::2', 5), 0, 'what none does');
is(tcp('10.81.0.2', 80), 'closed', 'a port that is passed: the host answers');
is(tcp('10.81.0.2', 8081), 'silent', 'one that is not');
my $shown = shown();
my ($seen) = ns_text($b, 'nft', 'list', 'table', 'ip', 'kxf') =~ /counter packets (\d+)/;
is($shown->{ping}{packets}, $seen, 'the rule has counted what nftables sees');
is($shown->{in}{packets}, $shown->{in}{passed} + $shown->{in}{dropped}, 'packets = passed + dropped');
cmp_ok($shown->{in}{dropped}, '>=', 6, 'those are counted');
ok((grep { /^protect-/ } keys %$shown), 'rules that protect the user are shown');

# Another rule set: at once; what a rule has counted goes on by its id.
my $two = rules('two', "# more in front\ndrop in from 192.0.2.0/24\nnew: drop in proto tcp to port 8080\n$text");
my $flood = start('nsenter', "--net=/run/netns/$a", 'ping', '-q', '-c', '400', '-i', '0.002', '10.81.0.2');
for ($two, $one, $two) {
	$r = kxfilter('apply', $_, '--dev', $dev);
	is($r->{exit}, 0, 'applied under traffic') or diag($r->{err});
}
like(finish($flood)->{out}, qr/400 received/, 'no packet got another verdict');
is(shown()->{ping}{packets}, 450, 'and each was counted once');
is(tcp('10.81.0.2', 8080), 'silent', 'the new rule acts');
is(kxfilter('apply', $wrong, '--dev', $dev)->{exit}, 1, 'a wrong rule set');
is(tcp('10.81.0.2', 8080), 'silent', 'leaves the one before');

# Not confirmed in time: the kernel goes back by itself.
my $shut = rules('shut', "default in drop\ndefault out drop\nprotect off\n");
SKIP: {
	$r = kxfilter('apply', $shut, '--dev', $dev, '--confirm', '2');
	skip "no timers here: $r->{err}", 5 if $r->{err} =~ /timer/;
	is($r->{exit}, 0, 'apply --confirm') or diag($r->{err});
	is(ping('10.81.0.2', 1), 0, 'it acts');
	ok(wait_for(sub { ping('10.81.0.2', 1) == 1 }, 30), 'and is undone');
	like(kxfilter('confirm', $dev)->{err}, qr/too late|nothing/, 'it cannot be confirmed any more');
	kxfilter('apply', $one, '--dev', $dev, '--confirm', '600');
	is(kxfilter('confirm', $dev)->{exit}, 0, 'confirmed in time');
}
like(kxfilter('apply', $one, '--dev', $dev, '--confirm', '0')->{err}, qr/--confirm: 0: not a number of seconds from 1 to 86400/, 'a time that is none');

# What rules log is kept until it is read, and shown as it comes.
my $logs = rules('logs', "default out pass\nnoted: drop in proto tcp to port 99 log at 1000/s\npass in\n");
is(kxfilter('apply', $logs, '--dev', $dev)->{exit}, 0, 'a rule that logs');
tcp('10.81.0.2', 99);
like(kxfilter('log', $dev)->{out}, qr/^\[ *[\d.]+\] in +drop +noted +tcp 10\.81\.0\.1\.\d+ > 10\.81\.0\.2\.99, 74 bytes$/m, 'log');
my $follow = start('nsenter', "--net=/run/netns/$b", $filter, 'log', '-f', '--json', $dev);
tcp('10.81.0.2', 99);
ok(wait_for(sub { (() = slurp($follow->{out}) =~ /\n/g) >= 2 }, 20), 'log -f');
kill INT => $follow->{pid};
$r = finish($follow);
is($r->{exit}, 0, 'ends when interrupted');
is(scalar(grep { $_->{rule} eq 'noted' && $_->{verdict} eq 'drop' } json($r->{out})), shown()->{noted}{packets} - shown()->{noted}{unlogged}, 'as many lines as the rule has counted');

# It only reports.
is(kxfilter('apply', $shut, '--dev', $dev, '--monitor')->{exit}, 0, 'apply --monitor');
my $dropped = shown()->{in}{dropped};
is(ping('10.81.0.2', 5), 5, 'all pass');
is(shown()->{in}{dropped} - $dropped, 5, 'and what would have become of them is counted');

is(kxfilter('remove', $dev)->{exit}, 0, 'remove');
is(join('', tcx($b, $dev), map { ns_text($b, @$_) } ['ip', '-d', 'link', 'show', 'dev', $dev], ['tc', 'qdisc', 'show', 'dev', $dev]), $before,
   'the device is as it was');
like(kxfilter('remove', $dev)->{err}, qr/does not filter it/, 'once');

# Captures: Ethernet, IPv4, TCP to a port; each a second after the one before.
sub frame {
	my ($from, $port, $cut) = @_;
	my $tcp = pack('nnNNCCnnn', 1024, $port, 0, 0, 5 << 4, 2, 1024, 0, 0);
	my $ip = pack('CCnnnCCna4a4', 0x45, 0, 40, 0, 0, 64, 6, 0, pack('C4', split /\./, $from), pack('C4', 10, 0, 0, 1));
	return pack('H12H12n', '020000000002', '020000000001', 0x800) . $ip . $tcp;
}
sub capture {
	my ($name, $link, @frames) = @_;
	my $n = 0;
	return write_file("$dir/$name.pcap", pack('VvvVVVV', 0xa1b2c3d4, 2, 4, 0, 0, 65535, $link) .
			  join '', map { pack('VVVV', ++$n, 0, length($_), length($_)) . $_ } @frames);
}
sub packets { my $file = slurp($_[0]); my ($at, $nr) = (24, 0); while ($at < length $file) { $at += 16 + unpack('V', substr $file, $at + 8, 4); $nr++; } return $nr; }
SKIP: {
	my $limits = rules('limits', "default in drop\nslow: pass in proto tcp to port 80 limit 1/s burst 1\nhalf: pass in proto tcp to port 81 every 2\n");
	my $file = capture('some', 1, frame('192.0.2.1', 80), frame('192.0.2.1', 80), (map { frame('192.0.2.2', 81) } 1 .. 4), frame('192.0.2.3', 82),
			   substr(frame('192.0.2.3', 80), 0, 40));
	$r = kxfilter('test', $limits, $file, '--json', '--pass', "$dir/pass.pcap", '--drop', "$dir/drop.pcap");
	skip 'kxfilter was built without libpcap', 8 if $r->{err} =~ /without libpcap/;
	my @each = grep { !$_->{severity} } json($r->{out});
	my $sum = pop @each;
	is(join(' ', map { "$_->{verdict}:$_->{rule}" } @each), 'pass:slow pass:slow drop:default pass:half drop:default pass:half drop:default drop:default',
	   'test: by the time in the capture, and each second one') or diag($r->{err});
	is("$sum->{packets} $sum->{passed} $sum->{dropped}", '8 4 4', 'the sums');
	is(packets("$dir/pass.pcap") . packets("$dir/drop.pcap"), '44', 'and both captures');
	like($each[7]{why}, qr/malformed/, 'a packet that is cut short');
	like(kxfilter('test', $limits, $file)->{out}, qr/^ +1 pass +slow +tcp 192\.0\.2\.1\.1024 > 10\.0\.0\.1\.80 +\(\Q$limits\E:2: /m, 'as text, with the reason');
	$r = kxfilter('test', $limits, capture('raw', 101, substr(frame('192.0.2.1', 80), 14)), '-q');
	like($r->{out}, qr/1 packets: 1 pass/, 'plain IP without a link header') or diag($r->{err});
	like(kxfilter('test', $limits, capture('usb', 189, 'x' x 60))->{err}, qr/headers of the kind/, 'a capture of something else');
	like(kxfilter('test', $limits, $limits)->{err}, qr/limits\.rules.*(?:capture|format)/, 'no capture');
}
done_testing();
