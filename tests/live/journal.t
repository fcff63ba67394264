#!/usr/bin/perl
# SPDX-License-Identifier: GPL-2.0-only
# The journal, read back by journalctl; syslog by datagrams, UDP and TCP.
use strict;
use warnings;
use lib 'tests/lib';
use IO::Socket::INET;
use IO::Socket::UNIX;
use JSON::PP;
use KX;
use Socket;
use Test::More;

plan skip_all => 'what it does does not depend on the kernel' if $ENV{KX_VM_KERNEL};
need_root();
my $drive = "$build/tests/live/sink_drive";

# A datagram socket that the test reads.
sub receiver {
	my $path = shift;
	unlink $path;
	return IO::Socket::UNIX->new(Type => SOCK_DGRAM, Local => $path) // die "$path: $!";
}

sub receive {
	my $socket = shift;
	my $data = '';
	local $SIG{ALRM} = sub { die "deadline\n" };
	alarm 20;
	my $got = eval { defined $socket->recv($data, 1 << 20) };
	alarm 0;
	return $got ? $data : undef;
}

# The journal's protocol, field by field.
my $path = "$dir/journal";
my $run = start($drive, '-n', 3, '-l', 4, "journal:$path");
ok(wait_for(sub { slurp($run->{err}) =~ /No such file/ }), 'a journal that is not there is told of');
my $socket = receiver($path);
my $first = receive($socket) // '';
my %field = map { /^(\w+)=(.*)$/ ? ($1 => $2) : () } split /\n/, $first;
is($field{MESSAGE}, 'x' x 100, 'the message');
is($field{PRIORITY}, 4, 'its priority');
is($field{SYSLOG_IDENTIFIER}, 'kx/test', 'the identifier');
is($field{KX_ID}, 'boot.1.log.1.0.1', 'the id');
is(join(' ', @field{qw(KX_INSTANCE KX_STREAM KX_CPU KX_NR)}), 'test log 0 1', 'where it is from');
like($field{KX_BOOT_NS}, qr/^\d+$/, 'its time');
receive($socket) for 2 .. 3;
like(finish($run)->{out}, qr/^records=3 done=3 failures=[1-9]/, 'all are handed over');

# Nobody reads for a while: nothing is waited for, nothing is missing.
$run = start($drive, '-n', 5000, "journal:$path");
my @nr;
while (@nr < 5000) {
	my $data = receive($socket) // last;
	push @nr, $1 if $data =~ /^KX_NR=(\d+)$/m;
}
is("@nr", join(' ', 1 .. 5000), 'a slow journal gets all, in their order');
is(finish($run)->{exit}, 0, '... and the sink ends well');

# The journal goes away and comes again.
close $socket;
$run = start($drive, '-n', 2, "journal:$path");
ok(wait_for(sub { slurp($run->{err}) =~ /Connection refused/ }), 'a journal that is gone is told of');
$socket = receiver($path);
like(receive($socket) // '', qr/^KX_NR=1$/m, 'one that is back gets all');
finish($run);

# The real one, in a directory of its own.
sub real_journal {
	my ($journald) = grep { -x } '/lib/systemd/systemd-journald';
	my ($journalctl) = grep { -x } map { "$_/journalctl" } split /:/, $ENV{PATH};
	skip 'systemd is not installed', 4 unless $journald && $journalctl;
	my $script = 'mount -t tmpfs none /run && mount -t tmpfs none /var/log && mkdir -p /run/systemd/journal /run/log/journal && ' .
	    "{ $journald & pid=\$!; } && " .
	    'for i in $(seq 600); do [ -S /run/systemd/journal/socket ] && break; kill -0 $pid 2>/dev/null || exit 77; sleep 0.1; done; ' .
	    "$drive -n 500 -l 3 journal: && $drive -n 1 -b long -s 600000 journal: && " .
	    'for i in $(seq 300); do [ $(journalctl -D /run/log/journal -q -o cat KX_INSTANCE=test | wc -l) -ge 501 ] && break; sleep 0.1; done; ' .
	    'journalctl -D /run/log/journal -q -a -o json KX_INSTANCE=test; kill $pid; wait $pid 2>/dev/null; exit 0';
	my $result = run('unshare', '-m', '--propagation', 'private', 'sh', '-c', $script);
	skip 'journald does not start here', 4 if $result->{exit} == 77;
	my @entries = map { decode_json($_) } grep { /^\{/ } split /\n/, $result->{out};
	is(scalar(@entries), 501, 'journalctl has each once') or diag($result->{err});
	is_deeply([ map { $_->{KX_ID} } @entries[0 .. 499] ], [ map { "boot.1.log.1.0.$_" } 1 .. 500 ],
		  '... in their order');
	is("$entries[0]{PRIORITY} $entries[0]{SYSLOG_IDENTIFIER}", '3 kx/test', '... with priority and identifier');
	cmp_ok(length($entries[500]{MESSAGE} // ''), '>=', 500_000, 'a record longer than a datagram');
}
SKIP: { real_journal(); }

# Syslog, RFC 5424.
my $rfc = qr/^<12>1 \d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z drive kx\/test - log \[kx\@32473 id="boot\.1\.log\.1\.0\.1" instance="test" extension="test" stream="log" cpu="0" nr="1" boot_ns="\d+" lost="0"\] x{100}$/;
$path = "$dir/log";
$socket = receiver($path);
$run = start($drive, '-n', 1, '-l', 4, "syslog:$path");
like(receive($socket) // '', $rfc, 'a datagram of RFC 5424');
is(finish($run)->{exit}, 0, '... handed over');
close $socket;

my $udp = IO::Socket::INET->new(Proto => 'udp', LocalAddr => '127.0.0.1') or die "udp: $!";
my $to = '127.0.0.1:' . $udp->sockport;
$run = start($drive, '-n', 1, '-l', 4, "syslog:$to");
like(receive($udp) // '', $rfc, 'the same by UDP');
finish($run);
$run = start($drive, '-n', 1, '-s', 5000, "syslog:$to");
my $long = receive($udp) // '';
is(length $long, 2048, 'what is too long is cut');
like($long, qr/xxx\.\.\.\[cut\]$/, '... and says so');
finish($run);

# TCP, with a connection that breaks: what was not confirmed comes again.
my $tcp = IO::Socket::INET->new(LocalAddr => '127.0.0.1', Listen => 5) or die "tcp: $!";
$run = start($drive, '-n', 20000, 'syslog:127.0.0.1:' . $tcp->sockport . ',tcp');
my %seen;
my $buffer = '';
sub frames {
	my ($client, $until) = @_;
	while (keys %seen < $until) {
		while ($buffer =~ /^(\d+) / && length $buffer >= length($1) + 1 + $1) {
			my $frame = substr $buffer, length($1) + 1, $1;
			substr $buffer, 0, length($1) + 1 + $1, '';
			$seen{$1}++ if $frame =~ /^<14>1 .* nr="(\d+)"/;
		}
		sysread $client, $buffer, 65536, length $buffer or last;
	}
}
my $client = $tcp->accept;
frames($client, 5000);
setsockopt $client, SOL_SOCKET, SO_LINGER, pack('ii', 1, 0);
close $client;
$buffer = '';
my $before = keys %seen;
$client = $tcp->accept;
frames($client, 20000);
my $result = finish($run);
is($result->{exit}, 0, 'TCP goes on after a break') or diag($result->{err});
cmp_ok($before, '<', 20000, '... that came in between');
like($result->{out}, qr/done=20000 failures=[1-9]/, '... is counted');
my @missing = grep { !$seen{$_} } 1 .. 20000;
my $gap = @missing ? $missing[-1] - $missing[0] + 1 : 0;
is($gap, scalar(@missing), 'missing is nothing but what the receiver had confirmed and not read');
cmp_ok(scalar(@missing) ? $missing[0] : $before + 1, '>', $before, '... when it broke the connection');

for ([ 'syslog:here', 'HOST:PORT' ], [ 'syslog:/dev/log,tcp', 'is expected' ], [ 'syslog:h:1,size=4', 'is expected' ],
     [ 'journal:/x,y=1', 'no options' ]) {
	my $refused = run($drive, '-n', 1, $_->[0]);
	is($refused->{exit}, 2, "$_->[0] is refused");
	like($refused->{err}, qr/\Q$_->[1]\E/, '... with the reason');
}
done_testing();
