#!/usr/bin/perl
# SPDX-License-Identifier: GPL-2.0-only
# A table of connections that is small, and floods from sources that there are not: connections
# that are open go on, new ones begin, what found no room is counted and shown.
use strict;
use warnings;
use lib 'tests/lib';
use KX;
use Netns;
use IPC::Open2;
use Test::More;
use JSON::PP;

need_root();
plan skip_all => 'a guest takes minutes; KX_SLOW asks for it' if $ENV{KX_VM_KERNEL} && !$ENV{KX_SLOW};
for (qw(nginx curl nsenter python3)) {
	plan skip_all => "$_ is not installed" if system("command -v $_ >/dev/null") != 0;
}
my ($far, $near, $dev) = qw(kxfe-fl-a kxfe-fl-b kxfefl1);
my $filter = "$build/kxfilter";
my $slow = !!$ENV{KX_VM_KERNEL};
my @running;

sub kxfilter { return run($filter, '--netns', $near, @_); }
sub begin { my $run = start('nsenter', "--net=/run/netns/$_[0]", @_[1 .. $#_]); push @running, $run; return $run; }
sub shown { return { map { $_->{rule} // $_->{direction} // $_->{table} => $_ } map { decode_json($_) } split /\n/, kxfilter('show', '--json', $dev)->{out} }; }
sub apply {
	my ($name, $text) = @_;
	my $r = kxfilter('apply', write_file("$dir/$name.rules", $text), '--dev', $dev);
	is($r->{exit}, 0, "applied: $name") or diag($r->{err});
}
END {
	my $status = $?;
	kill KILL => $_->{pid} for @running;
	finish($_, 5) for @running;
	if ($near && -e "/run/netns/$near") { kxfilter('remove', $dev); netns_end(); }
	$? = $status;
}

netns_new($far, $near);
netns_pair(99, $far, 'kxfefl0', $near, $dev);
# Answers to who is not there go that way too.
in_ns($near, 'ip', 'route', 'add', 'default', 'via', '10.99.0.1');
in_ns($near, 'sh', '-c', 'echo 1 >/proc/sys/net/ipv4/tcp_syncookies');
my $bytes = $slow ? 1_000_000 : 20_000_000;
write_file("$dir/large", "\0" x $bytes);
write_file("$dir/who", "here\n");
write_file("$dir/nginx.conf", "daemon off; master_process off; user root; pid $dir/pid; error_log stderr;\n" .
	   "events { } http { access_log off; client_body_temp_path $dir; proxy_temp_path $dir; fastcgi_temp_path $dir;\n" .
	   "uwsgi_temp_path $dir; scgi_temp_path $dir; server { listen 80 backlog=4096; root $dir; } }\n");
begin($near, 'nginx', '-p', $dir, '-c', "$dir/nginx.conf");
ok(wait_for(sub { ns_text($near, 'ss', '-Htln') =~ /:80\b/ }), 'nginx');
write_file("$dir/echo.py", <<'EOF');
import socket, threading
u = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
u.setsockopt(socket.SOL_SOCKET, 33, 32 << 20)
u.bind(('', 53))
def datagrams():
    while True:
        data, who = u.recvfrom(100)
        if data:
            u.sendto(data, who)
def serve(c):
    while True:
        data = c.recv(100)
        if not data:
            break
        c.sendall(data)
threading.Thread(target=datagrams, daemon=True).start()
s = socket.socket()
s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
s.bind(('', 7))
s.listen(200)
print('ready', flush=True)
while True:
    c, _ = s.accept()
    threading.Thread(target=serve, args=(c,), daemon=True).start()
EOF
my $echo = begin($near, 'python3', "$dir/echo.py");
ok(wait_for(sub { slurp($echo->{out}) =~ /ready/ }), 'what answers each byte');
my $policy = "default in drop\ndefault out drop\npass state established, related\nweb: pass in tcp to port 80 state new\necho: pass in tcp to port 7 state new\nnames: pass in udp to port 53 state new\n";

sub flood { my ($port, $kind, $nr) = @_; return begin($far, "$build/tests/live/flood", 'kxfefl0', '02:00:00:00:63:02', '10.99.0.2', $port, $kind, $nr); }
sub curl { return in_ns($far, 'curl', '-sS', '--max-time', $_[0], 'http://10.99.0.2/who')->{out} eq "here\n"; }

#
# SYNs
#
apply('small', "connections 1000\n$policy");
my $places = shown()->{connections}{places};
cmp_ok($places, '>=', 1000, 'a table of the size that was asked for');
cmp_ok($places, '<', 2000, '... and not much more');
# It lasts: longer than the flood.
my $long = begin($far, 'curl', '-sS', '--limit-rate', int($bytes / ($slow ? 20 : 3)), '--max-time', 240, '-o', "$dir/copy", 'http://10.99.0.2/large');
ok(wait_for(sub { (-s "$dir/copy" // 0) > 0 }), 'a transfer has begun');
my $nr = $slow ? 20_000 : 50_000;
my $syns = flood(80, 'syn', $nr);
my ($good, $tried) = (0, 0);
my $over = 0;
while (!$over) {
	$tried++;
	$good += curl(5);
	$over = slurp($syns->{out}) =~ /\d/;
}
is(finish($syns)->{out}, "$nr\n", 'a flood of SYNs, each from somewhere else');
cmp_ok($good, '>=', 1, "new connections begin beside it: $good of $tried");
ok(curl(20), '... and after it');
my $r = finish($long, 240);
is($r->{exit}, 0, 'the transfer has ended well') or diag($r->{err});
is(-s "$dir/copy", $bytes, '... whole');
my $shown = shown();
my $table = $shown->{connections};
note(encode_json($table));
cmp_ok($table->{made}, '>', $nr / 2, 'what began is counted');
# Each place has been taken again and again.
cmp_ok($table->{pushed_out} + $table->{expired} + $table->{refused}, '>=', $table->{made} - $places, '... and what was pushed out for it');
cmp_ok($shown->{web}{packets}, '>=', $nr / 2, '... by the rule');
is($shown->{in}{packets}, $shown->{in}{passed} + $shown->{in}{dropped}, 'packets = passed + dropped');
like(kxfilter('show', $dev)->{out}, qr/^  connections: \d+ open, $places places, \d+ begun, .*pushed out for new ones/m, 'show tells');

#
# Datagrams
#
write_file("$dir/ask.py", <<'EOF');
import socket, sys, time
s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
s.settimeout(0.5)
s.connect(('10.99.0.2', 53))
def ask():
    for n in range(40):
        s.send(b'x')
        try:
            return len(s.recv(100)) == 1
        except socket.timeout:
            pass
    return False
good = all(ask() for n in range(3))
print('open', good, flush=True)
sys.stdin.readline()
print('good', all(ask() for n in range(5)))
EOF

my $pid = open2(my $from, my $to, 'nsenter', "--net=/run/netns/$far", 'python3', "$dir/ask.py");
is(scalar <$from>, "open True\n", 'questions are answered');
my $before = shown()->{connections};
my $udp = flood(53, 'udp', $nr / 2);
print $to "\n";
close $to;
is(scalar <$from>, "good True\n", 'they are beside a flood of others');
waitpid $pid, 0;
finish($udp);
cmp_ok(shown()->{connections}{made} - $before->{made}, '>', $nr / 4, '... of which each was new');
is(run('nsenter', "--net=/run/netns/$far", 'sh', '-c', "echo | python3 $dir/ask.py")->{out}, "open True\ngood True\n", 'so are new ones');

#
# More connections that are open than there are places
#
apply('tiny', "connections 8\n$policy");
$places = shown()->{connections}{places};
write_file("$dir/many.py", <<'EOF');
import select, socket, sys
many = []
for n in range(28):
    s = socket.socket()
    s.settimeout(0.3 * float(sys.argv[1]))
    try:
        s.connect(('10.99.0.2', 7))
        for n in range(3):
            s.send(b'x')
            s.recv(1)
        many.append(s)
    except OSError:
        s.close()
def works(s):
    s.settimeout(20)
    try:
        s.send(b'x')
        return len(s.recv(1)) == 1
    except OSError:
        return False
print(len(many), sum(works(s) for s in many), flush=True)
for s in many:
    s.close()
EOF
my ($open, $works) = split ' ', ns_text($far, 'python3', "$dir/many.py", $slow ? 10 : 1);
cmp_ok($open, '>=', 4, 'as many connections open as there are places') or diag($open);
cmp_ok($open, '<=', $places, "... and no more: $open in $places places");
is($works, $open, '... none is pushed out by others');
$shown = shown();
cmp_ok($shown->{connections}{refused}, '>=', 1, 'what found no room is counted');
cmp_ok($shown->{in}{dropped}, '>=', $shown->{connections}{refused}, '... and dropped');
like(kxfilter('show', $dev)->{out}, qr/, \d+ packets dropped: no room/, '... show tells');
ok(curl(20), 'where connections have ended there is room for others');
done_testing();
