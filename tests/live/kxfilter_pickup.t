#!/usr/bin/perl
# SPDX-License-Identifier: GPL-2.0-only
# Connections that were open before the rules: cut by a stateful default-drop, unless it says
# "pickup on".
use strict;
use warnings;
use lib 'tests/lib';
use IPC::Open2;
use KX;
use Netns;
use Test::More;

need_root();
plan skip_all => 'what it shows does not depend on the kernel; KX_SLOW asks for it' if $ENV{KX_VM_KERNEL} && !$ENV{KX_SLOW};
for (qw(nsenter python3)) {
	plan skip_all => "$_ is not installed" if system("command -v $_ >/dev/null") != 0;
}
my ($near, $far, $dev) = qw(kxpu-near kxpu-far kxpu0);
my @peers;
END {
	my $status = $?;
	kill KILL => @peers if @peers;
	if ($near && -e "/run/netns/$near") { in_ns($near, "$build/kxfilter", 'remove', $dev); netns_end(); }
	$? = $status;
}
netns_new($near, $far);
netns_pair(97, $near, $dev, $far, 'kxpu1');

# Who serves sends each line back; who asks says what came, or nothing after a while.
my $wait = $ENV{KX_VM_KERNEL} ? 12 : 3;
write_file("$dir/serve", <<'EOF');
import socket, sys
s = socket.socket()
s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
s.bind((sys.argv[1], int(sys.argv[2])))
s.listen(8)
print("ready", flush=True)
c, _ = s.accept()
while True:
    data = c.recv(100)
    if not data:
        break
    c.send(data)
EOF
write_file("$dir/ask", <<'EOF');
import socket, sys
s = socket.create_connection((sys.argv[1], int(sys.argv[2])))
s.settimeout(float(sys.argv[3]))
print("ready", flush=True)
for line in sys.stdin:
    try:
        s.send(line.encode())
        print(s.recv(100).decode().strip(), flush=True)
    except OSError as e:
        print("nothing", flush=True)
EOF

sub begin {
	my ($ns, @command) = @_;
	my $pid = open2(my $from, my $to, 'nsenter', "--net=/run/netns/$ns", 'python3', @command);
	push @peers, $pid;
	is(scalar <$from>, "ready\n", "@command[1 .. 2]: ready");
	return sub { print $to "$_[0]\n"; my $line = <$from>; chomp $line; return $line; };
}
sub connection {
	my ($server, $address, $client, $port) = @_;
	begin($server, "$dir/serve", $address, $port);
	return begin($client, "$dir/ask", $address, $port, $wait);
}
sub apply { return in_ns($near, "$build/kxfilter", 'apply', write_file("$dir/rules", $_[0]), '--dev', $dev); }

my $stateful = "default in drop\npass in state established, related\npass in tcp to port 8001 state new\n";
my @open = (connection($near, '10.97.0.1', $far, 8001), connection($far, '10.97.0.2', $near, 8002));
is(join(' ', map { $_->('before') } @open), 'before before', 'two are open, one begun by each side');
is(apply("pickup on\n$stateful")->{err}, '', 'a default-drop that picks up');
is($open[0]->('on'), 'on', 'who may begin one goes on with it');
is($open[1]->('on'), 'on', 'what this side began goes on');
is(in_ns($near, "$build/kxfilter", 'remove', $dev)->{exit}, 0, 'removed');
@open = (connection($near, '10.97.0.1', $far, 8003), connection($far, '10.97.0.2', $near, 8004));
is(apply($stateful =~ s/8001/8003/r)->{err}, '', 'one that does not');
is(join(' ', map { $_->('off') } @open), 'nothing nothing', 'cuts both');
done_testing();
